//! What is asked of a context from outside.

use std::time::Duration;

use quickbeam_engine::{Cx, JsResult, Report, Value};

/// One request to a context: eval, call, a figure. It is carried from thread to
/// thread and ends in exactly one of [`Operation::finish`], [`Operation::abort`]
/// and, where it was not taken, [`Operation::decline`].
pub trait Operation: Send {
    /// Enter JS. A promise is awaited.
    fn start<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>>;

    /// Whether the context itself has asked for this, by a handler that it may be
    /// waiting for: then it runs on top of what waits.
    fn is_nested(&self) -> bool {
        false
    }

    /// Look at what an awaited promise was fulfilled with. Answer another
    /// promise to have that awaited, too.
    fn settle<'a>(&mut self, _cx: Cx<'a>, value: Value<'a>) -> JsResult<Value<'a>> {
        Ok(value)
    }

    /// Tell a failure while JS is suspended somewhere in the middle;
    /// [`Operation::clean_up`] follows when it is not. Nothing else is told then.
    fn tell(&mut self, failure: &Failure);

    /// Run after the outcome is known and before it is told, whatever it is.
    fn clean_up(&mut self, _cx: Cx<'_>) {}

    /// Tell the outcome.
    fn finish<'a>(self: Box<Self>, cx: Cx<'a>, outcome: Outcome<'a>);

    /// The context has ended before it took the operation: whoever asked knows.
    fn decline(self: Box<Self>) {}

    /// Tell a failure where JS cannot run any more.
    fn abort(self: Box<Self>, failure: &Failure);
}

/// How an operation ended.
pub enum Outcome<'a> {
    Returned(Value<'a>),
    Threw(Value<'a>),
    Failed(Failure),
}

/// Why an operation has no outcome of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Its context, or its pool, ended.
    Aborted,
    /// Killed while JS ran: by its wall-clock or its reduction limit.
    Interrupted,
    /// Its wall-clock limit passed while it waited.
    TimedOut(Duration),
    /// A Rust panic ended the context.
    Panicked(String),
}

impl Failure {
    /// As an exception.
    pub fn report(&self) -> Report {
        match self {
            Failure::Aborted => {
                Report::new("AbortError", "the context ended before the operation did")
            }
            Failure::Interrupted => Report::new("InternalError", "interrupted"),
            Failure::TimedOut(limit) => Report::new(
                "TimeoutError",
                format!(
                    "the operation did not settle within its timeout of {} ms",
                    limit.as_millis()
                ),
            ),
            Failure::Panicked(panic) => Report::new(
                "InternalError",
                format!("a fault in QuickBEAM ended the context: {panic}"),
            ),
        }
    }
}

/// A limit that something in a context has run into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The wall-clock limit of an operation or a callback.
    Timeout,
    /// The reductions of one.
    Reductions,
    /// The memory of the context or of its pool.
    Memory,
}

/// An owned value on its way into a context: a message, the host's answer.
pub trait Deliver: Send {
    /// Make the JS value. An error is what the receiver gets instead.
    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>>;

    /// Bytes that it takes while it is kept for a script, to be charged to that:
    /// none where they are already.
    fn bytes(&self) -> usize {
        0
    }
}
