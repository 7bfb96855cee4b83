//! `Request`, `Response` and `FormData`, without a network.

mod common;

use common::Js;

fn js() -> Js {
    Js::with_groups(&["fetch"])
}

/// What a promise gives, as a string; a rejection as `Name: message`.
#[track_caller]
fn resolves(js: &mut Js, promise: &str, expected: &str) {
    let code = format!(
        "globalThis.got = undefined; (async () => {promise})()\
         .then((v) => {{ got = String(v) }}, (e) => {{ got = e.name }}); 0"
    );
    js.check(&code, "0");
    js.check("got", expected);
}

#[test]
fn requests_have_what_they_were_made_with() {
    let mut js = js();
    js.check(
        "const r = new Request('HTTP://Example.com/a b#c'); \
         [r.method, r.url, r.mode, r.credentials, r.cache, r.redirect, r.referrer, r.referrerPolicy, \
          r.integrity, r.keepalive, r.destination, r.duplex, r.body, r.bodyUsed, r.signal.aborted].join()",
        "GET,http://example.com/a%20b#c,cors,same-origin,default,follow,about:client,,,false,,half,,false,false",
    );
    js.check(
        "const o = new Request('http://x/', { method: 'put', mode: 'same-origin', credentials: 'omit', \
         cache: 'no-store', redirect: 'manual', referrer: '', referrerPolicy: 'origin', integrity: 'i', \
         keepalive: 1, body: 'b' }); \
         [o.method, o.mode, o.credentials, o.cache, o.redirect, o.referrer, o.referrerPolicy, o.integrity, \
          o.keepalive, o.headers.get('content-type')].join()",
        "PUT,same-origin,omit,no-store,manual,,origin,i,true,text/plain;charset=UTF-8",
    );
    js.check(
        "new Request('http://x/', { method: 'patch' }).method",
        "patch",
    );
    js.check(
        "const c = new AbortController(); const a = new Request('http://x/', { signal: c.signal }); \
         c.abort('r'); [a.signal === c.signal, a.signal.aborted, a.signal.reason].join()",
        "false,true,r",
    );
    js.check(
        "new Request(o).method + new Request(o, { method: 'DELETE', body: 'z' }).method",
        "PUTDELETE",
    );
    js.check("o.bodyUsed", "true");
}

#[test]
fn what_makes_no_request_is_a_type_error() {
    let mut js = js();
    let wrong = [
        "new Request()",
        "new Request('/relative')",
        "new Request('http://u:p@x/')",
        "new Request('http://x/', 1)",
        "new Request('http://x/', { method: 'TRACE' })",
        "new Request('http://x/', { method: 'a b' })",
        "new Request('http://x/', { method: '' })",
        "new Request('http://x/', { mode: 'navigate' })",
        "new Request('http://x/', { mode: 'none' })",
        "new Request('http://x/', { credentials: 'x' })",
        "new Request('http://x/', { cache: 'only-if-cached' })",
        "new Request('http://x/', { redirect: 'x' })",
        "new Request('http://x/', { referrer: 'http://[' })",
        "new Request('http://x/', { signal: {} })",
        "new Request('http://x/', { window: {} })",
        "new Request('http://x/', { body: 'b' })",
        "new Request('http://x/', { method: 'HEAD', body: 'b' })",
        "new Request('http://x/', { mode: 'no-cors', method: 'PUT' })",
        "new Request('http://x/', { method: 'POST', body: new ReadableStream() })",
        "new Request('http://x/', { method: 'POST', body: new ReadableStream(), duplex: 'full' })",
        "new Request('http://x/', { method: 'POST', body: new ReadableStream(), duplex: 'half', keepalive: true })",
        "{ const s = new ReadableStream(); s.getReader(); \
           new Request('http://x/', { method: 'POST', body: s, duplex: 'half' }) }",
        "Request('http://x/')",
        "Request.prototype.url",
    ];
    for code in wrong {
        js.throws(code, "TypeError");
    }
}

