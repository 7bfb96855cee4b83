//! The steps' serialized records, as one flat list of nodes for a whole graph.

use std::ffi::CStr;

use quickbeam_engine::{JsResult, ViewSlots};

use super::platform::Parcel;

/// A graph, its nodes named by their places in the list. `P` is what its
/// primitives are: values of a heap, or the same without one.
pub(super) struct Record<P> {
    pub(super) nodes: Vec<Node<P>>,
    pub(super) root: Slot<P>,
}

/// A value within a record.
pub(super) enum Slot<P> {
    /// Undefined, null, a boolean, number, BigInt or string.
    Primitive(P),
    Node(usize),
}

/// An own property: its name as a primitive.
pub(super) type Entry<P> = (P, Slot<P>);

pub(super) enum Node<P> {
    /// A Boolean, Number, BigInt or String object.
    Wrapper(P),
    Date(f64),
    RegExp(P, P),
    /// The contents, and the maximal length of a resizable one.
    Buffer(Vec<u8>, Option<usize>),
    /// One of the transfer list.
    Transferred(usize),
    View(usize, ViewSlots),
    Map(Vec<Slot<P>>),
    Set(Vec<Slot<P>>),
    Error(Failure<P>),
    /// Name, message, stack.
    DomException(P, P, P),
    Array(u32, Vec<Entry<P>>),
    Object(Vec<Entry<P>>),
    Platform(Box<dyn Parcel>),
}

pub(super) struct Failure<P> {
    pub(super) name: &'static CStr,
    pub(super) message: Option<P>,
    pub(super) stack: Option<P>,
    pub(super) cause: Option<Slot<P>>,
}

impl<P> Record<P> {
    /// The same graph with every primitive turned into another form.
    pub(super) fn map<Q>(self, mut turn: impl FnMut(P) -> JsResult<Q>) -> JsResult<Record<Q>> {
        let turn = &mut turn;
        let nodes = self.nodes.into_iter().map(|node| node.map(turn));
        Ok(Record {
            nodes: nodes.collect::<JsResult<_>>()?,
            root: self.root.map(turn)?,
        })
    }
}

impl<P> Slot<P> {
    fn map<Q>(self, turn: &mut impl FnMut(P) -> JsResult<Q>) -> JsResult<Slot<Q>> {
        Ok(match self {
            Slot::Primitive(value) => Slot::Primitive(turn(value)?),
            Slot::Node(node) => Slot::Node(node),
        })
    }
}

impl<P> Node<P> {
    fn map<Q>(self, turn: &mut impl FnMut(P) -> JsResult<Q>) -> JsResult<Node<Q>> {
        Ok(match self {
            Node::Wrapper(value) => Node::Wrapper(turn(value)?),
            Node::Date(time) => Node::Date(time),
            Node::RegExp(source, flags) => Node::RegExp(turn(source)?, turn(flags)?),
            Node::Buffer(bytes, max) => Node::Buffer(bytes, max),
            Node::Transferred(at) => Node::Transferred(at),
            Node::View(buffer, slots) => Node::View(buffer, slots),
            Node::Map(slots) => Node::Map(map_slots(slots, turn)?),
            Node::Set(slots) => Node::Set(map_slots(slots, turn)?),
            Node::Error(failure) => Node::Error(Failure {
                name: failure.name,
                message: failure.message.map(&mut *turn).transpose()?,
                stack: failure.stack.map(&mut *turn).transpose()?,
                cause: failure.cause.map(|cause| cause.map(turn)).transpose()?,
            }),
            Node::DomException(name, message, stack) => {
                Node::DomException(turn(name)?, turn(message)?, turn(stack)?)
            }
            Node::Array(length, entries) => Node::Array(length, map_entries(entries, turn)?),
            Node::Object(entries) => Node::Object(map_entries(entries, turn)?),
            Node::Platform(parcel) => Node::Platform(parcel),
        })
    }
}

fn map_slots<P, Q>(
    slots: Vec<Slot<P>>,
    turn: &mut impl FnMut(P) -> JsResult<Q>,
) -> JsResult<Vec<Slot<Q>>> {
    slots.into_iter().map(|slot| slot.map(turn)).collect()
}

fn map_entries<P, Q>(
    entries: Vec<Entry<P>>,
    turn: &mut impl FnMut(P) -> JsResult<Q>,
) -> JsResult<Vec<Entry<Q>>> {
    let turned = entries.into_iter();
    let turned = turned.map(|(name, slot)| Ok((turn(name)?, slot.map(turn)?)));
    turned.collect()
}
