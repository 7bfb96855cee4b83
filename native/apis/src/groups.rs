//! Which globals a context has: the groups of its `:apis` option, and the parts
//! that each of them pulls in.

use quickbeam_engine::{Cx, JsResult, Member, Value};

use crate::host::Apis;
use crate::{
    beam_backed, blob, clone, compression, console, crypto, errors, headers, intl, modules, node,
    performance, text_decoder, text_encoder, url,
};

/// Globals that come together. A part is installed once, whoever asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    Always,
    Beam,
    Events,
    Streams,
    Blob,
    Fetch,
    WebSocket,
    EventSource,
    Worker,
    Messaging,
    Channel,
    Url,
    Crypto,
    Compression,
    Buffer,
    Console,
    Storage,
    Navigator,
    Locks,
    Intl,
    Dom,
    Node,
}

use Part::*;

const COUNT: usize = Node as usize + 1;

/// Every global of a part, as Web IDL says: operations and attributes are
/// enumerable, interfaces and namespaces are not. The engine makes each on first
/// touch.
static MEMBERS: [&[Member]; COUNT] = {
    let mut members: [&[Member]; COUNT] = [&[]; COUNT];
    members[Always as usize] = &[
        Member::lazy(c"TextDecoder", text_decoder::make),
        Member::lazy(c"TextEncoder", text_encoder::make),
        Member::lazy(c"console", console::make),
        Member::lazy_attribute(c"crypto", crypto::make),
        Member::lazy_attribute(c"performance", performance::make),
        Member::lazy_attribute(c"self", global_object),
        Member::operation(c"reportError", 1, errors::report_error),
        Member::operation(c"structuredClone", 1, clone::structured_clone),
    ];
    members[Crypto as usize] = CRYPTO;
    members[Events as usize] = EVENTS;
    members[Streams as usize] = STREAMS;
    members[Blob as usize] = &[
        Member::lazy(c"Blob", blob::class),
        Member::lazy(c"File", blob::file_class),
        Member::lazy(c"FileList", |cx| from(cx, "file_list.js", "FileList")),
        Member::lazy(c"FileReader", |cx| from(cx, "file_reader.js", "FileReader")),
    ];
    members[Buffer as usize] = &[Member::lazy(c"Buffer", |cx| {
        from(cx, "buffer.js", "Buffer")
    })];
    members[Compression as usize] = &[
        Member::lazy(c"CompressionStream", |cx| {
            from(cx, "compression.js", "CompressionStream")
        }),
        Member::lazy(c"DecompressionStream", |cx| {
            from(cx, "compression.js", "DecompressionStream")
        }),
        Member::lazy(c"compression", compression::make),
    ];
    members[Url as usize] = &[
        Member::lazy(c"URL", url::class),
        Member::lazy(c"URLPattern", |cx| from(cx, "urlpattern.js", "URLPattern")),
        Member::lazy(c"URLSearchParams", url::search_params_class),
    ];
    members[Fetch as usize] = FETCH;
    members[WebSocket as usize] = &[Member::lazy(c"WebSocket", |cx| {
        from(cx, "websocket.js", "WebSocket")
    })];
    members[EventSource as usize] = &[Member::lazy(c"EventSource", |cx| {
        from(cx, "eventsource.js", "EventSource")
    })];
    members[Intl as usize] = &[Member::lazy(c"Intl", intl::make)];
    members[Messaging as usize] = beam_backed::MESSAGING;
    members[Worker as usize] = beam_backed::WORKER;
    members[Channel as usize] = beam_backed::CHANNEL;
    members[Storage as usize] = beam_backed::STORAGE;
    members[Navigator as usize] = beam_backed::NAVIGATOR;
    members[Locks as usize] = beam_backed::LOCKS;
    members[Node as usize] = node::GLOBALS;
    members
};

