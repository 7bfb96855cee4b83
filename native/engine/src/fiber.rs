//! The stackful coroutine that an operation runs on.
//!
//! A heap has at most one fiber at a time. It may be suspended anywhere, under
//! frames of C too, and be resumed on another thread: nothing on its stack is
//! bound to a thread. It is never dropped while suspended; whoever wants to be
//! rid of it resumes it with [`Signal::Kill`] until it has unwound through the
//! engine.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};

/// Why a fiber was suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// It has used its slice; go on with it when it is its turn again.
    Slice,
    /// It waits for the answer with this number.
    Wait(u64),
}

/// What a suspended fiber is resumed with.
pub enum Signal {
    /// Go on.
    Continue,
    /// Unwind: the native that waits must answer with an uncatchable error.
    Kill,
    /// What it waited for.
    Deliver(Box<dyn Any + Send>),
}

/// Where a fiber stands after it was started or resumed.
#[derive(Debug)]
pub enum Progress {
    Done,
    Paused(Pause),
    /// A Rust panic ended the task; the heap must not be used again.
    Panicked(String),
}

pub(crate) type Task = Box<dyn FnOnce(&Suspender)>;

pub(crate) enum Input {
    Run(Task),
    Signal(Signal),
    Exit,
}

pub(crate) enum Output {
    Paused(Pause),
    Finished(Result<(), String>),
}

pub(crate) type Suspender = Yielder<Input, Output>;

/// Native stack beyond what the engine may use: frames of natives that the
/// engine's own check does not see (conversion, regexp, sort) live here.
const MARGIN: usize = 192 * 1024;

/// A stack that was used deeper than this is given back to the system.
const DEEP: usize = 64 * 1024;
const CANARY: u64 = 0x5155_4943_4B42_4541;
/// More than a frame of JS takes, which may leave any one word of it alone.
const CANARIES: usize = 128;

/// One coroutine, at rest or suspended within a task.
pub(crate) struct Fiber {
    coroutine: Coroutine<Input, Output, (), DefaultStack>,
    canary: *mut [u64; CANARIES],
    stack_limit: usize,
}

// SAFETY: what lives on a suspended fiber's stack is frames of the engine, whose
// heap moves with it, and frames of this workspace's natives, which hold
// nothing that is bound to a thread across a suspension (see the module).
unsafe impl Send for Fiber {}

impl Fiber {
    fn new(js_stack: usize) -> io::Result<Fiber> {
        let stack = DefaultStack::new(js_stack + MARGIN)?;
        let canary = (stack.base().get() - DEEP) as *mut [u64; CANARIES];
        let stack_limit = stack.limit().get();
        // SAFETY: within the fresh stack, which is far larger than DEEP.
        unsafe { canary.write([CANARY; CANARIES]) };
        let body = |suspender: &Suspender, mut input: Input| loop {
            input = match input {
                Input::Run(task) => {
                    let outcome = catch_unwind(AssertUnwindSafe(|| task(suspender)));
                    let outcome = outcome.map_err(|panic| panic_message(&*panic));
                    suspender.suspend(Output::Finished(outcome))
                }
                // A signal that came too late for its task.
                Input::Signal(_) => suspender.suspend(Output::Finished(Ok(()))),
                Input::Exit => break,
            };
        };
        LIVE.fetch_add(1, Ordering::Relaxed);
        Ok(Fiber {
            coroutine: Coroutine::with_stack(stack, body),
            canary,
            stack_limit,
        })
    }

    pub(crate) fn run(&mut self, task: Task) -> Progress {
        self.step(Input::Run(task))
    }

    pub(crate) fn resume(&mut self, signal: Signal) -> Progress {
        self.step(Input::Signal(signal))
    }

    fn step(&mut self, input: Input) -> Progress {
        match self.coroutine.resume(input) {
            CoroutineResult::Yield(Output::Paused(pause)) => Progress::Paused(pause),
            CoroutineResult::Yield(Output::Finished(Ok(()))) => Progress::Done,
            CoroutineResult::Yield(Output::Finished(Err(panic))) => Progress::Panicked(panic),
            CoroutineResult::Return(()) => Progress::Done,
        }
    }

    /// Give the deep part of the stack back to the system, if it was used.
    fn trim(&mut self) {
        // SAFETY: the canaries lie in the mapped stack; the fiber is at rest
        // close to the base, so that nothing below their end is in use.
        unsafe {
            if *self.canary == [CANARY; CANARIES] {
                return;
            }
            let page = 4096;
            let start = self.stack_limit.next_multiple_of(page);
            let end = (self.canary as usize) & !(page - 1);
            if end > start {
                libc::madvise(start as *mut _, end - start, libc::MADV_DONTNEED);
            }
            self.canary.write([CANARY; CANARIES]);
        }
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        // At rest (a suspended one is never dropped, see Heap): let the body
        // return, which needs no unwinding.
        if self.coroutine.started() && !self.coroutine.done() {
            let _ = self.coroutine.resume(Input::Exit);
        }
    }
}

/// Fibers at rest, shared by the contexts of a pool. A fresh stack costs two
/// system calls and its page faults; one from here costs a lock.
pub struct FiberCache {
    js_stack: usize,
    idle: Mutex<Vec<Fiber>>,
}

/// Fibers of the whole process. Each takes two mappings, of which Linux allows
/// 65,530 (`vm.max_map_count`), and the VM needs some itself.
static LIVE: AtomicUsize = AtomicUsize::new(0);
const LIVE_MAX: usize = 20_000;

/// Stacks kept for reuse; more than there are threads only after a burst of
/// suspended operations.
const IDLE_MAX: usize = 64;

impl FiberCache {
    /// A cache of fibers with `js_stack` bytes of native stack for the engine.
    pub fn new(js_stack: usize) -> Arc<FiberCache> {
        Arc::new(FiberCache {
            js_stack,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Bytes of native stack that the engine may use on a fiber of this cache.
    pub fn js_stack(&self) -> usize {
        self.js_stack
    }

    /// Whether one more operation may begin: not while too many of the process
    /// are suspended.
    pub(crate) fn has_room(&self) -> bool {
        LIVE.load(Ordering::Relaxed) < LIVE_MAX
            || !self
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
    }

    pub(crate) fn take(&self) -> io::Result<Fiber> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.map_or_else(|| Fiber::new(self.js_stack), Ok)
    }

    pub(crate) fn put(&self, mut fiber: Fiber) {
        fiber.trim();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(fiber);
        }
    }
}

/// The text of a panic's payload.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
