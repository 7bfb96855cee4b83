//! What `roxmltree` would take quadratic time for: it compares every attribute of
//! an element with all before it, and an element that declares a namespace takes
//! over, one by one, those of the elements around it. It polls nothing meanwhile.

use quickbeam_engine::{Cx, JsResult};

/// Attributes of one element.
const ATTRIBUTES_MAX: usize = 512;
/// Namespaces taken over, of all elements together.
const INHERITED_MAX: usize = 1_000_000;
const POLL_BYTES: usize = 64 << 10;

/// Whether a document can be parsed in linear time. What is no XML may pass: the
/// parser says what is wrong with it.
pub(super) fn fits(cx: Cx<'_>, text: &[u8]) -> JsResult<bool> {
    let mut at = 0;
    let mut polled = 0;
    let mut inherited = 0;
    // Namespaces in force within each open element.
    let mut open: Vec<usize> = Vec::new();
    while let Some(start) = find(text, at, b"<") {
        let tag = &text[start..];
        if start - polled >= POLL_BYTES {
            cx.spend(start - polled)?;
            polled = start;
        }
        let closed_by: Option<&[u8]> = match tag {
            [b'<', b'!', b'-', b'-', ..] => Some(b"-->"),
            [b'<', b'!', b'[', ..] => Some(b"]]>"),
            [b'<', b'?', ..] => Some(b"?>"),
            [b'<', b'/', ..] => {
                open.pop();
                Some(b">")
            }
            _ => None,
        };
        if let Some(closed_by) = closed_by {
            match find(text, start + 2, closed_by) {
                Some(end) => at = end + closed_by.len(),
                None => return Ok(true),
            }
            continue;
        }
        let tag = Tag::read(tag);
        if tag.attributes > ATTRIBUTES_MAX {
            return Ok(false);
        }
        let around = open.last().copied().unwrap_or(0);
        let mut within = around;
        if tag.namespaces > 0 {
            within += tag.namespaces;
            inherited += within;
            if inherited > INHERITED_MAX {
                return Ok(false);
            }
        }
        if !tag.empty {
            open.push(within);
        }
        at = start + tag.length;
    }
    Ok(true)
}

fn find(text: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    let at = rest.windows(what.len()).position(|window| window == what)?;
    Some(from + at)
}

/// A start tag.
struct Tag {
    length: usize,
    attributes: usize,
    namespaces: usize,
    empty: bool,
}

impl Tag {
    fn read(text: &[u8]) -> Tag {
        let mut quote = None;
        let mut tag = Tag {
            length: text.len(),
            attributes: 0,
            namespaces: 0,
            empty: false,
        };
        let mut name = 0;
        for (at, byte) in text.iter().enumerate() {
            match (quote, byte) {
                (Some(open), byte) if open == *byte => {
                    quote = None;
                    name = at + 1;
                }
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(*byte),
                (None, b'=') => {
                    tag.attributes += 1;
                    let name = text[name..at].trim_ascii_start();
                    tag.namespaces += usize::from(name.starts_with(b"xmlns"));
                }
                (None, byte) if byte.is_ascii_whitespace() && tag.attributes == 0 => name = at,
                (None, b'>') => {
                    tag.length = at + 1;
                    tag.empty = at > 0 && text[at - 1] == b'/';
                    break;
                }
                (None, _) => {}
            }
        }
        tag
    }
}
