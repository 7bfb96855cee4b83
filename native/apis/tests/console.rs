mod common;
use common::Js;
use quickbeam_apis::Level;

#[test]
fn levels_and_shape() {
    let mut js = Js::new();
    js.eval("console.debug(1); console.log(2); console.info(3); console.warn(4); console.error(5)")
        .unwrap();
    let lines = js.heard.lines.borrow().clone();
    let expected = [
        (Level::Debug, "1"),
        (Level::Info, "2"),
        (Level::Info, "3"),
        (Level::Warning, "4"),
        (Level::Error, "5"),
    ];
    assert_eq!(
        lines,
        expected.map(|(level, text)| (level, text.to_owned()))
    );
    js.check(
        "Object.prototype.toString.call(console)",
        "[object console]",
    );
    js.check("const p = Object.getPrototypeOf(console); p !== Object.prototype && Object.getPrototypeOf(p) === Object.prototype && Reflect.ownKeys(p).length === 0", "true");
    js.check("const { log } = console; log.name", "log");
    js.check("JSON.stringify(Object.getOwnPropertyDescriptor(globalThis, 'console'), (k, v) => k === 'value' ? 0 : v)", r#"{"value":0,"writable":true,"enumerable":false,"configurable":true}"#);
}

/// Each line as Node 18 to 22 write it.
#[test]
fn values() {
    let mut js = Js::new();
    let mut wrong = String::new();
    for (arguments, expected) in include!("console_values.in") {
        let text = js.log(arguments);
        if text != expected {
            wrong += &format!("console.log({arguments})\n{text}\nbut Node:\n{expected}\n\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn errors() {
    let mut js = Js::new();
    let text = js.log("new TypeError('bad')");
    assert!(text.starts_with("TypeError: bad\n    at "), "{text}");
    let text = js.log("{ e: new Error('in') }");
    assert!(text.starts_with("{\n  e: Error: in\n      at "), "{text}");
    let text = js.log("new Error('a', { cause: new Error('b') })");
    assert!(text.contains("{\n  [cause]: Error: b\n      at "), "{text}");
    let text = js.log("Object.assign(new Error('a'), { code: 'E' })");
    assert!(text.ends_with("{\n  code: 'E'\n}"), "{text}");
    let text = js.log("new DOMException('m', 'AbortError')");
    assert!(text.starts_with("AbortError: m"), "{text}");
    assert_eq!(js.log("(() => { const e = new Error('x'); Object.defineProperty(e, 'stack', { value: undefined }); return e })()"), "[Error: x]");
    // What libraries print.
    let text = js.log("new TypeError('bad').stack");
    assert!(text.starts_with("TypeError: bad\n    at "), "{text}");
    // Its head once, with the name that it has now.
    js.eval(
        "class AppError extends Error {
            constructor(m) { super(m); Error.captureStackTrace(this, AppError); this.name = 'AppError' }
         }",
    )
    .unwrap();
    let text = js.log("new AppError('x')");
    assert!(text.starts_with("AppError: x\n    at "), "{text}");
    let text = js.log("structuredClone(new RangeError('x'))");
    assert!(text.starts_with("RangeError: x\n    at "), "{text}");
    let text = js.log("new AppError('x').stack");
    assert!(text.starts_with("Error: x\n    at "), "{text}");
}

#[test]
fn runs_no_code_of_scripts() {
    let mut js = Js::new();
    js.eval("globalThis.ran = 0; const bump = () => { ran++; throw 1 };
        const trap = new Proxy({ a: 1 }, new Proxy({}, { get: bump }));
        class K { get [Symbol.toStringTag]() { bump() } get x() { bump() } }
        const o = Object.defineProperties({}, { constructor: { get: bump, enumerable: true }, toString: { value: bump } });")
        .unwrap();
    assert_eq!(js.log("trap"), "{ a: 1 }");
    assert_eq!(
        js.log("[trap, new Proxy(() => 1, {})]"),
        "[ { a: 1 }, [Function (anonymous)] ]"
    );
    assert_eq!(js.log("new K()"), "K {}");
    let text = js.log("Object.defineProperty(new Error('q'), 'name', { get: bump })");
    assert!(text.starts_with("Error: q\n    at "), "{text}");
    assert_eq!(
        js.log("'%s', o"),
        "Object { constructor: [Getter] }".replace("Object ", "")
    );
    assert_eq!(
        js.log("(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy })()"),
        "<Revoked Proxy>"
    );
    assert_eq!(
        js.log("Object.create(trap)").len(),
        "[Object: null prototype] {}".len()
    );
    js.check("ran", "0");
}

#[test]
fn hostile_sizes() {
    let mut js = Js::new();
    let start = std::time::Instant::now();
    let text = js.log("'x'.repeat(5e6)");
    assert!(text.ends_with("\n... truncated at 1 MB") && text.len() < 1_100_000);
    let text = js.log("Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 'yyyyyyyyyyyyyyyyyyyy')))");
    assert!(
        text.ends_with("... truncated at 1 MB") && text.len() < 1_300_000,
        "{}",
        text.len()
    );
    assert_eq!(
        js.log("new Array(2**32 - 1)"),
        "[ <4294967295 empty items> ]"
    );
    let text = js
        .log("(() => { const o = {}; for (let i = 0; i < 3e5; i++) o['k' + i] = i; return o })()");
    assert!(text.contains("more properties") && text.ends_with("... truncated at 1 MB"));
    let text = js.log("new Map(Array.from({ length: 3e5 }, (_, i) => [i, i]))");
    assert!(text.contains("... 299900 more items"));
    js.eval("let deep = {}; for (let i = 0; i < 1e5; i++) deep = { deep }")
        .unwrap();
    assert_eq!(js.log("deep"), "{ deep: { deep: { deep: [Object] } } }");
    js.eval("let chain = {}; for (let i = 0; i < 1e5; i++) chain = Object.create(chain)")
        .unwrap();
    js.log("chain");
    js.eval("let proxies = {}; for (let i = 0; i < 500; i++) proxies = new Proxy(proxies, {})")
        .unwrap();
    assert_eq!(js.log("proxies"), "{}");
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
