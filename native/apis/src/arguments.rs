//! Arguments as Web IDL converts them.

use std::cell::OnceCell;

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Root, Thrown, Value};

pub(crate) fn type_error(cx: Cx<'_>, message: &str) -> Thrown {
    cx.throw_error(ErrorKind::Type, message)
}

/// Refuse a call with fewer arguments than an operation must have.
pub(crate) fn require(call: &Call<'_>, function: &str, count: usize) -> JsResult<()> {
    if call.len() >= count {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    let message = format!(
        "{function}: {count} argument{plural} required, but only {} present",
        call.len()
    );
    Err(type_error(call.cx(), &message))
}

/// A dictionary argument: `None` when absent, otherwise an object.
pub(crate) fn dictionary<'a>(value: Value<'a>, function: &str) -> JsResult<Option<Value<'a>>> {
    if value.is_nullish() {
        Ok(None)
    } else if value.is_object() {
        Ok(Some(value))
    } else {
        Err(type_error(
            value.cx(),
            &format!("{function}: the options are not an object"),
        ))
    }
}

/// GetPrototypeFromConstructor: new.target's own, else the intrinsic one.
pub(crate) fn prototype_of_new<'a>(
    call: &Call<'a>,
    intrinsic: &OnceCell<Root>,
) -> JsResult<Value<'a>> {
    let prototype = call.this().get("prototype")?;
    match intrinsic.get() {
        Some(intrinsic) if !prototype.is_object() => Ok(intrinsic.get(call.cx())),
        _ => Ok(prototype),
    }
}
