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

#[test]
fn interfaces() {
    let mut js = js();
    let cases = [
        (
            "ReadableStream.length + ReadableStream.name",
            "0ReadableStream",
        ),
        ("WritableStream.length + TransformStream.length", "0"),
        (
            "ReadableStreamBYOBReader.length + CountQueuingStrategy.length",
            "2",
        ),
        (
            "ReadableStream.from.length + ReadableStream.prototype.pipeTo.length",
            "2",
        ),
        ("ReadableStreamBYOBReader.prototype.read.length", "1"),
        (
            "String(new TransformStream().readable)",
            "[object ReadableStream]",
        ),
        (
            "ReadableStream.prototype[Symbol.asyncIterator] === ReadableStream.prototype.values",
            "true",
        ),
        (
            "Object.prototype.propertyIsEnumerable.call(ReadableStream.prototype, 'values')",
            "true",
        ),
        (
            "new CountQueuingStrategy({ highWaterMark: 'x' }).highWaterMark + \
             new ByteLengthQueuingStrategy({ highWaterMark: 1 }).size({ byteLength: 4 })",
            "NaN",
        ),
        (
            "new CountQueuingStrategy({ highWaterMark: 1 }).size === \
             new CountQueuingStrategy({ highWaterMark: 2 }).size",
            "true",
        ),
        (
            "class Sub extends ReadableStream { get x() { return this.locked; } } new Sub().x",
            "false",
        ),
        (
            "'prototype' in new CountQueuingStrategy({ highWaterMark: 0 }).size",
            "false",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    for code in [
        "new ReadableStream(null)",
        "new ReadableStream({ type: 'other' })",
        "new ReadableStream({ pull: 1 })",
        "new ReadableStream({ type: 'bytes', autoAllocateChunkSize: 0 })",
        "new ReadableStream({}, { size: 1 })",
        "new ReadableStreamDefaultController",
        "new ReadableStreamBYOBRequest",
        "new TransformStreamDefaultController",
        "new ReadableStreamDefaultReader({})",
        "new ReadableStream().getReader({ mode: 'byob' })",
        "new ReadableStream().getReader({ mode: 'x' })",
        "{ const s = new ReadableStream(); s.getReader(); s.getReader() }",
        "{ const s = new WritableStream(); s.getWriter(); s.getWriter() }",
        "ReadableStream.from(5)",
        "new ReadableStream().pipeThrough({ readable: new ReadableStream(), writable: {} })",
        "new CountQueuingStrategy({})",
        "Object.getOwnPropertyDescriptor(ReadableStream.prototype, 'locked').get.call({})",
    ] {
        js.throws(code, "TypeError");
    }
    for code in [
        "new WritableStream({ type: 'x' })",
        "new TransformStream({ readableType: 'x' })",
        "new ReadableStream({}, { highWaterMark: -1 })",
        "new ReadableStream({ type: 'bytes' }, { size() {} })",
    ] {
        js.throws(code, "RangeError");
    }
}

#[test]
fn back_pressure_and_queues() {
    let mut js = js();
    check(
        &mut js,
        "let c; const s = new ReadableStream({ start(controller) { c = controller; }, pull() { log('pull'); } }, \
           new ByteLengthQueuingStrategy({ highWaterMark: 5 })); \
         await 0; log(c.desiredSize); c.enqueue({ byteLength: 9 }); log(c.desiredSize); \
         await s.getReader().read(); await 0; log(c.desiredSize); c.close(); log(c.desiredSize)",
        "pull,5,-4,pull,5,0",
    );
    check(
        &mut js,
        "let c; const s = new ReadableStream({ start(controller) { c = controller; } }, { size() { return -1; } }); \
         try { c.enqueue(1) } catch (error) { log(error.name) } \
         await s.getReader().read().catch((error) => log(error.name))",
        "RangeError,RangeError",
    );
    check(
        &mut js,
        "const s = new WritableStream({ async write(chunk) { log(chunk); } }, { highWaterMark: 2 }); \
         const w = s.getWriter(); log(w.desiredSize); w.write('a'); w.write('b'); log(w.desiredSize); \
         await w.ready; log(w.desiredSize); await w.close(); log(w.desiredSize)",
        "2,0,a,b,1,0",
    );
}

#[test]
fn errors_and_cancelation() {
    let mut js = js();
    check(
        &mut js,
        "const s = new ReadableStream({ cancel(reason) { log('cancel', reason); return 5; } }); \
         log(await s.cancel('why')); log((await s.getReader().read()).done)",
        "cancel,why,,true",
    );
    check(
        &mut js,
        "const s = new ReadableStream({ pull() { throw new Error('broken'); } }); const r = s.getReader(); \
         await r.read().catch((error) => log(error.message)); await r.closed.catch((error) => log(error.message))",
        "broken,broken",
    );
    check(
        &mut js,
        "const r = new ReadableStream().getReader(); const read = r.read(); r.releaseLock(); \
         await read.catch((error) => log(error.name)); await r.closed.catch((error) => log(error.name)); \
         await r.read().catch((error) => log(error.name))",
        "TypeError,TypeError,TypeError",
    );
    check(
        &mut js,
        "const s = new WritableStream({ abort(reason) { log('abort', reason); }, start(c) { \
           c.signal.onabort = () => log('signal', c.signal.reason); } }); const w = s.getWriter(); \
         w.closed.catch((error) => log('closed', error)); await w.abort('why'); \
         await w.write(1).catch((error) => log(error))",
        "signal,why,abort,why,closed,why,why",
    );
    check(
        &mut js,
        "const s = new WritableStream({ write() { throw new Error('full'); } }); const w = s.getWriter(); \
         await w.write(1).catch((error) => log(error.message)); await w.close().catch((error) => log(error.name))",
        "full,TypeError",
    );
    assert!(js.heard.errors.borrow().is_empty());
}

#[test]
fn bytes() {
    let mut js = js();
    // A read-into that the source fills by its request.
    check(
        &mut js,
        "const s = new ReadableStream({ type: 'bytes', pull(c) { const { view } = c.byobRequest; \
           view[0] = 7; log(view.byteLength); c.byobRequest.respond(1); } }); \
         const r = s.getReader({ mode: 'byob' }); const mine = new Uint8Array(4); \
         const { value, done } = await r.read(mine); log(value.length, value[0], mine.length, done)",
        "4,1,7,0,false",
    );
    // `min`, and elements of more than one byte.
    check(
        &mut js,
        "let n = 0; const s = new ReadableStream({ type: 'bytes', pull(c) { c.enqueue(new Uint8Array([++n, 0, n])); } }); \
         const r = s.getReader({ mode: 'byob' }); \
         const { value } = await r.read(new Uint16Array(4), { min: 3 }); log(value.constructor.name, value.length, ...value); \
         log((await r.read(new Uint8Array(9))).value)",
        "Uint16Array,3,1,513,512,3,0,3",
    );
    check(
        &mut js,
        "const s = new ReadableStream({ type: 'bytes', autoAllocateChunkSize: 8, pull(c) { \
           log(c.byobRequest.view.byteLength); c.byobRequest.view[0] = 1; c.byobRequest.respond(1); } }); \
         log((await s.getReader().read()).value.length)",
        "8,1",
    );
    // What a reader leaves unfinished the next one gets.
    check(
        &mut js,
        "let c; const s = new ReadableStream({ type: 'bytes', start(controller) { c = controller; } }); \
         const first = s.getReader({ mode: 'byob' }); const read = first.read(new Uint8Array(4)); \
         first.releaseLock(); await read.catch((error) => log(error.name)); \
         c.byobRequest.view[0] = 5; c.byobRequest.respond(1); \
         log((await s.getReader().read()).value)",
        "TypeError,5",
    );
    check(
        &mut js,
        "let c; const s = new ReadableStream({ type: 'bytes', start(controller) { c = controller; } }); \
         const chunk = new Uint8Array([1, 2, 3]); c.enqueue(chunk); log(chunk.byteLength); \
         for (const bad of [new Uint8Array(), 'text', chunk]) try { c.enqueue(bad); log('taken'); } catch (error) { log(error.name); } \
         c.close(); log(await collect(s))",
        "0,TypeError,TypeError,TypeError,1,2,3",
    );
    check(
        &mut js,
        "const s = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array(3)); c.close(); } }); \
         const r = s.getReader({ mode: 'byob' }); \
         await r.read(new Uint16Array(2)).then(() => log('read'), (error) => log(error.name)); \
         await r.read(new Uint16Array(2)).catch((error) => log(error.name))",
        "read,TypeError",
    );
    for view in [
        "new Uint8Array(0)",
        "new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }))",
        "new Uint8Array(new SharedArrayBuffer(8))",
        "{}",
    ] {
        check(
            &mut js,
            &format!(
                "await new ReadableStream({{ type: 'bytes' }}).getReader({{ mode: 'byob' }}).read({view}).catch((error) => log(error.name))"
            ),
            "TypeError",
        );
    }
}

#[test]
fn tee() {
    let mut js = js();
    check(
        &mut js,
        "const [a, b] = of(1, 2).tee(); log(await collect(a), '|', await collect(b))",
        "1,2,|,1,2",
    );
    check(
        &mut js,
        "const s = new ReadableStream({ cancel(reasons) { log(reasons); } }); const [a, b] = s.tee(); \
         const first = a.cancel('a'); await b.cancel('b'); await first; log(s.locked)",
        "a,b,true",
    );
    // Of bytes each branch has a copy of its own.
    check(
        &mut js,
        "const s = new ReadableStream({ type: 'bytes', start(c) { c.enqueue(new Uint8Array([1, 2])); c.close(); } }); \
         const [a, b] = s.tee(); const one = await collect(a), two = await collect(b); \
         one[0][0] = 9; log(two[0], one[0].buffer === two[0].buffer)",
        "1,2,false",
    );
    check(
        &mut js,
        "let n = 0; const s = new ReadableStream({ type: 'bytes', pull(c) { \
           if (c.byobRequest) { c.byobRequest.view[0] = ++n; c.byobRequest.respond(1); } else c.enqueue(new Uint8Array([++n])); } }); \
         const [a, b] = s.tee(); const r = a.getReader({ mode: 'byob' }); \
         log((await r.read(new Uint8Array(2))).value); log((await b.getReader().read()).value)",
        "1,1",
    );
}

#[test]
fn pipes() {
    let mut js = js();
    check(
        &mut js,
        "const got = []; await of('a', 'b').pipeTo(new WritableStream({ write(chunk) { got.push(chunk); }, \
           close() { got.push('closed'); } })); log(got)",
        "a,b,closed",
    );
    check(
        &mut js,
        "const sink = new WritableStream({ close() { log('closed'); } }); \
         await of(1).pipeTo(sink, { preventClose: true }); log(sink.locked); await sink.close()",
        "false,closed",
    );
    // An error of the source aborts the sink, one of the sink cancels the source.
    check(
        &mut js,
        "const s = new ReadableStream({ start(c) { c.error('bad'); } }); \
         await s.pipeTo(new WritableStream({ abort(reason) { log('abort', reason); } })).catch(log)",
        "abort,bad,bad",
    );
    check(
        &mut js,
        "const s = new ReadableStream({ pull(c) { c.enqueue(1); }, cancel(reason) { log('cancel', reason); } }); \
         await s.pipeTo(new WritableStream({ write() { throw 'full'; } })).catch(log)",
        "cancel,full,full",
    );
    check(
        &mut js,
        "const controller = new AbortController(); \
         const s = new ReadableStream({ cancel(reason) { log('cancel', reason); } }); \
         const done = s.pipeTo(new WritableStream({ abort(reason) { log('abort', reason); } }), { signal: controller.signal }); \
         await 0; controller.abort('stop'); await done.catch(log); log(s.locked)",
        "abort,stop,cancel,stop,stop,false",
    );
    check(
        &mut js,
        "const up = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.toUpperCase()); }, flush(c) { c.enqueue('!'); } }); \
         log(await collect(of('a', 'b').pipeThrough(up)))",
        "A,B,!",
    );
    // What a script has put in the place of `then` is not asked.
    check(
        &mut js,
        "const { then } = Promise.prototype; let asked = 0; const got = []; \
         Object.defineProperty(Object.prototype, 'then', { get() { asked++; }, configurable: true }); \
         Promise.prototype.then = function (...args) { asked++; return then.apply(this, args); }; \
         const done = of({}, {}).pipeTo(new WritableStream({ write(chunk) { got.push(chunk); } })); \
         await undefined; asked = 0; for (let turn = 0; turn < 40; turn++) await undefined; \
         Promise.prototype.then = then; delete Object.prototype.then; await done; log(got.length, asked)",
        "2,0",
    );
}

#[test]
fn transforms() {
    let mut js = js();
    check(
        &mut js,
        "const t = new TransformStream({ cancel(reason) { log('cancel', reason); } }); \
         await t.readable.cancel('why'); await t.writable.getWriter().closed.catch(log)",
        "cancel,why,why",
    );
    check(
        &mut js,
        "const t = new TransformStream({ cancel(reason) { log('cancel', reason); } }); \
         await t.writable.abort('why'); await t.readable.getReader().read().catch(log)",
        "cancel,why,why",
    );
    check(
        &mut js,
        "const t = new TransformStream({ transform() { throw 'bad'; } }); const w = t.writable.getWriter(); \
         const read = t.readable.getReader().read(); await w.write(1).catch(log); await read.catch(log)",
        "bad,bad",
    );
    check(
        &mut js,
        "const t = new TransformStream({ transform(chunk, c) { c.enqueue(chunk); c.terminate(); } }); \
         const w = t.writable.getWriter(); w.closed.catch((error) => log(error.name)); w.write(1).catch(() => {}); \
         log(await collect(t.readable))",
        "TypeError,1",
    );
}

#[test]
fn iteration() {
    let mut js = js();
    check(
        &mut js,
        "const s = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); }, cancel() { log('canceled'); } }); \
         for await (const chunk of s) { log(chunk); break; } log(s.locked)",
        "1,canceled,false",
    );
    check(
        &mut js,
        "const s = of(1, 2, 3); for await (const chunk of s.values({ preventCancel: true })) { log(chunk); break; } \
         log(await collect(s))",
        "1,2,3",
    );
    check(
        &mut js,
        "log(await collect(ReadableStream.from([1, Promise.resolve(2)])), await collect(ReadableStream.from((async function* () { yield 'a'; })())))",
        "1,2,a",
    );
    check(
        &mut js,
        "const iterable = { *[Symbol.iterator]() { try { yield 1; yield 2; } finally { log('closed'); } } }; \
         const s = ReadableStream.from(iterable); const r = s.getReader(); log((await r.read()).value); await r.cancel()",
        "1,closed",
    );
    check(
        &mut js,
        "const i = of(1, 2).values(); log(...(await Promise.all([i.next(), i.next(), i.next(), i.return('x')])).map((r) => r.value + ':' + r.done))",
        "1:false,2:false,undefined:true,x:true",
    );
}

#[test]
fn text_streams() {
    let mut js = js();
    check(
        &mut js,
        "log(...(await collect(of('a', '\\ud83d', '\\ude00', '\\ud800').pipeThrough(new TextEncoderStream()))).map((b) => [...b].join(' ')))",
        "97,240 159 152 128,239 191 189",
    );
    check(
        &mut js,
        "log(...await collect(of(new Uint8Array([0xe2, 0x82]), new Uint8Array([0xac]), new Uint8Array([0xe2])) \
           .pipeThrough(new TextDecoderStream())))",
        "€,\u{fffd}",
    );
    check(
        &mut js,
        "await collect(of(new Uint8Array([0xff])).pipeThrough(new TextDecoderStream('utf-8', { fatal: true }))).catch((error) => log(error.name)); \
         await collect(of('text').pipeThrough(new TextDecoderStream())).catch((error) => log(error.name)); \
         const d = new TextDecoderStream('latin1', { ignoreBOM: true }); log(d.encoding, d.fatal, d.ignoreBOM, new TextEncoderStream().encoding)",
        "TypeError,TypeError,windows-1252,false,true,utf-8",
    );
}

#[test]
fn what_an_iterator_is_asked_for_keeps_its_order() {
    let mut js = js();
    check(
        &mut js,
        "const it = of(1, 2, 3)[Symbol.asyncIterator](); \
         const show = ({ value, done }) => log(`${value}${done}`); \
         await Promise.all([it.next().then(show), it.next().then(show), it.return('x').then(show), it.next().then(show)])",
        "1false,2false,xtrue,undefinedtrue",
    );
    // A `return` comes after the pull that a `next` before it has brought about.
    check(
        &mut js,
        "let pulls = 0; \
         const it = new ReadableStream({ pull(c) { c.enqueue(pulls++); } })[Symbol.asyncIterator](); \
         await Promise.all([it.next(), it.return()]); log(pulls)",
        "2",
    );
    // But at once where nothing is under way.
    check(
        &mut js,
        "const stream = new ReadableStream({ start(c) { c.enqueue(1); }, cancel() { log('canceled'); } }); \
         const it = stream[Symbol.asyncIterator](); await it.next(); it.return(); log('then')",
        "canceled,then",
    );
}

#[test]
fn a_transform_that_fails_as_it_is_canceled() {
    let mut js = js();
    check(
        &mut js,
        "let controller; \
         const { readable, writable } = new TransformStream({ start(c) { controller = c; } }); \
         const canceled = readable.cancel('why'); controller.error('failed'); \
         log(await canceled, await writable.getWriter().closed.catch((error) => error))",
        ",failed",
    );
}
