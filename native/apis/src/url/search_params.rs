//! `URLSearchParams`: URL Standard, 6.2.

use std::cell::RefCell;

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use super::params_iterator::{self, Of};
use super::query::Pairs;
use crate::arguments::{optional, prototype_for, require, type_error};
use crate::host::once;
use crate::iteration::{iterator_method, record, sequence, sequence_by};

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::attribute(c"size", size),
        Member::operation(c"append", 2, append),
        Member::operation(c"delete", 1, delete),
        Member::operation(c"get", 1, get),
        Member::operation(c"getAll", 1, get_all),
        Member::operation(c"has", 1, has),
        Member::operation(c"set", 2, set),
        Member::operation(c"sort", 0, sort),
        Member::operation(c"toString", 0, to_string),
        Member::operation(c"entries", 0, |call| iterate(call, Of::Entries)),
        Member::operation(c"forEach", 1, for_each),
        Member::operation(c"keys", 0, |call| iterate(call, Of::Keys)),
        Member::operation(c"values", 0, |call| iterate(call, Of::Values)),
        Member::alias(c"[Symbol.iterator]", c"entries"),
        Member::tag(c"URLSearchParams"),
    ],
    statics: &[],
};

/// Internal slot: the URL whose query this is.
const URL: usize = 0;

pub(super) struct SearchParams {
    pairs: RefCell<Pairs>,
}

/// The class, which is one in a heap.
pub(crate) fn class(cx: Cx<'_>) -> JsResult<Value<'_>> {
    once(cx, "URLSearchParams", |cx| {
        cx.subclass(c"URLSearchParams", 0, construct, &MEMBERS, None)
    })
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let mut pairs = Pairs::new(cx)?;
    if let Some(init) = optional(call, 0) {
        fill(cx, &mut pairs, &init)?;
    }
    let prototype = prototype_for(call, class)?;
    object(cx, &prototype, pairs)
}

/// `(sequence<sequence<USVString>> or record<USVString, USVString> or USVString)`.
fn fill<'a>(cx: Cx<'a>, pairs: &mut Pairs, init: &Value<'a>) -> JsResult<()> {
    const WHAT: &str = "URLSearchParams constructor";
    if !init.is_object() {
        let text = init.to_text()?;
        return pairs.parse(cx, text.strip_prefix('?').unwrap_or(&text));
    }
    if let Some(method) = iterator_method(init)? {
        // All is converted before the lengths are looked at.
        let mut items = Vec::new();
        sequence_by(init, &method, WHAT, |item| {
            let mut texts = Vec::new();
            sequence(&item, &format!("{WHAT}: a pair"), |text| {
                texts.push(text.to_text()?);
                Ok(())
            })?;
            items.push(texts);
            Ok(())
        })?;
        for texts in items {
            let Ok([name, value]) = <[String; 2]>::try_from(texts) else {
                let message = format!("{WHAT}: a pair does not have exactly two items");
                return Err(type_error(cx, &message));
            };
            pairs.append(cx, name, value)?;
        }
        return Ok(());
    }
    // An ordered map: a name that comes again replaces the value.
    record(
        init,
        |name| name.to_text(),
        |name, value| pairs.set(cx, name, value.to_text()?),
    )
}

fn object<'a>(cx: Cx<'a>, prototype: &Value<'a>, pairs: Pairs) -> JsResult<Value<'a>> {
    let pairs = RefCell::new(pairs);
    cx.host_object_with_slots(prototype, SearchParams { pairs }, 1)
}

/// The searchParams of a URL with that query.
pub(super) fn of_url<'a>(url: &Value<'a>, query: &str) -> JsResult<Value<'a>> {
    let cx = url.cx();
    let prototype = class(cx)?.get("prototype")?;
    let params = object(cx, &prototype, Pairs::new(cx)?)?;
    set_query(&params, query)?;
    params.set_internal_slot(URL, url.clone());
    Ok(params)
}

/// The query of its URL has changed.
pub(super) fn set_query(params: &Value<'_>, query: &str) -> JsResult<()> {
    let cx = params.cx();
    match params.host::<SearchParams>() {
        Some(params) => {
            let mut pairs = params.pairs.borrow_mut();
            pairs.clear(cx)?;
            pairs.parse(cx, query.strip_prefix('?').unwrap_or(query))
        }
        None => Ok(()),
    }
}

/// Do something with the list of `params`; nothing in it may run JS.
pub(super) fn with_pairs<R>(
    params: &Value<'_>,
    use_them: impl FnOnce(&mut Pairs) -> JsResult<R>,
) -> JsResult<R> {
    match params.host::<SearchParams>() {
        Some(params) => use_them(&mut params.pairs.borrow_mut()),
        None => Err(type_error(
            params.cx(),
            "Illegal invocation: not a URLSearchParams",
        )),
    }
}

