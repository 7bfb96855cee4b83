//! The group `beam`: what `Beam` has beside the bridge to the context's process,
//! as far as it needs no process. Names and shapes are Bun's where Bun has them.

mod uuid;
mod xml;

use quickbeam_engine::{Call, Cx, JsResult, Member, Value};

use crate::arguments::require;
use crate::host::Apis;
use crate::inspect::{Inspector, Options};
use crate::{beam_backed, modules};

pub(crate) use uuid::Uuids;

static MEMBERS: &[Member] = &[
    Member::lazy_attribute(c"version", |cx| cx.string(env!("CARGO_PKG_VERSION"))),
    Member::operation(c"escapeHTML", 1, escape_html),
    Member::operation(c"inspect", 1, inspect),
    Member::operation(c"nanoseconds", 0, nanoseconds),
    Member::operation(c"randomUUIDv7", 0, uuid::random_uuid_v7),
    Member::lazy_attribute(c"XML", xml::make),
    Member::lazy_attribute(c"deepEquals", |cx| {
        modules::load(cx, "beam/deep_equals.js")?.get("deepEquals")
    }),
    Member::lazy_attribute(c"hash", |cx| system(cx, "hash")),
    Member::lazy_attribute(c"makeRef", |cx| system(cx, "makeRef")),
    Member::lazy_attribute(c"password", |cx| system(cx, "password")),
    Member::lazy_attribute(c"processInfo", |cx| system(cx, "processInfo")),
    Member::lazy_attribute(c"semver", |cx| system(cx, "semver")),
    Member::lazy_attribute(c"sleep", |cx| system(cx, "sleep")),
    Member::lazy_attribute(c"systemInfo", |cx| system(cx, "systemInfo")),
    Member::lazy_attribute(c"uniqueInteger", |cx| system(cx, "uniqueInteger")),
    Member::lazy_attribute(c"which", |cx| system(cx, "which")),
];

/// Define the group's members on the embedder's object `Beam`.
pub fn extend<'a>(cx: Cx<'a>, beam: &Value<'a>) -> JsResult<()> {
    cx.define_members(beam, MEMBERS)?;
    cx.define_members(beam, beam_backed::BEAM)
}

fn system<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    modules::load(cx, "beam/system.js")?.get(name)
}

/// `Beam.escapeHTML(value)`: `String(value)` as text of an element or a quoted
/// attribute.
fn escape_html<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "Beam.escapeHTML", 1)?;
    let escaped = call.argument(0).with_text(|text| {
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = &*text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            out.push_str(&rest[..at]);
            out.push_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#x27;",
            });
            rest = &rest[at + 1..];
        }
        out.push_str(rest);
        out
    })?;
    call.cx().string(&escaped)
}

/// `Beam.inspect(value, options)`: what the console would write, by the options of `util.inspect`.
fn inspect<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let options = Options::given(call.argument(1), "Beam.inspect")?;
    cx.string(&Inspector::with(cx, options).inspect(&call.argument(0))?)
}

/// `Beam.nanoseconds()`: since the context was made.
fn nanoseconds<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let elapsed = Apis::of(call.cx()).start.elapsed().as_nanos();
    Ok(call.cx().number(elapsed as f64))
}
