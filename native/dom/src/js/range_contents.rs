//! What a range contains: extracting, cloning, deleting, inserting (DOM, 5.5).

use std::cmp::Ordering;

use quickbeam_engine::{JsResult, Value};

use super::dom::Env;
use super::range::{common_ancestor, set_end};
use crate::tree::{Boundary, DomError, NodeId, RangeId, RangeState, Tree};

/// "Contained": wholly within the range.
pub(super) fn contains(tree: &Tree, range: RangeState, node: NodeId) -> bool {
    let start = Boundary { node, offset: 0 };
    let end = Boundary {
        node,
        offset: tree.length(node),
    };
    tree.compare_boundaries(start, range.start) == Ordering::Greater
        && tree.compare_boundaries(end, range.end) == Ordering::Less
}

/// Whether any of a node, its boundaries included, is between those of the range.
pub(super) fn touches(tree: &Tree, range: RangeState, node: NodeId) -> bool {
    let start = Boundary { node, offset: 0 };
    let end = Boundary {
        node,
        offset: tree.length(node),
    };
    tree.compare_boundaries(start, range.end) != Ordering::Greater
        && tree.compare_boundaries(end, range.start) != Ordering::Less
}

/// "Partially contained": of one boundary's node only an inclusive ancestor.
fn partly(tree: &Tree, range: RangeState, node: NodeId) -> bool {
    tree.is_inclusive_ancestor(node, range.start.node)
        != tree.is_inclusive_ancestor(node, range.end.node)
}

/// Where a range collapses to once its contents are gone.
fn after_removal(tree: &Tree, range: RangeState) -> Boundary {
    let RangeState { start, end } = range;
    if tree.is_inclusive_ancestor(start.node, end.node) {
        return start;
    }
    let mut reference = start.node;
    while let Some(parent) = tree.parent(reference) {
        if tree.is_inclusive_ancestor(parent, end.node) {
            return Boundary {
                node: parent,
                offset: tree.index(reference) + 1,
            };
        }
        reference = parent;
    }
    start
}

fn fail(env: Env<'_>, error: &DomError) -> quickbeam_engine::Thrown {
    env.throw(error)
}

/// "Delete the contents".
pub(super) fn delete(env: Env<'_>, id: RangeId) -> JsResult<()> {
    let range = env.tree().range(id);
    let RangeState { start, end } = range;
    if start == end {
        return Ok(());
    }
    let mut tree = env.tree_mut();
    if start.node == end.node && tree.is_character_data(start.node) {
        let replaced = tree.replace_data(start.node, start.offset, end.offset - start.offset, "");
        drop(tree);
        return replaced.map_err(|error| fail(env, &error));
    }
    let root = common_ancestor(&tree, range);
    let mut gone: Vec<NodeId> = Vec::new();
    let mut at = Some(root);
    while let Some(node) = at {
        if contains(&tree, range, node) {
            gone.push(node);
            at = tree.following_past(node, root);
        } else {
            at = tree.following(node, root);
        }
    }
    let collapsed = after_removal(&tree, range);
    if tree.is_character_data(start.node) {
        let count = tree.length(start.node) - start.offset;
        let replaced = tree.replace_data(start.node, start.offset, count, "");
        debug_assert!(replaced.is_ok());
    }
    for node in gone {
        tree.remove(node);
    }
    if tree.is_character_data(end.node) {
        let replaced = tree.replace_data(end.node, 0, end.offset, "");
        debug_assert!(replaced.is_ok());
    }
    tree.set_range(
        id,
        RangeState {
            start: collapsed,
            end: collapsed,
        },
    );
    drop(tree);
    super::range::moved(env, &[id])
}

