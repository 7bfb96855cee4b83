//! Evals, calls of the host, pre-emption, panics.

mod common;

use std::sync::mpsc::channel;
use std::time::Duration;

use common::*;
use quickbeam_core::{ContextOptions, Failure};

#[test]
fn evals_return_throw_and_await_on_pools_of_one_and_four() {
    for size in [1, 4] {
        let pool = pool(size);
        let guest = guest(&pool);
        assert_eq!(guest.eval("1 + 1"), returned("2"));
        assert_eq!(
            guest.eval("throw new TypeError('no')"),
            End::Threw("TypeError: no".into())
        );
        assert!(matches!(guest.eval("1 +"), End::Threw(text) if text.starts_with("SyntaxError")));
        assert_eq!(guest.eval("Promise.resolve(5)"), returned("5"));
        assert_eq!(guest.eval("await 6"), returned("6"));
        assert_eq!(guest.eval("await 0; Promise.resolve(8)"), returned("8"));
        assert_eq!(
            guest.eval("Promise.reject(new Error('x'))"),
            End::Threw("Error: x".into())
        );
        assert_eq!(guest.eval("var kept = 7"), returned("undefined"));
        assert_eq!(guest.eval("kept"), returned("7"));
        assert_eq!(guest.events(), []);
    }
}

#[test]
fn evals_of_one_context_run_in_order() {
    let pool = pool(4);
    let guest = guest(&pool);
    guest.eval("var seen = []");
    for tag in 0..1_000 {
        guest.begin(tag, &format!("seen.push({tag})"), None);
    }
    for tag in 0..1_000 {
        assert_eq!(guest.ended(), (tag, returned(&(tag + 1).to_string())));
    }
    assert_eq!(
        guest.eval("seen.every((tag, index) => tag === index)"),
        returned("true")
    );
}

#[test]
fn globals_of_one_context_are_not_seen_in_another() {
    let pool = pool(1);
    let (one, other) = (guest(&pool), guest(&pool));
    one.eval("var secret = 1; Array.prototype.map = null; globalThis.Promise = null");
    assert_eq!(
        other.eval("typeof secret + typeof [].map + typeof Promise"),
        returned("undefinedfunctionfunction")
    );
    assert_eq!(one.eval("1"), returned("1"));
}

#[test]
fn an_endless_loop_does_not_stop_another_context_of_a_pool_of_one() {
    let pool = pool(1);
    let (busy, other) = (guest(&pool), guest(&pool));
    busy.begin(0, "while (true);", Some(Duration::from_secs(30)));
    for round in 0..50 {
        assert_eq!(other.eval(&round.to_string()), returned(&round.to_string()));
    }
    assert!(busy.nothing_ended());
    busy.stop();
    assert_eq!(busy.ended().1, End::Failed(Failure::Aborted));
}

#[test]
fn twenty_endless_loops_are_pre_empted_in_turn() {
    let pool = pool(1);
    let guests: Vec<_> = (0..20).map(|_| guest(&pool)).collect();
    for guest in &guests {
        guest.begin(
            0,
            "for (let n = 1; ; n++) if (n % 1000 === 0) tell(n)",
            None,
        );
    }
    // Each gets on: none is starved by the others.
    for _ in 0..5 {
        for guest in &guests {
            assert!(matches!(guest.event(), Event::Told(_)));
        }
    }
    guests.iter().for_each(Guest::stop);
}

#[test]
fn awaiting_the_host_blocks_nobody() {
    let pool = pool(1);
    let (waiting, other) = (guest(&pool), guest(&pool));
    waiting.begin(1, "await ask('a')", None);
    let question = waiting.question();
    assert_eq!(question.text, "a");
    assert_eq!(other.eval("1"), returned("1"));
    assert_eq!(
        waiting.eval("2"),
        returned("2"),
        "the same context goes on, too"
    );
    assert!(waiting.nothing_ended());
    waiting.answer(question.id, "b");
    assert_eq!(waiting.ended(), (1, returned("b")));
}

#[test]
fn a_hundred_concurrent_calls_are_answered_in_any_order() {
    let pool = pool(2);
    let guest = guest(&pool);
    guest.begin(
        0,
        "Promise.all(Array.from({length: 100}, (_, n) => ask(n))).then(String)",
        None,
    );
    let mut questions: Vec<_> = (0..100).map(|_| guest.question()).collect();
    questions.reverse();
    for question in questions {
        guest.answer(question.id, &question.text);
    }
    let all: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(guest.ended().1, returned(&all.join(",")));
}

#[test]
fn an_answer_to_no_question_is_dropped() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.answer(77, "unasked");
    assert_eq!(guest.eval("3"), returned("3"));
    guest.begin(0, "askSync('twice')", None);
    let id = guest.question().id;
    guest.answer(id, "first");
    guest.answer(id, "second");
    assert_eq!(guest.ended().1, returned("first"));
    assert_eq!(guest.eval("4"), returned("4"));
}

