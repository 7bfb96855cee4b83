//! `indexOf` and its kin.

use memchr::memmem;
use quickbeam_engine::{Call, JsResult, Value};

use crate::arguments::poll_for;

/// `indexOf(view, needle, offset, forward, wide)`: where the bytes `needle` first
/// are at `offset` or behind it, or last at it or before; -1 where they are not.
/// `wide` looks at every second place only. A negative offset counts from the end.
pub(super) fn index_of<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, view) = (call.cx(), call.argument(0));
    let needle = call.argument(1).bytes().unwrap_or_default();
    let offset = call.argument(2).to_number()?;
    let (forward, wide) = (call.argument(3).truthy(), call.argument(4).truthy());
    let length = view.byte_length().unwrap_or(0);
    poll_for(cx, length)?;
    let found = start(length, offset, needle.len(), forward).and_then(|start| {
        if needle.is_empty() {
            return Some(start);
        }
        if wide && (length < 2 || needle.len() < 2) {
            return None;
        }
        let find = |bytes: &[u8]| find(bytes, &needle, start, forward, wide);
        view.with_bytes(find).flatten()
    });
    Ok(cx.integer(found.map_or(-1, |at| at as i64)))
}

/// Where the search begins.
fn start(length: usize, offset: f64, needle: usize, forward: bool) -> Option<usize> {
    let size = length as f64;
    if offset < 0.0 {
        return match size + offset {
            at if at >= 0.0 => Some(at as usize),
            _ if forward || needle == 0 => Some(0),
            _ => None,
        };
    }
    if offset + needle as f64 <= size {
        Some(offset as usize)
    } else if needle == 0 {
        Some(length)
    } else if forward {
        None
    } else {
        length.checked_sub(1)
    }
}

fn find(bytes: &[u8], needle: &[u8], start: usize, forward: bool, wide: bool) -> Option<usize> {
    let last = bytes.len().checked_sub(needle.len())?;
    if wide {
        let fits = |at: &usize| bytes[*at..].starts_with(needle);
        return if forward {
            (start & !1..=last).step_by(2).find(fits)
        } else {
            let start = start.min(last) & !1;
            (0..start + 1).step_by(2).rev().find(fits)
        };
    }
    if forward {
        let found = memmem::find(bytes.get(start..)?, needle)?;
        Some(start + found)
    } else {
        memmem::rfind(&bytes[..start.min(last) + needle.len()], needle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_from_both_ends() {
        let bytes = b"abcabc";
        assert_eq!(find(bytes, b"bc", 0, true, false), Some(1));
        assert_eq!(find(bytes, b"bc", 2, true, false), Some(4));
        assert_eq!(find(bytes, b"bc", 5, false, false), Some(4));
        assert_eq!(find(bytes, b"bc", 3, false, false), Some(1));
        assert_eq!(find(bytes, b"bc", 0, true, true), Some(4));
        assert_eq!(find(bytes, b"abcabca", 0, true, false), None);
        assert_eq!(start(6, -2.0, 1, true), Some(4));
        assert_eq!(start(6, -9.0, 1, false), None);
    }
}
