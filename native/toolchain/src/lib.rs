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

use quickbeam_compiler::{Diagnostic, Output, guarded};
use rustler::{Encoder, Env, NifResult, Term};

use crate::diagnostics::encoded;
use crate::options::{SourceTerm, minify_options, transform_options};

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

/// `{:ok, {code, map or nil}}`.
fn output<'a>(
    env: Env<'a>,
    compile: impl FnOnce() -> Result<Output, Vec<Diagnostic>>,
) -> NifResult<Term<'a>> {
    let result = guarded(compile).map(|output| (output.code, output.map));
    Ok(encoded(env, result.map(|pair| pair.encode(env))))
}

rustler::init!("Elixir.QuickBEAM.JS.Native");
