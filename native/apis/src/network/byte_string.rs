//! Web IDL's ByteString: each code unit a byte.

use quickbeam_engine::{JsResult, Value};

use crate::arguments::type_error;

/// The bytes of a string whose code units are below 256; else a TypeError.
pub(crate) fn bytes(value: &Value<'_>, what: &str) -> JsResult<Vec<u8>> {
    let found = value.with_text(|text| {
        if text.is_ascii() {
            return Some(text.as_bytes().to_vec());
        }
        text.chars()
            .map(|char| u8::try_from(u32::from(char)).ok())
            .collect()
    })?;
    found.ok_or_else(|| {
        let message = format!("{what} has a character above U+00FF");
        type_error(value.cx(), &message)
    })
}

/// The other way.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
