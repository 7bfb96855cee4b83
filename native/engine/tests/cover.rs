//! Coverage: what is told apart, counted, shared and kept.

mod common;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use common::*;
use quickbeam_engine::cover::{self, BranchKind, CoverPoint, Covered, Layout, Range};
use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::Budget;
use quickbeam_engine::{Cx, FrozenCode, Heap, HeapOptions, Script, ScriptKind};

/// What is covered is the process's: one test at a time, from nothing.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    cover::reset();
    turn
}

fn heap_of(frozen: Option<&Arc<FrozenCode>>) -> Heap {
    let options = HeapOptions {
        cover: Some(Layout::default()),
        frozen: frozen.cloned(),
        ..HeapOptions::default()
    };
    Heap::new(&options, Budget::new(0), FiberCache::new(STACK)).expect("a heap")
}

fn run(cx: Cx<'_>, code: &str) {
    if let Err(thrown) = cx.eval(code, "a.js", false) {
        drop(cx.catch(thrown));
    }
    run_jobs(cx);
}

/// Columns of a one-line text.
fn columns(Range { start, end }: &Range) -> String {
    format!("{}-{}", start.column, end.column)
}

fn said(Covered { unit, counts }: &Covered) -> Vec<String> {
    let kind = |index: usize| match &unit.points[index] {
        CoverPoint::Branch(kind, _) => *kind,
        other => panic!("{other:?} is no branch"),
    };
    let say = |(point, count): (&CoverPoint, &u64)| match point {
        CoverPoint::Statement(range) => Some(format!("{} x{count}", columns(range))),
        CoverPoint::Function { name, body, .. } => {
            let name = name.as_deref().unwrap_or("?");
            Some(format!("{name} {} x{count}", columns(body)))
        }
        CoverPoint::Arm { branch, range } => {
            let range = range.as_ref().map_or("none".to_owned(), columns);
            Some(format!("{:?} {range} x{count}", kind(*branch)))
        }
        CoverPoint::Branch(..) | CoverPoint::None => None,
    };
    unit.points.iter().zip(counts).filter_map(say).collect()
}

/// What a text of its own counts.
fn counted(code: &str) -> Vec<String> {
    let mut heap = heap_of(None);
    heap.with(|cx| {
        run(cx, code);
        said(&cx.covered()[0])
    })
}

