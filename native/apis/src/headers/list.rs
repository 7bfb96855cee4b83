//! Header fields: Fetch Standard, 2.2.2, and the guard of 5.1.

use std::rc::Rc;

use quickbeam_engine::charge::Charge;
use quickbeam_engine::{Cx, JsResult};
use quickbeam_net::http::is_of_connection;

use crate::arguments::type_error;

/// What may be done to a list.
///
/// The standard keeps scripts of a browser from many names; those are for the sake of
/// a user that is not there. Of the forbidden request-headers only those that say how
/// a message is carried are refused, and none of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    None,
    Immutable,
    Request,
    RequestNoCors,
}

/// A name in lower case, and a value.
pub(super) type Field = (String, Vec<u8>);

pub(super) struct List {
    fields: Vec<Field>,
    pub(super) guard: Guard,
    /// "Sort and combine" of the fields, while they have not changed.
    sorted: Option<Rc<[Field]>>,
    charge: Charge,
}

/// What a field takes beside its bytes.
const FIELD: usize = 64;

/// A token (RFC 9110, 5.6.2) in lower case; else a TypeError.
pub(super) fn name(cx: Cx<'_>, name: &[u8]) -> JsResult<String> {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    if name.is_empty() || !name.iter().all(is_token) {
        let shown = String::from_utf8_lossy(&name[..name.len().min(100)]);
        let message = format!("Headers: {shown:?} is not the name of a header");
        return Err(type_error(cx, &message));
    }
    // ASCII alone, as was just seen.
    Ok(String::from_utf8_lossy(&name.to_ascii_lowercase()).into_owned())
}

/// "Normalize", then check.
fn value(cx: Cx<'_>, value: &[u8]) -> JsResult<Vec<u8>> {
    let is_space = |byte: &u8| b"\t\n\r ".contains(byte);
    let start = value.iter().position(|byte| !is_space(byte));
    let end = value.iter().rposition(|byte| !is_space(byte));
    let trimmed = match (start, end) {
        (Some(start), Some(end)) => &value[start..=end],
        _ => &[],
    };
    if trimmed.iter().any(|byte| matches!(byte, 0 | b'\n' | b'\r')) {
        return Err(type_error(cx, "Headers: a value has a NUL or a line break"));
    }
    Ok(trimmed.to_vec())
}

