//! What a worker does with a context until its slice is used up.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use quickbeam_engine::{Collections, Heap, HeapOptions, Pause, Progress, Report, Signal};

use crate::clock::{self, NEVER};
use crate::context::{Context, ContextOptions, Job};
use crate::entry::{self, Entry};
use crate::gauges::Figures;
use crate::meter::{Cause, Meter};
use crate::operation::{Deliver, Failure, Limit};
use crate::state::State;
use crate::waits::{Answer, Inner};

/// When to look again for a stack.
const RETRY: Duration = Duration::from_millis(10);

/// What only the thread that runs a context touches.
pub(crate) struct Cell {
    heap: Heap,
    meter: Rc<Meter>,
    pause: Option<Pause>,
    /// Jobs taken out of the mailbox while an operation was suspended.
    backlog: VecDeque<Job>,
    /// Of those, what the handler of an operation that waits in `callSync` asks: it
    /// may run on top.
    nested: VecDeque<Job>,
    /// Answers to promises and tasks, in order.
    late: VecDeque<Entry>,
    /// The first limit of an operation in there.
    backlog_deadline: u64,
    /// Answers that came while an operation was suspended, to calls without a
    /// promise.
    answers: HashMap<u64, Box<dyn Deliver>>,
    timers_first: bool,
    /// Messages that come before the next job, counted anew after each.
    messages_first: usize,
    count_messages: bool,
    entries: u64,
    counted: Counted,
}

/// What the heap had counted when its figures were taken last.
#[derive(Clone, Copy, Default)]
struct Counted {
    collections: Collections,
    reductions: u64,
    out_of_memory: u64,
}

// SAFETY: the meter is shared with the heap (its watch and its state) and with
// nothing else, and moves with it.
unsafe impl Send for Cell {}

/// What is to happen with a context after a turn.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It has more to do: back to the end of the run queue.
    Again,
    /// Nothing to do before this time (or a job).
    Idle { wake: u64 },
    /// It has ended.
    Dead,
}

impl Cell {
    /// A fresh heap with the embedder's globals.
    pub(crate) fn new(context: &Arc<Context>) -> Result<Cell, Report> {
        let ContextOptions {
            memory_limit,
            max_reductions,
            timeout,
            cover,
        } = *context.options();
        let pool = context.pool();
        let options = HeapOptions {
            memory_limit,
            frozen: context.embedder().frozen(),
            cover: cover.then(Default::default),
        };
        let out_of_memory = || Report::new("InternalError", "out of memory");
        let mut heap =
            Heap::new(&options, pool.budget(), pool.fibers()).ok_or_else(out_of_memory)?;
        let meter = Rc::new(Meter::new(context.ending(), context.resets()));
        heap.set_watch(meter.clone());
        heap.extend(State {
            embedder: context.embedder(),
            meter: meter.clone(),
            max_reductions,
            timeout,
            pending: Default::default(),
            timers: Default::default(),
            calls: Default::default(),
            messages: Default::default(),
            depth: Default::default(),
            left: Default::default(),
            limit: Default::default(),
            wake: std::cell::Cell::new(NEVER),
            gauges: context.gauges(),
            told: Default::default(),
        });
        // What fails in a fresh heap fails for lack of memory; where even the
        // error found no room, the engine throws null.
        let installed = context.embedder().install(&mut heap);
        installed.map_err(|report| match report.message.as_str() {
            "null" => out_of_memory(),
            _ => report,
        })?;
        Ok(Cell {
            heap,
            meter,
            pause: None,
            backlog: VecDeque::new(),
            nested: VecDeque::new(),
            late: VecDeque::new(),
            backlog_deadline: NEVER,
            answers: HashMap::new(),
            timers_first: false,
            messages_first: 0,
            count_messages: true,
            entries: 0,
            counted: Counted::default(),
        })
    }

    /// What has been done since this was asked last, and what there is now.
    pub(crate) fn take_figures(&mut self) -> Figures {
        let now = Counted {
            collections: self.heap.collections(),
            reductions: self.heap.reductions(),
            out_of_memory: self.heap.out_of_memory_count(),
        };
        let before = std::mem::replace(&mut self.counted, now);
        let pending = |state: &State| state.pending.len();
        let (memory, globals) = self.size();
        Figures {
            operations: std::mem::take(&mut self.entries),
            reductions: now.reductions - before.reductions,
            collections: Collections {
                count: now.collections.count - before.collections.count,
                time: now.collections.time - before.collections.time,
            },
            out_of_memory: now.out_of_memory - before.out_of_memory,
            memory,
            globals,
            pending: self.heap.extension::<State>().map_or(0, pending),
        }
    }

