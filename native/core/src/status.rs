//! Whether a context is run, is queued to be, or has nothing to do: the one word
//! that every thread may change, without a lock.
//!
//! Checked by loom (`make loom`): at most one thread runs a context, and what
//! comes at whatever moment is looked at afterwards.

#[cfg(loom)]
use loom::sync::atomic::{AtomicU8, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU8, Ordering};

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const RUNNING: u8 = 2;
/// Running, and something has come since it last looked.
const NOTIFIED: u8 = 3;
const DEAD: u8 = 4;

/// Where a context stands in the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Idle,
    Queued,
    Running,
    Dead,
}

pub(crate) struct Status(AtomicU8);

impl Status {
    /// Nothing to do.
    pub(crate) fn new() -> Status {
        Status(AtomicU8::new(IDLE))
    }

    pub(crate) fn place(&self) -> Place {
        match self.0.load(Ordering::SeqCst) {
            IDLE => Place::Idle,
            QUEUED => Place::Queued,
            DEAD => Place::Dead,
            _ => Place::Running,
        }
    }

    /// Something has come. True: the caller is to put the context into a run
    /// queue; else somebody will look at it anyway, or it is dead.
    #[must_use]
    pub(crate) fn notify(&self) -> bool {
        let mut status = self.0.load(Ordering::SeqCst);
        loop {
            let next = match status {
                IDLE => QUEUED,
                RUNNING => NOTIFIED,
                _ => return false,
            };
            match self
                .0
                .compare_exchange(status, next, Ordering::SeqCst, Ordering::SeqCst)
            {
                Ok(before) => return before == IDLE,
                Err(found) => status = found,
            }
        }
    }

    /// Run an idle context at once. False: it is not idle.
    #[must_use]
    pub(crate) fn claim(&self) -> bool {
        self.0
            .compare_exchange(IDLE, RUNNING, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }

    /// Run what was taken from a run queue.
    pub(crate) fn begin(&self) {
        self.0.store(RUNNING, Ordering::SeqCst);
    }

    /// It has more to do: the caller is to put it into a run queue.
    pub(crate) fn queue(&self) {
        self.0.store(QUEUED, Ordering::SeqCst);
    }

    /// It has nothing more to do. False: something has come in between, and the
    /// caller is to put it into a run queue.
    #[must_use]
    pub(crate) fn rest(&self) -> bool {
        let idle = self
            .0
            .compare_exchange(RUNNING, IDLE, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok();
        if !idle {
            self.queue();
        }
        idle
    }

    /// Nobody is to run it again.
    pub(crate) fn die(&self) {
        self.0.store(DEAD, Ordering::SeqCst);
    }
}

#[cfg(all(test, loom))]
mod tests {
    use std::collections::VecDeque;

    use loom::sync::atomic::AtomicUsize;
    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use super::*;

    /// One context, its mailbox and its run queue.
    struct World {
        status: Status,
        mailbox: Mutex<VecDeque<u32>>,
        queue: Mutex<usize>,
        runners: AtomicUsize,
        seen: AtomicUsize,
    }

    impl World {
        fn new() -> Arc<World> {
            Arc::new(World {
                status: Status::new(),
                mailbox: Mutex::default(),
                queue: Mutex::new(0),
                runners: AtomicUsize::new(0),
                seen: AtomicUsize::new(0),
            })
        }

        fn enqueue(&self) {
            *self.queue.lock().unwrap() += 1;
        }

        /// As `Context::put`; a dead context's mailbox is emptied by who put.
        fn put(&self) {
            self.mailbox.lock().unwrap().push_back(1);
            if self.status.notify() {
                self.enqueue();
            }
            if self.status.place() == Place::Dead {
                self.drain();
            }
        }

        /// As `Context::put_here`.
        fn put_here(&self) {
            if self.status.claim() {
                self.mailbox.lock().unwrap().push_back(1);
                self.run();
            } else {
                self.put();
            }
        }

        fn drain(&self) {
            while self.mailbox.lock().unwrap().pop_front().is_some() {
                self.seen.fetch_add(1, Ordering::SeqCst);
            }
        }

        /// As `Context::run`, from where it is RUNNING.
        fn run(&self) {
            assert_eq!(self.runners.fetch_add(1, Ordering::SeqCst), 0, "two run it");
            self.drain();
            self.runners.fetch_sub(1, Ordering::SeqCst);
            if !self.status.rest() {
                self.enqueue();
            }
        }

        /// As a worker's turn; whether there was one.
        fn work(&self) -> bool {
            {
                let mut queue = self.queue.lock().unwrap();
                if *queue == 0 {
                    return false;
                }
                *queue -= 1;
            }
            self.status.begin();
            self.run();
            true
        }
    }

    #[test]
    fn nothing_is_lost_and_one_thread_runs_at_a_time() {
        loom::model(|| {
            let world = World::new();
            let threads: Vec<_> = [World::put, World::put_here]
                .into_iter()
                .map(|put| {
                    let world = world.clone();
                    thread::spawn(move || put(&world))
                })
                .collect();
            world.work();
            threads
                .into_iter()
                .for_each(|thread| thread.join().unwrap());
            while world.work() {}
            assert_eq!(world.seen.load(Ordering::SeqCst), 2);
            assert_eq!(world.status.place(), Place::Idle);
        });
    }

    #[test]
    fn what_comes_while_it_dies_is_told() {
        loom::model(|| {
            let world = World::new();
            let other = world.clone();
            let putting = thread::spawn(move || other.put());
            // As a run that ends with the context's death.
            if world.status.claim() {
                world.drain();
                world.status.die();
                world.drain();
            }
            putting.join().unwrap();
            while world.status.place() != Place::Dead && world.work() {}
            assert_eq!(world.seen.load(Ordering::SeqCst), 1);
        });
    }
}
