//! `Range`, `StaticRange` and `Selection`: DOM, section 5, and the Selection API.

use std::cmp::Ordering;

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::convert::{self, ToJs, member, text, type_error, unsigned_long};
use super::dom::{Env, held, range_key, range_of_key};
use super::interfaces::Interface;
use crate::tree::{Boundary, DomError, NodeId, RangeId, RangeState, Tree};

pub(super) static ABSTRACT: &[Member] = &[
    Member::attribute(c"startContainer", |call| {
        read(call, |_, range| range.start.node)
    }),
    Member::attribute(c"startOffset", |call| {
        read(call, |_, range| range.start.offset)
    }),
    Member::attribute(c"endContainer", |call| {
        read(call, |_, range| range.end.node)
    }),
    Member::attribute(c"endOffset", |call| read(call, |_, range| range.end.offset)),
    Member::attribute(c"collapsed", |call| {
        read(call, |_, range| range.start == range.end)
    }),
];

pub(super) static STATICS: &[Member] = &[
    Member::constant(c"START_TO_START", 0),
    Member::constant(c"START_TO_END", 1),
    Member::constant(c"END_TO_END", 2),
    Member::constant(c"END_TO_START", 3),
];

pub(super) static MEMBERS: &[Member] = &[
    Member::constant(c"START_TO_START", 0),
    Member::constant(c"START_TO_END", 1),
    Member::constant(c"END_TO_END", 2),
    Member::constant(c"END_TO_START", 3),
    get!(c"commonAncestorContainer", range, |e, r| {
        let tree = e.tree();
        let range = tree.range(r);
        common_ancestor(&tree, range)
    }),
    op!(c"setStart", 2, range, |e, r, call| {
        let at = boundary(e, call)?;
        set_start(e, r, at)
    }),
    op!(c"setEnd", 2, range, |e, r, call| {
        let at = boundary(e, call)?;
        set_end(e, r, at)
    }),
    op!(c"setStartBefore", 1, range, |e, r, call| {
        let at = beside(e, call, 0)?;
        set_start(e, r, at)
    }),
    op!(c"setStartAfter", 1, range, |e, r, call| {
        let at = beside(e, call, 1)?;
        set_start(e, r, at)
    }),
    op!(c"setEndBefore", 1, range, |e, r, call| {
        let at = beside(e, call, 0)?;
        set_end(e, r, at)
    }),
    op!(c"setEndAfter", 1, range, |e, r, call| {
        let at = beside(e, call, 1)?;
        set_end(e, r, at)
    }),
    op!(c"collapse", 0, range, |e, r, call| {
        let range = e.tree().range(r);
        let at = if call.argument(0).truthy() {
            range.start
        } else {
            range.end
        };
        set(e, r, RangeState { start: at, end: at })
    }),
    op!(c"selectNode", 1, range, |e, r, call| {
        let (start, end) = (beside(e, call, 0)?, beside(e, call, 1)?);
        set(e, r, RangeState { start, end })
    }),
    op!(c"selectNodeContents", 1, range, |e, r, call| {
        let node = convert::node(call, 0)?;
        if e.tree().is_doctype(node) {
            return Err(no_doctype(e));
        }
        let length = e.tree().length(node);
        let start = Boundary { node, offset: 0 };
        let end = Boundary {
            node,
            offset: length,
        };
        set(e, r, RangeState { start, end })
    }),
    op!(c"compareBoundaryPoints", 2, range, |e, r, call| {
        let how = unsigned_long(&call.argument(0))? & 0xFFFF;
        let source = argument(e, &call.argument(1))?;
        if how > 3 {
            let message = "there is no such comparison";
            return Err(e.throw(&DomError::not_supported(message)));
        }
        let tree = e.tree();
        let (this, source) = (tree.range(r), tree.range(source));
        if tree.root(this.start.node) != tree.root(source.start.node) {
            drop(tree);
            return Err(wrong_document(e));
        }
        let (mine, other) = match how {
            0 => (this.start, source.start),
            1 => (this.end, source.start),
            2 => (this.end, source.end),
            _ => (this.start, source.end),
        };
        tree.compare_boundaries(mine, other) as i32
    }),
    mutator!(c"deleteContents", 0, range, |e, r, _call| {
        super::range_contents::delete(e, r)
    }),
    mutator!(c"extractContents", 0, range, |e, r, _call| {
        super::range_contents::take(e, r, true)
    }),
    mutator!(c"cloneContents", 0, range, |e, r, _call| {
        super::range_contents::take(e, r, false)
    }),
    mutator!(c"insertNode", 1, range, |e, r, call| {
        let node = convert::node(call, 0)?;
        super::range_contents::insert(e, r, node)
    }),
    mutator!(c"surroundContents", 1, range, |e, r, call| {
        let node = convert::node(call, 0)?;
        super::range_contents::surround(e, r, node)
    }),
    op!(c"cloneRange", 0, range, |e, r, _call| {
        let range = e.tree().range(r);
        let prototype = e.prototype(Interface::Range)?;
        make(e, &prototype, range.start, range.end)
    }),
    op!(c"detach", 0, range, |_e, _r, _call| {}),
    op!(c"isPointInRange", 2, range, |e, r, call| {
        let at = point(e, call)?;
        let tree = e.tree();
        let range = tree.range(r);
        if tree.root(at.node) != tree.root(range.start.node) {
            false
        } else {
            drop(tree);
            check(e, at)?;
            compare_point(&e.tree(), range, at) == 0
        }
    }),
    op!(c"comparePoint", 2, range, |e, r, call| {
        let at = point(e, call)?;
        let range = e.tree().range(r);
        if e.tree().root(at.node) != e.tree().root(range.start.node) {
            return Err(wrong_document(e));
        }
        check(e, at)?;
        compare_point(&e.tree(), range, at)
    }),
    op!(c"intersectsNode", 1, range, |e, r, call| {
        let node = convert::node(call, 0)?;
        let tree = e.tree();
        let range = tree.range(r);
        if tree.root(node) != tree.root(range.start.node) {
            return false.to_js(e);
        }
        let Some(parent) = tree.parent(node) else {
            return true.to_js(e);
        };
        let offset = tree.index(node);
        let before = Boundary {
            node: parent,
            offset,
        };
        let after = Boundary {
            node: parent,
            offset: offset + 1,
        };
        tree.compare_boundaries(before, range.end) == Ordering::Less
            && tree.compare_boundaries(after, range.start) == Ordering::Greater
    }),
    mutator!(c"createContextualFragment", 1, range, |e, r, call| {
        let html = text(call, 0)?;
        contextual_fragment(e, r, &html)
    }),
    op!(c"getBoundingClientRect", 0, range, |e, _r, _call| {
        super::css::empty_rect(e)
    }),
    op!(c"getClientRects", 0, range, |e, _r, _call| e.cx.array()),
    op!(c"toString", 0, range, |e, r, _call| {
        let tree = e.tree();
        let range = tree.range(r);
        range_text(&tree, range)
    }),
];

