//! One entry into JS with all that follows from it: its microtasks, the
//! operations that settled by it, the rejections that nobody caught. Runs on
//! the fiber.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use quickbeam_engine::fiber::panic_message;
use quickbeam_engine::{Cx, JsResult, KillCause, PromiseState, Report, Root, Value};

use crate::clock;
use crate::context::Task;
use crate::meter::Cause;
use crate::operation::{Deliver, Failure, Limit, Operation, Outcome};
use crate::state::{GRACE, State, Waiting};

/// What a worker runs next in a context.
pub(crate) enum Entry {
    Operation {
        operation: Box<dyn Operation>,
        deadline: u64,
        limit: Option<std::time::Duration>,
    },
    Answer {
        id: u64,
        answer: Box<dyn Deliver>,
    },
    Message,
    Task(Task),
    Timer,
    /// End the operations whose limit has passed.
    Expire,
}

/// Run `entry` to its end.
pub(crate) fn execute(cx: Cx<'_>, entry: Entry) {
    let state = State::of(cx);
    let now = clock::now();
    match entry {
        Entry::Operation {
            operation,
            deadline,
            limit,
        } => {
            state.meter.begin(deadline);
            state.set_limit(limit);
            state.set_budget(cx, state.max_reductions);
            operate(cx, state, operation, deadline, limit);
        }
        Entry::Answer { id, answer } => {
            callback(cx, state, now, || Some(state.calls.settle(cx, id, answer)));
        }
        Entry::Message => {
            callback(cx, state, now, || {
                state.messages.deliver(cx).map(|result| result.map(drop))
            });
        }
        Entry::Task(task) => callback(cx, state, now, || Some(task(cx))),
        Entry::Timer => {
            callback(cx, state, now, || {
                state.timers.fire(cx, now).map(|result| result.map(drop))
            });
        }
        Entry::Expire => {
            for waiting in state.pending.expired(now) {
                let failure = Failure::TimedOut(waiting.limit.unwrap_or_default());
                state.embedder.limit(Limit::Timeout);
                fail(cx, waiting.operation, failure);
            }
        }
    }
    report_rejections(cx, state);
    clean_up_told(cx, state);
}

/// Clean up after the operations that were told their end at a bad moment.
fn clean_up_told(cx: Cx<'_>, state: &State) {
    while let Some(waiting) = { state.told.borrow_mut().pop() } {
        guarded(waiting.operation, |operation| operation.clean_up(cx));
    }
}

/// Run `entry` on top of an operation that waits for the host, within what is
/// left of its limits.
pub(crate) fn execute_nested(cx: Cx<'_>, entry: Entry) {
    let state = State::of(cx);
    let left = state.left.get().saturating_sub(cx.reductions()).max(1);
    let limit = state.limit.get();
    state.depth.set(state.depth.get() + 1);
    state.meter.nest(|| execute(cx, entry));
    state.depth.set(state.depth.get() - 1);
    state.limit.set(limit);
    // What ran on top had a budget of its own.
    let limited = state.max_reductions > 0;
    state.set_budget(cx, if limited { left } else { 0 });
}

fn operate(
    cx: Cx<'_>,
    state: &State,
    operation: Box<dyn Operation>,
    deadline: u64,
    limit: Option<std::time::Duration>,
) {
    let (operation, result) = guarded(operation, |operation| operation.start(cx));
    // What is thrown is taken first: a job that throws, too, would take its place.
    let result = result.map_err(|thrown| cx.catch(thrown));
    run_jobs(cx);
    if let Some(failure) = end_kill(cx, state, limit) {
        discard(result);
        fail(cx, operation, failure);
    } else {
        conclude(cx, state, operation, result, deadline, limit);
        // Reading the result may have been too much for a limit.
        end_kill(cx, state, limit);
    }
    conclude_settled(cx, state);
}

/// Have an operation do something. Should it panic, it has ended by that.
fn guarded<R>(
    mut operation: Box<dyn Operation>,
    run: impl FnOnce(&mut dyn Operation) -> R,
) -> (Box<dyn Operation>, R) {
    match catch_unwind(AssertUnwindSafe(|| run(&mut *operation))) {
        Ok(result) => (operation, result),
        Err(panic) => {
            operation.abort(&Failure::Panicked(panic_message(&*panic)));
            resume_unwind(panic)
        }
    }
}

/// Tell how an operation ended.
fn finish<'a>(cx: Cx<'a>, operation: Box<dyn Operation>, outcome: Outcome<'a>) {
    let (operation, ()) = guarded(operation, |operation| operation.clean_up(cx));
    operation.finish(cx, outcome);
}

fn fail(cx: Cx<'_>, operation: Box<dyn Operation>, failure: Failure) {
    finish(cx, operation, Outcome::Failed(failure));
}

