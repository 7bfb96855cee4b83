//! What priv/js/crypto asks of Rust. Key material passes here between keys and
//! the BEAM; no object that holds it is ever where a script could look.

use std::sync::Arc;

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Member, Value};
use zeroize::Zeroizing;

use super::digest;
use super::key::{CryptoKey, Key, KeyType, Material, USAGES, usages_array};
use crate::arguments::type_error;
use crate::host::Apis;

/// Of `"native:crypto"`.
pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"copyBytes", 1, copy_bytes),
    Member::method(c"createKey", 6, create_key),
    Member::method(c"digest", 2, hash),
    Member::method(c"isBufferSource", 1, |call| {
        Ok(call.cx().boolean(is_buffer_source(&call.argument(0))))
    }),
    Member::method(c"keySlots", 1, key_slots),
    Member::method(c"request", 1, request),
    Member::method(c"requestKeys", 1, request_keys),
];

/// Web IDL: an ArrayBuffer or a view of one, neither shared nor resizable.
fn is_buffer_source(value: &Value<'_>) -> bool {
    let buffer = match value.view_slots() {
        Some((buffer, _)) => buffer.buffer_slots(),
        None => value.buffer_slots(),
    };
    buffer.is_some_and(|buffer| !buffer.shared && buffer.max_byte_length.is_none())
}

/// A Uint8Array of its own with the bytes of a BufferSource; undefined for anything
/// else.
fn copy_bytes<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let source = call.argument(0);
    match source.bytes()?.filter(|_| is_buffer_source(&source)) {
        Some(bytes) => call.cx().uint8_array(&bytes),
        None => Ok(call.cx().undefined()),
    }
}

/// `digest(name, data)`: an ArrayBuffer.
fn hash<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, name) = (call.cx(), call.argument(0).to_text()?);
    let data = call.argument(1);
    let size = data.byte_length().unwrap_or(0);
    cx.charge(size)?;
    let digest = data
        .bytes()
        .and_then(|bytes| digest::digest(cx, &name, &bytes.unwrap_or_default()));
    cx.release(size);
    match digest? {
        Some(digest) => cx.array_buffer(&digest),
        None => Err(cx.throw_dom_exception("NotSupportedError", &format!("no digest {name}"))),
    }
}

/// The internal slots of a CryptoKey that are no secret; undefined for anything else.
fn key_slots<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, value) = (call.cx(), call.argument(0));
    let Some(CryptoKey(key)) = value.host() else {
        return Ok(cx.undefined());
    };
    let slots = cx.object_of(&cx.null())?;
    slots.define("type", cx.string(key.material.key_type.name())?)?;
    slots.define("extractable", cx.boolean(key.extractable))?;
    slots.define("usages", usages_array(cx, key.usages)?)?;
    slots.define("name", cx.string(&key.name)?)?;
    slots.define("hash", optional(cx, &key.hash)?)?;
    slots.define("namedCurve", optional(cx, &key.named_curve)?)?;
    slots.define("bits", cx.number(key.material.bits.into()))?;
    Ok(slots)
}

fn optional<'a>(cx: Cx<'a>, text: &Option<String>) -> JsResult<Value<'a>> {
    text.as_ref()
        .map_or_else(|| Ok(cx.undefined()), |text| cx.string(text))
}

/// `createKey(material, name, hash, namedCurve, extractable, usages)`.
fn create_key<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let material = call.argument(0);
    let Some(material) = material.host::<Arc<Material>>() else {
        return Err(type_error(cx, "createKey needs material"));
    };
    let text = |index| match call.argument(index) {
        value if value.is_undefined() => Ok(None),
        value => value.to_text().map(Some),
    };
    let (list, mut usages) = (call.argument(5), 0);
    for index in 0..list.length()? {
        let usage = list.get_index(index as u32)?.to_text()?;
        let bit = USAGES.iter().position(|name| *name == usage);
        usages |= bit.map_or(0, |bit| 1 << bit);
    }
    let key = Key {
        material: material.clone(),
        name: text(1)?.unwrap_or_default(),
        hash: text(2)?,
        named_curve: text(3)?,
        extractable: call.argument(4).truthy(),
        usages,
    };
    CryptoKey(Arc::new(key)).to_object(cx)
}