#[test]
fn each_part_of_the_grammar_is_counted() {
    let _turn = alone();
    let cases: &[(&str, &[&str])] = &[
        ("1; 2", &["0-2 x1", "3-4 x1"]),
        ("'use strict'; 'b'; f", &["19-20 x1"]),
        ("'no' + 1", &["0-8 x1"]),
        ("var a = 1, b; let c = 2", &["8-9 x1", "22-23 x1"]),
        ("const {a} = {}", &["12-14 x1"]),
        ("const [a = 1] = []", &["Default 11-12 x1", "16-18 x1"]),
        (
            "const {a: {b = 1} = 2} = {}",
            &["Default 15-16 x1", "Default 20-21 x1", "25-27 x1"],
        ),
        (
            "var a; ({a = 1} = {a: 2})",
            &["7-25 x1", "Default 13-14 x0"],
        ),
        (
            "function f(a = 1) { return a } f(); f(2)",
            &[
                "Default 15-16 x1",
                "f 18-30 x2",
                "20-28 x2",
                "31-35 x1",
                "36-40 x1",
            ],
        ),
        (
            "function f({a} = {}) {} f()",
            &["Default 17-19 x1", "f 21-23 x1", "24-27 x1"],
        ),
        ("(x => x)(1)", &["0-11 x1", "? 6-7 x1", "6-7 x1"]),
        ("if (1) 2", &["0-8 x1", "If 7-8 x1", "7-8 x1", "If none x0"]),
        (
            "if (0) 2; else 3",
            &["0-16 x1", "If 7-9 x0", "7-9 x0", "If 15-16 x1", "15-16 x1"],
        ),
        (
            "0 ? 1 : 2",
            &["0-9 x1", "Conditional 4-5 x0", "Conditional 8-9 x1"],
        ),
        (
            "1 && 2 || 3",
            &[
                "0-11 x1",
                "Logical 0-1 x1",
                "Logical 5-6 x1",
                "Logical 10-11 x0",
            ],
        ),
        (
            "(1 && 0) && 3",
            &[
                "0-13 x1",
                "Logical 1-2 x1",
                "Logical 6-7 x1",
                "Logical 12-13 x0",
            ],
        ),
        (
            "1 && (0 || (3 ?? 4))",
            &[
                "0-20 x1",
                "Logical 0-1 x1",
                "Logical 6-7 x1",
                "Logical 12-13 x1",
                "Logical 17-18 x0",
            ],
        ),
        (
            "!(1 || 2) && 3",
            &[
                "0-14 x1",
                "Logical 2-3 x1",
                "Logical 7-8 x0",
                "Logical 0-9 x1",
                "Logical 13-14 x0",
            ],
        ),
        (
            "switch (2) { case 1: case 2: 3; default: }",
            &[
                "0-42 x1",
                "Switch 13-20 x0",
                "Switch 21-31 x1",
                "29-31 x1",
                "Switch 32-40 x1",
            ],
        ),
        (
            "switch (9) { default: 1; case 2: }",
            &["0-34 x1", "Switch 13-24 x1", "22-24 x1", "Switch 25-32 x1"],
        ),
        (
            "for (let i = 0; i < 3; i++) i",
            &["0-29 x1", "13-14 x1", "28-29 x3"],
        ),
        (
            "for (const x of [1, 2]) { x; continue; }",
            &["0-40 x1", "26-28 x2", "29-38 x2"],
        ),
        ("for (const k in {a: 1}) break", &["0-29 x1", "24-29 x1"]),
        (
            "var n = 2; while (n) n--; do n++; while (n < 2)",
            &["8-9 x1", "11-25 x1", "21-25 x2", "26-47 x1", "29-33 x2"],
        ),
        ("l: { break l; 1 }", &["0-17 x1", "5-13 x1", "14-15 x0"]),
        ("l: for (;;) break l", &["0-19 x1", "3-19 x1", "12-19 x1"]),
        (
            "try { throw 1 } catch { 2 } finally { 3 }",
            &["0-41 x1", "6-13 x1", "24-25 x1", "38-39 x1"],
        ),
        (
            "with ({}) 1; debugger;",
            &["0-12 x1", "10-12 x1", "13-22 x1"],
        ),
        (
            "class A { a = 1; static b = 2; c } new A; new A",
            &["14-15 x2", "28-29 x1", "35-41 x1", "42-47 x1"],
        ),
        (
            "class A { static f() {} get g() {} constructor() {} }",
            &["? 21-23 x0", "? 32-34 x0", "? 49-51 x0"],
        ),
        ("class A { static { 1 } }", &["19-20 x1"]),
        ("class A extends Object {} new A", &["26-31 x1"]),
        (
            "({ m() {}, get a() {}, b: function c() {} }).m()",
            &["0-48 x1", "? 7-9 x1", "? 19-21 x0", "c 39-41 x0"],
        ),
        (
            "function* g() { yield 1 } g(); [...g()]",
            &["g 14-25 x1", "16-23 x1", "26-30 x1", "31-39 x1"],
        ),
        (
            "async function a() { await 1; 2 } a()",
            &["a 19-33 x1", "21-29 x1", "30-31 x1", "34-37 x1"],
        ),
        (
            "eval('1; 2'); new Function('3')()",
            &["0-13 x1", "14-33 x1"],
        ),
        (";;{}", &[]),
    ];
    for (code, expected) in cases {
        if expected.is_empty() {
            let mut heap = heap_of(None);
            heap.with(|cx| {
                run(cx, code);
                assert!(cx.covered().is_empty(), "{code}");
            });
        } else {
            let mut expected = expected.to_vec();
            let mut counted = counted(code);
            expected.sort_unstable();
            counted.sort_unstable();
            assert_eq!(counted, expected, "{code}");
        }
    }
}

