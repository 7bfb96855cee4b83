//! Compiled scripts on their way out and back in.
//!
//! The engine does not verify bytecode, so only what this build has written may
//! run: a seal tells versions and damage apart. It is no signature; bytecode is
//! as trusted as the Elixir code that loads it.

use quickbeam_engine::{Code, Cx, ErrorKind, JsResult, Value};

const MAGIC: &[u8; 4] = b"QBJS";
/// What must agree between writer and reader: the library's version, the engine and
/// the last patch that gave it another instruction, and the machine.
const BUILD: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "/quickjs-ng-0.16.2/0114/",
    env!("QUICKBEAM_TARGET")
);

/// `bytecode` with its seal: magic, checksum (8 bytes, little endian), build.
pub fn seal(bytecode: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(bytecode.len() + BUILD.len() + 13);
    sealed.extend(MAGIC);
    sealed.extend(checksum(bytecode).to_le_bytes());
    sealed.push(BUILD.len() as u8);
    sealed.extend(BUILD.as_bytes());
    sealed.extend(bytecode);
    sealed
}

/// Run what [`seal`] gave, or throw.
pub fn run<'a>(cx: Cx<'a>, sealed: &[u8]) -> JsResult<Value<'a>> {
    match open(sealed) {
        // SAFETY: written by this build and undamaged, as far as a checksum can
        // tell.
        Ok(bytecode) => unsafe { cx.run_bytecode(bytecode) },
        Err(why) => Err(cx.throw_error(ErrorKind::Type, why)),
    }
}

/// Read what [`seal`] gave without running it, or throw.
pub fn read<'a>(cx: Cx<'a>, sealed: &[u8]) -> JsResult<Code<'a>> {
    match open(sealed) {
        // SAFETY: as in `run`.
        Ok(bytecode) => unsafe { cx.read_code(bytecode) },
        Err(why) => Err(cx.throw_error(ErrorKind::Type, why)),
    }
}

fn open(sealed: &[u8]) -> Result<&[u8], &'static str> {
    let rest = sealed.strip_prefix(MAGIC).ok_or("not QuickBEAM bytecode")?;
    let (sum, rest) = rest.split_first_chunk::<8>().ok_or("damaged bytecode")?;
    let (length, rest) = rest.split_first().ok_or("damaged bytecode")?;
    let (build, bytecode) = rest
        .split_at_checked((*length).into())
        .ok_or("damaged bytecode")?;
    if build != BUILD.as_bytes() {
        return Err("bytecode of another build of QuickBEAM: compile it again");
    }
    if checksum(bytecode) != u64::from_le_bytes(*sum) {
        return Err("damaged bytecode");
    }
    Ok(bytecode)
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
