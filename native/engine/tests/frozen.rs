//! Code that heaps share.

mod common;

use std::rc::Rc;
use std::sync::Arc;

use common::*;
use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::Budget;
use quickbeam_engine::{
    Builtin, Cx, FrozenCode, Heap, HeapOptions, JsResult, ModuleLoader, Script, ScriptKind, Value,
};

fn script(code: &str) -> Script {
    Script {
        name: "app.js".into(),
        code: code.into(),
        kind: ScriptKind::Classic,
    }
}

fn freeze(code: &str) -> Arc<FrozenCode> {
    FrozenCode::compile(vec![script(code)]).expect("compiles")
}

fn heap_of(frozen: &Arc<FrozenCode>) -> Heap {
    let options = HeapOptions {
        frozen: Some(frozen.clone()),
        ..HeapOptions::default()
    };
    Heap::new(&options, Budget::new(0), FiberCache::new(STACK)).expect("a heap")
}

const APP: &str = r#"const secretNumber = 40;
    var counter = 0;
    function greet(who) { return `Hello, ${who}` + ++counter; }
    class Animal {
        #name; static kinds = ["cat", "dog"];
        constructor(name) { this.#name = name; }
        get name() { return this.#name; }
        *[Symbol.iterator]() { yield this.#name; yield* Animal.kinds; }
    }
    async function later(n) { return (await n) + secretNumber; }
    const tag = (strings, ...values) => strings.raw.join("|") + values.join();
    const tagged = n => tag`a${n}\n${n}`;
    const sameTemplate = () => (s => s)`x`;
    const big = 123456789012345678901234567890n;
    const pattern = s => /(?<year>\d{4})-(\d\d)/u.exec(s)?.groups.year;
    function evil(code) { const local = 7; return eval(code); }
    const wide = "w😀ide-ä-€";
    const object = { longPropertyNameOfTheApplication: 1, "w😀": 2 };
    function thrower() { throw new TypeError("from the app"); }
    "the completion";
"#;

#[test]
fn frozen_code_runs_in_many_heaps() {
    let frozen = freeze(APP);
    let mut heaps: Vec<Heap> = (0..3).map(|_| heap_of(&frozen)).collect();
    for heap in &mut heaps {
        heap.with(|cx| {
            let value = cx.run_frozen(0).expect("runs");
            assert_eq!(text(cx, &value), "the completion");
        });
    }
    for round in 1..=2 {
        for heap in &mut heaps {
            heap.with(|cx| check(cx, round));
        }
    }
}

fn check(cx: Cx<'_>, round: u32) {
    let greeting = format!("Hello, you{round}");
    let cases = [
        ("greet('you')", greeting.as_str()),
        (
            "new Animal('Tom').name + [...new Animal('x')]",
            "Tomx,cat,dog",
        ),
        ("tagged(5)", "a|\\n|5,5"),
        (
            "sameTemplate() === sameTemplate() && Object.isFrozen(sameTemplate())",
            "true",
        ),
        ("String(big + 1n)", "123456789012345678901234567891"),
        ("pattern('on 2026-11')", "2026"),
        ("evil('local + secretNumber')", "47"),
        (
            "[wide.length, wide.slice(3), wide + 'x'].join()",
            "10,ide-ä-€,w😀ide-ä-€x",
        ),
        (
            "object['longPropertyName' + 'OfTheApplication'] + object['w😀']",
            "3",
        ),
        (
            "({ longPropertyNameOfTheApplication: 5 }).longPropertyNameOfTheApplication",
            "5",
        ),
        (
            "greet.toString().slice(0, 19) + greet.name",
            "function greet(who)greet",
        ),
        (
            "try { thrower() } catch (e) { e.stack.includes('app.js:19') + e.message }",
            "truefrom the app",
        ),
        ("new Function('a', 'return a * secretNumber')(2)", "80"),
    ];
    for (code, expected) in cases {
        assert_eq!(eval_text(cx, code), expected, "{code}");
    }
    let promise = eval(cx, "later(2)");
    while cx.run_job().is_some() {}
    assert_eq!(text(cx, &promise.promise_result()), "42");
    cx.collect();
}

#[test]
fn a_heap_pays_for_its_closures_only() {
    let functions: String = (0..2000)
        .map(|n| format!("function f{n}(argument{n}) {{ return argument{n} + 'constant {n}' }}\n"))
        .collect();
    let code = format!("const app = (() => {{ {functions} return [f0, f1999] }})();");
    let cost = |heap: &mut Heap, run: &dyn Fn(Cx<'_>)| {
        heap.with(|cx| {
            let before = cx.live_bytes();
            run(cx);
            cx.collect();
            cx.live_bytes() - before
        })
    };
    let evaluated = cost(&mut heap(), &|cx| drop(eval(cx, &code)));
    let shared = cost(&mut heap_of(&freeze(&code)), &|cx| {
        drop(cx.run_frozen(0).expect("runs"));
    });
    assert!(shared * 4 < evaluated, "{shared} of {evaluated} bytes");
}

#[test]
fn its_atoms_are_those_that_scripts_make() {
    let frozen = freeze("var fromTheApp = { alpha: 1, beta: { gamma: 2 } };");
    heap_of(&frozen).with(|cx| {
        drop(cx.run_frozen(0).expect("runs"));
        let code = "const a = 'alp' + 'ha'; fromTheApp[a] + fromTheApp['be' + 'ta'].gamma \
                    + Object.keys(fromTheApp).join() + Symbol.for('alpha').description \
                    + JSON.stringify(JSON.parse('{\"alpha\":1,\"delta\":2}'))";
        let expected = "3alpha,betaalpha{\"alpha\":1,\"delta\":2}";
        assert_eq!(eval_text(cx, code), expected);
        // Its own atoms come and go.
        eval(cx, "for (let i = 0; i < 5000; i++) ({})['own' + i] = 1");
        cx.collect();
        assert_eq!(
            eval_text(cx, "new WeakMap().set(Symbol('alpha'), 1) && 'fine'"),
            "fine"
        );
    });
}

#[test]
fn the_code_lives_as_long_as_a_heap_needs_it() {
    let mut heap = heap_of(&freeze("var f = () => 'alive'"));
    heap.with(|cx| {
        drop(cx.run_frozen(0).expect("runs"));
        assert_eq!(eval_text(cx, "f()"), "alive");
    });
}

#[test]
fn many_threads_run_it() {
    let frozen = freeze(APP);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    heap_of(&frozen).with(|cx| {
                        drop(cx.run_frozen(0).expect("runs"));
                        check(cx, 1);
                    });
                }
            });
        }
    });
}

