//! Messages of the host to a script, in order.

use std::cell::RefCell;
use std::collections::VecDeque;

use quickbeam_engine::{Cx, ErrorKind, JsResult, Root, Value};

use crate::operation::Deliver;
use crate::state::State;

/// Messages kept while no callback is registered.
pub const KEPT_MAX: usize = 100_000;

/// The callback of one context and the messages that wait for one.
#[derive(Default)]
pub(crate) struct Messages {
    callback: RefCell<Option<Root>>,
    /// With what each is charged to the heap.
    kept: RefCell<VecDeque<(Box<dyn Deliver>, usize)>>,
}

/// Put a message of the script to itself behind those that wait.
pub fn send_self(cx: Cx<'_>, message: Box<dyn Deliver>) -> JsResult<()> {
    let messages = &State::of(cx).messages;
    if messages.callback.borrow().is_some() {
        // A callback hears none while its own script goes on sending.
        let charged = message.bytes();
        cx.charge(charged)?;
        messages.kept.borrow_mut().push_back((message, charged));
        return Ok(());
    }
    if messages.keep(cx, message) {
        return Ok(());
    }
    let message = format!("{KEPT_MAX} messages wait for a Beam.onMessage callback");
    Err(cx.throw_error(ErrorKind::Range, &message))
}

/// Register the callback for all messages from the next on, the kept ones
/// first; `None` keeps them again.
pub fn listen<'a>(cx: Cx<'a>, callback: Option<Value<'a>>) {
    *State::of(cx).messages.callback.borrow_mut() = callback.map(Root::new);
}

impl Messages {
    /// Take a message in. Answers false where it had to be dropped: too many are
    /// kept for a callback, or the memory limit has no room for it.
    pub(crate) fn keep(&self, cx: Cx<'_>, message: Box<dyn Deliver>) -> bool {
        let mut charged = 0;
        if self.callback.borrow().is_none() {
            if self.kept.borrow().len() >= KEPT_MAX {
                return false;
            }
            charged = message.bytes();
            if let Err(thrown) = cx.charge(charged) {
                drop(cx.catch(thrown));
                return false;
            }
        }
        self.kept.borrow_mut().push_back((message, charged));
        true
    }

    /// Whether a message can be delivered now.
    pub(crate) fn ready(&self) -> bool {
        self.callback.borrow().is_some() && !self.kept.borrow().is_empty()
    }

    /// How many can.
    pub(crate) fn deliverable(&self) -> usize {
        match *self.callback.borrow() {
            Some(_) => self.kept.borrow().len(),
            None => 0,
        }
    }

    /// Hand the first message to the callback.
    pub(crate) fn deliver<'a>(&self, cx: Cx<'a>) -> Option<JsResult<Value<'a>>> {
        let callback = self.callback.borrow().as_ref()?.get(cx);
        let (message, charged) = self.kept.borrow_mut().pop_front()?;
        cx.release(charged);
        Some(
            message
                .deliver(cx)
                .and_then(|value| callback.call(&cx.undefined(), &[value])),
        )
    }
}
