//! Numbers in the bytes of a Buffer: `readInt32LE` and its kin, as Node has them.

use quickbeam_engine::{Call, JsResult, Kind, Member, Value};

use super::errors::{bounds, invalid_type, out_of_bounds, out_of_range};

#[derive(Clone, Copy)]
enum Number {
    Int { size: usize, signed: bool },
    BigInt { signed: bool },
    Float,
    Double,
}

const fn int(size: usize, signed: bool) -> Number {
    Number::Int { size, signed }
}

macro_rules! fixed {
    ($read:literal, $write:literal, $number:expr, $little:expr) => {
        &[
            Member::method($read, 0, |call| read(call, $number, $little)),
            Member::method($write, 1, |call| write(call, $number, $little)),
        ]
    };
}

macro_rules! variable {
    ($read:literal, $write:literal, $signed:expr, $little:expr) => {
        &[
            Member::method($read, 2, |call| read_variable(call, $signed, $little)),
            Member::method($write, 3, |call| write_variable(call, $signed, $little)),
        ]
    };
}

macro_rules! aliases {
    ($($name:literal = $of:literal),* $(,)?) => { &[$(Member::alias($name, $of)),*] };
}

/// Tables of them, for `Buffer.prototype`.
pub(super) static METHODS: &[&[Member]] = &[
    fixed!(c"readUInt8", c"writeUInt8", int(1, false), true),
    fixed!(c"readUInt16LE", c"writeUInt16LE", int(2, false), true),
    fixed!(c"readUInt16BE", c"writeUInt16BE", int(2, false), false),
    fixed!(c"readUInt32LE", c"writeUInt32LE", int(4, false), true),
    fixed!(c"readUInt32BE", c"writeUInt32BE", int(4, false), false),
    fixed!(c"readInt8", c"writeInt8", int(1, true), true),
    fixed!(c"readInt16LE", c"writeInt16LE", int(2, true), true),
    fixed!(c"readInt16BE", c"writeInt16BE", int(2, true), false),
    fixed!(c"readInt32LE", c"writeInt32LE", int(4, true), true),
    fixed!(c"readInt32BE", c"writeInt32BE", int(4, true), false),
    fixed!(
        c"readBigUInt64LE",
        c"writeBigUInt64LE",
        Number::BigInt { signed: false },
        true
    ),
    fixed!(
        c"readBigUInt64BE",
        c"writeBigUInt64BE",
        Number::BigInt { signed: false },
        false
    ),
    fixed!(
        c"readBigInt64LE",
        c"writeBigInt64LE",
        Number::BigInt { signed: true },
        true
    ),
    fixed!(
        c"readBigInt64BE",
        c"writeBigInt64BE",
        Number::BigInt { signed: true },
        false
    ),
    fixed!(c"readFloatLE", c"writeFloatLE", Number::Float, true),
    fixed!(c"readFloatBE", c"writeFloatBE", Number::Float, false),
    fixed!(c"readDoubleLE", c"writeDoubleLE", Number::Double, true),
    fixed!(c"readDoubleBE", c"writeDoubleBE", Number::Double, false),
    variable!(c"readUIntLE", c"writeUIntLE", false, true),
    variable!(c"readUIntBE", c"writeUIntBE", false, false),
    variable!(c"readIntLE", c"writeIntLE", true, true),
    variable!(c"readIntBE", c"writeIntBE", true, false),
    aliases![
        c"readUint8" = c"readUInt8",
        c"readUint16LE" = c"readUInt16LE",
        c"readUint16BE" = c"readUInt16BE",
        c"readUint32LE" = c"readUInt32LE",
        c"readUint32BE" = c"readUInt32BE",
        c"readUintLE" = c"readUIntLE",
        c"readUintBE" = c"readUIntBE",
        c"readBigUint64LE" = c"readBigUInt64LE",
        c"readBigUint64BE" = c"readBigUInt64BE",
        c"writeUint8" = c"writeUInt8",
        c"writeUint16LE" = c"writeUInt16LE",
        c"writeUint16BE" = c"writeUInt16BE",
        c"writeUint32LE" = c"writeUInt32LE",
        c"writeUint32BE" = c"writeUInt32BE",
        c"writeUintLE" = c"writeUIntLE",
        c"writeUintBE" = c"writeUIntBE",
        c"writeBigUint64LE" = c"writeBigUInt64LE",
        c"writeBigUint64BE" = c"writeBigUInt64BE",
    ],
];

