//! AbortController and AbortSignal: DOM Standard, section 3.

mod common;

use common::Js;

/// With timers that fire when the test says so.
fn js() -> Js {
    let mut js = Js::with_groups(&["fetch"]);
    js.eval(
        "globalThis.timers = []; \
         globalThis.setTimeout = (callback, delay) => timers.push({ callback, delay });",
    )
    .expect("runs");
    js
}

#[test]
fn signals() {
    let mut js = js();
    let cases = [
        (
            "{ const c = new AbortController; const s = c.signal; const log = [s === c.signal, s.aborted, s.reason]; \
             s.addEventListener('abort', () => log.push(s.aborted, s.reason.name)); c.abort(); c.abort(1); \
             log.push(s.reason.name, s.reason.code, s.reason instanceof DOMException); log.join() }",
            "true,false,,true,AbortError,AbortError,20,true",
        ),
        (
            "{ const c = new AbortController; c.abort(null); c.signal.reason }",
            "null",
        ),
        ("AbortSignal.abort().reason.name", "AbortError"),
        ("AbortSignal.abort(7).reason", "7"),
        (
            "{ try { AbortSignal.abort(7).throwIfAborted() } catch (error) { error } }",
            "7",
        ),
        ("new AbortController().signal.throwIfAborted()", "undefined"),
        // Listeners that a signal takes away.
        (
            "{ const c = new AbortController, t = new EventTarget; let n = 0; \
             t.addEventListener('x', () => n++, { signal: c.signal }); t.dispatchEvent(new Event('x')); \
             c.abort(); t.dispatchEvent(new Event('x')); \
             t.addEventListener('x', () => n++, { signal: c.signal }); t.dispatchEvent(new Event('x')); n }",
            "1",
        ),
        // Aborted by a listener of the same dispatch.
        (
            "{ const c = new AbortController, t = new EventTarget, log = []; \
             t.addEventListener('x', () => { log.push(1); c.abort(); }, { signal: c.signal }); \
             t.addEventListener('x', () => log.push(2), { signal: c.signal }); \
             t.dispatchEvent(new Event('x')); log.join() }",
            "1",
        ),
        // A timeout.
        (
            "{ const s = AbortSignal.timeout(5); const log = [s.aborted, timers[0].delay]; timers.shift().callback(); \
             log.push(s.aborted, s.reason.name, s.reason.code); log.join() }",
            "false,5,true,TimeoutError,23",
        ),
        // One that is longer than a timer can be goes on in parts.
        (
            "{ const s = AbortSignal.timeout(2 ** 31 + 6); const log = [timers[0].delay]; timers.shift().callback(); \
             log.push(s.aborted, timers[0].delay); timers.shift().callback(); log.push(s.aborted); log.join() }",
            "2147483647,false,7,true",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
}

#[test]
fn any() {
    let mut js = js();
    let cases = [
        (
            "{ const a = new AbortController, b = new AbortController; const s = AbortSignal.any([a.signal, b.signal]); \
             const log = []; s.onabort = () => log.push('any', a.signal.aborted, b.signal.aborted); \
             b.signal.onabort = () => log.push('b', s.aborted, s.reason); b.abort('why'); a.abort('late'); \
             log.push(s.reason); log.join() }",
            "b,true,why,any,false,true,why",
        ),
        ("AbortSignal.any([]).aborted", "false"),
        (
            "AbortSignal.any([new AbortController().signal, AbortSignal.abort(1), AbortSignal.abort(2)]).reason",
            "1",
        ),
        // Of one that depends on others itself.
        (
            "{ const c = new AbortController; const inner = AbortSignal.any([c.signal]); \
             const outer = AbortSignal.any([inner, inner]); let n = 0; outer.onabort = () => n++; c.abort(); \
             n + String(outer.reason === c.signal.reason) }",
            "1true",
        ),
        // One that is aborted by a listener of its source sees it once.
        (
            "{ const a = new AbortController, b = new AbortController; const s = AbortSignal.any([a.signal, b.signal]); \
             let n = 0; s.addEventListener('abort', () => n++); \
             a.signal.addEventListener('abort', () => b.abort('b')); a.abort('a'); n + s.reason }",
            "1a",
        ),
        (
            "AbortSignal.any(new Set([AbortSignal.abort(3)])).reason",
            "3",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    // Kept by whom listens to it, and by nothing else.
    js.eval(
        "globalThis.c = new AbortController; globalThis.heard = 0; \
         (() => { AbortSignal.any([c.signal]).onabort = () => heard++; \
           globalThis.weak = new WeakRef(AbortSignal.any([c.signal])); })()",
    )
    .expect("runs");
    js.check("c.abort(); heard + String(weak.deref())", "1undefined");
}
