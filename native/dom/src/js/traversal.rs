//! `TreeWalker` and `NodeIterator`: DOM, section 6.

use std::cell::Cell;

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::convert::{self, ToJs, type_error};
use super::dom::{Env, held, iterator_key, iterator_of_key};
use super::interfaces::Interface;
use crate::tree::{DomError, IteratorId, IteratorState, NodeData, NodeId, Tree};

const ACCEPT: u32 = 1;
const REJECT: u32 = 2;
const SKIP: u32 = 3;

/// A filter that is running must not be run again by what it does.
fn guarded<'a>(
    env: Env<'a>,
    active: &Cell<bool>,
    what: u32,
    filter: &Value<'a>,
    node: NodeId,
) -> JsResult<u32> {
    if active.get() {
        return Err(env.throw(&DomError::invalid_state("the filter is running already")));
    }
    if 1u32
        .checked_shl(node_type(&env.tree(), node) - 1)
        .unwrap_or(0)
        & what
        == 0
    {
        return Ok(SKIP);
    }
    if filter.is_nullish() {
        return Ok(ACCEPT);
    }
    active.set(true);
    let answer = ask(env, filter, node);
    active.set(false);
    answer
}

fn ask<'a>(env: Env<'a>, filter: &Value<'a>, node: NodeId) -> JsResult<u32> {
    let argument = env.wrap(node)?;
    let answer = match filter.is_function() {
        true => filter.call(&env.cx.undefined(), &[argument])?,
        false => {
            let function = filter.get("acceptNode")?;
            if !function.is_function() {
                return Err(type_error(
                    env.cx,
                    "acceptNode of the filter is not a function",
                ));
            }
            function.call(filter, &[argument])?
        }
    };
    convert::unsigned_long(&answer).map(|answer| answer & 0xFFFF)
}

fn node_type(tree: &Tree, id: NodeId) -> u32 {
    match tree.data(id) {
        NodeData::Element(_) | NodeData::Free => 1,
        NodeData::Attr(_) => 2,
        NodeData::Text(_) => 3,
        NodeData::CData(_) => 4,
        NodeData::Instruction(_) => 7,
        NodeData::Comment(_) => 8,
        NodeData::Document(_) => 9,
        NodeData::Doctype(_) => 10,
        NodeData::Fragment(_) => 11,
    }
}

/// The arguments of both factories.
fn arguments<'a>(call: &Call<'a>) -> JsResult<(NodeId, u32, Value<'a>)> {
    let root = convert::node(call, 0)?;
    let what = match call.argument(1) {
        what if what.is_undefined() => u32::MAX,
        what => convert::unsigned_long(&what)?,
    };
    let filter = call.argument(2);
    if !filter.is_nullish() && !filter.is_object() {
        return Err(type_error(
            call.cx(),
            "the filter is neither a function nor an object",
        ));
    }
    let filter = match filter.is_nullish() {
        true => call.cx().null(),
        false => filter,
    };
    Ok((root, what, filter))
}

// ---- TreeWalker ------------------------------------------------------------

struct Walker {
    root: NodeId,
    what: u32,
    active: Cell<bool>,
}

/// Internal slots of a walker.
const ROOT: usize = 0;
const CURRENT: usize = 1;
const FILTER: usize = 2;

pub(super) fn walker<'a>(env: Env<'a>, call: &Call<'a>) -> JsResult<Value<'a>> {
    let (root, what, filter) = arguments(call)?;
    let prototype = env.prototype(Interface::TreeWalker)?;
    let walker = Walker {
        root,
        what,
        active: Cell::new(false),
    };
    let object = env.cx.host_object_with_slots(&prototype, walker, 3)?;
    object.set_internal_slot(ROOT, call.argument(0));
    object.set_internal_slot(CURRENT, call.argument(0));
    object.set_internal_slot(FILTER, filter);
    Ok(object)
}

/// A walker in the middle of a step.
struct Walk<'w, 'a> {
    env: Env<'a>,
    object: &'w Value<'a>,
    walker: &'w Walker,
}

