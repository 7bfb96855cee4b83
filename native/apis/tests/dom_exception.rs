//! DOMException (Web IDL, 2.8.1), `atob` and `btoa`, which are the engine's.

mod common;

use common::Js;

#[test]
fn interface() {
    let mut js = Js::new();
    js.check(
        "const e = new DOMException('m', 'NotFoundError'); [e.name, e.message, e.code, String(e), e instanceof Error, Object.prototype.toString.call(e)].join()",
        "NotFoundError,m,8,NotFoundError: m,true,[object DOMException]",
    );
    js.check(
        "const d = new DOMException(); [d.name, d.message, d.code, DOMException.length, DOMException.name].join()",
        "Error,,0,0,DOMException",
    );
    js.check(
        "['name', 'message', 'code'].map((key) => { const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(DOMException.prototype, key); return [get.name, set, enumerable, configurable, Object.hasOwn(e, key)].join(); }).join(';')",
        "get name,,true,true,false;get message,,true,true,false;get code,,true,true,false",
    );
    js.check(
        "[DOMException, DOMException.prototype].map((o) => { const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(o, 'DATA_CLONE_ERR'); return [value, writable, enumerable, configurable].join(); }).join(';')",
        "25,false,true,false;25,false,true,false",
    );
    js.check(
        "[DOMException, DOMException.prototype].map((o) => Object.keys(o).filter((k) => k.endsWith('_ERR')).length).join()",
        "25,25",
    );
    js.check(
        "typeof e.stack + Object.keys(e).length + Error.isError(e) + Error.isError(DOMException.prototype)",
        "string0truefalse",
    );
    js.check(
        "Object.getPrototypeOf(DOMException.prototype) === Error.prototype && Object.getPrototypeOf(DOMException) === Function.prototype",
        "true",
    );
    js.throws("DOMException.prototype.name", "TypeError");
    js.throws("DOMException('m')", "TypeError");
    js.throws("new DOMException(Symbol())", "TypeError");
    js.check(
        "class Sub extends DOMException {} ; const s = new Sub('m', 'AbortError'); [s instanceof Sub, s.code].join()",
        "true,20",
    );
    js.check(
        "const c = structuredClone(e); [c instanceof DOMException, c !== e, c.name, c.message, c.code, c.stack === e.stack].join()",
        "true,true,NotFoundError,m,8,true",
    );
    js.check(
        "const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, 'DOMException'); [writable, enumerable, configurable].join()",
        "true,false,true",
    );
}

#[test]
fn operations_of_the_global_object() {
    let mut js = Js::new();
    js.check(
        "['atob', 'btoa', 'queueMicrotask', 'structuredClone', 'reportError'].map((name) => { const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name); return writable && enumerable && configurable && globalThis[name].length === 1; }).join()",
        "true,true,true,true,true",
    );
    js.throws("atob()", "TypeError");
    js.throws("btoa()", "TypeError");
    js.throws("queueMicrotask()", "TypeError");
    js.throws("atob(undefined)", "InvalidCharacterError");
    js.check("btoa(undefined)", "dW5kZWZpbmVk");
    js.check("atob(null) === '\\x9e\\xe9e'", "true");
    js.throws("atob('a')", "InvalidCharacterError");
    js.throws("btoa('\\u0100')", "InvalidCharacterError");
}
