//! `structuredClone`: HTML, 2.7 "Safe passing of structured data".
//!
//! [`read`] turns a value into a flat list of nodes, [`write`] makes new values
//! of them. Neither recurses, so no graph is too deep, and neither calls a
//! built-in function that a script may have replaced; only getters run.
//! [`serialized`] is the list on its way to another heap, [`platform`] what
//! objects of other APIs do to be in it, [`shared`] what SharedArrayBuffers do.

pub(crate) mod external;
mod platform;
mod read;
mod record;
mod serialized;
mod shared;
mod transit;
mod write;

use quickbeam_engine::{Call, Cx, JsResult, Thrown, Value};

use crate::arguments::{dictionary, require, type_error};
use crate::iteration::sequence;

pub(crate) use platform::Parcel;
use read::Transferable;
pub(crate) use serialized::serialize_for;
pub use serialized::{Serialized, serialize};
pub(crate) use shared::Lent;
pub(crate) use transit::Account;

pub(crate) fn structured_clone<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "structuredClone", 1)?;
    let cx = call.cx();
    let transfer = match dictionary(call.argument(1), "structuredClone")? {
        Some(options) => transfer_list(cx, &options)?,
        None => Vec::new(),
    };
    let read = read::read(cx, &call.argument(0), &transfer, true)?;
    // Only now do the transferred objects go.
    for transferable in &read.transfer {
        transferable.check(cx)?;
    }
    let mut transferred = Vec::with_capacity(read.transfer.len());
    for transferable in &read.transfer {
        transferable.check(cx)?;
        transferred.push(match transferable {
            Transferable::Buffer(buffer) => buffer.move_buffer()?,
            Transferable::Platform(object) => platform::transfer(cx, object)?.unpack(cx)?,
        });
    }
    write::write(cx, read.record, &transferred)
}

/// `sequence<object> transfer`, by the iterator protocol.
fn transfer_list<'a>(cx: Cx<'a>, options: &Value<'a>) -> JsResult<Vec<Value<'a>>> {
    let list = options.get("transfer")?;
    if list.is_undefined() {
        return Ok(Vec::new());
    }
    let mut items = Vec::new();
    sequence(&list, "structuredClone: transfer", |item| {
        if !item.is_object() {
            let message = "structuredClone: transfer has something that is no object";
            return Err(type_error(cx, message));
        }
        items.push(item);
        Ok(())
    })?;
    Ok(items)
}

pub(crate) fn data_clone_error(cx: Cx<'_>, message: &str) -> Thrown {
    cx.throw_dom_exception("DataCloneError", message)
}