impl<'a> Walk<'_, 'a> {
    fn slot(&self, index: usize) -> Value<'a> {
        let value = self.object.internal_slot(index);
        value.expect("a walker has its slots")
    }

    fn current(&self) -> NodeId {
        let current = self.env.node_of(&self.slot(CURRENT));
        current.expect("the current node is one")
    }

    fn filter(&self, node: NodeId) -> JsResult<u32> {
        let Walker { what, active, .. } = self.walker;
        guarded(self.env, active, *what, &self.slot(FILTER), node)
    }

    fn go(&self, node: NodeId) -> JsResult<Option<Value<'a>>> {
        let object = self.env.wrap(node)?;
        self.object.set_internal_slot(CURRENT, object.clone());
        Ok(Some(object))
    }

    fn there(&self, read: impl FnOnce(&Tree) -> Option<NodeId>) -> Option<NodeId> {
        read(&self.env.tree())
    }

    fn parent(&self) -> JsResult<Option<Value<'a>>> {
        let mut node = self.current();
        while node != self.walker.root {
            match self.there(|tree| tree.parent(node)) {
                Some(parent) => node = parent,
                None => return Ok(None),
            }
            if self.filter(node)? == ACCEPT {
                return self.go(node);
            }
        }
        Ok(None)
    }

    /// "Traverse children", first or last.
    fn child(&self, first: bool) -> JsResult<Option<Value<'a>>> {
        let end = |tree: &Tree, node| match first {
            true => tree.first_child(node),
            false => tree.last_child(node),
        };
        let beside = |tree: &Tree, node| match first {
            true => tree.next(node),
            false => tree.previous(node),
        };
        let start = self.current();
        let mut at = self.there(|tree| end(tree, start));
        while let Some(node) = at {
            let answer = self.filter(node)?;
            if answer == ACCEPT {
                return self.go(node);
            }
            if answer == SKIP
                && let Some(child) = self.there(|tree| end(tree, node))
            {
                at = Some(child);
                continue;
            }
            let mut up = node;
            at = loop {
                if let Some(sibling) = self.there(|tree| beside(tree, up)) {
                    break Some(sibling);
                }
                match self.there(|tree| tree.parent(up)) {
                    None => return Ok(None),
                    Some(parent) if parent == self.walker.root || parent == start => {
                        return Ok(None);
                    }
                    Some(parent) => up = parent,
                }
            };
        }
        Ok(None)
    }

    /// "Traverse siblings", next or previous.
    fn sibling(&self, next: bool) -> JsResult<Option<Value<'a>>> {
        let beside = |tree: &Tree, node| match next {
            true => tree.next(node),
            false => tree.previous(node),
        };
        let inside = |tree: &Tree, node| match next {
            true => tree.first_child(node),
            false => tree.last_child(node),
        };
        let mut node = self.current();
        if node == self.walker.root {
            return Ok(None);
        }
        loop {
            let mut at = self.there(|tree| beside(tree, node));
            while let Some(sibling) = at {
                node = sibling;
                let answer = self.filter(node)?;
                if answer == ACCEPT {
                    return self.go(node);
                }
                at = self.there(|tree| inside(tree, node));
                if answer == REJECT || at.is_none() {
                    at = self.there(|tree| beside(tree, node));
                }
            }
            match self.there(|tree| tree.parent(node)) {
                None => return Ok(None),
                Some(parent) if parent == self.walker.root => return Ok(None),
                Some(parent) => node = parent,
            }
            if self.filter(node)? == ACCEPT {
                return Ok(None);
            }
        }
    }

    fn next(&self) -> JsResult<Option<Value<'a>>> {
        let mut node = self.current();
        let mut answer = ACCEPT;
        loop {
            while answer != REJECT
                && let Some(child) = self.there(|tree| tree.first_child(node))
            {
                node = child;
                answer = self.filter(node)?;
                if answer == ACCEPT {
                    return self.go(node);
                }
            }
            match self.there(|tree| tree.following_past(node, self.walker.root)) {
                Some(following) => node = following,
                None => return Ok(None),
            }
            answer = self.filter(node)?;
            if answer == ACCEPT {
                return self.go(node);
            }
        }
    }

    fn previous(&self) -> JsResult<Option<Value<'a>>> {
        let mut node = self.current();
        while node != self.walker.root {
            let mut sibling = self.there(|tree| tree.previous(node));
            while let Some(before) = sibling {
                node = before;
                let mut answer = self.filter(node)?;
                while answer != REJECT
                    && let Some(child) = self.there(|tree| tree.last_child(node))
                {
                    node = child;
                    answer = self.filter(node)?;
                }
                if answer == ACCEPT {
                    return self.go(node);
                }
                sibling = self.there(|tree| tree.previous(node));
            }
            let parent = self.there(|tree| tree.parent(node));
            match parent {
                Some(parent) if node != self.walker.root => node = parent,
                _ => return Ok(None),
            }
            if self.filter(node)? == ACCEPT {
                return self.go(node);
            }
        }
        Ok(None)
    }
}

fn walk<'a, T: ToJs<'a>>(
    call: &Call<'a>,
    step: impl FnOnce(&Walk<'_, 'a>) -> JsResult<T>,
) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    let object = call.this();
    let Some(walker) = object.host::<Walker>() else {
        return Err(type_error(env.cx, "Illegal invocation: not a TreeWalker"));
    };
    let walk = Walk {
        env,
        object: &object,
        walker,
    };
    step(&walk)?.to_js(env)
}