impl List {
    pub(super) fn new(cx: Cx<'_>, guard: Guard) -> JsResult<List> {
        Ok(List {
            fields: Vec::new(),
            guard,
            sorted: None,
            charge: cx.hold(0)?,
        })
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Count what there is; a list that has just got too much is as it was before.
    fn changed(&mut self, cx: Cx<'_>) -> JsResult<()> {
        self.sorted = None;
        self.charge.set(cx, size(&self.fields))
    }

    /// "Append", the guard asked.
    pub(super) fn append(&mut self, cx: Cx<'_>, name: &[u8], value: &[u8]) -> JsResult<()> {
        let Some((name, value)) = self.validate(cx, name, value)? else {
            return Ok(());
        };
        if self.guard == Guard::RequestNoCors {
            let mut whole = self.get(&name).unwrap_or_default();
            if self.all(&name).next().is_some() {
                whole.extend_from_slice(b", ");
            }
            whole.extend_from_slice(&value);
            if !is_no_cors_safe(&name, &whole) {
                return Ok(());
            }
        }
        self.put(cx, name, value)?;
        self.remove_privileged();
        Ok(())
    }

    /// Append without a question.
    pub(super) fn put(&mut self, cx: Cx<'_>, name: String, value: Vec<u8>) -> JsResult<()> {
        self.fields.push((name, value));
        self.changed(cx).inspect_err(|_| {
            self.fields.pop();
        })
    }

    /// "Set".
    pub(super) fn set(&mut self, cx: Cx<'_>, name: &[u8], value: &[u8]) -> JsResult<()> {
        let Some((name, value)) = self.validate(cx, name, value)? else {
            return Ok(());
        };
        if self.guard == Guard::RequestNoCors && !is_no_cors_safe(&name, &value) {
            return Ok(());
        }
        let first = self.fields.iter().position(|(own, _)| *own == name);
        match first {
            Some(first) => {
                self.fields[first].1 = value;
                let mut index = 0;
                self.fields.retain(|(own, _)| {
                    index += 1;
                    index - 1 <= first || *own != name
                });
                self.changed(cx)?;
            }
            None => self.put(cx, name, value)?,
        }
        self.remove_privileged();
        Ok(())
    }

    /// "Delete".
    pub(super) fn delete(&mut self, cx: Cx<'_>, name: &[u8]) -> JsResult<()> {
        let Some((name, _)) = self.validate(cx, name, b"")? else {
            return Ok(());
        };
        let is_free = NO_CORS_NAMES.contains(&name.as_str()) || name == PRIVILEGED;
        if self.guard == Guard::RequestNoCors && !is_free {
            return Ok(());
        }
        self.fields.retain(|(own, _)| *own != name);
        self.changed(cx)?;
        self.remove_privileged();
        Ok(())
    }

    /// "Validate": `None` where the guard has the field be left out.
    fn validate(&self, cx: Cx<'_>, raw: &[u8], text: &[u8]) -> JsResult<Option<Field>> {
        let text = value(cx, text);
        let name = name(cx, raw)?;
        let text = text?;
        Ok(match self.guard {
            Guard::Immutable => return Err(type_error(cx, "Headers: these are immutable")),
            Guard::Request if is_of_connection(&name) => None,
            _ => Some((name, text)),
        })
    }

    fn remove_privileged(&mut self) {
        if self.guard == Guard::RequestNoCors {
            self.fields.retain(|(name, _)| name != PRIVILEGED);
            self.sorted = None;
        }
    }

    /// All values of a name, in order.
    pub(super) fn all<'l>(&'l self, name: &'l str) -> impl Iterator<Item = &'l [u8]> {
        let fields = self.fields.iter().filter(move |(own, _)| own == name);
        fields.map(|(_, value)| value.as_slice())
    }

    /// All values of a name, combined.
    pub(super) fn get(&self, name: &str) -> Option<Vec<u8>> {
        let values: Vec<&[u8]> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(b", ".as_slice()))
    }

    /// "Sort and combine".
    pub(super) fn sorted(&mut self, cx: Cx<'_>) -> JsResult<Rc<[Field]>> {
        if let Some(sorted) = &self.sorted {
            return Ok(sorted.clone());
        }
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        // Stable: values of one name stay in order.
        fields.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut sorted: Vec<Field> = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            match sorted.last_mut() {
                Some((last, all)) if last == name && name != "set-cookie" => {
                    all.extend_from_slice(b", ");
                    all.extend_from_slice(value);
                }
                _ => sorted.push((name.clone(), value.clone())),
            }
        }
        self.charge.set(cx, size(&self.fields) + size(&sorted))?;
        let sorted: Rc<[Field]> = sorted.into();
        self.sorted = Some(sorted.clone());
        Ok(sorted)
    }
}

fn size(fields: &[Field]) -> usize {
    let field = |(name, value): &Field| name.len() + value.len() + FIELD;
    fields.iter().map(field).sum()
}

/// "Privileged no-CORS request-header name".
const PRIVILEGED: &str = "range";

/// "No-CORS-safelisted request-header name".
const NO_CORS_NAMES: [&str; 4] = [
    "accept",
    "accept-language",
    "content-language",
    "content-type",
];

/// "No-CORS-safelisted request-header".
fn is_no_cors_safe(name: &str, value: &[u8]) -> bool {
    if value.len() > 128 {
        return false;
    }
    let is_unsafe =
        |byte: &u8| (*byte < 0x20 && *byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(byte);
    match name {
        "accept" => !value.iter().any(is_unsafe),
        "accept-language" | "content-language" => value
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte)),
        "content-type" => {
            let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
            let essence = essence.trim_ascii().to_ascii_lowercase();
            !value.iter().any(is_unsafe)
                && [
                    b"application/x-www-form-urlencoded".as_slice(),
                    b"multipart/form-data",
                    b"text/plain",
                ]
                .contains(&essence.as_slice())
        }
        _ => false,
    }
}
