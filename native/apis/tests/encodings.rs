//! TextDecoder against the Encoding Standard: every label, the upper half of each
//! single-byte encoding and samples of the others, whole and byte by byte.

mod common;

use common::Js;

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

#[test]
fn every_label() {
    let mut js = Js::new();
    let mut count = 0;
    for line in lines(include_str!("encoding_labels.in")) {
        let (name, labels) = line.split_once(": ").expect("a name and labels");
        for label in labels.split(' ') {
            count += 1;
            if name == "replacement" {
                js.throws(&format!("new TextDecoder('{label}')"), "RangeError");
                continue;
            }
            js.check(&format!("new TextDecoder('{label}').encoding"), name);
            let spaced = format!(
                "new TextDecoder('\\t\\n\\f\\r {} ').encoding",
                label.to_uppercase()
            );
            js.check(&spaced, name);
        }
    }
    assert_eq!(count, 228);
    for label in [
        "",
        "utf",
        "utf-8\\0",
        "\\0utf-8",
        "utf-8\\u00a0",
        "\\u000butf-8",
        "utf8 utf8",
        "utf-32",
        "utf-7",
    ] {
        js.throws(&format!("new TextDecoder('{label}')"), "RangeError");
    }
}

#[test]
fn every_encoding_whole_and_in_parts() {
    let mut js = Js::new();
    js.eval(
        "globalThis.hex = (text) => new Uint8Array(text.match(/../g).map(b => parseInt(b, 16)));
         globalThis.bytewise = (name, bytes, options) => { const d = new TextDecoder(name, options); let text = ''; for (const b of bytes) text += d.decode(new Uint8Array([b]), { stream: true }); return text + d.decode() }; 0",
    )
    .expect("runs");
    for line in lines(include_str!("encoding_samples.in")) {
        let mut fields = line.splitn(3, ' ');
        let [name, hex, text] = [(); 3].map(|()| fields.next().expect("three fields"));
        for options in ["{}", "{ fatal: true }", "{ ignoreBOM: true }"] {
            js.check(
                &format!("new TextDecoder('{name}', {options}).decode(hex('{hex}')) === {text}"),
                "true",
            );
            js.check(
                &format!("bytewise('{name}', hex('{hex}'), {options}) === {text}"),
                "true",
            );
        }
    }
    js.check("new TextDecoder('koi8-u').decode(hex('aebe'))", "ўЎ");
    js.check("bytewise('x-user-defined', hex('4180ff')).charCodeAt(2) === 0xf7ff && new TextDecoder('x-user-defined').decode(hex('80')) === '\\uf780'", "true");
}