#[test]
fn errors() {
    let report = FrozenCode::compile(vec![script("let = ;")]).expect_err("a syntax error");
    assert_eq!(report.name, "SyntaxError");
    heap().with(|cx| {
        let thrown = cx.run_frozen(0).expect_err("there is none");
        assert_eq!(
            text(cx, &cx.catch(thrown)),
            "RangeError: no frozen script 0"
        );
    });
}

#[test]
fn a_script_may_await() {
    let script = Script {
        kind: ScriptKind::Asynchronous,
        ..script("const x = await Promise.resolve(5); x + 1")
    };
    let frozen = FrozenCode::compile(vec![script]).expect("compiles");
    heap_of(&frozen).with(|cx| {
        let promise = cx.run_frozen(0).expect("runs");
        while cx.run_job().is_some() {}
        let result = promise.promise_result().get("value").expect("a result");
        assert_eq!(text(cx, &result), "6");
    });
}

#[test]
fn a_module_is_shared_too() {
    let module = |name: &str, code: &str| Script {
        name: name.into(),
        code: code.into(),
        kind: ScriptKind::Module,
    };
    let frozen =
        FrozenCode::compile(vec![
        module("lib", "export let n = 0; export const up = () => ++n; export default class K {}"),
        module(
            "app",
            "import K, * as lib from 'lib'; export { up as raise } from 'lib'; export * from 'lib';
             export const early = await lib.up(); globalThis.K = K; globalThis.app = () => lib.n;",
        ),
    ])
        .expect("compiles");
    for _ in 0..2 {
        heap_of(&frozen).with(|cx| {
            cx.load_frozen_module(0).expect("loads");
            cx.load_frozen_module(1).expect("loads");
            drop(cx.evaluate_module("app").expect("evaluates"));
            while cx.run_job().is_some() {}
            assert_eq!(eval_text(cx, "app() + K.name"), "1K");
            let namespace = cx
                .module_namespace("app")
                .expect("is found")
                .expect("is linked");
            cx.global().define("ns", namespace).expect("defines");
            assert_eq!(
                eval_text(cx, "ns.raise() + Object.keys(ns).join()"),
                "2early,n,raise,up"
            );
            assert!(cx.load_frozen_module(2).is_err_and(|thrown| {
                text(cx, &cx.catch(thrown)) == "RangeError: no frozen module 2"
            }));
            cx.collect();
        });
    }
}

