//! Errors as terms.

use quickbeam_compiler::Diagnostic;
use rustler::{Encoder, Env, Term};

use crate::atoms;

/// `{:ok, value}`, or `{:error, list of maps}`.
pub fn encoded<'a, T: Encoder>(env: Env<'a>, result: Result<T, Vec<Diagnostic>>) -> Term<'a> {
    match result {
        Ok(value) => (atoms::ok(), value).encode(env),
        Err(errors) => {
            let errors: Vec<_> = errors.iter().map(|error| diagnostic(env, error)).collect();
            (atoms::error(), errors).encode(env)
        }
    }
}

fn diagnostic<'a>(env: Env<'a>, diagnostic: &Diagnostic) -> Term<'a> {
    let place = diagnostic.place.as_ref();
    let fields = [
        (atoms::message(), diagnostic.message.encode(env)),
        (atoms::help(), diagnostic.help.encode(env)),
        (atoms::file(), diagnostic.file.encode(env)),
        (atoms::line(), place.map(|place| place.line).encode(env)),
        (atoms::column(), place.map(|place| place.column).encode(env)),
        (
            atoms::end_line(),
            place.map(|place| place.end.0).encode(env),
        ),
        (
            atoms::end_column(),
            place.map(|place| place.end.1).encode(env),
        ),
        (
            atoms::first_line(),
            place.map(|place| place.first_line).encode(env),
        ),
        (atoms::lines(), place.map(|place| &place.lines).encode(env)),
    ];
    let (keys, values): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .map(|(key, value)| (key.encode(env), value))
        .unzip();
    Term::map_from_term_arrays(env, &keys, &values).expect("the keys differ")
}
