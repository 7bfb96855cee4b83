//! A bound on the bytes that a group of regions may hold together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes shared by the regions of one pool: counted in whole runs of pages as
/// they are taken from the page store, given back as they return to it.
#[derive(Debug)]
pub struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Budget {
    /// A budget of `limit_bytes`; 0 means no limit, only counting.
    pub fn new(limit_bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            used: AtomicUsize::new(0),
            limit: limit_bytes,
        })
    }

    /// Bytes held at this moment by the regions under this budget.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// The limit in bytes, 0 for none.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes `bytes` if they fit under the limit. Relaxed: the counter guards
    /// no memory, and a compare-and-swap keeps it exact among threads.
    #[must_use]
    pub(super) fn charge(&self, bytes: usize) -> bool {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                let sum = used.checked_add(bytes)?;
                (self.limit == 0 || sum <= self.limit).then_some(sum)
            })
            .is_ok()
    }

    pub(super) fn refund(&self, bytes: usize) {
        let before = self.used.fetch_sub(bytes, Ordering::Relaxed);
        debug_assert!(before >= bytes, "budget refunded more than was charged");
    }
}
