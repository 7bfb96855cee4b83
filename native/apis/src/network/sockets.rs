//! WebSockets: what happens to one is told to its listener, as
//! `listener(kind, first, second, third)`.

use std::cell::RefCell;
use std::collections::HashMap;

use bytes::Bytes;
use quickbeam_engine::charge::Charge;
use quickbeam_engine::{Call, Cx, JsResult, Root, Value};
use quickbeam_net::websocket::{Event, WebSocket};

use crate::arguments::type_error;
use crate::host::Apis;
use crate::network::{Network, next_id};

/// Open ones, by number.
#[derive(Default)]
pub(crate) struct Sockets(RefCell<HashMap<u64, Open>>);

struct Open {
    listener: Root,
    /// What it takes, and what is queued to be sent.
    charge: Charge,
}

/// What one takes beside its messages: buffers of the socket and of TLS.
const SOCKET: usize = 32 * 1024;

struct Handle {
    socket: WebSocket,
    id: u64,
}

/// `connect(url, protocols, listener)`: a handle. The listener is kept until it has
/// heard "closed".
pub(crate) fn connect<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let url = call.argument(0).to_text()?;
    let list = call.argument(1);
    let count = u32::try_from(list.length()?).unwrap_or(0);
    let protocols = (0..count)
        .map(|index| list.get_index(index)?.to_text())
        .collect::<JsResult<Vec<String>>>()?;
    let id = next_id();
    let open = Open {
        listener: Root::new(call.argument(2)),
        charge: cx.hold(SOCKET)?,
    };
    let sockets = &Network::of(cx).sockets;
    sockets.0.borrow_mut().insert(id, open);
    let mailbox = Apis::of(cx).host.mailbox();
    let socket = Network::session(cx).websocket(&url, &protocols, move |event| {
        mailbox.post(Box::new(move |cx| tell(cx, id, event)));
    });
    cx.host_object(&cx.null(), Handle { socket, id })
}

fn tell(cx: Cx<'_>, id: u64, event: Event) -> JsResult<()> {
    let sockets = &Network::of(cx).sockets;
    let listener = {
        let mut open = sockets.0.borrow_mut();
        let Some(found) = open.get_mut(&id) else {
            return Ok(());
        };
        if let Event::Sent(bytes) = &event {
            let left = found.charge.bytes().saturating_sub(*bytes);
            found.charge.set(cx, left.max(SOCKET))?;
        }
        found.listener.get(cx)
    };
    if matches!(event, Event::Closed { .. }) {
        let over = sockets.0.borrow_mut().remove(&id);
        drop(over);
    }
    let text = |text: &str| cx.string(text);
    let arguments = match event {
        Event::Open { protocol } => vec![text("open")?, text(&protocol)?],
        // What was not dealt with counts until the listener has it.
        Event::Text(message, unread) => {
            let arguments = [text("text")?, text(&message)?];
            drop(message);
            let told = listener.call(&cx.undefined(), &arguments);
            drop(unread);
            return told.map(drop);
        }
        Event::Binary(message, unread) => {
            let arguments = [text("binary")?, cx.array_buffer(&message)?];
            drop(message);
            let told = listener.call(&cx.undefined(), &arguments);
            drop(unread);
            return told.map(drop);
        }
        Event::Sent(bytes) => vec![text("sent")?, cx.integer(bytes as i64)],
        Event::Closing => vec![text("closing")?],
        Event::Failed(error) => vec![text("failed")?, text(&error.to_string())?],
        Event::Closed {
            code,
            reason,
            clean,
        } => vec![
            text("closed")?,
            cx.integer(code.into()),
            text(&reason)?,
            cx.boolean(clean),
        ],
    };
    listener.call(&cx.undefined(), &arguments).map(drop)
}

fn with_handle<'a, R>(call: &Call<'a>, use_it: impl FnOnce(&Handle) -> JsResult<R>) -> JsResult<R> {
    match call.argument(0).host::<Handle>() {
        Some(handle) => use_it(handle),
        None => Err(type_error(call.cx(), "not a WebSocket's handle")),
    }
}

/// Count what is queued, before it is copied.
fn charge(cx: Cx<'_>, id: u64, bytes: usize) -> JsResult<()> {
    match Network::of(cx).sockets.0.borrow_mut().get_mut(&id) {
        Some(open) => {
            let all = open.charge.bytes() + bytes;
            open.charge.set(cx, all)
        }
        None => Ok(()),
    }
}

/// `sendText(handle, text)`: how many bytes that is.
pub(crate) fn send_text<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let text = call.argument(1).to_text()?;
    with_handle(call, |handle| {
        let size = text.len();
        charge(cx, handle.id, size)?;
        handle.socket.send_text(text);
        Ok(cx.integer(size as i64))
    })
}

/// `sendBinary(handle, bytes)`.
pub(crate) fn send_binary<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let data = call.argument(1);
    with_handle(call, |handle| {
        let size = data.byte_length().unwrap_or(0);
        charge(cx, handle.id, size)?;
        let bytes = Bytes::from(data.bytes()?.unwrap_or_default());
        handle.socket.send_binary(bytes);
        Ok(cx.integer(size as i64))
    })
}

/// `close(handle, code, reason)`: a Close frame, without a code where that is
/// undefined.
pub(crate) fn close<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let code = call.argument(1);
    let frame = if code.is_undefined() {
        None
    } else {
        Some((code.to_number()? as u16, call.argument(2).to_text()?))
    };
    with_handle(call, |handle| {
        handle.socket.close(frame);
        Ok(cx.undefined())
    })
}
