//! Native functions, roots, extensions, memory.

mod common;

use common::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use quickbeam_engine::fiber::FiberCache;
use quickbeam_engine::{ErrorKind, KillCause, Kind, Pause, Progress, Root, Signal, Verdict, Watch};

#[test]
fn natives_get_this_their_arguments_and_their_data() {
    heap().with(|cx| {
        let global = cx.global();
        cx.method(&global, "native", 2, |call| {
            let cx = call.cx();
            let rest: Vec<String> = call.rest(1).iter().map(|value| text(cx, value)).collect();
            let first = text(cx, &call.argument(0));
            cx.string(&format!(
                "{} {} {first} {}",
                text(cx, &call.this()),
                call.len(),
                rest.join("+")
            ))
        })
        .unwrap();
        assert_eq!(eval_text(cx, "native.call('me')"), "me 0 undefined ");
        assert_eq!(eval_text(cx, "native.call(1, 2, 3, 4)"), "1 3 2 3+4");
        assert_eq!(
            eval_text(
                cx,
                "native.name + native.length + Object.keys(globalThis).includes('native')"
            ),
            "native2false"
        );
        for datum in ["one", "two"] {
            let data = cx.string(datum).unwrap();
            let function = cx
                .function_with("f", 0, &data, |call| Ok(call.data()))
                .unwrap();
            drop(data);
            assert_eq!(
                text(cx, &function.call(&cx.undefined(), &[]).unwrap()),
                datum
            );
        }
        let plain = cx.function("f", 0, |call| Ok(call.data())).unwrap();
        assert!(plain.call(&cx.undefined(), &[]).unwrap().is_undefined());
    });
}

#[test]
fn errors_of_natives_are_thrown_and_pass_through() {
    heap().with(|cx| {
        let global = cx.global();
        cx.method(&global, "fail", 0, |call| {
            Err(call
                .cx()
                .throw_error(ErrorKind::Range, &"long ".repeat(200)))
        })
        .unwrap();
        cx.method(&global, "named", 0, |call| {
            Err(call.cx().throw_named("TimeoutError", "100 % late"))
        })
        .unwrap();
        cx.method(&global, "through", 1, |call| {
            call.argument(0).call(&call.this(), &[])
        })
        .unwrap();
        assert_eq!(
            thrown_by(cx, "fail()"),
            format!("RangeError: {}", "long ".repeat(200))
        );
        assert_eq!(
            eval_text(
                cx,
                "try { named() } catch (e) { e.name + e.message + (e instanceof Error) }"
            ),
            "TimeoutError100 % latetrue"
        );
        assert_eq!(thrown_by(cx, "through(() => { throw 'inner' })"), "inner");
        assert_eq!(
            eval_text(cx, "try { through(fail) } catch { 'caught' }"),
            "caught"
        );
        for (kind, name) in [
            (ErrorKind::Error, "Error"),
            (ErrorKind::Type, "TypeError"),
            (ErrorKind::Range, "RangeError"),
            (ErrorKind::Syntax, "SyntaxError"),
            (ErrorKind::Reference, "ReferenceError"),
            (ErrorKind::Internal, "InternalError"),
        ] {
            assert_eq!(
                text(cx, &cx.error(kind, "%s\0").unwrap()),
                format!("{name}: %s\0")
            );
        }
    });
}

#[test]
fn a_panic_in_a_native_poisons_the_heap_and_nothing_else() {
    let mut heap = heap();
    heap.with(|cx| {
        cx.method(&cx.global(), "panic", 0, |_| panic!("deliberate"))
            .unwrap()
    });
    let progress = heap.start(|cx| {
        let code =
            "try { [1].forEach(panic) } catch { 'caught' } finally { globalThis.after = true }";
        assert_eq!(thrown_by(cx, code), "InternalError: interrupted");
        assert_eq!(cx.panicked().as_deref(), Some("deliberate"));
        assert!(cx.global().get("after").unwrap().is_undefined());
    });
    assert!(matches!(progress, Progress::Panicked(text) if text == "deliberate"));
    let progress = heap.start(|_| panic!("{} text", "formatted"));
    assert!(matches!(progress, Progress::Panicked(text) if text == "formatted text"));
    assert!(!heap.is_suspended());
}

#[test]
fn roots_may_go_before_and_after_their_heap() {
    let mut before = heap();
    let live = before.live_bytes();
    let root = before.with(|cx| Root::new(eval(cx, "[1, 2, 3]")));
    before.with(|cx| {
        cx.collect();
        assert_eq!(text(cx, &root.get(cx)), "1,2,3");
        assert_eq!(text(cx, &root.get(cx)), "1,2,3");
    });
    drop(root);
    before.with(|cx| cx.collect());
    assert!(
        before.live_bytes() < live + 2_000,
        "{} after {live}",
        before.live_bytes()
    );

    let mut after = heap();
    let roots = after.with(|cx| {
        [
            "[1, 2, 3]",
            "globalThis",
            "(() => { const a = {}; a.a = a; return a })()",
            "'text'",
            "1",
        ]
        .map(|code| Root::new(eval(cx, code)))
    });
    drop(after);
    drop(roots);
}