impl Number {
    fn size(self) -> usize {
        match self {
            Number::Int { size, .. } => size,
            Number::Float => 4,
            Number::BigInt { .. } | Number::Double => 8,
        }
    }
}

/// `size` bytes at the offset in argument `index`.
fn offset(call: &Call<'_>, index: usize, size: usize, required: bool) -> JsResult<usize> {
    let (cx, this, offset) = (call.cx(), call.this(), call.argument(index));
    let length = match this.byte_length() {
        Some(length) if this.view_slots().is_some() => length,
        _ => return Err(invalid_type(cx, "this", "an instance of Buffer", &this)),
    };
    let number = match offset.kind() {
        Kind::Int(at) => f64::from(at),
        Kind::Float(at) => at,
        Kind::Undefined if !required => 0.0,
        _ => return Err(invalid_type(cx, "offset", "of type number", &offset)),
    };
    let last = length as f64 - size as f64;
    if number.is_nan() || (number.is_finite() && number.fract() != 0.0) {
        Err(out_of_range(cx, "offset", "an integer", &offset))
    } else if last < 0.0 {
        Err(out_of_bounds(cx))
    } else if number < 0.0 || number > last {
        Err(bounds(cx, "offset", 0.0, last, &offset))
    } else {
        Ok(number as usize)
    }
}

/// `size` bytes from `at`, the least significant first.
fn load(this: &Value<'_>, at: usize, size: usize, little: bool) -> u64 {
    let mut bytes = [0; 8];
    this.with_bytes(|all| {
        if let Some(part) = all.get(at..at + size) {
            bytes[..size].copy_from_slice(part);
        }
    });
    if !little {
        bytes[..size].reverse();
    }
    u64::from_le_bytes(bytes)
}

fn store(this: &Value<'_>, at: usize, size: usize, little: bool, value: u64) {
    let mut bytes = value.to_le_bytes();
    if !little {
        bytes[..size].reverse();
    }
    this.with_bytes_mut(|all| {
        if let Some(part) = all.get_mut(at..at + size) {
            part.copy_from_slice(&bytes[..size]);
        }
    });
}

fn read<'a>(call: &Call<'a>, number: Number, little: bool) -> JsResult<Value<'a>> {
    let (cx, size) = (call.cx(), number.size());
    let at = offset(call, 0, size, false)?;
    let bits = load(&call.this(), at, size, little);
    match number {
        Number::Int { size, signed } => Ok(cx.integer(integer(bits, size, signed))),
        Number::Float => Ok(cx.number(f64::from(f32::from_bits(bits as u32)))),
        Number::Double => Ok(cx.number(f64::from_bits(bits))),
        Number::BigInt { signed } => {
            let negative = signed && (bits as i64) < 0;
            let magnitude = if negative { bits.wrapping_neg() } else { bits };
            cx.bigint(negative, &[magnitude as u32, (magnitude >> 32) as u32])
        }
    }
}

/// `bits` of `size` bytes, with their sign.
fn integer(bits: u64, size: usize, signed: bool) -> i64 {
    let spare = 64 - 8 * size as u32;
    if signed {
        (bits << spare) as i64 >> spare
    } else {
        bits as i64
    }
}

fn write<'a>(call: &Call<'a>, number: Number, little: bool) -> JsResult<Value<'a>> {
    let (cx, value, size) = (call.cx(), call.argument(0), number.size());
    let bits = match number {
        Number::BigInt { signed } => big_bits(&value, signed)?,
        Number::Float => u64::from((value.to_number()? as f32).to_bits()),
        Number::Double => value.to_number()?.to_bits(),
        Number::Int { size, signed } => {
            let number = value.to_number()?;
            // The offset's type is looked at before the value's range.
            offset_type(call, 1, false)?;
            int_bits(&value, number, size, signed)?
        }
    };
    let at = offset(call, 1, size, false)?;
    store(&call.this(), at, size, little, bits);
    Ok(cx.integer((at + size) as i64))
}

