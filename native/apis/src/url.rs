//! `URL`: URL Standard, 6.1.

mod natives;
mod objects;
mod params_iterator;
mod query;
mod search_params;

use std::cell::RefCell;

use quickbeam_engine::{Call, Charge, ClassMembers, Cx, JsResult, Member, Thrown, Value};
use quickbeam_url::{Part as UrlPart, Url as Parsed};

use crate::arguments::{optional, prototype_for, require, type_error};
use crate::groups::{Part, Parts};
use crate::host::once;

pub(crate) use natives::NATIVES;
pub(crate) use objects::ObjectUrls;
pub(crate) use search_params::{class as search_params_class, pairs};

macro_rules! part {
    ($name:literal, $part:expr) => {
        Member::accessor(
            $name,
            |call| text(call, |url| url.part($part)),
            |call| set(call, |url, value| url.set_part($part, value)),
        )
    };
}

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::accessor(c"href", href, set_href),
        Member::attribute(c"origin", |call| {
            with(call, |url| call.cx().string(&url.origin()))
        }),
        part!(c"protocol", UrlPart::Protocol),
        part!(c"username", UrlPart::Username),
        part!(c"password", UrlPart::Password),
        part!(c"host", UrlPart::Host),
        part!(c"hostname", UrlPart::Hostname),
        part!(c"port", UrlPart::Port),
        part!(c"pathname", UrlPart::Pathname),
        Member::accessor(c"search", |call| text(call, |url| url.search()), set_search),
        Member::attribute(c"searchParams", search_params),
        part!(c"hash", UrlPart::Hash),
        Member::operation(c"toJSON", 0, href),
        Member::operation(c"toString", 0, href),
        Member::tag(c"URL"),
    ],
    statics: &[
        Member::operation(c"canParse", 1, can_parse),
        Member::operation(c"parse", 1, parse),
    ],
};

/// Bytes of a URL beside its text.
const OVERHEAD: usize = 128;

/// Internal slot of a URL: its searchParams, once asked for.
const PARAMS: usize = 0;

struct Url {
    parsed: RefCell<Parsed>,
    charge: RefCell<Charge>,
}

/// The class, which is one in a heap.
pub(crate) fn class(cx: Cx<'_>) -> JsResult<Value<'_>> {
    once(cx, "URL", |cx| {
        let class = cx.subclass(c"URL", 1, construct, &MEMBERS, None)?;
        if Parts::of(cx).has(Part::Blob) {
            cx.define_members(&class, objects::STATICS)?;
        }
        Ok(class)
    })
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "URL constructor", 1)?;
    let (url, base) = arguments(call)?;
    let prototype = prototype_for(call, class)?;
    match read(call.cx(), &url, base.as_deref())? {
        Some(parsed) => object(call.cx(), &prototype, parsed),
        None => Err(invalid(call.cx(), &url)),
    }
}

/// URL and base, as USVStrings.
fn arguments(call: &Call<'_>) -> JsResult<(String, Option<String>)> {
    let url = call.argument(0).to_text()?;
    let base = optional(call, 1).map(|base| base.to_text()).transpose()?;
    Ok((url, base))
}

/// The URL parser; `None` is failure.
fn read(cx: Cx<'_>, url: &str, base: Option<&str>) -> JsResult<Option<Parsed>> {
    let length = url.len() + base.map_or(0, str::len);
    cx.spend(length)?;
    // What it may take while it works: every byte percent-encoded.
    let _working = cx.hold(3 * length)?;
    Ok(Parsed::parse(url, base))
}

fn object<'a>(cx: Cx<'a>, prototype: &Value<'a>, parsed: Parsed) -> JsResult<Value<'a>> {
    let charge = RefCell::new(cx.hold(parsed.href().len() + OVERHEAD)?);
    let parsed = RefCell::new(parsed);
    cx.host_object_with_slots(prototype, Url { parsed, charge }, 1)
}

fn invalid(cx: Cx<'_>, url: &str) -> Thrown {
    let shown: String = url.chars().take(200).collect();
    let more = if shown.len() < url.len() { "…" } else { "" };
    type_error(cx, &format!("Invalid URL: '{shown}{more}'"))
}

fn can_parse<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "URL.canParse", 1)?;
    let (url, base) = arguments(call)?;
    let parsed = read(call.cx(), &url, base.as_deref())?;
    Ok(call.cx().boolean(parsed.is_some()))
}

fn parse<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "URL.parse", 1)?;
    let (url, base) = arguments(call)?;
    let cx = call.cx();
    match read(cx, &url, base.as_deref())? {
        Some(parsed) => object(cx, &class(cx)?.get("prototype")?, parsed),
        None => Ok(cx.null()),
    }
}

