//! URL and URLSearchParams: what the conformance data does not say.

mod common;

use common::Js;

fn js() -> Js {
    Js::with_groups(&["url"])
}

#[test]
fn the_interfaces_look_as_web_idl_says() {
    let mut js = js();
    for (code, expected) in [
        (
            "[URL.length, URL.name, URL.canParse.length, URL.parse.length].join()",
            "1,URL,1,1",
        ),
        (
            "Object.keys(URL.prototype).join()",
            "href,origin,protocol,username,password,host,hostname,port,pathname,search,searchParams,hash,toJSON,toString",
        ),
        ("Object.keys(URL).join()", "canParse,parse"),
        (
            "String(Object.getOwnPropertyDescriptor(URL, 'prototype').writable)",
            "false",
        ),
        (
            "Object.prototype.toString.call(new URL('a:b'))",
            "[object URL]",
        ),
        (
            "`${new URL('HTTP://EXAMPLE.com')}` + JSON.stringify(new URL('a:b'))",
            "http://example.com/\"a:b\"",
        ),
        (
            "Object.keys(URLSearchParams.prototype).join()",
            "size,append,delete,get,getAll,has,set,sort,toString,entries,forEach,keys,values",
        ),
        (
            "URLSearchParams.prototype[Symbol.iterator] === URLSearchParams.prototype.entries",
            "true",
        ),
        (
            "[URLSearchParams.length, URLSearchParams.prototype.append.length, URLSearchParams.prototype.delete.length, URLSearchParams.prototype.forEach.length].join()",
            "0,2,1,1",
        ),
        (
            "const it = Object.getPrototypeOf(new URLSearchParams().keys()); [Object.getPrototypeOf(it) === Object.getPrototypeOf(Object.getPrototypeOf([].values())), it[Symbol.toStringTag], Object.keys(it).join(), it.next.length].join()",
            "true,URLSearchParams Iterator,next,0",
        ),
        ("typeof URL.createObjectURL", "undefined"),
        (
            "class My extends URL { more() { return this.host + 1 } } new My('http://a/').more()",
            "a1",
        ),
    ] {
        js.check(code, expected);
    }
    for code in [
        "URL('a:b')",
        "new URL()",
        "new URL('no scheme')",
        "new URL('b', 'also none')",
        "URL.canParse()",
        "new URL(Symbol())",
        "Object.getOwnPropertyDescriptor(URL.prototype, 'href').get.call({})",
        "new URL('a:b').href = 'none'",
        "new URLSearchParams([[1]])",
        "new URLSearchParams([[1, 2, 3]])",
        "new URLSearchParams([1])",
        "new URLSearchParams({ [Symbol()]: 1 })",
        "new URLSearchParams({ [Symbol.iterator]: 1 })",
        "new URLSearchParams().append('a')",
        "new URLSearchParams().forEach()",
        "new URLSearchParams().forEach(1)",
        "URLSearchParams.prototype.get.call({}, 'a')",
        "new URLSearchParams().keys().next.call({})",
    ] {
        js.throws(code, "TypeError");
    }
}

#[test]
fn search_params_are_made_of_many_things() {
    let mut js = js();
    for (init, expected) in [
        ("", ""),
        ("undefined", ""),
        ("null", "null="),
        ("'?a=1&b=%20+&&=&c'", "a=1&b=++&=&c="),
        ("'??a'", "%3Fa="),
        ("[['a', 1], new Set(['b', 2])]", "a=1&b=2"),
        ("{ b: 1, a: 2 }", "b=1&a=2"),
        ("new URLSearchParams('x=%F0%9F%92%A9')", "x=%F0%9F%92%A9"),
        ("new Map([['k', 'v']])", "k=v"),
        ("'a=\\ud800'", "a=%EF%BF%BD"),
        ("'%'", "%25="),
        ("'a=b=c*-._~!'", "a=b%3Dc*-._%7E%21"),
        ("{ '\\ud800': 1, '\\ud801': 2 }", "%EF%BF%BD=2"),
        (
            "Object.create({ inherited: 1 }, { hidden: { value: 1 }, own: { value: 2, enumerable: true } })",
            "own=2",
        ),
    ] {
        js.check(&format!("new URLSearchParams({init}).toString()"), expected);
    }
}

