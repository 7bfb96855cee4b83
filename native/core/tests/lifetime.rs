//! How contexts and pools end, and what they give back.

mod common;

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::*;
use quickbeam_core::{ContextOptions, Failure, Gone};
use quickbeam_engine::region::page_store_stats;

fn handed_out() -> usize {
    page_store_stats().handed_out
}

/// One test at a time, after the pools of the last one have ended: the page
/// store is the process's.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    until("the page store is empty", || handed_out() == 0);
    guard
}

#[test]
fn stopped_contexts_give_everything_back() {
    let _alone = alone();
    let pool = pool(2);
    let guests: Vec<_> = (0..200).map(|_| guest(&pool)).collect();
    for guest in &guests {
        guest.eval("var kept = Array.from({length: 2000}, (_, n) => ({ n })); 0");
    }
    let stats = pool.stats();
    assert_eq!(stats.contexts, 200);
    assert!(stats.memory > 200 * 100_000, "{stats:?}");
    assert!(stats.chunks >= stats.memory, "{stats:?}");
    guests.iter().for_each(Guest::stop);
    let stats = pool.stats();
    assert_eq!((stats.contexts, stats.memory, stats.chunks), (0, 0, 0));
    assert_eq!(handed_out(), 0);
}

#[test]
fn twenty_thousand_contexts_come_and_go() {
    let _alone = alone();
    let pool = pool(2);
    let mut running = std::collections::VecDeque::new();
    for round in 0..20_000_usize {
        let guest = guest(&pool);
        match round % 5 {
            0 => drop(guest.eval("var kept = Array.from({length: 1000}, () => ({})); 0")),
            1 | 2 => {
                guest.begin(0, ["await ask('x')", "askSync('x')"][round % 2], None);
                guest.question();
            }
            // These are ended before or while they are made.
            3 => guest.begin(0, "while (true);", None),
            _ => {}
        }
        guest.context.end(None);
        running.push_back(guest);
        if running.len() > 50 {
            let guest = running.pop_front().expect("there are fifty");
            guest.stop();
        }
    }
    running.iter().for_each(Guest::stop);
    assert_eq!(pool.stats().contexts, 0);
    assert_eq!(handed_out(), 0);
}

#[test]
fn a_stopped_context_answers_everything() {
    let _alone = alone();
    let pool = pool(1);
    let guest = guest(&pool);
    guest.begin(0, "await ask('x')", None);
    guest.begin(1, "new Promise(() => {})", Some(Duration::from_secs(60)));
    guest.begin(2, "askSync('x')", None);
    guest.question();
    guest.question();
    guest.begin(3, "'queued'", None);
    guest.stop();
    let mut ends: Vec<_> = (0..4).map(|_| guest.ended()).collect();
    ends.sort_by_key(|(tag, _)| *tag);
    for (tag, end) in ends {
        assert!(end.is(&Failure::Aborted), "{tag}: {end:?}");
    }
    assert_eq!(guest.eval("1"), End::Declined);
    assert_eq!(guest.context.send(Box::new(Text("x".into()))), Err(Gone));
    assert_eq!(
        guest.context.answer(1, Box::new(Text("x".into()))),
        Err(Gone)
    );
    assert_eq!(guest.reset(), Err("gone".into()));
    // Told at once when it is over.
    guest.stop();
    assert!(guest.nothing_ended());
}

