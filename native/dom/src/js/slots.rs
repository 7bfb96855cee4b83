//! What is assigned to slots, told and chosen: DOM, 4.2.2.3 to 4.2.2.5.

use std::cell::RefCell;

use html5ever::local_name;
use quickbeam_engine::{Call, JsResult, Root};

use super::convert::type_error;
use super::dom::Env;
use super::html::ACTIVATION;
use super::natives::call_module;
use crate::tree::{Effect, NodeId, Tree};

/// "Signal slots": those whose `slotchange` is to come.
#[derive(Default)]
pub(crate) struct Signals(RefCell<Vec<(NodeId, Root)>>);

/// "Signal a slot change".
fn signal(env: Env<'_>, slot: NodeId) -> JsResult<()> {
    let signals = &env.dom.slots.0;
    if signals.borrow().iter().any(|(known, _)| *known == slot) {
        return Ok(());
    }
    let object = env.wrap(slot)?;
    signals.borrow_mut().push((slot, Root::new(object)));
    super::observer::queue(env)
}

impl Signals {
    pub(super) fn take(&self) -> Vec<(NodeId, Root)> {
        self.0.take()
    }
}

/// Tell slots that were signaled.
pub(super) fn tell(env: Env<'_>, signaled: Vec<(NodeId, Root)>) -> JsResult<()> {
    for (_, slot) in signaled {
        call_module(env, ACTIVATION, "fireSlotChange", &[slot.get(env.cx)])?;
    }
    Ok(())
}

/// Signal the slots whose assigned nodes an effect has changed.
pub(super) fn hear(env: Env<'_>, effect: &Effect) -> JsResult<()> {
    if !env.tree().has_shadows() {
        return Ok(());
    }
    let changed = match effect {
        Effect::Children {
            target,
            added,
            removed,
            ..
        } => children_changed(&mut env.tree_mut(), *target, added, removed),
        Effect::Attribute {
            target,
            name,
            namespace,
            old,
            new,
        } if namespace.is_empty() && old != new => {
            let (old, new) = (old.as_deref().unwrap_or(""), new.as_deref().unwrap_or(""));
            let mut tree = env.tree_mut();
            match *name {
                _ if !tree.contains_id(*target) || old == new => Vec::new(),
                local_name!("slot") => slot_attribute_changed(&mut tree, *target, old, new),
                local_name!("name") => slot_renamed(&mut tree, *target, old),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    changed.into_iter().try_for_each(|slot| signal(env, slot))
}

fn children_changed(
    tree: &mut Tree,
    target: NodeId,
    added: &[NodeId],
    removed: &[NodeId],
) -> Vec<NodeId> {
    let mut changed = Vec::new();
    if !tree.contains_id(target) {
        return changed;
    }
    let there: Vec<NodeId> = removed
        .iter()
        .chain(added)
        .copied()
        .filter(|node| tree.contains_id(*node))
        .collect();
    if let Some(shadow) = tree.shadow_root(target) {
        for node in &there {
            if let Some(slot) = tree.slot_for(shadow, *node) {
                tree.note_slotted(slot);
                changed.push(slot);
            }
        }
    }
    let root = tree.root(target);
    if tree.shadow_host(root).is_some() {
        // What is inside of a slot shows while nothing is assigned to it.
        if tree.is_html_named(target, "slot") && !tree.is_slotted(target) {
            changed.push(target);
        }
        let slots: Vec<NodeId> = there.iter().flat_map(|node| tree.slots(*node)).collect();
        if !slots.is_empty() {
            changed.extend(reassess(tree, root, slots));
        }
    }
    changed
}

fn slot_attribute_changed(tree: &mut Tree, target: NodeId, old: &str, new: &str) -> Vec<NodeId> {
    let host = tree.parent(target).filter(|_| tree.is_element(target));
    let Some(shadow) = host.and_then(|host| tree.shadow_root(host)) else {
        return Vec::new();
    };
    let changed: Vec<NodeId> = [old, new]
        .into_iter()
        .filter_map(|name| tree.slot_named(shadow, name))
        .collect();
    for slot in &changed {
        tree.note_slotted(*slot);
    }
    changed
}

fn slot_renamed(tree: &mut Tree, slot: NodeId, old: &str) -> Vec<NodeId> {
    let root = tree.root(slot);
    if !tree.is_html_named(slot, "slot") || tree.shadow_host(root).is_none() {
        return Vec::new();
    }
    let before = tree.was_slotted(slot);
    let mut changed = reassess(tree, root, Vec::new());
    // From the nodes of one name to those of another.
    let by_name = tree
        .shadow_data(root)
        .is_some_and(|data| !data.manual_slots);
    if by_name && before && tree.was_slotted(slot) && old != tree.attribute_or_empty(slot, "name") {
        changed.push(slot);
    }
    changed
}

/// "Assign slottables for a tree", and for slots that have left it: those that
/// have nodes now and had none, or the other way round.
fn reassess(tree: &mut Tree, root: NodeId, others: Vec<NodeId>) -> Vec<NodeId> {
    let mut slots = tree.slots(root);
    slots.extend(others);
    let before = |tree: &Tree, slot: &NodeId| tree.was_slotted(*slot) != tree.is_slotted(*slot);
    let mut changed: Vec<NodeId> = Vec::new();
    for slot in slots {
        if before(tree, &slot) && !changed.contains(&slot) {
            changed.push(slot);
        }
    }
    for slot in &changed {
        tree.note_slotted(*slot);
    }
    changed
}

/// `slot.assign(...nodes)`.
pub(super) fn assign<'a>(env: Env<'a>, slot: NodeId, call: &Call<'a>) -> JsResult<()> {
    let mut nodes: Vec<NodeId> = Vec::new();
    for index in 0..call.len() {
        let node = env.node_of(&call.argument(index)).filter(|node| {
            let tree = env.tree();
            tree.is_element(*node) || tree.is_text(*node)
        });
        match node {
            Some(node) if nodes.contains(&node) => {}
            Some(node) => nodes.push(node),
            None => {
                let message = format!("assign: argument {} is no Element or Text", index + 1);
                return Err(type_error(env.cx, &message));
            }
        }
    }
    let changed = {
        let mut tree = env.tree_mut();
        let mut slots = tree.slots(tree.root(slot));
        // Those that a node is assigned to elsewhere lose it.
        for node in &nodes {
            let shadow = tree.parent(*node).and_then(|host| tree.shadow_root(host));
            slots.extend(shadow.into_iter().flat_map(|shadow| tree.slots(shadow)));
        }
        if !slots.contains(&slot) {
            slots.push(slot);
        }
        let mut seen = std::collections::HashSet::new();
        slots.retain(|one| seen.insert(*one));
        let assigned = |tree: &Tree| -> Vec<Vec<NodeId>> {
            slots
                .iter()
                .map(|slot| tree.assigned_nodes(*slot))
                .collect()
        };
        let before = assigned(&tree);
        for other in &slots {
            tree.unassign(*other, &nodes);
        }
        tree.assign(slot, nodes);
        let after = assigned(&tree);
        let pairs = slots.iter().zip(before.iter().zip(&after));
        let changed: Vec<NodeId> = pairs
            .filter(|(_, (before, after))| before != after)
            .map(|(slot, _)| *slot)
            .collect();
        for slot in &changed {
            tree.note_slotted(*slot);
        }
        changed
    };
    changed.into_iter().try_for_each(|slot| signal(env, slot))
}
