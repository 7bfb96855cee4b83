//! Many threads against the scheduler: nothing is lost, nothing ends twice.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use common::*;
use quickbeam_core::Gone;

const CODES: [&str; 14] = [
    "1",
    "throw 1",
    "await 0",
    "await ask('x')",
    "askSync('x')",
    "try { askSync('x') } finally { ask('y') }",
    "new Promise(() => {})",
    "new Promise(resolve => setTimeout(resolve, 2))",
    "while (true);",
    "(async () => { await ask('x'); while (true); })()",
    "setTimeout(() => { while (true); }, 1)",
    "const again = () => Promise.resolve().then(again); again()",
    "(() => { const kept = Array.from({length: 500}, () => ({})); return kept.length })()",
    "onMessage(m => { if (m === 'bad') for (;;); askSync(m) })",
];

/// Evals, messages, answers, timeouts, resets, stops, in random order from many
/// threads: each operation ends exactly once, and soon after its limit.
fn storm(seed: u64, workers: usize, rounds: usize) {
    let pool = Arc::new(pool_with(workers, Duration::from_micros(200)));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let pool = pool.clone();
            thread::spawn(move || {
                let mut random = Random(seed * 31 + thread + 1);
                for _ in 0..rounds {
                    visit(&pool, &mut random);
                }
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert_eq!(pool.stats().contexts, 0);
    assert_eq!(pool.stats().chunks, 0);
}

/// The life of one context.
fn visit(pool: &quickbeam_core::Pool, random: &mut Random) {
    let options = quickbeam_core::ContextOptions {
        timeout: Some(Duration::from_millis(random.below(20) + 1)),
        max_reductions: [0, 20_000][random.below(2) as usize],
        ..Default::default()
    };
    let guest = guest_with(pool, options);
    let mut begun = 0;
    let mut resets = Vec::new();
    for _ in 0..random.below(12) {
        match random.below(10) {
            0 => guest.send(["good", "bad"][random.below(2) as usize]),
            1 => {
                let (sender, receiver) = channel();
                let done = Box::new(move |_| sender.send(()).unwrap());
                if guest.context.reset(done).is_ok() {
                    resets.push(receiver);
                }
            }
            2 => guest.answer(random.below(6), "guessed"),
            3 => thread::sleep(Duration::from_micros(random.below(3_000))),
            4 => {
                for question in guest.questions.try_iter() {
                    let answer = Box::new(Text(question.text));
                    let slice = Duration::from_micros(200);
                    let _ = match random.below(2) {
                        0 => guest.context.answer(question.id, answer),
                        _ => guest.context.answer_here(question.id, answer, slice),
                    };
                }
            }
            _ => {
                // Some are ended by the context's end only.
                let limit = match random.below(3) {
                    0 => Some(Duration::from_millis(random.below(5))),
                    1 => Some(Duration::from_secs(60)),
                    _ => None,
                };
                let code = CODES[random.below(CODES.len() as u64) as usize];
                match random.below(2) {
                    0 => guest.begin(begun, code, limit),
                    _ => guest.begin_here(begun, code, limit),
                }
                begun += 1;
            }
        }
    }
    if random.below(2) == 0 {
        guest.context.end(None);
        guest.begin(begun, "'after the end'", None);
        begun += 1;
    }
    guest.stop();
    let mut seen = vec![0; begun];
    for _ in 0..begun {
        let (tag, end) = guest.ended();
        assert_ne!(end, End::Lost, "{tag}");
        seen[tag] += 1;
    }
    assert!(seen.iter().all(|count| *count == 1), "{seen:?}");
    assert!(guest.nothing_ended());
    for reset in resets {
        reset.recv_timeout(LOST).expect("a reset was not told");
    }
}

#[test]
fn every_operation_ends_once_on_a_pool_of_one() {
    for seed in 1..=3 {
        storm(seed, 1, 300);
    }
}

#[test]
fn every_operation_ends_once_on_a_pool_of_four() {
    for seed in 4..=6 {
        storm(seed, 4, 300);
    }
}

/// One question at a time, with the worker asleep between: a lost wake-up shows
/// as a hang.
#[test]
fn no_wake_up_is_lost_between_quick_round_trips() {
    for workers in [1, 2, 4] {
        let pool = Arc::new(pool(workers));
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || {
                    let guest = guest(&pool);
                    let mut random = Random(7);
                    for round in 0..5_000 {
                        assert_eq!(guest.eval("1"), returned("1"));
                        // Around the moment at which a worker goes to sleep.
                        if round % 3 == 0 {
                            let start = std::time::Instant::now();
                            let pause = Duration::from_nanos(random.below(12_000));
                            while start.elapsed() < pause {
                                std::hint::spin_loop();
                            }
                        }
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    }
}

/// Threads that run the context themselves race with each other, the workers,
/// and messages that come meanwhile.
#[test]
fn callers_that_run_the_context_themselves_lose_nothing() {
    let pool = pool(2);
    let guest = guest(&pool);
    guest.eval("var got = 0, n = 0; onMessage(() => { got++ })");
    let context = &guest.context;
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                let (sender, receiver) = channel();
                for round in 0..3_000 {
                    context.send(Box::new(Text("m".into()))).unwrap();
                    let slice = Duration::from_micros(50);
                    let limit = Some(Duration::from_secs(50));
                    let _ = context.operate_here(eval(round, "n++; 0", &sender), limit, slice);
                    assert_eq!(receiver.recv_timeout(LOST), Ok((round, returned("0"))));
                }
            });
        }
    });
    assert_eq!(guest.eval("got + ' ' + n"), returned("9000 9000"));
}

