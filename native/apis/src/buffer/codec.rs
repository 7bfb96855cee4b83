//! Between text and bytes.

use std::ops::Range;

use base64_simd::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use encoding_rs::{UTF_8, mem};
use quickbeam_engine::{JsResult, Value};

use super::encodings::Encoding;
use crate::arguments::poll_for;

/// The bytes of a string, handed to `use_them`.
pub(super) fn with_encoded<R>(
    string: &Value<'_>,
    encoding: Encoding,
    use_them: impl FnOnce(&[u8]) -> R,
) -> JsResult<R> {
    let cx = string.cx();
    match encoding {
        Encoding::Utf8 => string.with_text(|text| {
            poll_for(cx, text.len())?;
            Ok(use_them(text.as_bytes()))
        })?,
        Encoding::Base64 | Encoding::Base64Url => string.with_text(|text| {
            poll_for(cx, text.len())?;
            let _working = cx.hold(text.len())?;
            Ok(use_them(&from_base64(text.as_bytes())))
        })?,
        Encoding::Hex => string.with_text(|text| {
            poll_for(cx, text.len())?;
            let _working = cx.hold(text.len() / 2)?;
            Ok(use_them(&from_hex(text.as_bytes())))
        })?,
        Encoding::Latin1 | Encoding::Ascii => {
            let ascii = string.with_text(|text| text.is_ascii())?;
            if ascii {
                return with_encoded(string, Encoding::Utf8, use_them);
            }
            let units = string.to_utf16()?;
            poll_for(cx, units.len())?;
            let _working = cx.hold(3 * units.len())?;
            // Of each code unit the low byte.
            let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
            Ok(use_them(&bytes))
        }
        Encoding::Utf16Le => {
            let units = string.to_utf16()?;
            poll_for(cx, units.len())?;
            let _working = cx.hold(4 * units.len())?;
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
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
    let _working = cx.hold(3 * range.len())?;
    if encoding == Encoding::Utf16Le {
        let units = view.with_bytes(|bytes| {
            let pairs = cut(bytes, &range).chunks_exact(2);
            let units = pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            units.collect::<Vec<u16>>()
        });
        let units = units.unwrap_or_default();
        return match String::from_utf16(&units) {
            Ok(text) => cx.string(&text),
            // Lone surrogates stay.
            Err(_) => cx.string_of_units(&units),
        };
    }
    let text = view.with_bytes(|bytes| {
        let bytes = cut(bytes, &range);
        match encoding {
            Encoding::Latin1 => mem::decode_latin1(bytes).into_owned(),
            Encoding::Ascii => bytes.iter().map(|byte| (byte & 0x7F) as char).collect(),
            Encoding::Base64 => STANDARD.encode_to_string(bytes),
            Encoding::Base64Url => URL_SAFE_NO_PAD.encode_to_string(bytes),
            Encoding::Hex => hex(bytes),
            _ => UTF_8.decode_without_bom_handling(bytes).0.into_owned(),
        }
    });
    cx.string(&text.unwrap_or_default())
}

fn cut<'b>(bytes: &'b [u8], range: &Range<usize>) -> &'b [u8] {
    let end = range.end.min(bytes.len());
    &bytes[range.start.min(end)..end]
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    digits
        .map(|digit| DIGITS[usize::from(digit)] as char)
        .collect()
}

/// Up to the first pair that is none.
fn from_hex(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    let pairs = text.chunks_exact(2);
    pairs
        .map_while(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
        .collect()
}

/// Both alphabets, with padding or without; what belongs to neither is skipped, and
/// the first `=` ends it.
fn from_base64(text: &[u8]) -> Vec<u8> {
    if let Ok(bytes) = STANDARD.decode_to_vec(text) {
        return bytes;
    }
    let end = text.iter().position(|byte| *byte == b'=');
    let letters = text[..end.unwrap_or(text.len())].iter();
    let mut plain: Vec<u8> = letters
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(*byte),
            byte if byte.is_ascii_alphanumeric() => Some(*byte),
            _ => None,
        })
        .collect();
    // One letter of a group of four is no byte.
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    // Bits past the last byte do not matter.
    if let Some(last) = plain.pop() {
        plain.push(without_spare_bits(last, plain.len() % 4));
    }
    STANDARD_NO_PAD.decode_to_vec(&plain).unwrap_or_default()
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
