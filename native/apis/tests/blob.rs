//! Blob, File, blob URLs.

mod common;

use common::Js;

fn js() -> Js {
    let mut js = Js::with_groups(&["fetch"]);
    js.eval("globalThis.out = []; globalThis.show = (promise) => { out.length = 0; promise.then(v => out.push(v), e => out.push(e.name)) }")
        .expect("runs");
    js
}

/// What the promise of `code` gives.
#[track_caller]
fn gives(js: &mut Js, code: &str, expected: &str) {
    js.eval(&format!("show((async () => {code})())"))
        .expect(code);
    assert_eq!(js.eval("String(out[0])").as_deref(), Ok(expected), "{code}");
}

#[test]
fn the_interfaces_look_as_web_idl_says() {
    let mut js = js();
    for (code, expected) in [
        (
            "[Blob.length, File.length, Blob.prototype.slice.length].join()",
            "0,2,0",
        ),
        (
            "Object.keys(File.prototype).join() + File.prototype[Symbol.toStringTag]",
            "name,lastModifiedFile",
        ),
        (
            "File.__proto__ === Blob && new File([], 'x') instanceof Blob",
            "true",
        ),
        (
            "Object.keys(URL).join()",
            "canParse,parse,createObjectURL,revokeObjectURL",
        ),
        ("new Blob().size + new Blob().type", "0"),
        (
            "class My extends Blob { twice() { return this.size * 2 } } new My(['abc']).twice()",
            "6",
        ),
        ("new Blob([], { type: 'Text/PLAIN' }).type", "text/plain"),
        ("new Blob([], { type: 't\\u00e9' }).type", ""),
        ("new Blob([], null).type", ""),
        ("new File([], 'n', { lastModified: 5.7 }).lastModified", "5"),
        ("new File([], 'a/b\\ud800').name === 'a/b\\ufffd'", "true"),
        (
            "Math.abs(new File([], 'n').lastModified - Date.now()) < 5000",
            "true",
        ),
        ("new File([], 'n', { lastModified: NaN }).lastModified", "0"),
    ] {
        js.check(code, expected);
    }
    for code in [
        "Blob()",
        "new Blob('x')",
        "new Blob(null)",
        "new Blob({})",
        "new Blob([], 1)",
        "new Blob([], { endings: 'x' })",
        "new Blob([Symbol()])",
        "new Blob([new Uint8Array(new SharedArrayBuffer(1))])",
        "new File([])",
        "new File('x', 'n')",
        "Object.getOwnPropertyDescriptor(Blob.prototype, 'size').get.call({})",
        "Object.getOwnPropertyDescriptor(File.prototype, 'name').get.call(new Blob())",
        "URL.createObjectURL({})",
    ] {
        js.throws(code, "TypeError");
    }
    js.throws(
        "new Blob({ [Symbol.iterator]() { throw new RangeError() } })",
        "RangeError",
    );
}

#[test]
fn bytes_come_out_as_they_went_in() {
    let mut js = js();
    for (code, expected) in [
        (
            "new Blob(['a', new Uint8Array([98]), new Uint8Array([99]).buffer, new DataView(new Uint8Array([0, 100]).buffer, 1), new Blob(['e']), 1, null, {}]).text()",
            "abcde1null[object Object]",
        ),
        ("new Blob(new Set(['x', 'y'])).text()", "xy"),
        ("new Blob(['\\ud800']).text()", "\u{FFFD}"),
        (
            "new Blob([new Uint8Array([0xEF, 0xBB, 0xBF, 0x41, 0xFF])]).text()",
            "A\u{FFFD}",
        ),
        ("(await new Blob(['ab']).arrayBuffer()).byteLength", "2"),
        ("(await new Blob(['ab']).bytes()).join()", "97,98"),
        (
            "new Blob(['a\\r\\nb\\rc\\n'], { endings: 'native' }).text().then(JSON.stringify)",
            "\"a\\nb\\nc\\n\"",
        ),
        (
            "new Blob(['a\\r\\n'], { endings: 'transparent' }).text().then(JSON.stringify)",
            "\"a\\r\\n\"",
        ),
        ("Blob.prototype.text.call({})", "TypeError"),
    ] {
        gives(&mut js, code, expected);
    }
}

