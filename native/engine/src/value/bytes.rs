//! The bytes of buffers and views.

use quickbeam_engine_sys as sys;

use super::Value;

impl Value<'_> {
    /// A copy of the bytes of an ArrayBuffer, typed array or DataView: no slice
    /// of them may be held where a script could detach or resize the buffer.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.append_bytes(&mut bytes).then_some(bytes)
    }

    /// Append a copy of the bytes to `target`; false for any other value.
    pub fn append_bytes(&self, target: &mut Vec<u8>) -> bool {
        let Some((data, size)) = self.raw_bytes() else {
            return false;
        };
        // SAFETY: `size` bytes of a live buffer; no JS runs during the copy, and
        // `target` is none of the engine's.
        target.extend_from_slice(unsafe { std::slice::from_raw_parts(data, size) });
        true
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
