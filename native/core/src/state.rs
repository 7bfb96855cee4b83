//! What a context keeps with its heap, for natives and for the scheduler.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use quickbeam_engine::{Cx, PromiseState, Root};

use crate::calls::Calls;
use crate::clock::{self, NEVER};
use crate::context::Embedder;
use crate::gauges::Gauges;
use crate::messages::Messages;
use crate::meter::Meter;
use crate::operation::{Failure, Limit, Operation};
use crate::timers::Timers;

/// The heap's extension of this crate.
pub struct State {
    pub(crate) embedder: Arc<dyn Embedder>,
    pub(crate) meter: Rc<Meter>,
    pub(crate) max_reductions: u64,
    pub(crate) timeout: Option<Duration>,
    pub(crate) pending: Pending,
    pub(crate) timers: Timers,
    pub(crate) calls: Calls,
    pub(crate) messages: Messages,
    /// How many operations wait in `callSync` below the running entry.
    pub(crate) depth: Cell<u32>,
    /// Reductions that the running entry has left of its budget.
    pub(crate) left: Cell<u64>,
    /// The wall-clock limit that the running entry is under, where it has none of
    /// its own that of what waits below.
    pub(crate) limit: Cell<Option<Duration>>,
    /// When what waits in the middle of an operation goes on by itself.
    pub(crate) wake: Cell<u64>,
    pub(crate) gauges: Arc<Gauges>,
    /// Operations that were told their end while JS was suspended, and are to be
    /// cleaned up.
    pub(crate) told: RefCell<Vec<Waiting>>,
}

/// Operations whose promise is not settled yet.
#[derive(Default)]
pub(crate) struct Pending {
    waiting: RefCell<HashMap<u64, Waiting>>,
    deadlines: RefCell<BTreeSet<(u64, u64)>>,
    settled: RefCell<VecDeque<u64>>,
    last_id: Cell<u64>,
    nested: Cell<usize>,
}

pub(crate) struct Waiting {
    pub(crate) operation: Box<dyn Operation>,
    pub(crate) promise: Root,
    pub(crate) deadline: u64,
    pub(crate) limit: Option<Duration>,
    /// Begun while another operation waited in `callSync`, which may wait for
    /// this one.
    pub(crate) nested: bool,
}

impl State {
    /// The state of the context that runs.
    pub(crate) fn of(cx: Cx<'_>) -> &State {
        cx.extension::<State>()
            .expect("every context has its State")
    }

    /// The embedder of the context that runs.
    pub fn embedder(cx: Cx<'_>) -> &dyn Embedder {
        &*State::of(cx).embedder
    }

    /// What runs next has this limit, or that of what waits below.
    pub(crate) fn set_limit(&self, limit: Option<Duration>) {
        let nested = self.depth.get() > 0;
        let below = if nested { self.limit.get() } else { None };
        self.limit.set(limit.or(below));
    }

    /// Give what runs next `budget` reductions; 0 = no limit.
    pub(crate) fn set_budget(&self, cx: Cx<'_>, budget: u64) {
        self.left.set(budget);
        cx.set_reductions(budget);
    }

    /// Tell the pending operations whose limit has passed, though JS is suspended
    /// in the middle of another.
    pub(crate) fn tell_expired(&self, now: u64) {
        for mut waiting in self.pending.expired(now) {
            let failure = Failure::TimedOut(waiting.limit.unwrap_or_default());
            self.embedder.limit(Limit::Timeout);
            waiting.operation.tell(&failure);
            self.told.borrow_mut().push(waiting);
        }
    }

    /// When an entry that nobody set a limit for must be over: the context's
    /// timeout; and if operations are pending, whose continuation it may be,
    /// then not long after the first of their limits.
    pub(crate) fn continuation_deadline(&self, now: u64) -> u64 {
        let own = self
            .timeout
            .map_or(NEVER, |timeout| clock::after(now, timeout));
        let first = self.pending.first_deadline();
        own.min(first.max(clock::after(now, GRACE)))
    }

    /// When the context wants to be woken without a job.
    pub(crate) fn next_wake(&self) -> u64 {
        self.pending.first_deadline().min(self.timers.next())
    }
}

/// What an entry may run past the limit of a pending operation that it may have
/// nothing to do with.
pub(crate) const GRACE: Duration = Duration::from_millis(20);

impl Pending {
    pub(crate) fn insert(&self, waiting: Waiting) -> u64 {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        if waiting.deadline != NEVER {
            self.deadlines.borrow_mut().insert((waiting.deadline, id));
        }
        self.nested
            .set(self.nested.get() + usize::from(waiting.nested));
        self.waiting.borrow_mut().insert(id, waiting);
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.borrow().len()
    }

    /// How many were begun while another operation waited.
    pub(crate) fn nested(&self) -> usize {
        self.nested.get()
    }

    pub(crate) fn remove(&self, id: u64) -> Option<Waiting> {
        let waiting = self.waiting.borrow_mut().remove(&id)?;
        self.deadlines.borrow_mut().remove(&(waiting.deadline, id));
        self.nested
            .set(self.nested.get() - usize::from(waiting.nested));
        Some(waiting)
    }

    /// The promise of operation `id` has settled.
    pub(crate) fn settle(&self, id: u64) {
        self.settled.borrow_mut().push_back(id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty()
    }

    /// Take out the operations whose promise nothing refers to but they: it
    /// stays pending for ever. Mark those whose promise has settled.
    pub(crate) fn orphans(&self, cx: Cx<'_>) -> Vec<Waiting> {
        let mut orphans = Vec::new();
        for (id, waiting) in self.waiting.borrow().iter() {
            if waiting.promise.get(cx).promise_state() != Some(PromiseState::Pending) {
                self.settle(*id);
            } else if waiting.promise.is_last(cx) {
                orphans.push(*id);
            }
        }
        orphans
            .into_iter()
            .filter_map(|id| self.remove(id))
            .collect()
    }

    pub(crate) fn next_settled(&self) -> Option<u64> {
        self.settled.borrow_mut().pop_front()
    }

    pub(crate) fn first_deadline(&self) -> u64 {
        self.deadlines
            .borrow()
            .first()
            .map_or(NEVER, |(deadline, _)| *deadline)
    }

    /// The operations whose limit has passed at `now`.
    pub(crate) fn expired(&self, now: u64) -> Vec<Waiting> {
        let mut expired = Vec::new();
        loop {
            let first = self.deadlines.borrow().first().copied();
            match first {
                Some((deadline, id)) if deadline <= now => expired.extend(self.remove(id)),
                _ => return expired,
            }
        }
    }

    pub(crate) fn abort_all(&self, failure: &Failure) {
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        self.deadlines.borrow_mut().clear();
        self.nested.set(0);
        for (_, waiting) in waiting {
            waiting.operation.abort(failure);
        }
    }
}