#[test]
fn slices() {
    let mut js = js();
    for (arguments, expected) in [
        ("", "0123456789"),
        ("3", "3456789"),
        ("3, 5", "34"),
        ("-3", "789"),
        ("-3, -1", "78"),
        ("5, 3", ""),
        ("NaN, 1e99", "0123456789"),
        ("undefined, undefined", "0123456789"),
        ("null, 2", "01"),
        ("1.5, 3", "2"),
        ("-1e99, 1", "0"),
    ] {
        gives(
            &mut js,
            &format!("new Blob(['0123456789']).slice({arguments}).text()"),
            expected,
        );
    }
    js.check("const s = new File(['ab'], 'n', { type: 'a/b' }).slice(0, 1, 'X/Y'); [s instanceof File, s.type, s.size].join()", "false,x/y,1");
    js.check("new Blob(['ab'], { type: 'a/b' }).slice(0, 1).type", "");
    gives(
        &mut js,
        "new Blob([new Blob(['a'.repeat(5000)]), new Blob(['b'.repeat(5000)]), 'c']).slice(4999, 10001).slice(0, -1).text().then(t => t.length + t[0] + t[1] + t[5000])",
        "5001abb",
    );
}

#[test]
fn bytes_are_shared_and_counted() {
    let mut js = js();
    let before = js.live_bytes();
    js.eval("globalThis.big = new Blob(['x'.repeat(1e6)]); globalThis.parts = Array.from({ length: 100 }, (_, i) => big.slice(i)); globalThis.all = new Blob(parts); 0")
        .expect("runs");
    let with = js.live_bytes();
    assert!(
        with > before + 1_000_000 && with < before + 1_300_000,
        "{}",
        with - before
    );
    js.eval("globalThis.big = globalThis.parts = null")
        .expect("runs");
    js.check("all.size", "99995050");
    assert!(js.live_bytes() > before + 1_000_000);
    js.eval("globalThis.all = null").expect("runs");
    assert!(js.live_bytes() < before + 50_000);

    let mut js = Js::with_limit_and_groups(3_000_000, &["fetch"]);
    js.throws(
        "let b = new Blob(['x'.repeat(5000)]); for (;;) b = new Blob([b, b])",
        "InternalError",
    );
    js.throws(
        "const keep = []; for (;;) keep.push(new Blob([new Uint8Array(1e5)]))",
        "InternalError",
    );
    js.check("new Blob(['a']).size", "1");
}

#[test]
fn clones() {
    let mut js = js();
    gives(
        &mut js,
        "(async () => { const f = structuredClone({ f: new File(['abc'], 'n', { type: 'a/b', lastModified: 7 }) }).f; return [f instanceof File, f.name, f.type, f.lastModified, await f.text()].join() })()",
        "true,n,a/b,7,abc",
    );
    gives(
        &mut js,
        "(async () => { const b = new Blob(['abc']); const c = structuredClone([b, b]); return [c[0] === c[1], c[0] !== b, c[0] instanceof File, await c[0].text()].join() })()",
        "true,true,false,abc",
    );
}

#[test]
fn object_urls() {
    let mut js = js();
    js.check("const url = URL.createObjectURL(new Blob(['x'])); /^blob:null\\/[0-9a-f-]{36}$/.test(url) && new URL(url).origin", "null");
    js.check(
        "URL.revokeObjectURL(url); URL.revokeObjectURL('nonsense')",
        "undefined",
    );
    let before = js.live_bytes();
    js.eval("globalThis.kept = URL.createObjectURL(new Blob(['x'.repeat(1e5)])); 0")
        .expect("runs");
    assert!(js.live_bytes() > before + 100_000);
    // With a fragment it is another URL.
    js.eval("URL.revokeObjectURL(kept + '#fragment')")
        .expect("runs");
    assert!(js.live_bytes() > before + 100_000);
    js.eval("URL.revokeObjectURL(kept)").expect("runs");
    assert!(js.live_bytes() < before + 10_000);
}