#[test]
fn contexts_end_in_whatever_state_they_are_suspended() {
    let _alone = alone();
    let pool = pool(1);
    for code in [
        "while (true);",
        "try { while (true); } finally { tell('no') }",
        "askSync('x')",
        "[1, 2].map(() => { try { askSync('x') } catch { tell('no') } finally { tell('no') } })",
        "new Map([[1, 2]]).forEach(() => [...(function* () { try { yield askSync('x') } finally { tell('no') } })()])",
        "JSON.stringify({ toJSON() { return askSync('x') } })",
        "[3, 1, 2].sort(() => askSync('x'))",
        "'a'.replace(/a/, () => askSync('x'))",
        "Reflect.construct(class { constructor() { askSync('x') } }, [])",
        "(async () => { await 0; askSync('x') })()",
    ] {
        let guest = guest(&pool);
        guest.begin(0, code, None);
        if code.contains("askSync") {
            guest.question();
        } else {
            until("it runs", || {
                pool.stats().workers[0].operations > 0 && guest.nothing_ended()
            });
        }
        guest.stop();
        let (_, end) = guest.ended();
        assert!(end.is(&Failure::Aborted), "{code}: {end:?}");
        assert_eq!(guest.events(), [], "{code}");
    }
    stop(&pool);
    assert_eq!(handed_out(), 0);
}

#[test]
fn stopping_one_leaves_its_siblings_at_work() {
    let _alone = alone();
    let pool = pool(2);
    let guests: Vec<_> = (0..20).map(|_| guest(&pool)).collect();
    for guest in &guests {
        guest.begin(
            0,
            "(() => { let n = 0; while (n < 200000) n++; return n })()",
            None,
        );
    }
    guests.iter().step_by(2).for_each(Guest::stop);
    for (index, guest) in guests.iter().enumerate() {
        let (_, end) = guest.ended();
        assert!(
            end == returned("200000") || (index % 2 == 0 && end.is(&Failure::Aborted)),
            "{end:?}"
        );
    }
}

#[test]
fn a_reset_aborts_what_is_pending_and_gives_fresh_globals() {
    let _alone = alone();
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("var old = 1; Array.prototype.map = null; setTimeout(tell, 20, 'no'); onMessage(() => tell('no'))");
    guest.begin(1, "await ask('x')", None);
    let id = guest.question().id;
    guest.begin(2, "old", None);
    assert_eq!(guest.reset(), Ok(()));
    let mut ends = [guest.ended(), guest.ended()];
    ends.sort_by_key(|(tag, _)| *tag);
    assert!(ends[0].1.is(&Failure::Aborted), "{ends:?}");
    assert_eq!(
        ends[1].1,
        returned("1"),
        "it was asked for before the reset"
    );
    guest.answer(id, "late");
    guest.send("m");
    assert_eq!(
        guest.eval("typeof old + typeof [].map + typeof ask"),
        returned("undefinedfunctionfunction")
    );
    assert_eq!(
        guest.eval("new Promise(resolve => setTimeout(resolve, 40, 7))"),
        returned("7")
    );
    assert_eq!(guest.events(), []);
    assert_eq!(guest.host.installs.load(Ordering::SeqCst), 2);
    assert_eq!(pool.stats().contexts, 1);
}

#[test]
fn what_comes_after_a_reset_is_run_after_it() {
    let _alone = alone();
    let pool = pool(1);
    let guest = guest(&pool);
    guest.eval("var old = 1");
    guest.begin(1, "askSync('x')", None);
    let id = guest.question().id;
    let (sender, receiver) = std::sync::mpsc::channel();
    let done = Box::new(move |outcome: Result<(), _>| sender.send(outcome.is_ok()).unwrap());
    guest.context.reset(done).unwrap();
    guest.begin(2, "typeof old", None);
    // Too late: a reset ends what waits.
    guest.answer(id, "go");
    let (tag, end) = guest.ended();
    assert!(tag == 1 && end.is(&Failure::Aborted), "{end:?}");
    assert_eq!(receiver.recv_timeout(LOST), Ok(true));
    assert_eq!(guest.ended(), (2, returned("undefined")));
}

#[test]
fn a_hundred_resets_give_the_memory_back() {
    let _alone = alone();
    let pool = pool(1);
    let guest = guest(&pool);
    for _ in 0..100 {
        guest.eval("var kept = Array.from({length: 20000}, () => ({})); 0");
        assert_eq!(guest.reset(), Ok(()));
    }
    assert_eq!(guest.eval("1"), returned("1"));
    assert!(pool.stats().chunks < 1_000_000, "{:?}", pool.stats());
}

