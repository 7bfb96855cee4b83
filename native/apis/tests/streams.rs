//! Streams: WHATWG Streams Standard.

mod common;

use common::Js;

fn js() -> Js {
    let mut js = Js::with_groups(&["fetch"]);
    js.eval(
        "globalThis.out = []; \
         globalThis.log = (...values) => out.push(...values); \
         globalThis.collect = async (stream) => { const all = []; for await (const chunk of stream) all.push(chunk); return all; }; \
         globalThis.of = (...chunks) => new ReadableStream({ start(c) { chunks.forEach((chunk) => c.enqueue(chunk)); c.close(); } });",
    )
    .expect("runs");
    js
}

/// What an async function's body logs.
#[track_caller]
fn check(js: &mut Js, body: &str, expected: &str) {
    let code = format!(
        "out = []; (async () => {{ {body} }})().catch((error) => out.push('failed: ' + error)); ''"
    );
    js.eval(&code).expect("runs");
    js.check("out.join()", expected);
}

#[test]
fn reading() {
    let mut js = js();
    check(&mut js, "log(await collect(of(1, 2, 3)))", "1,2,3");
    check(
        &mut js,
        "const r = of('a').getReader(); log(JSON.stringify(await r.read()), JSON.stringify(await r.read()), await r.closed)",
        r#"{"value":"a","done":false},{"done":true},"#,
    );
}
