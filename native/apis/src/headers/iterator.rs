//! The iterators of `Headers`: Web IDL, "default iterator objects". They see what
//! happens to the list while they are under way.

use std::cell::Cell;

use quickbeam_engine::{Call, JsResult, Member, Value};

use crate::arguments::type_error;
use crate::host::once;
use crate::iteration::{iterator_prototype, iterator_result};

static MEMBERS: &[Member] = &[
    Member::operation(c"next", 0, next),
    Member::tag(c"Headers Iterator"),
];

/// What is gone through.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Entries,
    Keys,
    Values,
}

/// Its internal slot 0 is the Headers.
struct Iterator {
    of: Of,
    index: Cell<usize>,
}

pub(super) fn new<'a>(headers: &Value<'a>, of: Of) -> JsResult<Value<'a>> {
    let cx = headers.cx();
    let prototype = once(cx, "Headers Iterator", |cx| iterator_prototype(cx, MEMBERS))?;
    let index = Cell::new(0);
    let iterator = cx.host_object_with_slots(&prototype, Iterator { of, index }, 1)?;
    iterator.set_internal_slot(0, headers.clone());
    Ok(iterator)
}

fn next<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, this) = (call.cx(), call.this());
    let Some(iterator) = this.host::<Iterator>() else {
        let message = "Illegal invocation: not a Headers Iterator";
        return Err(type_error(cx, message));
    };
    let headers = this.internal_slot(0).unwrap_or_else(|| cx.undefined());
    let index = iterator.index.get();
    let Some((name, value)) = super::entry(&headers, index)? else {
        return iterator_result(cx, None);
    };
    iterator.index.set(index + 1);
    let item = match iterator.of {
        Of::Keys => name,
        Of::Values => value,
        Of::Entries => {
            let entry = cx.array()?;
            entry.define_index(0, name)?;
            entry.define_index(1, value)?;
            entry
        }
    };
    iterator_result(cx, Some(item))
}
