//! CompressionStream, DecompressionStream, `compression`.

mod common;

use common::Js;

const FORMATS: [&str; 4] = ["gzip", "deflate", "deflate-raw", "brotli"];

fn js() -> Js {
    let mut js = Js::with_groups(&["compression", "fetch"]);
    js.eval(
        "globalThis.out = [];
         globalThis.show = (promise) => { out.length = 0; promise.then(v => out.push(v), e => out.push(e.name + ': ' + e.message)) };
         globalThis.hex = (text) => new Uint8Array(text.match(/../g).map(b => parseInt(b, 16)));
         globalThis.through = async (stream, ...chunks) => {
           const writer = stream.writable.getWriter();
           const written = (async () => { for (const chunk of chunks) await writer.write(chunk); await writer.close(); })();
           written.catch(() => {});
           const parts = [];
           for await (const part of stream.readable) parts.push(part);
           await written;
           return new Uint8Array(await new Blob(parts).arrayBuffer());
         };
         globalThis.text = (bytes) => new TextDecoder().decode(bytes); 0",
    )
    .expect("runs");
    js
}

#[track_caller]
fn gives(js: &mut Js, code: &str, expected: &str) {
    js.eval(&format!("show((async () => {code})())"))
        .expect(code);
    assert_eq!(js.eval("String(out[0])").as_deref(), Ok(expected), "{code}");
}

#[test]
fn comes_back_as_it_was() {
    let mut js = js();
    for format in FORMATS {
        for value in [
            "''",
            "'a'",
            "'hello '.repeat(50000)",
            "Array.from({ length: 3e4 }, (_, i) => i * 7919 % 1009).join()",
        ] {
            let check = format!(
                "{{ const v = {value}; text(compression.decompress('{format}', compression.compress('{format}', v))) === v }}"
            );
            js.check(&check, "true");
        }
        gives(
            &mut js,
            &format!(
                "{{ const bytes = new TextEncoder().encode('abc '.repeat(1e5)); const packed = await through(new CompressionStream('{format}'), bytes, bytes.buffer, new DataView(bytes.buffer, 4)); const back = await through(new DecompressionStream('{format}'), packed.subarray(0, 5), packed.subarray(5)); return [packed.length < 10000, back.length, text(back.subarray(-4))].join() }}"
            ),
            "true,1199996,abc ",
        );
        gives(
            &mut js,
            &format!(
                "text(await through(new DecompressionStream('{format}'), await through(new CompressionStream('{format}'))))"
            ),
            "",
        );
    }
}

#[test]
fn reads_what_others_have_written() {
    let mut js = js();
    // By zlib and Brotli's own tools.
    for (format, bytes) in [
        (
            "gzip",
            "1f8b0800000000000003cb48cdc9c907008 6a6103605000000",
        ),
        ("deflate", "789ccb48cdc9c90700062c0215"),
        ("deflate-raw", "cb48cdc9c90700"),
        ("brotli", "0b028068656c6c6f03"),
    ] {
        let bytes = bytes.replace(' ', "");
        js.check(
            &format!("text(compression.decompress('{format}', hex('{bytes}')))"),
            "hello",
        );
        gives(
            &mut js,
            &format!(
                "text(await through(new DecompressionStream('{format}'), ...[...hex('{bytes}')].map(b => new Uint8Array([b]))))"
            ),
            "hello",
        );
        // Cut off, spoilt, and with something behind it.
        js.throws(
            &format!("compression.decompress('{format}', hex('{bytes}').slice(0, -1))"),
            "TypeError",
        );
        js.throws(
            &format!("compression.decompress('{format}', hex('{bytes}00'))"),
            "TypeError",
        );
        js.throws(
            &format!("compression.decompress('{format}', new Uint8Array(0))"),
            "TypeError",
        );
        gives(
            &mut js,
            &format!(
                "through(new DecompressionStream('{format}'), hex('{bytes}ff')).catch(e => e.name)"
            ),
            "TypeError",
        );
        gives(
            &mut js,
            &format!(
                "through(new DecompressionStream('{format}'), hex('{bytes}').slice(0, -2)).catch(e => e.name)"
            ),
            "TypeError",
        );
        gives(
            &mut js,
            &format!("through(new DecompressionStream('{format}')).catch(e => e.name)"),
            "TypeError",
        );
    }
    js.throws("compression.decompress('gzip', hex('ff8b08'))", "TypeError");
    js.throws(
        "compression.decompress('deflate', hex('789ccb48cdc9c90700062c0214'))",
        "TypeError",
    );
}

#[test]
fn the_interfaces_look_as_web_idl_says() {
    let mut js = js();
    js.check("[CompressionStream.length, DecompressionStream.name, Object.keys(CompressionStream.prototype).join('+')].join()", "1,DecompressionStream,readable+writable");
    js.check("new CompressionStream('gzip').readable instanceof ReadableStream && new CompressionStream('gzip').writable instanceof WritableStream", "true");
    js.check(
        "const same = new CompressionStream('gzip'); same.readable === same.readable",
        "true",
    );
    js.check("Object.keys(compression).join()", "compress,decompress");
    for code in [
        "new CompressionStream()",
        "new CompressionStream('a')",
        "new CompressionStream('GZIP')",
        "CompressionStream('gzip')",
        "new DecompressionStream({ toString() { return 'zip' } })",
        "CompressionStream.prototype.readable",
        "compression.compress('gzip')",
        "compression.compress('nope', '')",
        "compression.compress('gzip', {})",
    ] {
        js.throws(code, "TypeError");
    }
    for chunk in ["undefined", "null", "3.14", "{}", "'x'", "[1]"] {
        gives(
            &mut js,
            &format!(
                "(async () => {{ const s = new CompressionStream('gzip'); s.readable.getReader().read().catch(() => {{}}); const w = s.writable.getWriter(); return w.write({chunk}).then(() => 'written', e => e.name) }})()"
            ),
            "TypeError",
        );
    }
}

#[test]
fn a_bomb_is_held_back_and_inside_the_limit() {
    let mut js = js();
    js.eval("globalThis.bomb = compression.compress('gzip', new Uint8Array(2e8)); 0")
        .expect("runs");
    js.check("bomb.length < 300000", "true");
    let before = js.live_bytes();
    // Nobody reads more than once: no more than a chunk is made.
    gives(
        &mut js,
        "(async () => { globalThis.d = new DecompressionStream('gzip'); globalThis.w = d.writable.getWriter(); w.write(bomb).catch(() => {}); globalThis.r = d.readable.getReader(); return (await r.read()).value.length })()",
        "65536",
    );
    assert!(js.live_bytes() < before + 1_500_000);
    gives(
        &mut js,
        "(async () => { await r.cancel(); return w.closed.then(() => 'closed', () => 'error') })()",
        "error",
    );

    let bomb = js.eval("[...bomb.slice(0, 5000)].join()").expect("bytes");
    let mut js = Js::with_limit_and_groups(8_000_000, &["compression"]);
    js.throws(
        &format!("compression.decompress('gzip', new Uint8Array([{bomb}]))"),
        "TypeError",
    );
    js.throws("{ let all = new Uint8Array(1e6); compression.compress('brotli', all); for (;;) all = new Uint8Array(compression.decompress('gzip', compression.compress('gzip', all)).buffer.transfer(all.length * 2)) }", "InternalError");
}
