//! `Selection`: the Selection API.

use std::cmp::Ordering;

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::convert::{self, ToJs, type_error, unsigned_long};
use super::dom::{Env, held, range_key, range_of_key};
use super::interfaces::Interface;
use super::node::kept;
use super::range::{argument, check, make, range_text};
use crate::tree::{Boundary, DomError, NodeId, RangeId, RangeState, Tree};

/// Internal slot of a Selection: its range's object, or undefined.
const RANGE: usize = 0;

struct Selection {
    document: NodeId,
}

/// `getSelection()` of a document.
pub(super) fn selection(env: Env<'_>, document: NodeId) -> JsResult<Value<'_>> {
    kept(env, document, held::INTERNALS, |object| {
        let prototype = env.prototype(Interface::Selection)?;
        let made = env
            .cx
            .host_object_with_slots(&prototype, Selection { document }, 2)?;
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

/// Select from a boundary to another; nothing where it is in another document.
fn select<'a>(call: &Call<'a>, start: Boundary, end: Boundary) -> JsResult<Value<'a>> {
    let (env, _) = selected(call)?;
    let this = call.this();
    let document = this.host::<Selection>().map(|selection| selection.document);
    let inside = document == Some(env.tree().root(start.node));
    if inside {
        let prototype = env.prototype(Interface::Range)?;
        let (start, end) = match env.tree().compare_boundaries(start, end) {
            Ordering::Greater => (end, start),
            _ => (start, end),
        };
        this.set_internal_slot(RANGE, make(env, &prototype, start, end)?);
    }
    ().to_js(env)
}

pub(super) static MEMBERS: &[Member] = &[
    Member::attribute(c"anchorNode", |call| {
        of_selection(call, None, |_, range| Some(range.start.node))
    }),
    Member::attribute(c"anchorOffset", |call| {
        of_selection(call, 0, |_, range| range.start.offset)
    }),
    Member::attribute(c"focusNode", |call| {
        of_selection(call, None, |_, range| Some(range.end.node))
    }),
    Member::attribute(c"focusOffset", |call| {
        of_selection(call, 0, |_, range| range.end.offset)
    }),
    Member::attribute(c"isCollapsed", |call| {
        of_selection(call, true, |_, range| range.start == range.end)
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
        }
        ().to_js(env)
    }),
    Member::operation(c"removeRange", 1, |call| {
        let (env, range) = selected(call)?;
        let given = argument(env, &call.argument(0))?;
        if range != Some(given) {
            return Err(env.throw(&DomError::not_found("the range is not selected")));
        }
        call.this().set_internal_slot(RANGE, env.cx.undefined());
        ().to_js(env)
    }),
    Member::operation(c"removeAllRanges", 0, clear),
    Member::operation(c"empty", 0, clear),
    Member::operation(c"collapse", 1, |call| {
        let (env, _) = selected(call)?;
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
    }),
    Member::operation(c"collapseToStart", 0, |call| {
        collapse_to(call, |range| range.start)
    }),
    Member::operation(c"collapseToEnd", 0, |call| {
        collapse_to(call, |range| range.end)
    }),
    Member::operation(c"selectAllChildren", 1, |call| {
        let (env, _) = selected(call)?;
        let node = convert::node(call, 0)?;
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
        let node = convert::node(call, 0)?;
        of_selection(call, false, |tree, range| {
            tree.root(node) == tree.root(range.start.node)
                && super::range_contents::contains(tree, range, node)
        })
    }),
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
