//! What a context tells of itself at any time, also while it loops or waits:
//! noted by the thread that runs it at the end of each slice, read by anybody.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quickbeam_engine::Collections;

/// What a context waits for with its frames, in the middle of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// The answer of the handler of this name.
    Handler(Arc<str>),
    /// A time.
    Sleep,
    /// `Atomics.wait`.
    Atomics,
    /// The host, until that has listened to all it was told.
    Host,
}

/// What a context is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activity {
    /// Nothing. Operations that await something may be pending.
    Idle,
    /// A thread runs it.
    Running,
    /// It has something to do and queues for a thread.
    Runnable,
    /// An operation is suspended until what it waits for comes.
    Waiting(Wait),
}

/// Figures of a context, those of its work since it was started, as of the end of
/// its last slice.
#[derive(Debug, Clone)]
pub struct Info {
    pub activity: Activity,
    pub reductions: u64,
    /// How often a thread took it up.
    pub slices: u64,
    /// Time on the threads of callers, and on those of the pool.
    pub inline: Duration,
    pub workers: Duration,
    pub collections: Collections,
    /// Live bytes.
    pub memory: usize,
    /// Properties of the global object.
    pub globals: usize,
    /// Operations that await a promise.
    pub pending: usize,
}

/// Where a slice was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Inline,
    Worker,
}

/// What a slice adds to the figures, and what it leaves.
pub(crate) struct Figures {
    pub(crate) operations: u64,
    pub(crate) reductions: u64,
    pub(crate) collections: Collections,
    pub(crate) out_of_memory: u64,
    pub(crate) memory: usize,
    pub(crate) globals: usize,
    pub(crate) pending: usize,
}

#[derive(Default)]
pub(crate) struct Gauges {
    wait: Mutex<Option<Wait>>,
    /// Counted among those of the pool that wait.
    at_rest: AtomicBool,
    reductions: AtomicU64,
    slices: AtomicU64,
    inline_nanos: AtomicU64,
    worker_nanos: AtomicU64,
    collections: AtomicU64,
    collecting_nanos: AtomicU64,
    memory: AtomicUsize,
    globals: AtomicUsize,
    pending: AtomicUsize,
}

/// Only one thread at a time writes a context's gauges: no read-modify-write.
fn add(counter: &AtomicU64, by: u64) {
    if by > 0 {
        counter.store(counter.load(Ordering::Relaxed) + by, Ordering::Relaxed);
    }
}

impl Gauges {
    /// Wait for `wait`; the answer is what was waited for below, to be put back
    /// by [`Gauges::resume`].
    pub(crate) fn suspend(&self, wait: Wait) -> Option<Wait> {
        self.wait().replace(wait)
    }

    pub(crate) fn resume(&self, below: Option<Wait>) {
        *self.wait() = below;
    }

    pub(crate) fn waits_for(&self) -> Option<Wait> {
        self.wait().clone()
    }

    fn wait(&self) -> std::sync::MutexGuard<'_, Option<Wait>> {
        self.wait.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Note that the context rests in a wait, or does not; whether that is new.
    pub(crate) fn set_at_rest(&self, rests: bool) -> bool {
        // Cheap for who never waits.
        self.at_rest.load(Ordering::Relaxed) != rests
            && self.at_rest.swap(rests, Ordering::Relaxed) != rests
    }

    /// Note a slice; the live bytes as they were noted before.
    pub(crate) fn note(&self, place: Place, nanos: u64, figures: &Figures) -> usize {
        add(&self.slices, 1);
        add(
            match place {
                Place::Inline => &self.inline_nanos,
                Place::Worker => &self.worker_nanos,
            },
            nanos,
        );
        add(&self.reductions, figures.reductions);
        add(&self.collections, figures.collections.count);
        add(&self.collecting_nanos, nanos_of(figures.collections.time));
        self.globals.store(figures.globals, Ordering::Relaxed);
        self.pending.store(figures.pending, Ordering::Relaxed);
        self.set_memory(figures.memory)
    }

    /// Note what a context is made with, before anybody can ask.
    pub(crate) fn begin(&self, memory: usize, globals: usize) {
        self.globals.store(globals, Ordering::Relaxed);
        self.set_memory(memory);
    }

    /// Note the live bytes; what was noted before.
    pub(crate) fn set_memory(&self, bytes: usize) -> usize {
        let before = self.memory.load(Ordering::Relaxed);
        self.memory.store(bytes, Ordering::Relaxed);
        before
    }

    pub(crate) fn info(&self, activity: Activity) -> Info {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Info {
            activity,
            reductions: read(&self.reductions),
            slices: read(&self.slices),
            inline: Duration::from_nanos(read(&self.inline_nanos)),
            workers: Duration::from_nanos(read(&self.worker_nanos)),
            collections: Collections {
                count: read(&self.collections),
                time: Duration::from_nanos(read(&self.collecting_nanos)),
            },
            memory: self.memory.load(Ordering::Relaxed),
            globals: self.globals.load(Ordering::Relaxed),
            pending: self.pending.load(Ordering::Relaxed),
        }
    }
}

pub(crate) fn nanos_of(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
