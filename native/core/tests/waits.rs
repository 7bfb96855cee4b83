//! What suspends an operation in its middle: sleeping, `Atomics.wait`; and what
//! runs on top of it.

mod common;

use std::time::{Duration, Instant};

use common::*;
use quickbeam_core::{Activity, Failure, Limit, Wait};

const SHARED: &str = "var a = new Int32Array(new SharedArrayBuffer(16)); \
     var b = new BigInt64Array(new SharedArrayBuffer(16));";

#[test]
fn a_sleep_takes_its_time_and_no_thread() {
    let pool = pool(1);
    let (sleeper, other) = (guest(&pool), guest(&pool));
    let start = Instant::now();
    sleeper.begin(0, "sleepSync(80); 'slept'", None);
    until("it sleeps", || {
        sleeper.context.info().unwrap().activity == Activity::Waiting(Wait::Sleep)
    });
    assert_eq!(other.eval("1"), returned("1"));
    assert!(
        start.elapsed() < Duration::from_millis(80),
        "the other waited"
    );
    assert_eq!(sleeper.ended(), (0, returned("slept")));
    assert!(start.elapsed() >= Duration::from_millis(80));
    // No time at all is no wait.
    assert_eq!(sleeper.eval("sleepSync(0); 1"), returned("1"));
}

#[test]
fn five_thousand_sleep_on_one_thread_at_once() {
    let pool = pool(1);
    let guests: Vec<_> = (0..5_000).map(|_| guest(&pool)).collect();
    guests
        .iter()
        .for_each(|guest| guest.begin(0, "sleepSync(1e9)", None));
    until("all sleep", || pool.stats().states.waiting == 5_000);
    stop(&pool);
    for guest in &guests {
        assert!(guest.ended().1.is(&Failure::Aborted));
    }
}

#[test]
fn all_wake_in_time() {
    let pool = pool(1);
    let guests: Vec<_> = (0..200).map(|_| guest(&pool)).collect();
    let start = Instant::now();
    guests
        .iter()
        .for_each(|guest| guest.begin(0, "sleepSync(200); 1", None));
    for guest in &guests {
        assert_eq!(guest.ended(), (0, returned("1")));
    }
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(200));
    // One after the other it were 40 s.
    assert!(took < Duration::from_secs(20), "{took:?}");
    until("all are idle", || pool.stats().states.idle == 200);
}

#[test]
fn a_sleep_obeys_limits_ends_and_resets() {
    let pool = pool(1);
    let guest = guest(&pool);
    let short = Duration::from_millis(30);
    for code in [
        "sleepSync(1e9)",
        "try { sleepSync(1e9) } finally { for (;;); }",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e9)",
    ] {
        let end = guest.eval_within(code, Some(short));
        assert!(end.is(&Failure::TimedOut(short)), "{code}: {end:?}");
        assert_eq!(guest.eval("1"), returned("1"), "after {code}");
    }
    assert_eq!(*guest.host.limits.lock().unwrap(), [Limit::Timeout; 4]);
    guest.begin(0, "sleepSync(1e9)", None);
    assert_eq!(guest.reset(), Ok(()));
    assert!(guest.ended().1.is(&Failure::Aborted));
    guest.begin(1, "sleepSync(1e9)", None);
    guest.stop();
    assert!(guest.ended().1.is(&Failure::Aborted));
}

#[test]
fn what_runs_on_top_of_a_wait_may_wait_itself() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("var order = []");
    guest.begin(
        0,
        "askSync('outer'); order.push('outer'); order.join()",
        None,
    );
    let outer = guest.question();
    guest.begin_nested(1, "sleepSync(20); order.push('slept'); askSync('inner')");
    let inner = guest.question();
    until("the inner waits", || {
        let wait = Wait::Handler("inner".into());
        guest.context.info().unwrap().activity == Activity::Waiting(wait)
    });
    guest.answer(inner.id, "done");
    assert_eq!(guest.ended(), (1, returned("done")));
    until("the outer waits again", || {
        let wait = Wait::Handler("outer".into());
        guest.context.info().unwrap().activity == Activity::Waiting(wait)
    });
    guest.answer(outer.id, "");
    assert_eq!(guest.ended(), (0, returned("slept,outer")));
}

