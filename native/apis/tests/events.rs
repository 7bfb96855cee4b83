//! Events and their targets: DOM Standard, section 2; HTML, event handlers and errors.

mod common;

use common::Js;

fn js() -> Js {
    Js::with_groups(&["fetch"])
}

#[test]
fn interfaces() {
    let mut js = js();
    let cases = [
        ("Event.length + Event.name", "1Event"),
        ("EventTarget.length", "0"),
        ("EventTarget.prototype.addEventListener.length", "2"),
        ("EventTarget.prototype.dispatchEvent.length", "1"),
        ("Event.prototype.initEvent.length", "1"),
        ("PromiseRejectionEvent.length", "2"),
        ("MessageEvent.prototype.initMessageEvent.length", "1"),
        (
            "AbortSignal.length + AbortSignal.timeout.length + AbortSignal.abort.length",
            "1",
        ),
        ("String(new Event('x'))", "[object Event]"),
        ("String(AbortSignal.abort())", "[object AbortSignal]"),
        ("Event.AT_TARGET + Event.prototype.BUBBLING_PHASE", "5"),
        (
            "JSON.stringify(Object.getOwnPropertyDescriptor(Event, 'NONE'))",
            r#"{"value":0,"writable":false,"enumerable":true,"configurable":false}"#,
        ),
        (
            "{ const d = Object.getOwnPropertyDescriptor(Event.prototype, 'type'); \
             [d.get.name, d.set, d.enumerable, d.configurable].join() }",
            "get type,,true,true",
        ),
        (
            "{ const d = Object.getOwnPropertyDescriptor(new Event('x'), 'isTrusted'); \
             [d.set, d.enumerable, d.configurable, d.get === \
              Object.getOwnPropertyDescriptor(new Event('y'), 'isTrusted').get].join() }",
            ",true,false,true",
        ),
        (
            "{ const d = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'onabort'); \
             [d.get.name, d.set.name, d.set.length].join() }",
            "get onabort,set onabort,1",
        ),
        (
            "ErrorEvent.__proto__ === Event && AbortSignal.__proto__ === EventTarget",
            "true",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    for code in [
        "Event('x')",
        "new Event",
        "new Event(Symbol())",
        "new Event('x', 5)",
        "new AbortSignal",
        "new PromiseRejectionEvent('x')",
        "new PromiseRejectionEvent('x', { promise: 1 })",
        "new ProgressEvent('x', { loaded: NaN })",
        "new MessageEvent('x', { ports: [{}] })",
        "new MessageEvent('x', { ports: 1 })",
        "new MessageEvent('x', { source: {} })",
        "Event.prototype.type",
        "Object.getOwnPropertyDescriptor(Event.prototype, 'type').get.call({})",
        "EventTarget.prototype.addEventListener.call({}, 'x', null)",
        "new EventTarget().addEventListener('x')",
        "new EventTarget().addEventListener('x', 5)",
        "new EventTarget().addEventListener('x', () => {}, { signal: null })",
        "new EventTarget().dispatchEvent({})",
        "new EventTarget().dispatchEvent(null)",
        "new EventTarget().dispatchEvent()",
        "AbortSignal.timeout(-1)",
        "AbortSignal.timeout(Infinity)",
        "AbortSignal.any()",
        "AbortSignal.any([{}])",
        "Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'onabort').set.call(new EventTarget, null)",
    ] {
        js.throws(code, "TypeError");
    }
}

#[test]
fn conversions_come_in_order() {
    let mut js = js();
    js.eval(
        "globalThis.watch = (names, log) => new Proxy({}, { get(_, name) { log.push(name); } });\
         globalThis.reads = (make) => { const log = []; make(watch([], log), log); return log.join(); };",
    )
    .expect("runs");
    let cases = [
        (
            "reads((init, log) => new Event({ toString() { log.push('type'); return 'x'; } }, init))",
            "type,bubbles,cancelable,composed",
        ),
        (
            "reads((init) => new MessageEvent('x', init))",
            "bubbles,cancelable,composed,data,lastEventId,origin,ports,source",
        ),
        (
            "reads((init) => new CloseEvent('x', init))",
            "bubbles,cancelable,composed,code,reason,wasClean",
        ),
        (
            "reads((init) => new ErrorEvent('x', init))",
            "bubbles,cancelable,composed,colno,error,filename,lineno,message",
        ),
        (
            "reads((init) => new EventTarget().addEventListener('x', () => {}, init))",
            "capture,once,passive,signal",
        ),
        (
            "reads((init) => new EventTarget().removeEventListener('x', () => {}, init))",
            "capture",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
}

#[test]
fn event_values() {
    let mut js = js();
    let cases = [
        (
            "{ const e = new CloseEvent('close', { code: 65536 + 7, reason: '\\ud800', wasClean: 1 }); \
             [e.code, e.reason === '\\ufffd', e.wasClean].join() }",
            "7,true,true",
        ),
        (
            "{ const e = new ErrorEvent('error', { lineno: -1 }); \
             [e.message, e.filename, e.lineno, e.colno, e.error].join() }",
            ",,4294967295,0,",
        ),
        (
            "{ const e = new ProgressEvent('p', { lengthComputable: 1, loaded: 1.5, total: 2 ** 60 }); \
             [e.lengthComputable, e.loaded, e.total === 2 ** 60].join() }",
            "true,1.5,true",
        ),
        (
            "{ const e = new MessageEvent('m', { data: 1n, origin: 'o' }); \
             e.initMessageEvent('n', true, false, 5); \
             [e.type, e.data, e.origin, e.source, Object.isFrozen(e.ports), e.ports === e.ports].join() }",
            "n,5,,,true,true",
        ),
        ("new CustomEvent('c', { detail: 0 }).detail", "0"),
        ("new CustomEvent('c').detail", "null"),
        (
            "{ const e = new CustomEvent('c'); e.initCustomEvent('d', false, true, 4); \
             e.preventDefault(); e.type + e.detail + e.defaultPrevented }",
            "d4true",
        ),
        (
            "{ const e = new Event('a'); e.preventDefault(); e.returnValue }",
            "true",
        ),
        (
            "{ const e = new Event('a', { cancelable: true }); e.returnValue = false; \
             e.returnValue = true; e.defaultPrevented }",
            "true",
        ),
        (
            "{ const e = new Event('a'); e.cancelBubble = true; e.cancelBubble = false; e.cancelBubble }",
            "true",
        ),
        (
            "new Event(undefined).type + new Event('x', null).bubbles",
            "undefinedfalse",
        ),
        (
            "new Event('x').composedPath().length + new Event('x').eventPhase",
            "0",
        ),
        ("typeof new Event('x').timeStamp", "number"),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
}

#[test]
fn dispatch() {
    let mut js = js();
    let cases = [
        (
            "{ const t = new EventTarget, log = []; const e = new Event('x', { cancelable: true }); \
             t.addEventListener('x', function (event) { \
               log.push(this === t, event === e, e.target === t, e.currentTarget === t, e.eventPhase, \
                 e.composedPath()[0] === t, e.isTrusted); e.preventDefault(); }); \
             log.push(t.dispatchEvent(e), e.target === t, e.currentTarget, e.eventPhase, \
               e.composedPath().length); log.join() }",
            "true,true,true,true,2,true,false,false,true,,0,0",
        ),
        // Capture first, then in order; twice the same is once.
        (
            "{ const t = new EventTarget, log = []; const a = () => log.push('a'), b = () => log.push('b'); \
             t.addEventListener('x', a); t.addEventListener('x', b, true); t.addEventListener('x', a, false); \
             t.addEventListener('x', a, { capture: true }); \
             t.dispatchEvent(new Event('x')); log.join() }",
            "b,a,a",
        ),
        // What is added meanwhile is not called, what is removed neither.
        (
            "{ const t = new EventTarget, log = []; \
             const late = () => log.push('late'), gone = () => log.push('gone'); \
             t.addEventListener('x', () => { t.removeEventListener('x', gone); t.addEventListener('x', late); }); \
             t.addEventListener('x', gone); t.dispatchEvent(new Event('x')); log.join() }",
            "",
        ),
        (
            "{ const t = new EventTarget; let n = 0; \
             t.addEventListener('x', () => { n++; t.dispatchEvent(new Event('x')); }, { once: true }); \
             t.dispatchEvent(new Event('x')); n }",
            "1",
        ),
        (
            "{ const t = new EventTarget; const e = new Event('x', { cancelable: true }); \
             t.addEventListener('x', (e) => e.preventDefault(), { passive: true }); t.dispatchEvent(e) }",
            "true",
        ),
        // handleEvent is looked up each time, with the object as this.
        (
            "{ const t = new EventTarget, log = []; \
             const o = { handleEvent() { log.push('first', this === o); o.handleEvent = () => log.push('second'); } }; \
             t.addEventListener('x', o); t.dispatchEvent(new Event('x')); t.dispatchEvent(new Event('x')); log.join() }",
            "first,true,second",
        ),
        (
            "{ const t = new EventTarget, log = []; \
             t.addEventListener('x', (e) => { log.push(1); e.stopImmediatePropagation(); }); \
             t.addEventListener('x', () => log.push(2)); t.dispatchEvent(new Event('x')); log.join() }",
            "1",
        ),
        // Stopped before: nobody hears it; the flag does not outlive the dispatch.
        (
            "{ const t = new EventTarget; let n = 0; const e = new Event('x'); e.stopPropagation(); \
             t.addEventListener('x', () => n++); t.dispatchEvent(e); t.dispatchEvent(e); n }",
            "1",
        ),
        (
            "{ const t = new EventTarget; let seen; const e = new Event('x'); \
             t.addEventListener('x', () => { try { t.dispatchEvent(e); } catch (error) { seen = error.name; } \
               e.initEvent('y'); }); t.dispatchEvent(e); seen + e.type }",
            "InvalidStateErrorx",
        ),
        (
            "{ const t = new EventTarget; let n = 0; const f = () => n++; \
             t.addEventListener('x', f, { passive: true, once: true }); t.removeEventListener('x', f); \
             t.dispatchEvent(new Event('x')); n }",
            "0",
        ),
        // A call of its own is not asked: the function might have one by that name.
        (
            "{ const t = new EventTarget; let n = 0; const f = () => n++; f.call = f.apply = null; \
             t.addEventListener('x', f); t.dispatchEvent(new Event('x')); n }",
            "1",
        ),
        (
            "class Sub extends EventTarget { #n = 5; get n() { return this.#n; } } \
             { const t = new Sub; let n; t.addEventListener('x', function () { n = this.n; }); \
             t.dispatchEvent(new Event('x')); n }",
            "5",
        ),
        (
            "{ let n = 0; const f = (e) => n += (e.target === globalThis); addEventListener('x', f); \
             dispatchEvent(new Event('x')); removeEventListener('x', f); \
             EventTarget.prototype.dispatchEvent.call(undefined, new Event('x')); n }",
            "1",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    assert!(js.heard.errors.borrow().is_empty());
}

#[test]
fn what_a_listener_throws_is_reported() {
    let mut js = js();
    js.check(
        "{ const t = new EventTarget; let n = 0; \
         t.addEventListener('x', () => { throw new RangeError('r'); }); \
         t.addEventListener('x', {}); \
         t.addEventListener('x', () => n++); t.dispatchEvent(new Event('x')) + n }",
        "2",
    );
    let names: Vec<String> = js
        .heard
        .errors
        .borrow()
        .iter()
        .map(|error| error.name.clone())
        .collect();
    assert_eq!(names, ["RangeError", "TypeError"]);
}

#[test]
fn error_events_of_the_global_object() {
    let mut js = js();
    js.check("onerror", "null");
    js.eval(
        "globalThis.log = []; \
         addEventListener('error', (e) => log.push(e.message, e.error.message, e.isTrusted, e.lineno > 0)); \
         reportError(new TypeError('no'))",
    )
    .expect("runs");
    js.check("log.join()", "Uncaught TypeError: no,no,true,true");
    assert_eq!(js.heard.errors.borrow().len(), 1);
    // One that is canceled stays off the console; `onerror` does so by `true`.
    js.check(
        "onerror = function (...args) { log = [this === globalThis, args.length, args[0], args[4]]; return true; }; \
         reportError(5); log.join()",
        "true,5,Uncaught Error: 5,5",
    );
    assert_eq!(js.heard.errors.borrow().len(), 1);
    // An error of a listener is not told to listeners.
    js.check(
        "onerror = () => { throw new Error('again'); }; reportError(1); typeof onerror",
        "function",
    );
    let messages: Vec<String> = js
        .heard
        .errors
        .borrow()
        .iter()
        .map(|error| error.message.clone())
        .collect();
    assert_eq!(messages, ["no", "again", "1"]);
    js.check("onerror = 5; onerror", "null");
    js.check("onerror = {}; typeof onerror", "object");
    js.throws(
        "Object.getOwnPropertyDescriptor(globalThis, 'onerror').get.call({})",
        "TypeError",
    );
}

#[test]
fn event_handler_attributes() {
    let mut js = js();
    let cases = [
        // The place among the listeners is that of the first setting.
        (
            "{ const c = new AbortController, s = c.signal, log = []; \
             s.onabort = () => log.push('old'); s.addEventListener('abort', () => log.push('listener')); \
             s.onabort = (e) => { log.push('handler', e.type, e.isTrusted); }; c.abort(); log.join() }",
            "handler,abort,true,listener",
        ),
        (
            "{ const c = new AbortController, s = c.signal, log = []; \
             s.onabort = () => log.push('old'); s.addEventListener('abort', () => log.push('listener')); \
             s.onabort = null; s.onabort = () => log.push('handler'); c.abort(); log.join() }",
            "listener,handler",
        ),
        (
            "{ const s = new AbortController().signal; s.onabort = 'text'; s.onabort }",
            "null",
        ),
        (
            "{ const s = new AbortController().signal, f = {}; s.onabort = f; \
             s.dispatchEvent(new Event('abort')) && s.onabort === f }",
            "true",
        ),
        (
            "{ const s = new AbortController().signal; s.onabort = () => false; \
             s.dispatchEvent(new Event('abort', { cancelable: true })) }",
            "false",
        ),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    assert!(js.heard.errors.borrow().is_empty());
}

#[test]
fn constructors_of_events_want_a_type() {
    let mut js = Js::with_groups(&["fetch", "storage"]);
    let code = "[CustomEvent, CloseEvent, ErrorEvent, MessageEvent, ProgressEvent, StorageEvent] \
        .filter((Interface) => { try { new Interface(); return true; } catch (error) { return !(error instanceof TypeError); } }) \
        .map(({ name }) => name).join()";
    js.check(code, "");
}
