//! The loops under `Buffer`, whose rest is priv/js/buffer.js: between text and
//! bytes, through bytes, and numbers in bytes.

mod codec;
mod encodings;
mod errors;
mod numbers;
mod search;

use std::cmp::Ordering;

use quickbeam_engine::{Call, JsResult, Member, Value};

use crate::arguments::type_error;
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
        let (cx, view) = (call.cx(), call.argument(0));
        let mut ascii = true;
        cx.in_parts(byte_length(&view)?, |part| {
            let look = |bytes: &[u8]| bytes.get(part).is_none_or(<[u8]>::is_ascii);
            ascii = ascii && view.with_bytes(look).unwrap_or(true);
            Ok(())
        })?;
        Ok(cx.boolean(ascii))
    }),
    Member::method(c"isUtf8", 1, |call| {
        let view = call.argument(0);
        byte_length(&view)?;
        Ok(call.cx().boolean(view.is_utf8()? == Some(true)))
    }),
    Member::method(c"defineNumbers", 1, |call| {
        let cx = call.cx();
        for methods in numbers::METHODS {
            cx.define_members(&call.argument(0), methods)?;
        }
        Ok(cx.undefined())
    }),
];

fn byte_length(view: &Value<'_>) -> JsResult<usize> {
    let length = view.byte_length();
    length.ok_or_else(|| type_error(view.cx(), "neither a buffer nor a view"))
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
        let room = target.byte_length().unwrap_or(0).saturating_sub(offset);
        let bytes = encoding.whole(encoding.whole(bytes, length), room);
        cx.in_parts(bytes.len(), |part| {
            target.with_bytes_mut(|target| {
                if let Some(target) = target.get_mut(offset + part.start..offset + part.end) {
                    target.copy_from_slice(&bytes[part]);
                }
            });
            Ok(())
        })?;
        Ok(bytes.len())
    })??;
    Ok(cx.integer(written as i64))
}

/// `decode(view, encoding, start, end)`: a string.
fn decode<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (encoding, view) = (Encoding::of(call, 1)?, call.argument(0));
    let range = place(call, 2)?..place(call, 3)?;
    codec::decode(&view, encoding, range)
}

/// `compare(a, b)`: -1, 0 or 1.
fn compare<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (a, b) = (call.argument(0), call.argument(1));
    let (a_length, b_length) = (byte_length(&a)?, byte_length(&b)?);
    let mut order = Ordering::Equal;
    cx.in_parts(a_length.min(b_length), |part| {
        if order.is_eq() {
            let compared = a.with_bytes_of_both(&b, |a, b| a.get(part.clone()).cmp(&b.get(part)));
            order = compared.unwrap_or(Ordering::Equal);
        }
        Ok(())
    })?;
    Ok(cx.integer(order.then(a_length.cmp(&b_length)) as i64))
}

/// `fill(view, pattern, start, end)`: false where the pattern is empty.
fn fill<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, view) = (call.cx(), call.argument(0));
    let mut pattern = call.argument(1).bytes()?.unwrap_or_default();
    let end = place(call, 3)?.min(view.byte_length().unwrap_or(0));
    let start = place(call, 2)?.min(end);
    if pattern.is_empty() {
        return Ok(cx.boolean(false));
    }
    if pattern.len() < FILL_AT_ONCE {
        pattern = pattern.repeat(FILL_AT_ONCE / pattern.len());
    }
    cx.in_parts(end - start, |part| {
        view.with_bytes_mut(|bytes| {
            let Some(bytes) = bytes.get_mut(start + part.start..start + part.end) else {
                return;
            };
            // Where the part begins within the pattern.
            let (first, rest) =
                bytes.split_at_mut(bytes.len().min(pattern.len() - part.start % pattern.len()));
            first.copy_from_slice(&pattern[part.start % pattern.len()..][..first.len()]);
            for part in rest.chunks_mut(pattern.len()) {
                part.copy_from_slice(&pattern[..part.len()]);
            }
        });
        Ok(())
    })?;
    Ok(cx.boolean(true))
}

/// A short pattern is repeated up to so many bytes before it is copied.
const FILL_AT_ONCE: usize = 1024;

/// `swap(view, size)`: turn each `size` bytes around, 2, 4 or 8.
fn swap<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (view, size) = (call.argument(0), place(call, 1)?.max(1));
    call.cx()
        .in_parts(view.byte_length().unwrap_or(0), |part| {
            view.with_bytes_mut(|bytes| {
                let bytes = bytes.get_mut(part).unwrap_or_default();
                bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
            });
            Ok(())
        })?;
    Ok(view)
}
