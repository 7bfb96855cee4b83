//! Custom element reactions: HTML, 4.13.6.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use quickbeam_engine::{Call, JsResult, Root, Value};

use super::convert::ToJs;
use super::custom::{self, Definition};
use super::dom::Env;
use crate::tree::NodeId;

enum Reaction {
    Upgrade(Rc<Definition>),
    Callback(Root, Vec<Root>),
}

/// The elements that have reactions, and those. Each step that changes the tree
/// has the part of the queue that came after it began.
#[derive(Default)]
pub(super) struct Reactions {
    queue: RefCell<Vec<(NodeId, Root)>>,
    of: RefCell<HashMap<NodeId, VecDeque<Reaction>>>,
    depth: Cell<usize>,
    /// Whether a microtask is to run what was queued outside of any step.
    backup: Cell<bool>,
}

impl Reactions {
    pub(super) fn begin(&self) -> usize {
        self.depth.set(self.depth.get() + 1);
        self.queue.borrow().len()
    }

    pub(super) fn end(&self, _mark: usize) {
        self.depth.set(self.depth.get() - 1);
    }

    pub(super) fn any_since(&self, mark: usize) -> bool {
        self.queue.borrow().len() > mark
    }

    /// An element's reactions are void.
    pub(super) fn forget(&self, id: NodeId) {
        let gone = self.of.borrow_mut().remove(&id);
        drop(gone);
    }
}

/// "Enqueue an element on the appropriate element queue", with a reaction.
fn enqueue(env: Env<'_>, id: NodeId, reaction: Reaction) -> JsResult<()> {
    let reactions = &env.dom.custom.reactions;
    let object = Root::new(env.wrap(id)?);
    reactions
        .of
        .borrow_mut()
        .entry(id)
        .or_default()
        .push_back(reaction);
    reactions.queue.borrow_mut().push((id, object));
    if reactions.depth.get() == 0 && !reactions.backup.replace(true) {
        super::dom::microtask(env, run_backup)?;
    }
    Ok(())
}

fn run_backup<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    let reactions = &env.dom.custom.reactions;
    reactions.backup.set(false);
    reactions.depth.set(reactions.depth.get() + 1);
    run(env, 0)?;
    ().to_js(env)
}

pub(super) fn upgrade(env: Env<'_>, id: NodeId, definition: Rc<Definition>) -> JsResult<()> {
    enqueue(env, id, Reaction::Upgrade(definition))
}

/// Enqueue a lifecycle callback, where the definition has it.
pub(super) fn callback<'a>(
    env: Env<'a>,
    id: NodeId,
    definition: &Definition,
    name: &str,
    arguments: Vec<Value<'a>>,
) -> JsResult<()> {
    let Some(callback) = definition.callback(name) else {
        return Ok(());
    };
    let callback = Root::new(callback.get(env.cx));
    let arguments = arguments.into_iter().map(Root::new).collect();
    enqueue(env, id, Reaction::Callback(callback, arguments))
}

/// "Invoke custom element reactions" of the elements after `mark`, and end the
/// step.
pub(super) fn run(env: Env<'_>, mark: usize) -> JsResult<()> {
    let reactions = &env.dom.custom.reactions;
    let mut outcome = Ok(());
    loop {
        let next = {
            let mut queue = reactions.queue.borrow_mut();
            (queue.len() > mark).then(|| queue.remove(mark))
        };
        let Some((id, object)) = next else { break };
        // After a kill, the rest is dropped.
        if outcome.is_ok() {
            outcome = run_all_of(env, id, &object.get(env.cx));
        } else {
            reactions.forget(id);
        }
    }
    reactions.end(mark);
    outcome
}

fn run_all_of<'a>(env: Env<'a>, id: NodeId, object: &Value<'a>) -> JsResult<()> {
    let reactions = &env.dom.custom.reactions;
    loop {
        let next = {
            let mut of = reactions.of.borrow_mut();
            let next = of.get_mut(&id).and_then(VecDeque::pop_front);
            if next.is_none() {
                of.remove(&id);
            }
            next
        };
        let result = match next {
            None => return Ok(()),
            Some(Reaction::Upgrade(definition)) => custom::upgrade(env, id, &definition),
            Some(Reaction::Callback(callback, arguments)) => {
                let arguments: Vec<Value<'a>> =
                    arguments.iter().map(|root| root.get(env.cx)).collect();
                callback.get(env.cx).call(object, &arguments).map(drop)
            }
        };
        if let Err(thrown) = result {
            env.report(thrown)?;
        }
    }
}
