//! The limits that the engine's poll looks at.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use quickbeam_engine::{Cx, JsResult, Verdict, Watch};

use crate::clock::{self, NEVER};
use crate::waits;

/// Why the watch has killed the running entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its wall-clock limit passed while JS ran.
    Deadline,
    /// Its wall-clock limit passed while it waited for the host.
    Waited,
    /// The context ends.
    Ending,
}

/// Read and written by the thread that runs the context, except for `ending`.
pub(crate) struct Meter {
    ending: Arc<AtomicBool>,
    /// Resets that wait: what runs before them is over.
    resets: Arc<AtomicUsize>,
    deadline: Cell<u64>,
    slice_end: Cell<u64>,
    cause: Cell<Option<Cause>>,
    /// No entry runs longer than this: the limit of what waits below a nested
    /// one.
    cap: Cell<u64>,
}

impl Meter {
    pub(crate) fn new(ending: Arc<AtomicBool>, resets: Arc<AtomicUsize>) -> Meter {
        Meter {
            ending,
            resets,
            deadline: Cell::new(NEVER),
            slice_end: Cell::new(NEVER),
            cause: Cell::new(None),
            cap: Cell::new(NEVER),
        }
    }

    /// Begin an entry that must be over at `deadline`.
    pub(crate) fn begin(&self, deadline: u64) {
        self.deadline.set(deadline.min(self.cap.get()));
        self.cause.set(None);
    }

    /// Run a nested entry within the limit of the one that waits.
    pub(crate) fn nest(&self, run: impl FnOnce()) {
        let (deadline, cap) = (self.deadline.get(), self.cap.get());
        self.cap.set(deadline);
        run();
        self.cap.set(cap);
        let ending = self.cause() == Some(Cause::Ending);
        self.begin(deadline);
        if ending {
            // The entry below ends by that too, and is told so.
            self.kill(Cause::Ending);
        }
    }

    /// When the entry must be over.
    pub(crate) fn deadline(&self) -> u64 {
        self.deadline.get()
    }

    /// Pre-empt the entry at this time.
    pub(crate) fn set_slice_end(&self, time: u64) {
        self.slice_end.set(time);
    }

    /// From now on the poll kills, for this cause.
    pub(crate) fn kill(&self, cause: Cause) {
        self.cause.set(Some(cause));
    }

    /// Why the entry was killed by the watch, if it was.
    pub(crate) fn cause(&self) -> Option<Cause> {
        self.cause.get()
    }
}

impl Watch for Meter {
    fn poll(&self) -> Verdict {
        self.poll_ahead(Duration::ZERO)
    }

    fn poll_ahead(&self, ahead: Duration) -> Verdict {
        if self.cause.get().is_some() {
            return Verdict::Kill;
        }
        if self.ending.load(Ordering::Relaxed) || self.resets.load(Ordering::Relaxed) > 0 {
            self.kill(Cause::Ending);
            return Verdict::Kill;
        }
        let now = clock::now();
        if now >= self.deadline.get() {
            self.kill(Cause::Deadline);
            return Verdict::Kill;
        }
        if clock::after(now, ahead) >= self.slice_end.get() {
            Verdict::Pause
        } else {
            Verdict::Continue
        }
    }

    fn block(
        &self,
        cx: Cx<'_>,
        timeout: Option<Duration>,
        waiting: &dyn Fn() -> bool,
    ) -> JsResult<()> {
        waits::block(cx, timeout, waiting)
    }
}
