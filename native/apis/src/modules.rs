//! The Web APIs that are written in JavaScript: the modules of priv/js.
//!
//! They are ES modules by their looks, so that editors and `tsc` understand them,
//! but no module that a script could import: [`link`] makes a function of each,
//! which is compiled once a process and run in a heap when a script first
//! touches one of its exports. What they import:
//!
//! | from | what |
//! |---|---|
//! | `"./file.js"` | another module of priv/js, by its path from there |
//! | `"native:NAME"` | functions of this crate, [`NATIVES`], or of the embedder, [`Host::natives`] |
//! | `"beam:NAME"` | `call`, `callSync`, `cast`, `onEvent`: what lib/quickbeam/apis/NAME.ex answers |
//!
//! [`Host::natives`]: crate::Host::natives

use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use quickbeam_engine::{Builtin, Call, Cx, ErrorKind, FrozenCode, JsResult, Member, Root, Value};

use crate::host::Apis;
use crate::services;

macro_rules! modules {
    ($($path:literal),* $(,)?) => {
        &[$({
            static MODULE: Builtin = Builtin::new(
                $path,
                || link($path, include_str!(concat!("../../../priv/js/", $path))),
            );
            &MODULE
        }),*]
    };
}

static MODULES: &[&Builtin] = modules![
    "abort.js",
    "beam/deep_equals.js",
    "beam/processes.js",
    "beam/system.js",
    "blob.js",
    "broadcast_channel.js",
    "blob_package.js",
    "blob_stream.js",
    "buffer.js",
    "buffer/errors.js",
    "buffer/fill.js",
    "buffer/from.js",
    "clone.js",
    "compression.js",
    "crypto/algorithms.js",
    "crypto/keys.js",
    "crypto/subtle.js",
    "dom/activation.js",
    "dom/form_entries.js",
    "dom/handlers.js",
    "dom/internals.js",
    "dom/nodes.js",
    "dom/ui_events.js",
    "dom/window.js",
    "dom/xpath.js",
    "dom/xpath_values.js",
    "event.js",
    "event_handlers.js",
    "event_types.js",
    "events.js",
    "eventsource.js",
    "fetch/body.js",
    "fetch/control.js",
    "fetch/fetch.js",
    "fetch/form_data.js",
    "fetch/forms.js",
    "fetch/http.js",
    "fetch/mime.js",
    "fetch/multipart.js",
    "fetch/pair_iterator.js",
    "fetch/request.js",
    "fetch/response.js",
    "fetch/routed.js",
    "fetch/schemes.js",
    "fetch/transport.js",
    "file_list.js",
    "file_reader.js",
    "file_reader_sync.js",
    "global_events.js",
    "intl/builtins.js",
    "intl/collator.js",
    "intl/date_patterns.js",
    "intl/date_time_format.js",
    "intl/decimal.js",
    "intl/list_format.js",
    "intl/locale.js",
    "intl/number_data.js",
    "intl/number_format.js",
    "intl/plural_rules.js",
    "intl/relative_time_format.js",
    "intl/segmenter.js",
    "intl/time_zone.js",
    "locks.js",
    "navigator.js",
    "node/assert.js",
    "node/bytes.js",
    "node/child_process.js",
    "node/comparisons.js",
    "node/errors.js",
    "node/events.js",
    "node/fs.js",
    "node/inspect.js",
    "node/kinds.js",
    "node/legacy_url.js",
    "node/os.js",
    "node/parse_args.js",
    "node/path.js",
    "node/process.js",
    "node/querystring.js",
    "node/string_decoder.js",
    "node/timers.js",
    "node/url.js",
    "node/util.js",
    "ports.js",
    "storage.js",
    "stamp.js",
    "streams/async_iterator.js",
    "streams/byte_controller.js",
    "streams/byte_controller_state.js",
    "streams/from.js",
    "streams/internal.js",
    "streams/pipe.js",
    "streams/promises.js",
    "streams/queues.js",
    "streams/readable_default_controller.js",
    "streams/readable_readers.js",
    "streams/readable_state.js",
    "streams/readable_stream.js",
    "streams/slots.js",
    "streams/strategies.js",
    "streams/tee.js",
    "streams/text_streams.js",
    "streams/transfer.js",
    "streams/transform_state.js",
    "streams/transform_stream.js",
    "streams/views.js",
    "streams/writable_state.js",
    "streams/writable_stream.js",
    "surrogates.js",
    "urlpattern.js",
    "urlpattern/canonical.js",
    "urlpattern/constructor_string.js",
    "urlpattern/parts.js",
    "urlpattern/tokenizer.js",
    "performance_observer.js",
    "performance_target.js",
    "user_timing.js",
    "webidl.js",
    "websocket.js",
    "worker.js",
    "worker_location.js",
    "worker_scope.js",
    "worker_source.js",
];

