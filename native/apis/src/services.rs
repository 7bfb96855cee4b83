//! What the BEAM does for a Web API: requests of a module in priv/js to its
//! counterpart in lib/quickbeam/apis, answers, and events the other way.
//!
//! A module reaches its own service only, by closures that no script can name.

use quickbeam_engine::{Call, Cx, JsResult, Root, Value};

use crate::arguments::type_error;
use crate::host::Apis;
use crate::modules;

/// The functions that `"beam:NAME"` stands for:
///
/// - `call(...args)`: a promise of the answer
/// - `callSync(...args)`: the answer; the context waits
/// - `cast(...args)`: no answer, in order with the others
/// - `onEvent(listener)`: called with each event that the service sends
pub(crate) fn functions<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    let name = cx.string(name)?;
    let functions = cx.object()?;
    functions.define("call", cx.function_with("call", 0, &name, call)?)?;
    functions.define(
        "callSync",
        cx.function_with("callSync", 0, &name, call_sync)?,
    )?;
    functions.define("cast", cx.function_with("cast", 0, &name, cast)?)?;
    functions.define("onEvent", cx.function_with("onEvent", 1, &name, on_event)?)?;
    Ok(functions)
}

fn call<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, service) = (call.cx(), call.data().to_text()?);
    Apis::of(cx).host.request(cx, &service, &call.rest(0))
}

fn call_sync<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, service) = (call.cx(), call.data().to_text()?);
    Apis::of(cx).host.request_sync(cx, &service, &call.rest(0))
}

fn cast<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, service) = (call.cx(), call.data().to_text()?);
    Apis::of(cx).host.notify(cx, &service, &call.rest(0))?;
    Ok(cx.undefined())
}

fn on_event<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, service) = (call.cx(), call.data().to_text()?);
    let listener = call.argument(0);
    if !listener.is_function() {
        return Err(type_error(cx, "onEvent needs a function"));
    }
    let mut listeners = Apis::of(cx).listeners.borrow_mut();
    listeners.retain(|(name, _)| *name != service);
    listeners.push((service, Root::new(listener)));
    Ok(cx.undefined())
}

/// Services that a context hears of before its script has touched what they are
/// for, and the modules that listen.
static UNASKED: &[(&str, &str)] = &[
    ("storage", "storage.js"),
    ("worker_scope", "worker_scope.js"),
];

fn listener<'a>(cx: Cx<'a>, service: &str) -> Option<Value<'a>> {
    let listeners = Apis::of(cx).listeners.borrow();
    let (_, listener) = listeners.iter().find(|(name, _)| name == service)?;
    Some(listener.get(cx))
}

/// Hand an event of a service to its module. Another one that is not loaded has
/// asked for none.
pub fn deliver<'a>(cx: Cx<'a>, service: &str, event: Value<'a>) -> JsResult<()> {
    if listener(cx, service).is_none() {
        let module = UNASKED.iter().find(|(name, _)| *name == service);
        module.map_or(Ok(()), |(_, path)| modules::load(cx, path).map(drop))?;
    }
    match listener(cx, service) {
        Some(listener) => listener.call(&cx.undefined(), &[event]).map(drop),
        None => Ok(()),
    }
}
