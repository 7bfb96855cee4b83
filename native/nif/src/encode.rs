//! JS values → external term format, by the table in the README ("Values").
//!
//! Iterative, so that no value can exhaust the native stack; getters, proxies
//! and `toJSON` run as JS, inside the operation's limits.

use quickbeam_engine::value::Keys;
use quickbeam_engine::{Cx, JsResult, Kind, ObjectKind, Report, Thrown, Value};

use crate::bridge::Bridge;
use crate::errors;
use crate::etf::Etf;
use crate::pairs::Pairs;

/// The conversion budget JS → BEAM.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub depth: usize,
    pub nodes: usize,
}

/// Write `value` to `out`. A value beyond the budget is an error, never a
/// shortened value.
pub fn encode<'a>(cx: Cx<'a>, value: &Value<'a>, out: &mut Etf) -> JsResult<()> {
    let budget = Bridge::of(cx).budget;
    let start = out.len();
    let mut encoder = Encoder {
        cx,
        out,
        stack: Vec::new(),
        budget,
        nodes: 0,
        keys: 0,
        paid: start,
    };
    let result = encoder.run(value.clone());
    cx.release(encoder.paid - start);
    result
}

/// As [`encode`], for the thrown value of an operation: always a `JSError`.
pub fn encode_thrown<'a>(cx: Cx<'a>, thrown: &Value<'a>, out: &mut Etf) -> JsResult<()> {
    if thrown.is_error() {
        return encode(cx, thrown, out);
    }
    let report = Report::of(cx, thrown);
    errors::write(
        &report,
        out,
        |out| encode(cx, thrown, out),
        |out| {
            out.nil();
            Ok(())
        },
    )
}

struct Encoder<'a, 'o> {
    cx: Cx<'a>,
    out: &'o mut Etf,
    stack: Vec<Frame<'a>>,
    budget: Budget,
    nodes: usize,
    /// How many frames below are keys of a map: inside, equal terms must be
    /// equal bytes.
    keys: usize,
    /// Up to where the output is charged to the heap.
    paid: usize,
}

/// The most that one value may take, whatever the limits of its context.
pub const BYTES_MAX: usize = 1 << 30;
/// More than any scalar takes that is no string, BigInt or buffer.
const SCALAR_BYTES: usize = 512;
/// Limits and pre-emption are looked at once in so many nodes.
pub const POLL_NODES: usize = 256;
/// The output is charged in steps of its own size, within these.
const STEP_MIN: usize = 256;
const STEP_MAX: usize = 64 * 1024;

/// A composite whose elements are being written.
enum Frame<'a> {
    List {
        object: Value<'a>,
        next: u32,
        count: u32,
    },
    Object {
        object: Value<'a>,
        keys: Keys<'a>,
        next: usize,
        pairs: Pairs,
    },
    /// Items of a Map (key, value, …) or a Set (key only).
    Map {
        object: Value<'a>,
        items: Value<'a>,
        next: u32,
        count: u32,
        of_set: bool,
        pairs: Pairs,
    },
    /// The last element of something whose head is written.
    Tail {
        object: Value<'a>,
        next: Option<Value<'a>>,
    },
}

