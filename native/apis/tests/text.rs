//! TextEncoder, TextDecoder, atob, btoa.

mod common;
use common::Js;

#[test]
fn encoder() {
    let mut js = Js::new();
    js.check(
        "Array.from(new TextEncoder().encode('aé€😀\\uD800')).join()",
        "97,195,169,226,130,172,240,159,152,128,239,191,189",
    );
    js.check("new TextEncoder().encode().length", "0");
    js.check(
        "new TextEncoder().encode(undefined) instanceof Uint8Array",
        "true",
    );
    js.check("new TextEncoder().encode(null).length", "4");
    js.check("new TextEncoder().encoding", "utf-8");
    js.check("new TextEncoder('utf-16').encoding", "utf-8");
    js.throws("TextEncoder()", "TypeError");
    js.throws("TextEncoder.prototype.encode()", "TypeError");
    js.throws("TextEncoder.prototype.encoding", "TypeError");
    js.throws(
        "TextEncoder.prototype.encode.call(new TextDecoder())",
        "TypeError",
    );
    js.throws("new TextEncoder().encode(Symbol())", "TypeError");
    js.check(
        "Object.prototype.toString.call(new TextEncoder())",
        "[object TextEncoder]",
    );
    js.check(
        "Object.keys(TextEncoder.prototype).join()",
        "encoding,encode,encodeInto",
    );
    js.check(
        "TextEncoder.length + TextEncoder.name + TextEncoder.prototype.encodeInto.length",
        "0TextEncoder2",
    );
    js.check(
        "Object.getOwnPropertyDescriptor(TextEncoder, 'prototype').writable",
        "false",
    );
    js.check(
        "new (class X extends TextEncoder {})().encode('a')[0]",
        "97",
    );
    js.check(
        "class Y extends TextEncoder {}; new Y() instanceof Y && new Y() instanceof TextEncoder",
        "true",
    );
    js.check("Object.getPrototypeOf(Reflect.construct(TextEncoder, [], function(){}.bind())) === Object.prototype
        || (() => { const f = function(){}.bind(); return Object.getPrototypeOf(Reflect.construct(TextEncoder, [], f)) === TextEncoder.prototype })()", "true");
}

#[test]
fn encode_into() {
    let mut js = Js::new();
    let into = "((s, n) => { const a = new Uint8Array(n); const r = new TextEncoder().encodeInto(s, a); return r.read + '/' + r.written + ':' + a.join() })";
    js.check(&format!("{into}('a😀b', 5)"), "3/5:97,240,159,152,128");
    js.check(&format!("{into}('a😀b', 4)"), "1/1:97,0,0,0");
    js.check(&format!("{into}('\\uD800x', 4)"), "2/4:239,191,189,120");
    js.check(&format!("{into}('', 2)"), "0/0:0,0");
    js.throws("new TextEncoder().encodeInto('a')", "TypeError");
    js.throws("new TextEncoder().encodeInto('a', [])", "TypeError");
    js.throws(
        "new TextEncoder().encodeInto('a', new Int8Array(4))",
        "TypeError",
    );
    js.throws(
        "new TextEncoder().encodeInto('a', new ArrayBuffer(4))",
        "TypeError",
    );
    js.check("const b = new Uint8Array(8); new TextEncoder().encodeInto('hi', b.subarray(3, 5)); b.join()", "0,0,0,104,105,0,0,0");
    js.check("const d = new ArrayBuffer(4); const v = new Uint8Array(d); d.transfer(); new TextEncoder().encodeInto('a', v).written", "0");
}

#[test]
fn decoder() {
    let mut js = Js::new();
    js.check(
        "new TextDecoder().decode(new Uint8Array([0xEF,0xBB,0xBF,97,0xF0,0x9F,0x98,0x80]))",
        "a😀",
    );
    js.check("new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xEF,0xBB,0xBF,97])).length", "2");
    js.check(
        "new TextDecoder().decode(new Uint8Array([0xFF, 97, 0xE2, 0x82]))",
        "\u{FFFD}a\u{FFFD}",
    );
    js.check("new TextDecoder().decode()", "");
    js.check(
        "new TextDecoder().decode(new Uint8Array([97,98]).buffer)",
        "ab",
    );
    js.check(
        "new TextDecoder().decode(new DataView(new Uint8Array([97,98,99]).buffer, 1))",
        "bc",
    );
    js.throws(
        "new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xFF]))",
        "TypeError",
    );
    js.throws("new TextDecoder('nope')", "RangeError");
    js.throws("new TextDecoder('replacement')", "RangeError");
    js.throws("new TextDecoder('')", "RangeError");
    js.throws("new TextDecoder('utf-8', 1)", "TypeError");
    js.throws("new TextDecoder().decode('a')", "TypeError");
    js.throws("new TextDecoder().decode(null)", "TypeError");
    js.throws("new TextDecoder().decode([], {})", "TypeError");
    js.throws("TextDecoder()", "TypeError");
    js.throws("TextDecoder.prototype.fatal", "TypeError");
    js.check("new TextDecoder(' LATIN1\\n').encoding", "windows-1252");
    js.check(
        "new TextDecoder('shift_jis').decode(new Uint8Array([0x82, 0xA0]))",
        "あ",
    );
    js.check("new TextDecoder('utf-16').encoding", "utf-16le");
    js.check(
        "new TextDecoder('utf-16le').decode(new Uint8Array([0xFF,0xFE,0x61,0,0x3D,0xD8,0,0xDE]))",
        "a😀",
    );
    js.check(
        "new TextDecoder('utf-16be').decode(new Uint8Array([0,0x61,0xD8]))",
        "a\u{FFFD}",
    );
    js.check("const t = new TextDecoder(undefined, {fatal:1, ignoreBOM:'x'}); [t.fatal, t.ignoreBOM, t.encoding].join()", "true,true,utf-8");
    js.check(
        "Object.keys(TextDecoder.prototype).join()",
        "encoding,fatal,ignoreBOM,decode",
    );
    js.check("let seen = []; new TextDecoder('utf-8', { get ignoreBOM() { seen.push('i') }, get fatal() { seen.push('f') } }); seen.join()", "f,i");
}

#[test]
fn decoder_streams() {
    let mut js = Js::new();
    js.check("const d = new TextDecoder(); [0xEF,0xBB,0xBF,0xE2,0x82,0xAC].map(b => d.decode(new Uint8Array([b]), { stream: true })).join('|') + d.decode()", "|||||€");
    js.check(
        "d.decode(new Uint8Array([0xE2]), { stream: true }) + d.decode()",
        "\u{FFFD}",
    );
    js.check("d.decode(new Uint8Array([0xEF,0xBB,0xBF,97]))", "a");
    // WPT textdecoder-fatal-streaming.
    js.check("const f = new TextDecoder('utf-16le', { fatal: true }); const odd = new Uint8Array([0]), even = new Uint8Array([0, 0]);
        f.decode(odd, { stream: true }) === '' && f.decode(odd) === '\\0'", "true");
    js.throws(
        "f.decode(even, { stream: true }); f.decode(odd)",
        "TypeError",
    );
    js.throws(
        "f.decode(odd, { stream: true }); f.decode(even)",
        "TypeError",
    );
    js.check(
        "f.decode(odd, { stream: true }) === '' && f.decode(odd) === '\\0'",
        "true",
    );
}

/// The engine's own; here to notice when a release changes them.
#[test]
fn base64() {
    let mut js = Js::new();
    js.check(
        "btoa('') + btoa('a') + btoa('ab') + btoa('abc') + btoa('\\xff')",
        "YQ==YWI=YWJj/w==",
    );
    js.throws("btoa('€')", "InvalidCharacterError");
    js.check("try { btoa('€') } catch (e) { [e instanceof DOMException, e.code, e instanceof Error].join() }", "true,5,true");
    js.check(
        "[null, 12, 'YWI', ' Y W\\tI\\n=\\f\\r', 'YQ=='].map(x => atob(x).length).join()",
        "3,1,2,2,1",
    );
    for bad in [
        "a", "ab=", "abc==", "a=bc", "=", "ab==c", "ab\\v==", "é", "-_8=", "abcde", "ab=c", "a===",
    ] {
        js.throws(&format!("atob('{bad}')"), "InvalidCharacterError");
    }
    for (good, length) in [
        ("ab", 1),
        ("abc", 2),
        ("ab==", 1),
        ("ab= =", 1),
        ("", 0),
        ("  ", 0),
        ("//8=", 2),
        ("YR==", 1),
    ] {
        js.check(&format!("atob('{good}').length"), &length.to_string());
    }
    js.check("let s = ''; for (let i = 0; i < 256; i++) s += String.fromCharCode(i); atob(btoa(s)) === s", "true");
}
