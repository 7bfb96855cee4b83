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

/// The same of a class that [`crate::host::once`] keeps.
pub(crate) fn prototype_for<'a>(
    call: &Call<'a>,
    class: impl FnOnce(Cx<'a>) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let prototype = call.this().get("prototype")?;
    if prototype.is_object() {
        return Ok(prototype);
    }
    class(call.cx())?.get("prototype")
}

/// An optional argument: `None` when it is absent or undefined.
pub(crate) fn optional<'a>(call: &Call<'a>, index: usize) -> Option<Value<'a>> {
    Some(call.argument(index)).filter(|value| !value.is_undefined())
}

/// `[Clamp] long long`: rounded to the nearest, ties to even; NaN is 0.
pub(crate) fn clamp(value: &Value<'_>) -> JsResult<f64> {
    const MAX: f64 = 9_007_199_254_740_991.0;
    let number = value.to_number()?;
    if number.is_nan() {
        return Ok(0.0);
    }
    Ok(number.clamp(-MAX, MAX).round_ties_even())
}

/// What an operation that returns a promise does: its errors reject.
pub(crate) fn promise_of<'a>(
    call: &Call<'a>,
    operation: impl FnOnce(&Call<'a>) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (promise, resolve, reject) = cx.promise()?;
    let (settle, value) = match operation(call) {
        Ok(value) => (resolve, value),
        Err(thrown) => (reject, cx.catch(thrown)),
    };
    settle.call(&cx.undefined(), &[value])?;
    Ok(promise)
}