// ---- attributes ----------------------------------------------------------------

/// Do something with the URL of `this`; nothing in it may run JS.
fn with<R>(call: &Call<'_>, use_it: impl FnOnce(&mut Parsed) -> JsResult<R>) -> JsResult<R> {
    match call.this().host::<Url>() {
        Some(url) => use_it(&mut url.parsed.borrow_mut()),
        None => Err(type_error(call.cx(), "Illegal invocation: not a URL")),
    }
}

fn text<'a>(call: &Call<'a>, part: impl FnOnce(&Parsed) -> &str) -> JsResult<Value<'a>> {
    with(call, |url| call.cx().string(part(url)))
}

fn href<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    text(call, |url| url.href())
}

/// An attribute's setter; a value that `change` refuses changes nothing.
fn set<'a>(call: &Call<'a>, change: impl FnOnce(&mut Parsed, &str) -> bool) -> JsResult<Value<'a>> {
    with(call, |_| Ok(()))?;
    let value = call.argument(0).to_text()?;
    change_url(&call.this(), value.len(), |url| change(url, &value))?;
    Ok(call.cx().undefined())
}

/// Change the URL of the object `this` by a value of `length` bytes, and count
/// what it has become.
fn change_url<R>(
    this: &Value<'_>,
    length: usize,
    change: impl FnOnce(&mut Parsed) -> R,
) -> JsResult<R> {
    let cx = this.cx();
    cx.spend(length)?;
    let _working = cx.hold(3 * length)?;
    let Some(url) = this.host::<Url>() else {
        return Err(type_error(cx, "Illegal invocation: not a URL"));
    };
    let mut parsed = url.parsed.borrow_mut();
    let result = change(&mut parsed);
    let bytes = parsed.href().len() + OVERHEAD;
    url.charge.borrow_mut().set(cx, bytes)?;
    Ok(result)
}

fn set_href<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with(call, |_| Ok(()))?;
    let (cx, this) = (call.cx(), call.this());
    let value = call.argument(0).to_text()?;
    if change_url(&this, value.len(), |url| !url.set_href(&value))? {
        return Err(invalid(cx, &value));
    }
    empty_and_fill(&this)?;
    Ok(cx.undefined())
}

fn set_search<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    set(call, |url, value| {
        url.set_part(UrlPart::Search, value);
        true
    })?;
    empty_and_fill(&call.this())?;
    Ok(call.cx().undefined())
}

/// The list of searchParams follows the query.
fn empty_and_fill(this: &Value<'_>) -> JsResult<()> {
    let params = this.internal_slot(PARAMS);
    match params.filter(Value::is_object) {
        Some(params) => search_params::set_query(&params, &query_of(this)),
        None => Ok(()),
    }
}

fn query_of(url: &Value<'_>) -> String {
    url.host::<Url>()
        .map(|url| url.parsed.borrow().search().to_owned())
        .unwrap_or_default()
}

fn search_params<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with(call, |_| Ok(()))?;
    let this = call.this();
    if let Some(params) = this.internal_slot(PARAMS).filter(Value::is_object) {
        return Ok(params);
    }
    let params = search_params::of_url(&this, &query_of(&this))?;
    this.set_internal_slot(PARAMS, params.clone());
    Ok(params)
}

/// The attributes of a URL with their values, for the console; `None` for anything
/// else.
pub(crate) fn attributes<'a>(url: &Value<'a>) -> JsResult<Option<Vec<(&'static str, Value<'a>)>>> {
    let (cx, Some(found)) = (url.cx(), url.host::<Url>()) else {
        return Ok(None);
    };
    let parsed = found.parsed.borrow();
    let params = search_params::of_url(url, parsed.search())?;
    Ok(Some(vec![
        ("href", cx.string(parsed.href())?),
        ("origin", cx.string(&parsed.origin())?),
        ("protocol", cx.string(parsed.protocol())?),
        ("username", cx.string(parsed.username())?),
        ("password", cx.string(parsed.password())?),
        ("host", cx.string(parsed.host())?),
        ("hostname", cx.string(parsed.hostname())?),
        ("port", cx.string(parsed.port())?),
        ("pathname", cx.string(parsed.pathname())?),
        ("search", cx.string(parsed.search())?),
        ("searchParams", params),
        ("hash", cx.string(parsed.hash())?),
    ]))
}

/// The "update" steps of searchParams: its list is the query of `url`.
fn update(url: &Value<'_>, query: &str) -> JsResult<()> {
    change_url(url, query.len(), |url| {
        if query.is_empty() {
            url.remove_search();
        } else {
            url.set_part(UrlPart::Search, query);
        }
    })
}
