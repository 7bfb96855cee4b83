//! From a specifier to a module of the heap.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use quickbeam_engine::{Cx, ErrorKind, Heap, JsResult, ModuleLoader, Pause, Signal, Thrown, Value};

use crate::commonjs::{self, Loaded};
use crate::compiled::Compiled;
use crate::export_names;
use crate::resolver::{Format, Found, Root};

/// Modules that the embedder itself brings, under `node:` names.
pub trait Builtins {
    /// The exports of module `name` (without `node:`), `None` where there is none.
    /// It must not run a script of the user's.
    fn exports<'a>(&self, cx: Cx<'a>, name: &str) -> JsResult<Option<Value<'a>>>;
}

/// Finds the modules of one heap: an extension of it.
pub struct Loader {
    pub(crate) root: Option<Arc<Root>>,
    pub(crate) compiled: Arc<Compiled>,
    builtins: Box<dyn Builtins>,
    /// How the files that were found are to be read.
    formats: RefCell<HashMap<PathBuf, Format>>,
    pub(crate) required: Loaded,
}

impl Loader {
    /// Give a new heap its loader. Without a root no file can be imported.
    pub fn install(
        heap: &mut Heap,
        root: Option<Arc<Root>>,
        compiled: Arc<Compiled>,
        builtins: impl Builtins + 'static,
    ) {
        let loader = Rc::new(Loader {
            root,
            compiled,
            builtins: Box::new(builtins),
            formats: RefCell::default(),
            required: Loaded::default(),
        });
        heap.set_module_loader(loader.clone());
        heap.extend(loader);
    }

    /// That of the heap.
    pub fn of(cx: Cx<'_>) -> Option<&Loader> {
        cx.extension::<Rc<Loader>>().map(|loader| &**loader)
    }

    /// Load a text as the module `name` and evaluate it: the promise of that. One
    /// that had the name before keeps what has been imported from it.
    pub fn load_text<'a>(&self, cx: Cx<'a>, name: &str, text: &str) -> JsResult<Value<'a>> {
        if cx.has_module(name)? {
            cx.rename_module(name, &format!("{name} (replaced)"))?;
        }
        self.compiled.load_module(cx, name, text)?;
        describe(cx, name, None)?;
        cx.evaluate_module(name)
    }

    /// As [`Loader::load_text`], of module `index` of the heap's frozen code.
    pub fn load_frozen<'a>(&self, cx: Cx<'a>, index: usize, name: &str) -> JsResult<Value<'a>> {
        cx.load_frozen_module(index)?;
        describe(cx, name, None)?;
        cx.evaluate_module(name)
    }

    /// The namespace of a module that has been linked: by its name, or by its path
    /// below the root.
    pub fn namespace<'a>(&self, cx: Cx<'a>, name: &str) -> JsResult<Option<Value<'a>>> {
        if let Some(namespace) = cx.module_namespace(name)? {
            return Ok(Some(namespace));
        }
        match &self.root {
            Some(root) => cx.module_namespace(&root.path().join(name).to_string_lossy()),
            None => Ok(None),
        }
    }

    /// The exports of a module of the embedder's: `node:fs`, or `fs`.
    pub(crate) fn builtin<'a>(&self, cx: Cx<'a>, specifier: &str) -> JsResult<Option<Value<'a>>> {
        let name = specifier.strip_prefix("node:").unwrap_or(specifier);
        if name.starts_with('.') || name.starts_with('/') {
            return Ok(None);
        }
        self.builtins.exports(cx, name)
    }

    /// The file that a specifier means in `folder`.
    pub(crate) fn find(
        &self,
        cx: Cx<'_>,
        folder: &Path,
        specifier: &str,
        required: bool,
    ) -> Result<Found, String> {
        let root = self
            .root
            .as_ref()
            .ok_or("the context has no :root that files could be read from")?;
        step_aside(cx);
        let found = root.find(folder, specifier, required)?;
        self.formats
            .borrow_mut()
            .insert(found.path.clone(), found.format);
        Ok(found)
    }

    /// The text of a file that was found.
    pub(crate) fn read(&self, cx: Cx<'_>, path: &Path) -> JsResult<String> {
        let missing = || "the context has no :root".to_owned();
        let root = self.root.as_ref().ok_or_else(missing);
        step_aside(cx);
        let text = root.and_then(|root| root.read(path));
        text.map_err(|why| throw(cx, "ERR_MODULE_NOT_FOUND", &why))
    }

    /// How a file that was found is to be read: where only its text can say, it is
    /// CommonJS if it compiles as that.
    pub(crate) fn format(&self, cx: Cx<'_>, path: &Path, text: &str) -> Format {
        let known = self.formats.borrow().get(path).copied();
        let format = match known {
            Some(Format::Unknown) | None => {
                match commonjs::compile(cx, &self.compiled, path, text) {
                    Ok(_) => Format::CommonJs,
                    Err(thrown) => {
                        drop(cx.catch(thrown));
                        Format::Module
                    }
                }
            }
            Some(format) => format,
        };
        self.formats.borrow_mut().insert(path.to_owned(), format);
        format
    }

    /// Names that a CommonJS file exports, with those of what it passes on.
    fn export_names(
        &self,
        cx: Cx<'_>,
        path: &Path,
        text: &str,
        seen: &mut BTreeSet<PathBuf>,
    ) -> BTreeSet<String> {
        let mut exports = export_names::of(text);
        let folder = path.parent().unwrap_or(path);
        for specifier in exports.passed_on {
            let Ok(found) = self.find(cx, folder, &specifier, true) else {
                continue;
            };
            if found.format == Format::Json || !seen.insert(found.path.clone()) {
                continue;
            }
            match self.read(cx, &found.path) {
                Ok(text) => exports
                    .names
                    .extend(self.export_names(cx, &found.path, &text, seen)),
                Err(thrown) => drop(cx.catch(thrown)),
            }
        }
        exports.names
    }

    fn load_file(&self, cx: Cx<'_>, name: &str, kind: Option<&str>) -> JsResult<()> {
        let path = Path::new(name);
        let text = self.read(cx, path)?;
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        match kind {
            None | Some("json") if is_json => cx.synthetic_module(name, &["default".to_owned()]),
            Some("json") => {
                let message = format!("{name} is not JSON, as its import says");
                Err(cx.throw_error(ErrorKind::Type, &message))
            }
            _ if self.format(cx, path, &text) == Format::CommonJs => {
                let names = self.export_names(cx, path, &text, &mut BTreeSet::new());
                let own = ["default".to_owned(), "module.exports".to_owned()];
                let names: Vec<String> = own.into_iter().chain(names).collect();
                cx.synthetic_module(name, &names)
            }
            _ => {
                self.compiled.load_module(cx, name, &text)?;
                describe(cx, name, Some(path))
            }
        }
    }
}

