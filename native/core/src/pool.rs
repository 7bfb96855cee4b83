//! N workers and the contexts on them.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::Budget;

use crate::context::{Context, ContextOptions, Embedder, Ended, Gone};
use crate::worker::{self, Worker};

/// What a pool is made with.
#[derive(Debug, Clone, Copy)]
pub struct PoolOptions {
    /// Worker threads, at least one.
    pub size: usize,
    /// Bytes of chunks of all contexts together; 0 = no limit.
    pub memory_limit: usize,
    /// Native stack for one JS call chain, bytes.
    pub max_stack_size: usize,
    /// How long a context runs before others have their turn.
    pub slice: Duration,
}

/// Figures of one worker since it started.
#[derive(Debug, Clone, Copy)]
pub struct WorkerStats {
    /// Contexts that wait for their turn.
    pub queue_length: usize,
    /// Entries into JS of the contexts at home here: operations, callbacks,
    /// messages, answers, on whichever thread they ran.
    pub operations: u64,
    /// Time this thread has spent in contexts.
    pub busy: Duration,
    /// Collections of the contexts at home here.
    pub collections: u64,
    pub collecting: Duration,
}

/// Figures of a pool.
#[derive(Debug, Clone)]
pub struct PoolStats {
    /// Contexts that have not given their memory back yet.
    pub contexts: usize,
    /// Live bytes of their heaps, each as of the end of its last turn.
    pub memory: usize,
    /// Bytes of the chunks they hold.
    pub chunks: usize,
    pub states: States,
    pub workers: Vec<WorkerStats>,
}

/// Contexts by what they are doing. Counted while they go on: the sum may be off
/// by those that change just then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct States {
    pub idle: usize,
    pub running: usize,
    pub runnable: usize,
    /// Suspended in the middle of an operation, until what it waits for comes.
    pub waiting: usize,
}

/// Worker threads and the contexts on them. Dropping the handle stops both.
pub struct Pool {
    shared: Arc<Shared>,
}

/// What the workers and the contexts of a pool share.
pub(crate) struct Shared {
    options: PoolOptions,
    workers: Box<[Worker]>,
    budget: Arc<Budget>,
    fibers: Arc<FiberCache>,
    next_home: AtomicUsize,
    stopping: AtomicBool,
    live: Mutex<Live>,
    memory: AtomicUsize,
    /// Contexts that rest in the middle of an operation.
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Live {
    contexts: HashMap<u64, Arc<Context>>,
    told: Vec<Ended>,
}

impl Pool {
    /// Start the worker threads.
    pub fn start(options: PoolOptions) -> io::Result<Pool> {
        let shared = Arc::new(Shared {
            options,
            workers: (0..options.size.max(1))
                .map(|_| Worker::default())
                .collect(),
            budget: Budget::new(options.memory_limit),
            fibers: FiberCache::new(options.max_stack_size),
            next_home: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            live: Mutex::default(),
            memory: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
        });
        let pool = Pool {
            shared: shared.clone(),
        };
        for index in 0..shared.workers.len() {
            let shared = shared.clone();
            thread::Builder::new()
                .name(format!("quickbeam-{index}"))
                .spawn(move || worker::main(&shared, index))?;
        }
        Ok(pool)
    }

    /// A new context; [`Embedder::ready`] tells when it can be used. What is
    /// asked of it before that waits in its mailbox.
    pub fn spawn(
        &self,
        options: ContextOptions,
        embedder: Arc<dyn Embedder>,
    ) -> Result<Arc<Context>, Gone> {
        static LAST_ID: AtomicU64 = AtomicU64::new(0);
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
        let shared = &self.shared;
        let home = shared.next_home.fetch_add(1, Ordering::Relaxed) % shared.workers.len();
        let context = Context::new(id, home, shared.clone(), options, embedder);
        {
            let mut live = shared.live();
            if shared.stopping.load(Ordering::SeqCst) {
                return Err(Gone);
            }
            live.contexts.insert(id, context.clone());
        }
        context.notify();
        Ok(context)
    }

    /// End all contexts, then the threads; `told` is called when the last
    /// context has given its memory back.
    pub fn stop(&self, told: Option<Ended>) {
        let contexts: Vec<Arc<Context>> = {
            let mut live = self.shared.live();
            self.shared.stopping.store(true, Ordering::SeqCst);
            if let Some(told) = told {
                live.told.push(told);
            }
            live.contexts.values().cloned().collect()
        };
        contexts.iter().for_each(|context| context.end(None));
        self.shared.tell_if_over();
    }