/// What modules may import from `"native:NAME"`.
static NATIVES: &[(&str, &[Member])] = &[
    ("blob", crate::blob::NATIVES),
    ("crypto", crate::crypto::NATIVES),
    ("errors", crate::errors::NATIVES),
    ("external", crate::clone::external::NATIVES),
    ("headers", crate::headers::NATIVES),
    ("navigator", crate::navigator::NATIVES),
    ("network", crate::network::NATIVES),
    ("intl", crate::intl::NATIVES),
    ("node", crate::node::NATIVES),
    ("buffer", crate::buffer::NATIVES),
    ("compression", crate::compression::NATIVES),
    ("crypto", crate::crypto::NATIVES),
    ("errors", crate::errors::NATIVES),
    ("headers", crate::headers::NATIVES),
    ("intl", crate::intl::NATIVES),
    ("network", crate::network::NATIVES),
    ("performance", crate::performance::NATIVES),
    ("ports", crate::ports::NATIVES),
    ("promises", crate::promises::NATIVES),
    ("workers", crate::workers::NATIVES),
    ("url", crate::url::NATIVES),
];

/// All of them, compiled: whoever asks first waits for that, some 50 ms. Heaps are
/// made with it, or upon it. `None` where there is no memory for it: then a heap
/// compiles what it needs.
///
/// # Panics
/// When one does not compile: they are part of this library.
pub fn code() -> Option<Arc<FrozenCode>> {
    static CODE: OnceLock<Option<Arc<FrozenCode>>> = OnceLock::new();
    let compile = || match FrozenCode::of_builtins(MODULES) {
        Ok(code) => Some(code),
        Err(error) if error.name == "SyntaxError" => panic!("{error:?}"),
        Err(_) => None,
    };
    CODE.get_or_init(compile).clone()
}

/// The exports of a module, which runs where this heap has not done so yet.
pub fn load<'a>(cx: Cx<'a>, path: &str) -> JsResult<Value<'a>> {
    if let Some(exports) = loaded(cx, path) {
        return Ok(exports);
    }
    let missing = || cx.throw_error(ErrorKind::Internal, &format!("no module {path}"));
    let module = MODULES.iter().find(|module| module.name == path);
    let module = module.ok_or_else(missing)?;
    let import = cx.function("import", 1, import)?;
    let exports = module.run(cx)?.call(&cx.undefined(), &[import])?;
    let mut modules = Apis::of(cx).modules.borrow_mut();
    modules.push((module.name, Root::new(exports.clone())));
    Ok(exports)
}

/// The exports of a module, where it has run.
pub(crate) fn loaded<'a>(cx: Cx<'a>, path: &str) -> Option<Value<'a>> {
    let modules = Apis::of(cx).modules.borrow();
    let (_, exports) = modules.iter().find(|(name, _)| *name == path)?;
    Some(exports.get(cx))
}

/// What a module's import statements call.
fn import<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let specifier = call.argument(0).to_text()?;
    if let Some(name) = specifier.strip_prefix("native:") {
        let own = NATIVES.iter().find(|(own, _)| *own == name);
        let members = own.map(|(_, members)| *members);
        let Some(members) = members.or_else(|| Apis::of(cx).host.natives(name)) else {
            let message = format!("no natives {name}");
            return Err(cx.throw_error(ErrorKind::Internal, &message));
        };
        let natives = cx.object()?;
        cx.define_members(&natives, members)?;
        return Ok(natives);
    }
    match specifier.strip_prefix("beam:") {
        Some(name) => services::functions(cx, name),
        None => load(cx, &specifier),
    }
}

