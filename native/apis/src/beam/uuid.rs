//! `Beam.randomUUIDv7`: RFC 9562, 5.7.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use quickbeam_engine::{Call, ErrorKind, JsResult, ObjectKind, Value};

use crate::host::Apis;

/// The time and counter of the last one, so that those of one context ascend:
/// RFC 9562, 6.2, method 1, with the 12 bits of `rand_a` as the counter.
#[derive(Default)]
pub(crate) struct Uuids(Cell<(u64, u16)>);

const COUNTER_MAX: u16 = 0xFFF;
const TIME_MAX: f64 = 281_474_976_710_655.0;

/// `Beam.randomUUIDv7(timestamp = now)`: a Date or milliseconds.
pub(super) fn random_uuid_v7<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let mut random = [0; 10];
    if getrandom::fill(&mut random).is_err() {
        return Err(cx.throw_error(ErrorKind::Error, "The system gives no random bytes"));
    }
    let given = call.argument(0);
    let ms = if given.is_undefined() {
        let (ms, counter) = Apis::of(cx)
            .uuids
            .next(u16::from_be_bytes([random[0], random[1]]));
        random[..2].copy_from_slice(&counter.to_be_bytes());
        ms
    } else {
        let time = match given.object_kind() {
            ObjectKind::Date => given.object_data().to_number()?,
            _ => given.to_number()?,
        };
        if !(0.0..=TIME_MAX).contains(&time) {
            let message = "Beam.randomUUIDv7: the timestamp is not within 48 bits";
            return Err(cx.throw_error(ErrorKind::Range, message));
        }
        time as u64
    };
    let uuid = ::uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid();
    let mut text = ::uuid::Uuid::encode_buffer();
    cx.string(uuid.hyphenated().encode_lower(&mut text))
}

impl Uuids {
    /// The time and counter of the next one; a counter that begins anew does so in
    /// the lower half of its range, by `random`.
    fn next(&self, random: u16) -> (u64, u16) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_millis() as u64;
        let (last, counter) = self.0.get();
        let next = if now > last {
            (now, random & (COUNTER_MAX >> 1))
        } else if counter < COUNTER_MAX {
            (last, counter + 1)
        } else {
            // Ahead of the clock until that catches up.
            (last + 1, random & (COUNTER_MAX >> 1))
        };
        self.0.set(next);
        next
    }
}
