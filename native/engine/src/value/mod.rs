//! Owned JavaScript values.

mod bytes;
mod key;
mod object;
mod promise;
mod text;

use std::fmt;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};

pub(crate) use key::Atom;
pub use key::{Key, Keys};
pub use promise::PromiseState;
pub(crate) use text::well_formed;

/// A JS value that frees itself. It cannot outlive the [`Cx`] it came from.
pub struct Value<'a> {
    raw: sys::JSValue,
    cx: Cx<'a>,
}

/// What a value is, with the payload of those that need no memory.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    Undefined,
    Null,
    Bool(bool),
    Int(i32),
    Float(f64),
    BigInt,
    String,
    Symbol,
    Object,
}

/// What kind of object a value is; `Other` is anything without a slot of its own
/// that matters here (plain objects, class instances, proxies of objects).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectKind {
    Array,
    Function,
    Error,
    Date,
    Map,
    Set,
    RegExp,
    Bytes,
    Promise,
    Proxy,
    Other,
}

impl<'a> Value<'a> {
    /// Take over a reference that C code has given away.
    ///
    /// # Safety
    /// `raw` must be a live value of the heap of `cx`, whose reference is the
    /// caller's to give, and not the exception marker.
    pub(crate) unsafe fn from_raw(cx: Cx<'a>, raw: sys::JSValue) -> Self {
        debug_assert!(!sys::JS_IsException(raw));
        Value { raw, cx }
    }

    /// Take over the result of a C function: the exception marker becomes
    /// [`Thrown`].
    ///
    /// # Safety
    /// As [`Value::from_raw`], the exception marker allowed.
    pub(crate) unsafe fn from_result(cx: Cx<'a>, raw: sys::JSValue) -> JsResult<Self> {
        if sys::JS_IsException(raw) {
            Err(Thrown::pending())
        } else {
            Ok(Value { raw, cx })
        }
    }

    /// The raw value, still owned by `self`.
    pub(crate) fn raw(&self) -> sys::JSValue {
        self.raw
    }

    /// Give the reference away to C code.
    pub(crate) fn into_raw(self) -> sys::JSValue {
        let raw = self.raw;
        std::mem::forget(self);
        raw
    }

    /// The context the value lives in.
    pub fn cx(&self) -> Cx<'a> {
        self.cx
    }

    /// What the value is.
    pub fn kind(&self) -> Kind {
        // SAFETY: the tag says which member of the union is in use.
        unsafe {
            match sys::JS_VALUE_GET_TAG(self.raw) {
                sys::JS_TAG_INT => Kind::Int(self.raw.u.int32),
                sys::JS_TAG_BOOL => Kind::Bool(self.raw.u.int32 != 0),
                sys::JS_TAG_NULL => Kind::Null,
                sys::JS_TAG_FLOAT64 => Kind::Float(self.raw.u.float64),
                sys::JS_TAG_BIG_INT | sys::JS_TAG_SHORT_BIG_INT => Kind::BigInt,
                sys::JS_TAG_STRING | sys::JS_TAG_STRING_ROPE => Kind::String,
                sys::JS_TAG_SYMBOL => Kind::Symbol,
                sys::JS_TAG_OBJECT => Kind::Object,
                _ => Kind::Undefined,
            }
        }
    }

    /// Whether it is undefined.
    pub fn is_undefined(&self) -> bool {
        self.kind() == Kind::Undefined
    }

    /// Whether it is undefined or null.
    pub fn is_nullish(&self) -> bool {
        matches!(self.kind(), Kind::Undefined | Kind::Null)
    }

    /// Whether it is an object, functions included.
    pub fn is_object(&self) -> bool {
        sys::JS_IsObject(self.raw)
    }

    /// Whether it can be called.
    pub fn is_function(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_IsFunction(self.cx.as_ptr(), self.raw) }
    }

    /// Whether it is an Error, whatever its prototype.
    pub fn is_error(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_IsError(self.raw) }
    }

    /// The object's kind; `Other` for anything that is no object.
    pub fn object_kind(&self) -> ObjectKind {
        const JS_CLASS_OBJECT: sys::JSClassID = 1;
        if !self.is_object() {
            return ObjectKind::Other;
        }
        // SAFETY: each call only reads the class of a live object.
        unsafe {
            if sys::JS_GetClassID(self.raw) == JS_CLASS_OBJECT {
                ObjectKind::Other
            } else if sys::JS_IsArray(self.raw) {
                ObjectKind::Array
            } else if sys::JS_IsProxy(self.raw) {
                ObjectKind::Proxy
            } else if self.is_function() {
                ObjectKind::Function
            } else if sys::JS_IsError(self.raw) {
                ObjectKind::Error
            } else if sys::JS_IsDate(self.raw) {
                ObjectKind::Date
            } else if sys::JS_IsMap(self.raw) {
                ObjectKind::Map
            } else if sys::JS_IsSet(self.raw) {
                ObjectKind::Set
            } else if sys::JS_IsPromise(self.raw) {
                ObjectKind::Promise
            } else if sys::JS_IsRegExp(self.raw) {
                ObjectKind::RegExp
            } else if self.byte_length().is_some() {
                ObjectKind::Bytes
            } else {
                ObjectKind::Other
            }
        }
    }

    /// The address of an object: its identity while it is alive.
    pub fn identity(&self) -> Option<usize> {
        if !self.is_object() {
            return None;
        }
        // SAFETY: an object's union member is its pointer.
        Some(unsafe { self.raw.u.ptr as usize })
    }
}

impl Clone for Value<'_> {
    fn clone(&self) -> Self {
        // SAFETY: one more reference to a live value.
        let raw = unsafe { sys::JS_DupValue(self.cx.as_ptr(), self.raw) };
        Value { raw, cx: self.cx }
    }
}

impl Drop for Value<'_> {
    fn drop(&mut self) {
        // SAFETY: gives back the one reference that self owned.
        unsafe { sys::JS_FreeValue(self.cx.as_ptr(), self.raw) }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:?})", self.kind())
    }
}
