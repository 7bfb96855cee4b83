//! A record as bytes, for contexts of other nodes: `BroadcastChannel`.
//!
//! After a byte that tells the form: how many nodes, each of them, and the root.
//! Numbers are LEB128, floats are little-endian, and a text is its length and its
//! UTF-8 or, with lone surrogates, its UTF-16 units. What comes in is not trusted
//! to be whole: [`unpack`] looks at every place that it names.

use quickbeam_engine::{Cx, JsResult, Value, ViewKind, ViewSlots};

use super::record::{Entry, Failure, Node, Record, Slot};
use super::serialized::{Plain, serialize_for};
use super::{data_clone_error, read, write};

const FORM: u8 = 1;

/// StructuredSerializeForStorage, to bytes. Objects of the platform stay on their
/// node: a DataCloneError.
pub(crate) fn pack<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<Vec<u8>> {
    let record = serialize_for(cx, value, &[], false)?.into_record();
    let mut out = Writer(vec![FORM]);
    out.number(record.nodes.len() as u64);
    for node in &record.nodes {
        let before = out.0.len();
        if out.node(node).is_none() {
            let message = "An object of this interface cannot go to another node";
            return Err(data_clone_error(cx, message));
        }
        cx.spend(out.0.len() - before)?;
    }
    out.slot(&record.root);
    Ok(out.0)
}

/// The value of what [`pack`] gave.
pub(crate) fn unpack<'a>(cx: Cx<'a>, bytes: &[u8]) -> JsResult<Value<'a>> {
    let Some(record) = Reader(bytes).record(cx)? else {
        return Err(data_clone_error(cx, "The message is not readable"));
    };
    let record = record.map(|plain| {
        cx.poll()?;
        plain.value(cx)
    })?;
    write::write(cx, record, &[])
}