#[test]
fn a_pool_stops_with_everything_pending() {
    let _alone = alone();
    let pool = pool(2);
    let codes = [
        "await ask('x')",
        "askSync('x')",
        "while (true);",
        "new Promise(() => {})",
    ];
    let guests: Vec<_> = (0..100).map(|_| guest(&pool)).collect();
    for (index, guest) in guests.iter().enumerate() {
        guest.begin(0, codes[index % codes.len()], None);
        guest.begin(1, "1", None);
    }
    stop(&pool);
    for guest in &guests {
        let ends = [guest.ended(), guest.ended()];
        // What did not wait for the first may have been done before the end.
        let fine = |end: &End| end.is(&Failure::Aborted) || *end == returned("1");
        assert!(ends.iter().all(|(_, end)| fine(end)), "{ends:?}");
        assert!(guest.nothing_ended());
    }
    assert_eq!(pool.stats().contexts, 0);
    assert_eq!(handed_out(), 0);
    // Stopped again, it tells at once.
    stop(&pool);
}

#[test]
fn a_stopped_pool_takes_no_context() {
    let _alone = alone();
    let pool = pool(1);
    let host = guest(&pool).host;
    stop(&pool);
    assert!(pool.spawn(ContextOptions::default(), host).is_err());
}

#[test]
fn a_dropped_pool_ends_its_contexts_and_threads() {
    let _alone = alone();
    let guests: Vec<_> = {
        let pool = pool_with(3, Duration::from_millis(1));
        (0..20)
            .map(|_| {
                let guest = guest(&pool);
                guest.begin(0, "askSync('x')", None);
                guest
            })
            .collect()
    };
    for guest in &guests {
        assert!(guest.ended().1.is(&Failure::Aborted));
        guest.stop();
    }
    assert_eq!(handed_out(), 0);
    until("the threads are gone", || threads_named("quickbeam-2") == 0);
}

/// Only this test has a pool of three (that of others ends at two or four).
fn threads_named(name: &str) -> usize {
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|comm| comm.trim() == name)
        .count()
}

#[test]
fn a_memory_limit_of_the_pool_refuses_contexts_beyond_it() {
    let _alone = alone();
    let pool = quickbeam_core::Pool::start(quickbeam_core::PoolOptions {
        size: 1,
        memory_limit: 1_000_000,
        max_stack_size: 256 * 1024,
        slice: Duration::from_millis(1),
    })
    .unwrap();
    let guests: Vec<_> = (0..50).map(|_| guest(&pool)).collect();
    let ready = |guest: &&Guest| guest.events.recv_timeout(LOST) == Ok(Event::Ready(true));
    let usable = guests.iter().filter(ready).count();
    assert!((1..50).contains(&usable), "{usable} of 50");
    guests.iter().for_each(Guest::stop);
    assert_eq!(guest(&pool).eval("1"), returned("1"));
}

#[test]
fn a_memory_limit_of_a_context_is_an_error_and_siblings_notice_nothing() {
    let _alone = alone();
    let pool = pool(1);
    let options = ContextOptions {
        memory_limit: 2_000_000,
        ..ContextOptions::default()
    };
    let (small, sibling) = (guest_with(&pool, options), guest(&pool));
    for _ in 0..5 {
        let code = "try { var a = []; for (;;) a.push(new Array(100).fill(a)) } catch (e) { a = null; String(e) }";
        assert_eq!(small.eval(code), returned("InternalError: out of memory"));
        assert_eq!(small.eval("1 + 1"), returned("2"));
    }
    assert_eq!(
        sibling.eval("new Array(1e6).fill(1).length"),
        returned("1000000")
    );
}
