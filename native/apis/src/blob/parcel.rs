//! Blobs and Files in structured clones: File API, 3 and 4, "serialization steps".

use quickbeam_engine::{Cx, JsResult, Value};

use super::pieces::Loose;
use super::{Blob, FileParts};
use crate::clone::{Parcel, data_clone_error};
use crate::groups::{Part, Parts};

struct Packed {
    bytes: Loose,
    kind: String,
    file: Option<FileParts>,
}

/// The steps of `Blob` and `File`.
pub(crate) fn serialize<'a>(value: &Value<'a>) -> Option<JsResult<Box<dyn Parcel>>> {
    let blob = value.host::<Blob>()?;
    Some(Ok(Box::new(Packed {
        bytes: blob.bytes.loosen(),
        kind: blob.kind.clone(),
        file: blob.file.clone(),
    })))
}

impl Parcel for Packed {
    fn size(&self) -> usize {
        let name = self.file.as_ref().map_or(0, |file| file.name.len());
        self.bytes.size() + self.kind.len() + name
    }

    fn unpack<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        if !Parts::of(cx).has(Part::Blob) {
            return Err(data_clone_error(cx, "There is no Blob here"));
        }
        let blob = Blob {
            bytes: self.bytes.settle(cx)?,
            kind: self.kind.clone(),
            file: self.file.clone(),
        };
        super::object(cx, blob)
    }
}