#[test]
fn code_does_the_same_with_coverage() {
    let _turn = alone();
    let code = r#"
        const log = [];
        const names = [(() => {}).name, (function () {}).name];
        let anonymous = function () {}, { d = () => {} } = {};
        var o = { m: x => x, ["a" + 1]: class {} };
        log.push(anonymous.name, d.name, o.m.name, o.a1.name, names);
        function sw(n) {
            switch (n) { case 0: case 1: return "a"; default: log.push("d"); case 2: return "b" }
        }
        log.push(sw(0), sw(1), sw(2), sw(3));
        (o.m || log)(1);
        log.push((0, eval)("1 && (2, 3)"), (() => typeof missing || 0)(), delete o.m && 1);
        a: for (const x of [1, 2, 3]) { try { if (x == 2) continue a; log.push(x) } finally { log.push("f") } }
        const tail = (n, sum = 0) => n ? tail(n - 1, sum + n) : sum;
        log.push(tail(100), (function () { return this?.constructor?.name ?? "none" })());
        try { null.x } catch ({ name = "?", stack }) { log.push(name, stack.split("\n")[0]) }
        JSON.stringify(log)"#;
    let text = |heap: &mut Heap| heap.with(|cx| eval_text(cx, code));
    assert_eq!(text(&mut heap_of(None)), text(&mut heap()));
}

#[test]
fn only_what_has_a_name_is_counted() {
    let _turn = alone();
    let mut heap = heap_of(None);
    heap.with(|cx| {
        for name in ["<eval>", "", "data:,1", "blob:null/1"] {
            drop(cx.eval("1", name, false).map_err(|thrown| cx.catch(thrown)));
        }
        let _ = cx.compile("1", "b.js").map_err(|thrown| cx.catch(thrown));
        assert!(cx.is_covered() && cx.covered().is_empty());
    });
    let mut plain = common::heap();
    plain.with(|cx| {
        run(cx, "1");
        assert!(!cx.is_covered() && cx.covered().is_empty());
    });
    assert!(cover::results().is_empty());
}

#[test]
fn the_beginning_that_a_file_does_not_have_is_left_out() {
    let _turn = alone();
    let mut heap = heap_of(None);
    let head = "(function (a) {";
    heap.with(|cx| {
        cx.cover_behind(head.len());
        run(cx, &format!("{head}a = 1; () => 2\n}})(1)"));
        assert_eq!(
            said(&cx.covered()[0]),
            ["0-6 x1", "7-14 x1", "? 13-14 x0", "13-14 x0"]
        );
        // Of the next text only.
        run(cx, "f(1)");
        assert_eq!(said(&cx.covered()[1]), ["0-4 x1"]);
    });
}

