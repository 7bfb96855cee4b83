//! The codecs under `CompressionStream`, `DecompressionStream` and `compression`,
//! whose rest is priv/js/compression.js.
//!
//! Output comes in chunks of a bounded size, so that a small input that becomes very
//! much (a bomb) can be stopped between any two of them, and is charged as it grows.

mod codec;
mod state;

use std::cell::RefCell;

use quickbeam_engine::{Call, Cx, JsResult, Member, Value};

use crate::arguments::{require, type_error};
use codec::{Codec, Direction};
use state::Format;

/// For priv/js/compression.js.
pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"checkFormat", 2, |call| {
        format(call, 0, &call.argument(1).to_text()?)?;
        Ok(call.cx().undefined())
    }),
    Member::method(c"compressor", 1, |call| object(call, Direction::Compress)),
    Member::method(c"decompressor", 1, |call| {
        object(call, Direction::Decompress)
    }),
    Member::method(c"push", 2, push),
    Member::method(c"pull", 1, pull),
    Member::method(c"finish", 1, |call| {
        with_codec(call, |_, codec| {
            codec.finish();
            Ok(call.cx().undefined())
        })
    }),
];

static NAMESPACE: &[Member] = &[
    Member::operation(c"compress", 2, |call| at_once(call, Direction::Compress)),
    Member::operation(c"decompress", 2, |call| {
        at_once(call, Direction::Decompress)
    }),
    Member::tag(c"compression"),
];

/// The global `compression`.
pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let namespace = cx.object()?;
    cx.define_members(&namespace, NAMESPACE)?;
    Ok(namespace)
}

fn format(call: &Call<'_>, index: usize, what: &str) -> JsResult<Format> {
    let name = call.argument(index).to_text()?;
    Format::named(&name).ok_or_else(|| {
        let shown: String = name.chars().take(100).collect();
        let message =
            format!("{what}: the format {shown:?} is none of gzip, deflate, deflate-raw, brotli");
        type_error(call.cx(), &message)
    })
}

type Held = RefCell<Codec>;

fn object<'a>(call: &Call<'a>, direction: Direction) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let codec = Codec::new(cx, format(call, 0, "codec")?, direction)?;
    cx.host_object::<Held>(&cx.object()?, RefCell::new(codec))
}

fn with_codec<'a, R>(
    call: &Call<'a>,
    use_it: impl FnOnce(Cx<'a>, &mut Codec) -> JsResult<R>,
) -> JsResult<R> {
    match call.argument(0).host::<Held>() {
        Some(codec) => use_it(call.cx(), &mut codec.borrow_mut()),
        None => Err(type_error(call.cx(), "not a codec")),
    }
}

/// `push(codec, bytes)`: what `pull` is to go through next.
fn push<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let source = call.argument(1);
    with_codec(call, |cx, codec| {
        codec.push(cx, source.bytes()?.unwrap_or_default())?;
        Ok(cx.undefined())
    })
}

/// `pull(codec)`: the next chunk of output, or undefined where it needs more input,
/// or has ended. TypeError where the input is not of the format.
fn pull<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with_codec(call, |cx, codec| match codec.pull(cx)? {
        Some(chunk) => cx.uint8_array(&chunk),
        None => Ok(cx.undefined()),
    })
}

/// `compression.compress(format, data)` and its counterpart.
fn at_once<'a>(call: &Call<'a>, direction: Direction) -> JsResult<Value<'a>> {
    let what = match direction {
        Direction::Compress => "compression.compress",
        Direction::Decompress => "compression.decompress",
    };
    require(call, what, 2)?;
    let (cx, data) = (call.cx(), call.argument(1));
    let format = format(call, 0, what)?;
    let input = match data.bytes()? {
        Some(bytes) => bytes,
        None if data.is_object() => {
            let message = format!("{what}: the data is neither a buffer, a view nor a string");
            return Err(type_error(cx, &message));
        }
        None => data.to_text()?.into_bytes(),
    };
    let mut codec = Codec::new(cx, format, direction)?;
    codec.push(cx, input)?;
    codec.finish();
    let mut all = Vec::new();
    let mut charge = cx.hold(0)?;
    while let Some(chunk) = codec.pull(cx)? {
        charge.set(cx, all.len() + chunk.len())?;
        all.extend_from_slice(&chunk);
    }
    cx.uint8_array(&all)
}
