//! Which names there are, performance, crypto, reportError, queueMicrotask,
//! and what installing costs.

mod common;
use common::{Heard, Js, bare_heap};

/// ECMA-262, Annex B, and the engine's InternalError.
const ECMASCRIPT: &[&str] = &[
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "AsyncDisposableStack",
    "Atomics",
    "BigInt",
    "BigInt64Array",
    "BigUint64Array",
    "Boolean",
    "DataView",
    "Date",
    "DisposableStack",
    "Error",
    "EvalError",
    "FinalizationRegistry",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "Function",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "InternalError",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "RangeError",
    "ReferenceError",
    "Reflect",
    "RegExp",
    "Set",
    "SharedArrayBuffer",
    "String",
    "SuppressedError",
    "Symbol",
    "SyntaxError",
    "TypeError",
    "URIError",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakRef",
    "WeakSet",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "escape",
    "eval",
    "globalThis",
    "isFinite",
    "isNaN",
    "parseFloat",
    "parseInt",
    "undefined",
    "unescape",
];

const WEB: &[&str] = &[
    "DOMException",
    "TextDecoder",
    "TextEncoder",
    "atob",
    "btoa",
    "console",
    "crypto",
    "performance",
    "queueMicrotask",
    "reportError",
    "self",
    "structuredClone",
];

#[test]
fn no_other_names() {
    let mut js = Js::new();
    let names = js
        .eval("Object.getOwnPropertyNames(globalThis).join()")
        .unwrap();
    let mut extra: Vec<&str> = names
        .split(',')
        .filter(|name| !ECMASCRIPT.contains(name) && !WEB.contains(name))
        .collect();
    extra.sort_unstable();
    assert_eq!(extra, [""; 0]);
    let missing: Vec<_> = ECMASCRIPT
        .iter()
        .chain(WEB)
        .filter(|name| !names.split(',').any(|n| n == **name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    js.check("self === globalThis", "true");
}

#[test]
fn performance() {
    let mut js = Js::new();
    js.check("const a = performance.now(); let b = a; for (let i = 0; i < 1e6 && b === a; i++) b = performance.now(); a >= 0 && b > a && b < 60000", "true");
    js.check(
        "Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000",
        "true",
    );
    js.check(
        "JSON.stringify(performance) === JSON.stringify({ timeOrigin: performance.timeOrigin })",
        "true",
    );
    js.check(
        "Object.prototype.toString.call(performance) + performance.constructor.name",
        "[object Performance]Performance",
    );
    js.throws("new performance.constructor()", "TypeError");
    js.throws("performance.now.call({})", "TypeError");
    js.throws("Object.getPrototypeOf(performance).timeOrigin", "TypeError");
    js.check(
        "Object.keys(Object.getPrototypeOf(performance)).join()",
        "now,timeOrigin,toJSON,clearMarks,clearMeasures,getEntries,getEntriesByName,getEntriesByType,mark,measure",
    );
}

#[test]
fn crypto() {
    let mut js = Js::new();
    js.check(
        "const a = new Uint32Array(64); crypto.getRandomValues(a) === a && a.some(x => x > 0xffff)",
        "true",
    );
    js.check("const whole = new Uint8Array(300); crypto.getRandomValues(whole.subarray(100, 200)); whole.slice(0, 100).every(x => !x) && whole.slice(200).every(x => !x) && whole.some(x => x)", "true");
    js.check("[Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, BigInt64Array, BigUint64Array].every(T => crypto.getRandomValues(new T(16)).some(x => x))", "true");
    js.check("crypto.getRandomValues(new Uint8Array(65536)).length + crypto.getRandomValues(new Uint8Array(0)).length", "65536");
    // Long ones are made otherwise: every byte value comes up, no two are alike.
    js.check("const [one, other] = [0, 0].map(() => crypto.getRandomValues(new Uint8Array(65536))); new Set(one).size + one.filter((x, i) => x === other[i]).length < 256 + 512", "true");
    js.check("new Set(one).size", "256");
    js.throws(
        "crypto.getRandomValues(new Uint8Array(65537))",
        "QuotaExceededError",
    );
    for view in [
        "new Float64Array(65537)",
        "new Float32Array(1)",
        "new Float16Array(1)",
        "new DataView(new ArrayBuffer(1))",
    ] {
        js.throws(
            &format!("crypto.getRandomValues({view})"),
            "TypeMismatchError",
        );
    }
    for not in [
        "",
        "[]",
        "new ArrayBuffer(4)",
        "1",
        "new Uint8Array(new SharedArrayBuffer(4))",
    ] {
        js.throws(&format!("crypto.getRandomValues({not})"), "TypeError");
    }
    js.throws(
        "crypto.getRandomValues.call({}, new Uint8Array(1))",
        "TypeError",
    );
    let mut js = Js::with_groups(&["crypto"]);
    js.check("const set = new Set(); for (let i = 0; i < 500; i++) set.add(crypto.randomUUID()); [...set].every(u => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(u)) && set.size", "500");
    js.check("Object.prototype.toString.call(crypto)", "[object Crypto]");
    js.throws("new crypto.constructor()", "TypeError");
}

#[test]
fn report_error() {
    let mut js = Js::new();
    js.check(
        "reportError(new RangeError('far')) + ' ' + reportError('text')",
        "undefined undefined",
    );
    let errors = js.heard.errors.borrow();
    let told: Vec<_> = errors
        .iter()
        .map(|e| (e.name.as_str(), e.message.as_str()))
        .collect();
    assert_eq!(told, [("RangeError", "far"), ("Error", "text")]);
    drop(errors);
    js.throws("reportError()", "TypeError");
}

#[test]
fn queue_microtask() {
    let mut js = Js::new();
    js.check(
        "const order = []; queueMicrotask(() => order.push('micro')); order.push('sync'); 0",
        "0",
    );
    js.check("order.join()", "sync,micro");
    js.throws("queueMicrotask()", "TypeError");
    js.throws("queueMicrotask({})", "TypeError");
}

/// Of what a context costs, the part of this crate. Run with --nocapture.
#[test]
fn cost() {
    const COUNT: usize = 1000;
    let mut heaps = Vec::with_capacity(COUNT);
    let (mut times, mut bytes, mut bare) = (Vec::with_capacity(COUNT), 0, 0);
    for _ in 0..COUNT {
        let mut heap = bare_heap(0);
        let before = heap.live_bytes();
        let start = std::time::Instant::now();
        quickbeam_apis::install(
            &mut heap,
            quickbeam_apis::Parts::default(),
            Heard::default(),
        )
        .expect("installs");
        times.push(start.elapsed());
        bare += before;
        bytes += heap.live_bytes();
        heaps.push(heap);
    }
    times.sort_unstable();
    println!(
        "bare {} B; install: median {:?} and {} B a context",
        bare / COUNT,
        times[COUNT / 2],
        (bytes as i64 - bare as i64) / COUNT as i64
    );
    assert!(bytes < bare + COUNT * 1_000);
}
