//! Errors with their place in the source.

use std::fmt;

use oxc::diagnostics::{Diagnostics, OxcDiagnostic};

use crate::source::Source;

/// How many lines are shown before and after the one with the error.
const CONTEXT: u32 = 2;

/// One thing that is wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub message: String,
    pub help: Option<String>,
    pub file: Option<String>,
    pub place: Option<Place>,
}

/// Lines and columns count from 1, columns in UTF-16 code units as in source maps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
    /// Just after it; on the same line or a later one.
    pub end: (u32, u32),
    /// The lines around it, the first of which is this one.
    pub first_line: u32,
    pub lines: Vec<String>,
}

impl Diagnostic {
    /// One that belongs to no place of a file.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            file: None,
            place: None,
        }
    }

    /// One about a whole source.
    pub fn of(source: Source<'_>, message: impl Into<String>) -> Self {
        Self {
            file: Some(source.name.to_owned()),
            ..Self::new(message)
        }
    }

    fn from_oxc(diagnostic: &OxcDiagnostic, source: Source<'_>) -> Self {
        let place = diagnostic.labels.first().map(|label| {
            let start = label.offset() as usize;
            Place::new(source.text, start, start + label.len() as usize)
        });
        Self {
            message: diagnostic.message.to_string(),
            help: diagnostic.help.as_ref().map(ToString::to_string),
            file: Some(source.name.to_owned()),
            place,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
            if let Some(place) = &self.place {
                write!(f, "{}:{}:", place.line, place.column)?;
            }
            write!(f, " ")?;
        }
        write!(f, "{}", self.message)
    }
}

impl Place {
    /// Of a range of bytes; one outside the text is moved into it.
    pub fn new(text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let end = text.ceil_char_boundary(end).max(start);
        let (line, column) = position(text, start);
        let first_line = line.saturating_sub(CONTEXT).max(1);
        let count = line + CONTEXT - first_line + 1;
        Self {
            line,
            column,
            end: position(text, end),
            first_line,
            lines: lines(text)
                .skip(first_line as usize - 1)
                .take(count as usize)
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// Line and column of a byte.
fn position(text: &str, at: usize) -> (u32, u32) {
    let mut line = 1;
    let mut start = 0;
    for (index, width) in terminators(text) {
        if index + width > at {
            break;
        }
        line += 1;
        start = index + width;
    }
    let column = text[start..at].encode_utf16().count() as u32 + 1;
    (line, column)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    terminators(text)
        .map(Some)
        .chain([None])
        .map(move |terminator| {
            let (end, next) = terminator.map_or((text.len(), text.len()), |(at, n)| (at, at + n));
            let line = &text[start..end];
            start = next;
            line
        })
}

/// Where lines end, and how long their ends are: LF, CR, CRLF, LS and PS
/// (ECMA-262, 12.3).
fn terminators(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let (index, width) = match bytes[at] {
                b'\n' => (at, 1),
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => (at, 2),
                b'\r' => (at, 1),
                0xE2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => (at, 3),
                _ => {
                    at += 1;
                    continue;
                }
            };
            at += width;
            return Some((index, width));
        }
        None
    })
}

/// The errors among what oxc reports, `Ok` where there are none.
pub(crate) fn errors(diagnostics: &Diagnostics, source: Source<'_>) -> Result<(), Vec<Diagnostic>> {
    let errors: Vec<_> = diagnostics
        .errors()
        .map(|diagnostic| Diagnostic::from_oxc(diagnostic, source))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_utf16_columns() {
        let text = "a\r\nb😀c\u{2028}d\re";
        let at = |needle: char| {
            let index = text.find(needle).unwrap();
            let place = Place::new(text, index, index + 1);
            (place.line, place.column)
        };
        assert_eq!(at('a'), (1, 1));
        assert_eq!(at('b'), (2, 1));
        assert_eq!(at('c'), (2, 4));
        assert_eq!(at('d'), (3, 1));
        assert_eq!(at('e'), (4, 1));
        assert_eq!(lines(text).collect::<Vec<_>>(), ["a", "b😀c", "d", "e"]);
    }

    #[test]
    fn places_show_the_lines_around_them() {
        let text = "1\n2\n3\n4\n5\n6\n7";
        let place = Place::new(text, text.find('4').unwrap(), text.find('4').unwrap() + 1);
        assert_eq!((place.first_line, place.end), (2, (4, 2)));
        assert_eq!(place.lines, ["2", "3", "4", "5", "6"]);
        let end = Place::new(text, 1000, 2000);
        assert_eq!((end.line, end.column, end.first_line), (7, 2, 5));
        assert_eq!(end.lines, ["5", "6", "7"]);
    }
}
