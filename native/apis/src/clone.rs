//! `structuredClone`: HTML, 2.7 "Safe passing of structured data".
//!
//! [`read`] turns a value into a flat list of nodes, [`write`] makes new values
//! of them. Neither recurses, so no graph is too deep, and neither calls a
//! built-in function that a script may have replaced; only getters run.

mod read;
mod write;

use std::collections::HashSet;

use quickbeam_engine::{Call, Cx, JsResult, Member, Thrown, Value, ViewSlots};

use crate::arguments::{dictionary, require, type_error};

/// The steps' serialized records, each named by its place in the list.
#[derive(Default)]
struct Record<'a> {
    nodes: Vec<Node<'a>>,
}

/// A value within a record.
enum Slot<'a> {
    /// Undefined, null, a boolean, number, BigInt or string.
    Primitive(Value<'a>),
    Node(usize),
}

/// An own property: its name as a value.
type Entry<'a> = (Value<'a>, Slot<'a>);

enum Node<'a> {
    /// A Boolean, Number, BigInt or String object.
    Wrapper(Value<'a>),
    Date(f64),
    RegExp(Value<'a>, Value<'a>),
    Buffer(Vec<u8>, Option<usize>),
    /// One of the transfer list.
    Transferred(usize),
    View(usize, ViewSlots),
    Map(Vec<Slot<'a>>),
    Set(Vec<Slot<'a>>),
    Error(Failure<'a>),
    /// Name, message, stack.
    DomException(Value<'a>, Value<'a>, Value<'a>),
    Array(u32, Vec<Entry<'a>>),
    Object(Vec<Entry<'a>>),
}

struct Failure<'a> {
    name: &'static std::ffi::CStr,
    message: Option<Value<'a>>,
    stack: Option<Value<'a>>,
    cause: Option<Slot<'a>>,
}

pub(crate) fn structured_clone<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "structuredClone", 1)?;
    let cx = call.cx();
    let transfer = match dictionary(call.argument(1), "structuredClone")? {
        Some(options) => transfer_list(cx, &options)?,
        None => Vec::new(),
    };
    // StructuredSerializeWithTransfer.
    check_transfer(cx, &transfer)?;
    let (record, root) = read::read(cx, &call.argument(0), &transfer)?;
    // Only now do the transferred buffers go.
    let buffers = detach(cx, &transfer)?;
    write::write(cx, &record, &root, &buffers)
}

/// `sequence<object> transfer`, by the iterator protocol.
fn transfer_list<'a>(cx: Cx<'a>, options: &Value<'a>) -> JsResult<Vec<Value<'a>>> {
    let list = options.get("transfer")?;
    if list.is_undefined() {
        return Ok(Vec::new());
    }
    if !list.is_object() {
        return Err(type_error(
            cx,
            "structuredClone: transfer is not a sequence",
        ));
    }
    let method = list.get_by(&iterator_symbol(cx)?)?;
    if !method.is_function() {
        return Err(type_error(
            cx,
            "structuredClone: transfer is not a sequence",
        ));
    }
    let iterator = method.call(&list, &[])?;
    if !iterator.is_object() {
        return Err(type_error(
            cx,
            "structuredClone: the iterator is not an object",
        ));
    }
    let next = iterator.get("next")?;
    let mut items = Vec::new();
    loop {
        let result = next.call(&iterator, &[])?;
        if !result.is_object() {
            return Err(type_error(
                cx,
                "structuredClone: the iterator's result is not an object",
            ));
        }
        if result.get("done")?.truthy() {
            return Ok(items);
        }
        let item = result.get("value")?;
        if !item.is_object() {
            return Err(type_error(
                cx,
                "structuredClone: transfer has something that is no object",
            ));
        }
        items.push(item);
    }
}

/// The symbol that `for … of` itself uses.
fn iterator_symbol(cx: Cx<'_>) -> JsResult<Value<'_>> {
    static ITERABLE: &[Member] = &[Member::method(c"[Symbol.iterator]", 0, nothing)];
    fn nothing<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
        Ok(call.cx().undefined())
    }
    let iterable = cx.object()?;
    cx.define_members(&iterable, ITERABLE)?;
    iterable.own_keys_and_symbols(false)?.get(0).to_value(cx)
}

/// Step 2: each must be transferable, and there once.
fn check_transfer(cx: Cx<'_>, transfer: &[Value<'_>]) -> JsResult<()> {
    let mut seen = HashSet::new();
    for value in transfer {
        match value.buffer_slots() {
            Some(slots) if !slots.shared && !slots.immutable => {}
            _ => {
                return Err(data_clone_error(
                    cx,
                    "A value in transfer cannot be transferred",
                ));
            }
        }
        if !seen.insert(value.identity()) {
            return Err(data_clone_error(cx, "An ArrayBuffer is in transfer twice"));
        }
    }
    Ok(())
}

/// Step 5: the contents move to new buffers, the old ones are detached.
fn detach<'a>(cx: Cx<'a>, transfer: &[Value<'a>]) -> JsResult<Vec<Value<'a>>> {
    let mut buffers = Vec::with_capacity(transfer.len());
    for value in transfer {
        // A getter may have detached or resized it since the check.
        let slots = match value.buffer_slots() {
            Some(slots) if !slots.detached => slots,
            _ => {
                return Err(data_clone_error(
                    cx,
                    "An ArrayBuffer in transfer is detached",
                ));
            }
        };
        let bytes = value.bytes().unwrap_or_default();
        buffers.push(cx.resizable_buffer(&bytes, slots.max_byte_length)?);
    }
    for value in transfer {
        value.detach();
    }
    Ok(buffers)
}

fn data_clone_error(cx: Cx<'_>, message: &str) -> Thrown {
    cx.throw_dom_exception("DataCloneError", message)
}
