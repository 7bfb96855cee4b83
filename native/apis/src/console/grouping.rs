//! `group`, `groupCollapsed`, `groupEnd`, `clear`: Console Standard, 1.3.

use quickbeam_engine::{Call, JsResult, Value};

use super::log;
use crate::host::{Apis, Level};

/// Columns that a group is indented by, and how many of them are.
const INDENT: usize = 2;
const INDENTED_MAX: usize = 100;

pub(super) fn group<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    if !call.is_empty() {
        log(cx, Level::Info, &call.rest(0))?;
    }
    let groups = &Apis::of(cx).console.groups;
    groups.set(groups.get() + 1);
    Ok(cx.undefined())
}

pub(super) fn group_end<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let groups = &Apis::of(call.cx()).console.groups;
    groups.set(groups.get().saturating_sub(1));
    Ok(call.cx().undefined())
}

/// A log cannot be cleared; the groups can.
pub(super) fn clear<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    Apis::of(call.cx()).console.groups.set(0);
    Ok(call.cx().undefined())
}

/// `text`, each line indented by so many groups.
pub(super) fn indent(text: &str, groups: usize) -> String {
    let indent = " ".repeat(INDENT * groups.min(INDENTED_MAX));
    let mut out = String::with_capacity(text.len() + 2 * indent.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(&indent);
        out.push_str(line);
        if out.len() > crate::format::TEXT_MAX {
            break;
        }
    }
    out
}
