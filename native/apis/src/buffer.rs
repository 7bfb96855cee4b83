//! The loops under `Buffer`, whose rest is priv/js/buffer.js: between text and
//! bytes, through bytes, and numbers in bytes.

mod codec;
mod encodings;
mod errors;
mod numbers;
mod search;

use quickbeam_engine::{Call, JsResult, Member, Value};

use crate::arguments::{poll_for, type_error};
use encodings::Encoding;

pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"encode", 2, encode),
    Member::method(c"encodeInto", 5, encode_into),
    Member::method(c"utf8Length", 1, |call| {
        let length = call.argument(0).with_text(|text| text.len())?;
        Ok(call.cx().integer(length as i64))
    }),
    Member::method(c"decode", 4, decode),
    Member::method(c"compare", 2, compare),
    Member::method(c"indexOf", 5, search::index_of),
    Member::method(c"fill", 4, fill),
    Member::method(c"swap", 2, swap),
    Member::method(c"isAscii", 1, |call| {
        let ascii = with_bytes(call, 0, |bytes| bytes.is_ascii())?;
        Ok(call.cx().boolean(ascii))
    }),
    Member::method(c"isUtf8", 1, |call| {
        let utf8 = with_bytes(call, 0, |bytes| std::str::from_utf8(bytes).is_ok())?;
        Ok(call.cx().boolean(utf8))
    }),
    Member::method(c"defineNumbers", 1, |call| {
        let cx = call.cx();
        for methods in numbers::METHODS {
            cx.define_members(&call.argument(0), methods)?;
        }
        Ok(cx.undefined())
    }),
];

/// Look at the bytes of argument `index`.
fn with_bytes<R>(
    call: &Call<'_>,
    index: usize,
    look: impl FnOnce(&[u8]) -> R + Send,
) -> JsResult<R> {
    let view = call.argument(index);
    poll_for(call.cx(), view.byte_length().unwrap_or(0))?;
    let found = view.with_bytes(look);
    found.ok_or_else(|| type_error(call.cx(), "neither a buffer nor a view"))
}

/// A place or length that buffer.js has checked.
fn place(call: &Call<'_>, index: usize) -> JsResult<usize> {
    Ok(call.argument(index).to_number()?.max(0.0) as usize)
}

/// `encode(string, encoding)`: a Uint8Array.
fn encode<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, encoding) = (call.cx(), Encoding::of(call, 1)?);
    codec::with_encoded(&call.argument(0), encoding, |bytes| cx.uint8_array(bytes))?
}

/// `encodeInto(target, string, encoding, offset, length)`: how many bytes were
/// written, whole characters only.
fn encode_into<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, encoding) = (call.cx(), Encoding::of(call, 2)?);
    let (offset, length) = (place(call, 3)?, place(call, 4)?);
    let target = call.argument(0);
    let written = codec::with_encoded(&call.argument(1), encoding, |bytes| {
        let bytes = encoding.whole(bytes, length);
        target.with_bytes_mut(|target| {
            let target = target.get_mut(offset..).unwrap_or_default();
            let count = encoding.whole(bytes, target.len()).len();
            target[..count].copy_from_slice(&bytes[..count]);
            count
        })
    })?;
    Ok(cx.integer(written.unwrap_or(0) as i64))
}

/// `decode(view, encoding, start, end)`: a string.
fn decode<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (encoding, view) = (Encoding::of(call, 1)?, call.argument(0));
    let range = place(call, 2)?..place(call, 3)?;
    poll_for(call.cx(), range.len())?;
    codec::decode(&view, encoding, range)
}

/// `compare(a, b)`: -1, 0 or 1.
fn compare<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (a, b) = (call.argument(0), call.argument(1));
    let shorter = a
        .byte_length()
        .unwrap_or(0)
        .min(b.byte_length().unwrap_or(0));
    poll_for(call.cx(), shorter)?;
    match a.with_bytes_of_both(&b, |a, b| a.cmp(b)) {
        Some(order) => Ok(call.cx().integer(order as i64)),
        None => Err(type_error(call.cx(), "neither a buffer nor a view")),
    }
}

/// `fill(view, pattern, start, end)`: false where the pattern is empty.
fn fill<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let pattern = call.argument(1).bytes().unwrap_or_default();
    let (start, end) = (place(call, 2)?, place(call, 3)?);
    if pattern.is_empty() {
        return Ok(cx.boolean(false));
    }
    poll_for(cx, end.saturating_sub(start))?;
    call.argument(0).with_bytes_mut(|bytes| {
        let end = end.min(bytes.len());
        for part in bytes[start.min(end)..end].chunks_mut(pattern.len()) {
            part.copy_from_slice(&pattern[..part.len()]);
        }
    });
    Ok(cx.boolean(true))
}

/// `swap(view, size)`: turn each `size` bytes around.
fn swap<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (view, size) = (call.argument(0), place(call, 1)?.max(1));
    poll_for(call.cx(), view.byte_length().unwrap_or(0))?;
    view.with_bytes_mut(|bytes| bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse));
    Ok(view)
}