impl<'a> Env<'a> {
    pub(super) fn range(call: &Call<'a>) -> JsResult<(Env<'a>, RangeId)> {
        let env = Env::of(call.cx());
        match call.this().member_key().and_then(range_of_key) {
            Some(range) => Ok((env, range)),
            None => Err(type_error(call.cx(), "Illegal invocation: not a Range")),
        }
    }
}

pub(super) fn argument<'a>(env: Env<'a>, value: &Value<'a>) -> JsResult<RangeId> {
    value
        .member_key()
        .and_then(range_of_key)
        .ok_or_else(|| super::node::not_a(env, "a Range"))
}

/// `new Range()`.
pub(super) fn construct<'a>(call: &Call<'a>, prototype: &Value<'a>) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    let node = env.window_document_id()?;
    let start = Boundary { node, offset: 0 };
    make(env, prototype, start, start)
}

pub(super) fn make<'a>(
    env: Env<'a>,
    prototype: &Value<'a>,
    start: Boundary,
    end: Boundary,
) -> JsResult<Value<'a>> {
    let range = env.tree_mut().add_range(RangeState { start, end });
    let object = match env.cx.member(prototype, range_key(range)) {
        Ok(object) => object,
        Err(thrown) => {
            env.tree_mut().drop_range(range);
            return Err(thrown);
        }
    };
    hold(env, &object, range)?;
    Ok(object)
}

