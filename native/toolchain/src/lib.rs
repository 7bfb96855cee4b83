//! The NIF of `QuickBEAM.JS`: decode, hand over to `quickbeam-compiler`, encode.
//!
//! | module | holds |
//! |---|---|
//! | `ast` | syntax trees as terms |
//! | `options` | options and sources as the compiler has them |
//! | `diagnostics` | errors as terms |
//!
//! All of it runs on dirty CPU schedulers. `lib/quickbeam/js/native.ex` is the other
//! side of every function here.

mod ast;
mod diagnostics;
mod options;

use quickbeam_compiler::{Diagnostic, Output, Positions, guarded};
use rustler::{Encoder, Env, NifResult, Resource, ResourceArc, Term};

use crate::diagnostics::encoded;
use crate::options::{SourceTerm, bundle_options, minify_options, modules, transform_options};

mod atoms {
    rustler::atoms! {
        ok, error, nil, code, sourcemap, imports, dynamic, module,
        message, help, file, line, column, end_line, end_column, first_line, lines,
        infinity = "Infinity", negative_infinity = "-Infinity",
    }
}

/// A syntax tree.
#[rustler::nif(schedule = "DirtyCpu")]
fn parse<'a>(env: Env<'a>, source: SourceTerm<'a>) -> NifResult<Term<'a>> {
    let tree = quickbeam_compiler::with_program(source.0, |program| Ok(ast::encode(env, program)));
    Ok(encoded(env, tree))
}

/// `{:ok, nil}`, or what is wrong.
#[rustler::nif(schedule = "DirtyCpu")]
fn check<'a>(env: Env<'a>, source: SourceTerm<'a>) -> NifResult<Term<'a>> {
    Ok(encoded(
        env,
        quickbeam_compiler::valid(source.0).map(|()| atoms::nil()),
    ))
}

/// A map of `:imports` and `:dynamic` names, and whether it is a `:module`.
#[rustler::nif(schedule = "DirtyCpu")]
fn imports<'a>(env: Env<'a>, source: SourceTerm<'a>) -> NifResult<Term<'a>> {
    let found = quickbeam_compiler::imports(source.0).map(|found| {
        let map = Term::map_new(env).map_put(atoms::imports(), found.requests);
        let map = map.and_then(|map| map.map_put(atoms::dynamic(), found.dynamic));
        map.and_then(|map| map.map_put(atoms::module(), found.module))
    });
    Ok(encoded(env, found.map(Result::ok)))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn transform<'a>(env: Env<'a>, source: SourceTerm<'a>, options: Term<'a>) -> NifResult<Term<'a>> {
    let options = transform_options(options)?;
    output(env, || quickbeam_compiler::transform(source.0, &options))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn minify<'a>(env: Env<'a>, source: SourceTerm<'a>, options: Term<'a>) -> NifResult<Term<'a>> {
    let options = minify_options(options)?;
    output(env, || quickbeam_compiler::minify(source.0, options))
}

/// Waits for the threads that bundle.
#[rustler::nif(schedule = "DirtyCpu")]
fn bundle<'a>(env: Env<'a>, files: Term<'a>, options: Term<'a>) -> NifResult<Term<'a>> {
    let (modules, options) = (modules(files)?, bundle_options(options)?);
    output(env, || quickbeam_compiler::bundle(&modules, &options))
}

/// A source map for `original`, held by Elixir.
struct PositionsResource(Positions);

#[rustler::resource_impl]
impl Resource for PositionsResource {}

/// `{:ok, {map, names of its sources}}`.
#[rustler::nif(schedule = "DirtyCpu")]
fn source_map<'a>(env: Env<'a>, json: &str) -> NifResult<Term<'a>> {
    let map = guarded(|| Positions::new(json).map_err(|error| vec![Diagnostic::new(error)]));
    let map = map.map(|map| {
        let sources: Vec<_> = map.sources().map(str::to_owned).collect();
        (ResourceArc::new(PositionsResource(map)), sources)
    });
    Ok(encoded(env, map))
}

/// For each generated `{line, column or nil}`, `{source, line, column}` or nil. A look-up
/// is a binary search: this runs on the caller's scheduler.
#[rustler::nif]
fn original(
    map: ResourceArc<PositionsResource>,
    positions: Vec<(u32, Option<u32>)>,
) -> Vec<Option<(String, u32, u32)>> {
    let original = |(line, column)| {
        let found = map.0.original(line, column)?;
        Some((found.source.to_owned(), found.line, found.column))
    };
    positions.into_iter().map(original).collect()
}

/// `{:ok, {code, map or nil, files}}`.
fn output<'a>(
    env: Env<'a>,
    compile: impl FnOnce() -> Result<Output, Vec<Diagnostic>>,
) -> NifResult<Term<'a>> {
    let result = guarded(compile).map(|output| (output.code, output.map, output.files));
    Ok(encoded(env, result.map(|parts| parts.encode(env))))
}

rustler::init!("Elixir.QuickBEAM.JS.Native");
