//! Questions of a script to its host, and the host's answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use quickbeam_engine::{Cx, ErrorKind, JsResult, Root, Value};

use crate::gauges::Wait;
use crate::operation::Deliver;
use crate::state::State;
use crate::waits;

/// The calls of one context that the host has not answered yet.
#[derive(Default)]
pub(crate) struct Calls {
    promises: RefCell<HashMap<u64, Pending>>,
}

/// A call that answers through a promise.
struct Pending {
    resolve: Root,
    reject: Root,
    charged: usize,
}

/// Calls of one context that may wait for an answer at once.
pub const PENDING_MAX: usize = 10_000;
/// What a call is charged beside its arguments.
const CALL_BYTES: usize = 512;

/// A new call that answers through a promise: its number and the promise. The
/// `bytes` of its arguments are charged to the heap until it is answered.
pub fn begin(cx: Cx<'_>, bytes: usize) -> JsResult<(u64, Value<'_>)> {
    let calls = &State::of(cx).calls;
    if calls.promises.borrow().len() >= PENDING_MAX {
        let message = format!("{PENDING_MAX} calls wait for their answers already");
        return Err(cx.throw_error(ErrorKind::Range, &message));
    }
    let (promise, resolve, reject) = cx.promise()?;
    let charged = bytes + CALL_BYTES;
    cx.charge(charged)?;
    let id = next_id();
    calls.promises.borrow_mut().insert(
        id,
        Pending {
            resolve: Root::new(resolve),
            reject: Root::new(reject),
            charged,
        },
    );
    Ok((id, promise))
}

/// The number of a call that [`wait`] will wait for.
pub fn next_id() -> u64 {
    // Unique in the process: after a reset a late answer to an old call must
    // not be taken for that to a new one.
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// [`waits::for_answer`] for what is no handler's.
pub fn wait(cx: Cx<'_>, id: u64) -> JsResult<Value<'_>> {
    waits::for_answer(cx, id, Wait::Host)
}

impl Calls {
    /// Whether call `id` answers through a promise that is still pending.
    pub(crate) fn has_promise(&self, id: u64) -> bool {
        self.promises.borrow().contains_key(&id)
    }

    /// Settle the promise of call `id`. An answer to a call that is not there
    /// any more is dropped.
    pub(crate) fn settle(&self, cx: Cx<'_>, id: u64, answer: Box<dyn Deliver>) -> JsResult<()> {
        let Some(call) = self.promises.borrow_mut().remove(&id) else {
            return Ok(());
        };
        let Pending {
            resolve,
            reject,
            charged,
        } = call;
        cx.release(charged);
        let undefined = cx.undefined();
        match answer.deliver(cx) {
            Ok(value) => resolve.get(cx).call(&undefined, &[value]).map(drop),
            Err(thrown) if cx.kill_cause().is_some() => Err(thrown),
            Err(thrown) => {
                let reason = cx.catch(thrown);
                reject.get(cx).call(&undefined, &[reason]).map(drop)
            }
        }
    }
}
