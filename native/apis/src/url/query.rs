//! A list of name-value pairs: application/x-www-form-urlencoded, URL Standard, 5.

use quickbeam_engine::work::PART;
use quickbeam_engine::{Charge, Cx, JsResult};

/// The list, and what it counts against the heap.
pub(super) struct Pairs {
    pairs: Vec<(String, String)>,
    charge: Charge,
}

/// Bytes of a pair beside its text.
const OVERHEAD: usize = size_of::<(String, String)>();

/// Sorted at once; between such runs the heap can be stopped.
const RUN: usize = 1024;

impl Pairs {
    pub(super) fn new(cx: Cx<'_>) -> JsResult<Pairs> {
        Ok(Pairs {
            pairs: Vec::new(),
            charge: cx.hold(0)?,
        })
    }

    /// The parser.
    pub(super) fn parse(&mut self, cx: Cx<'_>, text: &str) -> JsResult<()> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (pair, after) = divide(cx, rest, b'&')?;
            rest = after;
            cx.spend(pair.len())?;
            if pair.len() > PART {
                let (name, value) = divide(cx, pair, b'=')?;
                let (name, value) = (decode(cx, name)?, decode(cx, value)?);
                self.append(cx, name, value)?;
                continue;
            }
            for (name, value) in form_urlencoded::parse(pair) {
                self.append(cx, name.into_owned(), value.into_owned())?;
            }
        }
        Ok(())
    }

    /// The serializer.
    pub(super) fn serialize(&self, cx: Cx<'_>) -> JsResult<String> {
        let _working = cx.hold(3 * self.charge.bytes())?;
        let mut serializer = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.pairs {
            cx.spend(name.len() + value.len())?;
            serializer.append_pair(name, value);
        }
        Ok(serializer.finish())
    }

    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<(&str, &str)> {
        let (name, value) = self.pairs.get(index)?;
        Some((name, value))
    }

    pub(super) fn clear(&mut self, cx: Cx<'_>) -> JsResult<()> {
        self.pairs = Vec::new();
        self.charge.set(cx, 0)
    }

    pub(super) fn append(&mut self, cx: Cx<'_>, name: String, value: String) -> JsResult<()> {
        let bytes = self.charge.bytes() + OVERHEAD + name.len() + value.len();
        self.charge.set(cx, bytes)?;
        self.pairs.push((name, value));
        Ok(())
    }

    /// Values of that name, in order.
    pub(super) fn values<'p>(
        &'p self,
        cx: Cx<'_>,
        name: &'p str,
    ) -> JsResult<impl Iterator<Item = &'p str>> {
        cx.spend(self.len() * OVERHEAD)?;
        let found = self.pairs.iter().filter(move |(own, _)| own == name);
        Ok(found.map(|(_, value)| &**value))
    }

    /// Remove the pairs of that name, and of that value if it is given.
    pub(super) fn delete(&mut self, cx: Cx<'_>, name: &str, value: Option<&str>) -> JsResult<()> {
        cx.spend(self.len() * OVERHEAD)?;
        let goes =
            |pair: &(String, String)| pair.0 == name && value.is_none_or(|value| pair.1 == value);
        self.pairs.retain(|pair| !goes(pair));
        self.recount(cx)
    }

    /// One pair of that name, in the place of the first.
    pub(super) fn set(&mut self, cx: Cx<'_>, name: String, value: String) -> JsResult<()> {
        cx.spend(self.len() * OVERHEAD)?;
        let Some(first) = self.pairs.iter().position(|(own, _)| *own == name) else {
            return self.append(cx, name, value);
        };
        self.pairs[first].1 = value;
        let mut at = 0;
        self.pairs.retain(|(own, _)| {
            at += 1;
            at <= first + 1 || *own != name
        });
        self.recount(cx)
    }

    /// Sort by the names' code units; equal names stay in order.
    pub(super) fn sort(&mut self, cx: Cx<'_>) -> JsResult<()> {
        let mut pairs = std::mem::take(&mut self.pairs);
        let sorted = sort(cx, &mut pairs);
        self.pairs = pairs;
        sorted
    }

    fn recount(&mut self, cx: Cx<'_>) -> JsResult<()> {
        let text = |(name, value): &(String, String)| name.len() + value.len() + OVERHEAD;
        let bytes = self.pairs.iter().map(text).sum();
        self.charge.set(cx, bytes)
    }
}

/// What stands before the first `delimiter`, and what after it.
fn divide<'b>(cx: Cx<'_>, bytes: &'b [u8], delimiter: u8) -> JsResult<(&'b [u8], &'b [u8])> {
    let mut start = 0;
    while start < bytes.len() {
        let part = &bytes[start..bytes.len().min(start + PART)];
        if let Some(at) = part.iter().position(|byte| *byte == delimiter) {
            return Ok((&bytes[..start + at], &bytes[start + at + 1..]));
        }
        cx.spend(part.len())?;
        start += part.len();
    }
    Ok((bytes, &[]))
}

/// The name or value that `bytes` encode, part by part: 3.3 to 3.6 of the parser's step 3.
fn decode(cx: Cx<'_>, bytes: &[u8]) -> JsResult<String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut next = 0;
    cx.in_parts(bytes.len(), |part| {
        while next < part.end {
            let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
            let (byte, length) = match bytes[next] {
                b'+' => (b' ', 1),
                b'%' => match (digit(next + 1), digit(next + 2)) {
                    (Some(high), Some(low)) => ((16 * high + low) as u8, 3),
                    _ => (b'%', 1),
                },
                byte => (byte, 1),
            };
            decoded.push(byte);
            next += length;
        }
        Ok(())
    })?;
    lossy(cx, &decoded)
}

/// UTF-8 decode without BOM, part by part.
fn lossy(cx: Cx<'_>, bytes: &[u8]) -> JsResult<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let part = &rest[..rest.len().min(PART)];
        let (valid, wrong) = match str::from_utf8(part) {
            Ok(valid) => (valid, 0),
            Err(error) => {
                let (valid, after) = part.split_at(error.valid_up_to());
                let cut = error.error_len().is_none() && part.len() < rest.len();
                let wrong = error.error_len().unwrap_or(after.len());
                let valid = str::from_utf8(valid).unwrap_or_default();
                (valid, if cut { 0 } else { wrong })
            }
        };
        text.push_str(valid);
        if wrong > 0 {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        cx.spend(valid.len() + wrong)?;
        rest = &rest[valid.len() + wrong..];
    }
    Ok(text)
}

fn in_order(a: &(String, String), b: &(String, String)) -> std::cmp::Ordering {
    a.0.encode_utf16().cmp(b.0.encode_utf16())
}

/// Runs of a fixed length, merged pairwise: a stable sort that can be stopped.
fn sort(cx: Cx<'_>, pairs: &mut [(String, String)]) -> JsResult<()> {
    for run in pairs.chunks_mut(RUN) {
        cx.spend(run.len() * OVERHEAD)?;
        run.sort_by(in_order);
    }
    let mut width = RUN;
    while width < pairs.len() {
        for block in pairs.chunks_mut(2 * width) {
            cx.spend(block.len() * OVERHEAD)?;
            // It finds the two runs and merges them.
            block.sort_by(in_order);
        }
        width *= 2;
    }
    Ok(())
}
