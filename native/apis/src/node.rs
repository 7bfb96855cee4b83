//! The modules of Node: `require("node:path")` and the globals of the group `node`.
//! They are priv/js/node, but for what only the engine can say.

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Member, Value};

use crate::format;
use crate::groups::{Part, Parts, from};
use crate::host::{Apis, Level};
use crate::inspect::{Inspector, Options, palette};

/// Name of a module, without `node:`; its file in priv/js and the export that it is.
static MODULES: &[(&str, &str, &str)] = &[
    ("assert", "node/assert.js", "exports"),
    ("assert/strict", "node/assert.js", "strict"),
    ("buffer", "buffer.js", "nodeBuffer"),
    ("child_process", "node/child_process.js", "exports"),
    ("events", "node/events.js", "EventEmitter"),
    ("fs", "node/fs.js", "exports"),
    ("fs/promises", "node/fs.js", "promises"),
    ("os", "node/os.js", "exports"),
    ("path", "node/path.js", "posix"),
    ("path/posix", "node/path.js", "posix"),
    ("path/win32", "node/path.js", "win32"),
    ("process", "node/process.js", "exports"),
    ("querystring", "node/querystring.js", "exports"),
    ("string_decoder", "node/string_decoder.js", "exports"),
    ("timers", "node/timers.js", "exports"),
    ("timers/promises", "node/timers.js", "promises"),
    ("url", "node/url.js", "exports"),
    ("util", "node/util.js", "exports"),
    ("util/types", "node/util.js", "types"),
];

/// The exports of the module `name`, with or without `node:` before it. `None` where
/// there is none of that name, or the context has not the group `node`.
pub fn node_module<'a>(cx: Cx<'a>, name: &str) -> JsResult<Option<Value<'a>>> {
    if !Parts::of(cx).has(Part::Node) {
        return Ok(None);
    }
    let name = name.strip_prefix("node:").unwrap_or(name);
    let found = MODULES.iter().find(|(known, ..)| *known == name);
    found
        .map(|(_, file, export)| from(cx, file, export))
        .transpose()
}

macro_rules! module {
    ($global:literal, $name:literal) => {
        Member::lazy($global, |cx| {
            Ok(node_module(cx, $name)?.unwrap_or(cx.undefined()))
        })
    };
}

pub(crate) static GLOBALS: &[Member] = &[
    module!(c"assert", "assert"),
    module!(c"child_process", "child_process"),
    module!(c"events", "events"),
    module!(c"fs", "fs"),
    module!(c"os", "os"),
    module!(c"path", "path"),
    module!(c"process", "process"),
    module!(c"util", "util"),
    Member::lazy(c"clearImmediate", |cx| timer(cx, "clearImmediate")),
    Member::lazy(c"global", |cx| Ok(cx.global())),
    Member::lazy(c"setImmediate", |cx| timer(cx, "setImmediate")),
    Member::method(c"require", 1, require),
];

fn timer<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    from(cx, "node/timers.js", name)
}

/// The global `require`: modules of Node alone.
fn require<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let name = call.argument(0).to_text()?;
    if let Some(module) = node_module(cx, &name)? {
        return Ok(module);
    }
    let message = format!("Cannot find module '{name}'");
    let error = cx.error(ErrorKind::Error, &message)?;
    error.define("code", cx.string("MODULE_NOT_FOUND")?)?;
    Err(cx.throw(error))
}

/// For priv/js/node.
pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"coarseKind", 1, coarse_kind),
    Member::method(c"domainToUnicode", 1, |call| {
        let domain = call.argument(0).to_text()?;
        call.cx().string(&quickbeam_url::to_unicode(&domain))
    }),
    Member::method(c"format", 1, |call| {
        let options = Options::of(&call.argument(0))?;
        let text = format::format_with(call.cx(), &call.rest(1), &options)?;
        call.cx().string(&text)
    }),
    Member::method(c"heapUsed", 0, |call| {
        Ok(call.cx().number(call.cx().live_bytes() as f64))
    }),
    Member::method(c"inspect", 2, inspect),
    Member::method(c"palette", 0, palette),
    Member::method(c"write", 2, write),
];

/// `coarseKind(object)`: what the engine itself calls it.
fn coarse_kind<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let kind = call.argument(0).object_kind();
    call.cx().string(&format!("{kind:?}"))
}

/// `inspect(value, options)`
fn inspect<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let options = Options::of(&call.argument(1))?;
    cx.string(&Inspector::with(cx, options).inspect(&call.argument(0))?)
}

/// `write(level, text)`: to the console.
fn write<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let level = match call.argument(0).to_text()?.as_str() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        _ => Level::Info,
    };
    let text = call.argument(1).to_text()?;
    Apis::of(cx).host.console(cx, level, &text)?;
    Ok(cx.undefined())
}
