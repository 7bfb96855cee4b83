//! Blob URLs: File API, 8.

use std::cell::RefCell;
use std::collections::HashMap;

use quickbeam_engine::{Call, Charge, Cx, JsResult, Member, Value};

use crate::arguments::{require, type_error};
use crate::blob::Blob;
use crate::crypto::new_uuid;
use crate::host::Apis;

/// What `URL` has where there are Blobs.
pub(super) static STATICS: &[Member] = &[
    Member::operation(c"createObjectURL", 1, create),
    Member::operation(c"revokeObjectURL", 1, revoke),
];

/// The blob URL store of a context.
#[derive(Default)]
pub(crate) struct ObjectUrls(RefCell<HashMap<String, (Blob, Charge)>>);

/// An entry beside its Blob.
const OVERHEAD: usize = 256;

impl ObjectUrls {
    /// The Blob of a blob URL, whatever its fragment.
    pub(crate) fn find(cx: Cx<'_>, url: &str) -> Option<Blob> {
        let urls = Apis::of(cx).object_urls.0.borrow();
        let (blob, _) = urls.get(without_fragment(url))?;
        Some(blob.clone())
    }
}

fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(url, _)| url)
}

fn create<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "URL.createObjectURL", 1)?;
    let cx = call.cx();
    let Some(blob) = call.argument(0).host::<Blob>().cloned() else {
        return Err(type_error(cx, "URL.createObjectURL: not a Blob"));
    };
    // The origin of a context without a document is opaque.
    let base = Apis::of(cx).host.base_url(cx);
    let base = base.and_then(|base| quickbeam_url::Url::parse(&base, None));
    let origin = base.map_or("null".to_owned(), |base| base.origin().to_string());
    let url = format!("blob:{origin}/{}", new_uuid(cx)?);
    let entry = (blob, cx.hold(OVERHEAD)?);
    let mut urls = Apis::of(cx).object_urls.0.borrow_mut();
    urls.insert(url.clone(), entry);
    cx.string(&url)
}

fn revoke<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "URL.revokeObjectURL", 1)?;
    let (cx, url) = (call.cx(), call.argument(0).to_text()?);
    // With a fragment it is another URL.
    let gone = Apis::of(cx).object_urls.0.borrow_mut().remove(&*url);
    drop(gone);
    Ok(cx.undefined())
}
