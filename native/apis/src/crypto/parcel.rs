//! CryptoKey, 13.5: cloned within a heap and between heaps. The material is shared,
//! so it is never out of memory of ours.

use quickbeam_engine::{Cx, JsResult, Value};

use super::key::CryptoKey;
use crate::clone::{Parcel, data_clone_error};
use crate::groups::{Part, Parts};

/// The serialization steps.
pub(crate) fn serialize<'a>(value: &Value<'a>) -> Option<JsResult<Box<dyn Parcel>>> {
    let key: CryptoKey = value.host::<CryptoKey>()?.clone();
    Some(Ok(Box::new(key)))
}

impl Parcel for CryptoKey {
    fn size(&self) -> usize {
        self.held()
    }

    fn unpack<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        if !Parts::of(cx).has(Part::Crypto) {
            return Err(data_clone_error(cx, "There is no CryptoKey here"));
        }
        self.to_object(cx)
    }
}
