//! Natives that suspend the fiber with all its frames, while the thread goes on
//! with other contexts: until the host has answered, for a time, for
//! `Atomics.wait`.

use std::time::Duration;

use quickbeam_engine::{Cx, JsResult, Pause, Signal, Value};

use crate::calls::next_id;
use crate::clock::{self, NEVER};
use crate::entry::{self, Entry};
use crate::gauges::Wait;
use crate::operation::Deliver;
use crate::state::State;

/// The answer that a waiting native is resumed with.
pub(crate) struct Answer(pub(crate) Box<dyn Deliver>);

/// What a waiting native runs before it waits on.
pub(crate) struct Inner(pub(crate) Entry);

/// Suspend the fiber until the host has answered call `id`, which is `what`. What
/// the host asks of this very context to find its answer runs here, on top of
/// what waits.
pub fn for_answer(cx: Cx<'_>, id: u64, what: Wait) -> JsResult<Value<'_>> {
    let answer = suspended(cx, what, NEVER, || match pause(cx, id)? {
        Woken::Answer(answer) => Ok(Some(answer)),
        Woken::Other => Ok(None),
    })?;
    answer.0.deliver(cx)
}

/// Suspend the fiber for `time`.
pub fn sleep(cx: Cx<'_>, time: Duration) -> JsResult<()> {
    until(cx, Wait::Sleep, clock::after(clock::now(), time), &|| true)
}

/// Suspend the fiber while `waiting` answers true, at most for `timeout`. It is
/// asked again whenever something has run on top of what waits.
pub(crate) fn block(
    cx: Cx<'_>,
    timeout: Option<Duration>,
    waiting: &dyn Fn() -> bool,
) -> JsResult<()> {
    let end = timeout.map_or(NEVER, |timeout| clock::after(clock::now(), timeout));
    until(cx, Wait::Atomics, end, waiting)
}

fn until(cx: Cx<'_>, what: Wait, end: u64, waiting: &dyn Fn() -> bool) -> JsResult<()> {
    let id = next_id();
    suspended(cx, what, end, || {
        if !waiting() || clock::now() >= end {
            return Ok(Some(()));
        }
        pause(cx, id).map(|_| None)
    })
}

/// Ask `step` until it answers something, with `what` and `end` to be seen as
/// what the context waits for.
fn suspended<R>(
    cx: Cx<'_>,
    what: Wait,
    end: u64,
    mut step: impl FnMut() -> JsResult<Option<R>>,
) -> JsResult<R> {
    let state = State::of(cx);
    // Put back at the end: what waits below, where this runs on top of it.
    let wake = state.wake.replace(end);
    let below = state.gauges.suspend(what);
    let result = loop {
        match step() {
            Ok(None) => {}
            Ok(Some(result)) => break Ok(result),
            Err(thrown) => break Err(thrown),
        }
    };
    state.gauges.resume(below);
    state.wake.set(wake);
    result
}

enum Woken {
    Answer(Box<Answer>),
    Other,
}

fn pause(cx: Cx<'_>, id: u64) -> JsResult<Woken> {
    match cx.suspend(Pause::Wait(id)) {
        Signal::Deliver(answer) => match answer.downcast::<Answer>() {
            Ok(answer) => return Ok(Woken::Answer(answer)),
            Err(inner) => {
                if let Ok(inner) = inner.downcast::<Inner>() {
                    entry::execute_nested(cx, inner.0);
                }
            }
        },
        Signal::Continue => {}
        Signal::Kill => return Err(cx.throw_interrupted()),
    }
    Ok(Woken::Other)
}
