//! What modules of priv/js get to know of Blobs, past their prototypes: blob.js.

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::class::with_argument;
use super::pieces::Builder;
use super::{Blob, FileParts, file, normalize_type};
use crate::arguments::{optional, type_error};
use crate::url::ObjectUrls;

pub(crate) static NATIVES: &[Member] = &[
    Member::lazy(c"Blob", super::class),
    Member::lazy(c"File", super::file_class),
    Member::method(c"isBlob", 1, |call| {
        let blob = call.argument(0).host::<Blob>().is_some();
        Ok(call.cx().boolean(blob))
    }),
    Member::method(c"isFile", 1, |call| {
        let argument = call.argument(0);
        let file = argument.host::<Blob>().and_then(|blob| blob.file.as_ref());
        Ok(call.cx().boolean(file.is_some()))
    }),
    Member::method(c"sizeOf", 1, |call| {
        with_argument(call, |blob| Ok(call.cx().integer(blob.bytes.len() as i64)))
    }),
    Member::method(c"typeOf", 1, |call| {
        with_argument(call, |blob| call.cx().string(&blob.kind))
    }),
    Member::method(c"nameOf", 1, |call| {
        with_argument(call, |blob| match &blob.file {
            Some(file) => call.cx().string(&file.name),
            None => Ok(call.cx().undefined()),
        })
    }),
    Member::method(c"bytesOf", 3, bytes_of),
    Member::method(c"fromBytes", 2, from_bytes),
    Member::method(c"fileOf", 4, file_of),
    Member::method(c"fromURL", 1, |call| {
        let url = call.argument(0).to_text()?;
        match ObjectUrls::find(call.cx(), &url) {
            Some(blob) => super::object(call.cx(), blob),
            None => Ok(call.cx().undefined()),
        }
    }),
];

/// `bytesOf(blob, start = 0, end = size)`: a new Uint8Array.
fn bytes_of<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let place = |index, default: usize| match optional(call, index) {
        Some(at) => Ok((at.to_number()?.max(0.0) as usize).min(default)),
        None => Ok(default),
    };
    with_argument(call, |blob| {
        if call.len() == 1 {
            return cx.uint8_array(&blob.bytes.contiguous(cx)?);
        }
        let end = place(2, blob.bytes.len())?;
        let start = place(1, end)?;
        let part = blob.bytes.slice(cx, start..end)?;
        cx.uint8_array(&part.contiguous(cx)?)
    })
}

/// `fromBytes(buffer or view, type)`: a Blob of a copy, its type as it is given.
fn from_bytes<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, source) = (call.cx(), call.argument(0));
    let Some(length) = source.byte_length() else {
        return Err(type_error(cx, "fromBytes: neither a buffer nor a view"));
    };
    let mut builder = Builder::new(cx)?;
    builder.append(length, |to| source.append_bytes(to).map(drop))?;
    let kind = match optional(call, 1) {
        Some(kind) => kind.to_text()?,
        None => String::new(),
    };
    let bytes = builder.finish()?;
    super::object(
        cx,
        Blob {
            bytes,
            kind,
            file: None,
        },
    )
}

/// `fileOf(blob, name, type = that of the blob, lastModified = now)`: a File of the
/// same bytes.
fn file_of<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let name = call.argument(1).to_text()?;
    let kind = optional(call, 2).map(|kind| kind.to_text()).transpose()?;
    let last_modified = match optional(call, 3) {
        Some(at) => at.to_number()?,
        None => file::now(),
    };
    let mut blob = with_argument(call, |blob| Ok(blob.clone()))?;
    if let Some(kind) = kind {
        blob.kind = normalize_type(&kind);
    }
    blob.file = Some(FileParts {
        name,
        last_modified,
    });
    super::object(cx, blob)
}
