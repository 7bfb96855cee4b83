//! Operations that are suspended, moved, killed.

mod common;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use common::*;
use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::region::{Budget, page_store_stats, trim_memory};
use quickbeam_engine::{Heap, HeapOptions, Pause, Progress, Signal, Verdict};

/// One at a time: the page store is the process's.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(heap: &mut Heap, code: &'static str) -> Progress {
    heap.start(move |cx| {
        let outcome = cx.eval(code, "fiber.js", false);
        let told = match outcome {
            Ok(value) => text(cx, &value),
            Err(thrown) => {
                let thrown = cx.catch(thrown);
                let told = format!("threw {}", text(cx, &thrown));
                cx.clear_kill();
                told
            }
        };
        let told = cx.string(&told).unwrap();
        cx.global().set("outcome", told).unwrap();
    })
}

fn outcome(heap: &mut Heap) -> String {
    heap.with(|cx| text(cx, &cx.global().get("outcome").unwrap()))
}

fn deliver(number: f64) -> Signal {
    Signal::Deliver(Box::new(number))
}

/// Frames of JS and of C above the wait.
const SUSPENDED: [&str; 9] = [
    "wait()",
    "(function f(n) { return n ? f(n - 1) : wait() })(50)",
    "[1].map(() => wait())[0]",
    "try { wait() } catch { globalThis.ran = 1 } finally { globalThis.ran = 2 }",
    "[...(function* () { try { yield wait() } finally { globalThis.ran = 3 } })()][0]",
    "for (const x of (function* () { try { while (true) yield wait() } finally { globalThis.ran = 4 } })()) { x }",
    "JSON.stringify({ toJSON: () => wait() })",
    "[2, 1].sort(() => wait()); 'sorted'",
    "(async () => { try { wait() } finally { globalThis.ran = 5 } })(); 'async'",
];

#[test]
fn a_fiber_goes_on_with_what_is_delivered_on_another_thread() {
    let _alone = alone();
    for code in &SUSPENDED[..5] {
        let mut heap = heap();
        define_wait(&mut heap);
        assert!(
            matches!(run(&mut heap, code), Progress::Paused(Pause::Wait(7))),
            "{code}"
        );
        assert!(heap.is_suspended());
        let mut heap = thread::spawn(move || {
            assert!(matches!(heap.resume(deliver(12.0)), Progress::Done));
            heap
        })
        .join()
        .unwrap();
        let told = outcome(&mut heap);
        assert!(told == "12" || told == "2", "{code}: {told}");
    }
}

#[test]
fn a_fiber_moves_between_threads_at_every_slice() {
    let _alone = alone();
    let mut heap = heap();
    define_wait(&mut heap);
    heap.set_watch(watch(Verdict::Pause));
    let code = "let sum = 0; for (let n = 0; n < 50000; n++) sum += [n].map(x => x + 1)[0]; sum";
    let mut progress = run(&mut heap, code);
    let mut slices = 0;
    while let Progress::Paused(pause) = progress {
        assert_eq!(pause, Pause::Slice);
        slices += 1;
        (heap, progress) = thread::spawn(move || {
            let progress = heap.resume(Signal::Continue);
            (heap, progress)
        })
        .join()
        .unwrap();
    }
    assert!(slices > 20, "{slices}");
    assert_eq!(outcome(&mut heap), "1250025000");
}

#[test]
fn a_collection_spares_what_a_suspended_fiber_holds() {
    let _alone = alone();
    let mut heap = heap();
    define_wait(&mut heap);
    heap.with(|cx| {
        cx.method(&cx.global(), "gc", 0, |call| {
            call.cx().collect();
            Ok(call.cx().undefined())
        })
        .unwrap()
    });
    let code = "(() => { const held = { a: [] }; held.self = held; [1].forEach(() => { wait(); gc() }); return held.self.a.length })()";
    assert!(matches!(run(&mut heap, code), Progress::Paused(_)));
    assert!(matches!(heap.resume(deliver(1.0)), Progress::Done));
    assert_eq!(outcome(&mut heap), "0");
}

#[test]
fn a_killed_fiber_unwinds_without_running_script() {
    let _alone = alone();
    for code in SUSPENDED {
        let mut heap = heap();
        define_wait(&mut heap);
        assert!(matches!(run(&mut heap, code), Progress::Paused(_)));
        heap.condemn();
        assert!(
            matches!(heap.resume(Signal::Kill), Progress::Done),
            "{code}"
        );
        assert_eq!(
            heap.with(|cx| cx.global().get("ran").map(|ran| ran.is_undefined()).ok()),
            Some(true),
            "{code}"
        );
    }
}

#[test]
fn a_heap_that_is_dropped_while_suspended_gives_everything_back() {
    let _alone = alone();
    let before = page_store_stats().handed_out;
    for code in SUSPENDED {
        let mut heap = heap();
        define_wait(&mut heap);
        assert!(matches!(run(&mut heap, code), Progress::Paused(_)));
        drop(heap);
        assert_eq!(page_store_stats().handed_out, before, "{code}");
    }
    let mut heap = heap();
    heap.set_watch(watch(Verdict::Pause));
    assert!(matches!(
        run(&mut heap, "try { for (;;); } finally { for (;;); }"),
        Progress::Paused(Pause::Slice)
    ));
    drop(heap);
    assert_eq!(page_store_stats().handed_out, before);
}

