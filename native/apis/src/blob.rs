//! `Blob` and `File`: File API, 3 and 4.

mod class;
mod file;
mod natives;
mod parcel;
mod pieces;

use quickbeam_engine::{Cx, JsResult, Value};

pub(crate) use class::class;
pub(crate) use file::class as file_class;
pub(crate) use natives::NATIVES;
pub(crate) use parcel::serialize;
pub(crate) use pieces::Pieces;

/// What a Blob object carries.
#[derive(Clone)]
pub(crate) struct Blob {
    pub(crate) bytes: Pieces,
    /// Its media type, normalized.
    pub(crate) kind: String,
    /// What makes it a File.
    pub(crate) file: Option<FileParts>,
}

#[derive(Clone)]
pub(crate) struct FileParts {
    pub(crate) name: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified: f64,
}

/// A new object of what a Blob carries.
pub(crate) fn object<'a>(cx: Cx<'a>, blob: Blob) -> JsResult<Value<'a>> {
    let class = match &blob.file {
        Some(_) => file_class(cx)?,
        None => class(cx)?,
    };
    cx.host_object(&class.get("prototype")?, blob)
}

/// The type of a Blob: lower case, or none where it is not printable ASCII.
pub(crate) fn normalize_type(kind: &str) -> String {
    if kind.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) {
        kind.to_ascii_lowercase()
    } else {
        String::new()
    }
}
