//! The bytes of buffers and views.

use std::ops::Range;

use quickbeam_engine_sys as sys;

use super::Value;
use super::text::as_utf8;
use crate::cx::JsResult;

impl<'a> Value<'a> {
    /// The string of some of the bytes, which are UTF-8; `None` where they are not,
    /// or this has no bytes. `range` is cut to what there is.
    pub fn utf8_string(&self, range: Range<usize>) -> JsResult<Option<Value<'a>>> {
        let Some((data, size)) = self.raw_bytes() else {
            return Ok(None);
        };
        let end = range.end.min(size);
        let start = range.start.min(end);
        // SAFETY: within the bytes of a live buffer. Until the engine has copied them
        // the fiber may be suspended for its slice, but no script runs, nor does a
        // collection run any; and self keeps the buffer.
        unsafe {
            let bytes = std::slice::from_raw_parts(data.add(start), end - start);
            match as_utf8(self.cx(), bytes)? {
                Some(text) => self.cx().string(text).map(Some),
                None => Ok(None),
            }
        }
    }
}

impl Value<'_> {
    /// Look at the bytes of a buffer or view without a copy; `None` for any other
    /// value. What looks is Send, so that it can have no `Cx` to run JS with.
    pub fn with_bytes<R>(&self, look: impl FnOnce(&[u8]) -> R + Send) -> Option<R> {
        let (data, size) = self.raw_bytes()?;
        // SAFETY: `size` bytes of a live buffer of this heap, which this thread has,
        // and no JS runs while they are borrowed.
        Some(look(unsafe { std::slice::from_raw_parts(data, size) }))
    }

    /// As [`Value::with_bytes`], to change them.
    pub fn with_bytes_mut<R>(&self, change: impl FnOnce(&mut [u8]) -> R + Send) -> Option<R> {
        let (data, size) = self.raw_bytes()?;
        // SAFETY: as above; nobody else has a reference to them meanwhile, since
        // `change` can reach no value.
        Some(change(unsafe {
            std::slice::from_raw_parts_mut(data.cast_mut(), size)
        }))
    }

    /// As [`Value::with_bytes`], of two at once.
    pub fn with_bytes_of_both<R>(
        &self,
        other: &Value<'_>,
        look: impl FnOnce(&[u8], &[u8]) -> R + Send,
    ) -> Option<R> {
        let (data, size) = self.raw_bytes()?;
        let (other_data, other_size) = other.raw_bytes()?;
        // SAFETY: as above, and shared borrows may overlap.
        unsafe {
            let bytes = std::slice::from_raw_parts(data, size);
            let others = std::slice::from_raw_parts(other_data, other_size);
            Some(look(bytes, others))
        }
    }

    /// A copy of the bytes of an ArrayBuffer, typed array or DataView: no slice
    /// of them may be held where a script could detach or resize the buffer. `None`
    /// for any other value. It polls.
    pub fn bytes(&self) -> JsResult<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let found = self.append_bytes(&mut bytes)?;
        Ok(found.then_some(bytes))
    }

    /// Append a copy of the bytes to `target`; false for any other value.
    pub fn append_bytes(&self, target: &mut Vec<u8>) -> JsResult<bool> {
        let Some((_, size)) = self.raw_bytes() else {
            return Ok(false);
        };
        target.reserve_exact(size);
        self.cx().in_parts(size, |part| {
            if let Some((data, size)) = self.raw_bytes() {
                // SAFETY: bytes of a live buffer, which are looked up anew after each
                // poll; no JS runs during the copy, and `target` is none of the engine's.
                let bytes = unsafe { std::slice::from_raw_parts(data, size) };
                target.extend_from_slice(bytes.get(part).unwrap_or_default());
            }
            Ok(())
        })?;
        Ok(true)
    }

    /// Whether the bytes are UTF-8; `None` for a value without bytes. It polls.
    pub fn is_utf8(&self) -> JsResult<Option<bool>> {
        let Some((data, size)) = self.raw_bytes() else {
            return Ok(None);
        };
        // SAFETY: as in utf8_string.
        let bytes = unsafe { std::slice::from_raw_parts(data, size) };
        Ok(Some(as_utf8(self.cx(), bytes)?.is_some()))
    }

    /// How many bytes [`Value::bytes`] would give.
    pub fn byte_length(&self) -> Option<usize> {
        self.raw_bytes().map(|(_, size)| size)
    }

    /// Copy `source`, or as much of it as there is room for, to the front of the
    /// bytes; false for any other value.
    pub fn write_bytes(&self, source: &[u8]) -> bool {
        let Some((data, size)) = self.raw_bytes() else {
            return false;
        };
        // SAFETY: within the bytes of a live buffer of this heap, which this
        // thread has; `source` is none of the engine's.
        unsafe {
            std::ptr::copy_nonoverlapping(source.as_ptr(), data.cast_mut(), size.min(source.len()));
        }
        true
    }

    /// Pointer and count of the bytes, good until JS runs again.
    fn raw_bytes(&self) -> Option<(*const u8, usize)> {
        let (mut data, mut size) = (std::ptr::null(), 0);
        // SAFETY: reads the slots of a live value.
        let found = unsafe { sys::JS_GetBufferBytes(self.raw, &mut data, &mut size) };
        if data.is_null() {
            return found.then_some((std::ptr::NonNull::<u8>::dangling().as_ptr().cast_const(), 0));
        }
        Some((data, size))
    }
}
