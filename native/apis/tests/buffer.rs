//! Buffer, against what Node 20 answers: pairs of an expression and `=> ` its text,
//! or the name, code and message of what it throws, in buffer_values.in.

mod common;

use common::Js;

/// What differs from Node on purpose.
const OURS: &[&str] = &[
    // No mixed arithmetic is reached: the type is refused at once.
    "Buffer.alloc(8).writeBigInt64LE(5)",
    // The longest buffer of the engine is half as long.
    "Buffer.alloc(-1)",
    "Buffer.alloc(NaN)",
    "Buffer.concat([Buffer.from('a')], -1)",
    "Buffer.alloc(5).fill(1, -1)",
    // Small buffers have no pool in common.
    "Buffer.from('abc').parent === Buffer.from('abc').buffer",
];

#[test]
fn answers_as_node_does() {
    let mut js = Js::with_groups(&["buffer"]);
    let lines: Vec<&str> = include_str!("buffer_values.in").lines().collect();
    let mut wrong = Vec::new();
    for pair in lines.chunks_exact(2) {
        let (code, expected) = (pair[0], pair[1].strip_prefix("=> ").expect("a result"));
        if OURS.contains(&code) || code.contains("require(") {
            continue;
        }
        let asked = format!(
            "(() => {{ let found; try {{ found = String({code}) }} catch (e) {{ found = `${{e.name}} ${{e.code}}: ${{e.message}}` }} \
             const expected = {expected}; return found === expected ? '' : `${{found}}\\n   not ${{expected}}` }})()"
        );
        match js.eval(&asked) {
            Ok(difference) if difference.is_empty() => {}
            other => wrong.push(format!(
                "{code}\n       {}",
                other.unwrap_or_else(|error| error)
            )),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_console_writes_it_as_node_does() {
    let mut js = Js::with_groups(&["buffer", "console"]);
    assert_eq!(js.log("Buffer.from('abc')"), "<Buffer 61 62 63>");
    assert_eq!(js.log("{ a: Buffer.alloc(0) }"), "{ a: <Buffer > }");
    assert_eq!(
        js.log("Buffer.alloc(52)"),
        format!("<Buffer{} ... 2 more bytes>", " 00".repeat(50))
    );
    assert_eq!(js.log("new Uint8Array(1)"), "Uint8Array(1) [ 0 ]");
}

#[test]
fn subarrays_share_and_large_ones_are_counted() {
    let mut js = Js::with_limit_and_groups(4_000_000, &["buffer"]);
    js.throws("Buffer.alloc(5e6)", "InternalError");
    js.throws(
        "Buffer.from('x'.repeat(1e6)).toString('hex').repeat(2)",
        "InternalError",
    );
    js.check("Buffer.from('ok').toString()", "ok");
}
