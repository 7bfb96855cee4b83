//! One thread of a pool: run queue, stealing, parking, wake-up times.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use crossbeam_deque::{Injector, Steal};

use crate::clock::{self, NEVER};
use crate::context::Context;
use crate::gauges::{Figures, nanos_of};
use crate::pool::Shared;

/// What a worker shares with everybody.
#[derive(Default)]
pub(crate) struct Worker {
    queue: Injector<Arc<Context>>,
    alarms: Mutex<Alarms>,
    thread: OnceLock<Thread>,
    parked: AtomicBool,
    /// Contexts of this home that a thread runs just now.
    pub(crate) running: AtomicUsize,
    pub(crate) operations: AtomicU64,
    pub(crate) busy_nanos: AtomicU64,
    pub(crate) collections: AtomicU64,
    pub(crate) collecting_nanos: AtomicU64,
}

/// When which context wants to be woken: one time each, the earliest asked for.
#[derive(Default)]
struct Alarms {
    by_time: BTreeMap<(u64, u64), Arc<Context>>,
    by_context: HashMap<u64, u64>,
}

impl Worker {
    pub(crate) fn push(&self, context: Arc<Context>) {
        self.queue.push(context);
    }

    pub(crate) fn queue_length(&self) -> usize {
        self.queue.len()
    }

    /// Add what a context of this home has done, on whichever thread.
    pub(crate) fn count(&self, figures: &Figures) {
        let add = |counter: &AtomicU64, by: u64| {
            if by > 0 {
                counter.fetch_add(by, Ordering::Relaxed);
            }
        };
        add(&self.operations, figures.operations);
        add(&self.collections, figures.collections.count);
        add(&self.collecting_nanos, nanos_of(figures.collections.time));
    }

    /// Wake the thread if it is parked; whether it was.
    pub(crate) fn unpark(&self) -> bool {
        // Cheap where nobody sleeps, which is the case under load.
        if self.parked.load(Ordering::SeqCst) && self.parked.swap(false, Ordering::SeqCst) {
            if let Some(thread) = self.thread.get() {
                thread.unpark();
            }
            return true;
        }
        false
    }

    /// Wake `context` at `time`, or earlier where it has asked for that.
    pub(crate) fn wake_at(&self, context: &Arc<Context>, time: u64) {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = alarms
            .by_time
            .first_key_value()
            .map_or(NEVER, |((time, _), _)| *time);
        match alarms.by_context.get(&context.id()) {
            Some(set) if *set <= time => return,
            Some(set) => {
                let key = (*set, context.id());
                alarms.by_time.remove(&key);
            }
            None => {}
        }
        alarms.by_context.insert(context.id(), time);
        alarms.by_time.insert((time, context.id()), context.clone());
        drop(alarms);
        if time < earliest {
            self.unpark();
        }
    }

    /// Forget the alarm of a context that has ended.
    pub(crate) fn forget(&self, context: &Context) {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = alarms.by_context.remove(&context.id()) {
            alarms.by_time.remove(&(time, context.id()));
        }
    }

    /// Queue the contexts whose time has come; when the next one's comes.
    fn ring(&self, now: u64) -> u64 {
        loop {
            let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(((time, id), _)) = alarms.by_time.first_key_value() else {
                return NEVER;
            };
            let (time, id) = (*time, *id);
            if time > now {
                return time;
            }
            let context = alarms.by_time.remove(&(time, id));
            alarms.by_context.remove(&id);
            drop(alarms);
            context.iter().for_each(Context::notify);
        }
    }

    fn steal(&self) -> Option<Arc<Context>> {
        loop {
            match self.queue.steal() {
                Steal::Success(context) => return Some(context),
                Steal::Empty => return None,
                Steal::Retry => std::hint::spin_loop(),
            }
        }
    }
}

/// The life of worker `index`.
pub(crate) fn main(pool: &Arc<Shared>, index: usize) {
    let worker = &pool.workers()[index];
    let _ = worker.thread.set(thread::current());
    let slice = pool.slice();
    let mut idle_since = 0;
    loop {
        let now = clock::now();
        let next_alarm = worker.ring(now);
        if let Some(context) = take(pool, index) {
            idle_since = 0;
            // The last resort: whatever a host's callback does, the thread stays.
            let _ = catch_unwind(AssertUnwindSafe(|| context.run_queued(slice)));
            worker
                .busy_nanos
                .fetch_add(clock::now() - now, Ordering::Relaxed);
            continue;
        }
        if pool.is_over() {
            return;
        }
        if idle_since == 0 {
            idle_since = now;
        }
        // A reply is often followed by the next request: look for a moment
        // before going to sleep, which costs both sides a system call.
        if now - idle_since < SPIN_NANOS {
            std::hint::spin_loop();
            continue;
        }
        park(pool, index, next_alarm);
        idle_since = 0;
    }
}

const SPIN_NANOS: u64 = 5_000;

/// The next context of this worker, or one of a neighbour's.
fn take(pool: &Shared, index: usize) -> Option<Arc<Context>> {
    let workers = pool.workers();
    (0..workers.len()).find_map(|offset| workers[(index + offset) % workers.len()].steal())
}

fn park(pool: &Shared, index: usize, next_alarm: u64) {
    let worker = &pool.workers()[index];
    worker.parked.store(true, Ordering::SeqCst);
    // Whoever queued something before it saw `parked` is seen here.
    let work = pool.workers().iter().any(|worker| !worker.queue.is_empty());
    let earlier = worker
        .alarms
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .by_time
        .first_key_value()
        .is_some_and(|((time, _), _)| *time < next_alarm);
    if !work && !earlier && !pool.is_over() {
        let now = clock::now();
        if next_alarm == NEVER {
            thread::park();
        } else if next_alarm > now {
            thread::park_timeout(Duration::from_nanos(next_alarm - now));
        }
    }
    worker.parked.store(false, Ordering::SeqCst);
}
