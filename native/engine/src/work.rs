//! Natives that go through many bytes: what they do is counted as reductions, and
//! they are pre-empted and stopped as scripts are.

use std::ops::Range;
use std::time::Duration;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult};

/// What a native may go through between two polls: less than a millisecond of most.
/// Whole groups of three, four and eight.
pub const PART: usize = 96 * 1024;

/// Bytes of one reduction.
const TICK: usize = 512;

/// Work that is so short that the poll need not be told of it before.
const SHORT: usize = 16 * 1024;

impl Cx<'_> {
    /// Count the `bytes` that a native is about to go through, a reduction for each 512
    /// of them. The watch is asked whether that is too much for the slice that is left:
    /// then the fiber is suspended first, so that what cannot be divided begins with a
    /// whole slice, and never on a thread that others wait for.
    pub fn spend(self, bytes: usize) -> JsResult<()> {
        let ticks = i32::try_from(bytes / TICK)
            .unwrap_or(i32::MAX / 4)
            .min(i32::MAX / 4)
            + 1;
        if bytes < SHORT {
            return (0..ticks).try_for_each(|_| self.poll());
        }
        let inner = self.inner();
        // About what the slower of the loops do: a byte in a nanosecond.
        inner.ahead.set(Duration::from_nanos(bytes as u64));
        // SAFETY: a live context.
        let status = unsafe { sys::JS_SpendContext(self.as_ptr(), ticks) };
        inner.ahead.set(Duration::ZERO);
        self.check(status)
    }

    /// Append a copy of `bytes` to `target`, part by part.
    pub fn append(self, bytes: &[u8], target: &mut Vec<u8>) -> JsResult<()> {
        target.reserve(bytes.len());
        self.in_parts(bytes.len(), |part| {
            target.extend_from_slice(&bytes[part]);
            Ok(())
        })
    }

    /// A copy of `text`, made part by part where it is long.
    pub fn copy_text(self, text: &str) -> JsResult<String> {
        if text.len() <= PART {
            return Ok(text.to_owned());
        }
        let mut copy = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.floor_char_boundary(PART));
            self.spend(part.len())?;
            copy.push_str(part);
            rest = after;
        }
        Ok(copy)
    }

    /// Have `each` go through `0..length` in parts that are short enough for one poll,
    /// and spend them.
    pub fn in_parts(
        self,
        length: usize,
        mut each: impl FnMut(Range<usize>) -> JsResult<()>,
    ) -> JsResult<()> {
        let mut start = 0;
        while start < length {
            let end = length.min(start + PART);
            self.spend(end - start)?;
            each(start..end)?;
            start = end;
        }
        Ok(())
    }
}
