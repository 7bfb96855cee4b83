//! Digests, in place: a round to a process of the BEAM takes longer than hashing
//! some ten kilobytes.

use quickbeam_engine::{Cx, JsResult};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use sha3::{Sha3_256, Sha3_384, Sha3_512};

/// Bytes between two polls.
const PART: usize = 64 * 1024;

/// The digest that `name` says; `None` where there is none of that name.
pub(crate) fn digest(cx: Cx<'_>, name: &str, data: &[u8]) -> JsResult<Option<Vec<u8>>> {
    match name {
        "SHA-1" => of::<Sha1>(cx, data),
        "SHA-256" => of::<Sha256>(cx, data),
        "SHA-384" => of::<Sha384>(cx, data),
        "SHA-512" => of::<Sha512>(cx, data),
        "SHA3-256" => of::<Sha3_256>(cx, data),
        "SHA3-384" => of::<Sha3_384>(cx, data),
        "SHA3-512" => of::<Sha3_512>(cx, data),
        _ => return Ok(None),
    }
    .map(Some)
}

fn of<D: Digest>(cx: Cx<'_>, data: &[u8]) -> JsResult<Vec<u8>> {
    let mut state = D::new();
    for part in data.chunks(PART) {
        state.update(part);
        cx.poll()?;
    }
    Ok(state.finalize().to_vec())
}