    pub fn stats(&self) -> PoolStats {
        let shared = &self.shared;
        let workers = shared.workers.iter().map(|worker| WorkerStats {
            queue_length: worker.queue_length(),
            operations: worker.operations.load(Ordering::Relaxed),
            busy: Duration::from_nanos(worker.busy_nanos.load(Ordering::Relaxed)),
            collections: worker.collections.load(Ordering::Relaxed),
            collecting: Duration::from_nanos(worker.collecting_nanos.load(Ordering::Relaxed)),
        });
        let contexts = shared.live().contexts.len();
        PoolStats {
            contexts,
            states: shared.states(contexts),
            memory: shared.memory.load(Ordering::Relaxed),
            chunks: shared.budget.used(),
            workers: workers.collect(),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop(None);
    }
}

impl Drop for Shared {
    /// The last context is forgotten, perhaps on a scheduler: what thousands of them leave
    /// in the allocator goes back to the system, on a thread of its own.
    fn drop(&mut self) {
        if *self.next_home.get_mut() >= WORTH_TRIMMING {
            // Where there is no thread to be had, the memory is used again later.
            let _ = thread::Builder::new()
                .name("quickbeam-trim".to_owned())
                .spawn(quickbeam_engine::region::trim_memory);
        }
    }
}

/// Contexts that a pool must have had for its end to be worth a look for free memory.
const WORTH_TRIMMING: usize = 256;

impl Shared {
    pub(crate) fn workers(&self) -> &[Worker] {
        &self.workers
    }

    pub(crate) fn slice(&self) -> Duration {
        self.options.slice
    }

    pub(crate) fn budget(&self) -> Arc<Budget> {
        self.budget.clone()
    }

    pub(crate) fn fibers(&self) -> Arc<FiberCache> {
        self.fibers.clone()
    }

    /// Whether the threads have nothing left to live for.
    pub(crate) fn is_over(&self) -> bool {
        self.stopping.load(Ordering::SeqCst) && self.live().contexts.is_empty()
    }

    /// Put a context at the end of its home's run queue.
    pub(crate) fn enqueue(&self, context: Arc<Context>) {
        let home = context.home();
        self.workers[home].push(context);
        if !self.workers[home].unpark() {
            // Home is busy: let one who is not come and steal.
            let others = self
                .workers
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != home);
            others.into_iter().find(|(_, worker)| worker.unpark());
        }
    }

    pub(crate) fn wake_at(&self, context: &Arc<Context>, time: u64) {
        self.workers[context.home()].wake_at(context, time);
    }

    pub(crate) fn forget_alarm(&self, context: &Context) {
        self.workers[context.home()].forget(context);
    }

    /// A thread has begun to run `context`.
    pub(crate) fn runs(&self, context: &Context) {
        let home = &self.workers[context.home()];
        home.running.fetch_add(1, Ordering::Relaxed);
    }

    /// It has stopped to.
    pub(crate) fn has_run(&self, context: &Context) {
        let home = &self.workers[context.home()];
        home.running.fetch_sub(1, Ordering::Relaxed);
    }

    /// A context has come to rest in a wait, or has gone on.
    pub(crate) fn waits(&self, rests: bool) {
        if rests {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn states(&self, contexts: usize) -> States {
        let sum = |figure: fn(&Worker) -> usize| self.workers.iter().map(figure).sum();
        let running = sum(|worker| worker.running.load(Ordering::Relaxed));
        let runnable = sum(Worker::queue_length);
        let waiting = self.waiting.load(Ordering::Relaxed);
        States {
            idle: contexts.saturating_sub(running + runnable + waiting),
            running,
            runnable,
            waiting,
        }
    }

    /// The live bytes of a context have changed.
    pub(crate) fn account(&self, before: usize, bytes: usize) {
        // Wrapping: adds the difference, whichever its sign.
        self.memory
            .fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
    }

    /// A context has ended.
    pub(crate) fn forget(&self, context: &Context) {
        self.forget_alarm(context);
        self.live().contexts.remove(&context.id());
        self.tell_if_over();
    }

    fn tell_if_over(&self) {
        if !self.is_over() {
            return;
        }
        let told = std::mem::take(&mut self.live().told);
        told.into_iter().for_each(|told| told());
        for worker in &self.workers {
            worker.unpark();
        }
    }

    fn live(&self) -> std::sync::MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
