//! `Selection`: the Selection API.

use std::cell::Cell;
use std::cmp::Ordering;

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::convert::{self, ToJs, type_error, unsigned_long};
use super::dom::{Env, held, range_key, range_of_key};
use super::interfaces::Interface;
use super::node::kept;
use super::range::{argument, check, make, make_static, range_text};
use crate::tree::{Boundary, DomError, NodeId, RangeId, RangeState, Tree};

/// Internal slot of a Selection: its range's object, or undefined.
const RANGE: usize = 0;

struct Selection {
    document: NodeId,
    /// Whether the anchor is the end of the range.
    backwards: Cell<bool>,
}

/// `getSelection()` of a document.
pub(super) fn selection(env: Env<'_>, document: NodeId) -> JsResult<Value<'_>> {
    kept(env, document, held::INTERNALS, |object| {
        let prototype = env.prototype(Interface::Selection)?;
        let made = Selection {
            document,
            backwards: Cell::default(),
        };
        let made = env.cx.host_object_with_slots(&prototype, made, 2)?;
        made.set_internal_slot(1, object.clone());
        Ok(made)
    })
}

/// `this` as a Selection, with its range.
fn selected<'a>(call: &Call<'a>) -> JsResult<(Env<'a>, Option<RangeId>)> {
    let env = Env::of(call.cx());
    let this = call.this();
    if this.host::<Selection>().is_none() {
        return Err(type_error(env.cx, "Illegal invocation: not a Selection"));
    }
    let range = this.internal_slot(RANGE);
    Ok((
        env,
        range
            .and_then(|range| range.member_key())
            .and_then(range_of_key),
    ))
}

fn of_selection<'a, T: ToJs<'a>>(
    call: &Call<'a>,
    otherwise: T,
    read: impl FnOnce(&Tree, RangeState) -> T,
) -> JsResult<Value<'a>> {
    let (env, range) = selected(call)?;
    let value = match range {
        Some(range) => {
            let tree = env.tree();
            let state = tree.range(range);
            read(&tree, state)
        }
        None => otherwise,
    };
    value.to_js(env)
}

/// Whether the anchor of `this` is the end of its range.
fn is_backwards(call: &Call<'_>) -> bool {
    let this = call.this();
    this.host::<Selection>()
        .is_some_and(|selection| selection.backwards.get())
}

fn set_backwards(call: &Call<'_>, backwards: bool) {
    if let Some(selection) = call.this().host::<Selection>() {
        selection.backwards.set(backwards);
    }
}

fn anchor_of(call: &Call<'_>, range: RangeState) -> Boundary {
    match is_backwards(call) {
        true => range.end,
        false => range.start,
    }
}

fn focus_of(call: &Call<'_>, range: RangeState) -> Boundary {
    match is_backwards(call) {
        true => range.start,
        false => range.end,
    }
}

/// Whether a node is in the document of `this`, and not in a shadow tree of it.
fn is_inside(call: &Call<'_>, env: Env<'_>, node: NodeId) -> bool {
    let this = call.this();
    let document = this.host::<Selection>().map(|selection| selection.document);
    document == Some(env.tree().root(node))
}

/// Select from an anchor to a focus; nothing where one is in another document.
fn select<'a>(call: &Call<'a>, anchor: Boundary, focus: Boundary) -> JsResult<Value<'a>> {
    let (env, _) = selected(call)?;
    if is_inside(call, env, anchor.node) && is_inside(call, env, focus.node) {
        let prototype = env.prototype(Interface::Range)?;
        let backwards = env.tree().compare_boundaries(anchor, focus) == Ordering::Greater;
        let (start, end) = match backwards {
            true => (focus, anchor),
            false => (anchor, focus),
        };
        let range = make(env, &prototype, start, end)?;
        call.this().set_internal_slot(RANGE, range);
        set_backwards(call, backwards);
    }
    ().to_js(env)
}

/// `collapse(node, offset)`, and `setPosition`.
fn collapse<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, _) = selected(call)?;
    convert::require(call, c"collapse", 1)?;
    if call.argument(0).is_nullish() {
        return clear(call);
    }
    let node = convert::node(call, 0)?;
    let offset = match call.argument(1) {
        offset if offset.is_undefined() => 0,
        offset => unsigned_long(&offset)?,
    };
    let at = Boundary { node, offset };
    check(env, at)?;
    select(call, at, at)
}

/// `extend(node, offset)`: the anchor stays.
fn extend<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, range) = selected(call)?;
    convert::require(call, c"extend", 1)?;
    let node = convert::node(call, 0)?;
    let offset = match call.argument(1) {
        offset if offset.is_undefined() => 0,
        offset => unsigned_long(&offset)?,
    };
    if !is_inside(call, env, node) {
        return ().to_js(env);
    }
    let Some(range) = range else {
        return Err(env.throw(&DomError::invalid_state("nothing is selected")));
    };
    let focus = Boundary { node, offset };
    check(env, focus)?;
    let anchor = anchor_of(call, env.tree().range(range));
    match is_inside(call, env, anchor.node) {
        true => select(call, anchor, focus),
        false => select(call, focus, focus),
    }
}

/// `getComposedRanges()`: the selection is in no shadow tree, and so as it is.
fn composed_ranges<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, range) = selected(call)?;
    convert::member(&call.argument(0), "shadowRoots")?;
    let list = env.cx.array()?;
    if let Some(range) = range {
        let state = env.tree().range(range);
        list.define_index(0, make_static(env, state)?)?;
    }
    Ok(list)
}