/// A module's text as an expression: a function of its imports that returns its
/// exports. Line numbers stay.
///
/// It takes what priv/js/README.md allows: `import { a, b as c } from "…";` and
/// `export` before a class, function or const, each at the beginning of a line, and
/// `export { a, b } from "…";`.
fn link(path: &str, source: &str) -> String {
    let mut out = String::from("(function ($import) { \"use strict\"; ");
    let mut exports = Vec::new();
    let mut statement = String::new();
    for line in source.lines() {
        if !statement.is_empty() || line.starts_with("import ") || line.starts_with("export {") {
            statement.push_str(line);
            if line.trim_end().ends_with(';') {
                let linked = import_statement(path, &statement)
                    .or_else(|| export_statement(path, &statement, &mut exports));
                out.push_str(&linked.unwrap_or_else(|| panic!("{path}: {statement}")));
                statement.clear();
            }
        } else if let Some(declaration) = line.strip_prefix("export ") {
            let name = declared_name(declaration);
            exports.push(name.unwrap_or_else(|| panic!("{path}: {line}")).to_owned());
            out.push_str(declaration);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    let _ = write!(
        out,
        "return {{ __proto__: null, {} }}; }})",
        exports.join(", ")
    );
    out
}

fn import_statement(path: &str, statement: &str) -> Option<String> {
    let (names, from) = statement.strip_prefix("import {")?.split_once('}')?;
    let specifier = from.trim().strip_prefix("from")?.trim().strip_suffix(';')?;
    let specifier = resolve(path, specifier.trim_matches('"'));
    let names = names.replace(" as ", ": ");
    Some(format!("const {{{names}}} = $import(\"{specifier}\");"))
}

/// `export { a, b } from "…";`
fn export_statement(path: &str, statement: &str, exports: &mut Vec<String>) -> Option<String> {
    let (names, from) = statement.strip_prefix("export {")?.split_once('}')?;
    let specifier = from.trim().strip_prefix("from")?.trim().strip_suffix(';')?;
    let specifier = resolve(path, specifier.trim_matches('"'));
    let module = format!("$exports{}", exports.len());
    let names = names.split(',').map(str::trim);
    exports.extend(
        names
            .filter(|name| !name.is_empty())
            .map(|name| format!("{name}: {module}.{name}")),
    );
    Some(format!("const {module} = $import(\"{specifier}\");"))
}

/// A relative specifier from the importer's path.
fn resolve(path: &str, specifier: &str) -> String {
    if !specifier.starts_with('.') {
        return specifier.to_owned();
    }
    let mut segments: Vec<&str> = path.split('/').collect();
    segments.pop();
    for segment in specifier.split('/') {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

fn declared_name(declaration: &str) -> Option<&str> {
    let kinds = [
        "async function* ",
        "async function ",
        "function* ",
        "function ",
        "class ",
        "const ",
    ];
    let rest = kinds
        .iter()
        .find_map(|kind| declaration.strip_prefix(kind))?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))?;
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_compiles() {
        assert!(code().is_some());
    }

    #[test]
    fn a_module_becomes_a_function_of_its_imports() {
        let source =
            "import { a, b as c } from \"../x.js\";\nexport class K {}\nexport const v = 1;";
        assert_eq!(
            link("streams/y.js", source),
            "(function ($import) { \"use strict\"; const { a, b: c } = $import(\"x.js\");\n\
             class K {}\nconst v = 1;\nreturn { __proto__: null, K, v }; })"
        );
    }

    #[test]
    fn a_module_hands_on_exports_of_another() {
        let source =
            "import { a } from \"./y.js\";\nexport {\n  a,\n  b,\n} from \"./y.js\";\na();";
        assert_eq!(
            link("x.js", source),
            "(function ($import) { \"use strict\"; const { a } = $import(\"y.js\");\n\n\n\n\
             const $exports0 = $import(\"y.js\");\na();\n\
             return { __proto__: null, a: $exports0.a, b: $exports0.b }; })"
        );
    }

    #[test]
    fn specifiers_are_relative_to_the_importer() {
        assert_eq!(resolve("a.js", "./b.js"), "b.js");
        assert_eq!(resolve("streams/a.js", "./b.js"), "streams/b.js");
        assert_eq!(resolve("streams/a.js", "native:x"), "native:x");
    }
}