#[test]
fn malformed_input() {
    let mut js = Js::new();
    js.eval(
        "globalThis.hex = (text) => new Uint8Array(text.match(/../g).map(b => parseInt(b, 16))); 0",
    )
    .expect("runs");
    // Bytes, and what the standard's decoders make of them.
    for (name, bytes, text) in [
        ("utf-8", "ff", "\u{FFFD}"),
        ("utf-8", "c0af", "\u{FFFD}\u{FFFD}"),
        ("utf-8", "e28241", "\u{FFFD}A"),
        ("utf-8", "eda080", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("utf-8", "f0808080", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("utf-8", "f0908d", "\u{FFFD}"),
        ("utf-16le", "00", "\u{FFFD}"),
        ("utf-16le", "00d8", "\u{FFFD}"),
        ("utf-16le", "00dc4100", "\u{FFFD}A"),
        ("utf-16be", "d8000041", "\u{FFFD}A"),
        ("shift_jis", "8120", "\u{FFFD} "),
        ("euc-jp", "8f", "\u{FFFD}"),
        ("gb18030", "8130", "\u{FFFD}"),
        ("gb18030", "fe39fe39", "\u{FFFD}"),
        ("big5", "8120", "\u{FFFD} "),
        ("euc-kr", "81", "\u{FFFD}"),
        ("iso-2022-jp", "1b2842ff", "\u{FFFD}"),
        ("windows-1253", "d2", "\u{FFFD}"),
        ("iso-8859-8", "a1", "\u{FFFD}"),
    ] {
        js.check(
            &format!("new TextDecoder('{name}').decode(hex('{bytes}'))"),
            text,
        );
        js.throws(
            &format!("new TextDecoder('{name}', {{ fatal: true }}).decode(hex('{bytes}'))"),
            "TypeError",
        );
    }
    // A fatal decoder goes on afresh after an error.
    js.check("const f = new TextDecoder('utf-8', { fatal: true }); try { f.decode(hex('e2'), { stream: true }); f.decode(hex('41')) } catch {} f.decode(hex('42'))", "B");
    js.check("const g = new TextDecoder('utf-8', { fatal: true }); try { g.decode(hex('ff'), { stream: true }) } catch {} g.decode(hex('42'))", "B");
}

#[test]
fn byte_order_marks() {
    let mut js = Js::new();
    js.eval("globalThis.hex = (text) => new Uint8Array(text.match(/../g).map(b => parseInt(b, 16))); globalThis.units = (text) => [...text].map(c => c.codePointAt(0).toString(16)).join(); 0")
        .expect("runs");
    for (name, bom) in [
        ("utf-8", "efbbbf"),
        ("utf-16le", "fffe"),
        ("utf-16be", "feff"),
    ] {
        let a = match name {
            "utf-8" => "41",
            "utf-16le" => "4100",
            _ => "0041",
        };
        for (options, expected) in [("{}", "41"), ("{ ignoreBOM: true }", "feff,41")] {
            js.check(
                &format!("units(new TextDecoder('{name}', {options}).decode(hex('{bom}{a}')))"),
                expected,
            );
            js.check(&format!("const d = new TextDecoder('{name}', {options}); let text = ''; for (const b of hex('{bom}{a}')) text += d.decode(new Uint8Array([b]), {{ stream: true }}); units(text + d.decode())").replace("const d", "var d").replace("let text", "var text"), expected);
        }
        js.check(
            &format!("units(new TextDecoder('{name}').decode(hex('{bom}{bom}{a}')))"),
            "feff,41",
        );
        // Once at the beginning of each stream.
        js.check(&format!("var again = new TextDecoder('{name}'); again.decode(hex('{bom}')); units(again.decode(hex('{bom}{a}')))"), "41");
    }
    js.check(
        "units(new TextDecoder('utf-16le').decode(hex('efbbbf41')))",
        "bbef,41bf",
    );
    js.check(
        "new TextDecoder('windows-1252').decode(hex('efbbbf'))",
        "ï»¿",
    );
}

#[test]
fn any_buffer_source() {
    let mut js = Js::new();
    for source in [
        "new Uint8Array([97, 98]).buffer",
        "new DataView(new Uint8Array([0, 97, 98]).buffer, 1)",
        "new Uint16Array([25185])",
        "(() => { const s = new SharedArrayBuffer(2); new Uint8Array(s).set([97, 98]); return s })()",
        "(() => { const s = new SharedArrayBuffer(4); new Uint8Array(s).set([97, 98], 1); return new Uint8Array(s, 1, 2) })()",
        "(() => { const r = new ArrayBuffer(2, { maxByteLength: 9 }); new Uint8Array(r).set([97, 98]); return r })()",
    ] {
        js.check(&format!("new TextDecoder().decode({source})"), "ab");
    }
    for wrong in ["null", "1", "'ab'", "[97]", "{}"] {
        js.throws(&format!("new TextDecoder().decode({wrong})"), "TypeError");
    }
    js.check(
        "new TextDecoder().decode(undefined) + new TextDecoder().decode()",
        "",
    );
    js.check(
        "const gone = new Uint8Array([97]); gone.buffer.transfer(); new TextDecoder().decode(gone)",
        "",
    );
    // What the options do to the input happens before it is read.
    js.check("const seen = new Uint8Array([97, 98]); new TextDecoder().decode(seen, { get stream() { seen[0] = 120; return false } })", "xb");
    js.check("const shared = new Uint8Array(new SharedArrayBuffer(3)); const into = new TextEncoder().encodeInto('a€', shared); [into.read, into.written, shared.join()].join()", "1,1,97,0,0");
}

#[test]
fn base64() {
    let mut js = Js::new();
    for (code, expected) in [
        ("atob(' YW Jj\\t\\n\\f\\r ')", "abc"),
        ("atob('YQ==') + atob('YWI') + atob('')", "aab"),
        ("atob('YR==')", "a"),
        ("btoa('\\xff\\xfe')", "//4="),
        ("btoa('')", ""),
        ("btoa(null) + btoa(undefined)", "bnVsbA==dW5kZWZpbmVk"),
        ("atob(null)", "\u{9E}\u{E9}e"),
        ("atob(12)", "\u{D7}"),
        ("[atob.length, btoa.name].join()", "1,btoa"),
    ] {
        js.check(code, expected);
    }
    for wrong in [
        "'a'",
        "'='",
        "'YQ='",
        "'Y==='",
        "'YQ==='",
        "'YWI=='",
        "'YW=I'",
        "'a\\u00a0bc'",
        "'\\u000bYQ=='",
        "'-_-_'",
        "'ab\\0='",
        "undefined",
        "1",
    ] {
        js.throws(&format!("atob({wrong})"), "InvalidCharacterError");
    }
    js.throws("btoa('\\u0100')", "InvalidCharacterError");
    js.check(
        "try { btoa('€') } catch (e) { [e instanceof DOMException, e.code].join() }",
        "true,5",
    );
}
