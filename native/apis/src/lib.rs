//! Web APIs in Rust, one module each. They stand on the engine crate alone.
//!
//! | module | gives scripts |
//! |---|---|
//! | `console` | `console`, written by `format`, `inspect`, `layout` |
//! | `text_encoder`, `text_decoder` | `TextEncoder`, `TextDecoder` |
//! | `clone` | `structuredClone`: `clone::read`, `clone::write` |
//! | `performance` | `performance` |
//! | `crypto` | `crypto.getRandomValues`, `crypto.randomUUID` |
//! | `errors` | `reportError` |
//!
//! `atob`, `btoa`, `queueMicrotask` and `DOMException` are the engine's own.
#![forbid(unsafe_code)]

mod arguments;
mod clone;
mod console;
mod crypto;
mod errors;
mod format;
mod host;
mod inspect;
mod layout;
mod performance;
mod text_decoder;
mod text_encoder;

pub use host::{Host, Level};

use quickbeam_engine::{Cx, Heap, JsResult, Member, Value};

/// Every global, as Web IDL says: operations and attributes are enumerable,
/// interfaces and namespaces are not. The engine makes each on first touch.
static GLOBALS: &[Member] = &[
    Member::lazy(c"TextDecoder", text_decoder::make),
    Member::lazy(c"TextEncoder", text_encoder::make),
    Member::lazy(c"console", console::make),
    Member::lazy_attribute(c"crypto", crypto::make),
    Member::lazy_attribute(c"performance", performance::make),
    Member::lazy_attribute(c"self", global_object),
    Member::operation(c"reportError", 1, errors::report_error),
    Member::operation(c"structuredClone", 1, clone::structured_clone),
];

fn global_object(cx: Cx<'_>) -> JsResult<Value<'_>> {
    Ok(cx.global())
}

/// Give a new heap its globals; `host` hears what they have to say.
pub fn install(heap: &mut Heap, host: impl Host + 'static) -> JsResult<()> {
    heap.extend(host::Apis::new(host));
    heap.with(install_globals)
}

/// The globals alone: for a second, fresh global object of the same heap.
pub fn install_globals(cx: Cx<'_>) -> JsResult<()> {
    let global = cx.global();
    // The engine's own knows neither timeOrigin nor toJSON.
    global.delete("performance")?;
    cx.define_members(&global, GLOBALS)
}
