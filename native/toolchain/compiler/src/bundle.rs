//! Many modules to one script, by rolldown.

mod builtins;
mod errors;
mod files;
mod options;
mod threads;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rolldown::plugin::__inner::SharedPluginable;
use rolldown_common::Output as RolldownOutput;

use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::transform::{Output, defines};

use self::files::Files;
use self::options::bundler_options;

/// What a bundle is made of.
#[derive(Clone, Debug)]
pub enum Modules {
    /// Texts by their names, which are paths below a root that is nowhere. Without an
    /// entry all of them are run, and all they export is exported.
    Memory {
        files: Vec<(String, String)>,
        entry: Option<String>,
    },
    /// A file and what it imports. Names are relative to `root`, where they are in it.
    Disk { entry: PathBuf, root: PathBuf },
}

/// What a bundle is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A script that leaves nothing behind but what it does.
    #[default]
    Iife,
    Esm,
    Cjs,
}

#[derive(Clone, Debug)]
pub struct BundleOptions {
    pub format: Format,
    pub minify: bool,
    pub drop_console: bool,
    pub treeshake: bool,
    pub sourcemap: bool,
    /// Code before and after all else.
    pub banner: Option<String>,
    pub footer: Option<String>,
    /// Expressions for global names. `process.env.NODE_ENV` is `"production"` unless
    /// given.
    pub define: Vec<(String, String)>,
    /// Packages that are there at run time, and the expression that an IIFE has for
    /// each; theirs is a global of their name where there is none.
    pub external: Vec<(String, Option<String>)>,
    /// Of `exports` in `package.json`, besides `import` or `require`, and `default`.
    pub conditions: Vec<String>,
    /// Where packages are, besides the `node_modules` above each file.
    pub node_modules: Option<PathBuf>,
    /// What the entry exports becomes global when the bundle runs; for files on disk.
    pub globals: bool,
    /// Leave the sources out of the source map.
    pub exclude_sources: bool,
    /// The global that an IIFE assigns what it exports to.
    pub name: Option<String>,
    /// Its `define` and `sourcemap` are not used.
    pub transform: crate::TransformOptions,
}

impl Default for BundleOptions {
    fn default() -> Self {
        Self {
            format: Format::default(),
            minify: false,
            drop_console: false,
            treeshake: true,
            sourcemap: false,
            banner: None,
            footer: None,
            define: Vec::new(),
            external: Vec::new(),
            // As runtimes on servers with the APIs of a browser have them.
            conditions: ["worker", "browser", "module", "production"]
                .map(String::from)
                .to_vec(),
            node_modules: None,
            globals: false,
            exclude_sources: false,
            name: None,
            transform: crate::TransformOptions::default(),
        }
    }
}

/// Bundle modules and all they import.
///
/// # Errors
///
/// Of syntax; imports that are not found, unless they are `external` or a module of
/// Node; exports that are not there.
pub fn bundle(modules: &Modules, options: &BundleOptions) -> Result<Output, Vec<Diagnostic>> {
    let files = Files::new(modules, options.globals)?;
    // They are checked before: rolldown does so with less to say.
    options.transform.to_oxc()?;
    defines(&options.define)?;
    let rolldown = bundler_options(&files, options);
    let plugins: Vec<SharedPluginable> = vec![Arc::clone(&files) as _];
    match threads::run(quickbeam_bundler::generate(rolldown, plugins))? {
        Ok(bundled) => finish(bundled, &files, options),
        Err(errors) => Err(errors::from_rolldown(&errors.into_vec(), &files)),
    }
}

fn finish(
    bundled: quickbeam_bundler::Bundled,
    files: &Files,
    options: &BundleOptions,
) -> Result<Output, Vec<Diagnostic>> {
    let output = bundled.output;
    errors::fatal(&output.warnings, files)?;
    let chunks = output.assets.into_iter().filter_map(|asset| match asset {
        RolldownOutput::Chunk(chunk) => Some(chunk),
        RolldownOutput::Asset(_) => None,
    });
    let Some(chunk) = chunks.into_iter().find(|chunk| chunk.is_entry) else {
        return Err(vec![Diagnostic::new("nothing was bundled")]);
    };
    let on_disk = |path: &String| Path::new(path).is_absolute() && files.text(path).is_none();
    Ok(Output {
        files: bundled.files.into_iter().filter(on_disk).collect(),
        code: chunk.code.clone(),
        map: chunk
            .map
            .as_ref()
            .filter(|_| options.sourcemap)
            .map(rolldown_sourcemap::SourceMap::to_json_string),
    })
}

/// The text of a file for an error.
fn text_of(files: &Files, name: &str) -> Option<String> {
    files
        .text(name)
        .map(str::to_owned)
        .or_else(|| std::fs::read_to_string(files.root().join(name)).ok())
}

/// Whether a module may be parsed on one of the threads.
fn check_nesting(name: &str, text: &str) -> Result<(), Diagnostic> {
    crate::stack::needed(Source::new(text, name)).map(|_| ())
}