fn delete_from_document<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, range) = selected(call)?;
    env.changing(|| {
        if let Some(range) = range {
            super::range_contents::delete(env, range)?;
        }
        ().to_js(env)
    })
}

pub(super) static MEMBERS: &[Member] = &[
    Member::attribute(c"anchorNode", |call| {
        of_selection(call, None, |_, range| Some(anchor_of(call, range).node))
    }),
    Member::attribute(c"anchorOffset", |call| {
        of_selection(call, 0, |_, range| anchor_of(call, range).offset)
    }),
    Member::attribute(c"focusNode", |call| {
        of_selection(call, None, |_, range| Some(focus_of(call, range).node))
    }),
    Member::attribute(c"focusOffset", |call| {
        of_selection(call, 0, |_, range| focus_of(call, range).offset)
    }),
    Member::attribute(c"isCollapsed", |call| {
        of_selection(call, true, |_, range| range.start == range.end)
    }),
    Member::attribute(c"direction", |call| {
        let direction = match is_backwards(call) {
            true => "backward",
            false => "forward",
        };
        of_selection(call, "none", |_, range| match range.start == range.end {
            true => "none",
            false => direction,
        })
    }),
    Member::attribute(c"rangeCount", |call| of_selection(call, 0, |_, _| 1)),
    Member::attribute(c"type", |call| {
        of_selection(call, "None", |_, range| match range.start == range.end {
            true => "Caret",
            false => "Range",
        })
    }),
    Member::operation(c"getRangeAt", 1, |call| {
        let (env, range) = selected(call)?;
        convert::require(call, c"getRangeAt", 1)?;
        let index = unsigned_long(&call.argument(0))?;
        match range {
            Some(range) if index == 0 => Ok(env
                .cx
                .find_member(range_key(range))
                .unwrap_or(env.cx.null())),
            _ => Err(env.throw(&DomError::index_size("there is no such range"))),
        }
    }),
    Member::operation(c"addRange", 1, |call| {
        let (env, range) = selected(call)?;
        convert::require(call, c"addRange", 1)?;
        let new = argument(env, &call.argument(0))?;
        let this = call.this();
        let document = this.host::<Selection>().map(|selection| selection.document);
        let root = env.tree().root(env.tree().range(new).start.node);
        if range.is_none() && document == Some(root) {
            this.set_internal_slot(RANGE, call.argument(0));
            set_backwards(call, false);
        }
        ().to_js(env)
    }),
    Member::operation(c"removeRange", 1, |call| {
        let (env, range) = selected(call)?;
        convert::require(call, c"removeRange", 1)?;
        let given = argument(env, &call.argument(0))?;
        if range != Some(given) {
            return Err(env.throw(&DomError::not_found("the range is not selected")));
        }
        call.this().set_internal_slot(RANGE, env.cx.undefined());
        ().to_js(env)
    }),
    Member::operation(c"removeAllRanges", 0, clear),
    Member::operation(c"empty", 0, clear),
    Member::operation(c"collapse", 1, collapse),
    Member::operation(c"collapseToStart", 0, |call| {
        collapse_to(call, |range| range.start)
    }),
    Member::operation(c"collapseToEnd", 0, |call| {
        collapse_to(call, |range| range.end)
    }),
    Member::operation(c"selectAllChildren", 1, |call| {
        let (env, _) = selected(call)?;
        convert::require(call, c"selectAllChildren", 1)?;
        let node = convert::node(call, 0)?;
        check(env, Boundary { node, offset: 0 })?;
        let count = env.tree().child_count(node);
        select(
            call,
            Boundary { node, offset: 0 },
            Boundary {
                node,
                offset: count,
            },
        )
    }),
    Member::operation(c"setBaseAndExtent", 4, |call| {
        let (env, _) = selected(call)?;
        convert::require(call, c"setBaseAndExtent", 4)?;
        let read = |index| -> JsResult<Boundary> {
            let node = convert::node(call, index)?;
            let offset = unsigned_long(&call.argument(index + 1))?;
            Ok(Boundary { node, offset })
        };
        let (start, end) = (read(0)?, read(2)?);
        check(env, start)?;
        check(env, end)?;
        select(call, start, end)
    }),
    Member::operation(c"containsNode", 1, |call| {
        convert::require(call, c"containsNode", 1)?;
        let node = convert::node(call, 0)?;
        let partly = call.argument(1).truthy();
        of_selection(call, false, |tree, range| {
            if tree.root(node) != tree.root(range.start.node) {
                return false;
            }
            match partly {
                true => super::range_contents::touches(tree, range, node),
                false => super::range_contents::contains(tree, range, node),
            }
        })
    }),
    Member::operation(c"extend", 1, extend),
    Member::operation(c"setPosition", 1, collapse),
    Member::operation(c"deleteFromDocument", 0, delete_from_document),
    Member::operation(c"getComposedRanges", 0, composed_ranges),
    Member::operation(c"toString", 0, |call| {
        of_selection(call, String::new(), range_text)
    }),
];

fn clear<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, _) = selected(call)?;
    call.this().set_internal_slot(RANGE, env.cx.undefined());
    ().to_js(env)
}

fn collapse_to<'a>(
    call: &Call<'a>,
    which: impl FnOnce(RangeState) -> Boundary,
) -> JsResult<Value<'a>> {
    let (env, range) = selected(call)?;
    let Some(range) = range else {
        return Err(env.throw(&DomError::invalid_state("nothing is selected")));
    };
    let at = which(env.tree().range(range));
    select(call, at, at)
}