#[test]
fn atomics_wait_compares_waits_and_times_out() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(SHARED);
    for (code, told) in [
        ("Atomics.wait(a, 0, 1)", "not-equal"),
        ("Atomics.wait(a, 0, 0, 0)", "timed-out"),
        ("Atomics.wait(a, 0, 0, -5)", "timed-out"),
        ("Atomics.wait(a, 3, 0, 10.5)", "timed-out"),
        ("Atomics.wait(b, 0, 1n, 10)", "not-equal"),
        ("Atomics.wait(b, 1, 0n, 10)", "timed-out"),
        ("Atomics.notify(a, 0)", "0"),
        ("Atomics.notify(new Int32Array(4), 0)", "0"),
    ] {
        assert_eq!(guest.eval(code), returned(told), "{code}");
    }
    for (code, error) in [
        ("Atomics.wait(new Int32Array(4), 0, 0, 0)", "TypeError"),
        (
            "Atomics.wait(new Int16Array(new SharedArrayBuffer(4)), 0, 0, 0)",
            "TypeError",
        ),
        ("Atomics.wait(a, 4, 0, 0)", "RangeError"),
        ("Atomics.wait(a, 0, 0, 0n)", "TypeError"),
    ] {
        let code = format!("try {{ {code} }} catch (e) {{ e.name }}");
        assert_eq!(guest.eval(&code), returned(error), "{code}");
    }
    let start = Instant::now();
    assert_eq!(
        guest.eval("Atomics.wait(a, 0, 0, 40)"),
        returned("timed-out")
    );
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[test]
fn atomics_notify_wakes_what_waits_below() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(SHARED);
    guest.begin(0, "Atomics.wait(a, 1, 0)", None);
    until("it waits", || {
        guest.context.info().unwrap().activity == Activity::Waiting(Wait::Atomics)
    });
    guest.begin_nested(1, "[Atomics.notify(a, 0), Atomics.notify(b, 1)].join()");
    assert_eq!(guest.ended(), (1, returned("0,0")));
    guest.begin_nested(
        2,
        "Atomics.store(a, 1, 5); [Atomics.notify(a, 1), Atomics.notify(a, 1)].join()",
    );
    let mut ends = [guest.ended(), guest.ended()];
    ends.sort_by_key(|(tag, _)| *tag);
    assert_eq!(ends, [(0, returned("ok")), (2, returned("1,0"))]);
}

#[test]
fn a_waiter_that_is_killed_is_notified_no_more() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval(SHARED);
    let short = Duration::from_millis(20);
    let end = guest.eval_within("Atomics.wait(a, 0, 0)", Some(short));
    assert!(end.is(&Failure::TimedOut(short)), "{end:?}");
    assert_eq!(guest.eval("Atomics.notify(a, 0)"), returned("0"));
    // Contexts do not see each other's waiters.
    let other = common::guest(&pool);
    other.eval(SHARED);
    other.begin(0, "Atomics.wait(a, 0, 0)", None);
    until("it waits", || {
        other.context.info().unwrap().activity == Activity::Waiting(Wait::Atomics)
    });
    assert_eq!(guest.eval("Atomics.notify(a, 0)"), returned("0"));
    other.stop();
    assert!(other.ended().1.is(&Failure::Aborted));
}

#[test]
fn a_limit_is_that_of_all_that_runs_on_top() {
    let pool = pool(1);
    let guest = guest(&pool);
    let short = Duration::from_millis(40);
    guest.begin(0, "askSync('outer')", Some(short));
    let outer = guest.question();
    guest.begin_nested(1, "askSync('inner')");
    guest.question();
    let mut ends = [guest.ended(), guest.ended()];
    // By then the answer comes too late.
    guest.answer(outer.id, "late");
    ends.sort_by_key(|(tag, _)| *tag);
    for (tag, end) in ends {
        assert!(end.is(&Failure::TimedOut(short)), "{tag}: {end:?}");
    }
}
