//! What `console` has with the group `console`.

mod common;

use common::Js;
use quickbeam_apis::Level;

/// What `code` writes, line by line.
#[track_caller]
fn written(js: &mut Js, code: &str) -> Vec<(Level, String)> {
    if let Err(error) = js.eval(code) {
        panic!("{code} threw {error}");
    }
    js.heard.lines.borrow_mut().drain(..).collect()
}

#[track_caller]
fn check(code: &str, expected: &[(Level, &str)]) {
    let mut js = Js::with_groups(&["console"]);
    let lines = written(&mut js, code);
    let lines: Vec<(Level, &str)> = lines
        .iter()
        .map(|(level, text)| (*level, &**text))
        .collect();
    assert_eq!(lines, expected, "{code}");
}

const INFO: Level = Level::Info;

#[test]
fn without_the_group_there_are_five_methods() {
    let mut js = Js::new();
    js.check("Object.keys(console).join()", "debug,error,info,log,warn");
    let mut js = Js::with_groups(&["console"]);
    js.check(
        "Object.keys(console).sort().join()",
        "assert,clear,count,countReset,debug,dir,dirxml,error,group,groupCollapsed,groupEnd,\
         info,log,table,time,timeEnd,timeLog,trace,warn",
    );
    js.check("Object.values(console).every(f => f.length === 0)", "true");
}

#[test]
fn assert_says_what_failed() {
    check("console.assert(1, 'no')", &[]);
    for (call, text) in [
        ("", "Assertion failed"),
        ("false", "Assertion failed"),
        ("0, 'a %s', 'b'", "Assertion failed: a b"),
        ("0, { a: 1 }, 2", "Assertion failed { a: 1 } 2"),
    ] {
        check(&format!("console.assert({call})"), &[(Level::Error, text)]);
    }
}

#[test]
fn counts_are_by_label() {
    check(
        "console.count(); console.count('x'); console.count(undefined); console.countReset(); \
         console.count(); console.countReset('y')",
        &[
            (INFO, "default: 1"),
            (INFO, "x: 1"),
            (INFO, "default: 2"),
            (INFO, "default: 1"),
            (Level::Warning, "Count for 'y' does not exist"),
        ],
    );
    Js::with_groups(&["console"]).throws("console.count(Symbol())", "TypeError");
}

#[test]
fn timers_are_by_label() {
    check(
        "console.timeEnd('t'); console.time('t'); console.time('t')",
        &[
            (Level::Warning, "Timer 't' does not exist"),
            (Level::Warning, "Timer 't' already exists"),
        ],
    );
    let mut js = Js::with_groups(&["console"]);
    let lines = written(
        &mut js,
        "console.time(); console.timeLog('default', 'so', { a: 1 }); console.timeEnd()",
    );
    let texts: Vec<&str> = lines.iter().map(|(_, text)| &**text).collect();
    let [log, end] = texts[..] else {
        panic!("{texts:?}");
    };
    assert!(
        log.starts_with("default: ") && log.ends_with("ms so { a: 1 }"),
        "{log}"
    );
    assert!(end.starts_with("default: ") && end.ends_with("ms"), "{end}");
}

#[test]
fn groups_indent() {
    check(
        "console.groupEnd(); console.group('G %d', 1); console.log('in\\nner'); \
         console.groupCollapsed(); console.error({ a: 1 }); console.groupEnd(); \
         console.warn('w'); console.groupEnd(); console.log('out'); \
         console.group('H'); console.clear(); console.log('flat')",
        &[
            (INFO, "G 1"),
            (INFO, "  in\n  ner"),
            (Level::Error, "    { a: 1 }"),
            (Level::Warning, "  w"),
            (INFO, "out"),
            (INFO, "H"),
            (INFO, "flat"),
        ],
    );
}

#[test]
fn deep_groups_do_not_make_endless_lines() {
    let mut js = Js::with_groups(&["console"]);
    let lines = written(
        &mut js,
        "for (let i = 0; i < 5000; i++) console.group(); console.log('\\n'.repeat(1e5))",
    );
    assert!(lines[0].1.len() < 1_100_000);
}

#[test]
fn dir_takes_a_depth() {
    let deep = "{ a: { b: { c: { d: 1 } } } }";
    for (options, text) in [
        ("{ depth: 0 }", "{ a: [Object] }"),
        ("{}", "{ a: { b: { c: [Object] } } }"),
        ("{ depth: null }", "{\n  a: { b: { c: { d: 1 } } }\n}"),
    ] {
        check(&format!("console.dir({deep}, {options})"), &[(INFO, text)]);
    }
    check("console.dir('%s')", &[(INFO, "'%s'")]);
    check("console.dirxml({ a: 1 }, 2)", &[(INFO, "{ a: 1 } 2")]);
}

#[test]
fn trace_gives_the_stack() {
    let mut js = Js::with_groups(&["console"]);
    let lines = written(&mut js, "function f() { console.trace('hi %d', 3) } f()");
    let text = &lines[0].1;
    assert!(text.starts_with("Trace: hi 3\n    at "), "{text}");
    assert!(text.contains("at f (test.js:1"), "{text}");
}

#[test]
fn tables() {
    check(
        "console.table([{ a: 1, b: 'x' }, { a: 2, c: { d: 1 } }])",
        &[(
            INFO,
            "┌─────────┬───┬─────┬──────────┐\n\
             │ (index) │ a │ b   │ c        │\n\
             ├─────────┼───┼─────┼──────────┤\n\
             │ 0       │ 1 │ 'x' │          │\n\
             │ 1       │ 2 │     │ { d: 1 } │\n\
             └─────────┴───┴─────┴──────────┘",
        )],
    );
    check(
        "console.table(new Map([['k', 1]]))",
        &[(
            INFO,
            "┌───────────────────┬─────┬────────┐\n\
             │ (iteration index) │ Key │ Values │\n\
             ├───────────────────┼─────┼────────┤\n\
             │ 0                 │ 'k' │ 1      │\n\
             └───────────────────┴─────┴────────┘",
        )],
    );
    check(
        "console.table([1, 'b'])",
        &[(
            INFO,
            "┌─────────┬────────┐\n\
             │ (index) │ Values │\n\
             ├─────────┼────────┤\n\
             │ 0       │ 1      │\n\
             │ 1       │ 'b'    │\n\
             └─────────┴────────┘",
        )],
    );
    check(
        "console.table([{ a: 1, b: 2 }], ['b'])",
        &[(
            INFO,
            "┌─────────┬───┐\n\
             │ (index) │ b │\n\
             ├─────────┼───┤\n\
             │ 0       │ 2 │\n\
             └─────────┴───┘",
        )],
    );
    check("console.table(5)", &[(INFO, "5")]);
    Js::with_groups(&["console"]).throws("console.table([], 'a')", "TypeError");
}
