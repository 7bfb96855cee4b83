//! `Headers`, by the Fetch Standard.

mod common;

use common::Js;

fn js() -> Js {
    Js::with_groups(&["fetch"])
}

#[test]
fn lists_are_made_of_sequences_records_and_headers() {
    let mut js = js();
    let cases = [
        ("[...new Headers()].length", "0"),
        ("[...new Headers({ B: '1', a: '2' })].join('|')", "a,2|b,1"),
        (
            "[...new Headers([['X', '1'], ['x', ' 2\\t']])].join('|')",
            "x,1, 2",
        ),
        ("[...new Headers(new Headers({ a: 'b' }))].join()", "a,b"),
        ("[...new Headers(new Map([['a', 'b']]))].join()", "a,b"),
        ("[...new Headers([new Set(['a', 'b'])])].join()", "a,b"),
        ("new Headers({ a: 1 }).get('A')", "1"),
        ("new Headers({ a: '\\u00ff' }).get('a')", "\u{ff}"),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    let wrong = [
        "new Headers(null)",
        "new Headers(1)",
        "new Headers('a')",
        "new Headers([['a']])",
        "new Headers([['a', 'b', 'c']])",
        "new Headers(['ab'])",
        "new Headers({ 'a b': 'c' })",
        "new Headers({ '': 'c' })",
        "new Headers({ a: 'b\\nc' })",
        "new Headers({ a: 'b\\0' })",
        "new Headers({ a: '\\u0100' })",
        "new Headers({ '\\u0100': 'a' })",
        "new Headers({ [Symbol()]: 'a' })",
        "Headers()",
        "new Headers().append('a')",
        "new Headers().get('a b')",
        "new Headers().has('')",
        "new Headers().delete('\\u00e9')",
        "Headers.prototype.get.call({}, 'a')",
        "new Headers().forEach()",
        "new Headers().forEach({})",
    ];
    for code in wrong {
        js.throws(code, "TypeError");
    }
}

#[test]
fn values_are_combined_replaced_and_deleted() {
    let mut js = js();
    js.check(
        "const h = new Headers({ a: '1' }); h.append('A', '2'); h.append('b', ''); \
         [h.get('a'), h.get('b'), h.get('c'), h.has('B')].join('|')",
        "1, 2|||true",
    );
    js.check("h.set('a', '3'); h.delete('B'); [...h].join()", "a,3");
    js.check(
        "h.append('Set-Cookie', 'x=1'); h.append('set-cookie', 'y=2'); \
         [h.get('set-cookie'), h.getSetCookie().join('|'), [...h.keys()].join()].join('#')",
        "x=1, y=2#x=1|y=2#a,set-cookie,set-cookie",
    );
    js.check(
        "const s = new Headers([['a', '1'], ['b', '2'], ['a', '3']]); s.set('a', '4'); [...s].join('|')",
        "a,4|b,2",
    );
}

#[test]
fn iterators_see_changes_under_way() {
    let mut js = js();
    js.check(
        "const h = new Headers({ a: '1', c: '3' }); const seen = []; \
         for (const [name] of h) { seen.push(name); if (name === 'a') h.append('b', '2'); } \
         seen.join()",
        "a,b,c",
    );
    js.check(
        "const found = []; h.forEach(function (value, name, all) { \
         found.push(name + value + (all === h) + this); }, 'me'); found.join('|')",
        "a1trueme|b2trueme|c3trueme",
    );
    let cases = [
        (
            "Headers.prototype[Symbol.iterator] === Headers.prototype.entries",
            "true",
        ),
        (
            "Object.prototype.toString.call(h.keys())",
            "[object Headers Iterator]",
        ),
        (
            "Object.getPrototypeOf(Object.getPrototypeOf(h.keys())) === \
             Object.getPrototypeOf(Object.getPrototypeOf([].values()))",
            "true",
        ),
        ("Object.prototype.toString.call(h)", "[object Headers]"),
        (
            "[Headers.length, h.append.length, h.get.length, h.forEach.length, h.append.name].join()",
            "0,2,1,1,append",
        ),
        (
            "Object.keys(Headers.prototype).includes('getSetCookie')",
            "true",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    js.throws("Object.getPrototypeOf(h.keys()).next.call({})", "TypeError");
}

#[test]
fn guards_hold() {
    let mut js = js();
    js.check(
        "const r = new Request('http://x/', { headers: { Host: 'a', 'Content-Length': '1', Cookie: 'c', \
         'Transfer-Encoding': 'chunked', 'X-Own': '1' } }); [...r.headers].join('|')",
        "cookie,c|x-own,1",
    );
    js.check(
        "r.headers.set('connection', 'close'); r.headers.has('connection')",
        "false",
    );
    js.check(
        "const n = new Request('http://x/', { mode: 'no-cors', headers: { Accept: 'a', 'X-Own': '1', \
         Range: 'bytes=0-1', 'Content-Type': 'application/json', 'Accept-Language': 'en' } }); \
         [...n.headers].join('|')",
        "accept,a|accept-language,en",
    );
    js.throws("Response.error().headers.append('a', 'b')", "TypeError");
    js.throws(
        "Response.redirect('http://x/').headers.delete('location')",
        "TypeError",
    );
    js.check(
        "const s = new Response('', { headers: { 'Set-Cookie': 'a=1' } }); s.headers.getSetCookie().join()",
        "a=1",
    );
}

#[test]
fn what_headers_hold_counts_and_is_given_back() {
    let mut js = Js::with_limit_and_groups(4_000_000, &["fetch"]);
    js.throws(
        "(() => { const h = new Headers(); for (let i = 0; ; i++) h.append('x' + i, 'y'.repeat(10000)) })()",
        "InternalError",
    );
    js.check(
        "for (let i = 0; i < 1000; i++) new Headers({ a: 'y'.repeat(100000) }); 'ok'",
        "ok",
    );
}

#[test]
fn a_name_is_converted_before_its_value_is_got() {
    let mut js = js();
    js.check(
        "const got = []; const record = new Proxy({ a: 'b', '\\uffff': 'c' }, { \
         get: (o, key) => { got.push(String(key)); return o[key]; } }); \
         try { new Headers(record) } catch (error) { got.push(error.name) } got.join()",
        "Symbol(Symbol.iterator),a,TypeError",
    );
}
