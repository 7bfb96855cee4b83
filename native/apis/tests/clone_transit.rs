//! Values on their way from one heap to another.

mod common;

use common::Js;
use quickbeam_apis::clone::{Serialized, serialize};
use quickbeam_engine::{JsResult, Value};

impl Js {
    /// Serialize what `code` gives, `[value, transfer]`.
    fn send(&mut self, code: &str) -> Result<Serialized, String> {
        let code = code.to_owned();
        self.with(move |cx| {
            let pair = cx.eval(&code, "test.js", false);
            let sent = pair.and_then(|pair| {
                let transfer = pair.get_index(1)?;
                let count = transfer.length()? as u32;
                let transfer: Vec<Value> = (0..count)
                    .map(|at| transfer.get_index(at))
                    .collect::<JsResult<_>>()?;
                serialize(cx, &pair.get_index(0)?, &transfer)
            });
            sent.map_err(|thrown| cx.catch(thrown).to_text().unwrap_or_default())
        })
    }

    /// Put it into the globals `got` and `moved`.
    fn receive(&mut self, sent: Serialized) -> Result<(), String> {
        self.with(move |cx| {
            let received = sent.deserialize(cx).and_then(|(value, transferred)| {
                let moved = cx.array()?;
                for (at, item) in (0..).zip(transferred) {
                    moved.define_index(at, item)?;
                }
                cx.global().define("got", value)?;
                cx.global().define("moved", moved)
            });
            received.map_err(|thrown| cx.catch(thrown).to_text().unwrap_or_default())
        })
    }
}

/// Send `[value, transfer]` and check the expression `code` at the other end.
#[track_caller]
fn passes(value: &str, code: &str, expected: &str) {
    let (mut a, mut b) = (Js::new(), Js::new());
    let sent = a.send(value).expect(value);
    // By way of another thread.
    let sent = std::thread::spawn(move || sent).join().expect("no panic");
    b.receive(sent).expect(value);
    assert_eq!(b.eval(code).as_deref(), Ok(expected), "{value}: {code}");
}

#[test]
fn primitives_pass() {
    for (value, code, expected) in [
        ("[1, []]", "got", "1"),
        ("[-0, []]", "Object.is(got, -0)", "true"),
        ("[0.1 + 0.2, []]", "got", "0.30000000000000004"),
        ("[undefined, []]", "got === undefined", "true"),
        ("[null, []]", "got === null", "true"),
        ("['gr\\u00fc\\u00df \\u{1F600}', []]", "got", "grüß 😀"),
        ("['\\ud800x', []]", "got === '\\ud800x'", "true"),
        ("[-(10n ** 40n), []]", "got === -(10n ** 40n)", "true"),
        ("[{ ['\\udfff']: 1 }, []]", "got['\\udfff']", "1"),
        (
            "[{ 10: 'a', b: 2 }, []]",
            "JSON.stringify(got)",
            "{\"10\":\"a\",\"b\":2}",
        ),
    ] {
        passes(value, code, expected);
    }
}

#[test]
fn graphs_pass() {
    for (value, code, expected) in [
        (
            "[(() => { const o = { list: [1, , 3] }; o.self = o; o.map = new Map([[o, new Set([o])]]); return o })(), []]",
            "[got.self === got, 1 in got.list, got.list.length, got.map.get(got).has(got)].join()",
            "true,false,3,true",
        ),
        (
            "[new RangeError('r', { cause: new TypeError('t') }), []]",
            "[got instanceof RangeError, got.message, got.cause instanceof TypeError, got.cause.message].join()",
            "true,r,true,t",
        ),
        (
            "[new DOMException('m', 'AbortError'), []]",
            "[got instanceof DOMException, got.name, got.code].join()",
            "true,AbortError,20",
        ),
        (
            "[[new Date(5), /a/gi, Object('s'), Object(2n)], []]",
            "[+got[0], String(got[1]), typeof got[2], got[3] + 0n].join()",
            "5,/a/gi,object,2",
        ),
        (
            "[(() => { let deep = null; for (let i = 0; i < 200000; i++) deep = { deep }; return deep })(), []]",
            "let n = 0; for (let o = got; o; o = o.deep) n++; n",
            "200000",
        ),
        ("[new Array(4294967295), []]", "got.length", "4294967295"),
        (
            "[[new Uint16Array([1, 2]), new DataView(new ArrayBuffer(4), 1)], []]",
            "[got[0].join(), got[1].byteOffset, got[1].byteLength].join()",
            "1,2,1,3",
        ),
        (
            "[new Uint8Array(new ArrayBuffer(2, { maxByteLength: 8 })), []]",
            "got.buffer.resize(5); [got.length, got.buffer.maxByteLength].join()",
            "5,8",
        ),
    ] {
        passes(value, code, expected);
    }
}

