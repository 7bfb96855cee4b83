//! The interface `Blob`.

use std::borrow::Cow;

use encoding_rs::UTF_8;
use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use super::pieces::{Builder, Pieces};
use super::{Blob, normalize_type};
use crate::arguments::{clamp, dictionary, optional, promise_of, prototype_for, type_error};
use crate::host::once;
use crate::iteration::sequence;
use crate::modules;

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::attribute(c"size", |call| {
            with(call, |blob| Ok(call.cx().integer(blob.bytes.len() as i64)))
        }),
        Member::attribute(c"type", |call| {
            with(call, |blob| call.cx().string(&blob.kind))
        }),
        Member::operation(c"slice", 0, slice),
        Member::operation(c"stream", 0, stream),
        Member::operation(c"text", 0, |call| promise_of(call, text)),
        Member::operation(c"arrayBuffer", 0, |call| promise_of(call, array_buffer)),
        Member::operation(c"bytes", 0, |call| promise_of(call, bytes)),
        Member::tag(c"Blob"),
    ],
    statics: &[],
};

/// The class, which is one in a heap.
pub(crate) fn class(cx: Cx<'_>) -> JsResult<Value<'_>> {
    once(cx, "Blob", |cx| {
        cx.subclass(c"Blob", 0, construct, &MEMBERS, None)
    })
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let parts = match optional(call, 0) {
        Some(parts) => Part::list(&parts, "Blob constructor")?,
        None => Vec::new(),
    };
    let options = dictionary(call.argument(1), "Blob constructor")?;
    let options = Options::read(options.as_ref(), "Blob constructor")?;
    let bytes = options.put_together(call.cx(), &parts)?;
    let prototype = prototype_for(call, class)?;
    let kind = normalize_type(&options.kind);
    let blob = Blob {
        bytes,
        kind,
        file: None,
    };
    call.cx().host_object(&prototype, blob)
}

/// `BlobPart`, converted.
pub(super) enum Part<'a> {
    /// An ArrayBuffer, a view, a Blob.
    Object(Value<'a>),
    Text(String),
}

impl<'a> Part<'a> {
    /// `sequence<BlobPart>`.
    pub(super) fn list(parts: &Value<'a>, what: &str) -> JsResult<Vec<Part<'a>>> {
        let mut list = Vec::new();
        sequence(parts, &format!("{what}: the list of parts"), |part| {
            list.push(Part::of(part, what)?);
            Ok(())
        })?;
        Ok(list)
    }

    fn of(part: Value<'a>, what: &str) -> JsResult<Part<'a>> {
        if part.host::<Blob>().is_some() {
            return Ok(Part::Object(part));
        }
        if let Some((buffer, _)) = part.view_slots() {
            if buffer.buffer_slots().is_some_and(|slots| slots.shared) {
                let message = format!("{what}: a view of shared memory");
                return Err(type_error(part.cx(), &message));
            }
            return Ok(Part::Object(part));
        }
        match part.buffer_slots() {
            Some(slots) if !slots.shared => Ok(Part::Object(part)),
            _ => part.to_text().map(Part::Text),
        }
    }
}

/// `BlobPropertyBag`.
pub(super) struct Options {
    native_endings: bool,
    pub(super) kind: String,
}

impl Options {
    /// The members in the order of their names, `endings` first.
    pub(super) fn read(options: Option<&Value<'_>>, what: &str) -> JsResult<Options> {
        let mut read = Options {
            native_endings: false,
            kind: String::new(),
        };
        let Some(options) = options else {
            return Ok(read);
        };
        let endings = options.get("endings")?;
        if !endings.is_undefined() {
            read.native_endings = match &*endings.to_text()? {
                "native" => true,
                "transparent" => false,
                other => {
                    let shown: String = other.chars().take(100).collect();
                    let message = format!("{what}: endings cannot be {shown:?}");
                    return Err(type_error(options.cx(), &message));
                }
            };
        }
        let kind = options.get("type")?;
        if !kind.is_undefined() {
            read.kind = kind.to_text()?;
        }
        Ok(read)
    }

    /// "Process blob parts".
    pub(super) fn put_together(&self, cx: Cx<'_>, parts: &[Part<'_>]) -> JsResult<Pieces> {
        let mut builder = Builder::new(cx)?;
        for part in parts {
            cx.poll()?;
            match part {
                Part::Text(text) => {
                    let text = self.with_endings(text);
                    builder.append(text.len(), |to| cx.append(text.as_bytes(), to))?;
                }
                Part::Object(object) => match object.host::<Blob>() {
                    Some(blob) => builder.share(&blob.bytes)?,
                    None => {
                        let length = object.byte_length().unwrap_or(0);
                        builder.append(length, |to| object.append_bytes(to).map(drop))?;
                    }
                },
            }
        }
        builder.finish()
    }

    /// "Convert line endings to native": those of this system are LF.
    fn with_endings<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.native_endings && text.contains('\r') {
            text.replace("\r\n", "\n").replace('\r', "\n").into()
        } else {
            text.into()
        }
    }
}

pub(super) fn with<R>(call: &Call<'_>, use_it: impl FnOnce(&Blob) -> JsResult<R>) -> JsResult<R> {
    match call.this().host::<Blob>() {
        Some(blob) => use_it(blob),
        None => Err(type_error(call.cx(), "Illegal invocation: not a Blob")),
    }
}

/// As [`with`], of argument 0 of a native function.
pub(super) fn with_argument<R>(
    call: &Call<'_>,
    use_it: impl FnOnce(&Blob) -> JsResult<R>,
) -> JsResult<R> {
    match call.argument(0).host::<Blob>() {
        Some(blob) => use_it(blob),
        None => Err(type_error(call.cx(), "not a Blob")),
    }
}

fn slice<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let length = with(call, |blob| Ok(blob.bytes.len()))?;
    let cx = call.cx();
    let place = |index, default| match optional(call, index) {
        Some(value) => clamp(&value).map(|at| {
            if at < 0.0 {
                (length as f64 + at).max(0.0) as usize
            } else {
                at.min(length as f64) as usize
            }
        }),
        None => Ok(default),
    };
    let (start, end) = (place(0, 0)?, place(1, length)?);
    let kind = match optional(call, 2) {
        Some(kind) => normalize_type(&kind.to_text()?),
        None => String::new(),
    };
    let bytes = with(call, |blob| blob.bytes.slice(cx, start..end.max(start)))?;
    super::object(
        cx,
        Blob {
            bytes,
            kind,
            file: None,
        },
    )
}

/// In priv/js, with the other streams.
fn stream<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with(call, |_| Ok(()))?;
    let cx = call.cx();
    let stream = modules::load(cx, "blob_stream.js")?.get("streamOf")?;
    stream.call(&cx.undefined(), &[call.this()])
}

fn text<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with(call, |blob| {
        let bytes = blob.bytes.contiguous(cx)?;
        let _working = cx.hold(bytes.len())?;
        let mut decoder = UTF_8.new_decoder_with_bom_removal();
        let mut text = String::new();
        cx.in_parts(bytes.len(), |part| {
            let last = part.end == bytes.len();
            let room = decoder.max_utf8_buffer_length(part.len());
            text.reserve(room.unwrap_or(0));
            _ = decoder.decode_to_string(&bytes[part], &mut text, last);
            Ok(())
        })?;
        cx.string(&text)
    })
}

fn array_buffer<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with(call, |blob| cx.array_buffer(&blob.bytes.contiguous(cx)?))
}

fn bytes<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with(call, |blob| cx.uint8_array(&blob.bytes.contiguous(cx)?))
}