pub(super) static WALKER: &[Member] = &[
    Member::attribute(c"root", |call| walk(call, |walk| Ok(walk.slot(ROOT)))),
    Member::attribute(c"whatToShow", |call| {
        walk(call, |walk| Ok(walk.walker.what))
    }),
    Member::attribute(c"filter", |call| walk(call, |walk| Ok(walk.slot(FILTER)))),
    Member::accessor(
        c"currentNode",
        |call| walk(call, |walk| Ok(walk.slot(CURRENT))),
        |call| {
            walk(call, |walk| {
                convert::node(call, 0)?;
                walk.object.set_internal_slot(CURRENT, call.argument(0));
                Ok(())
            })
        },
    ),
    Member::operation(c"parentNode", 0, |call| walk(call, |walk| walk.parent())),
    Member::operation(c"firstChild", 0, |call| walk(call, |walk| walk.child(true))),
    Member::operation(c"lastChild", 0, |call| walk(call, |walk| walk.child(false))),
    Member::operation(c"previousSibling", 0, |call| {
        walk(call, |walk| walk.sibling(false))
    }),
    Member::operation(c"nextSibling", 0, |call| {
        walk(call, |walk| walk.sibling(true))
    }),
    Member::operation(c"previousNode", 0, |call| {
        walk(call, |walk| walk.previous())
    }),
    Member::operation(c"nextNode", 0, |call| walk(call, |walk| walk.next())),
];

// ---- NodeIterator ----------------------------------------------------------

/// What an iterator shows, and whether its filter runs: values that its object
/// holds.
pub(super) fn iterator<'a>(env: Env<'a>, call: &Call<'a>) -> JsResult<Value<'a>> {
    let (root, what, filter) = arguments(call)?;
    let prototype = env.prototype(Interface::NodeIterator)?;
    let id = env.tree_mut().add_iterator(IteratorState {
        root,
        reference: root,
        before_reference: true,
    });
    let object = match env.cx.member(&prototype, iterator_key(id)) {
        Ok(object) => object,
        Err(thrown) => {
            env.tree_mut().drop_iterator(id);
            return Err(thrown);
        }
    };
    object.hold(held::START, call.argument(0));
    object.hold(held::END, call.argument(0));
    object.hold(held::FILTER, filter);
    object.hold(held::INTERNALS, env.cx.integer(what.into()));
    object.hold(held::OWNER, env.cx.boolean(false));
    Ok(object)
}

/// Iterators whose reference a removal has moved.
pub(super) fn moved(env: Env<'_>, iterators: &[IteratorId]) -> JsResult<()> {
    for id in iterators {
        if let Some(object) = env.cx.find_member(iterator_key(*id)) {
            let reference = env.tree().iterator(*id).reference;
            object.hold(held::END, env.wrap(reference)?);
        }
    }
    Ok(())
}

fn this<'a>(call: &Call<'a>) -> JsResult<(Env<'a>, Value<'a>, IteratorId)> {
    let env = Env::of(call.cx());
    let object = call.this();
    match object.member_key().and_then(iterator_of_key) {
        Some(id) => Ok((env, object, id)),
        None => Err(type_error(env.cx, "Illegal invocation: not a NodeIterator")),
    }
}

fn of_held<'a>(call: &Call<'a>, tag: u32) -> JsResult<Value<'a>> {
    let (_, object, _) = this(call)?;
    Ok(object.held(tag).expect("an iterator holds it"))
}

/// "Traverse".
fn traverse<'a>(call: &Call<'a>, next: bool) -> JsResult<Value<'a>> {
    let (env, object, id) = this(call)?;
    let filter = object.held(held::FILTER).expect("an iterator holds it");
    let what = object.held(held::INTERNALS).expect("an iterator holds it");
    let what = convert::unsigned_long(&what)?;
    let state = env.tree().iterator(id);
    let (mut node, mut before) = (state.reference, state.before_reference);
    loop {
        if next != before {
            let found = {
                let tree = env.tree();
                match next {
                    true => tree.following(node, state.root),
                    false => tree.preceding(node, state.root),
                }
            };
            match found {
                Some(found) => node = found,
                None => return Ok(env.cx.null()),
            }
        } else {
            before = !next;
        }
        let running = object
            .held(held::OWNER)
            .is_some_and(|running| running.truthy());
        let active = Cell::new(running);
        object.hold(held::OWNER, env.cx.boolean(true));
        let answer = guarded(env, &active, what, &filter, node);
        object.hold(held::OWNER, env.cx.boolean(running));
        if answer? == ACCEPT {
            break;
        }
        env.cx.poll()?;
    }
    let reference = env.wrap(node)?;
    object.hold(held::END, reference.clone());
    env.tree_mut().set_iterator(
        id,
        IteratorState {
            root: state.root,
            reference: node,
            before_reference: before,
        },
    );
    Ok(reference)
}

pub(super) static ITERATOR: &[Member] = &[
    Member::attribute(c"root", |call| of_held(call, held::START)),
    Member::attribute(c"referenceNode", |call| of_held(call, held::END)),
    Member::attribute(c"pointerBeforeReferenceNode", |call| {
        let (env, _, id) = this(call)?;
        let before = env.tree().iterator(id).before_reference;
        before.to_js(env)
    }),
    Member::attribute(c"whatToShow", |call| of_held(call, held::INTERNALS)),
    Member::attribute(c"filter", |call| of_held(call, held::FILTER)),
    Member::operation(c"nextNode", 0, |call| traverse(call, true)),
    Member::operation(c"previousNode", 0, |call| traverse(call, false)),
    Member::operation(c"detach", 0, |call| {
        this(call)?;
        Ok(call.cx().undefined())
    }),
];