/// `request(...args)`: what the BEAM answers. A CryptoKey among the arguments goes
/// there as `[type, material, hash, namedCurve, bits]`.
fn request<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let mut arguments = call.rest(0);
    let mut secrets = Vec::new();
    for argument in &mut arguments {
        let Some(CryptoKey(key)) = argument.host().cloned() else {
            continue;
        };
        let secret = cx.uint8_array(&key.material.bytes)?;
        let list = cx.array()?;
        list.define_index(0, cx.string(key.material.key_type.name())?)?;
        list.define_index(1, secret.clone())?;
        list.define_index(2, optional(cx, &key.hash)?)?;
        list.define_index(3, optional(cx, &key.named_curve)?)?;
        list.define_index(4, cx.number(key.material.bits.into()))?;
        *argument = list;
        secrets.push((secret, key));
    }
    // They are written at once; no script runs meanwhile, since the lists and
    // arrays above have nothing of a script's own.
    let answer = Apis::of(cx).host.request(cx, "crypto", &arguments);
    for (secret, key) in secrets {
        secret.write_bytes(&vec![0; key.material.bytes.len()]);
    }
    answer
}

/// As `request`, of what makes keys: a promise of an array of their materials.
fn request_keys<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let answer = request(call)?;
    let (promise, resolve, reject) = cx.promise()?;
    let functions = cx.array()?;
    functions.define_index(0, resolve)?;
    functions.define_index(1, reject.clone())?;
    let received = cx.function_with("", 1, &functions, receive)?;
    answer.then(&received, &reject)?;
    Ok(promise)
}

/// The answer is a string, one byte a character: resolving a promise with any
/// object would show it to a script that has defined `Object.prototype.then`.
fn receive<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, functions) = (call.cx(), call.data());
    let bytes = call.argument(0).with_text(|text| {
        let bytes = text.chars().map(|char| char as u8);
        Zeroizing::new(bytes.collect::<Vec<u8>>())
    })?;
    let materials = cx.array()?;
    let mut rest = &bytes[..];
    let mut count = 0;
    while !rest.is_empty() {
        let Some(material) = take_material(&mut rest) else {
            let error = cx.error(ErrorKind::Internal, "malformed key material")?;
            return functions.get_index(1)?.call(&cx.undefined(), &[error]);
        };
        let held = material.bytes.len();
        let material = cx.host_object_holding(&cx.null(), Arc::new(material), 0, held)?;
        materials.define_index(count, material)?;
        count += 1;
    }
    functions.get_index(0)?.call(&cx.undefined(), &[materials])
}

/// Type, bits (32), length of the exponent (16) and it, length of the key (32) and
/// it: what `QuickBEAM.Apis.Crypto` writes.
fn take_material(rest: &mut &[u8]) -> Option<Material> {
    let key_type = match take(rest, 1)?[0] {
        0 => KeyType::Secret,
        1 => KeyType::Public,
        2 => KeyType::Private,
        _ => return None,
    };
    let bits = u32::from_be_bytes(take(rest, 4)?.try_into().ok()?);
    let size = u16::from_be_bytes(take(rest, 2)?.try_into().ok()?);
    let public_exponent = take(rest, size.into())?.to_vec();
    let size = u32::from_be_bytes(take(rest, 4)?.try_into().ok()?);
    let bytes = take(rest, size as usize)?.to_vec();
    Some(Material {
        key_type,
        bits,
        public_exponent,
        bytes: Zeroizing::new(bytes),
    })
}

fn take<'b>(rest: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}