#[test]
fn five_thousand_are_suspended_at_once() {
    let _alone = alone();
    let before = page_store_stats().handed_out;
    let fibers = FiberCache::new(STACK);
    let budget = Budget::new(0);
    let mut heaps: Vec<Heap> = (0..5_000)
        .map(|index| {
            let mut heap =
                Heap::new(&HeapOptions::default(), budget.clone(), fibers.clone()).unwrap();
            define_wait(&mut heap);
            assert!(
                matches!(
                    run(&mut heap, "[1].map(() => wait())[0] + 1"),
                    Progress::Paused(_)
                ),
                "{index}"
            );
            heap
        })
        .collect();
    assert!(budget.used() > 5_000 * 30_000);
    let half = heaps.split_off(2_500);
    for (index, heap) in heaps.iter_mut().enumerate().rev() {
        assert!(matches!(heap.resume(deliver(index as f64)), Progress::Done));
        assert_eq!(outcome(heap), (index + 1).to_string());
    }
    drop(heaps);
    // The others die as they are.
    drop(half);
    assert_eq!(budget.used(), 0);
    assert_eq!(page_store_stats().handed_out, before);
    trim_memory();
    assert_eq!(page_store_stats().cached, 0);
}

#[test]
fn stacks_are_used_again_after_deep_use_and_after_kills() {
    let _alone = alone();
    let fibers = FiberCache::new(STACK);
    let mappings = || {
        std::fs::read_to_string("/proc/self/maps")
            .unwrap()
            .lines()
            .count()
    };
    let mut before = 0;
    for round in 0..300 {
        let mut heap = heap_with(0, &fibers);
        define_wait(&mut heap);
        let code = [
            "(function f() { try { f() } catch { return 'deep' } return 'deep' })()",
            "wait()",
            "1",
        ][round % 3];
        let progress = run(&mut heap, code);
        assert_eq!(matches!(progress, Progress::Paused(_)), round % 3 == 1);
        drop(heap);
        if round == 20 {
            before = mappings();
        }
    }
    assert!(
        mappings() <= before + 8,
        "{} mappings after {before}",
        mappings()
    );
}

#[test]
fn off_a_fiber_nothing_waits() {
    let _alone = alone();
    let mut heap = heap();
    define_wait(&mut heap);
    heap.with(|cx| {
        assert!(!cx.on_fiber());
        assert_eq!(
            thrown_by(cx, "try { wait() } catch { 'caught' }"),
            "InternalError: interrupted"
        );
    });
    heap.set_watch(watch(Verdict::Pause));
    heap.with(|cx| {
        assert_eq!(
            eval_text(cx, "let n = 0; while (n < 10000) n++; n"),
            "10000"
        )
    });
    assert!(matches!(
        heap.start(|cx| assert!(cx.on_fiber())),
        Progress::Done
    ));
}

/// The lines of /proc/self/maps as ranges, with their permissions.
fn mappings() -> Vec<(usize, usize, String)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let parse = |line: &str| {
        let mut words = line.split(' ');
        let (start, end) = words.next()?.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        Some((number(start)?, number(end)?, words.next()?.to_owned()))
    };
    maps.lines().filter_map(parse).collect()
}

// Under AddressSanitizer mappings and stack frames are not what they are elsewhere.
#[test]
#[cfg_attr(feature = "asan", ignore)]
fn a_page_that_nobody_may_touch_ends_each_stack() {
    let _alone = alone();
    // A size that no other mapping has.
    let stack = 23 * 1024 * 1024;
    let fibers = FiberCache::new(stack);
    let mut heap = heap_with(0, &fibers);
    define_wait(&mut heap);
    assert!(matches!(run(&mut heap, "wait()"), Progress::Paused(_)));
    let mappings = mappings();
    let is_stack = |(start, end, _): &&(usize, usize, String)| {
        (stack..stack + 1024 * 1024).contains(&(end - start))
    };
    let (start, ..) = mappings
        .iter()
        .find(is_stack)
        .expect("the stack has a mapping of its own");
    let below = mappings.iter().find(|(_, end, _)| end == start);
    assert!(
        below.is_some_and(|(_, _, may)| may == "---p"),
        "nothing guards it: {below:?}"
    );
}

#[test]
#[cfg_attr(feature = "asan", ignore)]
fn the_memory_of_a_deep_stack_goes_back_to_the_system() {
    let _alone = alone();
    let figure = |name: &str| -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        let kilobytes = line.split_whitespace().nth(1).unwrap();
        kilobytes.parse::<usize>().unwrap() / 1024
    };
    let fibers = FiberCache::new(200 * 1024 * 1024);
    let before = figure("VmRSS");
    let mut heap = heap_with(0, &fibers);
    let code = "let n = 0; (function f() { n++; f() })()";
    assert!(matches!(run(&mut heap, code), Progress::Done));
    assert!(outcome(&mut heap).starts_with("threw RangeError"));
    assert!(
        figure("VmHWM") > before + 150,
        "the stack was not used: {} MB after {before}",
        figure("VmHWM")
    );
    // The fiber is in the cache again, the heap still there.
    assert!(
        figure("VmRSS") < before + 50,
        "{} MB are kept, {before} before",
        figure("VmRSS")
    );
    assert!(matches!(run(&mut heap, "1"), Progress::Done));
}
