//! `console`: Console Standard, the methods that every context has.

use quickbeam_engine::{Call, Cx, JsResult, Member, Value};

use crate::format::format;
use crate::host::{Apis, Level};

static MEMBERS: &[Member] = &[
    Member::operation(c"debug", 0, debug),
    Member::operation(c"error", 0, error),
    Member::operation(c"info", 0, info),
    Member::operation(c"log", 0, info),
    Member::operation(c"warn", 0, warn),
    Member::tag(c"console"),
];

pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    // The namespace object's prototype is an empty object of its own.
    let console = cx.object_of(&cx.object()?)?;
    cx.define_members(&console, MEMBERS)?;
    Ok(console)
}

fn debug<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call, Level::Debug)
}

fn error<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call, Level::Error)
}

fn info<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call, Level::Info)
}

fn warn<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call, Level::Warning)
}

/// The standard's Logger and Printer in one.
fn log<'a>(call: &Call<'a>, level: Level) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let text = format(cx, &call.rest(0))?;
    Apis::of(cx).host.console(cx, level, &text)?;
    Ok(cx.undefined())
}
