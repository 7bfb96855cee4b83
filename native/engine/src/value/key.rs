//! Property names.

use std::borrow::Cow;

use quickbeam_engine_sys as sys;

use super::Value;
use super::text::{CString, well_formed};
use crate::cx::{Cx, JsResult, Thrown};

/// An interned property name.
pub(crate) struct Atom<'a> {
    pub(crate) cx: Cx<'a>,
    pub(crate) raw: sys::JSAtom,
}

impl Drop for Atom<'_> {
    fn drop(&mut self) {
        // SAFETY: gives back the one reference that self owned.
        unsafe { sys::JS_FreeAtom(self.cx.as_ptr(), self.raw) }
    }
}

/// The table that [`Value::own_keys`] gives.
pub struct Keys<'a> {
    pub(super) cx: Cx<'a>,
    pub(super) table: *mut sys::JSPropertyEnum,
    pub(super) count: u32,
}

/// One of [`Keys`], borrowed from it.
pub struct Key<'k, 'a> {
    atom: sys::JSAtom,
    keys: &'k Keys<'a>,
}

impl<'a> Keys<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The key at `index`, in property order.
    pub fn get(&self, index: usize) -> Key<'_, 'a> {
        assert!(index < self.len(), "key {index} of {}", self.count);
        // SAFETY: within the table, which lives as long as self.
        let atom = unsafe { (*self.table.add(index)).atom };
        Key { atom, keys: self }
    }
}

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        // SAFETY: the table came from JS_GetOwnPropertyNames and is freed once.
        unsafe { sys::JS_FreePropertyEnum(self.cx.as_ptr(), self.table, self.count) }
    }
}

impl<'a> Key<'_, 'a> {
    pub(crate) fn atom(&self) -> sys::JSAtom {
        self.atom
    }

    pub(crate) fn cx(&self) -> Cx<'a> {
        self.keys.cx
    }

    /// The key's text, lone surrogates as U+FFFD.
    pub fn with_text<R>(&self, use_it: impl FnOnce(Cow<'_, str>) -> R) -> JsResult<R> {
        let mut length = 0;
        // SAFETY: as in Value::with_text.
        unsafe {
            let text = sys::JS_AtomToCStringLen(self.cx().as_ptr(), &mut length, self.atom);
            if text.is_null() {
                return Err(Thrown::pending());
            }
            let guard = CString {
                cx: self.cx(),
                text,
            };
            let bytes = std::slice::from_raw_parts(guard.text.cast::<u8>(), length);
            Ok(use_it(well_formed(bytes)))
        }
    }
}

impl Key<'_, '_> {
    /// The key as a value of the same heap's `cx`: a string or a symbol.
    pub fn to_value<'a>(&self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        debug_assert_eq!(self.cx().as_ptr(), cx.as_ptr());
        // SAFETY: a live atom.
        unsafe {
            let raw = sys::JS_AtomToValue(cx.as_ptr(), self.atom());
            Value::from_result(cx, raw)
        }
    }
}