/// A range keeps the nodes that it begins and ends in.
fn hold<'a>(env: Env<'a>, object: &Value<'a>, range: RangeId) -> JsResult<()> {
    let state = env.tree().range(range);
    object.hold(held::START, env.wrap(state.start.node)?);
    object.hold(held::END, env.wrap(state.end.node)?);
    Ok(())
}

/// Ranges that a change of the tree has moved to other nodes.
pub(super) fn moved(env: Env<'_>, ranges: &[RangeId]) -> JsResult<()> {
    for range in ranges {
        if let Some(object) = env.cx.find_member(range_key(*range)) {
            hold(env, &object, *range)?;
        }
    }
    Ok(())
}

pub(super) fn set(env: Env<'_>, range: RangeId, state: RangeState) -> JsResult<()> {
    env.tree_mut().set_range(range, state);
    moved(env, &[range])
}

// ---- boundaries ------------------------------------------------------------

fn no_doctype(env: Env<'_>) -> quickbeam_engine::Thrown {
    let message = "a doctype cannot be in a range";
    env.throw(&DomError::new("InvalidNodeTypeError", message))
}

fn wrong_document(env: Env<'_>) -> quickbeam_engine::Thrown {
    let message = "the two are in different trees";
    env.throw(&DomError::new("WrongDocumentError", message))
}

pub(super) fn check(env: Env<'_>, at: Boundary) -> JsResult<()> {
    if env.tree().is_doctype(at.node) {
        return Err(no_doctype(env));
    }
    let length = env.tree().length(at.node);
    if at.offset > length {
        let message = format!("offset {} is past the length {length}", at.offset);
        return Err(env.throw(&DomError::index_size(message)));
    }
    Ok(())
}

fn point<'a>(_env: Env<'a>, call: &Call<'a>) -> JsResult<Boundary> {
    let node = convert::node(call, 0)?;
    let offset = unsigned_long(&call.argument(1))?;
    Ok(Boundary { node, offset })
}

fn boundary<'a>(env: Env<'a>, call: &Call<'a>) -> JsResult<Boundary> {
    let at = point(env, call)?;
    check(env, at)?;
    Ok(at)
}

/// Before (0) or after (1) a node, in its parent.
fn beside<'a>(env: Env<'a>, call: &Call<'a>, after: u32) -> JsResult<Boundary> {
    let node = convert::node(call, 0)?;
    let tree = env.tree();
    match tree.parent(node) {
        Some(parent) => Ok(Boundary {
            node: parent,
            offset: tree.index(node) + after,
        }),
        None => {
            drop(tree);
            let message = "the node has no parent";
            Err(env.throw(&DomError::new("InvalidNodeTypeError", message)))
        }
    }
}

/// "Set the start".
pub(super) fn set_start(env: Env<'_>, range: RangeId, at: Boundary) -> JsResult<()> {
    let state = {
        let tree = env.tree();
        let mut state = tree.range(range);
        if tree.root(state.start.node) != tree.root(at.node)
            || tree.compare_boundaries(at, state.end) == Ordering::Greater
        {
            state.end = at;
        }
        state.start = at;
        state
    };
    set(env, range, state)
}

/// "Set the end".
pub(super) fn set_end(env: Env<'_>, range: RangeId, at: Boundary) -> JsResult<()> {
    let state = {
        let tree = env.tree();
        let mut state = tree.range(range);
        if tree.root(state.start.node) != tree.root(at.node)
            || tree.compare_boundaries(at, state.start) == Ordering::Less
        {
            state.start = at;
        }
        state.end = at;
        state
    };
    set(env, range, state)
}

fn compare_point(tree: &Tree, range: RangeState, at: Boundary) -> i32 {
    if tree.compare_boundaries(at, range.start) == Ordering::Less {
        -1
    } else if tree.compare_boundaries(at, range.end) == Ordering::Greater {
        1
    } else {
        0
    }
}

pub(super) fn common_ancestor(tree: &Tree, range: RangeState) -> NodeId {
    tree.ancestors(range.start.node)
        .find(|node| tree.is_inclusive_ancestor(*node, range.end.node))
        .unwrap_or(range.start.node)
}

