//! From a specifier to a file below a root, by Node's algorithm: relative paths,
//! `exports` and `imports` of package.json with their conditions, extensions and
//! index files for `require`.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use oxc_resolver::{ModuleType, ResolveOptions, Resolver};

/// The largest file that is read as a module.
const BYTES_MAX: u64 = 64 << 20;

/// A folder that modules may be read from, with what is known of the files below.
pub struct Root {
    path: PathBuf,
    import: Resolver,
    require: Resolver,
}

/// A file that a specifier means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub format: Format,
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Module,
    CommonJs,
    Json,
    /// Nothing but the text can say: `.js` without a `type` in package.json.
    Unknown,
}

impl Root {
    /// The root at `path`, one for all contexts of the process. An error where
    /// that is no folder.
    pub fn open(path: &Path) -> std::io::Result<Arc<Root>> {
        static OPEN: OnceLock<Mutex<HashMap<PathBuf, Arc<Root>>>> = OnceLock::new();
        let path = path.canonicalize()?;
        if !path.is_dir() {
            return Err(std::io::ErrorKind::NotADirectory.into());
        }
        let open = OPEN.get_or_init(Mutex::default);
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let root = open
            .entry(path.clone())
            .or_insert_with(|| Arc::new(Root::new(path)));
        Ok(root.clone())
    }

    fn new(path: PathBuf) -> Root {
        let strings = |list: &[&str]| list.iter().map(|item| (*item).to_owned()).collect();
        let import = Resolver::new(ResolveOptions {
            condition_names: strings(&["node", "import", "module-sync"]),
            main_fields: strings(&["module", "main"]),
            extensions: strings(&[".js", ".mjs", ".cjs", ".json"]),
            module_type: true,
            ..ResolveOptions::default()
        });
        let require = import.clone_with_options(ResolveOptions {
            condition_names: strings(&["node", "require"]),
            main_fields: strings(&["main"]),
            extensions: strings(&[".js", ".cjs", ".json"]),
            module_type: true,
            ..ResolveOptions::default()
        });
        Root {
            path,
            import,
            require,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Forget what is known of files: they have changed.
    pub fn forget(&self) {
        // Shared with `require`.
        self.import.clear_cache();
    }

    /// The file that `specifier` means to a file in `folder`; an error in words.
    pub fn find(&self, folder: &Path, specifier: &str, required: bool) -> Result<Found, String> {
        let resolver = if required {
            &self.require
        } else {
            &self.import
        };
        let found = resolver
            .resolve(folder, specifier)
            .map_err(|error| error.to_string())?;
        let path = found.path().to_path_buf();
        self.check(&path)?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        let format = match (extension, found.module_type()) {
            (Some("json"), _) => Format::Json,
            (Some("mjs"), _) | (_, Some(ModuleType::Module)) => Format::Module,
            (Some("cjs"), _) | (_, Some(ModuleType::CommonJs)) => Format::CommonJs,
            (Some("ts" | "tsx" | "mts" | "cts" | "jsx"), _) => {
                return Err(format!(
                    "{} is no JavaScript: name it in :script, which translates it",
                    path.display()
                ));
            }
            _ => Format::Unknown,
        };
        Ok(Found { path, format })
    }

    /// Refuse what lies outside of the root, links followed.
    fn check(&self, path: &Path) -> Result<(), String> {
        let real = path.canonicalize().map_err(|error| error.to_string())?;
        if real.starts_with(&self.path) {
            Ok(())
        } else {
            Err(format!("{} is outside of the root", path.display()))
        }
    }

    /// The text of a file below the root; an error in words.
    pub fn read(&self, path: &Path) -> Result<String, String> {
        self.check(path)?;
        let describe = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut text = String::new();
        let file = fs::File::open(path).map_err(describe)?;
        file.take(BYTES_MAX + 1)
            .read_to_string(&mut text)
            .map_err(describe)?;
        if text.len() as u64 > BYTES_MAX {
            return Err(format!("{}: more than {BYTES_MAX} bytes", path.display()));
        }
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        // A hashbang line is a comment, but not within a function.
        if text.starts_with("#!") {
            text.insert_str(0, "//");
        }
        Ok(text)
    }
}