/// Tell the outcome of an operation, or keep it until its promise settles.
fn conclude<'a>(
    cx: Cx<'a>,
    state: &State,
    mut operation: Box<dyn Operation>,
    mut result: Result<Value<'a>, Value<'a>>,
    deadline: u64,
    limit: Option<std::time::Duration>,
) {
    loop {
        let value = match result {
            Ok(value) => value,
            Err(thrown) => {
                return match end_kill(cx, state, limit) {
                    Some(failure) => fail(cx, operation, failure),
                    None => finish(cx, operation, Outcome::Threw(thrown)),
                };
            }
        };
        match value.promise_state() {
            None => return finish(cx, operation, Outcome::Returned(value)),
            Some(PromiseState::Fulfilled) => {
                let settle =
                    |operation: &mut dyn Operation| operation.settle(cx, value.promise_result());
                let settled;
                (operation, settled) = guarded(operation, settle);
                result = settled.map_err(|thrown| cx.catch(thrown));
            }
            Some(PromiseState::Rejected) => {
                value.mark_handled();
                return finish(cx, operation, Outcome::Threw(value.promise_result()));
            }
            Some(PromiseState::Pending) => {
                let promise = Root::new(value.clone());
                let id = state.pending.insert(Waiting {
                    operation,
                    promise,
                    deadline,
                    limit,
                    nested: state.depth.get() > 0,
                });
                if let Err(thrown) = watch_promise(cx, &value, id) {
                    let thrown = cx.catch(thrown);
                    if let Some(waiting) = state.pending.remove(id) {
                        finish(cx, waiting.operation, Outcome::Threw(thrown));
                    }
                }
                return;
            }
        }
    }
}

/// Have pending operation `id` looked at when `promise` settles.
fn watch_promise<'a>(cx: Cx<'a>, promise: &Value<'a>, id: u64) -> JsResult<()> {
    let id = cx.integer(i64::try_from(id).unwrap_or(i64::MAX));
    let settled = cx.function_with("", 1, &id, |call| {
        let cx = call.cx();
        let id = call.data().to_number()?;
        // Exact: ids count up from 1 and stay below 2^53.
        State::of(cx).pending.settle(id as u64);
        Ok(cx.undefined())
    })?;
    promise.then(&settled, &settled)
}

/// Tell the outcome of the operations whose promise has settled, and of those
/// that settle by that.
fn conclude_settled(cx: Cx<'_>, state: &State) {
    while let Some(id) = state.pending.next_settled() {
        if let Some(waiting) = state.pending.remove(id) {
            let promise = waiting.promise.get(cx);
            let (deadline, limit) = (waiting.deadline, waiting.limit);
            state
                .meter
                .begin(deadline.max(clock::after(clock::now(), GRACE)));
            conclude(cx, state, waiting.operation, Ok(promise), deadline, limit);
            run_jobs(cx);
            end_kill(cx, state, None);
        }
    }
}

/// Run a callback that nobody outside waits for.
fn callback(cx: Cx<'_>, state: &State, now: u64, run: impl FnOnce() -> Option<JsResult<()>>) {
    let deadline = state.continuation_deadline(now);
    state.meter.begin(deadline);
    state.set_limit(state.timeout);
    state.set_budget(cx, state.max_reductions);
    let result = run();
    if let Some(Err(thrown)) = result {
        let thrown = cx.catch(thrown);
        // What a killed callback threw is told below.
        if !is_killed(cx, state) {
            report_uncaught(cx, state, &thrown);
        }
    }
    run_jobs(cx);
    if let Some(failure) = end_kill(cx, state, state.timeout) {
        fail_expired(cx, state);
        report_killed(state, &failure);
    }
    conclude_settled(cx, state);
}

/// A continuation was killed: the operations whose limit has passed were served
/// by it, or are over anyway.
fn fail_expired(cx: Cx<'_>, state: &State) {
    for waiting in state.pending.expired(clock::now()) {
        fail(cx, waiting.operation, Failure::Interrupted);
    }
}

/// Run promise jobs until there is none. Under a kill they fail one by one
/// without running any script, which empties the queue of what the killed entry
/// has left.
fn run_jobs(cx: Cx<'_>) {
    let nested = State::of(cx).depth.get() > 0;
    // A kill on top of code that waits must not take the jobs of that along.
    while !(nested && is_killed(cx, State::of(cx))) {
        let Some(result) = cx.run_job() else { break };
        if let Err(thrown) = result {
            // Promise jobs reject instead; what throws is a `queueMicrotask`.
            let thrown = cx.catch(thrown);
            if !is_killed(cx, State::of(cx)) {
                report_uncaught(cx, State::of(cx), &thrown);
            }
        }
    }
}