/// The stringification of a range.
pub(super) fn range_text(tree: &Tree, range: RangeState) -> String {
    let RangeState { start, end } = range;
    let part = |node, from: u32, to: u32| {
        tree.substring_data(node, from, to - from)
            .unwrap_or_default()
    };
    if start.node == end.node && tree.is_text(start.node) {
        return part(start.node, start.offset, end.offset);
    }
    let mut out = String::new();
    if tree.is_text(start.node) {
        out.push_str(&part(start.node, start.offset, tree.length(start.node)));
    }
    let root = common_ancestor(tree, range);
    for node in tree.descendants(root) {
        if tree.is_text(node) && super::range_contents::contains(tree, range, node) {
            out.push_str(tree.character_data(node).unwrap_or(""));
        }
    }
    if tree.is_text(end.node) {
        out.push_str(&part(end.node, 0, end.offset));
    }
    out
}

fn contextual_fragment<'a>(env: Env<'a>, range: RangeId, html: &str) -> JsResult<Value<'a>> {
    let context = {
        let tree = env.tree();
        let node = tree.range(range).start.node;
        let element = match tree.is_element(node) {
            true => Some(node),
            false => tree.parent_element(node),
        };
        element.filter(|element| !tree.is_html_named(*element, "html"))
    };
    let (context, scratch) = match context {
        Some(context) => (context, None),
        None => {
            let mut tree = env.tree_mut();
            let document = tree.document(tree.range(range).start.node);
            let body = tree.new_element(document, Tree::html_name("body"));
            (body, Some(body))
        }
    };
    let fragment = super::markup::parse_fragment(env, context, html, false);
    if let Some(scratch) = scratch {
        env.discard(scratch);
    }
    let fragment = fragment?;
    env.wrap(fragment)
}

// ---- StaticRange -----------------------------------------------------------

struct Static(RangeState);

/// `new StaticRange(init)`.
pub(super) fn construct_static<'a>(call: &Call<'a>, prototype: &Value<'a>) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    convert::require(call, c"StaticRange", 1)?;
    let init = call.argument(0);
    let read = |node: &str, offset: &str| -> JsResult<(Value<'a>, Boundary)> {
        let object = member(&init, node)?;
        let Some(id) = env.node_of(&object) else {
            return Err(type_error(
                env.cx,
                &format!("StaticRange: {node} is not a Node"),
            ));
        };
        let offset = member(&init, offset)?;
        if offset.is_undefined() {
            return Err(type_error(env.cx, "StaticRange: an offset is missing"));
        }
        let offset = unsigned_long(&offset)?;
        let refused = env.tree().is_doctype(id) || env.tree().is_attribute(id);
        match refused {
            true => Err(no_doctype(env)),
            false => Ok((object, Boundary { node: id, offset })),
        }
    };
    let (end_object, end) = read("endContainer", "endOffset")?;
    let (start_object, start) = read("startContainer", "startOffset")?;
    new_static(
        env,
        prototype,
        RangeState { start, end },
        start_object,
        end_object,
    )
}

/// A StaticRange from and to where a range is.
pub(super) fn make_static(env: Env<'_>, state: RangeState) -> JsResult<Value<'_>> {
    let prototype = env.prototype(super::interfaces::Interface::StaticRange)?;
    let (start, end) = (env.wrap(state.start.node)?, env.wrap(state.end.node)?);
    new_static(env, &prototype, state, start, end)
}

fn new_static<'a>(
    env: Env<'a>,
    prototype: &Value<'a>,
    state: RangeState,
    start: Value<'a>,
    end: Value<'a>,
) -> JsResult<Value<'a>> {
    let object = env.cx.host_object_with_slots(prototype, Static(state), 2)?;
    object.set_internal_slot(0, start);
    object.set_internal_slot(1, end);
    Ok(object)
}

/// What `read` says of a Range or StaticRange.
fn read<'a, T: ToJs<'a>>(
    call: &Call<'a>,
    read: impl FnOnce(&Tree, RangeState) -> T,
) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    let this = call.this();
    let state = match this.member_key().and_then(range_of_key) {
        Some(range) => env.tree().range(range),
        None => match this.host::<Static>() {
            Some(Static(state)) => *state,
            None => return Err(type_error(env.cx, "Illegal invocation: not a range")),
        },
    };
    let value = read(&env.tree(), state);
    value.to_js(env)
}