#[test]
fn what_a_frozen_module_imports_is_found_where_it_runs() {
    struct Found;
    impl ModuleLoader for Found {
        fn resolve(&self, _cx: Cx<'_>, referrer: &str, specifier: &str) -> JsResult<String> {
            Ok(format!("{referrer}/{specifier}"))
        }
        fn load(&self, cx: Cx<'_>, name: &str, kind: Option<&str>) -> JsResult<()> {
            let kind = kind.unwrap_or("no kind").to_owned();
            cx.compile_module(&format!("export default '{name}, {kind}'"), name)
        }
        fn evaluate<'a>(&self, _: Cx<'a>, _: &str) -> JsResult<Vec<(String, Value<'a>)>> {
            Ok(Vec::new())
        }
    }
    let code = "import plain from 'plain'; import data from 'data' with { type: 'json' };
                globalThis.got = [plain, data].join('; ')";
    let frozen = FrozenCode::compile(vec![Script {
        name: "app".into(),
        code: code.into(),
        kind: ScriptKind::Module,
    }])
    .expect("compiles");
    for _ in 0..2 {
        let mut heap = heap_of(&frozen);
        heap.set_module_loader(Rc::new(Found));
        heap.with(|cx| {
            cx.load_frozen_module(0).expect("loads");
            drop(cx.evaluate_module("app").expect("evaluates"));
            while cx.run_job().is_some() {}
            assert_eq!(eval_text(cx, "got"), "app/plain, no kind; app/data, json");
            cx.collect();
        });
    }
    heap_of(&frozen).with(|cx| {
        cx.load_frozen_module(0).expect("loads");
        let failure = failure(cx, cx.evaluate_module("app").map(drop));
        assert!(failure.contains("plain"), "{failure}");
    });
}

static GREETING: Builtin = Builtin::new("greeting", || {
    "(function (who) { const tag = s => s; return tag`Hello, `[0] + who + (greetings ??= ' again'); })"
        .to_owned()
});

static COUNTER: Builtin = Builtin::new("counter", || {
    "(() => { let n = 0; class Count { static up() { return ++n; } } return Count; })()".to_owned()
});

static OTHER: Builtin = Builtin::new("other", || "'other'".to_owned());

#[test]
fn code_lies_upon_that_of_the_host() {
    static BUILTINS: [&Builtin; 2] = [&GREETING, &COUNTER];
    let builtins = FrozenCode::of_builtins(&BUILTINS).expect("compiles");
    let app = "let greetings; const uniqueNameOfTheApp = s => (t => t)`x`[0] + s;
               ({ who: 'world', uniqueNameOfTheApp })";
    let app = FrozenCode::compile_upon(Some(builtins.clone()), vec![script(app)], false);
    let app = app.expect("compiles");
    let count = |cx: Cx<'_>| {
        let class = COUNTER.run(cx).expect("runs");
        let count = class.get("up").expect("is there").call(&class, &[]);
        assert_eq!(text(cx, &count.expect("is called")), "1");
        assert_eq!(text(cx, &OTHER.run(cx).expect("runs")), "other");
    };
    for _ in 0..2 {
        heap_of(&builtins).with(|cx| {
            count(cx);
            assert_eq!(
                eval_text(cx, "[typeof greetings, 'uniqueName' + 'OfTheApp'].join()"),
                "undefined,uniqueNameOfTheApp"
            );
        });
        heap_of(&app).with(|cx| {
            let own = cx.run_frozen(0).expect("runs");
            let greeting = GREETING.run(cx).expect("runs");
            let result = greeting.call(&cx.undefined(), &[own.get("who").expect("is there")]);
            assert_eq!(text(cx, &result.expect("is called")), "Hello, world again");
            assert!(text(cx, &greeting).contains("[native code]"));
            assert_eq!(
                eval_text(cx, "uniqueNameOfTheApp('y') + greetings"),
                "xy again"
            );
            count(cx);
            let out_of_range = cx.run_frozen(1).expect_err("there is none");
            assert_eq!(
                text(cx, &cx.catch(out_of_range)),
                "RangeError: no frozen script 3"
            );
            cx.collect();
        });
    }
}

