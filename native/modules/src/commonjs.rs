//! CommonJS: `require`, `module`, `exports`.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use quickbeam_engine::{Call, Cx, JsResult, Root as Kept, Value};

use crate::compiled::Compiled;
use crate::loader::{Loader, throw};
use crate::resolver::Format;

/// The module objects of files that have been required, and what stands for
/// `process` where the context has none.
#[derive(Default)]
pub(crate) struct Loaded {
    modules: RefCell<HashMap<PathBuf, Kept>>,
    process: OnceCell<Kept>,
}

/// A file's text as a function of what CommonJS gives it. Lines stay.
pub(crate) fn compile<'a>(
    cx: Cx<'a>,
    compiled: &Compiled,
    path: &Path,
    text: &str,
) -> JsResult<Value<'a>> {
    const HEAD: &str =
        "(function (exports, require, module, __filename, __dirname, process, global) {";
    let function = format!("{HEAD}{text}\n}})");
    cx.cover_behind(HEAD.len());
    compiled.run_script(cx, &path.to_string_lossy(), &function)
}

/// What `require(specifier)` gives in a file of `folder`.
fn require<'a>(cx: Cx<'a>, loader: &Loader, folder: &Path, specifier: &str) -> JsResult<Value<'a>> {
    if let Some(exports) = loader.builtin(cx, specifier)? {
        return Ok(exports);
    }
    let found = loader.find(cx, folder, specifier, true).map_err(|why| {
        let folder = folder.display();
        let message = format!("Cannot find module '{specifier}' from {folder}: {why}");
        throw(cx, "MODULE_NOT_FOUND", &message)
    })?;
    require_file(cx, loader, &found.path)
}

/// `module.exports` of a file, which runs where it has not yet.
pub(crate) fn require_file<'a>(cx: Cx<'a>, loader: &Loader, path: &Path) -> JsResult<Value<'a>> {
    let known = {
        let modules = loader.required.modules.borrow();
        modules.get(path).map(|module| module.get(cx))
    };
    if let Some(module) = known {
        // In a cycle: what is there so far.
        return module.get("exports");
    }
    let name = path.to_string_lossy();
    let text = loader.read(cx, path)?;
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        let exports = cx.parse_json(&text, &name)?;
        let module = cx.object()?;
        module.define("exports", exports.clone())?;
        keep(loader, path, &module);
        return Ok(exports);
    }
    if loader.format(cx, path, &text) == Format::Module {
        return match cx.module_namespace(&name)? {
            Some(namespace) => Ok(namespace),
            None => {
                let message = format!("{name} is an ES module: import it");
                Err(throw(cx, "ERR_REQUIRE_ESM", &message))
            }
        };
    }
    let function = compile(cx, &loader.compiled, path, &text)?;
    let folder = path.parent().unwrap_or(path).to_string_lossy().into_owned();
    let module = cx.object()?;
    let exports = cx.object()?;
    let require = require_function(cx, &folder)?;
    module.define("id", cx.string(&name)?)?;
    module.define("filename", cx.string(&name)?)?;
    module.define("loaded", cx.boolean(false))?;
    module.define("exports", exports.clone())?;
    module.define("require", require.clone())?;
    keep(loader, path, &module);
    let arguments = [
        exports.clone(),
        require,
        module.clone(),
        cx.string(&name)?,
        cx.string(&folder)?,
        process(cx, loader)?,
        cx.global(),
    ];
    if let Err(thrown) = function.call(&exports, &arguments) {
        let forgotten = loader.required.modules.borrow_mut().remove(path);
        drop(forgotten);
        return Err(thrown);
    }
    module.define("loaded", cx.boolean(true))?;
    module.get("exports")
}

fn keep(loader: &Loader, path: &Path, module: &Value<'_>) {
    let kept = Kept::new(module.clone());
    let mut modules = loader.required.modules.borrow_mut();
    modules.insert(path.to_owned(), kept);
}

/// The `require` of files in `folder`.
fn require_function<'a>(cx: Cx<'a>, folder: &str) -> JsResult<Value<'a>> {
    let folder = cx.string(folder)?;
    let require = cx.function_with("require", 1, &folder, |call| {
        let (loader, folder, specifier) = asked(call)?;
        require(call.cx(), loader, &folder, &specifier)
    })?;
    let resolve = cx.function_with("resolve", 1, &folder, |call| {
        let (loader, folder, specifier) = asked(call)?;
        let cx = call.cx();
        if loader.builtin(cx, &specifier)?.is_some() {
            return cx.string(&specifier);
        }
        match loader.find(cx, &folder, &specifier, true) {
            Ok(found) => cx.string(&found.path.to_string_lossy()),
            Err(why) => Err(throw(
                cx,
                "MODULE_NOT_FOUND",
                &format!("Cannot find module '{specifier}': {why}"),
            )),
        }
    })?;
    require.define("resolve", resolve)?;
    Ok(require)
}

fn asked<'a>(call: &Call<'a>) -> JsResult<(&'a Loader, PathBuf, String)> {
    let cx = call.cx();
    let Some(loader) = Loader::of(cx) else {
        return Err(throw(
            cx,
            "MODULE_NOT_FOUND",
            "modules cannot be required here",
        ));
    };
    let folder = call.data().to_text()?;
    Ok((loader, folder.into(), call.argument(0).to_text()?))
}

/// The global `process`, or the least that packages look at: they ask for
/// `process.env.NODE_ENV` without being for Node.
fn process<'a>(cx: Cx<'a>, loader: &Loader) -> JsResult<Value<'a>> {
    let global = cx.global().get("process")?;
    if !global.is_undefined() {
        return Ok(global);
    }
    if let Some(process) = loader.required.process.get() {
        return Ok(process.get(cx));
    }
    let (process, env) = (cx.object()?, cx.object()?);
    env.define("NODE_ENV", cx.string("production")?)?;
    process.define("env", env)?;
    loader
        .required
        .process
        .get_or_init(|| Kept::new(process.clone()));
    Ok(process)
}
