//! `CryptoKey`: Web Cryptography, 13. What makes a key lies in memory of ours, out
//! of reach of every script, and is wiped when the last key object that shares it
//! is collected.

use std::sync::Arc;

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};
use zeroize::Zeroizing;

use super::illegal;
use crate::arguments::type_error;
use crate::host::{Apis, keep};

/// `[[type]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    Secret,
    Public,
    Private,
}

impl KeyType {
    pub(super) fn name(self) -> &'static str {
        match self {
            KeyType::Secret => "secret",
            KeyType::Public => "public",
            KeyType::Private => "private",
        }
    }
}

/// Key usages in the order that `usages` lists them; a set of them is a bit each.
pub(super) const USAGES: [&str; 8] = [
    "encrypt",
    "decrypt",
    "sign",
    "verify",
    "deriveKey",
    "deriveBits",
    "wrapKey",
    "unwrapKey",
];

/// What an implementation of an algorithm has made: `[[handle]]`, and what is to be
/// known of it. The bytes mean what lib/quickbeam/apis/crypto says.
pub(crate) struct Material {
    pub(super) key_type: KeyType,
    /// Length of a secret or of a modulus; 0 where the algorithm says it all.
    pub(super) bits: u32,
    /// Of an RSA key, big-endian.
    pub(super) public_exponent: Vec<u8>,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The internal slots of a CryptoKey. Immutable, and so shared by clones in other
/// contexts.
pub(crate) struct Key {
    pub(super) material: Arc<Material>,
    pub(super) extractable: bool,
    pub(super) usages: u8,
    pub(super) name: String,
    pub(super) hash: Option<String>,
    pub(super) named_curve: Option<String>,
}

/// A CryptoKey's Rust value.
#[derive(Clone)]
pub(crate) struct CryptoKey(pub(super) Arc<Key>);

/// Internal slots: `[[algorithm_cached]]` and `[[usages_cached]]`.
const ALGORITHM: usize = 0;
const USAGES_CACHED: usize = 1;

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::attribute(c"type", key_type),
        Member::attribute(c"extractable", extractable),
        Member::attribute(c"algorithm", algorithm),
        Member::attribute(c"usages", usages),
        Member::tag(c"CryptoKey"),
    ],
    statics: &[],
};

/// The interface object.
pub(crate) fn make_interface(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let slot = &Apis::of(cx).crypto_key;
    if let Some(made) = slot.get() {
        return Ok(made.get(cx));
    }
    let constructor = cx.subclass(c"CryptoKey", 0, illegal, &MEMBERS, None)?;
    keep(slot, &constructor);
    keep(
        &Apis::of(cx).crypto_key_prototype,
        &constructor.get("prototype")?,
    );
    Ok(constructor)
}

impl CryptoKey {
    /// A new object for this key.
    pub(crate) fn to_object<'a>(&self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        make_interface(cx)?;
        let prototype = &Apis::of(cx).crypto_key_prototype;
        let prototype = prototype.get().map(|root| root.get(cx));
        let prototype = prototype.unwrap_or_else(|| cx.null());
        cx.host_object_holding(&prototype, self.clone(), 2, self.held())
    }

    /// Bytes outside the JS heap; each heap with the key counts them.
    pub(super) fn held(&self) -> usize {
        self.0.material.bytes.len() + size_of::<Key>() + size_of::<Material>()
    }
}

fn of_this<'a, R>(
    call: &Call<'a>,
    use_it: impl FnOnce(&Key, &Value<'a>) -> JsResult<R>,
) -> JsResult<R> {
    let this = call.this();
    match this.host::<CryptoKey>() {
        Some(key) => use_it(&key.0, &this),
        None => Err(type_error(call.cx(), "Illegal invocation: not a CryptoKey")),
    }
}

fn key_type<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    of_this(call, |key, _| {
        call.cx().string(key.material.key_type.name())
    })
}

fn extractable<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    of_this(call, |key, _| Ok(call.cx().boolean(key.extractable)))
}

fn algorithm<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    of_this(call, |key, this| {
        cached(this, ALGORITHM, || key.algorithm_object(call.cx()))
    })
}

fn usages<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    of_this(call, |key, this| {
        cached(this, USAGES_CACHED, || usages_array(call.cx(), key.usages))
    })
}

fn cached<'a>(
    this: &Value<'a>,
    slot: usize,
    make: impl FnOnce() -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    if let Some(made) = this.internal_slot(slot).filter(Value::is_object) {
        return Ok(made);
    }
    let made = make()?;
    this.set_internal_slot(slot, made.clone());
    Ok(made)
}

/// The names in a set of usages.
pub(super) fn usages_array<'a>(cx: Cx<'a>, usages: u8) -> JsResult<Value<'a>> {
    let array = cx.array()?;
    let named = USAGES.iter().enumerate();
    let set = named.filter(|(bit, _)| usages & 1 << bit != 0);
    for (index, (_, name)) in set.enumerate() {
        array.define_index(index as u32, cx.string(name)?)?;
    }
    Ok(array)
}

impl Key {
    /// A KeyAlgorithm dictionary as an object: inherited members first, then in
    /// lexicographical order.
    fn algorithm_object<'a>(&self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        let object = cx.object()?;
        object.define("name", cx.string(&self.name)?)?;
        let bits = cx.number(self.material.bits.into());
        match &*self.name {
            name if name.starts_with("RSA") => {
                object.define("modulusLength", bits)?;
                let exponent = cx.uint8_array(&self.material.public_exponent)?;
                object.define("publicExponent", exponent)?;
                self.define_hash(cx, &object)?;
            }
            "HMAC" => {
                self.define_hash(cx, &object)?;
                object.define("length", bits)?;
            }
            name if name.starts_with("AES") => object.define("length", bits)?,
            _ => {}
        }
        if let Some(curve) = &self.named_curve {
            object.define("namedCurve", cx.string(curve)?)?;
        }
        Ok(object)
    }

    fn define_hash<'a>(&self, cx: Cx<'a>, object: &Value<'a>) -> JsResult<()> {
        if let Some(hash) = &self.hash {
            let algorithm = cx.object()?;
            algorithm.define("name", cx.string(hash)?)?;
            object.define("hash", algorithm)?;
        }
        Ok(())
    }
}
