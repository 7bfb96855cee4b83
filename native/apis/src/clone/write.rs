//! StructuredDeserialize: every object first, then what is inside of them.

use quickbeam_engine::{Cx, JsResult, Value};

use super::record::{Node, Record, Slot};

pub(super) fn write<'a>(
    cx: Cx<'a>,
    mut record: Record<Value<'a>>,
    transferred: &[Value<'a>],
) -> JsResult<Value<'a>> {
    let mut made: Vec<Value<'a>> = Vec::with_capacity(record.nodes.len());
    for node in &mut record.nodes {
        cx.poll()?;
        // A view's buffer comes before it.
        let object = shell(cx, node, &made, transferred)?;
        made.push(object);
    }
    for (node, object) in record.nodes.iter().zip(&made) {
        cx.poll()?;
        fill(cx, node, object, &made)?;
    }
    Ok(value(&record.root, &made))
}

fn value<'a>(slot: &Slot<Value<'a>>, made: &[Value<'a>]) -> Value<'a> {
    match slot {
        Slot::Primitive(value) => value.clone(),
        Slot::Node(node) => made[*node].clone(),
    }
}

fn shell<'a>(
    cx: Cx<'a>,
    node: &mut Node<Value<'a>>,
    made: &[Value<'a>],
    transferred: &[Value<'a>],
) -> JsResult<Value<'a>> {
    match node {
        Node::Wrapper(value) => value.to_object(),
        Node::Date(time) => cx.date(*time),
        Node::RegExp(source, flags) => cx.regexp(source, flags),
        Node::Buffer(bytes, max) => cx.resizable_buffer(bytes, *max),
        Node::Transferred(at) => Ok(transferred[*at].clone()),
        Node::View(buffer, slots) => cx.view(&made[*buffer], slots),
        Node::Map(_) => cx.map(),
        Node::Set(_) => cx.set(&[]),
        Node::Error(failure) => {
            let error = cx.bare_error(failure.name)?;
            if let Some(message) = &failure.message {
                error.define_hidden("message", message.clone())?;
            }
            if let Some(stack) = &failure.stack {
                error.define_hidden("stack", stack.clone())?;
            }
            Ok(error)
        }
        Node::DomException(name, message, stack) => {
            let exception = cx.dom_exception(name, message)?;
            exception.define_hidden("stack", stack.clone())?;
            Ok(exception)
        }
        Node::Array(length, _) => {
            let array = cx.array()?;
            array.set_length((*length).into())?;
            Ok(array)
        }
        Node::Object(_) => cx.object(),
        Node::Platform(parcel) => parcel.unpack(cx),
    }
}

fn fill<'a>(
    cx: Cx<'a>,
    node: &Node<Value<'a>>,
    object: &Value<'a>,
    made: &[Value<'a>],
) -> JsResult<()> {
    match node {
        Node::Array(_, entries) | Node::Object(entries) => {
            for (name, slot) in entries {
                cx.poll()?;
                object.define_by(name, value(slot, made))?;
            }
        }
        Node::Map(slots) => {
            for pair in slots.chunks_exact(2) {
                cx.poll()?;
                object.add_entry(&value(&pair[0], made), &value(&pair[1], made))?;
            }
        }
        Node::Set(slots) => {
            for slot in slots {
                cx.poll()?;
                object.add_entry(&value(slot, made), &cx.undefined())?;
            }
        }
        Node::Error(failure) => {
            if let Some(cause) = &failure.cause {
                object.define_hidden("cause", value(cause, made))?;
            }
        }
        _ => {}
    }
    Ok(())
}
