//! `crypto`: Web Cryptography, the part that needs no keys.

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Member, Value, ViewKind};

use crate::arguments::{require, type_error};

static MEMBERS: &[Member] = &[
    Member::operation(c"getRandomValues", 1, get_random_values),
    Member::operation(c"randomUUID", 0, random_uuid),
    Member::tag(c"Crypto"),
];

const QUOTA: usize = 65_536;

struct Crypto;

pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = cx.class(c"Crypto", 0, illegal, MEMBERS)?;
    cx.host_object(&constructor.get("prototype")?, Crypto)
}

fn illegal<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    Err(type_error(call.cx(), "Illegal constructor"))
}

fn check(call: &Call<'_>) -> JsResult<()> {
    match call.this().host::<Crypto>() {
        Some(_) => Ok(()),
        None => Err(type_error(call.cx(), "Illegal invocation: not a Crypto")),
    }
}

fn get_random_values<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
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
}
