//! Between text and bytes.

use std::ops::Range;

use base64_simd::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use encoding_rs::{UTF_8, mem};
use quickbeam_engine::work::PART;
use quickbeam_engine::{Cx, JsResult, Value};

use super::encodings::Encoding;

/// The bytes of a string, handed to `use_them`. What is made of them is made part by
/// part, with a poll for each.
pub(super) fn with_encoded<R>(
    string: &Value<'_>,
    encoding: Encoding,
    use_them: impl FnOnce(&[u8]) -> R,
) -> JsResult<R> {
    let cx = string.cx();
    match encoding {
        Encoding::Utf8 => string.with_text(|text| use_them(text.as_bytes())),
        Encoding::Base64 | Encoding::Base64Url => string.with_text(|text| {
            let _working = cx.hold(text.len())?;
            Ok(use_them(&from_base64(cx, text.as_bytes())?))
        })?,
        Encoding::Hex => string.with_text(|text| {
            let _working = cx.hold(text.len() / 2)?;
            Ok(use_them(&from_hex(cx, text.as_bytes())?))
        })?,
        Encoding::Latin1 | Encoding::Ascii => {
            let ascii = string.with_text(|text| text.is_ascii())?;
            if ascii {
                return with_encoded(string, Encoding::Utf8, use_them);
            }
            let units = string.to_utf16()?;
            let _working = cx.hold(3 * units.len())?;
            let mut bytes = Vec::with_capacity(units.len());
            cx.in_parts(units.len(), |part| {
                // Of each code unit the low byte.
                bytes.extend(units[part].iter().map(|unit| *unit as u8));
                Ok(())
            })?;
            Ok(use_them(&bytes))
        }
        Encoding::Utf16Le => {
            let units = string.to_utf16()?;
            let _working = cx.hold(4 * units.len())?;
            let mut bytes = Vec::with_capacity(2 * units.len());
            cx.in_parts(units.len(), |part| {
                bytes.extend(units[part].iter().flat_map(|unit| unit.to_le_bytes()));
                Ok(())
            })?;
            Ok(use_them(&bytes))
        }
    }
}

/// The string of some bytes of a view.
pub(super) fn decode<'a>(
    view: &Value<'a>,
    encoding: Encoding,
    range: Range<usize>,
) -> JsResult<Value<'a>> {
    let cx = view.cx();
    if matches!(
        encoding,
        Encoding::Utf8 | Encoding::Latin1 | Encoding::Ascii
    ) {
        let ascii = view.with_bytes(|bytes| cut(bytes, &range).is_ascii());
        if (encoding == Encoding::Utf8 || ascii == Some(true))
            && let Some(string) = view.utf8_string(range.clone())?
        {
            return Ok(string);
        }
    }
    let length = view.with_bytes(|bytes| cut(bytes, &range).len());
    let (start, length) = (range.start, length.unwrap_or(0));
    let _working = cx.hold(3 * length)?;
    if encoding == Encoding::Utf16Le {
        return decode_utf16(view, start..start + length);
    }
    let mut text = String::new();
    let mut utf8 = UTF_8.new_decoder_without_bom_handling();
    cx.in_parts(length, |part| {
        let last = part.end == length;
        let part = start + part.start..start + part.end;
        view.with_bytes(|bytes| {
            let bytes = cut(bytes, &part);
            match encoding {
                Encoding::Latin1 => text.push_str(&mem::decode_latin1(bytes)),
                Encoding::Ascii => text.extend(bytes.iter().map(|byte| (byte & 0x7F) as char)),
                Encoding::Base64 => STANDARD_NO_PAD.encode_append(bytes, &mut text),
                Encoding::Base64Url => URL_SAFE_NO_PAD.encode_append(bytes, &mut text),
                Encoding::Hex => text.extend(hex(bytes)),
                _ => {
                    let room = utf8.max_utf8_buffer_length(bytes.len());
                    text.reserve(room.unwrap_or(0));
                    _ = utf8.decode_to_string(bytes, &mut text, last);
                }
            }
        });
        Ok(())
    })?;
    if encoding == Encoding::Base64 {
        text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    }
    cx.string(&text)
}

/// Pairs of bytes, the lower one first.
fn decode_utf16<'a>(view: &Value<'a>, range: Range<usize>) -> JsResult<Value<'a>> {
    let cx = view.cx();
    let mut units: Vec<u16> = Vec::with_capacity(range.len() / 2);
    cx.in_parts(range.len(), |part| {
        let part = range.start + part.start..range.start + part.end;
        view.with_bytes(|bytes| {
            let pairs = cut(bytes, &part).chunks_exact(2);
            units.extend(pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        });
        Ok(())
    })?;
    let mut text = String::with_capacity(units.len());
    let mut rest = char::decode_utf16(units.iter().copied());
    loop {
        cx.spend(PART)?;
        for _ in 0..PART / 2 {
            match rest.next() {
                Some(Ok(char)) => text.push(char),
                None => return cx.string(&text),
                // Lone surrogates stay.
                Some(Err(_)) => return cx.string_of_units(&units),
            }
        }
    }
}

fn cut<'b>(bytes: &'b [u8], range: &Range<usize>) -> &'b [u8] {
    let end = range.end.min(bytes.len());
    &bytes[range.start.min(end)..end]
}

fn hex(bytes: &[u8]) -> impl Iterator<Item = char> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    digits.map(|digit| DIGITS[usize::from(digit)] as char)
}

/// Up to the first pair that is none.
fn from_hex(cx: Cx<'_>, text: &[u8]) -> JsResult<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for part in text.chunks(PART) {
        cx.spend(part.len())?;
        let pairs = part.chunks_exact(2);
        let (before, count) = (bytes.len(), pairs.len());
        bytes.extend(pairs.map_while(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)));
        if bytes.len() - before < count {
            break;
        }
    }
    Ok(bytes)
}

/// Both alphabets, with padding or without; what belongs to neither is skipped, and
/// the first `=` ends it.
fn from_base64(cx: Cx<'_>, text: &[u8]) -> JsResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.len().min(PART));
        cx.spend(part.len())?;
        match STANDARD.decode_to_vec(part) {
            Ok(decoded) if after.is_empty() || !part.ends_with(b"=") => {
                bytes.extend_from_slice(&decoded);
            }
            _ => break,
        }
        rest = after;
    }
    if rest.is_empty() {
        return Ok(bytes);
    }
    let mut plain: Vec<u8> = Vec::with_capacity(rest.len());
    for part in rest.chunks(PART) {
        cx.spend(part.len())?;
        let end = part.iter().position(|byte| *byte == b'=');
        let letters = part[..end.unwrap_or(part.len())].iter();
        plain.extend(letters.filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(*byte),
            byte if byte.is_ascii_alphanumeric() => Some(*byte),
            _ => None,
        }));
        if end.is_some() {
            break;
        }
    }
    // One letter of a group of four is no byte.
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    // Bits past the last byte do not matter.
    if let Some(last) = plain.pop() {
        plain.push(without_spare_bits(last, plain.len() % 4));
    }
    for part in plain.chunks(PART) {
        cx.spend(part.len())?;
        bytes.extend(STANDARD_NO_PAD.decode_to_vec(part).unwrap_or_default());
    }
    Ok(bytes)
}

/// The last letter, `before` others of its group before it, with the bits that no
/// byte is made of at zero.
fn without_spare_bits(letter: u8, before: usize) -> u8 {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mask = match before {
        1 => 0b11_0000,
        2 => 0b11_1100,
        _ => return letter,
    };
    let value = LETTERS.iter().position(|other| *other == letter);
    LETTERS[value.unwrap_or(0) & mask]
}
