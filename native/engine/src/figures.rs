//! What a heap has used and holds.

use std::time::Duration;

use quickbeam_engine_sys as sys;

use crate::cx::Cx;
use crate::heap::Heap;

/// Counters of the collector.
#[derive(Debug, Clone, Copy, Default)]
pub struct Collections {
    pub count: u64,
    pub time: Duration,
}

/// All of them can be asked while an operation is suspended, and none of them
/// takes longer in a large heap.
impl Heap {
    /// Collections so far, automatic ones included.
    pub fn collections(&self) -> Collections {
        let (mut count, mut nanoseconds) = (0, 0);
        // SAFETY: reads two counters of a live context.
        unsafe { sys::JS_GetContextGC(self.inner.ctx, &mut count, &mut nanoseconds) };
        Collections {
            count,
            time: Duration::from_nanos(nanoseconds),
        }
    }

    /// Reductions since the heap was made.
    pub fn reductions(&self) -> u64 {
        self.inner.reductions.get() + self.inner.cx().reductions()
    }

    /// Properties of the global object, those keyed by symbols included.
    pub fn global_count(&self) -> usize {
        // SAFETY: reads two fields of the global object's shape.
        unsafe { sys::JS_GetGlobalCount(self.inner.ctx) as usize }
    }

    /// Out-of-memory errors since the heap was made.
    pub fn out_of_memory_count(&self) -> u64 {
        // SAFETY: reads a counter of a live context.
        unsafe { sys::JS_GetOutOfMemoryCount(self.inner.ctx) }
    }

    /// Live bytes of the heap.
    pub fn live_bytes(&self) -> usize {
        self.inner.cx().live_bytes()
    }

    /// Bytes of the chunks that the heap's region holds.
    pub fn chunk_bytes(&self) -> usize {
        self.inner.region.chunk_bytes()
    }
}

impl Cx<'_> {
    /// Set the reduction limit of what runs next (0 = none) and start counting
    /// anew.
    pub fn set_reductions(self, limit: u64) {
        let total = &self.inner().reductions;
        total.set(total.get() + self.reductions());
        // SAFETY: bookkeeping of a live context.
        unsafe {
            sys::JS_ResetContextReductionCount(self.as_ptr());
            sys::JS_SetContextReductionLimit(self.as_ptr(), limit);
        }
    }

    /// Reductions since [`Cx::set_reductions`].
    pub fn reductions(self) -> u64 {
        // SAFETY: reads a counter.
        unsafe { sys::JS_GetContextReductionCount(self.as_ptr()) }
    }

    /// Figures of the heap; walks it.
    pub fn memory_usage(self) -> sys::JSMemoryUsage {
        // SAFETY: plain counters, for which all-zero is a valid value; the
        // engine fills them in.
        unsafe {
            let mut usage = std::mem::zeroed();
            sys::JS_ComputeMemoryUsage(sys::JS_GetRuntime(self.as_ptr()), &mut usage);
            usage
        }
    }
}