/// Reads the engine's own reference count: this fails should it move.
#[test]
fn a_root_knows_whether_it_is_the_last() {
    heap().with(|cx| {
        let root = Root::new(eval(cx, "var held = {}; held"));
        assert!(!root.is_last(cx));
        let value = root.get(cx);
        eval(cx, "held = null; 0");
        assert!(!root.is_last(cx), "the value counts");
        drop(value);
        assert!(root.is_last(cx));
        let other = Root::new(root.get(cx));
        assert!(!root.is_last(cx));
        drop(other);
        assert!(root.is_last(cx));
        // Cycles count until they are collected.
        let root = Root::new(eval(
            cx,
            "(() => { const a = {}; const b = { a }; b.b = b; return a })()",
        ));
        assert!(!root.is_last(cx));
        cx.collect();
        assert!(root.is_last(cx));
        // A promise is held by whoever can settle it.
        let root = Root::new(eval(
            cx,
            "var settle; new Promise(resolve => { settle = resolve })",
        ));
        assert!(!root.is_last(cx));
        eval(cx, "settle = null; 0");
        cx.collect();
        assert!(root.is_last(cx));
    });
}

#[test]
fn extensions_are_found_by_type_and_dropped_with_the_heap() {
    struct Counter(std::rc::Rc<std::cell::Cell<u32>>, Option<Root>);
    impl Drop for Counter {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let drops = std::rc::Rc::new(std::cell::Cell::new(0));
    let mut heap = heap();
    let root = heap.with(|cx| Root::new(eval(cx, "({})")));
    heap.extend(Counter(drops.clone(), Some(root)));
    heap.extend(5_u8);
    heap.with(|cx| {
        assert_eq!(cx.extension::<u8>(), Some(&5));
        assert!(cx.extension::<u16>().is_none());
        assert!(
            cx.extension::<Counter>()
                .is_some_and(|counter| counter.1.is_some())
        );
    });
    assert_eq!(heap.extension::<u8>(), Some(&5));
    drop(heap);
    assert_eq!(drops.get(), 1);
}

#[test]
fn deep_recursion_is_a_range_error_on_and_off_a_fiber() {
    let mut heap = heap();
    let deep = [
        "(function f() { f() })()",
        "(function f() { [1].map(f) })()",
        "(function f() { new Proxy({}, { get: f }).x })()",
        "(function f() { try { f() } finally { f } })()",
        "let s = '['.repeat(100000); JSON.parse(s)",
        "eval('('.repeat(100000))",
        "new RegExp('('.repeat(100000))",
        "(function f(n) { class A { static x = f() } })()",
        "const o = {}; o[Symbol.toPrimitive] = () => +o; +o",
        "let a = []; for (let n = 0; n < 200000; n++) a = [a]; JSON.stringify(a)",
        "let b = []; for (let n = 0; n < 200000; n++) b = [b]; b.flat(Infinity)",
    ];
    fn try_all(cx: quickbeam_engine::Cx<'_>, deep: &[&str]) {
        for code in deep {
            let thrown = thrown_by(cx, &format!("{{ {code} }}"));
            let expected = ["RangeError", "InternalError: stack overflow", "SyntaxError"];
            assert!(
                expected.iter().any(|name| thrown.starts_with(name)),
                "{code}: {thrown}"
            );
            assert_eq!(eval_text(cx, "1 + 1"), "2", "after {code}");
        }
    }
    heap.with(|cx| try_all(cx, &deep));
    assert!(matches!(
        heap.start(move |cx| try_all(cx, &deep)),
        Progress::Done
    ));
}

/// Where the stack ends within an async function there is nobody to throw to.
#[test]
fn deep_recursion_of_async_functions_does_not_abort() {
    let mut heap = heap();
    for code in [
        "(async function f() { return f() })()",
        "(async function f() { await f() })()",
        "(async function f() { try { await f() } finally { await f() } })()",
        "(function f() { return Promise.resolve().then(() => {}, f()) })()",
        "(function f() { return new Promise(f) })()",
        "(async function* f() { yield* f() })().next()",
    ] {
        let progress = heap.start(move |cx| {
            // Some of these never end otherwise.
            cx.set_reductions(1_000_000);
            if let Err(thrown) = cx.eval(code, "deep.js", false) {
                drop(cx.catch(thrown));
            }
            for _ in 0..1_000 {
                match cx.run_job() {
                    Some(Err(thrown)) => drop(cx.catch(thrown)),
                    Some(Ok(())) => {}
                    None => break,
                }
            }
            drop(cx.take_unhandled());
            cx.clear_kill();
            cx.set_reductions(0);
            assert_eq!(eval_text(cx, "1 + 1"), "2");
        });
        assert!(matches!(progress, Progress::Done), "{code}: {progress:?}");
    }
}

struct Changing(Arc<AtomicBool>);

impl Watch for Changing {
    fn poll(&self) -> Verdict {
        if self.0.load(Ordering::Relaxed) {
            Verdict::Kill
        } else {
            Verdict::Continue
        }
    }
}

#[test]
fn a_kill_by_the_watch_is_uncatchable_and_the_heap_usable_after() {
    let mut heap = heap();
    let kills = Arc::new(AtomicBool::new(true));
    heap.set_watch(std::rc::Rc::new(Changing(kills.clone())));
    let progress = heap.start(move |cx| {
        let code = "try { while (true); } catch { } finally { while (true); }";
        assert!(thrown_by(cx, code).contains("interrupted"));
        assert_eq!(
            cx.kill_cause(),
            Some(KillCause::Watch),
            "taking the exception does not end the kill"
        );
        assert!(
            cx.eval("for (let n = 0; n < 10; n++);", "x.js", false)
                .map_err(|thrown| drop(cx.catch(thrown)))
                .is_err()
        );
        kills.store(false, Ordering::Relaxed);
        cx.clear_kill();
        assert_eq!(cx.kill_cause(), None);
        assert_eq!(eval_text(cx, "1 + 1"), "2");
    });
    assert!(matches!(progress, Progress::Done));
}

struct Ahead;

impl Watch for Ahead {
    fn poll(&self) -> Verdict {
        Verdict::Continue
    }

    fn poll_ahead(&self, ahead: Duration) -> Verdict {
        match ahead >= Duration::from_millis(1) {
            true => Verdict::Pause,
            false => Verdict::Continue,
        }
    }
}

#[test]
fn long_work_is_counted_and_pre_empted_before_it_begins() {
    let mut heap = heap();
    heap.set_watch(std::rc::Rc::new(Ahead));
    let progress = heap.start(|cx| {
        let before = cx.reductions();
        assert!(cx.spend(100_000).is_ok());
        assert_eq!(cx.reductions() - before, 100_000 / 512 + 1);
    });
    assert!(matches!(progress, Progress::Done));
    let progress = heap.start(|cx| assert!(cx.spend(16 * 1024 * 1024).is_ok()));
    assert!(matches!(progress, Progress::Paused(Pause::Slice)));
    assert!(matches!(heap.resume(Signal::Continue), Progress::Done));
    let progress = heap.start(|cx| {
        let mut parts = 0;
        let whole = cx.in_parts(1_000_000, |part| {
            parts += part.len();
            Ok(())
        });
        assert!(whole.is_ok() && parts == 1_000_000);
    });
    assert!(matches!(progress, Progress::Done), "no part is long");
}

#[test]
fn reductions_are_counted_and_limited() {
    heap().with(|cx| {
        cx.set_reductions(10_000);
        eval(cx, "for (let n = 0; n < 1000; n++);");
        assert!(
            (1_000..3_000).contains(&cx.reductions()),
            "{}",
            cx.reductions()
        );
        assert!(thrown_by(cx, "while (true);").contains("interrupted"));
        assert_eq!(cx.kill_cause(), Some(KillCause::Reductions));
        cx.clear_kill();
        cx.set_reductions(0);
        assert_eq!(cx.reductions(), 0);
        eval(cx, "for (let n = 0; n < 100000; n++);");
        assert_eq!(cx.kill_cause(), None);
    });
}

#[test]
fn charged_bytes_count_as_live() {
    heap().with(|cx| {
        let before = cx.live_bytes();
        cx.charge(1_000_000).unwrap();
        assert_eq!(cx.live_bytes(), before + 1_000_000);
        cx.release(1_000_000);
        assert_eq!(cx.live_bytes(), before);
        assert!(cx.memory_usage().obj_count > 0);
    });
}

#[test]
fn a_memory_limit_is_an_error_that_can_be_caught() {
    heap_with(1_000_000, &FiberCache::new(STACK)).with(|cx| {
        for _ in 0..20 {
            let code = "try { var a = []; for (;;) a.push({}) } catch (e) { a = null; String(e) }";
            assert_eq!(eval_text(cx, code), "InternalError: out of memory");
            assert_eq!(eval_text(cx, "'x'.repeat(1000).length"), "1000");
        }
        assert_eq!(
            failure(cx, cx.charge(10_000_000)),
            "InternalError: out of memory"
        );
        assert_eq!(
            failure(cx, cx.string(&"x".repeat(2_000_000))),
            "InternalError: out of memory"
        );
        assert_eq!(eval(cx, "1").kind(), Kind::Int(1));
    });
}