#[test]
fn a_heap_pays_for_the_closures_of_the_host_only() {
    static LARGE: Builtin = Builtin::new("large", || {
        let functions: String = (0..500)
            .map(|n| format!("function f{n}(a{n}) {{ return a{n} + 'constant {n}' }}\n"))
            .collect();
        format!("(() => {{ {functions} return [f0, f499] }})()")
    });
    let cost = |mut heap: Heap| {
        heap.with(|cx| {
            let before = cx.live_bytes();
            drop(LARGE.run(cx).expect("runs"));
            let peak = cx.live_bytes();
            cx.collect();
            peak - before
        })
    };
    let read = cost(heap());
    static BUILTINS: [&Builtin; 1] = [&LARGE];
    let frozen = FrozenCode::of_builtins(&BUILTINS).expect("compiles");
    let shared = cost(heap_of(&frozen));
    assert!(shared * 2 < read, "{shared} of {read} bytes");
}

/// What a heap of the code has for itself after its start, in bytes.
fn bytes_of_start(frozen: &Arc<FrozenCode>) -> usize {
    let mut heap = heap_of(frozen);
    let before = heap.live_bytes();
    heap.with(|cx| {
        cx.sharing_regexps(|| cx.run_frozen(0))
            .unwrap_or_else(|_| panic!("it throws"));
        assert_eq!(eval_text(cx, "words.join()"), "Äpfel,und,Öl");
        assert_eq!(
            eval_text(cx, "word.test('1') + word.source + word.flags"),
            "false\\p{L}+gu"
        );
    });
    heap.live_bytes() - before
}

#[test]
fn regular_expressions_of_a_start_are_compiled_once() {
    let frozen =
        freeze(r#"var word = new RegExp("\\p{L}+", "gu"), words = "Äpfel und 2 Öl".match(word);"#);
    let code = frozen.bytes();
    let first = bytes_of_start(&frozen);
    let shared = frozen.bytes() - code;
    assert!(shared > 2_000, "{shared} bytes are shared");
    assert!(first < shared, "{first} bytes are the heap's own");
    assert_eq!(bytes_of_start(&frozen), first);
    assert_eq!(frozen.bytes() - code, shared, "nothing is added again");

    let later = r"new RegExp('[\\p{Lu}]+', 'u').test('Ä') && new RegExp('\\p{L}+', 'u').test('ä')";
    heap_of(&frozen).with(move |cx| assert_eq!(eval_text(cx, later), "true"));
    assert_eq!(
        frozen.bytes() - code,
        shared,
        "what scripts compile later is theirs"
    );
}

#[test]
fn heaps_that_start_at_once_share_regular_expressions() {
    let frozen =
        freeze("var all = Array.from({ length: 200 }, (_, i) => new RegExp(`^a{${i}}$`));");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let frozen = frozen.clone();
            std::thread::spawn(move || {
                for _ in 0..5 {
                    heap_of(&frozen).with(|cx| {
                        cx.sharing_regexps(|| cx.run_frozen(0))
                            .unwrap_or_else(|_| panic!("it throws"));
                        let right = "all.every((re, i) => re.test('a'.repeat(i)) && !re.test('a'.repeat(i + 1)))";
                        assert_eq!(eval_text(cx, right), "true");
                    });
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it ends well");
    }
}
