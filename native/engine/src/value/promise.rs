//! Promises, past anything that a script may have replaced.

use quickbeam_engine_sys as sys;

use super::Value;
use crate::cx::JsResult;

/// `JS_PromiseState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromiseState {
    Pending,
    Fulfilled,
    Rejected,
}

impl<'a> Value<'a> {
    /// The state of a promise; `None` for anything else.
    pub fn promise_state(&self) -> Option<PromiseState> {
        // SAFETY: reads a slot of a live value.
        match unsafe { sys::JS_PromiseState(self.cx.as_ptr(), self.raw) } {
            sys::JS_PROMISE_PENDING => Some(PromiseState::Pending),
            sys::JS_PROMISE_FULFILLED => Some(PromiseState::Fulfilled),
            sys::JS_PROMISE_REJECTED => Some(PromiseState::Rejected),
            _ => None,
        }
    }

    /// What a settled promise holds; undefined while it is pending.
    pub fn promise_result(&self) -> Value<'a> {
        // SAFETY: reads a slot of a live value, with a reference of our own.
        unsafe { Value::from_raw(self.cx, sys::JS_PromiseResult(self.cx.as_ptr(), self.raw)) }
    }

    /// Whether somebody listens to a promise.
    pub fn is_handled(&self) -> bool {
        // SAFETY: reads a flag of a live value.
        unsafe { sys::JS_PromiseIsHandled(self.cx.as_ptr(), self.raw) }
    }

    /// Nobody is to be told when this promise is rejected.
    pub fn mark_handled(&self) {
        // SAFETY: sets a flag of a live promise, nothing for other values.
        unsafe { sys::JS_PromiseMarkAsHandled(self.cx.as_ptr(), self.raw) }
    }

    /// PerformPromiseThen with functions (or undefined), without a result promise
    /// and past anything that a script may have put in the place of `then` or of
    /// the constructor. What the functions throw is lost.
    pub fn then(&self, fulfilled: &Value<'a>, rejected: &Value<'a>) -> JsResult<()> {
        // SAFETY: live values.
        let status = unsafe {
            sys::JS_PromiseReact(self.cx.as_ptr(), self.raw, fulfilled.raw, rejected.raw)
        };
        self.cx.check(status)
    }
}
