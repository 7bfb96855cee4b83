//! Sequences, records and iterators as Web IDL has them.

use quickbeam_engine::{Cx, JsResult, Member, Property, Value};

use crate::arguments::type_error;
use crate::host::once;

/// `sequence<T>`: hand each item of `value` to `take`, which converts it.
pub(crate) fn sequence<'a>(
    value: &Value<'a>,
    what: &str,
    take: impl FnMut(Value<'a>) -> JsResult<()>,
) -> JsResult<()> {
    match iterator_method(value)? {
        Some(method) => sequence_by(value, &method, what, take),
        None => Err(type_error(value.cx(), &format!("{what} is not a sequence"))),
    }
}

/// GetMethod(value, @@iterator), which tells a sequence from a record; `None`
/// also for what is no object.
pub(crate) fn iterator_method<'a>(value: &Value<'a>) -> JsResult<Option<Value<'a>>> {
    if !value.is_object() {
        return Ok(None);
    }
    let method = value.get_by(&iterator_symbol(value.cx())?)?;
    if method.is_nullish() {
        Ok(None)
    } else if method.is_function() {
        Ok(Some(method))
    } else {
        Err(type_error(
            value.cx(),
            "[Symbol.iterator] is not a function",
        ))
    }
}

/// As [`sequence`], with the method at hand.
pub(crate) fn sequence_by<'a>(
    value: &Value<'a>,
    method: &Value<'a>,
    what: &str,
    mut take: impl FnMut(Value<'a>) -> JsResult<()>,
) -> JsResult<()> {
    let cx = value.cx();
    let fail = |message: &str| Err(type_error(cx, &format!("{what}: {message}")));
    let iterator = method.call(value, &[])?;
    if !iterator.is_object() {
        return fail("the iterator is not an object");
    }
    let next = iterator.get("next")?;
    loop {
        cx.poll()?;
        let result = next.call(&iterator, &[])?;
        if !result.is_object() {
            return fail("the iterator's result is not an object");
        }
        if result.get("done")?.truthy() {
            return Ok(());
        }
        take(result.get("value")?)?;
    }
}

/// `record<K, V>`: hand each enumerable own property of `object` to `take`.
pub(crate) fn record<'a, Name>(
    object: &Value<'a>,
    name_of: impl Fn(Value<'a>) -> JsResult<Name>,
    mut take: impl FnMut(Name, Value<'a>) -> JsResult<()>,
) -> JsResult<()> {
    let keys = object.own_keys_and_symbols(false)?;
    for at in 0..keys.len() {
        let cx = object.cx();
        cx.poll()?;
        let key = keys.get(at);
        let enumerable = match object.own_property(&key)? {
            Some(Property::Data { enumerable, .. } | Property::Accessor { enumerable, .. }) => {
                enumerable
            }
            None => false,
        };
        if enumerable {
            // The key is converted first, and a Symbol throws there.
            let name = name_of(key.to_value(cx)?.to_string_value()?)?;
            take(name, object.get_key(&key)?)?;
        }
    }
    Ok(())
}

/// The symbol that `for … of` itself uses.
fn iterator_symbol(cx: Cx<'_>) -> JsResult<Value<'_>> {
    static ITERABLE: &[Member] = &[Member::method(c"[Symbol.iterator]", 0, |call| {
        Ok(call.cx().undefined())
    })];
    once(cx, "Symbol.iterator", |cx| {
        let iterable = cx.object()?;
        cx.define_members(&iterable, ITERABLE)?;
        iterable.own_keys_and_symbols(false)?.get(0).to_value(cx)
    })
}

/// An iterator prototype object of `members`: it inherits from
/// %IteratorPrototype%.
pub(crate) fn iterator_prototype<'a>(
    cx: Cx<'a>,
    members: &'static [Member],
) -> JsResult<Value<'a>> {
    // Reached from a generator, no script can have put anything in between.
    let generator = cx.eval("(function* () {})", "iterator", false)?;
    let prototype = generator.get("prototype")?.prototype()?.prototype()?;
    let object = cx.object_of(&prototype)?;
    cx.define_members(&object, members)?;
    Ok(object)
}

/// `{ value, done }`.
pub(crate) fn iterator_result<'a>(cx: Cx<'a>, value: Option<Value<'a>>) -> JsResult<Value<'a>> {
    let result = cx.object()?;
    let done = value.is_none();
    result.define("value", value.unwrap_or_else(|| cx.undefined()))?;
    result.define("done", cx.boolean(done))?;
    Ok(result)
}