/// "Extract" or, without `remove`, "clone the contents".
pub(super) fn take(env: Env<'_>, id: RangeId, remove: bool) -> JsResult<Value<'_>> {
    let range = env.tree().range(id);
    let result = {
        let mut tree = env.tree_mut();
        let fragment = {
            let document = tree.document(range.start.node);
            tree.new_fragment(document)
        };
        let collapsed = after_removal(&tree, range);
        match collect(&mut tree, range, fragment, remove) {
            Ok(()) => {
                if remove && range.start != range.end {
                    tree.set_range(
                        id,
                        RangeState {
                            start: collapsed,
                            end: collapsed,
                        },
                    );
                }
                Ok(fragment)
            }
            Err(error) => {
                tree.free(fragment);
                Err(error)
            }
        }
    };
    let fragment = result.map_err(|error| fail(env, &error))?;
    super::range::moved(env, &[id])?;
    super::custom::created(env, fragment);
    env.wrap(fragment)
}

/// Move or copy what is in the range to the end of `into`. Ranges within ranges
/// are kept on a list, not on the stack.
fn collect(tree: &mut Tree, range: RangeState, into: NodeId, remove: bool) -> Result<(), DomError> {
    let mut pending = vec![(range, into)];
    while let Some((range, into)) = pending.pop() {
        let RangeState { start, end } = range;
        if start == end {
            continue;
        }
        let document = tree.document(start.node);
        if start.node == end.node && tree.is_character_data(start.node) {
            part(tree, start.node, start.offset, end.offset, into, remove)?;
            continue;
        }
        let ancestor = common_ancestor(tree, range);
        let partial_child = |tree: &Tree, last: bool| {
            let mut found = tree
                .children(ancestor)
                .filter(|child| partly(tree, range, *child));
            if last { found.last() } else { found.next() }
        };
        let first = match tree.is_inclusive_ancestor(start.node, end.node) {
            true => None,
            false => partial_child(tree, false),
        };
        let last = match tree.is_inclusive_ancestor(end.node, start.node) {
            true => None,
            false => partial_child(tree, true),
        };
        let contained: Vec<NodeId> = tree
            .children(ancestor)
            .filter(|child| contains(tree, range, *child))
            .collect();
        if contained.iter().any(|child| tree.is_doctype(*child)) {
            return Err(DomError::hierarchy("a doctype cannot be taken out"));
        }
        if let Some(first) = first {
            if tree.is_character_data(first) {
                let length = tree.length(first);
                part(tree, first, start.offset, length, into, remove)?;
            } else {
                let copy = tree.clone_node(first, document, false);
                tree.append(into, copy)?;
                let end = Boundary {
                    node: first,
                    offset: tree.length(first),
                };
                pending.push((RangeState { start, end }, copy));
            }
        }
        for child in contained {
            let moved = match remove {
                true => child,
                false => tree.clone_node(child, document, true),
            };
            tree.append(into, moved)?;
        }
        if let Some(last) = last {
            if tree.is_character_data(last) {
                part(tree, last, 0, end.offset, into, remove)?;
            } else {
                let copy = tree.clone_node(last, document, false);
                tree.append(into, copy)?;
                let start = Boundary {
                    node: last,
                    offset: 0,
                };
                pending.push((RangeState { start, end }, copy));
            }
        }
    }
    Ok(())
}

/// A copy of a part of character data, which is taken out of it where `remove`.
fn part(
    tree: &mut Tree,
    node: NodeId,
    from: u32,
    to: u32,
    into: NodeId,
    remove: bool,
) -> Result<(), DomError> {
    let document = tree.document(node);
    let copy = tree.clone_node(node, document, false);
    let text = tree.substring_data(node, from, to - from)?;
    tree.set_character_data(copy, &text);
    tree.append(into, copy)?;
    if remove {
        tree.replace_data(node, from, to - from, "")?;
    }
    Ok(())
}

/// "Insert a node" at the start of a range.
pub(super) fn insert(env: Env<'_>, id: RangeId, node: NodeId) -> JsResult<()> {
    let start = env.tree().range(id).start;
    let refused = {
        let tree = env.tree();
        (tree.is_character_data(start.node) && !tree.is_text(start.node))
            || (tree.is_text(start.node) && tree.parent(start.node).is_none())
            || start.node == node
    };
    if refused {
        let message = "nothing can be inserted at the start of this range";
        return Err(env.throw(&DomError::hierarchy(message)));
    }
    let mut tree = env.tree_mut();
    let mut reference = match tree.is_text(start.node) {
        true => Some(start.node),
        false => tree.child(start.node, start.offset),
    };
    let parent = match reference {
        Some(reference) => tree.parent(reference).unwrap_or(start.node),
        None => start.node,
    };
    if let Err(error) = tree.ensure_insertable(parent, node, reference) {
        drop(tree);
        return Err(fail(env, &error));
    }
    if tree.is_text(start.node) {
        match tree.split_text(start.node, start.offset) {
            Ok(tail) => reference = Some(tail),
            Err(error) => {
                drop(tree);
                return Err(fail(env, &error));
            }
        }
    }
    if reference == Some(node) {
        reference = tree.next(node);
    }
    tree.remove(node);
    let mut offset = match reference {
        Some(reference) => tree.index(reference),
        None => tree.length(parent),
    };
    offset += match tree.is_fragment(node) {
        true => tree.length(node),
        false => 1,
    };
    let inserted = tree.pre_insert(parent, node, reference);
    let collapsed = {
        let range = tree.range(id);
        range.start == range.end
    };
    drop(tree);
    inserted.map_err(|error| fail(env, &error))?;
    if collapsed {
        set_end(
            env,
            id,
            Boundary {
                node: parent,
                offset,
            },
        )?;
    }
    Ok(())
}

/// `surroundContents(newParent)`.
pub(super) fn surround(env: Env<'_>, id: RangeId, parent: NodeId) -> JsResult<()> {
    let (split, refused) = {
        let tree = env.tree();
        let range = tree.range(id);
        let root = common_ancestor(&tree, range);
        let split = tree
            .descendants(root)
            .any(|node| !tree.is_text(node) && partly(&tree, range, node));
        let refused =
            tree.is_document(parent) || tree.is_doctype(parent) || tree.is_fragment(parent);
        (split, refused)
    };
    if split {
        let message = "the range holds a part of an element only";
        return Err(env.throw(&DomError::invalid_state(message)));
    }
    if refused {
        let message = "such a node cannot surround anything";
        return Err(env.throw(&DomError::new("InvalidNodeTypeError", message)));
    }
    let contents = take(env, id, true)?;
    env.tree_mut().replace_all(parent, None);
    insert(env, id, parent)?;
    let contents = env.node_of(&contents).expect("it was just made");
    super::node::insert(env, parent, contents, None)?;
    // Select the new parent.
    let around = {
        let tree = env.tree();
        let above = tree.parent(parent);
        above.map(|above| (above, tree.index(parent)))
    };
    if let Some((node, offset)) = around {
        let state = RangeState {
            start: Boundary { node, offset },
            end: Boundary {
                node,
                offset: offset + 1,
            },
        };
        env.tree_mut().set_range(id, state);
        super::range::moved(env, &[id])?;
    }
    Ok(())
}
