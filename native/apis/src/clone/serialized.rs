//! What leaves a heap: a record whose primitives are Rust's own.

use quickbeam_engine::{Cx, JsResult, Kind, Value};

use super::platform::{self, Parcel};
use super::read::{self, Transferable};
use super::record::{Node, Record};
use super::transit::Freight;
use super::write;
use crate::host::Apis;

/// A value outside of any heap: HTML's serialized record with its transfer data
/// holders. It can go to another thread, and is turned into a value of another
/// heap once ([`Serialized::deserialize`]).
///
/// Until it is taken or dropped, the heap that it comes from is charged for it.
pub struct Serialized {
    record: Record<Plain>,
    transferred: Vec<Holder>,
    /// After what it counts.
    _freight: Freight,
}

/// A transfer data holder.
enum Holder {
    Buffer(Vec<u8>, Option<usize>),
    Platform(Box<dyn Parcel>),
}

/// A primitive without a heap.
pub(super) enum Plain {
    Undefined,
    Null,
    Bool(bool),
    Int(i32),
    Float(f64),
    BigInt(bool, Vec<u32>),
    Text(Box<str>),
    /// With lone surrogates.
    Units(Box<[u16]>),
}

/// StructuredSerializeWithTransfer. A DataCloneError says what cannot be cloned
/// or transferred; then nothing has been detached.
///
/// HTML, 2.7.8.
pub fn serialize<'a>(
    cx: Cx<'a>,
    value: &Value<'a>,
    transfer: &[Value<'a>],
) -> JsResult<Serialized> {
    serialize_for(cx, value, transfer, true)
}

/// As [`serialize`], for another heap if it does not stay in this one: then a
/// SharedArrayBuffer is a DataCloneError at once.
pub(crate) fn serialize_for<'a>(
    cx: Cx<'a>,
    value: &Value<'a>,
    transfer: &[Value<'a>],
    stays: bool,
) -> JsResult<Serialized> {
    let read = read::read(cx, value, transfer, stays)?;
    let mut size = read.size() + size_of::<Serialized>();
    let record = read.record.map(|primitive| {
        cx.poll()?;
        let plain = Plain::of(cx, &primitive)?;
        size += plain.size();
        Ok(plain)
    })?;
    for transferable in &read.transfer {
        transferable.check(cx)?;
        if let Transferable::Buffer(buffer) = transferable {
            size += buffer.byte_length().unwrap_or(0);
        }
    }
    let freight = Apis::of(cx).in_transit.send(cx, size)?;
    let mut transferred = Vec::with_capacity(read.transfer.len());
    for transferable in &read.transfer {
        transferred.push(match transferable {
            Transferable::Buffer(buffer) => {
                let max = transferable.check(cx)?;
                let bytes = buffer.bytes()?.unwrap_or_default();
                buffer.detach();
                Holder::Buffer(bytes, max)
            }
            Transferable::Platform(object) => Holder::Platform(platform::transfer(cx, object)?),
        });
    }
    Ok(Serialized {
        record,
        transferred,
        _freight: freight,
    })
}

impl Serialized {
    /// The record of what was serialized without a transfer list.
    pub(super) fn into_record(self) -> Record<Plain> {
        self.record
    }

    /// StructuredDeserializeWithTransfer: the value, and those of the transfer
    /// list in its order.
    ///
    /// HTML, 2.7.9. It fails where the heap's limit does not allow the value, and
    /// with a DataCloneError where an interface is not exposed in this context.
    pub fn deserialize<'a>(self, cx: Cx<'a>) -> JsResult<(Value<'a>, Vec<Value<'a>>)> {
        let mut transferred = Vec::with_capacity(self.transferred.len());
        for holder in self.transferred {
            transferred.push(match holder {
                Holder::Buffer(bytes, max) => cx.resizable_buffer(&bytes, max)?,
                Holder::Platform(mut parcel) => parcel.unpack(cx)?,
            });
        }
        let record = self.record.map(|plain| {
            cx.poll()?;
            plain.value(cx)
        })?;
        let value = write::write(cx, record, &transferred)?;
        Ok((value, transferred))
    }
}

impl Plain {
    fn of(cx: Cx<'_>, value: &Value<'_>) -> JsResult<Plain> {
        Ok(match value.kind() {
            Kind::Null => Plain::Null,
            Kind::Bool(value) => Plain::Bool(value),
            Kind::Int(value) => Plain::Int(value),
            Kind::Float(value) => Plain::Float(value),
            Kind::BigInt => {
                let (negative, words) = value.bigint_words()?;
                Plain::BigInt(negative, words)
            }
            Kind::String => {
                let text = value.with_text(|text| match text {
                    std::borrow::Cow::Borrowed(text) => cx.copy_text(text).map(Some),
                    // It had to be mended.
                    std::borrow::Cow::Owned(_) => Ok(None),
                })??;
                match text {
                    Some(text) => Plain::Text(text.into()),
                    None => Plain::Units(value.to_utf16()?.into()),
                }
            }
            Kind::Undefined => Plain::Undefined,
            kind => {
                let message = format!("a {kind:?} in a record");
                return Err(cx.throw_error(quickbeam_engine::ErrorKind::Internal, &message));
            }
        })
    }

    fn size(&self) -> usize {
        match self {
            Plain::BigInt(_, words) => 4 * words.len(),
            Plain::Text(text) => text.len(),
            Plain::Units(units) => 2 * units.len(),
            _ => 0,
        }
    }

    pub(super) fn value(self, cx: Cx<'_>) -> JsResult<Value<'_>> {
        Ok(match self {
            Plain::Undefined => cx.undefined(),
            Plain::Null => cx.null(),
            Plain::Bool(value) => cx.boolean(value),
            Plain::Int(value) => cx.integer(value.into()),
            Plain::Float(value) => cx.number(value),
            Plain::BigInt(negative, words) => cx.bigint(negative, &words)?,
            Plain::Text(text) => cx.string(&text)?,
            Plain::Units(units) => cx.string_of_units(&units)?,
        })
    }
}

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Serialized>();
    is_send::<Node<Plain>>();
};
