//! Globals and exports by their names: looked up, called, listed.

use rustler::Term;

use quickbeam_engine::{Cx, ErrorKind, JsResult, Value};
use quickbeam_modules::Loader;

use crate::bridge::Bridge;
use crate::decode::decode_list;

/// Call the function at a dotted path of globals, with what it is a property of
/// as `this`.
pub fn call<'a>(cx: Cx<'a>, path: &str, arguments: Term<'_>) -> JsResult<Value<'a>> {
    let arguments = decode_list(cx, arguments)?;
    let mut this = cx.undefined();
    let mut found = lookup(cx, path.split('.').next().unwrap_or(path))?;
    for name in path.split('.').skip(1) {
        if found.is_nullish() {
            break;
        }
        let next = found.get(name)?;
        this = std::mem::replace(&mut found, next);
    }
    if !found.is_function() {
        return Err(cx.throw_error(ErrorKind::Type, &format!("{path} is not a function")));
    }
    found.call(&this, &arguments)
}

/// Call an export of a module that has been loaded: by its name, or by its path
/// below the root.
pub fn call_export<'a>(
    cx: Cx<'a>,
    module: &str,
    name: &str,
    arguments: Term<'_>,
) -> JsResult<Value<'a>> {
    let arguments = decode_list(cx, arguments)?;
    let missing = || {
        cx.throw_error(
            ErrorKind::Reference,
            &format!("no module '{module}' is loaded"),
        )
    };
    let namespace = match Loader::of(cx) {
        Some(loader) => loader.namespace(cx, module)?,
        None => cx.module_namespace(module)?,
    };
    let function = namespace.ok_or_else(missing)?.get(name)?;
    if !function.is_function() {
        let message = format!("the module '{module}' exports no function '{name}'");
        return Err(cx.throw_error(ErrorKind::Type, &message));
    }
    function.call(&cx.undefined(), &arguments)
}

/// A global variable: a property of the global object, or else a lexical
/// declaration (`const f = …`), which only code can see.
pub fn lookup<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    let found = cx.global().get(name)?;
    if !found.is_undefined() || !is_identifier(name) {
        return Ok(found);
    }
    let probe = format!("typeof {name} === 'undefined' ? undefined : {name}");
    cx.eval(&probe, "<call>", false).or_else(|thrown| {
        // A reserved word, or a declaration that has not run.
        drop(cx.catch(thrown));
        Ok(cx.undefined())
    })
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_' || first == '$')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// The sorted names of the global object's own properties.
pub fn globals(cx: Cx<'_>, user_only: bool) -> JsResult<Value<'_>> {
    let keys = cx.global().own_keys(false)?;
    let mut names = Vec::with_capacity(keys.len());
    for index in 0..keys.len() {
        names.push(keys.get(index).with_text(|text| text.into_owned())?);
    }
    if user_only {
        names.retain(|name| !Bridge::of(cx).is_built_in(name));
    }
    names.sort_unstable();
    let list = cx.array()?;
    for (index, name) in names.iter().enumerate() {
        list.define_index(index as u32, cx.string(name)?)?;
    }
    Ok(list)
}
