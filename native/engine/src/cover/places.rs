//! From bytes of a text to lines and columns.

use quickbeam_engine_sys as sys;

use super::{BranchKind, CoverPoint};

/// A line, from 1, and a column in UTF-16 units, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// From its first character to behind its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub start: Place,
    pub end: Place,
}

/// The points of a text, whose first `skip` bytes are no part of it.
pub(super) fn points(text: &[u8], skip: usize, raw: &[sys::JSCoverPoint]) -> Vec<CoverPoint> {
    let skipped = |offset: u32| (offset as usize) < skip;
    let offsets = raw
        .iter()
        .flat_map(|point| [point.start, point.end, point.declared, point.name_end])
        .filter(|offset| !skipped(*offset));
    let places = Places::new(text, skip, offsets.collect());
    let point = |point: &sys::JSCoverPoint| {
        let range = Range {
            start: places.at(point.start),
            end: places.at(point.end),
        };
        if skipped(point.start) {
            return CoverPoint::None;
        }
        match point.kind {
            sys::JS_COVER_STATEMENT => CoverPoint::Statement(range),
            sys::JS_COVER_FUNCTION => function(text, &places, point, range, skip),
            sys::JS_COVER_ARM => CoverPoint::Arm {
                branch: point.branch as usize,
                range: (point.end != 0).then_some(range),
            },
            sys::JS_COVER_IF => CoverPoint::Branch(BranchKind::If, range),
            sys::JS_COVER_COND => CoverPoint::Branch(BranchKind::Conditional, range),
            sys::JS_COVER_LOGICAL => CoverPoint::Branch(BranchKind::Logical, range),
            sys::JS_COVER_SWITCH => CoverPoint::Branch(BranchKind::Switch, range),
            sys::JS_COVER_DEFAULT => CoverPoint::Branch(BranchKind::Default, range),
            _ => CoverPoint::None,
        }
    };
    raw.iter().map(point).collect()
}

fn function(
    text: &[u8],
    places: &Places,
    point: &sys::JSCoverPoint,
    body: Range,
    skip: usize,
) -> CoverPoint {
    // What stands around the text.
    if (point.declared as usize) < skip {
        return CoverPoint::None;
    }
    let start = places.at(point.declared);
    let name = (point.name_end != 0).then(|| {
        let name = text.get(point.declared as usize..point.name_end as usize);
        String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
    });
    let end = match name {
        Some(_) => places.at(point.name_end),
        None => Place {
            line: start.line,
            column: start.column + 1,
        },
    };
    CoverPoint::Function {
        name,
        declared: Range { start, end },
        body,
    }
}

/// The places of some bytes of a text.
struct Places {
    offsets: Vec<u32>,
    places: Vec<Place>,
}

impl Places {
    /// In one walk: a text may be one long line.
    fn new(text: &[u8], skip: usize, mut offsets: Vec<u32>) -> Places {
        offsets.sort_unstable();
        offsets.dedup();
        let mut places = Vec::with_capacity(offsets.len());
        let mut at = Place { line: 1, column: 0 };
        let mut walked = skip;
        for &offset in &offsets {
            let upto = (offset as usize).clamp(walked, text.len().max(walked));
            while walked < upto.min(text.len()) {
                walked += step(&text[walked..], &mut at);
            }
            places.push(at);
        }
        Places { offsets, places }
    }

    fn at(&self, offset: u32) -> Place {
        let found = self.offsets.binary_search(&offset);
        found.map_or(Place { line: 1, column: 0 }, |index| self.places[index])
    }
}

/// Over the character that `text` begins with: its bytes. Line terminators are those of
/// the language.
fn step(text: &[u8], at: &mut Place) -> usize {
    let (bytes, units, ends_line) = match text {
        [b'\r', b'\n', ..] => (2, 0, true),
        [b'\n' | b'\r', ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..] => {
            (if text[0] < 0x80 { 1 } else { 3 }, 0, true)
        }
        [0xF0..=0xFF, ..] => (4, 2, false),
        [0xE0..=0xEF, ..] => (3, 1, false),
        [0xC0..=0xDF, ..] => (2, 1, false),
        _ => (1, 1, false),
    };
    if ends_line {
        at.line += 1;
        at.column = 0;
    } else {
        at.column += units;
    }
    bytes
}

/// The checksum of RFC 1950, section 8.
pub(super) fn adler32(text: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    // So many that neither sum can overflow before it is reduced.
    for chunk in text.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        a %= 65_521;
        b %= 65_521;
    }
    (b << 16) | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_of_the_language_and_utf16_columns() {
        let text = "a😀b\r\nc\rd\u{2028}é€f\n";
        let offset = |what: char| text.find(what).unwrap() as u32;
        let places = Places::new(text.as_bytes(), 0, "abcdf".chars().map(offset).collect());
        let at = |what: char| {
            let Place { line, column } = places.at(offset(what));
            (line, column)
        };
        assert_eq!(at('a'), (1, 0));
        assert_eq!(at('b'), (1, 3));
        assert_eq!(at('c'), (2, 0));
        assert_eq!(at('d'), (3, 0));
        assert_eq!(at('f'), (4, 2));
    }

    #[test]
    fn adler32_is_that_of_the_rfc() {
        assert_eq!(adler32(b""), 1);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }
}
