//! A heap to try things in.
#![allow(dead_code)]

use std::rc::Rc;
use std::sync::Arc;

use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::Budget;
use quickbeam_engine::{Cx, Heap, HeapOptions, JsResult, Pause, Signal, Value, Verdict, Watch};

pub const STACK: usize = 256 * 1024;

pub fn heap() -> Heap {
    heap_with(0, &FiberCache::new(STACK))
}

pub fn heap_with(memory_limit: usize, fibers: &Arc<FiberCache>) -> Heap {
    Heap::new(
        &HeapOptions {
            memory_limit,
            ..HeapOptions::default()
        },
        Budget::new(0),
        fibers.clone(),
    )
    .expect("a heap")
}

pub fn eval<'a>(cx: Cx<'a>, code: &str) -> Value<'a> {
    cx.eval(code, "test.js", false).unwrap_or_else(|thrown| {
        let thrown = cx.catch(thrown);
        panic!("{code}: {}", text(cx, &thrown))
    })
}

pub fn text(cx: Cx<'_>, value: &Value<'_>) -> String {
    value.to_text().unwrap_or_else(|thrown| {
        drop(cx.catch(thrown));
        "unreadable".to_owned()
    })
}

pub fn eval_text(cx: Cx<'_>, code: &str) -> String {
    text(cx, &eval(cx, code))
}

/// What `code` throws, as a string.
pub fn thrown_by(cx: Cx<'_>, code: &str) -> String {
    match cx.eval(code, "test.js", false) {
        Ok(value) => panic!("{code} answered {}", text(cx, &value)),
        Err(thrown) => {
            let thrown = cx.catch(thrown);
            text(cx, &thrown)
        }
    }
}

pub fn failure<T>(cx: Cx<'_>, result: JsResult<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(thrown) => {
            let thrown = cx.catch(thrown);
            text(cx, &thrown)
        }
    }
}

pub fn run_jobs(cx: Cx<'_>) {
    while let Some(result) = cx.run_job() {
        if let Err(thrown) = result {
            drop(cx.catch(thrown));
        }
    }
}

/// Define `wait()`: suspends the fiber, answers the delivered number.
pub fn define_wait(heap: &mut Heap) {
    heap.with(|cx| {
        let defined = cx.method(&cx.global(), "wait", 0, |call| {
            let cx = call.cx();
            match cx.suspend(Pause::Wait(7)) {
                Signal::Deliver(number) => Ok(cx.number(*number.downcast::<f64>().unwrap())),
                Signal::Continue => Ok(cx.undefined()),
                Signal::Kill => Err(cx.throw_interrupted()),
            }
        });
        assert!(defined.is_ok());
    });
}

/// A watch that always answers the same.
pub struct Always(pub Verdict);

impl Watch for Always {
    fn poll(&self) -> Verdict {
        self.0
    }
}

pub fn watch(verdict: Verdict) -> Rc<dyn Watch> {
    Rc::new(Always(verdict))
}
