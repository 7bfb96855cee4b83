//! Modules in memory as a plugin of rolldown, which also sees to it that no module is
//! nested too deep for the threads.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use rolldown::plugin::{
    HookLoadArgs, HookLoadOutput, HookLoadReturn, HookResolveIdArgs, HookResolveIdOutput,
    HookResolveIdReturn, HookTransformArgs, HookTransformReturn, HookUsage, Plugin, PluginContext,
    SharedLoadPluginContext, SharedTransformPluginContext,
};

use super::{Modules, check_nesting};
use crate::diagnostic::Diagnostic;

/// Below this there are no files.
const ROOT: &str = if cfg!(windows) {
    "C:\\quickbeam-memory"
} else {
    "/quickbeam-memory"
};
/// The entry where none was given.
const ENTRY: &str = "\0quickbeam-entry.js";
const EXTENSIONS: &[&str] = &[
    "", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json",
];

/// The files in memory, none for a bundle of files on disk.
pub struct Files {
    root: PathBuf,
    entry: String,
    texts: HashMap<PathBuf, String>,
    refused: Mutex<Option<Diagnostic>>,
}

impl Files {
    /// With `globals`, what the entry exports becomes global when it is run.
    pub fn new(modules: &Modules, globals: bool) -> Result<Arc<Self>, Vec<Diagnostic>> {
        let failed = |text: String| Err(vec![Diagnostic::new(text)]);
        let (files, entry) = match modules {
            Modules::Disk { entry, root } => {
                let entry = entry.to_string_lossy().into_owned();
                let mut texts = HashMap::new();
                if !globals {
                    return Ok(Self::of(root.clone(), entry, texts));
                }
                let text = format!(
                    "export * from {entry:?};\n\
                     import * as all from {entry:?};\n\
                     const {{ default: _, ...named }} = all;\n\
                     Object.assign(globalThis, named);\n"
                );
                texts.insert(PathBuf::from(ENTRY), text);
                return Ok(Self::of(root.clone(), ENTRY.into(), texts));
            }
            Modules::Memory { files, entry } => (files, entry),
        };
        let root = PathBuf::from(ROOT);
        let mut texts = HashMap::new();
        for (name, text) in files {
            let Some(path) = below(&root, Path::new(name)) else {
                return failed(format!("the name {name:?} leads out of the bundle"));
            };
            if texts.insert(path, text.clone()).is_some() {
                return failed(format!("two files are named {name:?}"));
            }
        }
        let entry = match (entry, &files[..]) {
            (_, []) => return failed("there are no files to bundle".into()),
            (None, [(only, _)]) => only,
            (None, _) => {
                // Those that do not export anything are imported all the same.
                let exports = files.iter().map(|(name, _)| {
                    let name = name.trim_start_matches("./");
                    format!("export * from {:?};\n", format!("./{name}"))
                });
                texts.insert(PathBuf::from(ENTRY), exports.collect());
                return Ok(Self::of(root, ENTRY.into(), texts));
            }
            (Some(entry), _) => entry,
        };
        let path = below(&root, Path::new(entry)).filter(|path| texts.contains_key(path));
        let Some(path) = path else {
            return failed(format!("the entry {entry:?} is none of the files"));
        };
        let entry = path.to_string_lossy().into_owned();
        Ok(Self::of(root, entry, texts))
    }

    fn of(root: PathBuf, entry: String, texts: HashMap<PathBuf, String>) -> Arc<Self> {
        Arc::new(Self {
            root,
            entry,
            texts,
            refused: Mutex::new(None),
        })
    }

    /// Why a module was refused, in our words.
    pub fn refused(&self) -> Option<Diagnostic> {
        self.refused
            .lock()
            .ok()
            .and_then(|mut refused| refused.take())
    }