#[test]
fn frozen_code_counts_in_each_heap() {
    let _turn = alone();
    let script = |name: &str, code: &str, kind| Script {
        name: name.into(),
        code: code.into(),
        kind,
    };
    let frozen = FrozenCode::compile_upon(
        None,
        vec![
            script(
                "a.js",
                "var n = 0; function f() { n++ }",
                ScriptKind::Classic,
            ),
            script("m.js", "export const m = 1 && 2;", ScriptKind::Module),
            script("b.js", "f(); f()", ScriptKind::Asynchronous),
        ],
        true,
    )
    .expect("compiles");
    let run_all = |heap: &mut Heap| {
        heap.with(|cx| {
            drop(cx.run_frozen(0).map_err(|thrown| cx.catch(thrown)));
            assert!(cx.load_frozen_module(1).is_ok());
            drop(
                cx.evaluate_module("m.js")
                    .map_err(|thrown| cx.catch(thrown)),
            );
            drop(cx.run_frozen(2).map_err(|thrown| cx.catch(thrown)));
            run(cx, "f()");
            cx.covered().iter().map(said).collect::<Vec<_>>()
        })
    };
    let mut first = heap_of(Some(&frozen));
    let mut second = heap_of(Some(&frozen));
    let said_first = run_all(&mut first);
    assert_eq!(said_first, run_all(&mut second));
    // In the order in which they were compiled: modules last, but for what came later.
    assert_eq!(said_first.len(), 4);
    assert!(said_first.contains(&vec![
        "8-9 x1".into(),
        "f 24-31 x3".into(),
        "26-29 x3".into()
    ]));
    assert!(said_first.contains(&vec![
        "17-23 x1".into(),
        "Logical 17-18 x1".into(),
        "Logical 22-23 x1".into()
    ]));
    drop(first);
    let all = cover::results();
    assert_eq!(
        all.iter().map(|c| c.counts.iter().max()).max(),
        Some(Some(&6))
    );
    // The same code counts nothing in a heap that does not, and runs.
    let options = HeapOptions {
        frozen: Some(frozen.clone()),
        ..HeapOptions::default()
    };
    let mut plain = Heap::new(&options, Budget::new(0), FiberCache::new(STACK)).expect("a heap");
    plain.with(|cx| {
        assert!(cx.run_frozen(0).is_ok());
        assert!(cx.covered().is_empty());
    });
}

#[test]
fn results_are_kept_added_up_and_forgotten() {
    let _turn = alone();
    let said_of_all = || cover::results().iter().flat_map(said).collect::<Vec<_>>();
    let mut heaps: Vec<Heap> = (0..3).map(|_| heap_of(None)).collect();
    for heap in &mut heaps {
        heap.with(|cx| run(cx, "function f() {} f()"));
    }
    heaps.truncate(1);
    assert_eq!(said_of_all(), ["f 13-15 x3", "16-19 x3"]);
    assert_eq!(cover::results()[0].unit.name, "a.js");
    cover::reset();
    heaps[0].with(|cx| run(cx, "f()"));
    let said = said_of_all();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.contains(&"f 13-15 x1".to_owned()) && said.contains(&"16-19 x0".to_owned()));
    heaps.clear();
    assert_eq!(said_of_all().len(), 3);
    cover::reset();
    assert!(cover::results().is_empty());
}

#[test]
fn counts_are_read_while_code_runs() {
    let _turn = alone();
    let mut heap = heap_of(None);
    let thread = std::thread::spawn(move || {
        heap.with(|cx| run(cx, "for (let i = 0; i < 3e6; i++) { i }"));
    });
    let seen = || {
        let results = cover::results();
        results
            .first()
            .map_or(0, |covered| *covered.counts.iter().max().unwrap())
    };
    let mut last = 0;
    while !thread.is_finished() {
        let now = seen();
        assert!(now >= last);
        last = now;
    }
    thread.join().expect("runs");
    assert_eq!(seen(), 3_000_000);
}

#[test]
fn a_failed_allocation_leaves_the_heap_usable() {
    let _turn = alone();
    let options = HeapOptions {
        memory_limit: 1 << 20,
        cover: Some(Layout::default()),
        ..HeapOptions::default()
    };
    let mut heap = Heap::new(&options, Budget::new(0), FiberCache::new(STACK)).expect("a heap");
    heap.with(|cx| {
        let long = "if (1) { 2 && 3 }\n".repeat(20_000);
        let failed = cx.eval(&long, "long.js", false);
        assert!(failure(cx, failed).contains("out of memory"));
        run(cx, "1 ? 2 : 3");
        let last = cx.covered().pop().expect("covered");
        assert_eq!(
            said(&last),
            ["0-9 x1", "Conditional 4-5 x1", "Conditional 8-9 x0"]
        );
        assert_eq!(
            last.unit.points[1],
            CoverPoint::Branch(
                BranchKind::Conditional,
                match last.unit.points[0] {
                    CoverPoint::Statement(range) => range,
                    ref other => panic!("{other:?}"),
                }
            )
        );
    });
}