static FETCH: &[Member] = &[
    Member::lazy(c"FormData", |cx| from(cx, "fetch/form_data.js", "FormData")),
    Member::lazy(c"Headers", headers::class),
    Member::lazy(c"Request", |cx| from(cx, "fetch/request.js", "Request")),
    Member::lazy(c"Response", |cx| from(cx, "fetch/response.js", "Response")),
    Member::lazy_attribute(c"fetch", |cx| from(cx, "fetch/fetch.js", "fetch")),
];

static CRYPTO: &[Member] = &[
    Member::lazy(c"Crypto", crypto::make_interface),
    Member::lazy(c"CryptoKey", crypto::make_crypto_key),
    Member::lazy(c"SubtleCrypto", |cx| {
        from(cx, "crypto/subtle.js", "SubtleCrypto")
    }),
];

const ABORT: &str = "abort.js";
const EVENT_TYPES: &str = "event_types.js";

macro_rules! user_timing {
    ($name:literal) => {
        Member::lazy($name, |cx| {
            from(cx, performance::USER_TIMING, $name.to_str().expect("ASCII"))
        })
    };
}

static EVENTS: &[Member] = &[
    Member::lazy(c"AbortController", |cx| from(cx, ABORT, "AbortController")),
    Member::lazy(c"AbortSignal", |cx| from(cx, ABORT, "AbortSignal")),
    Member::lazy(c"CloseEvent", |cx| from(cx, EVENT_TYPES, "CloseEvent")),
    Member::lazy(c"CustomEvent", |cx| from(cx, "event.js", "CustomEvent")),
    Member::lazy(c"ErrorEvent", |cx| from(cx, EVENT_TYPES, "ErrorEvent")),
    Member::lazy(c"Event", |cx| from(cx, "event.js", "Event")),
    Member::lazy(c"EventTarget", event_target),
    Member::lazy(c"MessageEvent", |cx| from(cx, EVENT_TYPES, "MessageEvent")),
    Member::lazy(c"Performance", performance::make_interface),
    user_timing!(c"PerformanceEntry"),
    user_timing!(c"PerformanceMark"),
    user_timing!(c"PerformanceMeasure"),
    Member::lazy(c"PerformanceObserver", |cx| {
        from(cx, "performance_observer.js", "PerformanceObserver")
    }),
    Member::lazy(c"PerformanceObserverEntryList", |cx| {
        from(
            cx,
            "performance_observer.js",
            "PerformanceObserverEntryList",
        )
    }),
    Member::lazy(c"ProgressEvent", |cx| {
        from(cx, EVENT_TYPES, "ProgressEvent")
    }),
    Member::lazy(c"PromiseRejectionEvent", |cx| {
        from(cx, EVENT_TYPES, "PromiseRejectionEvent")
    }),
    // The global object is a target too.
    Member::lazy_attribute(c"addEventListener", |cx| of_target(cx, "addEventListener")),
    Member::lazy_attribute(c"dispatchEvent", |cx| of_target(cx, "dispatchEvent")),
    Member::lazy_attribute(c"removeEventListener", |cx| {
        of_target(cx, "removeEventListener")
    }),
];

macro_rules! streams {
    ($name:literal, $file:literal) => {
        Member::lazy($name, |cx| {
            from(
                cx,
                concat!("streams/", $file),
                $name.to_str().expect("ASCII"),
            )
        })
    };
}

static STREAMS: &[Member] = &[
    streams!(c"ByteLengthQueuingStrategy", "strategies.js"),
    streams!(c"CountQueuingStrategy", "strategies.js"),
    streams!(c"ReadableByteStreamController", "byte_controller.js"),
    streams!(c"ReadableStream", "readable_stream.js"),
    streams!(c"ReadableStreamBYOBReader", "readable_readers.js"),
    streams!(c"ReadableStreamBYOBRequest", "byte_controller.js"),
    streams!(
        c"ReadableStreamDefaultController",
        "readable_default_controller.js"
    ),
    streams!(c"ReadableStreamDefaultReader", "readable_readers.js"),
    streams!(c"TextDecoderStream", "text_streams.js"),
    streams!(c"TextEncoderStream", "text_streams.js"),
    streams!(c"TransformStream", "transform_stream.js"),
    streams!(c"TransformStreamDefaultController", "transform_stream.js"),
    streams!(c"WritableStream", "writable_stream.js"),
    streams!(c"WritableStreamDefaultController", "writable_stream.js"),
    streams!(c"WritableStreamDefaultWriter", "writable_stream.js"),
];

