//! `setTimeout`, `setInterval` and what clears them (HTML, "Timers").

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Root, Value};

use crate::clock::{self, NEVER};
use crate::state::State;

/// The timers of one context, by time and by id.
#[derive(Default)]
pub(crate) struct Timers {
    queue: RefCell<BTreeMap<(u64, u32), Timer>>,
    due: RefCell<HashMap<u32, u64>>,
    last_id: Cell<u32>,
}

pub(crate) struct Timer {
    callback: Root,
    arguments: Vec<Root>,
    /// Zero for a timer that fires once.
    interval: Duration,
}

/// What a timer is charged against the memory limit: its places in both maps.
const TIMER_BYTES: usize = 160;

/// Define the timer functions on the global object.
pub fn install(cx: Cx<'_>) -> JsResult<()> {
    let global = cx.global();
    global.define(
        "setTimeout",
        cx.function("setTimeout", 1, |call| set(call, false))?,
    )?;
    global.define(
        "setInterval",
        cx.function("setInterval", 1, |call| set(call, true))?,
    )?;
    global.define("clearTimeout", cx.function("clearTimeout", 0, clear)?)?;
    global.define("clearInterval", cx.function("clearInterval", 0, clear)?)?;
    Ok(())
}

fn set<'a>(call: &Call<'a>, repeat: bool) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let callback = call.argument(0);
    if !callback.is_function() {
        return Err(cx.throw_error(
            ErrorKind::Type,
            "the callback of a timer must be a function",
        ));
    }
    // Web IDL `long`: modulo 2^32, and what is negative then counts as zero.
    let delay = to_int32(call.argument(1).to_number()?).max(i32::from(repeat));
    let delay = Duration::from_millis(u64::try_from(delay).unwrap_or(0));
    let arguments: Vec<Root> = call.rest(2).into_iter().map(Root::new).collect();
    cx.charge(TIMER_BYTES + arguments.len() * size_of::<Root>())?;
    let timers = &State::of(cx).timers;
    let id = timers.last_id.get() % (i32::MAX as u32) + 1;
    timers.last_id.set(id);
    let timer = Timer {
        callback: Root::new(callback),
        arguments,
        interval: if repeat { delay } else { Duration::ZERO },
    };
    timers.insert(clock::after(clock::now(), delay), id, timer);
    Ok(cx.integer(id.into()))
}

fn clear<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let id = call.argument(0);
    if !id.is_nullish()
        && let Ok(id) = u32::try_from(to_int32(id.to_number()?))
    {
        let timer = State::of(cx).timers.remove(id);
        timer.iter().for_each(|timer| timer.release(cx));
    }
    Ok(cx.undefined())
}

/// ECMAScript ToInt32.
fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    let modulo = number.trunc().rem_euclid(4_294_967_296.0);
    // Exact: an integer below 2^32.
    (modulo as u32) as i32
}

impl Timer {
    fn release(&self, cx: Cx<'_>) {
        cx.release(TIMER_BYTES + self.arguments.len() * size_of::<Root>());
    }
}

impl Timers {
    fn insert(&self, time: u64, id: u32, timer: Timer) {
        self.queue.borrow_mut().insert((time, id), timer);
        self.due.borrow_mut().insert(id, time);
    }

    fn remove(&self, id: u32) -> Option<Timer> {
        let time = self.due.borrow_mut().remove(&id)?;
        self.queue.borrow_mut().remove(&(time, id))
    }

    /// When the next timer is due.
    pub(crate) fn next(&self) -> u64 {
        self.queue
            .borrow()
            .first_key_value()
            .map_or(NEVER, |((time, _), _)| *time)
    }

    /// Fire the first timer that is due at `now`: answers its callback's
    /// result, or `None` where none is.
    pub(crate) fn fire<'a>(&self, cx: Cx<'a>, now: u64) -> Option<JsResult<Value<'a>>> {
        if self.next() > now {
            return None;
        }
        let ((_, id), timer) = self.queue.borrow_mut().pop_first()?;
        self.due.borrow_mut().remove(&id);
        let callback = timer.callback.get(cx);
        let arguments: Vec<_> = timer.arguments.iter().map(|root| root.get(cx)).collect();
        if timer.interval.is_zero() {
            timer.release(cx);
        } else {
            // Before the callback, so that the callback can clear it. From now,
            // not from when it was due: a late interval does not catch up.
            self.insert(clock::after(now, timer.interval), id, timer);
        }
        Some(callback.call(&cx.undefined(), &arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::to_int32;

    #[test]
    fn delays_are_taken_modulo_2_to_the_32() {
        let cases = [
            (0.0, 0),
            (1.9, 1),
            (-1.0, -1),
            (f64::NAN, 0),
            (f64::INFINITY, 0),
            (2_147_483_648.0, i32::MIN),
            (4_294_967_297.0, 1),
        ];
        for (number, expected) in cases {
            assert_eq!(to_int32(number), expected, "{number}");
        }
    }
}