    /// Live bytes, and properties of the global object.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.heap.live_bytes(), self.heap.global_count())
    }

    /// Whether it is suspended until something comes.
    pub(crate) fn waits(&self) -> bool {
        matches!(self.pause, Some(Pause::Wait(_)))
    }

    /// Go on with the context until about `slice_end`.
    pub(crate) fn turn(&mut self, context: &Arc<Context>, slice_end: u64) -> Next {
        self.meter.set_slice_end(slice_end);
        loop {
            if context.is_ending() {
                return Next::Dead;
            }
            if self.pause.is_some() {
                self.take_in(context);
            }
            let progress = match self.pause.take() {
                Some(_) if context.is_resetting() => {
                    self.meter.kill(Cause::Ending);
                    self.heap.resume(Signal::Kill)
                }
                Some(Pause::Slice) => {
                    if let Some(state) = self.heap.extension::<State>() {
                        state.tell_expired(clock::now());
                    }
                    self.heap.resume(Signal::Continue)
                }
                Some(Pause::Wait(id)) => match self.answer(id) {
                    Some(signal) => self.heap.resume(signal),
                    None => {
                        self.pause = Some(Pause::Wait(id));
                        let own = self.meter.deadline().min(self.backlog_deadline);
                        return Next::Idle {
                            wake: own.min(self.nested_wake()),
                        };
                    }
                },
                // Too many operations of the process are suspended: try later.
                None if !self.heap.can_start() => {
                    let wake = clock::after(clock::now(), RETRY);
                    return Next::Idle { wake };
                }
                None => match self.next_entry(context) {
                    Some(entry) => {
                        self.entries += 1;
                        self.heap.start(move |cx| entry::execute(cx, entry))
                    }
                    None if context.is_ending() => return Next::Dead,
                    None => {
                        return Next::Idle {
                            wake: self.next_wake(),
                        };
                    }
                },
            };
            match progress {
                Progress::Done => self.answers.clear(),
                Progress::Paused(Pause::Slice) => {
                    self.pause = Some(Pause::Slice);
                    return Next::Again;
                }
                Progress::Paused(wait) => self.pause = Some(wait),
                Progress::Panicked(panic) => {
                    context.embedder().panicked(&panic);
                    self.abort(&Failure::Panicked(panic));
                    context.condemn();
                    return Next::Dead;
                }
            }
            if clock::now() >= slice_end {
                return Next::Again;
            }
        }
    }

    /// Look at what has come while an operation is suspended: answers that it
    /// may wait for, what may run on top of it, limits of what queues behind it.
    fn take_in(&mut self, context: &Arc<Context>) {
        while let Some(job) = context.next_job() {
            match job {
                Job::Answer { id, answer } if self.has_promise(id) => {
                    self.late.push_back(Entry::Answer { id, answer });
                }
                Job::Task(task) => self.late.push_back(Entry::Task(task)),
                Job::Answer { id, answer } => {
                    self.answers.entry(id).or_insert(answer);
                }
                job => {
                    self.backlog_deadline = self.backlog_deadline.min(job.deadline());
                    let queue = if job.is_nested() {
                        &mut self.nested
                    } else {
                        &mut self.backlog
                    };
                    queue.push_back(job);
                }
            }
        }
        let now = clock::now();
        if self.backlog_deadline <= now {
            let first = expire_queued(context, &mut self.nested, now);
            self.backlog_deadline = first.min(expire_queued(context, &mut self.backlog, now));
        }
    }

    /// When the operation that waits goes on by itself, or something may be due that
    /// runs on top of it.
    fn nested_wake(&self) -> u64 {
        self.heap.extension::<State>().map_or(NEVER, |state| {
            let timers = match state.pending.nested() {
                0 => NEVER,
                _ => state.timers.next(),
            };
            let own = state.wake.get();
            own.min(timers).min(state.pending.first_deadline())
        })
    }

    /// What is to run on top of the operation that waits: what its handler asks
    /// of this context, and, while such an operation awaits something, whatever
    /// may be that.
    fn next_nested(&mut self) -> Option<Entry> {
        let now = clock::now();
        let state = self.heap.extension::<State>()?;
        if state.pending.first_deadline() <= now {
            return Some(Entry::Expire);
        }
        if state.pending.nested() > 0 {
            if let Some(entry) = self.late.pop_front() {
                return Some(entry);
            }
            if state.timers.next() <= now {
                return Some(Entry::Timer);
            }
        }
        match self.nested.pop_front()? {
            Job::Operation {
                operation,
                deadline,
                limit,
            } => Some(Entry::Operation {
                operation,
                deadline,
                limit,
            }),
            // Only operations are nested.
            job => {
                self.backlog.push_back(job);
                None
            }
        }
    }

    fn has_promise(&self, id: u64) -> bool {
        self.heap
            .extension::<State>()
            .is_some_and(|state| state.calls.has_promise(id))
    }

    /// What the operation that waits for call `id` is to be resumed with.
    fn answer(&mut self, id: u64) -> Option<Signal> {
        // What comes later comes too late, also from what ran on top within the
        // same limit.
        if clock::now() >= self.meter.deadline() {
            self.meter.kill(Cause::Waited);
            return Some(Signal::Kill);
        }
        if let Some(answer) = self.answers.remove(&id) {
            return Some(Signal::Deliver(Box::new(Answer(answer))));
        }
        if let Some(entry) = self.next_nested() {
            self.entries += 1;
            return Some(Signal::Deliver(Box::new(Inner(entry))));
        }
        let state = self.heap.extension::<State>()?;
        (clock::now() >= state.wake.get()).then_some(Signal::Continue)
    }

    /// The next thing to run: timers and jobs take turns, so that neither
    /// starves the other. So do jobs and the messages that were there before: a
    /// callback may send the next one with each.
    fn next_entry(&mut self, context: &Arc<Context>) -> Option<Entry> {
        let now = clock::now();
        if self.state(|state| state.pending.first_deadline()) <= now {
            return Some(Entry::Expire);
        }
        self.timers_first = !self.timers_first;
        if self.timers_first && self.timer_due(now) {
            return Some(Entry::Timer);
        }
        if std::mem::take(&mut self.count_messages) {
            self.messages_first = self.state(|state| state.messages.deliverable());
        }
        if self.messages_first > 0 && self.state(|state| state.messages.ready()) {
            self.messages_first -= 1;
            return Some(Entry::Message);
        }
        if let Some(entry) = self.late.pop_front() {
            return Some(entry);
        }
        // Then those that are there by then.
        self.count_messages = true;
        while let Some(job) = self.queued().or_else(|| context.next_job()) {
            match job {
                Job::Operation {
                    operation,
                    deadline,
                    limit,
                } if deadline > now => {
                    return Some(Entry::Operation {
                        operation,
                        deadline,
                        limit,
                    });
                }
                Job::Operation {
                    operation, limit, ..
                } => {
                    context.embedder().limit(Limit::Timeout);
                    operation.abort(&Failure::TimedOut(limit.unwrap_or_default()));
                }
                Job::Answer { id, answer } => return Some(Entry::Answer { id, answer }),
                Job::Task(task) => return Some(Entry::Task(task)),
                Job::Message(message) => {
                    let kept = self
                        .heap
                        .with(|cx| State::of(cx).messages.keep(cx, message));
                    if !kept {
                        context.embedder().message_dropped();
                    }
                    if self.state(|state| state.messages.ready()) {
                        return Some(Entry::Message);
                    }
                }
                Job::Reset(done) => {
                    context.begin_reset();
                    // What came after the reset is not its business.
                    let backlog = std::mem::take(&mut self.backlog);
                    self.abort(&Failure::Aborted);
                    match Cell::new(context) {
                        Ok(fresh) => {
                            let entries = self.entries;
                            *self = Cell {
                                backlog,
                                entries,
                                ..fresh
                            };
                            done(Ok(()));
                        }
                        Err(report) => {
                            self.backlog = backlog;
                            context.condemn();
                            done(Err(report));
                            return None;
                        }
                    }
                }
            }
        }
        if self.state(|state| state.messages.ready()) {
            return Some(Entry::Message);
        }
        self.timer_due(now).then_some(Entry::Timer)
    }

    /// What was taken out of the mailbox while an operation was suspended.
    fn queued(&mut self) -> Option<Job> {
        let nested = self.nested.pop_front();
        nested.or_else(|| self.backlog.pop_front())
    }

    fn timer_due(&mut self, now: u64) -> bool {
        self.state(|state| state.timers.next()) <= now
    }

    fn next_wake(&mut self) -> u64 {
        self.state(State::next_wake)
    }

    fn state<R>(&mut self, read: impl FnOnce(&State) -> R) -> R {
        self.heap.with(|cx| read(State::of(cx)))
    }

    /// End everything that waits in this context.
    pub(crate) fn abort(&mut self, failure: &Failure) {
        self.heap.condemn();
        self.meter.kill(Cause::Ending);
        while self.heap.is_suspended() {
            self.heap.resume(Signal::Kill);
        }
        self.state(|state| state.pending.abort_all(failure));
        for job in self.nested.drain(..).chain(self.backlog.drain(..)) {
            job.abort(failure);
        }
    }
}

/// End the operations in `queue` whose limit has passed; the first limit left.
fn expire_queued(context: &Context, queue: &mut VecDeque<Job>, now: u64) -> u64 {
    for job in std::mem::take(queue) {
        match job {
            Job::Operation {
                operation,
                deadline,
                limit,
            } if deadline <= now => {
                context.embedder().limit(Limit::Timeout);
                operation.abort(&Failure::TimedOut(limit.unwrap_or_default()));
            }
            job => queue.push_back(job),
        }
    }
    queue.iter().map(Job::deadline).min().unwrap_or(NEVER)
}
