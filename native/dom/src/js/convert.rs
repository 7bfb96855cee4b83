//! Arguments in, results out: Web IDL, section 3.2.

use std::ffi::CStr;

use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Thrown, Value};

use super::dom::Env;
use crate::tree::{DomError, NodeId};

/// What a native may answer.
pub(crate) trait ToJs<'a> {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>>;
}

impl<'a> ToJs<'a> for () {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        Ok(env.cx.undefined())
    }
}

impl<'a> ToJs<'a> for bool {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        Ok(env.cx.boolean(self))
    }
}

impl<'a> ToJs<'a> for i32 {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        Ok(env.cx.integer(self.into()))
    }
}

impl<'a> ToJs<'a> for u32 {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        Ok(env.cx.integer(self.into()))
    }
}

impl<'a> ToJs<'a> for f64 {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        Ok(env.cx.number(self))
    }
}

impl<'a> ToJs<'a> for &str {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        env.cx.string(self)
    }
}

impl<'a> ToJs<'a> for String {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        env.cx.string(&self)
    }
}

impl<'a> ToJs<'a> for NodeId {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        env.wrap(self)
    }
}

impl<'a> ToJs<'a> for Value<'a> {
    fn to_js(self, _env: Env<'a>) -> JsResult<Value<'a>> {
        Ok(self)
    }
}

/// `None` is null.
impl<'a, T: ToJs<'a>> ToJs<'a> for Option<T> {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        match self {
            Some(value) => value.to_js(env),
            None => Ok(env.cx.null()),
        }
    }
}

impl<'a, T: ToJs<'a>> ToJs<'a> for Result<T, DomError> {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        match self {
            Ok(value) => value.to_js(env),
            Err(error) => Err(env.throw(&error)),
        }
    }
}

impl<'a, T: ToJs<'a>> ToJs<'a> for JsResult<T> {
    fn to_js(self, env: Env<'a>) -> JsResult<Value<'a>> {
        self?.to_js(env)
    }
}

pub(crate) fn type_error(cx: Cx<'_>, message: &str) -> Thrown {
    cx.throw_error(ErrorKind::Type, message)
}

/// Refuse a call with fewer arguments than an operation must have.
pub(crate) fn require(call: &Call<'_>, name: &CStr, count: usize) -> JsResult<()> {
    if call.len() >= count {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    let message = format!(
        "{}: {count} argument{plural} required, but only {} present",
        name.to_string_lossy(),
        call.len()
    );
    Err(type_error(call.cx(), &message))
}

/// The text of a static name.
pub(crate) const fn name_of(name: &'static CStr) -> &'static str {
    match name.to_str() {
        Ok(name) => name,
        Err(_) => panic!("a name in ASCII"),
    }
}

/// DOMString.
pub(crate) fn text(call: &Call<'_>, index: usize) -> JsResult<String> {
    call.argument(index).to_text()
}

/// DOMString, null being the empty one ([LegacyNullToEmptyString]).
pub(crate) fn text_or_null(value: &Value<'_>) -> JsResult<String> {
    match value.kind() {
        quickbeam_engine::Kind::Null => Ok(String::new()),
        _ => value.to_text(),
    }
}

/// `DOMString?`: null and undefined are `None`.
pub(crate) fn nullable_text(value: &Value<'_>) -> JsResult<Option<String>> {
    if value.is_nullish() {
        return Ok(None);
    }
    value.to_text().map(Some)
}

/// `unsigned long`: modulo 2^32.
pub(crate) fn unsigned_long(value: &Value<'_>) -> JsResult<u32> {
    let number = value.to_number()?;
    if !number.is_finite() {
        return Ok(0);
    }
    Ok(number.trunc().rem_euclid(4_294_967_296.0) as u32)
}

/// `long`: modulo 2^32, signed.
pub(crate) fn long(value: &Value<'_>) -> JsResult<i32> {
    unsigned_long(value).map(|number| number as i32)
}

/// HTML, "rules for parsing integers".
pub(crate) fn parse_integer(text: Option<&str>) -> Option<i32> {
    let text = text?.trim_start_matches([' ', '\t', '\n', '\x0C', '\r']);
    let end = text
        .char_indices()
        .skip(usize::from(text.starts_with(['-', '+'])))
        .find(|(_, char)| !char.is_ascii_digit())
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().ok()
}

/// HTML, "rules for parsing non-negative integers", as far as a `long` goes.
pub(crate) fn parse_natural(text: Option<&str>) -> Option<u32> {
    parse_integer(text).and_then(|value| u32::try_from(value).ok())
}

/// As [`parse_natural`], what is too large being the most there is.
pub(crate) fn parse_natural_or_most(text: Option<&str>) -> Option<u32> {
    let large = || {
        let text = text?.trim_start_matches([' ', '\t', '\n', '\x0C', '\r']);
        let digits = text.strip_prefix('+').unwrap_or(text);
        digits
            .starts_with(|char: char| char.is_ascii_digit())
            .then_some(u32::MAX)
    };
    match parse_integer(text) {
        Some(value) => u32::try_from(value).ok(),
        None => large(),
    }
}

/// Argument `index` as a node.
pub(crate) fn node(call: &Call<'_>, index: usize) -> JsResult<NodeId> {
    let env = Env::of(call.cx());
    env.node_of(&call.argument(index))
        .ok_or_else(|| type_error(call.cx(), &format!("argument {} is not a Node", index + 1)))
}

/// Argument `index` as `Node?`.
pub(crate) fn nullable_node(call: &Call<'_>, index: usize) -> JsResult<Option<NodeId>> {
    if call.argument(index).is_nullish() {
        return Ok(None);
    }
    node(call, index).map(Some)
}

/// A member of a dictionary argument, undefined where there is no dictionary.
pub(crate) fn member<'a>(dictionary: &Value<'a>, name: &str) -> JsResult<Value<'a>> {
    if dictionary.is_nullish() {
        return Ok(dictionary.cx().undefined());
    }
    if !dictionary.is_object() {
        return Err(type_error(dictionary.cx(), "the options are not an object"));
    }
    dictionary.get(name)
}
