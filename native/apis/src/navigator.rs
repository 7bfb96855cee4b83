//! What priv/js/navigator.js asks of the process.

use quickbeam_engine::{Call, JsResult, Member, Value};

use crate::groups::{Part, Parts};
use crate::modules;

pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"has", 1, has),
    Member::method(c"hardwareConcurrency", 0, hardware_concurrency),
    Member::method(c"locks", 0, locks),
    Member::method(c"userAgent", 0, user_agent),
];

/// Whether the context has the group that puts attribute `name` on a navigator.
fn has<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let parts = Parts::of(cx);
    Ok(cx.boolean(match call.argument(0).to_text()?.as_str() {
        "locks" => parts.has(Part::Locks),
        _ => false,
    }))
}

fn hardware_concurrency<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let count = std::thread::available_parallelism().map_or(1, |count| count.get());
    Ok(call.cx().integer(count as i64))
}

fn locks<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    modules::load(call.cx(), "locks.js")?.get("locks")
}

fn user_agent<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    call.cx()
        .string(concat!("QuickBEAM/", env!("CARGO_PKG_VERSION")))
}
