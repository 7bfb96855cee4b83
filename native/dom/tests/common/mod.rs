//! A heap with the APIs of the group `dom`, as the NIF puts them together.
#![allow(dead_code)]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use quickbeam_apis::{Host, Level, Mailbox, Parts, Task};
use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::Budget;
use quickbeam_engine::{Cx, ErrorKind, Heap, HeapOptions, JsResult, Member, Report, Value};

#[derive(Clone, Default)]
pub struct Heard {
    pub lines: Rc<RefCell<Vec<String>>>,
    pub errors: Rc<RefCell<Vec<Report>>>,
}

impl Host for Heard {
    fn console(&self, _cx: Cx<'_>, _level: Level, text: &str) -> JsResult<()> {
        self.lines.borrow_mut().push(text.to_owned());
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
        Arc::new(Nowhere)
    }

    fn natives(&self, name: &str) -> Option<&'static [Member]> {
        (name == "dom").then_some(quickbeam_dom::NATIVES)
    }
}

struct Nowhere;

impl Mailbox for Nowhere {
    fn post(&self, _task: Task) -> bool {
        false
    }
}

struct Hooks(Heard);

impl quickbeam_dom::Hooks for Hooks {
    fn module<'a>(&self, cx: Cx<'a>, path: &str) -> JsResult<Value<'a>> {
        quickbeam_apis::load_module(cx, path)
    }

    fn uncaught<'a>(&self, cx: Cx<'a>, error: &Value<'a>) -> JsResult<()> {
        let report = Report::of(cx, error);
        self.0.uncaught(cx, report)
    }
}

pub struct Js {
    pub heap: Heap,
    pub heard: Heard,
}

impl Js {
    pub fn new() -> Js {
        Js::with_limit(0)
    }

    pub fn with_limit(memory_limit: usize) -> Js {
        let options = HeapOptions {
            memory_limit,
            ..HeapOptions::default()
        };
        let mut heap =
            Heap::new(&options, Budget::new(0), FiberCache::new(1 << 20)).expect("a heap");
        let heard = Heard::default();
        let parts = Parts::of_groups(["dom", "url"]);
        quickbeam_apis::install(&mut heap, parts, heard.clone()).expect("installs");
        quickbeam_dom::install(&mut heap, Hooks(heard.clone())).expect("installs");
        Js { heap, heard }
    }

    /// `String(completion)` after all microtasks, or the error as `Name: message`.
    /// Where the completion is an array, its elements are joined by `|`.
    pub fn eval(&mut self, code: &str) -> Result<String, String> {
        let code = code.to_owned();
        let (result, out) = mpsc::channel();
        let progress = self.heap.start(move |cx| {
            let found = cx.eval(&code, "test.js", false);
            while cx.run_job().is_some() {}
            let found = found.and_then(|value| {
                let joined = match value.object_kind() {
                    quickbeam_engine::ObjectKind::Array => {
                        value.get("join")?.call(&value, &[cx.string("|")?])?
                    }
                    _ => value,
                };
                joined.to_text()
            });
            let found = found.map_err(|thrown| {
                let report = Report::of(cx, &cx.catch(thrown));
                format!("{}: {}", report.name, report.message)
            });
            let _ = result.send(found);
        });
        out.try_recv()
            .unwrap_or_else(|_| panic!("no result: {progress:?}"))
    }

    #[track_caller]
    pub fn check(&mut self, code: &str, expected: &str) {
        assert_eq!(self.eval(code).as_deref(), Ok(expected), "{code}");
        let errors = self.heard.errors.borrow();
        assert!(errors.is_empty(), "{code}: {errors:?}");
    }

    #[track_caller]
    pub fn throws(&mut self, code: &str, name: &str) {
        let error = self.eval(code).expect_err(code);
        assert_eq!(error.split(':').next(), Some(name), "{code} threw {error}");
    }
}
