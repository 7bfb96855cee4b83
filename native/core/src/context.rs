//! The shared handle of a context.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_queue::SegQueue;
use quickbeam_engine::fiber::panic_message;
use quickbeam_engine::{Collections, Cx, FrozenCode, Heap, JsResult, Report, Value};

use crate::clock::{self, NEVER};
use crate::gauges::{Activity, Figures, Gauges, Info, Place};
use crate::operation::{Deliver, Failure, Limit, Operation};
use crate::pool::Shared;
use crate::status::{self, Status};
use crate::turn::{Cell, Next};

/// Limits of one context; zero and `None` mean none.
#[derive(Debug, Clone, Default)]
pub struct ContextOptions {
    /// Live bytes of the heap.
    pub memory_limit: usize,
    /// Reductions of one operation or callback.
    pub max_reductions: u64,
    /// Wall-clock limit of one operation or callback.
    pub timeout: Option<Duration>,
    /// Whether what runs is counted.
    pub cover: bool,
}

/// The host's side of a context. Called on whichever thread runs it; nothing in
/// here may wait.
pub trait Embedder: Send + Sync {
    /// Code that the heap is to share with others. A worker asks, and may wait.
    fn frozen(&self) -> Option<Arc<FrozenCode>> {
        None
    }
    /// Give a fresh heap its globals.
    fn install(&self, heap: &mut Heap) -> Result<(), Report>;
    /// The context can be used, or could not be made.
    fn ready(&self, outcome: Result<(), Report>);
    /// Whether the heap's own APIs have dealt with what a callback threw.
    fn dispatch_error(&self, _thrown: &Value<'_>, _report: &Report) -> bool {
        false
    }
    /// Whether they have dealt with a rejection that nobody listens to.
    fn dispatch_rejection(&self, _promise: &Value<'_>) -> bool {
        false
    }
    /// A promise of [`Cx::take_handled`].
    fn dispatch_handled(&self, _promise: &Value<'_>) {}
    /// A callback threw, or was killed.
    fn uncaught(&self, report: &Report);
    /// A promise was rejected and nobody listens.
    fn unhandled(&self, report: &Report);
    /// A message was dropped, because too many, or too much, wait for a callback.
    fn message_dropped(&self);
    /// A Rust panic ends the context.
    fn panicked(&self, panic: &str);
    /// Something ran into a limit.
    fn limit(&self, _limit: Limit) {}
    /// Garbage was collected: so often, and for so long, since this was told last.
    fn collected(&self, _collections: Collections) {}
}

/// The context has ended: what was asked was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// Something of the host's to run in a context: a callback of an API.
pub type Task = Box<dyn for<'a> FnOnce(Cx<'a>) -> JsResult<()> + Send>;
/// Tells the outcome of [`Context::reset`].
pub type ResetDone = Box<dyn FnOnce(Result<(), Report>) + Send>;
/// Tells that a context has given everything back.
pub type Ended = Box<dyn FnOnce() + Send>;

pub(crate) enum Job {
    Operation {
        operation: Box<dyn Operation>,
        deadline: u64,
        limit: Option<Duration>,
    },
    Answer {
        id: u64,
        answer: Box<dyn Deliver>,
    },
    Message(Box<dyn Deliver>),
    Task(Task),
    Reset(ResetDone),
}

impl Job {
    /// When it must be over.
    pub(crate) fn deadline(&self) -> u64 {
        match self {
            Job::Operation { deadline, .. } => *deadline,
            _ => NEVER,
        }
    }

    /// Whether the context itself has asked for it, through a handler.
    pub(crate) fn is_nested(&self) -> bool {
        matches!(self, Job::Operation { operation, .. } if operation.is_nested())
    }

    pub(crate) fn abort(self, failure: &Failure) {
        match self {
            Job::Operation { operation, .. } => operation.abort(failure),
            Job::Reset(done) => done(Err(failure.report())),
            Job::Answer { .. } | Job::Message(_) | Job::Task(_) => {}
        }
    }

    fn decline(self) {
        if let Job::Operation { operation, .. } = self {
            operation.decline();
        }
    }
}

/// A context, as everybody but the thread that runs it sees it.
pub struct Context {
    id: u64,
    home: usize,
    pool: Arc<Shared>,
    options: ContextOptions,
    embedder: Arc<dyn Embedder>,
    mailbox: SegQueue<Job>,
    status: Status,
    gauges: Arc<Gauges>,
    ending: Arc<AtomicBool>,
    resets: Arc<AtomicUsize>,
    /// Uncontended: only the thread that has set RUNNING looks inside.
    cell: Mutex<Option<Box<Cell>>>,
    end: Mutex<End>,
}

#[derive(Default)]
struct End {
    over: bool,
    told: Vec<Ended>,
}

impl Context {
    pub(crate) fn new(
        id: u64,
        home: usize,
        pool: Arc<Shared>,
        options: ContextOptions,
        embedder: Arc<dyn Embedder>,
    ) -> Arc<Context> {
        Arc::new(Context {
            id,
            home,
            pool,
            options,
            embedder,
            mailbox: SegQueue::new(),
            status: Status::new(),
            gauges: Arc::default(),
            ending: Arc::default(),
            resets: Arc::default(),
            cell: Mutex::new(None),
            end: Mutex::default(),
        })
    }

