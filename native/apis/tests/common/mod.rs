//! A heap with the APIs, and what they said to the host.
#![allow(dead_code)]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};

use quickbeam_apis::{Host, Level, Mailbox, Parts, Task};
use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::Budget;
use quickbeam_engine::{Cx, ErrorKind, Heap, HeapOptions, JsResult, Report, Value};

#[derive(Clone, Default)]
pub struct Heard {
    pub lines: Rc<RefCell<Vec<(Level, String)>>>,
    pub errors: Rc<RefCell<Vec<Report>>>,
    pub mailbox: Arc<Posted>,
}

impl Host for Heard {
    fn console(&self, _cx: Cx<'_>, level: Level, text: &str) -> JsResult<()> {
        self.lines.borrow_mut().push((level, text.to_owned()));
        Ok(())
    }

    fn uncaught(&self, _cx: Cx<'_>, error: Report) -> JsResult<()> {
        self.errors.borrow_mut().push(error);
        Ok(())
    }

    /// Here is no BEAM: every request is refused.
    fn request<'a>(&self, cx: Cx<'a>, service: &str, _: &[Value<'a>]) -> JsResult<Value<'a>> {
        Err(cx.throw_error(ErrorKind::Error, &format!("no service {service}")))
    }

    fn request_sync<'a>(
        &self,
        cx: Cx<'a>,
        service: &str,
        args: &[Value<'a>],
    ) -> JsResult<Value<'a>> {
        self.request(cx, service, args)
    }

    fn notify<'a>(&self, cx: Cx<'a>, service: &str, args: &[Value<'a>]) -> JsResult<()> {
        self.request(cx, service, args).map(drop)
    }

    fn mailbox(&self) -> Arc<dyn Mailbox> {
        self.mailbox.clone()
    }
}

/// What other threads have posted; [`Js::run_tasks`] runs it.
#[derive(Default)]
pub struct Posted(Mutex<Vec<Task>>);

impl Mailbox for Posted {
    fn post(&self, task: Task) -> bool {
        self.0.lock().expect("no panic").push(task);
        true
    }
}

pub struct Js {
    heap: Heap,
    pub heard: Heard,
}

pub fn bare_heap(memory_limit: usize) -> Heap {
    let options = HeapOptions {
        memory_limit,
        frozen: quickbeam_apis::code(),
        ..HeapOptions::default()
    };
    Heap::new(&options, Budget::new(0), FiberCache::new(512 * 1024)).expect("a heap")
}

impl Js {
    pub fn new() -> Js {
        Js::with_limit(0)
    }

    pub fn with_limit(memory_limit: usize) -> Js {
        Js::make(memory_limit, &[])
    }

    /// A heap with the globals of these groups.
    pub fn with_groups(groups: &[&str]) -> Js {
        Js::make(0, groups)
    }

    pub fn with_limit_and_groups(memory_limit: usize, groups: &[&str]) -> Js {
        Js::make(memory_limit, groups)
    }

    fn make(memory_limit: usize, groups: &[&str]) -> Js {
        let mut heap = bare_heap(memory_limit);
        let heard = Heard::default();
        let parts = Parts::of_groups(groups.iter().copied());
        quickbeam_apis::install(&mut heap, parts, heard.clone()).expect("installs");
        Js { heap, heard }
    }

    /// Do something in the heap, on a fiber.
    pub fn with<R: Send + 'static>(&mut self, run: impl FnOnce(Cx<'_>) -> R + Send + 'static) -> R {
        let (result, out) = mpsc::channel();
        let progress = self.heap.start(move |cx| {
            let _ = result.send(run(cx));
        });
        out.try_recv()
            .unwrap_or_else(|_| panic!("no result: {progress:?}"))
    }

    pub fn live_bytes(&mut self) -> usize {
        self.with(|cx| {
            cx.collect();
            cx.live_bytes()
        })
    }

    /// Run what has been posted, and the microtasks that follow.
    pub fn run_tasks(&mut self) {
        let tasks = std::mem::take(&mut *self.heard.mailbox.0.lock().expect("no panic"));
        self.heap.start(move |cx| {
            for task in tasks {
                if let Err(thrown) = task(cx) {
                    drop(cx.catch(thrown));
                }
                while cx.run_job().is_some() {}
            }
        });
    }

    /// `String(completion)`, or the error as `Name: message`.
    pub fn eval(&mut self, code: &str) -> Result<String, String> {
        let code = code.to_owned();
        let (result, out) = mpsc::channel();
        let progress = self.heap.start(move |cx| {
            let found = cx
                .eval(&code, "test.js", false)
                .and_then(|value| value.to_text());
            let found = found.map_err(|thrown| {
                let report = Report::of(cx, &cx.catch(thrown));
                format!("{}: {}", report.name, report.message)
            });
            while cx.run_job().is_some() {}
            let _ = result.send(found);
        });
        out.try_recv()
            .unwrap_or_else(|_| panic!("no result: {progress:?}"))
    }

    #[track_caller]
    pub fn check(&mut self, code: &str, expected: &str) {
        assert_eq!(self.eval(code).as_deref(), Ok(expected), "{code}");
    }

    #[track_caller]
    pub fn throws(&mut self, code: &str, name: &str) {
        let error = self.eval(code).expect_err(code);
        assert_eq!(error.split(':').next(), Some(name), "{code} threw {error}");
    }

    /// What `console.log(ARGUMENTS)` writes.
    #[track_caller]
    pub fn log(&mut self, arguments: &str) -> String {
        if let Err(error) = self.eval(&format!("console.log({arguments})")) {
            panic!("console.log({arguments}) threw {error}");
        }
        let (level, text) = self.heard.lines.borrow_mut().pop().expect("a line");
        assert_eq!(level, Level::Info);
        text
    }
}
