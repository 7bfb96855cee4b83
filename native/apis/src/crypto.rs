//! `crypto`: Web Cryptography. Random values are always there; with the group
//! `crypto` also `randomUUID` and `subtle`, whose algorithms are priv/js/crypto
//! on lib/quickbeam/apis/crypto.ex. Keys are here: [`key`].

mod digest;
mod key;
mod natives;
mod random;

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use crate::arguments::type_error;
use crate::groups::{Part, Parts};
use crate::host::{Apis, keep};
use crate::modules;

pub(crate) use key::make_interface as make_crypto_key;
pub(crate) use natives::NATIVES;

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
    require(call, "Crypto.getRandomValues", 1)?;
    let cx = call.cx();
    let array = call.argument(0);
    let Some((buffer, view)) = array.view_slots() else {
        return Err(type_error(
            cx,
            "Crypto.getRandomValues: not an ArrayBufferView",
        ));
    };
    // Web IDL: a view without [AllowShared], [AllowResizable].
    if buffer.buffer_slots().is_some_and(|buffer| buffer.shared) {
        return Err(type_error(
            cx,
            "Crypto.getRandomValues: the view is of shared memory",
        ));
    }
    // 1. Integers only.
    if !is_integer(view.kind) {
        let message = "The view is of a type that is no integer";
        return Err(cx.throw_dom_exception("TypeMismatchError", message));
    }
    // 2. The quota.
    let length = array.byte_length().unwrap_or(0);
    if length > QUOTA {
        let message = format!("{length} bytes are more than {QUOTA}, the most at once");
        return Err(cx.throw_dom_exception("QuotaExceededError", &message));
    }
    if buffer.buffer_slots().is_some_and(|buffer| buffer.immutable) {
        return Err(type_error(
            cx,
            "Crypto.getRandomValues: the buffer is immutable",
        ));
    }
    // 3. Fill in place. 4. The same array.
    let mut random = vec![0; length];
    if getrandom::fill(&mut random).is_err() {
        return Err(cx.throw_error(ErrorKind::Error, "The system gives no random bytes"));
    }
    array.write_bytes(&random);
    Ok(array)
}

fn is_integer(kind: ViewKind) -> bool {
    use ViewKind::*;
    !matches!(kind, DataView | Float16 | Float32 | Float64)
}

fn random_uuid<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    call.cx().string(&new_uuid(call.cx())?)
}

/// A random UUID as text.
pub(crate) fn new_uuid(cx: Cx<'_>) -> JsResult<String> {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        return Err(cx.throw_error(ErrorKind::Error, "The system gives no random bytes"));
    }
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    let mut text = uuid::Uuid::encode_buffer();
    Ok(uuid.hyphenated().encode_lower(&mut text).to_owned())
    modules::load(call.cx(), "crypto/subtle.js")?.get("subtle")
}
