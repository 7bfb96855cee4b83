//! Strings and numbers.

use std::borrow::Cow;

use quickbeam_engine_sys as sys;

use super::Value;
use crate::cx::{Cx, JsResult, Thrown};
use crate::work::PART;

impl Value<'_> {
    /// `String(value)`, lone surrogates as U+FFFD. Runs JS for objects.
    pub fn to_text(&self) -> JsResult<String> {
        self.with_text(|text| match text {
            Cow::Borrowed(text) => self.cx.copy_text(text),
            Cow::Owned(text) => Ok(text),
        })?
    }

    /// [`Value::to_text`] without a copy where the string is well-formed.
    pub fn with_text<R>(&self, use_it: impl FnOnce(Cow<'_, str>) -> R) -> JsResult<R> {
        let mut length = 0;
        // SAFETY: on success the pointer is good for `length` bytes until it is
        // freed below, whatever `use_it` makes the engine do.
        unsafe {
            let text = sys::JS_ToCStringLen2(self.cx.as_ptr(), &mut length, self.raw, false);
            if text.is_null() {
                return Err(Thrown::pending());
            }
            let guard = CString { cx: self.cx, text };
            let bytes = std::slice::from_raw_parts(guard.text.cast::<u8>(), length);
            Ok(use_it(match as_utf8(self.cx, bytes)? {
                Some(text) => Cow::Borrowed(text),
                None => Cow::Owned(mended(self.cx, bytes)?),
            }))
        }
    }

    /// `Number(value)`.
    pub fn to_number(&self) -> JsResult<f64> {
        let mut number = 0.0;
        // SAFETY: writes one f64.
        let status = unsafe { sys::JS_ToFloat64(self.cx.as_ptr(), &mut number, self.raw) };
        self.cx.check(status)?;
        Ok(number)
    }

    /// `Boolean(value)`.
    pub fn truthy(&self) -> bool {
        // SAFETY: ToBoolean runs no JS and cannot fail on a live value.
        unsafe { sys::JS_ToBool(self.cx.as_ptr(), self.raw) > 0 }
    }

    /// Sign and magnitude of a BigInt, 32-bit words, least significant first.
    pub fn bigint_words(&self) -> JsResult<(bool, Vec<u32>)> {
        let (mut negative, mut count) = (false, 0);
        // SAFETY: on success the pointer is good for `count` words and ours to
        // free.
        unsafe {
            let cx = self.cx.as_ptr();
            let words = sys::JS_GetBigIntWords(cx, self.raw, &mut negative, &mut count);
            if words.is_null() {
                return Err(Thrown::pending());
            }
            let copy = std::slice::from_raw_parts(words, count).to_vec();
            sys::js_free(cx, words.cast());
            Ok((negative, copy))
        }
    }
}

/// Text that the engine lends until it is freed; it holds a reference to it.
pub(super) struct CString<'a> {
    pub(super) cx: Cx<'a>,
    pub(super) text: *const std::ffi::c_char,
}

impl Drop for CString<'_> {
    fn drop(&mut self) {
        // SAFETY: made by JS_ToCStringLen2 or JS_AtomToCStringLen, freed once.
        unsafe { sys::JS_FreeCString(self.cx.as_ptr(), self.text) }
    }
}

/// `bytes` as text where they are UTF-8. It polls where they are many: the texts of
/// errors can be read while code is being killed.
pub(super) fn as_utf8<'b>(cx: Cx<'_>, bytes: &'b [u8]) -> JsResult<Option<&'b str>> {
    let mut start = 0;
    while start < bytes.len() {
        let end = bytes.len().min(start + PART);
        if bytes.len() > PART {
            cx.spend(end - start)?;
        }
        start = match std::str::from_utf8(&bytes[start..end]) {
            Ok(_) => end,
            // A character that goes on in the next part.
            Err(error) if error.error_len().is_none() && end < bytes.len() => {
                start + error.valid_up_to()
            }
            Err(_) => return Ok(None),
        };
    }
    // SAFETY: every part up to its last whole character was looked at, and the next
    // began behind that.
    Ok(Some(unsafe { std::str::from_utf8_unchecked(bytes) }))
}

/// [`well_formed`] of bytes that are not, part by part. It polls.
fn mended(cx: Cx<'_>, bytes: &[u8]) -> JsResult<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut start = 0;
    while start < bytes.len() {
        let mut end = bytes.len().min(start + PART);
        // A lone surrogate has the shape of any other character.
        while end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        if bytes.len() > PART {
            cx.spend(end - start)?;
        }
        text.push_str(&well_formed(&bytes[start..end]));
        start = end;
    }
    Ok(text)
}

/// The engine's UTF-8 has lone surrogates as three bytes each (ED A0..BF xx);
/// U+FFFD has three bytes too, so they are replaced one for one.
pub(crate) fn well_formed(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut fixed = bytes.to_vec();
    let mut at = 0;
    while at + 2 < fixed.len() {
        if fixed[at] == 0xED && fixed[at + 1] >= 0xA0 {
            fixed[at..at + 3].copy_from_slice("\u{FFFD}".as_bytes());
            at += 3;
        } else {
            at += 1;
        }
    }
    Cow::Owned(match String::from_utf8(fixed) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}