impl ModuleLoader for Loader {
    fn resolve(&self, cx: Cx<'_>, referrer: &str, specifier: &str) -> JsResult<String> {
        let path = specifier.strip_prefix("file://").unwrap_or(specifier);
        let relative = path.starts_with("./") || path.starts_with("../");
        let from_file = self
            .root
            .as_ref()
            .is_some_and(|root| Path::new(referrer).starts_with(root.path()));
        // A module that was given a text, by its name.
        let name = if relative {
            join(referrer, path)
        } else {
            path.to_owned()
        };
        if (!relative || !from_file) && cx.has_module(&name)? {
            return Ok(name);
        }
        if self.builtin(cx, specifier)?.is_some() {
            let name = specifier.strip_prefix("node:").unwrap_or(specifier);
            return Ok(format!("node:{name}"));
        }
        let found = match &self.root {
            Some(_) if from_file => {
                let folder = Path::new(referrer).parent().unwrap_or(Path::new("/"));
                self.find(cx, folder, path, false)
            }
            Some(root) if relative => self.find(cx, root.path(), &format!("./{name}"), false),
            Some(root) => self.find(cx, root.path(), path, false),
            None => Err("it is not loaded, and the context has no :root".to_owned()),
        };
        match found {
            Ok(found) => Ok(found.path.to_string_lossy().into_owned()),
            Err(why) => {
                let message =
                    format!("Cannot find module '{specifier}' imported from {referrer}: {why}");
                Err(throw(cx, "ERR_MODULE_NOT_FOUND", &message))
            }
        }
    }

