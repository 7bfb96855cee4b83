//! What the modules of priv/js do to headers, past guards and prototypes.

use std::cell::RefCell;

use quickbeam_engine::{Call, Cx, JsResult, Member, Value};

use super::list::{Guard, List};
use super::{Headers, class, convert_init, fill, with_list};
use crate::network::byte_string;

/// `"native:headers"`.
pub(crate) static NATIVES: &[Member] = &[
    Member::lazy(c"Headers", class),
    Member::operation(c"isHeaders", 1, |call| {
        let is_headers = call.argument(0).host::<Headers>().is_some();
        Ok(call.cx().boolean(is_headers))
    }),
    Member::operation(c"create", 1, create),
    Member::operation(c"setGuard", 2, set_guard),
    Member::operation(c"toInit", 1, to_init),
    Member::operation(c"fill", 2, fill_with),
    Member::operation(c"put", 3, put),
    Member::operation(c"get", 2, get),
    Member::operation(c"fields", 1, fields),
    Member::operation(c"clear", 1, clear),
];

/// A guard by its name in the standard.
fn guard(value: &Value<'_>) -> JsResult<Guard> {
    value.with_text(|name| match &*name {
        "immutable" => Guard::Immutable,
        "request" => Guard::Request,
        "request-no-cors" => Guard::RequestNoCors,
        // A response's refuses nothing here.
        _ => Guard::None,
    })
}

/// `create(guard)`: empty Headers.
fn create<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let list = List::new(cx, guard(&call.argument(0))?)?;
    object(cx, list)
}

fn object(cx: Cx<'_>, list: List) -> JsResult<Value<'_>> {
    let prototype = class(cx)?.get("prototype")?;
    cx.host_object(&prototype, Headers(RefCell::new(list)))
}

/// `setGuard(headers, guard)`.
fn set_guard<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let guard = guard(&call.argument(1))?;
    with_list(&call.argument(0), |list| {
        list.guard = guard;
        Ok(())
    })?;
    Ok(call.cx().undefined())
}

/// A HeadersInit that has been converted.
struct Converted(RefCell<Vec<Vec<Vec<u8>>>>);

/// `toInit(value)`: convert a HeadersInit, for `fill`.
fn to_init<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let init = convert_init(&call.argument(0))?;
    cx.host_object(&cx.null(), Converted(RefCell::new(init)))
}

/// `fill(headers, init)`: append what `toInit` gave; the guard is asked.
fn fill_with<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    if let Some(init) = call.argument(1).host::<Converted>() {
        let init = init.0.take();
        with_list(&call.argument(0), |list| fill(cx, list, init))?;
    }
    Ok(cx.undefined())
}

/// `put(headers, name, value)`: append, whatever the guard.
fn put<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let name = byte_string::bytes(&call.argument(1), "the name of a header")?;
    let value = byte_string::bytes(&call.argument(2), "the value of a header")?;
    let name = super::list::name(cx, &name)?;
    with_list(&call.argument(0), |list| list.put(cx, name, value))?;
    Ok(cx.undefined())
}

/// `get(headers, name)`: the combined value, or null.
fn get<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let name = call.argument(1).to_text()?;
    with_list(&call.argument(0), |list| match list.get(&name) {
        Some(value) => cx.string(&byte_string::text(&value)),
        None => Ok(cx.null()),
    })
}

/// `fields(headers)`: `[name, value]` of each field, in order.
fn fields<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with_list(&call.argument(0), |list| {
        let all = cx.array()?;
        for (at, (name, value)) in (0..).zip(list.fields()) {
            let field = cx.array()?;
            field.define_index(0, cx.string(name)?)?;
            field.define_index(1, cx.string(&byte_string::text(value))?)?;
            all.define_index(at, field)?;
        }
        Ok(all)
    })
}

/// `clear(headers)`: no fields.
fn clear<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with_list(&call.argument(0), |list| {
        let guard = list.guard;
        *list = List::new(cx, guard)?;
        Ok(())
    })?;
    Ok(cx.undefined())
}
