//! Reductions: counted at the poll, limited to the tick, reset by the host.

mod budget;
use budget::Engine;
use quickbeam_engine_sys::*;

#[test]
fn a_loop_costs_a_tick_an_iteration() {
    let mut engine = Engine::new();
    engine.limit(0);
    assert!(engine.eval("for (let i = 0; i < 100000; i++);", false));
    let count = engine.count();
    assert!((100_000..=200_010).contains(&count), "{count}");
}

/// In code: what the parser does is charged by the block, as builtins are.
#[test]
fn the_count_is_exact_whatever_the_poll_interval() {
    for iterations in [1, 10, 999, 1000, 1001, 2500] {
        let mut engine = Engine::new();
        let source = format!("function f() {{ for (let i = 0; i < {iterations}; i++); }}");
        assert!(engine.eval(&source, false));
        engine.limit(0);
        assert!(engine.call(c"f"));
        let one = engine.count();
        assert!(engine.call(c"f"));
        assert_eq!(engine.count(), 2 * one);
        engine.limit(one);
        assert!(engine.call(c"f"), "exactly the limit is allowed");
        engine.limit(one - 1);
        assert!(!engine.call(c"f"), "one less is not");
        assert_eq!(engine.killed(), JS_CONTEXT_KILL_REDUCTIONS);
        assert_eq!(engine.count(), one);
        assert_eq!(engine.clear().as_deref(), Some("interrupted"));
    }
}

#[test]
fn a_killed_context_is_usable_after_clear_and_reset() {
    let mut engine = Engine::new();
    engine.limit(5000);
    assert!(!engine.eval(
        "try { for (;;); } catch {} finally { globalThis.x = 1 }",
        false
    ));
    assert_eq!(engine.killed(), JS_CONTEXT_KILL_REDUCTIONS);
    assert_eq!(engine.count(), 5001);
    assert!(!engine.eval("1", false), "the kill is sticky");
    assert_eq!(engine.clear().as_deref(), Some("interrupted"));
    assert_eq!(engine.killed(), JS_CONTEXT_KILL_NONE);
    engine.limit(5000);
    assert_eq!(
        engine.text("String(globalThis.x)").as_deref(),
        Some("undefined")
    );
}

#[test]
fn without_a_reset_the_next_poll_kills_again() {
    let mut engine = Engine::new();
    engine.limit(100);
    assert!(!engine.eval("for (;;);", false));
    engine.clear();
    assert!(!engine.eval("1", false));
    assert_eq!(engine.killed(), JS_CONTEXT_KILL_REDUCTIONS);
    engine.clear();
    engine.limit(0);
    assert!(engine.eval("for (let i = 0; i < 10000; i++);", false));
}

/// The limit is passed by less than one charge.
const BUILTIN_CHARGE: u64 = 64;
const REGEXP_CHARGE: u64 = 500;

#[test]
fn regexps_and_builtins_are_charged() {
    for (source, charge) in [
        ("/(a+)+b/.test('a'.repeat(26))", REGEXP_CHARGE),
        ("new Array(1e7).join()", BUILTIN_CHARGE),
        (
            "Array.prototype.fill.call({ length: 1e7 }, 1)",
            BUILTIN_CHARGE,
        ),
        ("JSON.parse('[' + '1,'.repeat(1e6) + '1]')", BUILTIN_CHARGE),
        ("'ab'.repeat(1e6).replaceAll('a', 'ccc')", BUILTIN_CHARGE),
        (
            "Array.from({ length: 1e6 }, (_, i) => -i).sort()",
            BUILTIN_CHARGE,
        ),
    ] {
        let mut engine = Engine::new();
        engine.limit(1000);
        assert!(!engine.eval(source, false), "{source}");
        assert_eq!(engine.killed(), JS_CONTEXT_KILL_REDUCTIONS, "{source}");
        let count = engine.count();
        assert!((1001..=1000 + charge).contains(&count), "{source}: {count}");
        engine.clear();
    }
}

#[test]
fn jobs_are_charged_and_killed() {
    let mut engine = Engine::new();
    engine.limit(10_000);
    assert!(engine.eval(
        "(async () => { for (;;) try { await null } catch {} })()",
        false
    ));
    let mut jobs = 0;
    while engine.killed() == JS_CONTEXT_KILL_NONE {
        assert_ne!(engine.job(), 0);
        jobs += 1;
        assert!(jobs < 10_001);
    }
    engine.clear();
    engine.limit(0);
    assert_eq!(engine.job(), 0, "the kill took the queue with it");
}

#[test]
fn the_handler_is_asked_every_thousand_ticks_or_sooner() {
    let mut engine = Engine::new();
    engine.limit(0);
    assert!(engine.eval("for (let i = 0; i < 100000; i++);", false));
    assert!(engine.watch.asked >= engine.count() / 1000);
}
