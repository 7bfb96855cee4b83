//! Options and sources as the compiler has them. `QuickBEAM.JS` has checked them.

use std::path::PathBuf;

use quickbeam_compiler::{
    BundleOptions, Format, JsxRuntime, Language, MinifyOptions, Modules, Source, TransformOptions,
};
use rustler::{Decoder, Error, NifResult, Term};

mod atoms {
    rustler::atoms! {
        nil, js, jsx, ts, tsx, automatic, classic,
        jsx_factory, jsx_fragment, import_source, target, define, sourcemap,
        mangle, compress, drop_console,
        memory, disk, format, iife, esm, cjs, minify, treeshake, banner, footer, external,
        conditions, node_modules, name, globals, exclude_sources,
    }
}

/// `{text, name, language or nil}`.
pub struct SourceTerm<'a>(pub Source<'a>);

impl<'a> Decoder<'a> for SourceTerm<'a> {
    fn decode(term: Term<'a>) -> NifResult<Self> {
        let (text, name, language): (&str, &str, rustler::Atom) = term.decode()?;
        let language = language_of(language)?;
        Ok(Self(Source {
            text,
            name,
            language,
        }))
    }
}

fn language_of(atom: rustler::Atom) -> NifResult<Option<Language>> {
    [
        (atoms::nil(), None),
        (atoms::js(), Some(Language::Js)),
        (atoms::jsx(), Some(Language::Jsx)),
        (atoms::ts(), Some(Language::Ts)),
        (atoms::tsx(), Some(Language::Tsx)),
    ]
    .into_iter()
    .find_map(|(name, language)| (name == atom).then_some(language))
    .ok_or(Error::BadArg)
}

/// The value of an option; one that was not given is the default.
fn option<'a, T: Decoder<'a>>(options: Term<'a>, key: rustler::Atom, default: T) -> NifResult<T> {
    match options.map_get(key) {
        Ok(value) => value.decode(),
        Err(_) => Ok(default),
    }
}

pub fn transform_options(options: Term<'_>) -> NifResult<TransformOptions> {
    let jsx = option(options, atoms::jsx(), atoms::automatic())?;
    Ok(TransformOptions {
        jsx: if jsx == atoms::classic() {
            JsxRuntime::Classic
        } else {
            JsxRuntime::Automatic
        },
        jsx_factory: option(options, atoms::jsx_factory(), None)?,
        jsx_fragment: option(options, atoms::jsx_fragment(), None)?,
        import_source: option(options, atoms::import_source(), None)?,
        target: option(options, atoms::target(), None)?,
        define: option(options, atoms::define(), Vec::new())?,
        sourcemap: option(options, atoms::sourcemap(), false)?,
    })
}

pub fn minify_options(options: Term<'_>) -> NifResult<MinifyOptions> {
    Ok(MinifyOptions {
        mangle: option(options, atoms::mangle(), true)?,
        compress: option(options, atoms::compress(), true)?,
        drop_console: option(options, atoms::drop_console(), false)?,
        sourcemap: option(options, atoms::sourcemap(), false)?,
    })
}

/// `{:memory, files, entry or nil}` or `{:disk, entry, root}`.
pub fn modules(term: Term<'_>) -> NifResult<Modules> {
    let (kind, first, second): (rustler::Atom, Term<'_>, Term<'_>) = term.decode()?;
    if kind == atoms::memory() {
        Ok(Modules::Memory {
            files: first.decode()?,
            entry: second.decode()?,
        })
    } else {
        Ok(Modules::Disk {
            entry: PathBuf::from(first.decode::<String>()?),
            root: PathBuf::from(second.decode::<String>()?),
        })
    }
}

pub fn bundle_options(options: Term<'_>) -> NifResult<BundleOptions> {
    let default = BundleOptions::default();
    let format = option(options, atoms::format(), atoms::iife())?;
    let node_modules: Option<String> = option(options, atoms::node_modules(), None)?;
    Ok(BundleOptions {
        format: if format == atoms::esm() {
            Format::Esm
        } else if format == atoms::cjs() {
            Format::Cjs
        } else {
            Format::Iife
        },
        minify: option(options, atoms::minify(), default.minify)?,
        drop_console: option(options, atoms::drop_console(), default.drop_console)?,
        treeshake: option(options, atoms::treeshake(), default.treeshake)?,
        sourcemap: option(options, atoms::sourcemap(), default.sourcemap)?,
        banner: option(options, atoms::banner(), default.banner)?,
        footer: option(options, atoms::footer(), default.footer)?,
        define: option(options, atoms::define(), default.define)?,
        external: option(options, atoms::external(), default.external)?,
        conditions: option(options, atoms::conditions(), default.conditions)?,
        node_modules: node_modules.map(PathBuf::from),
        globals: option(options, atoms::globals(), default.globals)?,
        exclude_sources: option(options, atoms::exclude_sources(), default.exclude_sources)?,
        name: option(options, atoms::name(), default.name)?,
        transform: transform_options(options)?,
    })
}