    /// What names in errors and maps are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn entry(&self) -> &str {
        &self.entry
    }

    pub fn in_memory(&self) -> bool {
        self.root == Path::new(ROOT)
    }

    /// The text of a file by its name or path.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(&self.root.join(name)).map(String::as_str)
    }

    /// The file that is meant by an import: relative to the importer, or from the root.
    fn find(&self, specifier: &str, importer: Option<&str>) -> Option<&Path> {
        let base = match importer.filter(|_| specifier.starts_with('.')) {
            None | Some(ENTRY) => &self.root,
            Some(importer) => Path::new(importer).parent()?,
        };
        let path = below(base, Path::new(specifier))?;
        let with = |path: &Path, extension: &str| {
            let mut path = path.as_os_str().to_owned();
            path.push(extension);
            self.texts
                .get_key_value(Path::new(&path))
                .map(|(path, _)| path.as_path())
        };
        let extended = EXTENSIONS
            .iter()
            .find_map(|extension| with(&path, extension));
        // TypeScript's imports name the JavaScript that will be.
        let typescript = || {
            let (stem, extensions): (_, &[&str]) = match path.extension()?.to_str()? {
                "js" | "jsx" => (path.with_extension(""), &[".ts", ".tsx"]),
                "mjs" => (path.with_extension(""), &[".mts"]),
                "cjs" => (path.with_extension(""), &[".cts"]),
                _ => return None,
            };
            extensions
                .iter()
                .find_map(|extension| with(&stem, extension))
        };
        let index = || {
            let index = path.join("index");
            EXTENSIONS[1..]
                .iter()
                .find_map(|extension| with(&index, extension))
        };
        extended.or_else(typescript).or_else(index)
    }
}

/// A path without `.` and `..`; nothing where it leads out of the root. A path from
/// the root of the file system is one from the root of the bundle, unless it is in it.
fn below(base: &Path, path: &Path) -> Option<PathBuf> {
    let root = Path::new(ROOT);
    let path = path.strip_prefix(root).map_or(path, |rest| rest);
    let mut found = if path.has_root() {
        root.to_owned()
    } else {
        base.to_owned()
    };
    for component in path.components() {
        match component {
            Component::Normal(name) => found.push(name),
            Component::ParentDir => {
                if found == root || !found.pop() {
                    return None;
                }
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(found)
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files")
            .field("entry", &self.entry)
            .finish_non_exhaustive()
    }
}

impl Plugin for Files {
    fn name(&self) -> Cow<'static, str> {
        "quickbeam".into()
    }

    fn register_hook_usage(&self) -> HookUsage {
        HookUsage::ResolveId | HookUsage::Load | HookUsage::Transform
    }

    async fn resolve_id(
        &self,
        _ctx: &PluginContext,
        args: &HookResolveIdArgs<'_>,
    ) -> HookResolveIdReturn {
        if args.specifier == ENTRY {
            return Ok(Some(HookResolveIdOutput::from_id(ENTRY)));
        }
        if !self.in_memory() {
            return Ok(None);
        }
        // A package on disk has files beside it.
        let on_disk = |path: &str| path != ENTRY && !Path::new(path).starts_with(&self.root);
        if args.importer.is_some_and(on_disk) {
            return Ok(None);
        }
        let found = self.find(args.specifier, args.importer);
        // No file on disk is meant by a path.
        if found.is_none() && Path::new(args.specifier).has_root() {
            let below = self
                .root
                .join(args.specifier.trim_start_matches(['/', '\\']));
            return Ok(Some(HookResolveIdOutput::from_id(
                &*below.to_string_lossy(),
            )));
        }
        Ok(found.map(|path| HookResolveIdOutput::from_id(&*path.to_string_lossy())))
    }

    async fn load(&self, _ctx: SharedLoadPluginContext, args: &HookLoadArgs<'_>) -> HookLoadReturn {
        let text = self.texts.get(Path::new(args.id));
        Ok(text.map(|text| HookLoadOutput {
            code: text.as_str().into(),
            ..HookLoadOutput::default()
        }))
    }

    async fn transform(
        &self,
        _ctx: SharedTransformPluginContext,
        args: &HookTransformArgs<'_>,
    ) -> HookTransformReturn {
        let name = Path::new(args.id).strip_prefix(&self.root);
        let name = name
            .unwrap_or_else(|_| Path::new(args.id))
            .to_string_lossy();
        check_nesting(&name, args.code).map_err(|error| {
            let message = error.to_string();
            if let Ok(mut refused) = self.refused.lock() {
                *refused = Some(error);
            }
            anyhow::Error::msg(message)
        })?;
        Ok(None)
    }
}