/// HTML wants the global object to be one: it begins to inherit from the prototype
/// when a script could first see that it does not.
fn event_target(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = from(cx, "events.js", "EventTarget")?;
    let global = cx.global();
    let above = global.prototype()?;
    // Unless it inherits from something else already, as that of a worker.
    if above.is_object() && above.prototype()?.is_nullish() {
        global.set_prototype(&constructor.get("prototype")?)?;
    }
    Ok(constructor)
}

fn of_target<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    from(cx, "events.js", "EventTarget")?
        .get("prototype")?
        .get(name)
}

/// Export `name` of a module in priv/js.
pub(crate) fn from<'a>(cx: Cx<'a>, module: &'static str, name: &str) -> JsResult<Value<'a>> {
    modules::load(cx, module)?.get(name)
}

fn global_object(cx: Cx<'_>) -> JsResult<Value<'_>> {
    Ok(cx.global())
}

/// The groups by the names that users know them by, and their parts.
static GROUPS: &[(&str, &[Part])] = &[
    ("beam", &[Beam]),
    ("buffer", &[Buffer, Blob, Streams, Events]),
    ("channel", &[Channel, Messaging, Events]),
    ("compression", &[Compression, Streams, Events]),
    ("console", &[Console]),
    ("crypto", &[Crypto]),
    ("dom", &[Dom, Navigator, Events]),
    ("eventsource", &[EventSource, Events, Url]),
    ("fetch", &[Fetch, Blob, Streams, Events, Url]),
    ("intl", &[Intl]),
    ("locks", &[Locks, Navigator, Events]),
    ("node", &[Node, Buffer, Blob, Streams, Events, Url]),
    ("storage", &[Storage, Events]),
    ("url", &[Url]),
    ("websocket", &[WebSocket, Blob, Streams, Events, Url]),
    ("worker", &[Worker, Messaging, Events]),
];

/// A set of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parts(u32);

impl Default for Parts {
    fn default() -> Parts {
        Parts(1 << Always as u32)
    }
}

impl Parts {
    /// Those of the heap.
    pub fn of(cx: Cx<'_>) -> Parts {
        Apis::of(cx).parts
    }

    /// Those of the groups of these names, and what every context has; names that
    /// are no groups add nothing (lib/quickbeam/options.ex has checked them).
    pub fn of_groups<'n>(names: impl IntoIterator<Item = &'n str>) -> Parts {
        let mut parts = Parts::default();
        for name in names {
            for (_, pulled_in) in GROUPS.iter().filter(|(group, _)| *group == name) {
                pulled_in
                    .iter()
                    .for_each(|part| parts.0 |= 1 << *part as u32);
            }
        }
        parts
    }

    /// Whether `part` is among them.
    pub fn has(self, part: Part) -> bool {
        self.0 & 1 << part as u32 != 0
    }

    /// Whether one of them has a global of that name.
    pub(crate) fn expose(self, name: &str) -> bool {
        let mut exposed = (0..COUNT).filter(|part| self.0 & 1 << part != 0);
        exposed.any(|part| MEMBERS[part].iter().any(|member| member.name() == name))
    }

    /// Define the globals of each part.
    pub(crate) fn define(self, cx: Cx<'_>) -> JsResult<()> {
        let global = cx.global();
        if self.has(Events) {
            cx.define_members(&global, &errors::HANDLERS)?;
        }
        for (index, members) in MEMBERS.iter().enumerate() {
            if self.0 & 1 << index != 0 && !members.is_empty() {
                cx.define_members(&global, members)?;
            }
        }
        if self.has(Intl) {
            intl::extend_builtins(cx)?;
        }
        Ok(())
    }
}