#[test]
fn responses_have_what_they_were_made_with() {
    let mut js = js();
    js.check(
        "const r = new Response(); [r.status, r.statusText, r.ok, r.type, r.url, r.redirected, r.body, \
         r.bodyUsed, [...r.headers].length].join()",
        "200,,true,default,,false,,false,0",
    );
    js.check(
        "const o = new Response('b', { status: 404, statusText: 'No', headers: { a: 'b' } }); \
         [o.status, o.statusText, o.ok, [...o.headers].join()].join('|')",
        "404|No|false|a,b,content-type,text/plain;charset=UTF-8",
    );
    js.check(
        "[Response.error().type, Response.error().status].join()",
        "error,0",
    );
    js.check(
        "const d = Response.redirect('http://x/\\u00fc', 307); [d.status, d.headers.get('location')].join()",
        "307,http://x/%C3%BC",
    );
    js.check(
        "const j = Response.json({ a: 1 }, { status: 201 }); [j.status, j.headers.get('content-type')].join()",
        "201,application/json",
    );
    for code in [
        "new Response('', { status: 199 })",
        "new Response('', { status: 600 })",
        "Response.redirect('http://x/', 200)",
    ] {
        js.throws(code, "RangeError");
    }
    for code in [
        "new Response('b', { status: 204 })",
        "new Response('', { statusText: '\\n' })",
        "new Response('', { statusText: '\\u0100' })",
        "Response.json()",
        "Response.json(undefined)",
        "Response.json(Symbol())",
        "Response.redirect('/relative')",
        "Response()",
        "Response.prototype.status",
    ] {
        js.throws(code, "TypeError");
    }
    js.check("new Response(null, { status: 204 }).body", "null");
    js.check(
        "new Response(undefined).body + '' + new Response(null).body",
        "nullnull",
    );
}

#[test]
fn bodies_are_read_once_in_every_form() {
    let mut js = js();
    resolves(&mut js, "new Response('h\\u00e4').text()", "h\u{e4}");
    resolves(&mut js, "new Response('\\ufefftext').text()", "text");
    resolves(&mut js, "(await new Response('[1,2]').json()).length", "2");
    resolves(&mut js, "new Response('nonsense').json()", "SyntaxError");
    resolves(&mut js, "(await new Response('abc').bytes()).length", "3");
    resolves(
        &mut js,
        "(await new Response('abc').arrayBuffer()).byteLength",
        "3",
    );
    resolves(&mut js, "new Response().text()", "");
    resolves(
        &mut js,
        "(await new Response('a', { headers: { 'Content-Type': 'Text/X; a=\"b c\"' } }).blob()).type",
        "text/x;a=\"b c\"",
    );
    resolves(
        &mut js,
        "(await new Response(new Uint8Array(2)).blob()).type",
        "",
    );
    js.check(
        "const used = new Response('x'); used.text(); used.bodyUsed",
        "true",
    );
    resolves(&mut js, "used.text()", "TypeError");
    resolves(&mut js, "used.body.locked", "true");
    js.throws("used.clone()", "TypeError");
    js.check(
        "const read = new Response('x'); read.body.getReader(); read.bodyUsed",
        "false",
    );
    resolves(&mut js, "read.text()", "TypeError");
    resolves(&mut js, "Response.prototype.text.call({})", "TypeError");
    resolves(&mut js, "new Response('x').formData()", "TypeError");
}

#[test]
fn a_body_is_a_stream_of_bytes() {
    let mut js = js();
    js.check("const r = new Response('abc'); [r.body === r.body, r.body instanceof ReadableStream].join()", "true,true");
    resolves(
        &mut js,
        "(await r.body.getReader({ mode: 'byob' }).read(new Uint8Array(2))).value.join()",
        "97,98",
    );
    js.check("r.bodyUsed", "true");
    resolves(
        &mut js,
        "new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array([104, 105])); c.close() } })).text()",
        "hi",
    );
    resolves(
        &mut js,
        "new Response(new ReadableStream({ start(c) { c.enqueue('text'); c.close() } })).text()",
        "TypeError",
    );
    resolves(
        &mut js,
        "new Response(new ReadableStream({ start(c) { c.error(new RangeError('x')) } })).text()",
        "RangeError",
    );
}

#[test]
fn clones_are_independent() {
    let mut js = js();
    resolves(
        &mut js,
        "{ const a = new Response('abc', { headers: { x: '1' } }); const b = a.clone(); \
           b.headers.set('x', '2'); const t = await a.text(); \
           return [t, b.bodyUsed, await b.text(), a.headers.get('x'), b.headers.get('x')].join(); }",
        "abc,false,abc,1,2",
    );
    resolves(
        &mut js,
        "{ const s = new ReadableStream({ start(c) { c.enqueue(new Uint8Array([97])); c.close() } }); \
           const a = new Response(s); const b = a.clone(); const x = await b.bytes(); x[0] = 98; \
           return [await a.text(), x.join()].join(); }",
        "a,98",
    );
    resolves(
        &mut js,
        "{ const c = new AbortController(); \
           const a = new Request('http://x/', { method: 'POST', body: 'b', signal: c.signal }); \
           const b = a.clone(); c.abort(); return [await b.text(), b.signal.aborted, a.bodyUsed].join(); }",
        "b,true,false",
    );
    js.throws("Response.prototype.clone.call({})", "TypeError");
}