#[test]
fn search_params_change() {
    let mut js = js();
    for (change, expected) in [
        ("p.append('a', 3)", "a=1&b=2&a=2&a=3"),
        ("p.delete('a')", "b=2"),
        ("p.delete('a', 2)", "a=1&b=2"),
        ("p.delete('a', undefined)", "b=2"),
        ("p.set('a', 9)", "a=9&b=2"),
        ("p.set('z', 9)", "a=1&b=2&a=2&z=9"),
        ("p.sort()", "a=1&a=2&b=2"),
        ("for (const [k] of p) p.delete(k)", "b=2"),
        (
            "p.forEach((v, k, all) => { if (all.size < 6) all.append(k, v) })",
            "a=1&b=2&a=2&a=1&b=2&a=2",
        ),
    ] {
        js.check(
            &format!("{{ const p = new URLSearchParams('a=1&b=2&a=2'); {change}; p.toString() }}"),
            expected,
        );
    }
    js.check("{ const p = new URLSearchParams('a=1&a=2'); [p.get('a'), p.getAll('a'), p.get('x'), p.has('a'), p.has('a', '2'), p.has('a', 3), p.size].join('|') }", "1|1,2||true|true|false|2");
    // By code units: U+FFFF comes after a surrogate pair.
    js.check("const s = new URLSearchParams('\\uffff=1&\\u{1F600}=2'); s.sort(); s.get([...s.keys()][0])", "2");
    js.check("const many = new URLSearchParams(Array.from({ length: 5000 }, (_, i) => [(i * 7919) % 5003, i])); many.sort(); const keys = [...many.keys()]; keys.every((k, i) => i === 0 || keys[i - 1] <= k)", "true");
    js.check("const stable = new URLSearchParams(Array.from({ length: 5000 }, (_, i) => [i % 3, i])); stable.sort(); const values = stable.getAll('1').map(Number); values.every((v, i) => i === 0 || values[i - 1] < v)", "true");
}

#[test]
fn a_url_and_its_search_params_are_one() {
    let mut js = js();
    js.eval("globalThis.u = new URL('http://a/?x=1#f'); globalThis.p = u.searchParams")
        .expect("runs");
    for (code, expected) in [
        ("u.searchParams === p", "true"),
        ("p.append('y', 'z z'); u.href", "http://a/?x=1&y=z+z#f"),
        ("u.search = '?q=%41'; p.get('q') + p.size", "A1"),
        ("u.href = 'http://b/?n=2'; p.toString()", "n=2"),
        ("p.delete('n'); u.href", "http://b/"),
        ("u.search = 'a b'; u.search + p", "?a%20ba+b="),
        ("p.sort(); u.search", "?a+b="),
        (
            "u.hash = '#x'; u.pathname = '/p'; u.port = '80'; u.href",
            "http://b/p?a+b=#x",
        ),
        ("p.set('a b', '\\''); u.search", "?a+b=%27"),
    ] {
        js.check(code, expected);
    }
    js.check(
        "const o = new URL('data:space    ?x'); o.searchParams.delete('x'); o.href",
        "data:space   %20",
    );
}

#[test]
fn a_large_url_counts_and_a_cycle_is_garbage() {
    let mut js = js();
    let before = js.live_bytes();
    js.eval("globalThis.big = new URL('http://a/?' + 'x'.repeat(1e6)); big.searchParams; 0")
        .expect("runs");
    assert!(js.live_bytes() > before + 2_000_000);
    js.eval("delete globalThis.big").expect("runs");
    assert!(js.live_bytes() < before + 200_000);

    let mut js = Js::with_limit_and_groups(2_000_000, &["url"]);
    js.throws(
        "{ const p = new URLSearchParams(); for (;;) p.append('k', 'v'.repeat(1000)) }",
        "InternalError",
    );
    js.throws(
        "new URL('http://a/' + '\\u00e9'.repeat(6e5))",
        "InternalError",
    );
    js.check("new URL('http://a/').href", "http://a/");
}

/// A pair so long that it is gone through in parts says what a short one does.
#[test]
fn a_long_pair() {
    let mut js = js();
    js.eval(
        "const same = (piece, times) => {
            const short = [...new URLSearchParams(piece)][0] ?? ['', ''];
            const long = new URLSearchParams(piece.repeat(times)), name = [...long.keys()][0];
            return long.size + ',' + (name === short[0].repeat(times));
         };
         const value = piece => new URLSearchParams('n%20=' + piece.repeat(50000)).get('n ') ===
            new URLSearchParams('n=' + piece).get('n').repeat(50000);",
    )
    .unwrap();
    for piece in [
        "a",
        "+%41",
        "%e2%82%ac",
        "€",
        "%ff",
        "%",
        "%4",
        "%zz",
        "%e2%82x",
        "\u{1f600}%F0%9F%98%80",
    ] {
        js.check(&format!("same('{piece}', 40000)"), "1,true");
        js.check(&format!("value('{piece}')"), "true");
    }
    js.check(
        "new URLSearchParams('a='.repeat(60000)).get('a').length",
        "119998",
    );
    js.check(
        "new URLSearchParams('&&a=1&&' + 'b'.repeat(200000) + '&c=2').size",
        "3",
    );
}
