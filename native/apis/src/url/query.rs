//! A list of name-value pairs: application/x-www-form-urlencoded, URL Standard, 5.

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
        cx.spend(text.len())?;
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            cx.poll()?;
            self.append(cx, name.into_owned(), value.into_owned())?;
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