/// If the entry was killed, end the kill and say what it means.
fn end_kill(cx: Cx<'_>, state: &State, limit: Option<std::time::Duration>) -> Option<Failure> {
    if let Some(panic) = cx.panicked() {
        return Some(Failure::Panicked(panic));
    }
    if !is_killed(cx, state) {
        return None;
    }
    let cause = state.meter.cause();
    match cause {
        Some(Cause::Deadline | Cause::Waited) => state.embedder.limit(Limit::Timeout),
        None if cx.kill_cause() == Some(KillCause::Reductions) => {
            state.embedder.limit(Limit::Reductions);
        }
        _ => {}
    }
    // What follows is not the killed entry's, and short.
    state.meter.begin(clock::after(clock::now(), GRACE));
    if state.depth.get() > 0 {
        // What is queued may be the jobs of what waits below.
        cx.end_nested_kill();
    } else {
        cx.clear_kill();
    }
    state.set_budget(cx, state.max_reductions);
    if state.depth.get() == 0 {
        // A native may have made a rejection of the kill.
        drop(cx.take_unhandled());
    }
    if cause == Some(Cause::Ending) {
        // Stays set: nothing else is to run in this context.
        state.meter.kill(Cause::Ending);
        return Some(Failure::Aborted);
    }
    fail_orphans(cx, state);
    Some(match cause {
        Some(Cause::Waited) => {
            let limit = limit.or(state.limit.get());
            Failure::TimedOut(limit.unwrap_or_default())
        }
        _ => Failure::Interrupted,
    })
}

fn is_killed(cx: Cx<'_>, state: &State) -> bool {
    cx.kill_cause().is_some() || state.meter.cause().is_some()
}

/// A kill takes the job queue and the async functions it hits along, and with
/// them what others wait for: end the operations whose promise nobody can
/// settle any more, and look at those whose promise has settled.
fn fail_orphans(cx: Cx<'_>, state: &State) {
    if state.pending.is_empty() || state.depth.get() > 0 {
        return;
    }
    cx.collect();
    for waiting in state.pending.orphans(cx) {
        fail(cx, waiting.operation, Failure::Interrupted);
    }
}

/// Forget a result that nobody will see.
fn discard(result: Result<Value<'_>, Value<'_>>) {
    if let Ok(value) = result {
        value.mark_handled();
    }
}

/// Tell of the kill of something that nobody outside waits for.
fn report_killed(state: &State, failure: &Failure) {
    if !matches!(failure, Failure::Aborted | Failure::Panicked(_)) {
        state.embedder.uncaught(&failure.report());
    }
}

/// HTML "report an exception".
fn report_uncaught<'a>(cx: Cx<'a>, state: &State, thrown: &Value<'a>) {
    let report = Report::of(cx, thrown);
    if !state.embedder.dispatch_error(thrown, &report) {
        state.embedder.uncaught(&report);
    }
}

/// Rejections told one by one after an entry; a flood of them is told as a count.
const TOLD_MAX: usize = 100;

/// How often listeners to rejections may cause others before those are only told.
const ROUNDS_MAX: usize = 100;

/// HTML "notify about rejected promises", and what their listeners bring about.
fn report_rejections(cx: Cx<'_>, state: &State) {
    let unheard = |promise: &Value<'_>| {
        promise.promise_state() == Some(PromiseState::Rejected) && !promise.is_handled()
    };
    let mut count = 0_usize;
    for round in 0.. {
        let (unhandled, handled) = (cx.take_unhandled(), cx.take_handled());
        if unhandled.is_empty() && handled.is_empty() {
            break;
        }
        if round == 0 {
            let deadline = state.continuation_deadline(clock::now());
            state.meter.begin(deadline);
            state.set_budget(cx, state.max_reductions);
        }
        for (promise, reason) in unhandled {
            let (promise, reason) = (promise.get(cx), reason.get(cx));
            let dealt_with = !unheard(&promise)
                || round < ROUNDS_MAX && state.embedder.dispatch_rejection(&promise);
            if !dealt_with {
                count += 1;
                if count <= TOLD_MAX {
                    state.embedder.unhandled(&Report::of(cx, &reason));
                }
            }
        }
        for promise in handled {
            state.embedder.dispatch_handled(&promise.get(cx));
        }
        run_jobs(cx);
        if let Some(failure) = end_kill(cx, state, state.timeout) {
            report_killed(state, &failure);
        }
        conclude_settled(cx, state);
    }
    if count > TOLD_MAX {
        let message = format!("and {} more", count - TOLD_MAX);
        state.embedder.unhandled(&Report::new("Error", message));
    }
    end_kill(cx, state, None);
}
