//! What ends an operation or a callback that does not end by itself.

mod common;

use std::time::{Duration, Instant};

use common::*;
use quickbeam_core::{ContextOptions, Failure};

const SHORT: Duration = Duration::from_millis(60);

fn within(timeout: Duration) -> ContextOptions {
    ContextOptions {
        timeout: Some(timeout),
        ..ContextOptions::default()
    }
}

#[test]
fn running_code_is_interrupted_and_the_context_goes_on() {
    let pool = pool(1);
    let guest = guest(&pool);
    for code in [
        "while (true);",
        "for (;;) try { for (;;); } catch {} finally { for (;;); }",
        "(function f() { try { f() } finally { f() } })()",
        "function* g() { try { while (true) yield 1 } finally { while (true); } } for (const x of g());",
        "while (true) new Promise(() => { while (true); })",
        "(async () => { while (true) await 0 })()",
        "const again = () => Promise.resolve().then(again); again()",
        "/(a+)+b/.test('a'.repeat(40))",
        "Array.from({length: 1e7}, (_, n) => -n).sort((a, b) => a - b)",
        "({ toString() { for (;;); } })",
        "new Proxy([], { get() { for (;;); } })",
        "Promise.resolve({ get then() { for (;;); } })",
        "await { then() { for (;;); } }",
    ] {
        let start = Instant::now();
        let end = guest.eval_within(code, Some(SHORT));
        // A conversion that was killed tells so by what it tells.
        let killed = end.is(&Failure::Interrupted) || end == returned("unreadable");
        assert!(killed, "{code}: {end:?}");
        assert!(start.elapsed() >= SHORT, "{code}: too early");
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{code}: too late"
        );
        assert_eq!(guest.eval("1 + 1"), returned("2"), "after {code}");
    }
    assert_eq!(guest.events(), []);
}

#[test]
fn long_builtins_are_interrupted() {
    let pool = pool(1);
    let guest = guest(&pool);
    for code in [
        "new Array(2 ** 32 - 1).join()",
        "new Array(1e8).fill(1).sort()",
        "'a'.repeat(1e8).replaceAll('a', 'bb')",
    ] {
        assert_eq!(
            guest.eval_within(code, Some(SHORT)),
            End::Failed(Failure::Interrupted),
            "{code}"
        );
        assert_eq!(guest.eval("1"), returned("1"), "after {code}");
    }
}

#[test]
fn a_waiting_promise_times_out() {
    let pool = pool(1);
    let guest = guest(&pool);
    for code in [
        "new Promise(() => {})",
        "await ask('x')",
        "ask('y')",
        "await new Promise(() => {})",
    ] {
        let start = Instant::now();
        let end = guest.eval_within(code, Some(SHORT));
        assert!(end.is(&Failure::TimedOut(SHORT)), "{code}: {end:?}");
        assert!(start.elapsed() >= SHORT);
    }
    // Its answer comes too late and to nobody.
    let late = guest.question();
    guest.answer(late.id, "late");
    assert_eq!(guest.eval("1"), returned("1"));
}

#[test]
fn a_wait_in_call_sync_times_out() {
    let pool = pool(1);
    let guest = guest(&pool);
    for code in [
        "askSync('x')",
        "try { askSync('x') } catch { 'caught' } finally { tell('no') }",
        "new Promise(() => askSync('x'))",
        "[1].sort.call([2, 1], () => askSync('x'))",
        "[...(function* () { try { yield askSync('x') } finally { tell('no') } })()]",
    ] {
        assert_eq!(
            guest.eval_within(code, Some(SHORT)),
            End::Failed(Failure::TimedOut(SHORT)),
            "{code}"
        );
        guest.answer(guest.question().id, "late");
        assert_eq!(guest.eval("1"), returned("1"), "after {code}");
    }
    assert_eq!(guest.events(), []);
}

#[test]
fn an_operation_that_queues_behind_a_long_one_times_out_in_time() {
    let pool = pool(1);
    for code in ["askSync('x')", "while (true);"] {
        let guest = guest(&pool);
        guest.begin(1, code, None);
        guest.begin(2, "2", Some(SHORT));
        guest.begin(3, "3", Some(SHORT * 2));
        assert_eq!(guest.ended(), (2, End::Aborted(Failure::TimedOut(SHORT))));
        assert_eq!(
            guest.ended(),
            (3, End::Aborted(Failure::TimedOut(SHORT * 2)))
        );
        assert!(guest.nothing_ended());
        guest.stop();
        assert_eq!(guest.ended(), (1, End::Failed(Failure::Aborted)));
    }
}