#[test]
fn call_sync_waits_with_its_frames_and_lets_later_jobs_wait() {
    let pool = pool(1);
    let guest = guest(&pool);
    guest.begin(
        1,
        "(() => { let s = ''; for (const n of [1, 2, 3]) s += askSync(n); return s })()",
        None,
    );
    guest.begin(2, "'later'", None);
    for _ in 0..3 {
        let question = guest.question();
        assert!(guest.nothing_ended());
        guest.answer(question.id, &format!("<{}>", question.text));
    }
    assert_eq!(guest.ended(), (1, returned("<1><2><3>")));
    assert_eq!(guest.ended(), (2, returned("later")));
}

#[test]
fn two_thousand_contexts_wait_in_call_sync_on_one_worker() {
    let pool = pool(1);
    let guests: Vec<_> = (0..2_000).map(|_| guest(&pool)).collect();
    for guest in &guests {
        guest.begin(0, "[1].map(() => askSync('q') + '!')[0]", None);
    }
    let questions: Vec<_> = guests.iter().map(Guest::question).collect();
    for (index, guest) in guests.iter().enumerate().rev() {
        guest.answer(questions[index].id, &index.to_string());
    }
    for (index, guest) in guests.iter().enumerate() {
        assert_eq!(guest.ended().1, returned(&format!("{index}!")));
    }
    stop(&pool);
}

#[test]
fn a_rust_panic_in_a_native_ends_its_context_only() {
    let pool = pool(1);
    let (bad, good) = (guest(&pool), guest(&pool));
    bad.begin(1, "await new Promise(() => {})", None);
    bad.begin(
        2,
        "try { panic() } catch { 'caught' } finally { tell('ran on') }",
        None,
    );
    bad.begin(3, "'after'", None);
    let mut ends: Vec<_> = (0..3).map(|_| bad.ended()).collect();
    ends.sort_by_key(|(tag, _)| *tag);
    let panicked = Failure::Panicked("in a native".into());
    assert!(ends[0].1.is(&panicked), "{ends:?}");
    assert!(ends[1].1.is(&panicked), "{ends:?}");
    assert!(
        ends[2].1.is(&Failure::Aborted) || ends[2].1.is(&panicked),
        "{ends:?}"
    );
    until("the context is gone", || pool.stats().contexts == 1);
    assert_eq!(bad.events(), [Event::Panicked("in a native".into())]);
    assert_eq!(bad.eval("1"), End::Declined);
    assert_eq!(good.eval("1"), returned("1"));
}

#[test]
fn a_panic_in_an_operation_is_its_end() {
    let pool = pool(1);
    let (bad, good) = (guest(&pool), guest(&pool));
    assert_eq!(
        bad.eval("panic in start"),
        End::Aborted(Failure::Panicked("in start".into()))
    );
    assert_eq!(bad.event(), Event::Panicked("in start".into()));
    bad.stop();
    assert_eq!(good.eval("1"), returned("1"));
}

#[test]
fn an_embedder_that_panics_or_fails_leaves_no_context() {
    let pool = pool(1);
    for setup in ["panic", "fail"] {
        let guest = guest_set_up(&pool, ContextOptions::default(), setup);
        let ready = guest.events.recv_timeout(LOST).unwrap();
        if setup == "panic" {
            assert_eq!(ready, Event::Panicked("in install".into()));
            assert_eq!(
                guest.events.recv_timeout(LOST).unwrap(),
                Event::Ready(false)
            );
        } else {
            assert_eq!(ready, Event::Ready(false));
        }
        guest.stop();
    }
    assert_eq!(pool.stats().contexts, 0);
    assert_eq!(guest(&pool).eval("1"), returned("1"));
}

#[test]
fn ready_is_told_once_whatever_happens() {
    let pool = pool(1);
    let blocker = guest(&pool);
    blocker.begin(0, "while (true);", None);
    let guests: Vec<_> = (0..100).map(|_| guest(&pool)).collect();
    // Some are ended before their first turn.
    guests.iter().for_each(|guest| guest.context.end(None));
    for guest in &guests {
        assert!(matches!(
            guest.events.recv_timeout(LOST),
            Ok(Event::Ready(_))
        ));
        guest.stop();
        assert!(guest.events.try_recv().is_err());
    }
    blocker.stop();
}

#[test]
fn contexts_of_one_home_are_run_by_the_other_workers_too() {
    let pool = pool(4);
    // Every fourth context has the same home.
    let guests: Vec<_> = (0..16).map(|_| guest(&pool)).collect();
    let homed: Vec<_> = guests.iter().step_by(4).collect();
    let (sender, receiver) = channel();
    for (tag, guest) in homed.iter().enumerate() {
        let code = "(() => { const end = Date.now() + 300; while (Date.now() < end); })()";
        let _ = guest.context.operate(eval(tag, code, &sender), None);
    }
    for _ in &homed {
        receiver.recv_timeout(LOST).unwrap();
    }
    let busy = pool
        .stats()
        .workers
        .iter()
        .filter(|worker| worker.busy > Duration::from_millis(20))
        .count();
    assert!(busy >= 3, "only {busy} of 4 workers worked");
}
