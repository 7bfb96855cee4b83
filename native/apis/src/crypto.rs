//! `crypto`: Web Cryptography. Random values are always there; with the group
//! `crypto` also `randomUUID` and `subtle`, whose algorithms are priv/js/crypto
//! on lib/quickbeam/apis/crypto.ex. Keys are here: [`key`].

pub(crate) mod digest;
mod key;
mod natives;
mod parcel;
mod random;

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use crate::arguments::type_error;
use crate::groups::{Part, Parts};
use crate::host::{Apis, keep};
use crate::modules;

pub(crate) use key::make_interface as make_crypto_key;
pub(crate) use natives::NATIVES;
pub(crate) use parcel::serialize;
pub(crate) use random::new_uuid;

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::operation(c"getRandomValues", 1, random::get_random_values),
        Member::tag(c"Crypto"),
    ],
    statics: &[],
};

/// What the group `crypto` adds.
static GROUP_MEMBERS: &[Member] = &[
    Member::operation(c"randomUUID", 0, random::random_uuid),
    Member::attribute(c"subtle", subtle),
];

struct Crypto;

/// The interface object `Crypto`.
pub(crate) fn make_interface(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let slot = &Apis::of(cx).crypto;
    if let Some(made) = slot.get() {
        return Ok(made.get(cx));
    }
    let constructor = cx.subclass(c"Crypto", 0, illegal, &MEMBERS, None)?;
    if Parts::of(cx).has(Part::Crypto) {
        cx.define_members(&constructor.get("prototype")?, GROUP_MEMBERS)?;
    }
    keep(slot, &constructor);
    Ok(constructor)
}

/// The global `crypto`.
pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    cx.host_object(&make_interface(cx)?.get("prototype")?, Crypto)
}

pub(crate) fn illegal<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    Err(type_error(call.cx(), "Illegal constructor"))
}

fn check(call: &Call<'_>) -> JsResult<()> {
    match call.this().host::<Crypto>() {
        Some(_) => Ok(()),
        None => Err(type_error(call.cx(), "Illegal invocation: not a Crypto")),
    }
}

fn subtle<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    modules::load(call.cx(), "crypto/subtle.js")?.get("subtle")
}