#[test]
fn forms_keep_their_entries_in_order() {
    let mut js = js();
    js.check(
        "const f = new FormData(); f.append('a', 1); f.append('b', 'x'); f.append('a', '\\ud800'); \
         [[...f].join('|'), f.get('a'), f.getAll('a').length, f.has('c'), f.get('c')].join('#')",
        "a,1|b,x|a,\u{fffd}#1#2#false#",
    );
    js.check(
        "f.set('a', 'new'); f.set('z', 'y'); f.delete('b'); [...f].join('|')",
        "a,new|z,y",
    );
    js.check(
        "const b = new FormData(); b.append('f', new Blob(['x'], { type: 't/x' })); \
         b.append('g', new File(['y'], 'own')); b.append('h', new File(['z'], 'own'), 'given'); \
         [...b].map(([n, v]) => [n, v instanceof File, v.name, v.type].join(':')).join()",
        "f:true:blob:t/x,g:true:own:,h:true:given:",
    );
    let cases = [
        ("Object.prototype.toString.call(f)", "[object FormData]"),
        (
            "Object.prototype.toString.call(f.keys())",
            "[object FormData Iterator]",
        ),
        (
            "FormData.prototype[Symbol.iterator] === FormData.prototype.entries",
            "true",
        ),
        (
            "[FormData.length, f.append.length, f.get.length, f.forEach.length].join()",
            "0,2,1,1",
        ),
        (
            "'constructor' in Object.getPrototypeOf(f.keys()) && \
          Object.hasOwn(Object.getPrototypeOf(f.keys()), 'constructor')",
            "false",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    for code in [
        "f.append('a')",
        "f.append('a', 'b', 'c')",
        "f.set('a', 'b', 'c')",
        "f.get()",
        "new FormData(null)",
        "new FormData({})",
        "FormData()",
        "FormData.prototype.get.call({}, 'a')",
        "[...FormData.prototype.entries.call({})]",
    ] {
        js.throws(code, "TypeError");
    }
}

#[test]
fn multipart_bodies_are_parsed() {
    let mut js = js();
    js.check(
        "globalThis.parse = (body, boundary = 'b') => new Response(body, { headers: { 'content-type': \
         `multipart/form-data; boundary=${boundary}` } }).formData(); 0",
        "0",
    );
    resolves(
        &mut js,
        "[...await parse('--b\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\nx\\r\\ny\\r\\n--b--\\r\\n')].join()",
        "a,x\r\ny",
    );
    resolves(
        &mut js,
        "{ const f = await parse('--b\\r\\ncontent-disposition: form-data; name=\"n%22\"; filename=\"f%0A\"\\r\\n\\r\\n--\\r\\n--b--'); \
           const v = f.get('n\"'); return [v.name, v.type, await v.text()].join('|'); }",
        "f\n|text/plain|--",
    );
    resolves(&mut js, "[...await parse('--b--')].length", "0");
    for body in [
        "",
        "--b",
        "--b\\r\\n\\r\\nx\\r\\n--b--",
        "--b\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\nx",
        "--c--",
    ] {
        resolves(&mut js, &format!("parse('{body}')"), "TypeError");
    }
}

#[test]
fn interfaces_look_as_web_idl_says() {
    let mut js = js();
    let cases = [
        (
            "[fetch.length, fetch.name, Request.length, Response.length].join()",
            "1,fetch,1,0",
        ),
        ("'prototype' in fetch", "false"),
        ("Object.keys(globalThis).includes('fetch')", "true"),
        (
            "Object.prototype.toString.call(new Response())",
            "[object Response]",
        ),
        (
            "Object.keys(Response.prototype).includes('json') && Object.keys(Response).join()",
            "error,redirect,json",
        ),
        (
            "Object.getOwnPropertyDescriptor(Request.prototype, 'body').get.name",
            "get body",
        ),
        (
            "Object.getOwnPropertyDescriptor(Request.prototype, 'url').set",
            "undefined",
        ),
        (
            "class R extends Response {}; new R('x') instanceof R",
            "true",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    resolves(&mut js, "fetch()", "TypeError");
}

#[test]
fn forms_keep_a_byte_order_mark() {
    let mut js = js();
    resolves(
        &mut js,
        "{ const form = await new Response('\\ufeffa=\\ufeffb', { headers: { 'content-type': \
         'application/x-www-form-urlencoded' } }).formData(); \
         return [...form].flat().map((text) => text.length + text.at(-1)).join(); }",
        "2a,2b",
    );
}

#[test]
fn the_type_of_a_blob_is_what_the_header_says() {
    let mut js = js();
    let type_of = |header: &str| {
        format!(
            "(await new Response('x', {{ headers: {{ 'content-type': '{header}' }} }}).blob()).type"
        )
    };
    resolves(
        &mut js,
        &type_of("TEXT/HTML;CHARSET=GBK"),
        "text/html;charset=GBK",
    );
    resolves(&mut js, &type_of("a/b;c=\\xe9"), "a/b;c=\"\u{e9}\"");
    resolves(&mut js, &type_of("nothing"), "");
    resolves(
        &mut js,
        "{ const form = new FormData(); const boundary = /boundary=(.*)$/; \
         const response = new Response(form); \
         return boundary.exec((await response.clone().blob()).type)[1] === \
         boundary.exec(response.headers.get('content-type'))[1]; }",
        "true",
    );
}

#[test]
fn what_is_cloned_shares_no_chunk() {
    let mut js = js();
    resolves(
        &mut js,
        "{ const chunk = new Uint16Array([1, 2]); \
         const response = new Response(new ReadableStream({ start(c) { c.enqueue(chunk); c.close(); } })); \
         const other = response.clone(); \
         const [a, b] = [await response.body.getReader().read(), await other.body.getReader().read()]; \
         return [a.value === chunk, b.value === chunk, b.value.constructor === Uint16Array, b.value].join(); }",
        "true,false,true,1,2",
    );
    resolves(
        &mut js,
        "{ const response = new Response(new ReadableStream({ start(c) { c.enqueue(() => {}); } })); \
         response.clone(); \
         return await response.body.getReader().read().catch((error) => error.name); }",
        "DataCloneError",
    );
}

#[test]
fn a_body_that_another_request_took_is_used() {
    let mut js = js();
    js.check(
        "const looked = new Request('http://x/', { method: 'POST', body: 'b' }); const own = looked.body; \
         const taker = new Request(looked); \
         [looked.bodyUsed, looked.body === own, taker.bodyUsed, taker.body === own].join()",
        "true,true,false,false",
    );
    resolves(&mut js, "taker.text()", "b");
}

#[test]
fn consuming_what_is_no_response_rejects_once() {
    let mut js = js();
    for method in ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] {
        resolves(
            &mut js,
            &format!("Response.prototype.{method}.call({{}})"),
            "TypeError",
        );
    }
    assert!(js.heard.errors.borrow().is_empty());
}

#[test]
fn nobody_is_asked_for_then_while_a_body_is_read() {
    let mut js = js();
    resolves(
        &mut js,
        "{ const bytes = new TextEncoder().encode('hello'); \
         const response = new Response(new ReadableStream({ start(c) { c.enqueue(bytes); c.close(); } })); \
         let asked = 0; \
         Object.prototype.then = (resolve) => { asked++; delete Object.prototype.then; resolve('injected'); }; \
         const text = await response.text(); delete Object.prototype.then; \
         return [text, asked].join(); }",
        "hello,0",
    );
}

#[test]
fn a_request_keeps_the_blob_of_its_url() {
    let mut js = js();
    resolves(
        &mut js,
        "{ const url = URL.createObjectURL(new Blob(['kept'])); const request = new Request(url); \
         URL.revokeObjectURL(url); const answer = await fetch(request.clone()); \
         return [await answer.text(), answer.headers.get('content-type') === '', \
         await fetch(url).catch((error) => error.name)].join(); }",
        "kept,true,TypeError",
    );
    resolves(
        &mut js,
        "{ const url = URL.createObjectURL(new Blob(['kept'])); URL.revokeObjectURL(url + '#part'); \
         return (await fetch(url + '#part')).text(); }",
        "kept",
    );
}

#[test]
fn integrity_needs_no_padding() {
    let mut js = js();
    // Of "a", with and without padding, and as base64url.
    for hash in [
        "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs=",
        "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs",
        "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs",
    ] {
        let fetched = format!("(await fetch('data:,a', {{ integrity: 'sha256-{hash}' }})).text()");
        resolves(&mut js, &fetched, "a");
    }
    resolves(
        &mut js,
        "fetch('data:,b', { integrity: 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs' })",
        "TypeError",
    );
}
