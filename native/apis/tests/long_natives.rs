//! A native that goes through many bytes counts them as reductions, so that limits and
//! pre-emption reach it.

mod common;

use common::Js;

const BYTES: u64 = 4 * 1024 * 1024;

const PREPARED: &str = r#"
    const bytes = new Uint8Array(4 * 1024 * 1024).fill(97);
    const other = bytes.slice();
    const buffer = Buffer.from(bytes.buffer);
    const latin1 = Buffer.alloc(bytes.length, 0xE9);
    const text = "a".repeat(bytes.length);
    const wide = "€".repeat(bytes.length);
    const hex = "0f".repeat(bytes.length / 2);
    const absent = new Uint8Array(bytes.length / 2).fill(97);
    absent[0] = 98;
    const blob = new Blob([bytes, other]);
    let result;
"#;

const NATIVES: &[&str] = &[
    "buffer.toString('latin1')",
    "latin1.toString('latin1')",
    "buffer.toString('hex')",
    "buffer.toString('base64')",
    "buffer.toString('utf16le')",
    "latin1.toString('utf8')",
    "Buffer.from(text, 'latin1')",
    "Buffer.from(hex, 'hex')",
    "Buffer.from(text, 'base64')",
    "Buffer.from(wide, 'utf16le')",
    "Buffer.from(wide, 'latin1')",
    "Buffer.concat([buffer, buffer])",
    "Buffer.compare(buffer, other)",
    "buffer.fill('xyz')",
    "buffer.swap32()",
    "buffer.indexOf(absent)",
    "buffer.lastIndexOf(absent)",
    "buffer.indexOf('ab')",
    "buffer.lastIndexOf('ab')",
    "buffer.indexOf('ab', 'utf16le')",
    "atob(text)",
    "btoa(text)",
    "bytes.slice()",
    "bytes.set(other)",
    "bytes.copyWithin(1, 0)",
    "bytes.buffer.slice(0)",
    "new Uint8Array(bytes)",
    "new TextDecoder().decode(bytes)",
    "new TextDecoder('utf-16le').decode(bytes)",
    "new TextEncoder().encode(wide)",
    "new TextEncoder().encodeInto(wide, bytes)",
    "structuredClone(bytes)",
    "new MessageChannel().port1.postMessage(bytes)",
    "new MessageChannel().port1.postMessage(wide)",
    "compression.compress('gzip', bytes)",
    "compression.decompress('gzip', compression.compress('gzip', bytes))",
    "new Blob([text])",
    "new Blob([bytes])",
    "blob.text()",
    "blob.bytes()",
    "blob.arrayBuffer()",
    "new URLSearchParams(text)",
    "new URL('x:' + text)",
];

#[test]
fn every_long_native_counts_what_it_goes_through() {
    let groups = ["buffer", "fetch", "url", "compression", "worker"];
    let mut js = Js::with_groups(&groups);
    js.eval(PREPARED).expect("prepared");
    let mut free = Vec::new();
    for code in NATIVES {
        let before = js.with(|cx| cx.reductions());
        js.eval(&format!("result = {code}; 0")).expect(code);
        let used = js.with(|cx| cx.reductions()) - before;
        if used < BYTES / 2048 {
            free.push(format!("{code}: {used}"));
        }
    }
    assert!(free.is_empty(), "{free:#?}");
}

#[test]
fn what_is_done_in_parts_is_the_same_as_at_once() {
    // Longer than a part, with characters, groups and needles across its edges.
    let mut js = Js::with_groups(&["buffer", "fetch"]);
    js.eval(
        r#"
        const n = 300_001;
        const euros = "a" + "€".repeat(n);
        const noise = Buffer.from(Array.from({ length: n }, (_, i) => (i * 7919 + (i >> 8)) & 255));
        const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
        "#,
    )
    .expect("prepared");
    for code in [
        "Buffer.from(euros).toString() === euros",
        "Buffer.from(euros, 'utf16le').toString('utf16le') === euros",
        "new TextDecoder().decode(new TextEncoder().encode(euros)) === euros",
        "same(Buffer.from(noise.toString('hex'), 'hex'), noise)",
        "same(Buffer.from(noise.toString('base64'), 'base64'), noise)",
        "same(Buffer.from(noise.toString('base64url'), 'base64'), noise)",
        "same(Buffer.from(' ' + noise.toString('base64'), 'base64'), noise)",
        "same(Buffer.from(noise.toString('latin1'), 'latin1'), noise)",
        "noise.toString('hex').length === 2 * n",
        "Buffer.from(noise.toString('hex') + 'zz00', 'hex').length === n",
        "Buffer.from(euros.slice(1) + '\\uD800').toString() === euros.slice(1) + '\\uFFFD'",
        "noise.indexOf(noise.subarray(98_000, 98_700)) >= 0",
        "Buffer.alloc(n, 'abc').indexOf('bca', 98_303) === 98_305",
        "Buffer.concat([Buffer.alloc(n), Buffer.from('xy')]).indexOf('xy') === n",
        "Buffer.concat([Buffer.from('xy'), Buffer.alloc(n)]).lastIndexOf('xy') === 0",
        "const long = Buffer.alloc(5000, 'ab'); long[4999] = 1; \
         Buffer.concat([Buffer.alloc(99_000, 'ab'), long, Buffer.alloc(9)]).indexOf(long) === 99_000",
        "Buffer.concat([Buffer.alloc(99_000, 'ab'), long, Buffer.alloc(9)]).lastIndexOf(long) === 99_000",
        "same(Buffer.alloc(n).fill('abcde'), Array.from({ length: n }, (_, i) => 97 + i % 5))",
        "Buffer.compare(Buffer.alloc(n), Buffer.concat([Buffer.alloc(n - 1), Buffer.from([1])])) === -1",
        "Buffer.compare(Buffer.alloc(n), Buffer.alloc(n - 1)) === 1",
        "same(Buffer.from(noise.subarray(1)).swap16(), noise.subarray(1).map((_, i, all) => all[i ^ 1]))",
        "const moved = Uint8Array.from(noise); moved.copyWithin(3, 0); same(moved.subarray(3), noise.subarray(0, n - 3))",
        "moved.set(noise); moved.copyWithin(0, 3); same(moved.subarray(0, n - 3), noise.subarray(3))",
        "structuredClone(euros) === euros && structuredClone('\\uD800' + euros) === '\\uD800' + euros",
    ] {
        js.check(code, "true");
    }
}