/// The same for timers: each is set while the worker is about to sleep.
#[test]
fn no_alarm_is_lost() {
    let pool = pool(2);
    let guests: Vec<_> = (0..8).map(|_| guest(&pool)).collect();
    for round in 0..300 {
        for guest in &guests {
            let code = format!("new Promise(resolve => setTimeout(resolve, {}))", round % 3);
            guest.begin(round, &code, Some(Duration::from_secs(50)));
        }
        for guest in &guests {
            assert_eq!(guest.ended(), (round, returned("undefined")));
        }
    }
}

/// Answers race with the wait they are for.
#[test]
fn answers_that_come_before_the_wait_are_not_lost() {
    let pool = pool(2);
    let Guest {
        context, questions, ..
    } = guest(&pool);
    let over = AtomicBool::new(false);
    let answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (context, over, answered) = (&context, &over, &answered);
        scope.spawn(move || {
            while !over.load(Ordering::SeqCst) {
                for question in questions.try_iter() {
                    context
                        .answer(question.id, Box::new(Text(question.text)))
                        .unwrap();
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        let (sender, receiver) = channel();
        for round in 0..50 {
            let code =
                "(() => { let n = 0; while (n < 100) if (askSync(n) == n) n++; return n })()";
            let _ = context.operate(eval(round, code, &sender), None);
            // Makes the worker look at its mailbox at odd times.
            for _ in 0..20 {
                context.send(Box::new(Text("noise".into()))).unwrap();
            }
            assert_eq!(receiver.recv_timeout(LOST), Ok((round, returned("100"))));
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(answered.load(Ordering::SeqCst), 5_000);
}

/// Contexts are ended by several threads at once, each of which is told.
#[test]
fn everybody_who_ends_a_context_is_told() {
    let pool = pool(2);
    for _ in 0..500 {
        let guest = guest(&pool);
        guest.begin(0, "askSync('x')", None);
        let context = &guest.context;
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    end(context);
                    // Over means over.
                    assert_eq!(context.send(Box::new(Text("late".into()))), Err(Gone));
                });
            }
        });
        assert!(guest.ended().1 != End::Lost);
        assert!(guest.nothing_ended());
    }
}
