//! Web APIs in Rust, one module each. They stand on the engine crate alone.
//!
//! | module | gives scripts |
//! |---|---|
//! | `console` | `console`, written by `format`, `inspect`, `layout` |
//! | `text_encoder`, `text_decoder` | `TextEncoder`, `TextDecoder` |
//! | [`clone`] | `structuredClone`, and values on their way between heaps |
//! | `url` | `URL`, `URLSearchParams`, blob URLs |
//! | `blob` | `Blob`, `File` |
//! | `buffer` | the loops under `Buffer` |
//! | `compression` | `compression`, and the codecs under its streams |
//! | `performance` | `performance` |
//! | `headers` | `Headers` |
//! | `network` | what `fetch`, `WebSocket` and `EventSource` stand on |
//! | [`errors`] | `reportError`, and errors that nobody catches |
//! | `crypto` | `crypto`, `CryptoKey` |
//! | `intl` | `Intl` |
//! | `beam` | what `Beam` has with the group `beam` |
//! | `ports`, `workers` | `MessageChannel`, `Worker` (with priv/js/ports.js, worker.js) |
//! | `node` | `require`, `process` and the other modules of Node, in priv/js/node |
//! | `navigator` | `navigator` (with priv/js/navigator.js) |
//!
//! | module | |
//! |---|---|
//! | `groups`, `beam_backed` | which globals a context has, by the groups it asks for |
//! | `modules` | those written in JavaScript, in priv/js |
//! | `services` | what the BEAM does for them, in lib/quickbeam/apis |
//!
//! `atob`, `btoa`, `queueMicrotask` and `DOMException` are the engine's own.
#![forbid(unsafe_code)]

mod arguments;
mod beam;
mod beam_backed;
mod blob;
mod buffer;
pub mod clone;
mod compression;
mod console;
mod crypto;
pub mod errors;
mod format;
mod groups;
mod headers;
mod host;
mod inspect;
mod intl;
mod iteration;
mod layout;
mod modules;
mod navigator;
mod network;
mod node;
mod performance;
mod ports;
mod promises;
mod services;
mod text_decoder;
mod text_encoder;
mod url;
mod workers;

pub use beam::extend as extend_beam;
pub use groups::{Part, Parts};
pub use host::{Host, Level, Mailbox, Task};
pub use modules::{code, load as load_module};
pub use node::node_module;
pub use services::deliver;

use quickbeam_engine::{Heap, JsResult};

/// Give a new heap the globals of `parts`; `host` hears what they have to say.
pub fn install(heap: &mut Heap, parts: Parts, host: impl Host + 'static) -> JsResult<()> {
    heap.extend(host::Apis::new(parts, host));
    heap.with(|cx| {
        // The engine's own knows neither timeOrigin nor toJSON.
        cx.global().delete("performance")?;
        parts.define(cx)
    })
}
