//! What the standard says and the untouched engine does otherwise.

mod budget;

use budget::Engine;

#[test]
fn names_of_function_expressions_that_the_standard_forbids() {
    let allowed = [
        "function await() {}",
        "async () => { (function await() {}) }",
        "function yield() {}",
        "function* g() { (function yield() {}) }",
    ];
    let forbidden = [
        "async function await() {}",
        "async function* await() {}",
        "async () => { (async function await() {}) }",
        "async () => { (async function* await() {}) }",
        "function* yield() {}",
        "function* g() { (function* yield() {}) }",
    ];
    let mut engine = Engine::new();
    let mut compile = |code: &str| {
        let code = format!("try {{ Function(`({code})`); 'fine' }} catch (e) {{ e.name }}");
        engine.text(&code).expect("it ends")
    };
    for code in allowed {
        assert_eq!(compile(code), "fine", "{code}");
    }
    for code in forbidden {
        assert_eq!(compile(code), "SyntaxError", "{code}");
    }
}

/// What `code`, the body of an async function, gives once all jobs are done.
fn settled(code: &str) -> String {
    let mut engine = Engine::new();
    let started = format!(
        "var answer; (async () => {{ {code} }})().then(v => answer = v, e => answer = 'threw ' + e)"
    );
    assert!(engine.eval(&started, false), "{code}");
    while engine.job() > 0 {}
    engine.text("String(answer)").expect("it ends")
}

#[test]
fn a_sync_iterator_is_closed_where_its_value_rejects() {
    for (value, step) in [
        ("Promise.reject('no')", "for await (const x of it);"),
        (
            "Promise.reject('no')",
            "await (async function* () { yield* it })().next();",
        ),
        (
            "Object.defineProperty(Promise.resolve(), 'constructor', { get() { throw 'no' } })",
            "for await (const x of it);",
        ),
    ] {
        let code = format!(
            "let closed = 0;
             const it = {{ [Symbol.iterator]: () => ({{
                 next: () => ({{ done: false, value: {value} }}),
                 return() {{ closed++; return {{}} }},
             }}) }};
             try {{ {step} }} catch (e) {{ return e + closed }}"
        );
        assert_eq!(settled(&code), "no1", "{value} {step}");
    }
    let ended = "let closed = 0;
        const it = { [Symbol.iterator]: () => ({
            next: () => ({ done: true, value: Promise.reject('no') }),
            return() { closed++; return {} },
        }) };
        try { await (async function* () { yield* it })().next() } catch (e) { return e + closed }";
    assert_eq!(settled(ended), "no0");
}

#[test]
fn an_iterator_whose_next_fails_is_not_closed() {
    for (next, expected) in [
        ("() => Promise.reject('no')", "no0"),
        ("() => { throw 'no' }", "no0"),
        ("async () => { throw 'no' }", "no0"),
        (
            "async () => 1",
            "TypeError: iterator must return an object0",
        ),
        ("async () => ({ get done() { throw 'no' } })", "no0"),
        (
            "async () => ({ done: false, get value() { throw 'no' } })",
            "no0",
        ),
        ("async () => ({ done: false, value: 1 })", "body1"),
    ] {
        let code = format!(
            "let closed = 0;
             const it = {{ [Symbol.asyncIterator]: () => ({{
                 next: {next}, return() {{ closed++; return {{}} }},
             }}) }};
             try {{ for await (const x of it) throw 'body' }} catch (e) {{ return e + closed }}"
        );
        assert_eq!(settled(&code), expected, "{next}");
    }
    let loops = "async function* g(n) { try { while (n--) yield n } finally { log.push('end') } }
        const log = [];
        for await (const x of g(3)) { if (x === 2) continue; log.push(x) }
        for await (const x of g(9)) break;
        log.push(await (async () => { for await (const x of g(5)) return x })());
        for await (const x of ['a', Promise.resolve('b')]) for await (const y of g(1)) log.push(x + y);
        return log.join()";
    assert_eq!(settled(loops), "1,0,end,end,end,4,a0,end,b0,end");
}