#[test]
fn a_continuation_that_runs_past_its_limit_is_interrupted() {
    let pool = pool(1);
    let guest = guest(&pool);
    for code in [
        "await ask('x'); while (true);",
        "(async () => { try { await ask('x'); while (true); } finally { tell('no') } })()",
        "new Promise(() => setTimeout(() => { while (true); }, 1))",
        "ask('x').then(() => askSync('y'))",
    ] {
        guest.begin(0, code, Some(SHORT));
        if code.contains("ask(") {
            guest.answer(guest.question().id, "go");
        }
        let (_, end) = guest.ended();
        assert!(
            end.is(&Failure::Interrupted) || end.is_timeout(),
            "{code}: {end:?}"
        );
        assert_eq!(guest.eval("1"), returned("1"), "after {code}");
    }
    let told = guest
        .events()
        .into_iter()
        .any(|event| matches!(event, Event::Told(_)));
    assert!(!told, "a finally block ran under a kill");
}

#[test]
fn callbacks_are_bound_by_the_timeout_of_the_context() {
    let pool = pool(1);
    let guest = guest_with(&pool, within(SHORT));
    let interrupted = Event::Uncaught("InternalError: interrupted".into());
    assert_eq!(
        guest.eval("setTimeout(() => { while (true); }, 1)"),
        returned("1")
    );
    assert_eq!(guest.event(), interrupted);
    guest.eval("onMessage(() => { while (true); })");
    guest.send("m");
    assert_eq!(guest.event(), interrupted);
    guest.eval("onMessage(() => { const again = () => Promise.resolve().then(again); again() })");
    guest.send("m");
    assert_eq!(guest.event(), interrupted);
    guest.eval("onMessage(() => askSync('x'))");
    guest.send("m");
    assert!(matches!(guest.event(), Event::Uncaught(text) if text.starts_with("TimeoutError")));
    guest.eval("onMessage(tell)");
    guest.send("still there");
    assert_eq!(guest.event(), Event::Told("still there".into()));
    assert_eq!(guest.events(), []);
}

#[test]
fn an_interval_that_never_ends_is_killed_at_each_turn_and_can_be_cleared() {
    let pool = pool(1);
    let guest = guest_with(&pool, within(Duration::from_millis(10)));
    guest.eval("var id = setInterval(() => { while (true); }, 1)");
    for _ in 0..3 {
        assert_eq!(
            guest.event(),
            Event::Uncaught("InternalError: interrupted".into())
        );
    }
    assert_eq!(guest.eval("clearInterval(id)"), returned("undefined"));
    guest.events();
    assert_eq!(guest.eval("1"), returned("1"));
    assert_eq!(guest.events(), []);
}

#[test]
fn an_operation_over_its_reductions_is_interrupted() {
    let pool = pool(1);
    let options = ContextOptions {
        max_reductions: 100_000,
        ..ContextOptions::default()
    };
    let guest = guest_with(&pool, options);
    for _ in 0..20 {
        assert_eq!(
            guest.eval("while (true);"),
            End::Failed(Failure::Interrupted)
        );
        // The budget is one operation's.
        assert_eq!(
            guest.eval("var n = 0; while (n < 20000) n++; n"),
            returned("20000")
        );
    }
    assert_eq!(
        guest.eval("try { while (true); } catch { 'caught' }"),
        End::Failed(Failure::Interrupted)
    );
    assert_eq!(guest.events(), []);
}

/// Nobody can settle the promise of a killed async function: whoever awaits it
/// from outside must hear of it, limit or not.
#[test]
fn an_operation_whose_continuation_was_killed_ends() {
    let pool = pool(1);
    let options = ContextOptions {
        max_reductions: 100_000,
        ..ContextOptions::default()
    };
    for code in [
        "(async () => { await ask('x'); while (true); })()",
        "(async () => { const inner = async () => { await ask('x'); while (true); }; await inner() })()",
        "(async () => { const self = {}; self.f = async () => { await ask('x'); for (;;) self.f; }; await self.f(); })()",
        "ask('x').then(() => { while (true); })",
        "await ask('x'); while (true);",
        "new Promise(resolve => ask('x').then(() => { while (true); }).then(resolve))",
        "Promise.all([1, ask('x').then(() => { while (true); })])",
        "(async () => { for await (const x of (async function* () { yield await ask('x'); })()) while (true); })()",
    ] {
        let guest = guest_with(&pool, options.clone());
        guest.begin(1, code, None);
        let id = guest.question().id;
        guest.answer(id, "go");
        assert_eq!(
            guest.ended(),
            (1, End::Failed(Failure::Interrupted)),
            "{code}"
        );
        assert_eq!(
            guest.event(),
            Event::Uncaught("InternalError: interrupted".into())
        );
        assert_eq!(guest.eval("1"), returned("1"), "after {code}");
        guest.stop();
        assert!(guest.nothing_ended(), "{code}: ended twice");
    }
}

