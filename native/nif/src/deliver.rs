//! Terms on their way to a script.

use rustler::Term;

use quickbeam_engine::{Cx, JsResult, Value};

use crate::atoms;
use crate::beam::{MESSAGE_BYTES, term};
use crate::parcel::Parcel;
use crate::weight::Weight;

/// An answer of the host on its way to a script: `{:ok, term}`, or, to be
/// thrown, `{:error, name, message}` or `{:dom_exception, name, message}`.
pub struct Answer(pub Parcel);

impl quickbeam_core::Deliver for Answer {
    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        self.0.open(|term| {
            if let Ok((_, value)) = term.decode::<(rustler::Atom, Term<'_>)>() {
                return crate::decode::decode(cx, value);
            }
            let (kind, name, message) = term
                .decode::<(rustler::Atom, String, String)>()
                .unwrap_or_else(|_| {
                    (
                        atoms::error(),
                        "Error".into(),
                        "an unreadable answer".into(),
                    )
                });
            if kind == atoms::dom_exception() {
                return Err(cx.throw_dom_exception(&name, &message));
            }
            Err(crate::decode::throw(cx, &name, &message))
        })
    }
}

/// A message of a script to itself, charged to its heap until it is delivered.
pub struct OwnMessage {
    pub message: Vec<u8>,
    pub charged: usize,
}

impl quickbeam_core::Deliver for OwnMessage {
    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        cx.release(self.charged);
        let env = rustler::OwnedEnv::new();
        env.run(|env| crate::decode::decode(cx, term(env, &self.message)))
    }
}

/// A message on its way to a script.
pub struct Message(pub Parcel);

impl quickbeam_core::Deliver for Message {
    fn bytes(&self) -> usize {
        // A cell of a list and its value are three words, others about as much.
        const VALUE_BYTES: usize = 24;
        let weight = self.0.open(|term| Weight::up_to(usize::MAX - 1, term));
        MESSAGE_BYTES + weight.values * VALUE_BYTES + weight.bytes
    }

    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        self.0.open(|term| crate::decode::decode(cx, term))
    }
}