fn offset_type(call: &Call<'_>, index: usize, required: bool) -> JsResult<()> {
    let given = call.argument(index);
    match given.kind() {
        Kind::Int(_) | Kind::Float(_) => Ok(()),
        Kind::Undefined if !required => Ok(()),
        _ => Err(invalid_type(call.cx(), "offset", "of type number", &given)),
    }
}

/// An integer in `size` bytes; NaN is 0.
fn int_bits(value: &Value<'_>, number: f64, size: usize, signed: bool) -> JsResult<u64> {
    let bits = 8 * size as i32;
    let (min, max) = if signed {
        (-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0)
    } else {
        (0.0, 2f64.powi(bits) - 1.0)
    };
    if number < min || number > max {
        let range = match (signed, size) {
            (_, ..=4) => format!(">= {min} and <= {max}"),
            (true, _) => format!(">= -(2 ** {}) and < 2 ** {0}", bits - 1),
            (false, _) => format!(">= 0 and < 2 ** {bits}"),
        };
        return Err(out_of_range(value.cx(), "value", &range, value));
    }
    Ok(number as i64 as u64)
}

/// A BigInt in eight bytes.
fn big_bits(value: &Value<'_>, signed: bool) -> JsResult<u64> {
    let cx = value.cx();
    if value.kind() != Kind::BigInt {
        return Err(invalid_type(cx, "value", "of type bigint", value));
    }
    let (negative, words) = value.bigint_words()?;
    let significant = words.iter().rposition(|word| *word != 0);
    let word = |at: usize| u64::from(words.get(at).copied().unwrap_or(0));
    let magnitude = word(0) | word(1) << 32;
    let too_long = significant.is_some_and(|last| last > 1);
    let fits = match (signed, negative) {
        (true, true) => magnitude <= 1 << 63,
        (true, false) => magnitude < 1 << 63,
        (false, negative) => !negative || magnitude == 0,
    };
    if too_long || !fits {
        let range = if signed {
            ">= -(2n ** 63n) and < 2n ** 63n"
        } else {
            ">= 0n and < 2n ** 64n"
        };
        return Err(out_of_range(cx, "value", range, value));
    }
    Ok(if negative {
        magnitude.wrapping_neg()
    } else {
        magnitude
    })
}

/// `byteLength`, 1 to 6, in argument `index`.
fn length(call: &Call<'_>, index: usize) -> JsResult<usize> {
    let (cx, given) = (call.cx(), call.argument(index));
    let number = match given.kind() {
        Kind::Int(length) => f64::from(length),
        Kind::Float(length) => length,
        _ => return Err(invalid_type(cx, "byteLength", "of type number", &given)),
    };
    if number.is_nan() || (number.is_finite() && number.fract() != 0.0) {
        return Err(out_of_range(cx, "byteLength", "an integer", &given));
    }
    if !(1.0..=6.0).contains(&number) {
        return Err(bounds(cx, "byteLength", 1.0, 6.0, &given));
    }
    Ok(number as usize)
}

fn read_variable<'a>(call: &Call<'a>, signed: bool, little: bool) -> JsResult<Value<'a>> {
    offset_type(call, 0, true)?;
    let size = length(call, 1)?;
    let at = offset(call, 0, size, true)?;
    let bits = load(&call.this(), at, size, little);
    Ok(call.cx().integer(integer(bits, size, signed)))
}

fn write_variable<'a>(call: &Call<'a>, signed: bool, little: bool) -> JsResult<Value<'a>> {
    let value = call.argument(0);
    let size = length(call, 2)?;
    let number = value.to_number()?;
    offset_type(call, 1, true)?;
    let bits = int_bits(&value, number, size, signed)?;
    let at = offset(call, 1, size, true)?;
    store(&call.this(), at, size, little, bits);
    Ok(call.cx().integer((at + size) as i64))
}