#[test]
fn transferred_buffers_move() {
    let (mut a, mut b) = (Js::new(), Js::new());
    a.eval("globalThis.bytes = new Uint8Array([1, 2, 3]); globalThis.r = new ArrayBuffer(1, { maxByteLength: 9 })")
        .expect("runs");
    let sent = a.send("[{ bytes }, [r, bytes.buffer]]").expect("is sent");
    a.check(
        "[bytes.length, bytes.buffer.detached, r.detached].join()",
        "0,true,true",
    );
    b.receive(sent).expect("arrives");
    b.check(
        "[got.bytes.join(''), moved.length, moved[1] === got.bytes.buffer, moved[0].maxByteLength].join()",
        "123,2,true,9",
    );
}

#[test]
fn what_cannot_pass_is_refused_and_nothing_is_detached() {
    let mut a = Js::new();
    a.eval("globalThis.kept = new ArrayBuffer(3)")
        .expect("runs");
    for value in [
        "[() => 1, [kept]]",
        "[Symbol(), [kept]]",
        "[1, [kept, kept]]",
        "[1, [kept, {}]]",
        "[1, [kept, new SharedArrayBuffer(1)]]",
        "[[new SharedArrayBuffer(1), () => 1], [kept]]",
        "[new TextDecoder(), [kept]]",
        "[{ get a() { late.transfer() } }, [kept, globalThis.late = new ArrayBuffer(1)]]",
    ] {
        let error = a.send(value).err().expect(value);
        assert!(error.starts_with("DataCloneError"), "{value}: {error}");
        a.check("kept.byteLength", "3");
    }
}

#[test]
fn the_sender_pays_until_it_is_taken() {
    let (mut a, mut b) = (Js::new(), Js::new());
    let before = a.live_bytes();
    let sent = a.send("['x'.repeat(1e6), []]").expect("is sent");
    assert!(a.live_bytes() > before + 1_000_000);
    b.receive(sent).expect("arrives");
    a.run_tasks();
    assert!(a.live_bytes() < before + 100_000);
    // Nobody takes it, and the heap it comes from may be gone.
    let dropped = a.send("[new Uint8Array(1e6), []]").expect("is sent");
    drop(dropped);
    a.run_tasks();
    assert!(a.live_bytes() < before + 100_000);
    let orphan = a.send("[{ a: 'x'.repeat(1e5) }, []]").expect("is sent");
    drop(a);
    b.receive(orphan).expect("arrives");
    b.check("got.a.length", "100000");
}

#[test]
fn the_limits_of_both_ends_hold() {
    let mut a = Js::with_limit(4_000_000);
    a.eval("globalThis.big = new Uint8Array(3e6); 0")
        .expect("runs");
    let error = a.send("[big, []]").err().expect("too much");
    assert!(error.contains("out of memory"), "{error}");
    a.eval("globalThis.small = new Uint8Array(1e5); 0")
        .expect("runs");
    let kept: Vec<_> = std::iter::from_fn(|| a.send("[small, []]").ok()).collect();
    assert!(kept.len() < 20, "{} messages of 100 KB", kept.len());
    drop(kept);
    a.send("[small, []]").expect("there is room again");

    let sent = Js::new()
        .send("[new Uint8Array(3e6), []]")
        .expect("is sent");
    let error = Js::with_limit(1_000_000)
        .receive(sent)
        .expect_err("too much");
    assert!(error.contains("out of memory"), "{error}");
}

#[test]
fn shared_memory_stays_in_its_heap() {
    let (mut a, mut b) = (Js::new(), Js::new());
    a.eval("globalThis.sab = new SharedArrayBuffer(4)")
        .expect("runs");
    let sent = a.send("[[sab, new Uint8Array(sab)], []]").expect("is sent");
    a.receive(sent).expect("arrives");
    a.check(
        "got[1][3] = 9; [got[0] === sab, got[0] === got[1].buffer, new Uint8Array(sab)[3]].join()",
        "false,true,9",
    );
    let sent = a.send("[sab, []]").expect("is sent");
    let error = b.receive(sent).expect_err("another heap");
    assert!(error.starts_with("DataCloneError"), "{error}");
    // What never arrives lets go of the buffer.
    let before = a.live_bytes();
    drop(a.send("[new SharedArrayBuffer(1e6), []]").expect("is sent"));
    assert!(a.live_bytes() > before + 1_000_000);
    a.run_tasks();
    assert!(a.live_bytes() < before + 10_000);
}
