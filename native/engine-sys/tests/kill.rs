//! Hostile scripts: each dies within one poll of the kill, at whatever tick it
//! comes, leaks nothing, and leaves the context usable.

mod budget;
use budget::Engine;
use quickbeam_engine_sys::*;

/// Name, source, whether it is a module. `mark()` aborts when it is called
/// after the kill.
const HOSTILE: &[(&str, &str, bool)] = &[
    ("while", r#"while (true) mark();"#, false),
    (
        "try finally",
        r#"for (;;) try { mark() } finally { mark(); continue }"#,
        false,
    ),
    (
        "catch",
        r#"for (;;) try { for (;;) mark() } catch { mark() }"#,
        false,
    ),
    (
        "loop in finally",
        r#"try { throw 1 } catch {} finally { for (;;) { try { mark() } finally { mark(); continue } } }"#,
        false,
    ),
    (
        "promise executor",
        r#"while (true) new Promise(() => { while (true) mark() })"#,
        false,
    ),
    (
        "executor and catch",
        r#"while (true) new Promise(() => { while (true); }).catch(() => { mark(); for (;;); })"#,
        false,
    ),
    (
        "generator return",
        r#"function* g() { try { for (;;) yield 1 } finally { for (;;) mark() } } for (;;) { let i = g(); i.next(); i.return() }"#,
        false,
    ),
    (
        "generator throw",
        r#"function* g() { for (;;) try { yield 1 } catch { mark() } } let i = g(); i.next(); for (;;) i.throw(1)"#,
        false,
    ),
    (
        "iterator close",
        r#"let it = { [Symbol.iterator]() { return { next() { return { value: 1, done: false } }, return() { mark(); for (;;); } } } }; for (;;) try { for (let x of it) throw 1 } catch {}"#,
        false,
    ),
    (
        "iterator close, destructuring",
        r#"let it = { [Symbol.iterator]() { return { next() { return { value: 1, done: false } }, return() { mark(); for (;;); } } } }; for (;;) try { let [a] = it } catch {}"#,
        false,
    ),
    (
        "thenable",
        r#"let t = { then(r) { mark(); for (;;) try { r(t) } catch {} } }; Promise.resolve(t); (async () => { for (;;) try { await t } catch {} })()"#,
        false,
    ),
    (
        "async loop",
        r#"(async () => { for (;;) try { mark(); await null } catch { mark() } })()"#,
        false,
    ),
    (
        "async finally",
        r#"(async function f() { try { await null; for (;;) mark() } finally { mark(); f() } })()"#,
        false,
    ),
    (
        "microtasks",
        r#"function f() { mark(); Promise.resolve().then(f, f).finally(f) } f()"#,
        false,
    ),
    (
        "await rejected",
        r#"(async () => { for (;;) try { await Promise.reject(1) } catch { mark() } })()"#,
        false,
    ),
    (
        "proxy",
        r#"let p = new Proxy({}, { get(t, k, r) { mark(); return r[k] }, has() { for (;;) mark() } }); for (;;) { try { p.x } catch {} try { 'x' in p } catch {} }"#,
        false,
    ),
    (
        "proxy prototype chain",
        r#"let p = new Proxy({}, { getPrototypeOf() { mark(); return p } }); for (;;) try { ({}) instanceof (class { static [Symbol.hasInstance](x) { return Object.prototype.isPrototypeOf.call(x, p) } }) } catch {}"#,
        false,
    ),
    (
        "toJSON",
        r#"let o = { toJSON() { mark(); for (;;) try { JSON.stringify(o) } catch {} } }; for (;;) try { JSON.stringify([o, o]) } catch {}"#,
        false,
    ),
    (
        "reviver",
        r#"for (;;) try { JSON.parse('[1,2,3]', function (k, v) { mark(); for (;;); }) } catch {}"#,
        false,
    ),
    (
        "sort comparator",
        r#"for (;;) try { [3, 2, 1, 5, 4].sort((a, b) => { mark(); if (a > 3) throw 1; return a - b }) } catch {}"#,
        false,
    ),
    (
        "toSorted comparator",
        r#"for (;;) try { [3, 2, 1, 5, 4].toSorted(() => { mark(); for (;;); }) } catch {}"#,
        false,
    ),
    (
        "typed sort comparator",
        r#"for (;;) try { new Int8Array([3, 2, 1, 5, 4]).sort(() => { mark(); for (;;); }) } catch {}"#,
        false,
    ),
    (
        "regexp",
        r#"for (;;) try { /(a+)+b/.test('a'.repeat(30)) } catch { mark() }"#,
        false,
    ),
    (
        "regexp replace",
        r#"for (;;) try { 'aaaaaaaaaaaaaaaaaaaaaaaaaaa'.replace(/a/g, () => { mark(); for (;;); }) } catch { mark() }"#,
        false,
    ),
    (
        "string replace",
        r#"for (;;) try { 'aaaa'.replaceAll('a', () => { mark(); for (let i = 0; i < 9; i++); return 'b' }) } catch { mark() }"#,
        false,
    ),
    (
        "toPrimitive",
        r#"let o = { [Symbol.toPrimitive]() { mark(); for (;;) try { +o } catch {} } }; for (;;) try { `${o}` } catch {}"#,
        false,
    ),
    (
        "Array.from",
        r#"let it = { [Symbol.iterator]() { return { next() { mark(); return { value: 1, done: false } }, return() { for (;;) mark() } } } }; for (;;) try { Array.from(it, () => { throw 1 }) } catch {}"#,
        false,
    ),
    (
        "Array.from endless",
        r#"let it = { [Symbol.iterator]() { return this }, next() { mark(); return { done: false } }, return() { mark(); for (;;); } }; for (;;) try { new Map(it) } catch {}"#,
        false,
    ),
    (
        "spread endless",
        r#"let it = { [Symbol.iterator]() { return this }, next() { mark(); return { done: false } } }; Math.max(...it)"#,
        false,
    ),
    (
        "Object.fromEntries",
        r#"let it = { [Symbol.iterator]() { return this }, next() { return { value: ['a', 1] } } }; Object.fromEntries(it)"#,
        false,
    ),
    (
        "getter chain",
        r#"let o = { get a() { mark(); try { return this.a } catch { return this.a } finally { this.a } } }; for (;;) try { o.a } catch {}"#,
        false,
    ),
    (
        "static block",
        r#"for (;;) try { class A { static { for (;;) try { mark() } finally { mark(); continue } } } } catch {}"#,
        false,
    ),
    (
        "field initialiser",
        r#"class A { x = (() => { for (;;) try { mark(); new A } catch {} })() } for (;;) try { new A } catch {}"#,
        false,
    ),
    (
        "Reflect.construct",
        r#"function F() { mark(); for (;;) try { Reflect.construct(F, [], F) } catch {} } for (;;) try { Reflect.construct(F, []) } catch {}"#,
        false,
    ),
    (
        "async generator",
        r#"async function* g() { for (;;) try { mark(); yield 1 } finally { mark(); continue } } (async () => { for (;;) try { for await (let x of g()) mark() } catch {} })()"#,
        false,
    ),
    (
        "async generator return",
        r#"async function* g() { try { yield 1 } finally { mark(); for (;;) await null } } (async () => { for (;;) { let i = g(); await i.next(); i.return(); await null } })()"#,
        false,
    ),
    (
        "async generator queue",
        r#"async function* g() { for (;;) yield mark() } let i = g(); (function f() { i.next().then(f, f); i.next(); i.throw(1).catch(() => { i = g() }); })()"#,
        false,
    ),
    (
        "yield star",
        r#"function* g() { for (;;) try { yield* h() } finally { mark(); continue } } function* h() { mark(); yield 1 } for (let x of g()) mark()"#,
        false,
    ),
    (
        "nested eval",
        r#"for (;;) try { eval('for(;;) try { mark(); eval("for(;;) mark()") } catch {}') } catch {}"#,
        false,
    ),
    (
        "Function",
        r#"for (;;) try { Function('for(;;) try { mark(); } finally { mark(); continue }')() } catch {}"#,
        false,
    ),
    (
        "error toString",
        r#"let e = new Error; Object.defineProperty(e, 'message', { get() { mark(); for (;;); } }); Error.prototype.toString = function () { for (;;) mark() }; for (;;) try { throw e } catch { try { '' + e } catch {} }"#,
        false,
    ),
    (
        "prepareStackTrace",
        r#"Error.prepareStackTrace = (e, s) => { mark(); for (;;) try { new Error('x').stack } catch {} }; for (;;) try { null.x } catch {}"#,
        false,
    ),
    (
        "stackTraceLimit",
        r#"Error.stackTraceLimit = { valueOf() { for (;;) mark() } }; for (;;) try { null.x } catch {}"#,
        false,
    ),
    (
        "FinalizationRegistry",
        r#"let f = new FinalizationRegistry(() => { mark(); f.register({}, 1); for (;;) try { f.register({}, 1) } catch {} }); f.register({}, 1); (function g() { gc(); Promise.resolve().then(g) })()"#,
        false,
    ),
    (
        "WeakRef",
        r#"for (;;) { new WeakRef({}).deref(); mark() }"#,
        false,
    ),
    (
        "iterator helpers",
        r#"function* g() { for (;;) yield 1 } for (;;) try { g().map(x => { mark(); for (;;); }).filter(x => x).take(5).toArray() } catch {}"#,
        false,
    ),
    (
        "iterator flatMap",
        r#"function* g() { try { for (;;) yield [1] } finally { for (;;) mark() } } for (;;) try { g().flatMap(x => { throw 1 }).next() } catch {}"#,
        false,
    ),
    (
        "Iterator.concat and zip",
        r#"function* g() { try { for (;;) yield 1 } finally { for (;;) mark() } } for (;;) try { let z = Iterator.zip ? Iterator.zip([g(), g()]) : g(); z.next(); z.return() } catch {}"#,
        false,
    ),
    (
        "Promise.all",
        r#"let it = { [Symbol.iterator]() { return this }, next() { return { value: { then() { for (;;) mark() } } } }, return() { for (;;) mark() } }; for (;;) Promise.all(it).catch(() => mark())"#,
        false,
    ),
    (
        "Promise.try",
        r#"for (;;) Promise.try(() => { for (;;) mark() })"#,
        false,
    ),
    (
        "Promise subclass",
        r#"class P extends Promise { constructor(f) { super((a, b) => { mark(); f(a, b) }) } static get [Symbol.species]() { mark(); return P } } (function f() { new P(r => r(1)).then(f, f).finally(f) })()"#,
        false,
    ),
    (
        "Array.fromAsync",
        r#"let it = { async *[Symbol.asyncIterator]() { for (;;) try { mark(); yield 1 } finally { mark(); continue } } }; Array.fromAsync(it)"#,
        false,
    ),
    (
        "setter and defineProperty",
        r#"let o = { set x(v) { mark(); for (;;) try { this.x = v } catch {} } }; for (;;) try { o.x = 1 } catch {}"#,
        false,
    ),
    (
        "valueOf in Date and Math",
        r#"let o = { valueOf() { mark(); for (;;); } }; for (;;) { try { new Date(o) } catch {} try { Math.max(o) } catch {} }"#,
        false,
    ),
    (
        "species",
        r#"class A extends Array { static get [Symbol.species]() { mark(); for (;;); } } for (;;) try { new A(1, 2, 3).map(x => x) } catch {}"#,
        false,
    ),
    (
        "with and unscopables",
        r#"let o = { get [Symbol.unscopables]() { mark(); for (;;); }, x: 1 }; for (;;) try { with (o) { x } } catch {}"#,
        false,
    ),
    (
        "tagged template",
        r#"for (;;) try { String.raw({ get raw() { mark(); for (;;); } }) } catch {}"#,
        false,
    ),
    (
        "label continue",
        r#"a: for (;;) { b: for (;;) { try { continue a } finally { mark(); continue b } } }"#,
        false,
    ),
    (
        "dynamic import",
        r#"(async function f() { for (;;) try { await import('nope') } catch { mark() } })()"#,
        false,
    ),
    (
        "using",
        r#"(async () => { for (;;) { try { await Promise.any([Promise.reject(1)]) } catch { mark() } } })()"#,
        false,
    ),
    (
        "mutual async",
        r#"async function a() { try { await b() } catch { mark(); await b() } } async function b() { await null; mark(); try { a() } finally { return a() } } a()"#,
        false,
    ),
    (
        "Symbol.species then",
        r#"Promise.prototype.then = function (a, b) { mark(); for (;;) try { a && a(1) } catch {} }; (async () => { await 1; for (;;) mark() })(); Promise.resolve().finally(() => { for (;;) mark() })"#,
        false,
    ),
    (
        "Atomics and DataView",
        r#"let o = { valueOf() { mark(); for (;;); } }; for (;;) { try { Atomics.add(new Int32Array(4), o, 1) } catch {} try { new DataView(new ArrayBuffer(8)).getInt8(o) } catch {} }"#,
        false,
    ),
    (
        "structured callbacks",
        r#"for (;;) try { Map.groupBy([1, 2, 3], () => { mark(); for (;;); }) } catch {}"#,
        false,
    ),
    (
        "Set methods",
        r#"let s = { size: 1e9, has() { mark(); for (;;); }, keys() { return { next() { mark(); return { value: 1, done: false } } } } }; for (;;) { try { new Set([1]).intersection(s) } catch {} try { new Set([1]).union(s) } catch {} }"#,
        false,
    ),
    (
        "DisposableStack-like close",
        r#"let it = { __proto__: Iterator.prototype, next() { return { value: 1, done: false } }, return() { for (;;) mark() } }; for (;;) try { it.some(() => { mark(); return true }) } catch {}"#,
        false,
    ),
    (
        "module top level",
        r#"for (;;) try { mark() } finally { mark(); continue }"#,
        true,
    ),
    (
        "module await",
        r#"for (;;) try { mark(); await null } finally { mark(); continue }"#,
        true,
    ),
    (
        "module await reject",
        r#"for (;;) try { await Promise.reject(1) } catch { mark() }"#,
        true,
    ),
];

const USE: &str = "Error.prepareStackTrace = undefined; Error.stackTraceLimit = 10;
    (() => {
        try { throw 1 } catch { return [3, 1, 2].sort().join() }
        finally { (async () => { await 1; globalThis.ok = 7 })() }
    })()";

/// True if the script was killed, false if it ended before.
fn run(name: &str, source: &str, module: bool, limit: u64, kill_at: u64) -> bool {
    let mut engine = Engine::new();
    unsafe { JS_SetMemoryLimit(engine.rt, 64 << 20) };
    engine.limit(limit);
    engine.watch.kill_at = kill_at;
    let ended = engine.eval(source, module);
    assert!(
        !ended || engine.killed() == JS_CONTEXT_KILL_NONE,
        "{name}: eval swallowed the kill"
    );
    let mut jobs = 0;
    while engine.killed() == JS_CONTEXT_KILL_NONE && jobs < 200_000 {
        let result = engine.job();
        if result == 0 {
            break;
        }
        if engine.killed() != JS_CONTEXT_KILL_NONE {
            assert!(result < 0, "{name}: a job swallowed the kill");
        } else if result < 0 {
            engine.clear();
        }
        jobs += 1;
    }
    let killed = engine.killed();
    if killed == JS_CONTEXT_KILL_NONE {
        return false;
    }
    if limit != 0 {
        assert_eq!(killed, JS_CONTEXT_KILL_REDUCTIONS, "{name}");
        let count = engine.count();
        assert!(
            count > limit && count <= limit + 600,
            "{name}: {count} of {limit}"
        );
    } else {
        assert_eq!(killed, JS_CONTEXT_KILL_INTERRUPT, "{name}");
    }
    engine.watch.kill_at = 0;
    assert_eq!(
        engine.clear().as_deref(),
        Some("interrupted"),
        "{name} at {limit}"
    );
    engine.limit(1_000_000);
    unsafe { JS_RunGC(engine.rt) };
    assert_eq!(
        engine.text(USE).as_deref(),
        Some("1,2,3"),
        "{name} at {limit}: not usable"
    );
    while engine.job() > 0 {}
    assert_eq!(
        engine.text("globalThis.ok").as_deref(),
        Some("7"),
        "{name} at {limit}"
    );
    true
}

#[test]
fn every_hostile_script_dies_at_any_tick() {
    for &(name, source, module) in HOSTILE {
        for limit in (1..100).chain((100..400).step_by(7)) {
            if !run(name, source, module, limit, 0) {
                break;
            }
        }
        assert!(
            run(name, source, module, 100_000, 0),
            "{name} is not hostile"
        );
    }
}

#[test]
fn every_hostile_script_dies_at_the_handlers_answer() {
    for &(name, source, module) in HOSTILE {
        for kill_at in [1, 2, 5] {
            assert!(
                run(name, source, module, 0, kill_at),
                "{name} outlived the handler"
            );
        }
    }
}
