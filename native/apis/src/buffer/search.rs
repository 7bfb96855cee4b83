//! `indexOf` and its kin.

use std::ops::Range;

use memchr::memmem;
use quickbeam_engine::{Call, JsResult, Value};

/// `indexOf(view, needle, offset, forward, wide)`: where the bytes `needle` first
/// are at `offset` or behind it, or last at it or before; -1 where they are not.
/// `wide` looks at every second place only. A negative offset counts from the end.
pub(super) fn index_of<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, view) = (call.cx(), call.argument(0));
    let _needle = cx.hold(call.argument(1).byte_length().unwrap_or(0))?;
    let needle = call.argument(1).bytes()?.unwrap_or_default();
    let offset = call.argument(2).to_number()?;
    let (forward, wide) = (call.argument(3).truthy(), call.argument(4).truthy());
    let length = view.byte_length().unwrap_or(0);
    let found = match start(length, offset, needle.len(), forward) {
        Some(start) if needle.is_empty() => Some(start),
        Some(_) if wide && (length < 2 || needle.len() < 2) => None,
        Some(start) => find(&view, &needle, start, forward, wide)?,
        None => None,
    };
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

/// The first place from `start` on, or the last up to it, where the needle is.
fn find(
    view: &Value<'_>,
    needle: &[u8],
    start: usize,
    forward: bool,
    wide: bool,
) -> JsResult<Option<usize>> {
    let Some(last) = view.byte_length().unwrap_or(0).checked_sub(needle.len()) else {
        return Ok(None);
    };
    let places = if forward {
        // Of two-byte units, the one that `start` is in.
        start & !usize::from(wide)..last + 1
    } else {
        0..start.min(last) + 1
    };
    if needle.len() > SHORT {
        return find_long(view, needle, places, forward, wide);
    }
    let mut found = None;
    let cx = view.cx();
    cx.in_parts(places.len(), |part| {
        if found.is_some() {
            return Ok(());
        }
        let mut part = match forward {
            true => places.start + part.start..places.start + part.end,
            false => places.end - part.end..places.end - part.start,
        };
        while !part.is_empty() {
            let look = |bytes: &[u8]| {
                let bytes = bytes.get(part.start..part.end + needle.len() - 1)?;
                match forward {
                    true => memmem::find(bytes, needle),
                    false => memmem::rfind(bytes, needle),
                }
            };
            let Some(at) = view.with_bytes(look).flatten() else {
                break;
            };
            let at = part.start + at;
            if !wide || at % 2 == 0 {
                found = Some(at);
                break;
            }
            cx.spend(needle.len())?;
            match forward {
                true => part.start = at + 1,
                false => part.end = at,
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// Longer needles take a search that can stop anywhere.
const SHORT: usize = 1024;

/// As [`find`], by Knuth, Morris and Pratt: linear, and its state is a number.
fn find_long(
    view: &Value<'_>,
    needle: &[u8],
    places: Range<usize>,
    forward: bool,
    wide: bool,
) -> JsResult<Option<usize>> {
    let cx = view.cx();
    let count = needle.len();
    let letter = |at: usize| match forward {
        true => needle[at],
        false => needle[count - 1 - at],
    };
    // Of each prefix the longest that is its end too.
    let _table = cx.hold(count * size_of::<usize>())?;
    let mut table: Vec<usize> = Vec::with_capacity(count);
    let next = |table: &[usize], mut matched: usize, byte: u8| {
        while matched > 0 && letter(matched) != byte {
            matched = table[matched - 1];
        }
        matched + usize::from(letter(matched) == byte)
    };
    table.push(0);
    let mut matched = 0;
    cx.in_parts(count, |part| {
        for at in part.start.max(1)..part.end {
            matched = next(&table, matched, letter(at));
            table.push(matched);
        }
        Ok(())
    })?;
    // The bytes that a needle at one of the places may cover.
    let reach = places.start..places.end + count - 1;
    let (mut matched, mut found) = (0, None);
    cx.in_parts(reach.len(), |part| {
        if found.is_some() {
            return Ok(());
        }
        view.with_bytes(|bytes| {
            for step in part {
                let at = match forward {
                    true => reach.start + step,
                    false => reach.end - 1 - step,
                };
                let Some(byte) = bytes.get(at) else { return };
                matched = next(&table, matched, *byte);
                if matched == count {
                    let place = if forward { at + 1 - count } else { at };
                    if !wide || place % 2 == 0 {
                        found = Some(place);
                        return;
                    }
                    matched = table[matched - 1];
                }
            }
        });
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_to_begin() {
        assert_eq!(start(6, -2.0, 1, true), Some(4));
        assert_eq!(start(6, -9.0, 1, false), None);
    }
}