    /// Unique within the process.
    pub fn id(&self) -> u64 {
        self.id
    }

    pub fn options(&self) -> &ContextOptions {
        &self.options
    }

    pub fn embedder(&self) -> Arc<dyn Embedder> {
        self.embedder.clone()
    }

    pub(crate) fn pool(&self) -> &Arc<Shared> {
        &self.pool
    }

    pub(crate) fn home(&self) -> usize {
        self.home
    }

    pub(crate) fn gauges(&self) -> Arc<Gauges> {
        self.gauges.clone()
    }

    pub(crate) fn ending(&self) -> Arc<AtomicBool> {
        self.ending.clone()
    }

    /// Whether a reset waits, so that all before it is over.
    pub(crate) fn is_resetting(&self) -> bool {
        self.resets.load(Ordering::SeqCst) > 0
    }

    /// One of the resets that wait is done now.
    pub(crate) fn begin_reset(&self) {
        self.resets.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn resets(&self) -> Arc<AtomicUsize> {
        self.resets.clone()
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    pub(crate) fn next_job(&self) -> Option<Job> {
        self.mailbox.pop()
    }

    /// What the context is doing and has done, at once, whatever that is; `None`
    /// once it has ended.
    pub fn info(&self) -> Option<Info> {
        let activity = match self.status.place() {
            status::Place::Idle => match self.gauges.waits_for() {
                Some(wait) => Activity::Waiting(wait),
                None => Activity::Idle,
            },
            status::Place::Queued => Activity::Runnable,
            status::Place::Running => Activity::Running,
            status::Place::Dead => return None,
        };
        Some(self.gauges.info(activity))
    }

    // ---- asking ------------------------------------------------------------

    /// Ask for an operation, to be over within `limit`. It ends exactly once,
    /// also when this answers [`Gone`]: then it has been declined.
    pub fn operate(
        self: &Arc<Self>,
        operation: Box<dyn Operation>,
        limit: Option<Duration>,
    ) -> Result<(), Gone> {
        let deadline = limit.map_or(NEVER, |limit| clock::after(clock::now(), limit));
        if limit.is_some() && !self.is_ending() {
            self.pool.wake_at(self, deadline);
        }
        self.put(Job::Operation {
            operation,
            deadline,
            limit,
        })
    }

    /// Deliver a message to the script's callback.
    pub fn send(self: &Arc<Self>, message: Box<dyn Deliver>) -> Result<(), Gone> {
        self.put(Job::Message(message))
    }

    /// Run `task` as an entry of its own, after what was asked before.
    pub fn post(self: &Arc<Self>, task: Task) -> Result<(), Gone> {
        self.put(Job::Task(task))
    }

    /// Answer call `id` of the script.
    pub fn answer(self: &Arc<Self>, id: u64, answer: Box<dyn Deliver>) -> Result<(), Gone> {
        self.put(Job::Answer { id, answer })
    }

    /// Begin anew with a fresh heap; what is pending is aborted.
    pub fn reset(self: &Arc<Self>, done: ResetDone) -> Result<(), Gone> {
        // Seen by the poll, so that a reset need not wait for an endless loop.
        self.resets.fetch_add(1, Ordering::SeqCst);
        self.put(Job::Reset(done)).inspect_err(|_| {
            self.resets.fetch_sub(1, Ordering::SeqCst);
        })
    }

    /// As [`Context::operate`], but where the context is idle the calling thread
    /// runs it at once, for at most about `slice`.
    pub fn operate_here(
        self: &Arc<Self>,
        operation: Box<dyn Operation>,
        limit: Option<Duration>,
        slice: Duration,
    ) -> Result<(), Gone> {
        let deadline = limit.map_or(NEVER, |limit| clock::after(clock::now(), limit));
        self.put_here(
            Job::Operation {
                operation,
                deadline,
                limit,
            },
            slice,
        )
    }

    /// As [`Context::answer`], run as by [`Context::operate_here`].
    pub fn answer_here(
        self: &Arc<Self>,
        id: u64,
        answer: Box<dyn Deliver>,
        slice: Duration,
    ) -> Result<(), Gone> {
        self.put_here(Job::Answer { id, answer }, slice)
    }

    fn put_here(self: &Arc<Self>, job: Job, slice: Duration) -> Result<(), Gone> {
        if self.is_ending() || !self.status.claim() {
            if job.deadline() != NEVER && !self.is_ending() {
                self.pool.wake_at(self, job.deadline());
            }
            return self.put(job);
        }
        // Nobody else runs it now, and it had nothing left to do: what it finds
        // in its mailbox is this job, or one that came in the same moment.
        self.mailbox.push(job);
        self.run(slice, Place::Inline);
        Ok(())
    }

    fn put(self: &Arc<Self>, job: Job) -> Result<(), Gone> {
        if self.is_ending() {
            job.decline();
            return Err(Gone);
        }
        self.mailbox.push(job);
        self.notify();
        if self.status.place() == status::Place::Dead {
            // It ended in between; nobody else will look again.
            self.drain(&Failure::Aborted);
            self.pool.forget_alarm(self);
        }
        Ok(())
    }

    /// End the context; `told` is called once its memory is given back, at once
    /// where it already is.
    pub fn end(self: &Arc<Self>, told: Option<Ended>) {
        self.ending.store(true, Ordering::SeqCst);
        if let Some(told) = told {
            let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            if end.over {
                drop(end);
                told();
            } else {
                end.told.push(told);
            }
        }
        self.notify();
    }

    /// End the context from within.
    pub(crate) fn condemn(&self) {
        self.ending.store(true, Ordering::SeqCst);
    }

    // ---- the schedule ------------------------------------------------------

    /// Something has changed: have a worker look.
    pub(crate) fn notify(self: &Arc<Self>) {
        if self.status.notify() {
            self.pool.enqueue(self.clone());
        }
    }

    /// Run the context on a worker, which has taken it from a run queue.
    pub(crate) fn run_queued(self: &Arc<Self>, slice: Duration) {
        self.status.begin();
        self.run(slice, Place::Worker);
    }

    /// Run the context, which is nobody else's at the moment.
    fn run(self: &Arc<Self>, slice: Duration, place: Place) {
        let start = clock::now();
        self.pool.runs(self);
        if self.gauges.set_at_rest(false) {
            self.pool.waits(false);
        }
        let mut cell = self.cell.lock().unwrap_or_else(PoisonError::into_inner);
        if cell.is_none() {
            self.create(&mut cell);
        }
        let turn = catch_unwind(AssertUnwindSafe(|| match &mut *cell {
            Some(cell) if !self.is_ending() => cell.turn(self, clock::after(start, slice)),
            _ => Next::Dead,
        }));
        let mut failure = Failure::Aborted;
        let next = turn.unwrap_or_else(|panic| {
            let panic = panic_message(&*panic);
            host(|| self.embedder.panicked(&panic));
            self.condemn();
            failure = Failure::Panicked(panic);
            Next::Dead
        });
        if let Some(cell) = &mut *cell {
            self.note(place, start, &cell.take_figures());
        }
        self.pool.has_run(self);
        match next {
            Next::Dead => {
                if let Some(mut cell) = cell.take() {
                    // The host's code runs in here, too; a panic of it must not
                    // keep the context from being buried.
                    let _ = catch_unwind(AssertUnwindSafe(move || cell.abort(&failure)));
                }
                drop(cell);
                self.bury();
            }
            Next::Again => {
                drop(cell);
                self.status.queue();
                self.pool.enqueue(self.clone());
            }
            Next::Idle { wake } => {
                if cell.as_ref().is_some_and(|cell| cell.waits()) && self.gauges.set_at_rest(true) {
                    self.pool.waits(true);
                }
                drop(cell);
                if wake != NEVER {
                    self.pool.wake_at(self, wake);
                }
                if !self.status.rest() {
                    self.pool.enqueue(self.clone());
                }
            }
        }
    }

    /// Note what a turn has done, and tell the host of it.
    fn note(&self, place: Place, start: u64, figures: &Figures) {
        let before = self.gauges.note(place, clock::now() - start, figures);
        self.pool.account(before, figures.memory);
        self.pool.workers()[self.home].count(figures);
        if figures.collections.count > 0 {
            host(|| self.embedder.collected(figures.collections));
        }
        if figures.out_of_memory > 0 {
            host(|| self.embedder.limit(Limit::Memory));
        }
    }

    /// The first turn: make the heap, and tell that it is there.
    fn create(self: &Arc<Self>, cell: &mut Option<Box<Cell>>) {
        let made = if self.is_ending() {
            Err(Failure::Aborted.report())
        } else {
            catch_unwind(AssertUnwindSafe(|| Cell::new(self))).unwrap_or_else(|panic| {
                let panic = panic_message(&*panic);
                host(|| self.embedder.panicked(&panic));
                Err(Failure::Panicked(panic).report())
            })
        };
        let outcome = match made {
            Ok(fresh) => {
                let (memory, globals) = fresh.size();
                self.gauges.begin(memory, globals);
                self.pool.account(0, memory);
                *cell = Some(Box::new(fresh));
                Ok(())
            }
            Err(report) => {
                self.condemn();
                Err(report)
            }
        };
        host(|| self.embedder.ready(outcome));
    }

    /// The heap is gone: answer what is left and tell who waits.
    fn bury(self: &Arc<Self>) {
        self.status.die();
        self.drain(&Failure::Aborted);
        self.pool.account(self.gauges.set_memory(0), 0);
        self.pool.forget(self);
        let told = {
            let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            end.over = true;
            std::mem::take(&mut end.told)
        };
        told.into_iter().for_each(host);
    }

    fn drain(&self, failure: &Failure) {
        while let Some(job) = self.mailbox.pop() {
            job.abort(failure);
        }
    }
}

/// Call the host where a panic of its must not keep the context from going on
/// to its end.
fn host(call: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(call));
}
