//! Random values: Web Cryptography, 10.1.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Value, ViewKind};

use super::check;
use crate::arguments::{require, type_error};

const QUOTA: usize = 65_536;

/// Up to so many bytes the system gives itself. It makes longer values at some 200 MB/s,
/// a stream of ChaCha20 under a key from the system several times as fast. The key
/// serves one call: there is no state to keep secret, to share or to reseed.
const DIRECT: usize = 256;

fn fill(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    if bytes.len() <= DIRECT {
        return getrandom::fill(bytes);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    ChaCha20Rng::from_seed(key).fill_bytes(bytes);
    Ok(())
}

pub(super) fn get_random_values<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
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
    if fill(&mut random).is_err() {
        return Err(cx.throw_error(ErrorKind::Error, "The system gives no random bytes"));
    }
    array.write_bytes(&random);
    Ok(array)
}

fn is_integer(kind: ViewKind) -> bool {
    use ViewKind::*;
    !matches!(kind, DataView | Float16 | Float32 | Float64)
}

pub(super) fn random_uuid<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
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