#[test]
fn a_kill_leaves_the_operations_that_it_did_not_hit() {
    let pool = pool(1);
    let options = ContextOptions {
        max_reductions: 100_000,
        ..ContextOptions::default()
    };
    let guest = guest_with(&pool, options);
    guest.begin(1, "await ask('one'); 'one'", None);
    let one = guest.question().id;
    guest.begin(
        2,
        "new Promise(resolve => setTimeout(resolve, 30, 'two'))",
        None,
    );
    guest.begin(
        3,
        "(async () => { await ask('three'); while (true); })()",
        None,
    );
    let three = guest.question().id;
    guest.answer(three, "go");
    assert_eq!(guest.ended(), (3, End::Failed(Failure::Interrupted)));
    // And those that an entry settles in which it is killed later.
    guest.begin(
        4,
        "new Promise(resolve => { globalThis.settle = resolve })",
        None,
    );
    assert_eq!(
        guest.eval("settle('four'); while (true);"),
        End::Failed(Failure::Interrupted)
    );
    assert_eq!(guest.ended(), (4, returned("four")));
    assert_eq!(guest.ended(), (2, returned("two")));
    guest.answer(one, "go");
    assert_eq!(guest.ended(), (1, returned("one")));
}

#[test]
fn a_limit_of_one_operation_does_not_shorten_another() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.begin(1, "new Promise(() => {})", Some(SHORT));
    guest.begin(
        2,
        "{ const end = Date.now() + 200; while (Date.now() < end); 'ran' }",
        None,
    );
    guest.begin(3, "new Promise(() => {})", Some(SHORT * 4));
    let mut ends: Vec<_> = (0..3).map(|_| guest.ended()).collect();
    ends.sort_by_key(|(tag, _)| *tag);
    assert!(ends[0].1.is_timeout());
    assert_eq!(ends[1].1, returned("ran"));
    assert!(ends[2].1.is_timeout());
}

/// A worker sets one alarm for each context, the earliest asked for.
#[test]
fn earlier_wake_ups_override_later_ones_and_later_ones_still_come() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.begin(3, "new Promise(() => {})", Some(Duration::from_millis(240)));
    guest.begin(1, "new Promise(() => {})", Some(Duration::from_millis(80)));
    guest.begin(2, "new Promise(() => {})", Some(Duration::from_millis(160)));
    guest.begin(0, "new Promise(resolve => setTimeout(resolve, 20))", None);
    let order: Vec<usize> = (0..4).map(|_| guest.ended().0).collect();
    assert_eq!(order, [0, 1, 2, 3]);
}

#[test]
fn rejections_that_nobody_handles_are_told_once() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("Promise.reject(new RangeError('lost')); 0");
    assert_eq!(guest.event(), Event::Unhandled("RangeError: lost".into()));
    guest.eval("const p = Promise.reject(1); p.catch(() => {}); 0");
    guest.eval(
        "var late = Promise.reject(2); Promise.resolve().then(() => late.catch(() => {})); 0",
    );
    guest.eval("(async () => { throw 3 })().catch(() => {}); 0");
    // The result of an operation is told to who asked.
    assert_eq!(guest.eval("Promise.reject(4)"), End::Threw("4".into()));
    assert_eq!(
        guest.eval("(async () => { await 0; throw 5 })()"),
        End::Threw("5".into())
    );
    guest.eval("setTimeout(() => { throw new Error('thrown') }, 1)");
    assert_eq!(guest.event(), Event::Uncaught("Error: thrown".into()));
    guest.eval("setTimeout(async () => { throw new Error('rejected') }, 1)");
    assert_eq!(guest.event(), Event::Unhandled("Error: rejected".into()));
    assert_eq!(guest.eval("1"), returned("1"));
    assert_eq!(guest.events(), []);
}

#[test]
fn a_report_whose_getters_never_end_is_bounded() {
    let pool = pool(1);
    let options = ContextOptions {
        timeout: Some(SHORT),
        ..ContextOptions::default()
    };
    let guest = guest_with(&pool, options);
    let code = "Promise.reject({ get name() { for (;;); } }); 0";
    assert_eq!(guest.eval_within(code, Some(SHORT)), returned("0"));
    assert_eq!(
        guest.eval("setTimeout(() => { throw { get name() { for (;;); } } }, 1); 1"),
        returned("1")
    );
    assert_eq!(guest.eval_within("1", None), returned("1"));
}
