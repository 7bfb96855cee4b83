//! The longest stretch without a question to the interrupt handler, in CPU time
//! of the thread, over builtins that run long. The best of several runs counts,
//! so that page faults and neighbours do not.

mod budget;
use budget::{Engine, cpu_time};
use quickbeam_engine_sys::*;

const LONGEST: i64 = 5_000_000; // nanoseconds

/// Name, what is prepared, what is measured.
fn scripts() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut lines = include_str!("lists/long_builtins.txt")
        .lines()
        .filter(|line| !line.starts_with("//"));
    std::iter::from_fn(move || {
        let name = lines.next()?.strip_prefix("# ").expect("a name");
        let setup = lines.next().expect("a setup");
        let source = lines.next().expect("a source");
        Some((name, if setup == "-" { "" } else { setup }, source))
    })
}

/// The longest stretch, with how often the handler was asked.
fn longest(setup: &str, source: &str, kill_at: u64) -> (i64, u64) {
    let mut engine = Engine::new();
    unsafe {
        // The collector is not interruptible: no part of this.
        JS_SetGCThreshold(engine.rt, usize::MAX);
        JS_SetMaxStackSize(engine.rt, 1 << 20);
    }
    assert!(engine.eval(setup, false), "{setup}");
    engine.limit(0);
    let asked = engine.watch.asked;
    engine.watch.gap = 0;
    engine.watch.kill_at = if kill_at == 0 { 0 } else { asked + kill_at };
    engine.watch.last = cpu_time();
    // What the result costs to free is no part of this.
    let text = std::ffi::CString::new(source).unwrap();
    let value = unsafe {
        JS_Eval(
            engine.ctx,
            text.as_ptr(),
            source.len() as _,
            c"test".as_ptr(),
            0,
        )
    };
    engine.watch.note();
    let ended = !JS_IsException(value);
    unsafe { JS_FreeValue(engine.ctx, value) };
    let result = (engine.watch.gap, engine.watch.asked - asked);
    if kill_at == 0 {
        assert!(ended, "{source}");
    } else {
        engine.watch.kill_at = 0;
        if engine.killed() != JS_CONTEXT_KILL_NONE {
            assert!(!ended, "{source}: the kill was swallowed");
        }
        engine.clear();
        assert_eq!(
            engine.text("[3, 1, 2].sort().join()").as_deref(),
            Some("1,2,3")
        );
    }
    result
}

unsafe extern "C" {
    fn mallopt(option: i32, value: i32) -> i32;
}

fn on_large_stack(test: fn()) {
    // One arena: glibc's arenas of threads unmap and map again at every large
    // block, which is not the engine's doing.
    const M_ARENA_MAX: i32 = -8;
    unsafe { mallopt(M_ARENA_MAX, 1) };
    let thread = std::thread::Builder::new()
        .stack_size(8 << 20)
        .spawn(test)
        .unwrap();
    thread.join().unwrap();
}

/// They have polls, and go on to their end after a kill all the same: 16 to 110 ms here.
const TO_THE_END: [&str; 7] = [
    "Set clear",
    "typed sort",
    "typed sort i8",
    "typed toSorted",
    "rope deep",
    "compile comment",
    "compile spaces",
];

/// No script's `measure` reaches `limit`, but for those of `others`.
fn all_are_short(limit: i64, others: &[&str], measure: impl Fn(&str, &str) -> i64) {
    let mut slow = Vec::new();
    for (name, setup, source) in scripts().filter(|(name, ..)| !others.contains(name)) {
        let mut best = i64::MAX;
        for _ in 0..6 {
            best = best.min(measure(setup, source));
            if best < limit {
                break;
            }
        }
        if best >= limit {
            slow.push(format!("{name}: {:.1} ms", best as f64 / 1e6));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn no_builtin_runs_five_milliseconds_without_a_poll() {
    on_large_stack(|| all_are_short(LONGEST, &[], |setup, source| longest(setup, source, 0).0));
}

// The handler is not asked again, so the longest stretch is that from the kill on.
#[test]
fn few_builtins_go_on_after_a_kill() {
    on_large_stack(|| {
        all_are_short(4 * LONGEST, &TO_THE_END, |setup, source| {
            longest(setup, source, 2).0
        });
    });
}

#[test]
fn a_kill_inside_of_a_builtin_leaks_nothing() {
    on_large_stack(|| {
        for (_, setup, source) in scripts() {
            for kill_at in [1, 2, 7] {
                longest(setup, source, kill_at);
            }
        }
    });
}
