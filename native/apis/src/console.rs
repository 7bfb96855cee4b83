//! `console`: Console Standard. Every context has the five methods that log; the
//! group `console` gives the others: [`counting`], [`grouping`], [`table`],
//! [`timing`]. Output is Node's.

mod counting;
mod grouping;
mod table;
mod timing;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Instant;

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Kind, Member, Report, Value};

use crate::format::{cut, format};
use crate::groups::{Part, Parts};
use crate::host::{Apis, Level};
use crate::inspect::{Inspector, Options};

static MEMBERS: &[Member] = &[
    Member::operation(c"debug", 0, debug),
    Member::operation(c"error", 0, error),
    Member::operation(c"info", 0, info),
    Member::operation(c"log", 0, info),
    Member::operation(c"warn", 0, warn),
    Member::tag(c"console"),
];

/// What the group `console` adds.
static GROUP_MEMBERS: &[Member] = &[
    Member::operation(c"assert", 0, assert),
    Member::operation(c"clear", 0, grouping::clear),
    Member::operation(c"count", 0, counting::count),
    Member::operation(c"countReset", 0, counting::count_reset),
    Member::operation(c"dir", 0, dir),
    Member::operation(c"dirxml", 0, info),
    Member::operation(c"group", 0, grouping::group),
    Member::operation(c"groupCollapsed", 0, grouping::group),
    Member::operation(c"groupEnd", 0, grouping::group_end),
    Member::operation(c"table", 0, table::table),
    Member::operation(c"time", 0, timing::time),
    Member::operation(c"timeEnd", 0, timing::time_end),
    Member::operation(c"timeLog", 0, timing::time_log),
    Member::operation(c"trace", 0, trace),
];

/// What a heap's console remembers.
#[derive(Default)]
pub(crate) struct Console {
    /// How many groups are open.
    groups: Cell<usize>,
    counts: RefCell<HashMap<String, u32>>,
    timers: RefCell<HashMap<String, Instant>>,
}

pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    // The namespace object's prototype is an empty object of its own.
    let console = cx.object_of(&cx.object()?)?;
    cx.define_members(&console, MEMBERS)?;
    if Parts::of(cx).has(Part::Console) {
        cx.define_members(&console, GROUP_MEMBERS)?;
    }
    Ok(console)
}

fn debug<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call.cx(), Level::Debug, &call.rest(0))
}

fn error<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call.cx(), Level::Error, &call.rest(0))
}

fn info<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call.cx(), Level::Info, &call.rest(0))
}

fn warn<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    log(call.cx(), Level::Warning, &call.rest(0))
}

/// The standard's Logger.
fn log<'a>(cx: Cx<'a>, level: Level, arguments: &[Value<'a>]) -> JsResult<Value<'a>> {
    print(cx, level, format(cx, arguments)?)
}

/// The standard's Printer: indented by the open groups.
fn print<'a>(cx: Cx<'a>, level: Level, mut text: String) -> JsResult<Value<'a>> {
    let apis = Apis::of(cx);
    if apis.console.groups.get() > 0 {
        text = grouping::indent(&text, apis.console.groups.get());
        cut(&mut text);
    }
    apis.host.console(cx, level, &text)?;
    Ok(cx.undefined())
}

/// A label: "default" where none is given.
fn label(call: &Call<'_>) -> JsResult<String> {
    match call.argument(0) {
        label if label.is_undefined() => Ok("default".into()),
        // As Web IDL's DOMString: a Symbol throws.
        label => label.to_string_value()?.to_text(),
    }
}

/// Bytes of an entry in a table of labels, beside the label.
const ENTRY_BYTES: usize = 64;

/// 1.1.1.
fn assert<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    if call.argument(0).truthy() {
        return Ok(cx.undefined());
    }
    let mut data = call.rest(1);
    match data.first() {
        Some(first) if first.kind() == Kind::String => {
            let text = first.with_text(|text| format!("Assertion failed: {text}"))?;
            data[0] = cx.string(&text)?;
        }
        Some(_) => data.insert(0, cx.string("Assertion failed")?),
        None => data.push(cx.string("Assertion failed")?),
    }
    log(cx, Level::Error, &data)
}

/// 1.1.9. `dir(item, { depth })`
fn dir<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let options = Options::given(call.argument(1), "console.dir")?;
    let text = Inspector::with(cx, options).inspect(&call.argument(0))?;
    print(cx, Level::Info, text)
}

/// 1.1.8.
fn trace<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let stack = Report::of(cx, &cx.error(ErrorKind::Error, "")?).stack;
    let stack = stack.unwrap_or_default();
    let text = match format(cx, &call.rest(0))? {
        text if text.is_empty() => "Trace".into(),
        text => format!("Trace: {text}"),
    };
    print(cx, Level::Info, format!("{text}\n{}", stack.trim_end()))
}
