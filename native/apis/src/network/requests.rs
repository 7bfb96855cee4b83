//! HTTP requests and their bodies.

use std::cell::RefCell;

use bytes::Bytes;
use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Thrown, Value};
use quickbeam_net::Error;
use quickbeam_net::body::{Piece, RequestBody, ResponseBody, Upload, upload};
use quickbeam_net::http::{Abort, Field, Request, Response};

use super::byte_string;
use super::pending::{Ticket, promise};
use crate::arguments::type_error;
use crate::network::Network;

/// What a request takes while it is in progress, beside its body.
const REQUEST: usize = 8 * 1024;

struct Sending {
    abort: Abort,
    upload: RefCell<Option<Upload>>,
}

struct Receiving(RefCell<Option<ResponseBody>>);

/// An error of the network as the Fetch Standard has it: a TypeError. Its `code`
/// tells programs what kind it is.
pub(super) fn network_error(cx: Cx<'_>, error: &Error) -> Thrown {
    let message = format!("Network error: {error}");
    let made = cx.error(ErrorKind::Type, &message).and_then(|object| {
        object.define("code", cx.string(error.code())?)?;
        Ok(object)
    });
    match made {
        Ok(object) => cx.throw(object),
        Err(thrown) => thrown,
    }
}

/// `send(method, url, [name, value, …], body)`: a handle of the request, and a
/// promise of `[status, reason, [name, value, …], body]`. The body is null, bytes,
/// or true for one that `write` and `finish` give.
pub(crate) fn send<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let method = call.argument(0).to_text()?;
    let url = call.argument(1).to_text()?;
    let headers = fields(&call.argument(2))?;
    let mut charged = REQUEST;
    let (uploading, body) = match call.argument(3) {
        body if body.is_nullish() => (None, RequestBody::Empty),
        body => match body.byte_length() {
            Some(length) => {
                // Before the copy, so that the limit holds.
                charged += length;
                let charge = cx.hold(length)?;
                let bytes = body.bytes()?.unwrap_or_default();
                drop(charge);
                (None, RequestBody::Bytes(Bytes::from(bytes)))
            }
            None => {
                let (upload, body) = upload();
                (Some(upload), body)
            }
        },
    };
    let (response, ticket) = promise(cx, Some(cx.hold(charged)?))?;
    let request = Request {
        method,
        url,
        headers,
        body,
    };
    let abort = Network::session(cx).fetch(request, move |response| respond(ticket, response));
    let sending = Sending {
        abort,
        upload: RefCell::new(uploading),
    };
    let result = cx.array()?;
    result.define_index(0, cx.host_object(&cx.null(), sending)?)?;
    result.define_index(1, response)?;
    Ok(result)
}

fn fields(list: &Value<'_>) -> JsResult<Vec<Field>> {
    let count = u32::try_from(list.length()?).unwrap_or(0);
    let mut fields = Vec::with_capacity(count as usize / 2);
    for index in (0..count).step_by(2) {
        let name = list.get_index(index)?.to_text()?;
        let value = byte_string::bytes(&list.get_index(index + 1)?, "a header's value")?;
        fields.push((name, value));
    }
    Ok(fields)
}

fn respond(ticket: Ticket, response: Result<Response, Error>) {
    ticket.settle(move |cx| {
        let response = response.map_err(|error| network_error(cx, &error))?;
        let list = cx.array()?;
        let mut index = 0;
        for (name, value) in &response.headers {
            list.define_index(index, cx.string(name)?)?;
            list.define_index(index + 1, cx.string(&byte_string::text(value))?)?;
            index += 2;
        }
        let result = cx.array()?;
        result.define_index(0, cx.integer(response.status.into()))?;
        let reason = byte_string::text(&response.reason);
        result.define_index(1, cx.string(&reason)?)?;
        result.define_index(2, list)?;
        let body = Receiving(RefCell::new(Some(response.body)));
        result.define_index(3, cx.host_object(&cx.null(), body)?)?;
        Ok(result)
    });
}

fn sending<'a, R>(call: &Call<'a>, use_it: impl FnOnce(&Sending) -> R) -> JsResult<R> {
    let handle = call.argument(0);
    let found = handle.host::<Sending>().map(use_it);
    found.ok_or_else(|| type_error(call.cx(), "not a request"))
}

/// `write(request, bytes)`: a promise of true once there is room for more, of false
/// where nobody takes any more.
pub(crate) fn write<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let data = call.argument(1);
    let charge = cx.hold(data.byte_length().unwrap_or(0))?;
    let bytes = data.bytes()?.unwrap_or_default();
    let upload = sending(call, |sending| sending.upload.borrow().clone())?;
    let (written, ticket) = promise(cx, Some(charge))?;
    let done = move |taken| ticket.settle(move |cx| Ok(cx.boolean(taken)));
    match upload {
        Some(upload) => upload.send(Piece::Bytes(bytes.into()), done),
        None => done(false),
    }
    Ok(written)
}

/// `finish(request)`: nothing more is written.
pub(crate) fn finish<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let upload = sending(call, |sending| sending.upload.take())?;
    if let Some(upload) = upload {
        upload.send(Piece::End, |_| ());
    }
    Ok(call.cx().undefined())
}

/// `abort(request)`: stop it, its response too. Promises of it reject.
pub(crate) fn abort<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    sending(call, |sending| {
        sending.abort.abort();
        drop(sending.upload.take());
    })?;
    Ok(call.cx().undefined())
}

/// `read(body)`: a promise of the next bytes as a Uint8Array, null at the end.
pub(crate) fn read<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let handle = call.argument(0);
    let Some(receiving) = handle.host::<Receiving>() else {
        return Err(type_error(cx, "not a body"));
    };
    let (next, ticket) = promise(cx, None)?;
    let told = move |next: Result<Option<Bytes>, Error>| {
        ticket.settle(move |cx| match next {
            Ok(Some(bytes)) => cx.uint8_array(&bytes),
            Ok(None) => Ok(cx.null()),
            Err(error) => Err(network_error(cx, &error)),
        });
    };
    if let Some(body) = &*receiving.0.borrow() {
        body.read(Box::new(told));
    }
    Ok(next)
}

/// `cancel(body)`: nobody wants the rest.
pub(crate) fn cancel<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let handle = call.argument(0);
    if let Some(receiving) = handle.host::<Receiving>() {
        drop(receiving.0.take());
    }
    Ok(call.cx().undefined())
}
