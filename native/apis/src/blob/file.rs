//! The interface `File`.

use std::time::{SystemTime, UNIX_EPOCH};

use quickbeam_engine::{Call, ClassMembers, Cx, JsResult, Member, Value};

use super::class::{self, Options, Part};
use super::{Blob, FileParts, normalize_type};
use crate::arguments::{dictionary, prototype_for, require, type_error};
use crate::host::once;

static MEMBERS: ClassMembers = ClassMembers {
    instance: &[
        Member::attribute(c"name", |call| {
            with(call, |file| call.cx().string(&file.name))
        }),
        Member::attribute(c"lastModified", |call| {
            with(call, |file| Ok(call.cx().number(file.last_modified)))
        }),
        Member::tag(c"File"),
    ],
    statics: &[],
};

/// The class, which is one in a heap.
pub(crate) fn class(cx: Cx<'_>) -> JsResult<Value<'_>> {
    once(cx, "File", |cx| {
        let blob = class::class(cx)?;
        cx.subclass(c"File", 2, construct, &MEMBERS, Some(&blob))
    })
}

fn with<R>(call: &Call<'_>, use_it: impl FnOnce(&FileParts) -> JsResult<R>) -> JsResult<R> {
    let this = call.this();
    match this.host::<Blob>().and_then(|blob| blob.file.as_ref()) {
        Some(file) => use_it(file),
        None => Err(type_error(call.cx(), "Illegal invocation: not a File")),
    }
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    const WHAT: &str = "File constructor";
    require(call, WHAT, 2)?;
    let cx = call.cx();
    let parts = Part::list(&call.argument(0), WHAT)?;
    let name = call.argument(1).to_text()?;
    let bag = dictionary(call.argument(2), WHAT)?;
    // The members of BlobPropertyBag come before those of FilePropertyBag.
    let options = Options::read(bag.as_ref(), WHAT)?;
    let last_modified = match bag.map(|bag| bag.get("lastModified")).transpose()? {
        Some(given) if !given.is_undefined() => long_long(given.to_number()?),
        _ => now(),
    };
    let bytes = options.put_together(cx, &parts)?;
    let prototype = prototype_for(call, class)?;
    let blob = Blob {
        bytes,
        kind: normalize_type(&options.kind),
        file: Some(FileParts {
            name,
            last_modified,
        }),
    };
    cx.host_object(&prototype, blob)
}

/// Milliseconds since 1970.
pub(super) fn now() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_millis() as f64
}

/// Web IDL's `long long`: towards zero, modulo 2^64.
fn long_long(number: f64) -> f64 {
    const WRAP: f64 = 18_446_744_073_709_551_616.0;
    if !number.is_finite() {
        return 0.0;
    }
    let wrapped = number.trunc().rem_euclid(WRAP);
    let signed = if wrapped >= WRAP / 2.0 {
        wrapped - WRAP
    } else {
        wrapped
    };
    // No negative zero.
    signed + 0.0
}