/// Names and values, for the console; `None` for anything else.
pub(crate) fn pairs<'a>(params: &Value<'a>) -> JsResult<Option<Vec<(Value<'a>, Value<'a>)>>> {
    const SHOWN: usize = 100;
    let (cx, Some(found)) = (params.cx(), params.host::<SearchParams>()) else {
        return Ok(None);
    };
    let pairs = found.pairs.borrow();
    let shown = (0..SHOWN).map_while(|at| pairs.get(at));
    let shown = shown.map(|(name, value)| Ok((cx.string(name)?, cx.string(value)?)));
    shown.collect::<JsResult<_>>().map(Some)
}

/// Check `this` and the number of arguments before any is converted.
fn check<'a>(call: &Call<'a>, operation: &str, count: usize) -> JsResult<Value<'a>> {
    let this = call.this();
    with_pairs(&this, |_| Ok(()))?;
    require(call, &format!("URLSearchParams.{operation}"), count)?;
    Ok(this)
}

/// Change the list, and the query of the URL with it.
fn change<'a>(
    this: &Value<'a>,
    change: impl FnOnce(Cx<'a>, &mut Pairs) -> JsResult<()>,
) -> JsResult<Value<'a>> {
    let cx = this.cx();
    with_pairs(this, |pairs| change(cx, pairs))?;
    if let Some(url) = this.internal_slot(URL).filter(Value::is_object) {
        let query = with_pairs(this, |pairs| pairs.serialize(cx))?;
        super::update(&url, &query)?;
    }
    Ok(cx.undefined())
}

fn size<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with_pairs(&call.this(), |pairs| {
        Ok(call.cx().integer(pairs.len() as i64))
    })
}

fn append<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "append", 2)?;
    let (name, value) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    change(&this, |cx, pairs| pairs.append(cx, name, value))
}

/// A name, and a value where one is given.
fn name_and_value(call: &Call<'_>) -> JsResult<(String, Option<String>)> {
    let name = call.argument(0).to_text()?;
    let value = optional(call, 1).map(|value| value.to_text()).transpose()?;
    Ok((name, value))
}

fn delete<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "delete", 1)?;
    let (name, value) = name_and_value(call)?;
    change(&this, |cx, pairs| pairs.delete(cx, &name, value.as_deref()))
}

fn get<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "get", 1)?;
    let (cx, name) = (call.cx(), call.argument(0).to_text()?);
    with_pairs(&this, |pairs| match pairs.values(cx, &name)?.next() {
        Some(value) => cx.string(value),
        None => Ok(cx.null()),
    })
}

fn get_all<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "getAll", 1)?;
    let (cx, name) = (call.cx(), call.argument(0).to_text()?);
    with_pairs(&this, |pairs| {
        let all = cx.array()?;
        for (at, value) in (0..).zip(pairs.values(cx, &name)?) {
            all.define_index(at, cx.string(value)?)?;
        }
        Ok(all)
    })
}

fn has<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "has", 1)?;
    let (cx, (name, value)) = (call.cx(), name_and_value(call)?);
    with_pairs(&this, |pairs| {
        let mut values = pairs.values(cx, &name)?;
        let found = values.any(|own| value.as_deref().is_none_or(|value| own == value));
        Ok(cx.boolean(found))
    })
}

fn set<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "set", 2)?;
    let (name, value) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    change(&this, |cx, pairs| pairs.set(cx, name, value))
}

fn sort<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "sort", 0)?;
    change(&this, |cx, pairs| pairs.sort(cx))
}

fn to_string<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with_pairs(&call.this(), |pairs| cx.string(&pairs.serialize(cx)?))
}

fn iterate<'a>(call: &Call<'a>, of: Of) -> JsResult<Value<'a>> {
    with_pairs(&call.this(), |_| Ok(()))?;
    params_iterator::new(&call.this(), of)
}

fn for_each<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let this = check(call, "forEach", 1)?;
    let (cx, callback) = (call.cx(), call.argument(0));
    if !callback.is_function() {
        let message = "URLSearchParams.forEach: the callback is not a function";
        return Err(type_error(cx, message));
    }
    for at in 0.. {
        cx.poll()?;
        // The list may change while the callback runs.
        let pair = with_pairs(&this, |pairs| match pairs.get(at) {
            Some((name, value)) => Ok(Some([cx.string(value)?, cx.string(name)?])),
            None => Ok(None),
        })?;
        let Some([value, name]) = pair else { break };
        callback.call(&call.argument(1), &[value, name, this.clone()])?;
    }
    Ok(cx.undefined())
}