    fn load(&self, cx: Cx<'_>, name: &str, kind: Option<&str>) -> JsResult<()> {
        // Loaded already, with other import attributes.
        if cx.has_module(name)? {
            return Ok(());
        }
        if let Some(exports) = name.strip_prefix("node:").map(|_| self.builtin(cx, name)) {
            let Some(exports) = exports? else {
                return Err(throw(
                    cx,
                    "ERR_UNKNOWN_BUILTIN_MODULE",
                    &format!("no module {name}"),
                ));
            };
            let keys = exports.own_keys(true)?;
            let mut names = vec!["default".to_owned()];
            for index in 0..keys.len() {
                let key = keys.get(index).with_text(|text| text.into_owned())?;
                if key != "default" {
                    names.push(key);
                }
            }
            return cx.synthetic_module(name, &names);
        }
        self.load_file(cx, name, kind)
    }

    fn evaluate<'a>(&self, cx: Cx<'a>, name: &str) -> JsResult<Vec<(String, Value<'a>)>> {
        if name.starts_with("node:") {
            let exports = self.builtin(cx, name)?.unwrap_or(cx.undefined());
            return members(exports);
        }
        let path = Path::new(name);
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = self.read(cx, path)?;
            return Ok(vec![("default".to_owned(), cx.parse_json(&text, name)?)]);
        }
        let exports = commonjs::require_file(cx, self, path)?;
        let mut values = members(exports.clone())?;
        values.push(("module.exports".to_owned(), exports));
        Ok(values)
    }
}

/// The value as `default`, and its own enumerable members by their names.
fn members(exports: Value<'_>) -> JsResult<Vec<(String, Value<'_>)>> {
    let mut values = Vec::new();
    if exports.is_object() {
        let keys = exports.own_keys(false)?;
        for index in 0..keys.len() {
            let key = keys.get(index);
            let name = key.with_text(|text| text.into_owned())?;
            if name != "default" {
                values.push((name, exports.get_key(&key)?));
            }
        }
    }
    values.push(("default".to_owned(), exports));
    Ok(values)
}

/// `import.meta`: of a file its URL and path, else the name as the URL.
fn describe(cx: Cx<'_>, name: &str, path: Option<&Path>) -> JsResult<()> {
    let meta = cx.module_meta(name)?;
    let Some(path) = path else {
        return meta.define("url", cx.string(name)?);
    };
    let folder = path.parent().unwrap_or(path).to_string_lossy();
    meta.define("url", cx.string(&file_url(name))?)?;
    meta.define("filename", cx.string(name)?)?;
    meta.define("dirname", cx.string(&folder)?)
}

/// A path as a URL: what a URL's path must not have, as percent escapes.
fn file_url(path: &str) -> String {
    let mut url = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'!' | b'$' | b'&'..=b',' | b':' | b'@' | b'=' => {
                url.push(byte.into());
            }
            _ if byte.is_ascii_alphanumeric() => url.push(byte.into()),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// `specifier` from the folder of `referrer`, as names, not as paths of a system.
fn join(referrer: &str, specifier: &str) -> String {
    let folder = referrer.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> = folder
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    for segment in specifier.split('/') {
        match segment {
            "." | "" => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let start = if folder.starts_with('/') { "/" } else { "" };
    format!("{start}{}", segments.join("/"))
}

/// Throw an Error with a code, as Node's loader does.
pub(crate) fn throw(cx: Cx<'_>, code: &str, message: &str) -> Thrown {
    let made = cx.error(ErrorKind::Error, message).and_then(|error| {
        error.define("code", cx.string(code)?)?;
        Ok(error)
    });
    match made {
        Ok(error) => cx.throw(error),
        Err(thrown) => thrown,
    }
}

/// Before a file is touched: what runs on a scheduler of the VM goes on in a worker.
fn step_aside(cx: Cx<'_>) {
    if cx.on_fiber() && matches!(cx.suspend(Pause::Slice), Signal::Kill) {
        // The next poll ends what runs.
    }
}

#[cfg(test)]
mod tests {
    use super::{file_url, join};

    #[test]
    fn names_are_joined() {
        for (referrer, specifier, name) in [
            ("app.js", "./lib.js", "lib.js"),
            ("<eval>", "./a/b.js", "a/b.js"),
            ("lib/x.js", "../y.js", "y.js"),
            ("lib/x.js", "./y/../z.js", "lib/z.js"),
            ("x.js", "../y.js", "../y.js"),
            ("/abs/x.js", "./y.js", "/abs/y.js"),
        ] {
            assert_eq!(join(referrer, specifier), name, "{referrer} {specifier}");
        }
    }

    #[test]
    fn paths_become_urls() {
        assert_eq!(file_url("/a b/ü#?.js"), "file:///a%20b/%C3%BC%23%3F.js");
    }
}