const VIEWS: [ViewKind; 13] = [
    ViewKind::DataView,
    ViewKind::Uint8Clamped,
    ViewKind::Int8,
    ViewKind::Uint8,
    ViewKind::Int16,
    ViewKind::Uint16,
    ViewKind::Int32,
    ViewKind::Uint32,
    ViewKind::BigInt64,
    ViewKind::BigUint64,
    ViewKind::Float16,
    ViewKind::Float32,
    ViewKind::Float64,
];

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn plain(&mut self, plain: &Plain) {
        match plain {
            Plain::Undefined => self.0.push(b'u'),
            Plain::Null => self.0.push(b'n'),
            Plain::Bool(value) => self.0.push(if *value { b't' } else { b'f' }),
            Plain::Int(value) => {
                self.0.push(b'i');
                // Zigzag: small ones of either sign are short.
                self.number(u64::from(((value << 1) ^ (value >> 31)) as u32));
            }
            Plain::Float(value) => {
                self.0.push(b'd');
                self.0.extend_from_slice(&value.to_le_bytes());
            }
            Plain::BigInt(negative, words) => {
                self.0.push(if *negative { b'B' } else { b'b' });
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                self.bytes(&bytes);
            }
            Plain::Text(text) => {
                self.0.push(b's');
                self.bytes(text.as_bytes());
            }
            Plain::Units(units) => {
                self.0.push(b'S');
                let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                self.bytes(&bytes);
            }
        }
    }

    fn slot(&mut self, slot: &Slot<Plain>) {
        match slot {
            Slot::Primitive(plain) => self.plain(plain),
            Slot::Node(node) => {
                self.0.push(b'@');
                self.number(*node as u64);
            }
        }
    }

    fn slots(&mut self, slots: &[Slot<Plain>]) {
        self.number(slots.len() as u64);
        slots.iter().for_each(|slot| self.slot(slot));
    }

    fn entries(&mut self, entries: &[Entry<Plain>]) {
        self.number(entries.len() as u64);
        for (name, slot) in entries {
            self.plain(name);
            self.slot(slot);
        }
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn node(&mut self, node: &Node<Plain>) -> Option<()> {
        match node {
            Node::Wrapper(value) => {
                self.0.push(b'W');
                self.plain(value);
            }
            Node::Date(time) => {
                self.0.push(b'D');
                self.0.extend_from_slice(&time.to_le_bytes());
            }
            Node::RegExp(source, flags) => {
                self.0.push(b'R');
                self.plain(source);
                self.plain(flags);
            }
            Node::Buffer(bytes, max) => {
                self.0.push(b'A');
                self.bytes(bytes);
                self.optional(*max, |out, max| out.number(max as u64));
            }
            Node::View(buffer, slots) => {
                let kind = VIEWS.iter().position(|kind| *kind == slots.kind)?;
                self.0
                    .extend([b'V', kind as u8, u8::from(slots.tracks_length)]);
                self.number(*buffer as u64);
                self.number(slots.byte_offset as u64);
                self.number(slots.length as u64);
            }
            Node::Map(slots) => {
                self.0.push(b'M');
                self.slots(slots);
            }
            Node::Set(slots) => {
                self.0.push(b'Z');
                self.slots(slots);
            }
            Node::Error(failure) => {
                self.0.push(b'E');
                self.bytes(failure.name.to_bytes());
                self.optional(failure.message.as_ref(), Writer::plain);
                self.optional(failure.stack.as_ref(), Writer::plain);
                self.optional(failure.cause.as_ref(), Writer::slot);
            }
            Node::DomException(name, message, stack) => {
                self.0.push(b'X');
                self.plain(name);
                self.plain(message);
                self.plain(stack);
            }
            Node::Array(length, entries) => {
                self.0.push(b'L');
                self.number(u64::from(*length));
                self.entries(entries);
            }
            Node::Object(entries) => {
                self.0.push(b'O');
                self.entries(entries);
            }
            Node::Transferred(_) | Node::Platform(_) => return None,
        }
        Some(())
    }
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many of something follow, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len()).then_some(count)
    }

    fn bytes(&mut self) -> Option<&[u8]> {
        let count = self.count()?;
        let (bytes, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(bytes)
    }

    fn float(&mut self) -> Option<f64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(f64::from_le_bytes(*bytes))
    }

    fn plain(&mut self) -> Option<Plain> {
        let tag = self.byte()?;
        self.plain_of(tag)
    }

    fn plain_of(&mut self, tag: u8) -> Option<Plain> {
        Some(match tag {
            b'u' => Plain::Undefined,
            b'n' => Plain::Null,
            b't' => Plain::Bool(true),
            b'f' => Plain::Bool(false),
            b'i' => {
                let zigzag = u32::try_from(self.number()?).ok()?;
                Plain::Int((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32))
            }
            b'd' => Plain::Float(self.float()?),
            b'b' | b'B' => {
                let (words, rest) = self.bytes()?.as_chunks();
                let words = words.iter().map(|word| u32::from_le_bytes(*word));
                rest.is_empty().then_some(())?;
                Plain::BigInt(tag == b'B', words.collect())
            }
            b's' => Plain::Text(std::str::from_utf8(self.bytes()?).ok()?.into()),
            b'S' => {
                let (units, rest) = self.bytes()?.as_chunks();
                rest.is_empty().then_some(())?;
                Plain::Units(units.iter().map(|unit| u16::from_le_bytes(*unit)).collect())
            }
            _ => return None,
        })
    }

    fn slot(&mut self, nodes: usize) -> Option<Slot<Plain>> {
        match self.byte()? {
            b'@' => {
                let node = usize::try_from(self.number()?).ok()?;
                (node < nodes).then_some(Slot::Node(node))
            }
            tag => self.plain_of(tag).map(Slot::Primitive),
        }
    }

    fn slots(&mut self, nodes: usize) -> Option<Vec<Slot<Plain>>> {
        let count = self.count()?;
        (0..count).map(|_| self.slot(nodes)).collect()
    }

    fn entries(&mut self, nodes: usize) -> Option<Vec<Entry<Plain>>> {
        let count = self.count()?;
        let entry = |_| Some((self.plain()?, self.slot(nodes)?));
        (0..count).map(entry).collect()
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    fn record(mut self, cx: Cx<'_>) -> JsResult<Option<Record<Plain>>> {
        let form = self.byte();
        let Some(count) = self.count().filter(|_| form == Some(FORM)) else {
            return Ok(None);
        };
        let mut nodes = Vec::new();
        for _ in 0..count {
            let before = self.0.len();
            let Some(node) = self.node(count, &nodes) else {
                return Ok(None);
            };
            nodes.push(node);
            cx.spend(before - self.0.len())?;
        }
        let root = self.slot(count).filter(|_| self.0.is_empty());
        Ok(root.map(|root| Record { nodes, root }))
    }

    fn node(&mut self, count: usize, before: &[Node<Plain>]) -> Option<Node<Plain>> {
        Some(match self.byte()? {
            b'W' => Node::Wrapper(self.plain()?),
            b'D' => Node::Date(self.float()?),
            b'R' => Node::RegExp(self.plain()?, self.plain()?),
            b'A' => {
                let bytes = self.bytes()?.to_vec();
                let max = self.optional(|read| usize::try_from(read.number()?).ok())?;
                max.is_none_or(|max| max >= bytes.len()).then_some(())?;
                Node::Buffer(bytes, max)
            }
            b'V' => self.view(before)?,
            b'M' => Node::Map(self.slots(count)?),
            b'Z' => Node::Set(self.slots(count)?),
            b'E' => {
                let name = std::str::from_utf8(self.bytes()?).ok()?;
                let name = read::native_name(name);
                Node::Error(Failure {
                    name,
                    message: self.optional(Reader::plain)?,
                    stack: self.optional(Reader::plain)?,
                    cause: self.optional(|read| read.slot(count))?,
                })
            }
            b'X' => Node::DomException(self.plain()?, self.plain()?, self.plain()?),
            b'L' => Node::Array(u32::try_from(self.number()?).ok()?, self.entries(count)?),
            b'O' => Node::Object(self.entries(count)?),
            _ => return None,
        })
    }

    /// A view of a buffer that has been read before.
    fn view(&mut self, before: &[Node<Plain>]) -> Option<Node<Plain>> {
        let kind = *VIEWS.get(usize::from(self.byte()?))?;
        let tracks_length = self.byte()? != 0;
        let buffer = usize::try_from(self.number()?).ok()?;
        matches!(before.get(buffer)?, Node::Buffer(..)).then_some(())?;
        let slots = ViewSlots {
            kind,
            byte_offset: usize::try_from(self.number()?).ok()?,
            length: usize::try_from(self.number()?).ok()?,
            tracks_length,
            out_of_bounds: false,
        };
        Some(Node::View(buffer, slots))
    }
}

// ---- for priv/js/broadcast_channel.js -----------------------------------------

pub(crate) static NATIVES: &[quickbeam_engine::Member] = &[
    quickbeam_engine::Member::method(c"pack", 1, |call| {
        let bytes = pack(call.cx(), &call.argument(0))?;
        call.cx().uint8_array(&bytes)
    }),
    quickbeam_engine::Member::method(c"unpack", 1, |call| {
        let bytes = call.argument(0).bytes()?.unwrap_or_default();
        unpack(call.cx(), &bytes)
    }),
];
