//! The iterators of `URLSearchParams`: Web IDL, "default iterator objects". They
//! see what happens to the list while they are under way.

use std::cell::Cell;

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::search_params::with_pairs;
use crate::arguments::type_error;
use crate::host::once;
use crate::iteration::{iterator_prototype, iterator_result};

static MEMBERS: &[Member] = &[
    Member::operation(c"next", 0, next),
    Member::tag(c"URLSearchParams Iterator"),
];

/// What is gone through.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Entries,
    Keys,
    Values,
}

/// Its internal slot 0 is the URLSearchParams.
struct ParamsIterator {
    of: Of,
    index: Cell<usize>,
}

pub(super) fn new<'a>(params: &Value<'a>, of: Of) -> JsResult<Value<'a>> {
    let cx = params.cx();
    let prototype = once(cx, "URLSearchParams Iterator", |cx| {
        iterator_prototype(cx, MEMBERS)
    })?;
    let index = Cell::new(0);
    let iterator = cx.host_object_with_slots(&prototype, ParamsIterator { of, index }, 1)?;
    iterator.set_internal_slot(0, params.clone());
    Ok(iterator)
}

fn next<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, this) = (call.cx(), call.this());
    let Some(iterator) = this.host::<ParamsIterator>() else {
        let message = "Illegal invocation: not a URLSearchParams Iterator";
        return Err(type_error(cx, message));
    };
    let params = this.internal_slot(0).unwrap_or_else(|| cx.undefined());
    let index = iterator.index.get();
    let item = with_pairs(&params, |pairs| {
        let Some((name, value)) = pairs.get(index) else {
            return Ok(None);
        };
        Ok(Some(match iterator.of {
            Of::Keys => cx.string(name)?,
            Of::Values => cx.string(value)?,
            Of::Entries => {
                let entry = cx.array()?;
                entry.define_index(0, cx.string(name)?)?;
                entry.define_index(1, cx.string(value)?)?;
                entry
            }
        }))
    })?;
    if item.is_some() {
        iterator.index.set(index + 1);
    }
    iterator_result(cx, item)
}