impl<'a> Encoder<'a, '_> {
    fn run(&mut self, value: Value<'a>) -> JsResult<()> {
        self.value(value)?;
        while let Some(mut frame) = self.stack.pop() {
            let more = self.step(&mut frame)?;
            match more {
                Some(value) => {
                    self.stack.push(frame);
                    self.value(value)?;
                }
                None => self.close(frame),
            }
        }
        Ok(())
    }

    /// The next element of a composite, its key written.
    fn step(&mut self, frame: &mut Frame<'a>) -> JsResult<Option<Value<'a>>> {
        match frame {
            Frame::Tail { next, .. } => Ok(next.take()),
            Frame::List {
                object,
                next,
                count,
            } => {
                if next == count {
                    return Ok(None);
                }
                *next += 1;
                object.get_index(*next - 1).map(Some)
            }
            Frame::Object {
                object,
                keys,
                next,
                pairs,
            } => {
                if *next == keys.len() {
                    return Ok(None);
                }
                let key = keys.get(*next);
                *next += 1;
                let start = self.out.len();
                let lossy = key.with_text(|text| {
                    self.room(text.len())?;
                    self.out.binary(text.as_bytes());
                    Ok(text.contains('\u{FFFD}'))
                })??;
                pairs.tidy |= lossy;
                pairs.starts.push((start, self.out.len()));
                object.get_key(&key).map(Some)
            }
            Frame::Map {
                items,
                next,
                count,
                of_set,
                pairs,
                ..
            } => {
                let is_key = *of_set || *next % 2 == 0;
                if *next > 0 {
                    // The element before this one is complete.
                    if is_key && *of_set {
                        self.keys -= 1;
                        pairs.end_key(self.out.len());
                        self.out.list(0);
                        self.out.end_list();
                    } else if !is_key {
                        self.keys -= 1;
                        pairs.end_key(self.out.len());
                    }
                }
                if next == count {
                    return Ok(None);
                }
                if is_key {
                    self.keys += 1;
                    let start = self.out.len();
                    pairs.starts.push((start, start));
                }
                *next += 1;
                items.get_index(*next - 1).map(Some)
            }
        }
    }

    /// The end of a composite.
    fn close(&mut self, frame: Frame<'a>) {
        match frame {
            Frame::Tail { .. } => {}
            Frame::List { .. } => self.out.end_list(),
            Frame::Object { pairs, .. } | Frame::Map { pairs, .. } => {
                let tidy = pairs.tidy || self.keys > 0;
                pairs.close(self.out, tidy);
            }
        }
    }

    /// Write a scalar, or the head of a composite.
    fn value(&mut self, value: Value<'a>) -> JsResult<()> {
        self.nodes += 1;
        if self.nodes > self.budget.nodes {
            return Err(self.too_large());
        }
        if self.nodes.is_multiple_of(POLL_NODES) {
            self.cx.poll()?;
        }
        self.room(SCALAR_BYTES)?;
        match value.kind() {
            Kind::Undefined | Kind::Null => self.out.nil(),
            Kind::Bool(value) => self.out.atom(if value { "true" } else { "false" }),
            Kind::Int(value) => self.out.integer(value.into()),
            Kind::Float(value) => self.out.number(value),
            Kind::BigInt => {
                let (negative, words) = value.bigint_words()?;
                self.room(words.len() * 4)?;
                self.out.big(negative, &words);
            }
            Kind::String => value.with_text(|text| {
                self.room(text.len())?;
                let (cx, bytes) = (self.cx, text.as_bytes());
                self.out
                    .binary_with(bytes.len(), |out| cx.append(bytes, out))
            })??,
            Kind::Symbol => self.symbol(&value)?,
            Kind::Object => self.object(value)?,
            _ => self.out.nil(),
        }
        Ok(())
    }

    fn symbol(&mut self, symbol: &Value<'a>) -> JsResult<()> {
        let description = symbol.get("description")?;
        let name = if description.is_undefined() {
            String::new()
        } else {
            description.to_text()?
        };
        self.room(name.len())?;
        if Bridge::atom_exists(&name) {
            self.out.atom(&name);
        } else {
            self.out.binary(name.as_bytes());
        }
        Ok(())
    }

    fn object(&mut self, object: Value<'a>) -> JsResult<()> {
        if self.is_ancestor(&object) {
            self.out.nil();
            return Ok(());
        }
        if self.stack.len() >= self.budget.depth {
            return Err(self.cx.throw_named(
                "ConversionError",
                &format!(
                    "the value is nested deeper than max_convert_depth ({})",
                    self.budget.depth
                ),
            ));
        }
        if let Some(token) = object.token() {
            self.out.term(token);
            return Ok(());
        }
        match object.object_kind() {
            ObjectKind::Array => self.open_list(object),
            ObjectKind::Function => {
                self.out.nil();
                Ok(())
            }
            ObjectKind::Bytes => {
                let length = object.byte_length().unwrap_or(0);
                self.room(length)?;
                let append = |out: &mut Vec<u8>| object.append_bytes(out).map(drop);
                self.out.binary_with(length, append)
            }
            ObjectKind::Date => {
                let time = Bridge::of(self.cx).time_of(&object)?;
                errors::write_date(time, self.out);
                Ok(())
            }
            ObjectKind::Map => self.open_map(object, false),
            ObjectKind::Set => self.open_map(object, true),
            ObjectKind::Error => self.error(object),
            ObjectKind::Proxy if stands_for_array(&object)? => self.open_list(object),
            _ => self.other(object),
        }
    }

    fn open_list(&mut self, object: Value<'a>) -> JsResult<()> {
        let length = object.length()?;
        if length > (self.budget.nodes - self.nodes) as u64 {
            return Err(self.too_large());
        }
        // Exact: below the budget of nodes, which is below 2^32.
        let count = length as u32;
        self.out.list(count);
        self.stack.push(Frame::List {
            object,
            next: 0,
            count,
        });
        Ok(())
    }

    fn open_map(&mut self, object: Value<'a>, of_set: bool) -> JsResult<()> {
        let items = object.collection_items()?;
        let count = items.length()?;
        if count > (self.budget.nodes - self.nodes) as u64 {
            return Err(self.too_large());
        }
        if of_set {
            Bridge::of(self.cx).open_mapset(self.out);
        }
        let pairs = Pairs {
            count_at: self.out.open_map(),
            starts: Vec::new(),
            tidy: true,
        };
        let count = count as u32;
        self.stack.push(Frame::Map {
            object,
            items,
            next: 0,
            count,
            of_set,
            pairs,
        });
        Ok(())
    }

    /// A plain object, an instance of a class, a proxy.
    fn other(&mut self, object: Value<'a>) -> JsResult<()> {
        let to_json = object.get("toJSON")?;
        if to_json.is_function() {
            let json = to_json.call(&object, &[self.cx.string("")?])?;
            // Its result is not asked for toJSON again: that would never end
            // for one that answers itself.
            let plain = json.is_object()
                && json.object_kind() == ObjectKind::Other
                && json.token().is_none();
            let cyclic = self.is_ancestor(&json);
            let next = (!plain).then(|| json.clone());
            self.stack.push(Frame::Tail { object, next });
            return match plain {
                false => Ok(()),
                true if cyclic => {
                    self.out.nil();
                    Ok(())
                }
                true => self.open_object(json),
            };
        }
        self.open_object(object)
    }

    fn open_object(&mut self, object: Value<'a>) -> JsResult<()> {
        let keys = object.own_keys(true)?;
        if keys.len() > self.budget.nodes - self.nodes {
            return Err(self.too_large());
        }
        let pairs = Pairs {
            count_at: self.out.open_map(),
            starts: Vec::with_capacity(keys.len()),
            tidy: false,
        };
        self.stack.push(Frame::Object {
            object,
            keys,
            next: 0,
            pairs,
        });
        Ok(())
    }

    /// `%QuickBEAM.JSError{}`; its cause is the element that follows.
    fn error(&mut self, error: Value<'a>) -> JsResult<()> {
        let report = Report::of(self.cx, &error);
        self.room(report.size())?;
        errors::write_head(&report, self.out);
        let cause = error.get("cause")?;
        self.stack.push(Frame::Tail {
            object: error,
            next: Some(cause),
        });
        Ok(())
    }

    /// Make sure that `bytes` more can be written: what leaves a context counts
    /// against its memory limit until it has left.
    fn room(&mut self, bytes: usize) -> JsResult<()> {
        let end = self.out.len() + bytes;
        if end <= self.paid {
            return Ok(());
        }
        if end > BYTES_MAX {
            return Err(too_many_bytes(self.cx));
        }
        // As much again, so that little is charged for little, and seldom for much.
        let end = end + (end / 2).clamp(STEP_MIN, STEP_MAX);
        self.cx.charge(end - self.paid)?;
        self.paid = end;
        Ok(())
    }

    fn is_ancestor(&self, object: &Value<'a>) -> bool {
        let identity = object.identity();
        self.stack
            .iter()
            .any(|frame| frame.object().identity() == identity)
    }

    fn too_large(&self) -> Thrown {
        let nodes = self.budget.nodes;
        self.cx.throw_named(
            "ConversionError",
            &format!("the value has more than max_convert_nodes ({nodes}) nodes"),
        )
    }
}

/// Throw what becomes of more than [`BYTES_MAX`].
pub fn too_many_bytes(cx: Cx<'_>) -> Thrown {
    let message = format!("the value takes more than {BYTES_MAX} bytes");
    cx.throw_named("ConversionError", &message)
}

impl<'a> Frame<'a> {
    fn object(&self) -> &Value<'a> {
        match self {
            Frame::List { object, .. }
            | Frame::Object { object, .. }
            | Frame::Map { object, .. }
            | Frame::Tail { object, .. } => object,
        }
    }
}

/// Whether a proxy's innermost target is an array, as `Array.isArray` has it.
fn stands_for_array(proxy: &Value<'_>) -> JsResult<bool> {
    let mut target = proxy.clone();
    // The engine does not let proxies form a cycle.
    while target.object_kind() == ObjectKind::Proxy {
        target = target.proxy_target()?;
    }
    Ok(target.object_kind() == ObjectKind::Array)
}
