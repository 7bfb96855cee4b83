//! `Headers`: Fetch Standard, 5.1.
//!
//! | module | holds |
//! |---|---|
//! | `list` | the fields, their guard and what it lets pass |
//! | `iterator` | the iterators |
//! | `natives` | what the modules of priv/js do to headers, guards aside |

use std::cell::RefCell;

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use crate::arguments::{optional, prototype_for, require, type_error};
use crate::host::once;
use crate::iteration::{iterator_method, record, sequence, sequence_by};
use crate::network::byte_string;
use iterator::Of;
use list::{Guard, List};

mod iterator;
mod list;
mod natives;

pub(crate) use natives::NATIVES;

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::operation(c"append", 2, append),
        Member::operation(c"delete", 1, delete),
        Member::operation(c"get", 1, get),
        Member::operation(c"getSetCookie", 0, get_set_cookie),
        Member::operation(c"has", 1, has),
        Member::operation(c"set", 2, set),
        Member::operation(c"entries", 0, |call| iterate(call, Of::Entries)),
        Member::operation(c"forEach", 1, for_each),
        Member::operation(c"keys", 0, |call| iterate(call, Of::Keys)),
        Member::operation(c"values", 0, |call| iterate(call, Of::Values)),
        Member::alias(c"[Symbol.iterator]", c"entries"),
        Member::tag(c"Headers"),
    ],
    statics: &[],
};

struct Headers(RefCell<List>);

/// The class, which is one in a heap.
pub(crate) fn class(cx: Cx<'_>) -> JsResult<Value<'_>> {
    once(cx, "Headers", |cx| {
        cx.subclass(c"Headers", 0, construct, &MEMBERS, None)
    })
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let init = optional(call, 0)
        .map(|init| convert_init(&init))
        .transpose()?;
    let prototype = prototype_for(call, class)?;
    let mut list = List::new(cx, Guard::None)?;
    if let Some(init) = init {
        fill(cx, &mut list, init)?;
    }
    cx.host_object(&prototype, Headers(RefCell::new(list)))
}

/// Names and values as the caller gave them.
type Init = Vec<Vec<Vec<u8>>>;

/// `(sequence<sequence<ByteString>> or record<ByteString, ByteString>)`.
fn convert_init(init: &Value<'_>) -> JsResult<Init> {
    const WHAT: &str = "Headers: init";
    let mut items = Vec::new();
    if !init.is_object() {
        let message = format!("{WHAT} is neither a sequence nor a record");
        return Err(type_error(init.cx(), &message));
    }
    if let Some(method) = iterator_method(init)? {
        sequence_by(init, &method, WHAT, |item| {
            let mut texts = Vec::new();
            sequence(&item, "Headers: a pair of init", |text| {
                texts.push(byte_string::bytes(&text, "Headers: a name or value")?);
                Ok(())
            })?;
            items.push(texts);
            Ok(())
        })?;
    } else {
        let to_name = |name: Value<'_>| byte_string::bytes(&name, "Headers: a name");
        record(init, to_name, |name, value| {
            items.push(vec![name, byte_string::bytes(&value, "Headers: a value")?]);
            Ok(())
        })?;
    }
    Ok(items)
}

/// "Fill".
fn fill(cx: Cx<'_>, list: &mut List, init: Init) -> JsResult<()> {
    for item in init {
        let Ok([name, value]) = <[Vec<u8>; 2]>::try_from(item) else {
            let message = "Headers: a pair of init does not have exactly two items";
            return Err(type_error(cx, message));
        };
        list.append(cx, &name, &value)?;
    }
    Ok(())
}

/// Do something with the list; nothing in it may run JS.
fn with_list<R>(headers: &Value<'_>, use_it: impl FnOnce(&mut List) -> JsResult<R>) -> JsResult<R> {
    match headers.host::<Headers>() {
        Some(headers) => use_it(&mut headers.0.borrow_mut()),
        None => Err(type_error(
            headers.cx(),
            "Illegal invocation: not a Headers",
        )),
    }
}

/// Check `this` and the number of arguments, and convert those that must be there.
fn arguments<'a, const N: usize>(
    call: &Call<'a>,
    operation: &str,
) -> JsResult<(Value<'a>, [Vec<u8>; N])> {
    let this = call.this();
    with_list(&this, |_| Ok(()))?;
    require(call, &format!("Headers.{operation}"), N)?;
    let mut texts = [const { Vec::new() }; N];
    for (index, text) in texts.iter_mut().enumerate() {
        *text = byte_string::bytes(&call.argument(index), "Headers: a name or value")?;
    }
    Ok((this, texts))
}

fn append<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (this, [name, value]) = arguments(call, "append")?;
    with_list(&this, |list| list.append(cx, &name, &value))?;
    Ok(cx.undefined())
}

fn delete<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (this, [name]) = arguments(call, "delete")?;
    with_list(&this, |list| list.delete(cx, &name))?;
    Ok(cx.undefined())
}

fn get<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (this, [name]) = arguments(call, "get")?;
    with_list(&this, |list| {
        let name = list::name(cx, &name)?;
        match list.get(&name) {
            Some(value) => cx.string(&byte_string::text(&value)),
            None => Ok(cx.null()),
        }
    })
}

fn get_set_cookie<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    with_list(&call.this(), |list| {
        let all = cx.array()?;
        for (at, value) in (0..).zip(list.all("set-cookie")) {
            all.define_index(at, cx.string(&byte_string::text(value))?)?;
        }
        Ok(all)
    })
}

fn has<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (this, [name]) = arguments(call, "has")?;
    with_list(&this, |list| {
        let name = list::name(cx, &name)?;
        Ok(cx.boolean(list.all(&name).next().is_some()))
    })
}

fn set<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (this, [name, value]) = arguments(call, "set")?;
    with_list(&this, |list| list.set(cx, &name, &value))?;
    Ok(cx.undefined())
}

fn iterate<'a>(call: &Call<'a>, of: Of) -> JsResult<Value<'a>> {
    with_list(&call.this(), |_| Ok(()))?;
    iterator::new(&call.this(), of)
}

fn for_each<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, this, callback) = (call.cx(), call.this(), call.argument(0));
    with_list(&this, |_| Ok(()))?;
    require(call, "Headers.forEach", 1)?;
    if !callback.is_function() {
        let message = "Headers.forEach: the callback is not a function";
        return Err(type_error(cx, message));
    }
    for at in 0.. {
        cx.poll()?;
        // The list may change while the callback runs.
        let Some((name, value)) = entry(&this, at)? else {
            break;
        };
        callback.call(&call.argument(1), &[value, name, this.clone()])?;
    }
    Ok(cx.undefined())
}

/// Entry `at` of the sorted and combined list.
fn entry<'a>(headers: &Value<'a>, at: usize) -> JsResult<Option<(Value<'a>, Value<'a>)>> {
    let cx = headers.cx();
    with_list(headers, |list| match list.sorted(cx)?.get(at) {
        Some((name, value)) => {
            let value = cx.string(&byte_string::text(value))?;
            Ok(Some((cx.string(name)?, value)))
        }
        None => Ok(None),
    })
}
