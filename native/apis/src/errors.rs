//! Errors that nobody catches: HTML, "report an exception" and "unhandled promise
//! rejections". First they are events of the global object, where somebody listens
//! (priv/js/global_events.js), and what those leave alone goes to the host.

use quickbeam_engine::{Call, Cx, JsResult, Member, Report, Value};

use crate::arguments::{require, type_error};
use crate::host::Apis;
use crate::modules;

const EVENTS: &str = "global_events.js";

/// For priv/js.
pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"report", 1, |call| {
        report(call.cx(), &call.argument(0))?;
        Ok(call.cx().undefined())
    }),
    // The global object has a listener for such events, or had one.
    Member::method(c"watchErrors", 0, |call| {
        Apis::of(call.cx()).watches_errors.set(true);
        Ok(call.cx().undefined())
    }),
    Member::method(c"watchHandled", 0, |call| {
        call.cx().watch_handled();
        Ok(call.cx().undefined())
    }),
];

pub(crate) fn report_error<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "reportError", 1)?;
    report(call.cx(), &call.argument(0))?;
    Ok(call.cx().undefined())
}

/// "Report an exception".
pub fn report<'a>(cx: Cx<'a>, thrown: &Value<'a>) -> JsResult<()> {
    let report = Report::of(cx, thrown);
    if dispatch_error(thrown, &report) {
        return Ok(());
    }
    Apis::of(cx).host.uncaught(cx, report)
}

/// Tell the listeners of `error` about what nobody caught. True when one of them
/// has canceled the event: then nobody else is to hear of it.
pub fn dispatch_error(thrown: &Value<'_>, report: &Report) -> bool {
    let cx = thrown.cx();
    dispatch(cx, "reportException", || {
        let Report { name, message, .. } = report;
        let frame = report.frames.first();
        let place = |number: Option<u32>| cx.integer(number.unwrap_or(0).into());
        let filename = frame.and_then(|frame| frame.filename.as_deref());
        Ok(vec![
            thrown.clone(),
            cx.string(&format!("Uncaught {name}: {message}"))?,
            cx.string(filename.unwrap_or_default())?,
            place(frame.and_then(|frame| frame.line)),
            place(frame.and_then(|frame| frame.column)),
        ])
    })
}

/// As [`dispatch_error`], `unhandledrejection` for a rejected promise.
pub fn dispatch_rejection(promise: &Value<'_>) -> bool {
    dispatch(promise.cx(), "reportRejection", || {
        Ok(vec![promise.clone(), promise.promise_result()])
    })
}

/// `rejectionhandled`, for one of [`Cx::take_handled`].
pub fn dispatch_handled(promise: &Value<'_>) {
    dispatch(promise.cx(), "reportHandled", || {
        Ok(vec![promise.clone(), promise.promise_result()])
    });
}

fn dispatch<'a>(
    cx: Cx<'a>,
    export: &str,
    arguments: impl FnOnce() -> JsResult<Vec<Value<'a>>>,
) -> bool {
    if !Apis::of(cx).watches_errors.get() {
        return false;
    }
    let result = modules::load(cx, EVENTS)
        .and_then(|module| module.get(export))
        .and_then(|function| function.call(&cx.undefined(), &arguments()?));
    match result {
        Ok(dealt_with) => dealt_with.truthy(),
        Err(thrown) => {
            // A kill or a lack of memory: the first error is the one to be told.
            drop(cx.catch(thrown));
            false
        }
    }
}

macro_rules! handler {
    ($name:literal, $type:literal) => {
        Member::accessor($name, |call| get(call, $type), |call| set(call, $type))
    };
}

/// The event handlers of the global object.
pub(crate) const HANDLERS: [Member; 3] = [
    handler!(c"onerror", "error"),
    handler!(c"onrejectionhandled", "rejectionhandled"),
    handler!(c"onunhandledrejection", "unhandledrejection"),
];

fn get<'a>(call: &Call<'a>, event: &str) -> JsResult<Value<'a>> {
    check_global(call)?;
    let cx = call.cx();
    if !Apis::of(cx).watches_errors.get() {
        return Ok(cx.null());
    }
    let get = modules::load(cx, EVENTS)?.get("getGlobalHandler")?;
    get.call(&cx.undefined(), &[cx.string(event)?])
}

fn set<'a>(call: &Call<'a>, event: &str) -> JsResult<Value<'a>> {
    check_global(call)?;
    let cx = call.cx();
    let set = modules::load(cx, EVENTS)?.get("setGlobalHandler")?;
    set.call(&cx.undefined(), &[cx.string(event)?, call.argument(0)])
}

fn check_global(call: &Call<'_>) -> JsResult<()> {
    let (cx, this) = (call.cx(), call.this());
    if this.is_nullish() || this.identity() == cx.global().identity() {
        return Ok(());
    }
    Err(type_error(cx, "Illegal invocation: not the global object"))
}
