//! A heap for one task, on a stack of its own.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cx::{Cx, JsResult};
use crate::fiber::FiberCache;
use crate::heap::{Heap, HeapOptions};
use crate::region::Budget;
use crate::report::Report;

/// Bytes of the stack.
const STACK: usize = 4 << 20;

/// Run `task` in a fresh heap without limits: its result and the heap. What it throws
/// is the error, as is a kill or a want of memory.
pub fn run_alone<R: Send + 'static>(
    task: impl for<'a> FnOnce(Cx<'a>) -> JsResult<R> + Send + 'static,
) -> Result<(R, Heap), Report> {
    run_alone_with(&HeapOptions::default(), |_| {}, task)
}

/// As [`run_alone`], in a heap made with `options` and prepared.
pub(crate) fn run_alone_with<R: Send + 'static>(
    options: &HeapOptions,
    prepare: impl FnOnce(&mut Heap),
    task: impl for<'a> FnOnce(Cx<'a>) -> JsResult<R> + Send + 'static,
) -> Result<(R, Heap), Report> {
    let mut heap = Heap::new(options, Budget::new(0), FiberCache::new(STACK))
        .ok_or_else(|| Report::new("InternalError", "out of memory"))?;
    prepare(&mut heap);
    let result = Arc::new(Mutex::new(None));
    let out = result.clone();
    heap.start(move |cx| {
        let outcome = task(cx).map_err(|thrown| Report::of(cx, &cx.catch(thrown)));
        *out.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    });
    let outcome = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    match outcome {
        Some(Ok(value)) => Ok((value, heap)),
        Some(Err(report)) => Err(report),
        None => Err(Report::new(
            "InternalError",
            "the code could be neither compiled nor read",
        )),
    }
}
