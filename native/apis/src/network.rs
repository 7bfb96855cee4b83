//! The network as priv/js sees it: natives over `quickbeam_net`, which works on
//! other threads. What those have to say comes back as tasks of the heap.
//!
//! | module | holds |
//! |---|---|
//! | `pending` | promises that another thread settles |
//! | `requests` | HTTP requests and their bodies |
//! | `sockets` | WebSockets |
//! | `byte_string` | strings of bytes, as header fields are |

use std::cell::OnceCell;
use std::sync::atomic::{AtomicU64, Ordering};

use quickbeam_engine::work::PART;
use quickbeam_engine::{Call, Cx, JsResult, Member, Value};
use quickbeam_net::Session;

use crate::host::Apis;

pub(crate) mod byte_string;
mod pending;
mod requests;
mod sockets;

/// What `"native:network"` gives.
pub(crate) static NATIVES: &[Member] = &[
    Member::operation(c"parseUrl", 2, parse_url),
    Member::operation(c"isBadPort", 1, is_bad_port),
    Member::operation(c"isRouted", 0, is_routed),
    Member::operation(c"userAgent", 0, |call| {
        call.cx().string(quickbeam_net::http::USER_AGENT)
    }),
    Member::operation(c"toByteString", 1, to_byte_string),
    Member::operation(c"percentDecode", 1, percent_decode),
    Member::operation(c"digest", 2, digest),
    Member::operation(c"send", 4, requests::send),
    Member::operation(c"write", 2, requests::write),
    Member::operation(c"finish", 1, requests::finish),
    Member::operation(c"abort", 1, requests::abort),
    Member::operation(c"read", 1, requests::read),
    Member::operation(c"cancel", 1, requests::cancel),
    Member::operation(c"connect", 3, sockets::connect),
    Member::operation(c"sendText", 2, sockets::send_text),
    Member::operation(c"sendBinary", 2, sockets::send_binary),
    Member::operation(c"close", 3, sockets::close),
];

/// What a heap has on the network, from its first request on. All of it ends with
/// the heap.
#[derive(Default)]
pub(crate) struct Network {
    session: OnceCell<Session>,
    pending: pending::Pending,
    sockets: sockets::Sockets,
}

impl Network {
    fn of(cx: Cx<'_>) -> &Network {
        Apis::of(cx).network.get_or_init(Box::default)
    }

    fn session(cx: Cx<'_>) -> &Session {
        let new = || Session::new(Apis::of(cx).host.network());
        Network::of(cx).session.get_or_init(new)
    }
}

/// A number that no other heap has used: a context that is reset has a new heap
/// behind the same mailbox, and what was for the old one must mean nothing there.
fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// `parseUrl(text, base = that of the context)`: the parts of a URL, null where it is
/// none.
fn parse_url<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let base = match call.argument(1) {
        base if base.is_undefined() => Apis::of(cx).host.base_url(cx),
        base => Some(base.to_text()?),
    };
    // A `data:` URL may be long, and is not copied before.
    let url = call.argument(0).with_text(|text| {
        cx.spend(text.len())?;
        Ok(quickbeam_url::Url::parse(&text, base.as_deref()))
    })??;
    let Some(url) = url else {
        return Ok(cx.null());
    };
    let parts = cx.object()?;
    let texts = [
        ("href", url.href()),
        ("protocol", url.protocol()),
        ("host", url.host()),
        ("port", url.port()),
        ("hash", url.hash()),
    ];
    for (name, text) in texts {
        parts.define(name, cx.string(text)?)?;
    }
    parts.define("origin", cx.string(&url.origin())?)?;
    let has_credentials = !url.username().is_empty() || !url.password().is_empty();
    parts.define("hasCredentials", cx.boolean(has_credentials))?;
    Ok(parts)
}

fn is_bad_port<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let port = call.argument(0).to_text()?.parse();
    Ok(call
        .cx()
        .boolean(port.is_ok_and(quickbeam_net::is_bad_port)))
}

/// Whether the application's own client does all HTTP.
fn is_routed<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    Ok(cx.boolean(Apis::of(cx).host.routes_http()))
}

/// `toByteString(bytes)`: a string of them.
fn to_byte_string<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let data = call.argument(0);
    let length = data.byte_length().unwrap_or(0);
    // The bytes, and each of them as UTF-8.
    let _charge = cx.hold(3 * length)?;
    let bytes = data.bytes()?.unwrap_or_default();
    let mut text = String::with_capacity(length);
    cx.in_parts(bytes.len(), |part| {
        text.push_str(&byte_string::text(&bytes[part]));
        Ok(())
    })?;
    cx.string(&text)
}

/// `percentDecode(text)`: its bytes (URL Standard, 1.3).
fn percent_decode<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let text = call.argument(0).to_text()?;
    let _charge = cx.hold(2 * text.len())?;
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut decoded = percent_encoding::percent_decode_str(&text);
    loop {
        cx.spend(PART)?;
        let before = bytes.len();
        bytes.extend(decoded.by_ref().take(PART));
        if bytes.len() - before < PART {
            return cx.uint8_array(&bytes);
        }
    }
}

/// `digest(algorithm, bytes)`, the algorithm as Web Cryptography names it: for
/// Subresource Integrity.
fn digest<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let algorithm = call.argument(0).to_text()?;
    let data = call.argument(1);
    let _charge = cx.hold(data.byte_length().unwrap_or(0))?;
    let bytes = data.bytes()?.unwrap_or_default();
    match crate::crypto::digest::digest(cx, &algorithm, &bytes)? {
        Some(digest) => cx.uint8_array(&digest),
        None => Ok(cx.null()),
    }
}
