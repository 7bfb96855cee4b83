//! Modules by their names, and a loader of the embedder's.

mod common;

use std::rc::Rc;

use common::*;
use quickbeam_engine::{Cx, ErrorKind, Heap, JsResult, ModuleLoader, PromiseState, Value};

/// Finds `a`, whose text it knows, and `native`, whose value it makes.
struct Known;

impl ModuleLoader for Known {
    fn resolve(&self, cx: Cx<'_>, referrer: &str, specifier: &str) -> JsResult<String> {
        match specifier {
            "missing" => {
                let message = format!("no {specifier} for {referrer}");
                Err(cx.throw_error(ErrorKind::Error, &message))
            }
            "panics" => panic!("in the loader"),
            _ => Ok(specifier.to_owned()),
        }
    }

    fn load(&self, cx: Cx<'_>, name: &str, kind: Option<&str>) -> JsResult<()> {
        match (name, kind) {
            ("native", _) => cx.synthetic_module(name, &["one".into(), "default".into()]),
            (_, Some(kind)) => cx.compile_module(&format!("export const a = '{kind}'"), name),
            ("waits", _) => cx.compile_module("await null; export const a = 1", name),
            ("of waits", _) => cx.compile_module("export * from 'waits'", name),
            ("of of waits", _) => cx.compile_module("export * from 'of waits'", name),
            _ => cx.compile_module("export const a = 1", name),
        }
    }

    fn evaluate<'a>(&self, cx: Cx<'a>, name: &str) -> JsResult<Vec<(String, Value<'a>)>> {
        Ok(vec![
            ("one".into(), cx.integer(1)),
            ("default".into(), cx.string(name)?),
            ("undeclared".into(), cx.null()),
        ])
    }
}

fn loading_heap() -> Heap {
    let mut heap = heap();
    heap.set_module_loader(Rc::new(Known));
    heap
}

fn evaluate(cx: Cx<'_>, code: &str) -> String {
    let evaluated = cx
        .compile_module(code, "main")
        .and_then(|()| cx.evaluate_module("main"));
    match evaluated {
        Ok(promise) => {
            while cx.run_job().is_some() {}
            match promise.promise_state() {
                Some(PromiseState::Fulfilled) => "fulfilled".into(),
                _ => text(cx, &promise.promise_result()),
            }
        }
        Err(thrown) => text(cx, &cx.catch(thrown)),
    }
}

#[test]
fn a_module_imports_what_the_loader_finds() {
    loading_heap().with(|cx| {
        let code = "import { a } from 'a'; import name, { one } from 'native';
                    export const all = [a, name, one].join()";
        assert_eq!(evaluate(cx, code), "fulfilled");
        let namespace = cx.module_namespace("main").unwrap().expect("it is linked");
        assert_eq!(text(cx, &namespace.get("all").unwrap()), "1,native,1");
        assert!(cx.has_module("a").unwrap());
        assert!(cx.module_namespace("b").unwrap().is_none());
    });
}

// What imports it waits for it once, not for ever.
#[test]
fn a_module_that_has_waited_can_be_imported_again() {
    loading_heap().with(|cx| {
        let code = "import 'of waits';
                    const { a } = await import('of of waits'); globalThis.a = a";
        assert_eq!(evaluate(cx, code), "fulfilled");
        assert_eq!(eval_text(cx, "a"), "1");
    });
}

#[test]
fn import_attributes_reach_the_loader() {
    loading_heap().with(|cx| {
        let code = "import { a } from 'j' with { type: 'json' }; globalThis.a = a";
        assert_eq!(evaluate(cx, code), "fulfilled");
        assert_eq!(eval_text(cx, "a"), "json");
    });
    loading_heap().with(|cx| {
        let error = evaluate(cx, "import 'a' with { kind: 'x' }");
        assert!(error.contains("'kind' is not supported"), "{error}");
    });
}

#[test]
fn what_cannot_be_linked_is_gone_and_the_heap_goes_on() {
    loading_heap().with(|cx| {
        assert_eq!(
            evaluate(cx, "import 'a'; import 'missing'"),
            "Error: no missing for main"
        );
        assert!(!cx.has_module("main").unwrap());
        assert!(cx.evaluate_module("main").is_err_and(|thrown| {
            text(cx, &cx.catch(thrown)) == "ReferenceError: no module 'main'"
        }));
        assert_eq!(evaluate(cx, "import { a } from 'a'"), "fulfilled");
    });
}

#[test]
fn code_of_eval_imports_for_the_script_that_called_it() {
    loading_heap().with(|cx| {
        let code = "globalThis.made = eval(`() => import('missing')`);
                    const results = await Promise.allSettled([
                        eval(`import('missing')`),
                        (0, eval)(`import('missing')`),
                        Function(`return import('missing')`)(),
                        Function(`return eval(\"import('missing')\")`)(),
                        eval(`class A { static a = import('missing') }; A.a`),
                    ]);
                    globalThis.told = results.map(({ reason }) => reason.message).join()";
        assert_eq!(evaluate(cx, code), "fulfilled");
        assert_eq!(eval_text(cx, "told"), ["no missing for main"; 5].join(","));
        // Also where it is called later, by others.
        let called = "made().catch(error => { told = error.message }); 0";
        cx.eval(called, "other.js", false).expect("it runs");
        run_jobs(cx);
        assert_eq!(eval_text(cx, "told"), "no missing for main");
    });
}

#[test]
fn bytecode_of_a_module_makes_it_in_another_heap() {
    let bytecode = heap().with(|cx| {
        cx.compile_module("export const a = 5", "m")
            .expect("compiles");
        cx.write_module("m").expect("is written")
    });
    loading_heap().with(|cx| {
        // SAFETY: written by this very build.
        unsafe { cx.read_module(&bytecode) }.expect("is read");
        assert_eq!(
            evaluate(cx, "import { a } from 'm'; globalThis.a = a"),
            "fulfilled"
        );
        assert_eq!(eval_text(cx, "a"), "5");
    });
}

#[test]
fn a_renamed_module_makes_room() {
    loading_heap().with(|cx| {
        for value in [1, 2] {
            if cx.has_module("m").unwrap() {
                cx.rename_module("m", "m (old)").expect("is renamed");
            }
            cx.compile_module(&format!("export const v = {value}"), "m")
                .expect("compiles");
        }
        assert_eq!(
            evaluate(cx, "import { v } from 'm'; globalThis.v = v"),
            "fulfilled"
        );
        assert_eq!(eval_text(cx, "v"), "2");
    });
}

#[test]
fn a_panic_of_the_loader_ends_the_heap_alone() {
    loading_heap().with(|cx| {
        evaluate(cx, "import 'panics'");
        assert_eq!(cx.panicked().as_deref(), Some("in the loader"));
    });
}

#[test]
fn without_a_loader_nothing_is_imported() {
    heap().with(|cx| {
        let error = evaluate(cx, "import 'a'");
        assert!(error.contains("could not load module 'a'"), "{error}");
    });
}
