//! `performance`: High Resolution Time, and User Timing in priv/js/user_timing.js.

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use crate::arguments::type_error;
use crate::groups::{Part, Parts, from};
use crate::host::{Apis, keep};

pub(crate) const USER_TIMING: &str = "user_timing.js";

macro_rules! user_timing {
    ($name:literal) => {
        Member::lazy_attribute($name, |cx| {
            from(cx, USER_TIMING, "members")?.get($name.to_str().expect("ASCII"))
        })
    };
}

static CLASS: ClassMembers = ClassMembers {
    instance: MEMBERS,
    statics: &[],
};

static MEMBERS: &[Member] = &[
    Member::operation(c"now", 0, now),
    Member::attribute(c"timeOrigin", time_origin),
    Member::operation(c"toJSON", 0, to_json),
    user_timing!(c"clearMarks"),
    user_timing!(c"clearMeasures"),
    user_timing!(c"getEntries"),
    user_timing!(c"getEntriesByName"),
    user_timing!(c"getEntriesByType"),
    user_timing!(c"mark"),
    user_timing!(c"measure"),
    Member::tag(c"Performance"),
];

/// For the time stamps of other APIs.
pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"isPerformance", 1, |call| {
        let is_one = call.argument(0).host::<Performance>().is_some();
        Ok(call.cx().boolean(is_one))
    }),
    Member::method(c"now", 0, |call| Ok(milliseconds(call.cx()))),
];

/// Timers finer than this tell one context about another's work.
const RESOLUTION_MS: f64 = 0.005;

struct Performance;

/// The interface object `Performance`.
pub(crate) fn make_interface(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let slot = &Apis::of(cx).performance;
    if let Some(made) = slot.get() {
        return Ok(made.get(cx));
    }
    // Without the group that has it, it is no EventTarget.
    let parent = match Parts::of(cx).has(Part::Events) {
        true => Some(from(cx, "performance_target.js", "EventTarget")?),
        false => None,
    };
    let constructor = cx.subclass(c"Performance", 0, illegal, &CLASS, parent.as_ref())?;
    keep(slot, &constructor);
    Ok(constructor)
}

/// The global `performance`.
pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    cx.host_object(&make_interface(cx)?.get("prototype")?, Performance)
}

fn illegal<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    Err(type_error(call.cx(), "Illegal constructor"))
}

fn check(call: &Call<'_>) -> JsResult<()> {
    match call.this().host::<Performance>() {
        Some(_) => Ok(()),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a Performance",
        )),
    }
}

fn now<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    Ok(milliseconds(call.cx()))
}

/// Milliseconds since the time origin.
fn milliseconds(cx: Cx<'_>) -> Value<'_> {
    let ms = Apis::of(cx).start.elapsed().as_secs_f64() * 1e3;
    // Steps × the resolution as a quotient, so that no binary dust is left.
    let steps = (ms / RESOLUTION_MS).floor();
    cx.number(steps / (1.0 / RESOLUTION_MS).round())
}

fn time_origin<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    Ok(call.cx().number(Apis::of(call.cx()).time_origin))
}

fn to_json<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let origin = time_origin(call)?;
    let object = call.cx().object()?;
    object.define("timeOrigin", origin)?;
    Ok(object)
}