#[test]
fn keys_and_values_in_their_order() {
    let mut engine = Engine::new();
    for (code, expected) in [
        // A key is made of what stands in brackets before the value is looked at.
        ("let v = 1; const k = { toString() { v = 2; return 'p' } }; ({ [k]: v }).p", "2"),
        ("({ [1.5]: 'a' })[1.5] + Object.keys({ [2 ** 33]: 0 })", "a8589934592"),
        // An assignment makes it when it puts the value.
        ("{ const log = []; const k = { toString() { log.push('key'); return 'p' } };
          const o = {}; o[k] = (log.push('value'), 3); log.join() + o.p }", "value,key3"),
        ("{ let key = 0; try { null[{ toString() { key++ } }] = 1 } catch (e) { e.name + key } }", "TypeError0"),
        ("{ let ran = 0; try { undefined.x[0] = ran++ } catch (e) { e.name + ran } }", "TypeError0"),
        ("{ let ran = 0; const o = null; try { o['x'] = ran++ } catch (e) { e.message + ran } }",
         "cannot set property 'x' of null1"),
        ("{ const log = []; const k = { toString() { log.push('key'); return 'p' } };
          class A { m() { super[k] = log.push('value'); return log.join() + this.p } }; new A().m() }", "value,key1"),
        ("{ const o = {}; let i = 0; for (o[i++] of ['a', 'b']); [o[i++], o[i++]] = 'cd';
          ({ x: o[i++] } = { x: 'e' }); JSON.stringify(o) }",
         r#"{"0":"a","1":"b","2":"c","3":"d","4":"e"}"#),
        ("{ const a = [1]; a[0] += 2; a[0]++; a[1] ??= 7; a[a.length] = 8; a['x'] = a[1.5] = 9; a.join() + a.x + a[1.5] }",
         "4,7,899"),
    ] {
        assert_eq!(engine.text(code).as_deref(), Some(expected), "{code}");
    }
}

#[test]
fn a_field_named_get_before_a_generator() {
    let mut engine = Engine::new();
    let code = "class A { get\n*a() {} static set\n*b() {} get\nc() { return 1 } }
        'get' in new A() && 'set' in A && typeof A.prototype.a + typeof A.prototype.b + new A().c";
    assert_eq!(engine.text(code).as_deref(), Some("functionfunction1"));
    let inside = "try { Function('({ get\\n*a() {} })') } catch (e) { e.name }";
    assert_eq!(engine.text(inside).as_deref(), Some("SyntaxError"));
}

#[test]
fn atomics_read_the_length_before_the_index() {
    let mut engine = Engine::new();
    let code = "const buffer = new ArrayBuffer(8, { maxByteLength: 8 }), view = new Int32Array(buffer);
        const shrunk = Atomics.notify(view, { valueOf() { buffer.resize(0); return 1 } }, 1);
        buffer.resize(4);
        let grown = [];
        try { Atomics.notify(view, { valueOf() { buffer.resize(8); return 1 } }) } catch (e) { grown = e.name }
        try { Atomics.store(view, { valueOf() { buffer.resize(0); return 1 } }, 1) } catch (e) { grown += e.name }
        shrunk + grown";
    assert_eq!(engine.text(code).as_deref(), Some("0RangeErrorRangeError"),);
}

#[test]
fn a_stack_begins_with_name_and_message() {
    let mut engine = Engine::new();
    for (code, expected) in [
        ("new TypeError('bad').stack", "TypeError: bad\n    at "),
        ("new Error().stack", "Error\n    at "),
        (
            "class E extends Error { constructor(m) { super(m); this.name = 'E' } } new E('a\\nb').stack",
            "E: a\nb\n    at E (",
        ),
        (
            "class F extends Error { get name() { return 'F' } } new F('x').stack",
            "F: x\n    at F (",
        ),
        (
            "{ const o = {}; Error.captureStackTrace(o); o.stack }",
            "Error\n    at ",
        ),
        (
            "{ const e = new Error('a'); e.message = 'b'; Error.captureStackTrace(e); e.message = 'c'; e.stack }",
            "Error: b\n    at ",
        ),
        // What is no text takes nothing away.
        (
            "{ const e = new Error('x'); e.name = Symbol(); e.stack }",
            "    at ",
        ),
        (
            "{ const e = new Error('x'); e.stack = 'mine'; e.stack }",
            "mine",
        ),
        (
            "{ Error.stackTraceLimit = 0; const e = new Error('x'); Error.stackTraceLimit = 10; e.stack }",
            "Error: x",
        ),
        (
            "{ Error.prepareStackTrace = () => '    at home'; const { stack } = new Error('x'); Error.prepareStackTrace = undefined; stack }",
            "    at home",
        ),
        (
            "try { null.x } catch (e) { e.stack }",
            "TypeError: cannot read property 'x' of null\n    at ",
        ),
    ] {
        let text = engine.text(code).unwrap_or_default();
        assert!(text.starts_with(expected), "{code}: {text}");
        assert!(!text.ends_with('\n'), "{code}: {text}");
    }
}

#[test]
fn repeat_gives_whole_texts() {
    let mut engine = Engine::new();
    let code = "const right = (text, n) => {
            const found = text.repeat(n);
            return found.length === text.length * n && found === Array(n + 1).join(text);
        };
        const texts = ['', 'a', 'ab', 'abc', '\u{1F600}x', 'x'.repeat(1000) + 'y'];
        String(texts.every((text) => [0, 1, 2, 3, 7, 64, 1001].every((n) => right(text, n))) &&
            right('abc', 300_001) && right('\u{e4}\u{20ac}', 300_001))";
    assert_eq!(engine.text(code).as_deref(), Some("true"));
}
