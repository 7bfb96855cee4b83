//! Who is asked at the engine's polls, and why running code ends.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, ErrorKind, JsResult};
use crate::fiber::{Pause, Signal, panic_message};
use crate::heap::Inner;

/// What the embedder's watch answers at the engine's poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Continue,
    /// Suspend the fiber with [`Pause::Slice`].
    Pause,
    /// End the running code by the uncatchable error.
    Kill,
}

/// Asked by the engine about once in some hundred reductions.
pub trait Watch {
    fn poll(&self) -> Verdict;

    /// As [`Watch::poll`], before something that takes about `ahead` and has no poll.
    fn poll_ahead(&self, _ahead: Duration) -> Verdict {
        self.poll()
    }

    /// `Atomics.wait`: suspend the fiber while `waiting` answers true, at most for
    /// `timeout` (`None`: for ever). An error where that cannot be.
    fn block(
        &self,
        cx: Cx<'_>,
        _timeout: Option<Duration>,
        _waiting: &dyn Fn() -> bool,
    ) -> JsResult<()> {
        Err(cx.throw_error(ErrorKind::Type, "nothing can wait here"))
    }
}

/// Why the running code was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillCause {
    /// [`Verdict::Kill`].
    Watch,
    /// The reduction limit.
    Reductions,
}

impl Cx<'_> {
    /// Why the running code is being killed, if it is.
    pub fn kill_cause(self) -> Option<KillCause> {
        // SAFETY: reads a field.
        match unsafe { sys::JS_GetContextKill(self.as_ptr()) } {
            sys::JS_CONTEXT_KILL_INTERRUPT => Some(KillCause::Watch),
            sys::JS_CONTEXT_KILL_REDUCTIONS => Some(KillCause::Reductions),
            _ => None,
        }
    }

    /// End the kill of what ran on top of code that waits: its jobs stay.
    pub fn end_nested_kill(self) {
        // SAFETY: bookkeeping of a live context.
        unsafe { sys::JS_EndContextKill(self.as_ptr()) }
    }

    /// End the kill, and drop the jobs that are left. Only with no JS frame on
    /// the stack.
    pub fn clear_kill(self) {
        // SAFETY: bookkeeping of a live context.
        unsafe { sys::JS_ClearContextKill(self.as_ptr()) }
    }
}

pub(crate) unsafe extern "C" fn on_poll(_rt: *mut sys::JSRuntime, opaque: *mut c_void) -> i32 {
    // SAFETY: set in Heap::new, alive as long as the runtime.
    let inner = unsafe { &*opaque.cast::<Inner>() };
    if inner.dying.get() || inner.poison.borrow().is_some() {
        return 1;
    }
    let watch = inner.watch.borrow().clone();
    let verdict = catch_unwind(AssertUnwindSafe(|| {
        watch.map_or(Verdict::Continue, |w| match inner.ahead.take() {
            Duration::ZERO => w.poll(),
            ahead => w.poll_ahead(ahead),
        })
    }));
    match verdict {
        Ok(Verdict::Continue) => 0,
        Ok(Verdict::Pause) if inner.suspender.get().is_null() => 0,
        Ok(Verdict::Pause) => matches!(inner.suspend(Pause::Slice), Signal::Kill).into(),
        Ok(Verdict::Kill) | Err(_) => 1,
    }
}

pub(crate) unsafe extern "C" fn on_wait(
    _ctx: *mut sys::JSContext,
    timeout: f64,
    waiting: *const bool,
    opaque: *mut c_void,
) -> i32 {
    // SAFETY: set in Heap::new, alive as long as the runtime.
    let inner = unsafe { &*opaque.cast::<Inner>() };
    let cx = inner.cx();
    let watch = inner.watch.borrow().clone();
    let timeout = Duration::try_from_secs_f64(timeout / 1e3).ok();
    // SAFETY: on the stack of the C function that called this, below us; written
    // by code that runs on top of us, on whichever thread has the heap.
    let waiting = || unsafe { waiting.read_volatile() };
    let waited = catch_unwind(AssertUnwindSafe(|| match watch {
        Some(watch) => watch.block(cx, timeout, &waiting),
        None => Err(cx.throw_error(ErrorKind::Type, "nothing can wait here")),
    }));
    match waited {
        Ok(Ok(())) => 0,
        Ok(Err(_thrown)) => -1,
        Err(panic) => {
            inner.poison(panic_message(&*panic));
            let _thrown = cx.throw_interrupted();
            -1
        }
    }
}
