//! What a context tells of itself at any time, and what its host is told.

mod common;

use std::sync::atomic::Ordering;
use std::time::Duration;

use common::*;
use quickbeam_core::{Activity, ContextOptions, Failure, Limit, States, Wait};

fn activity(guest: &Guest) -> Activity {
    guest.context.info().unwrap().activity
}

#[test]
fn a_context_says_what_it_is_doing() {
    let pool = pool(1);
    let (looping, waiting, awaiting, idle) =
        (guest(&pool), guest(&pool), guest(&pool), guest(&pool));
    waiting.begin(0, "askSync('price')", None);
    awaiting.begin(0, "await ask('stock')", None);
    waiting.question();
    awaiting.question();
    idle.eval("1");
    looping.begin(0, "for (;;);", None);
    until("one waits", || {
        activity(&waiting) == Activity::Waiting(Wait::Handler("price".into()))
    });
    until("two are idle", || {
        activity(&awaiting) == Activity::Idle && activity(&idle) == Activity::Idle
    });
    until("one is seen running", || {
        activity(&looping) == Activity::Running
    });
    assert_eq!(awaiting.context.info().unwrap().pending, 1);
    let settled = States {
        idle: 2,
        running: 1,
        runnable: 0,
        waiting: 1,
    };
    until("the pool says so, too", || pool.stats().states == settled);
    // Two loops on one thread: one of them queues.
    idle.begin(0, "for (;;);", None);
    until("one queues", || {
        let two = [activity(&idle), activity(&looping)];
        two.contains(&Activity::Runnable) && two.contains(&Activity::Running)
    });
    for guest in [&looping, &waiting, &awaiting, &idle] {
        guest.stop();
        assert!(guest.ended().1.is(&Failure::Aborted));
        assert!(guest.context.info().is_none());
    }
    assert_eq!(pool.stats().states, States::default());
}

#[test]
fn a_context_has_its_size_from_the_start() {
    let pool = pool(1);
    for _ in 0..200 {
        let guest = guest(&pool);
        assert_eq!(guest.events.recv_timeout(LOST), Ok(Event::Ready(true)));
        let info = guest.context.info().unwrap();
        assert!(info.memory > 10_000 && info.globals > 50, "{info:?}");
        guest.stop();
    }
    until("nothing is held any more", || pool.stats().memory == 0);
}

#[test]
fn figures_grow_while_a_loop_goes_on() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.begin(0, "for (;;) { const a = {}; a.a = a; }", None);
    let figures = || guest.context.info().unwrap();
    until(
        "it has been collected ten times, in more than a slice",
        || {
            let now = figures();
            now.collections.count > 10 && now.slices > 1
        },
    );
    let before = figures();
    assert!(before.reductions > 1_000, "{before:?}");
    until("all of it goes on", || {
        let now = figures();
        now.slices > before.slices
            && now.reductions > before.reductions
            && now.workers > before.workers
            && now.collections.count > before.collections.count
            && now.collections.time > before.collections.time
    });
    assert!(before.inline.is_zero());
    assert!(before.memory > 10_000);
    until("its host has been told", || {
        guest.host.collections.load(Ordering::SeqCst) > 10
    });
    guest.stop();
}

#[test]
fn reductions_add_up_over_operations_and_nested_ones() {
    let pool = pool(1);
    let guest = guest(&pool);
    let reductions = || guest.context.info().unwrap().reductions;
    let loops = "for (let i = 0; i < 10000; i++); ";
    guest.eval(loops);
    // Two for each turn of a loop.
    until("one loop is counted", || reductions() >= 20_000);
    let before = reductions();
    guest.begin(0, &format!("{loops} askSync('x'); {loops}"), None);
    let question = guest.question();
    guest.begin_nested(1, loops);
    assert_eq!(guest.ended().0, 1);
    guest.answer(question.id, "");
    assert_eq!(guest.ended().0, 0);
    until("three more are", || reductions() - before >= 60_000);
    assert!(reductions() - before < 62_000, "{}", reductions() - before);
}

#[test]
fn time_on_the_callers_thread_is_counted_apart() {
    let pool = pool(1);
    let guest = guest(&pool);
    assert_eq!(guest.eval("1"), returned("1"));
    until("it is idle", || activity(&guest) == Activity::Idle);
    let before = guest.context.info().unwrap();
    for tag in 0..100 {
        guest.begin_here(tag, "1", None);
        assert_eq!(guest.ended().0, tag);
    }
    let after = guest.context.info().unwrap();
    assert!(after.slices - before.slices >= 100);
    assert!(after.inline > before.inline);
    // A slow machine may not get through within the slice each time.
    assert!(after.inline - before.inline > after.workers - before.workers);
}

#[test]
fn globals_are_counted_without_running_anything() {
    let pool = pool(1);
    let guest = guest(&pool);
    let globals = || guest.context.info().unwrap().globals;
    guest.eval("1");
    until("they are counted", || globals() > 50);
    let before = globals();
    guest.eval("var x = 1; globalThis.y = 2; globalThis[Symbol()] = 3; let z = 4");
    until("three more", || globals() == before + 3);
    guest.eval("delete globalThis.y");
    until("one less", || globals() == before + 2);
}

#[test]
fn the_host_is_told_of_each_limit() {
    let pool = pool(1);
    let options = ContextOptions {
        memory_limit: 4_000_000,
        max_reductions: 100_000,
        timeout: None,
        ..ContextOptions::default()
    };
    let guest = guest_with(&pool, options);
    let limits = || std::mem::take(&mut *guest.host.limits.lock().unwrap());
    assert_eq!(guest.eval("1"), returned("1"));
    assert_eq!(limits(), []);
    guest.eval("for (;;);");
    assert_eq!(limits(), [Limit::Reductions]);
    guest.eval("setTimeout(() => { for (;;); })");
    guest.event();
    assert_eq!(limits(), [Limit::Reductions]);
    guest.eval("try { 'x'.repeat(5e6) } catch {}");
    until("the end of the slice", || {
        !guest.host.limits.lock().unwrap().is_empty()
    });
    assert_eq!(limits(), [Limit::Memory]);
    let short = Duration::from_millis(20);
    guest.eval_within("new Promise(() => {})", Some(short));
    assert_eq!(limits(), [Limit::Timeout]);
}

#[test]
fn kept_messages_are_charged_until_they_are_delivered() {
    let pool = pool(1);
    let options = ContextOptions {
        memory_limit: 4_000_000,
        ..Default::default()
    };
    let guest = guest_with(&pool, options);
    let memory = || guest.context.info().unwrap().memory;
    guest.eval("1");
    until("it is there", || memory() > 0);
    let before = memory();
    let message = "m".repeat(1_000_000);
    for _ in 0..6 {
        guest.send(&message);
    }
    // Those that find no room are dropped, and the host hears of it.
    for _ in 0..3 {
        assert_eq!(guest.event(), Event::Dropped);
    }
    until("three are charged", || memory() > before + 2_900_000);
    assert_eq!(guest.eval("1"), returned("1"));
    guest.eval("var got = 0; onMessage(m => { got += m.length })");
    until("all have come", || guest.eval("got") == returned("3000000"));
    until("nothing is charged", || memory() < before + 100_000);
    // With a callback, nothing is kept.
    for _ in 0..6 {
        guest.send(&message);
    }
    until("they have come", || {
        guest.eval("got") == returned("9000000")
    });
    assert_eq!(guest.events(), []);
}
