//! `count`, `countReset`: Console Standard, 1.2.

use quickbeam_engine::{Call, JsResult, Value};

use super::{ENTRY_BYTES, label, print};
use crate::host::{Apis, Level};

pub(super) fn count<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, label) = (call.cx(), label(call)?);
    let counts = &Apis::of(cx).console.counts;
    if !counts.borrow().contains_key(&label) {
        cx.charge(label.len() + ENTRY_BYTES)?;
    }
    let count = {
        let mut counts = counts.borrow_mut();
        let count = counts.entry(label.clone()).or_insert(0);
        *count = count.saturating_add(1);
        *count
    };
    print(cx, Level::Info, format!("{label}: {count}"))
}

pub(super) fn count_reset<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, label) = (call.cx(), label(call)?);
    let removed = Apis::of(cx).console.counts.borrow_mut().remove(&label);
    if removed.is_none() {
        let text = format!("Count for '{label}' does not exist");
        return print(cx, Level::Warning, text);
    }
    cx.release(label.len() + ENTRY_BYTES);
    Ok(cx.undefined())
}
