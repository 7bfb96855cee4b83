//! Templates: the code of an application, compiled once and shared by contexts.

use std::sync::Arc;

use rustler::{Atom, Encoder, Env, LocalPid, NifResult, Resource, ResourceArc, Term};

use quickbeam_engine::{Cx, FrozenCode, JsResult, Report, Script, ScriptKind, Value};

use quickbeam_modules::Loader;

use crate::atoms;
use crate::errors;
use crate::parcel::{self, Body, Parcel};

/// A template, held by Elixir and by the contexts that were made with it.
pub struct TemplateResource(pub Arc<FrozenCode>);

#[rustler::resource_impl]
impl Resource for TemplateResource {}

/// Compile a list of `{kind, name, code}`, to count what runs or not, in a thread of its
/// own: `{ref, {:ok, template}}` or `{ref, {:etf, error}}` tells the calling process.
#[rustler::nif]
fn template_compile<'a>(
    env: Env<'a>,
    scripts: Vec<(Atom, String, String)>,
    cover: bool,
    reference: Term<'a>,
) -> NifResult<Atom> {
    let scripts = scripts
        .into_iter()
        .map(|(kind, name, code)| {
            let kind = script_kind(kind, &code).ok_or(rustler::Error::BadArg)?;
            Ok(Script { name, code, kind })
        })
        .collect::<NifResult<Vec<Script>>>()?;
    let (pid, reference) = (env.pid(), Parcel::new(reference));
    let compile = move || {
        let compiled = FrozenCode::compile_upon(quickbeam_apis::code(), scripts, cover);
        tell(pid, reference, compiled);
    };
    let thread = std::thread::Builder::new().name("quickbeam-template".to_owned());
    match thread.spawn(compile) {
        Ok(_) => Ok(atoms::ok()),
        Err(_) => Ok(atoms::error()),
    }
}

fn tell(pid: LocalPid, reference: Parcel, compiled: Result<Arc<FrozenCode>, Report>) {
    parcel::post(pid, move |env| {
        let result = match compiled {
            Ok(code) => (atoms::ok(), ResourceArc::new(TemplateResource(code))).encode(env),
            Err(report) => Body::Etf(errors::result(&report)).result(env),
        };
        (reference.copy_to(env), result).encode(env)
    });
}

/// The bytes that a template takes, once for all contexts.
#[rustler::nif]
fn template_bytes(template: ResourceArc<TemplateResource>) -> usize {
    template.0.bytes()
}

/// The kind that an atom says; a script that mentions `await` may use it.
fn script_kind(kind: Atom, code: &str) -> Option<ScriptKind> {
    if kind == atoms::module() {
        return Some(ScriptKind::Module);
    }
    (kind == atoms::script()).then(|| {
        if code.contains("await") {
            ScriptKind::Asynchronous
        } else {
            ScriptKind::Classic
        }
    })
}

/// Run one of a context's template, a module if it has a name: a promise where it
/// may await.
pub fn run<'a>(cx: Cx<'a>, index: usize, module: Option<&str>) -> JsResult<Value<'a>> {
    cx.sharing_regexps(|| match (module, Loader::of(cx)) {
        (Some(name), Some(loader)) => loader.load_frozen(cx, index, name),
        _ => cx.run_frozen(index),
    })
}
