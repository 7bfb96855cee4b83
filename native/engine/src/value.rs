//! Owned JavaScript values.

use std::borrow::Cow;
use std::fmt;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};

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

/// `JS_PromiseState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromiseState {
    Pending,
    Fulfilled,
    Rejected,
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

    pub fn is_undefined(&self) -> bool {
        self.kind() == Kind::Undefined
    }

    pub fn is_nullish(&self) -> bool {
        matches!(self.kind(), Kind::Undefined | Kind::Null)
    }

    pub fn is_object(&self) -> bool {
        sys::JS_IsObject(self.raw)
    }

    pub fn is_function(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_IsFunction(self.cx.as_ptr(), self.raw) }
    }

    pub fn is_promise(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_IsPromise(self.raw) }
    }

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

    // ---- strings and numbers --------------------------------------------

    /// `String(value)`, lone surrogates as U+FFFD. Runs JS for objects.
    pub fn to_text(&self) -> JsResult<String> {
        self.with_text(|text| text.into_owned())
    }

    /// [`Value::to_text`] without a copy where the string is well-formed.
    pub fn with_text<R>(&self, use_it: impl FnOnce(Cow<'_, str>) -> R) -> JsResult<R> {
        let mut length = 0;
        // SAFETY: on success the pointer is good for `length` bytes until it is
        // freed below; the engine does not run in between.
        unsafe {
            let text = sys::JS_ToCStringLen2(self.cx.as_ptr(), &mut length, self.raw, false);
            if text.is_null() {
                return Err(Thrown::pending());
            }
            let guard = CString { cx: self.cx, text };
            let bytes = std::slice::from_raw_parts(guard.text.cast::<u8>(), length);
            Ok(use_it(well_formed(bytes)))
        }
    }

    /// `Number(value)`.
    pub fn to_number(&self) -> JsResult<f64> {
        let mut number = 0.0;
        // SAFETY: writes one f64.
        let status = unsafe { sys::JS_ToFloat64(self.cx.as_ptr(), &mut number, self.raw) };
        self.cx.check(status)?;
        Ok(number)
    }

    /// `Boolean(value)`.
    pub fn truthy(&self) -> bool {
        // SAFETY: ToBoolean runs no JS and cannot fail on a live value.
        unsafe { sys::JS_ToBool(self.cx.as_ptr(), self.raw) > 0 }
    }

    /// Sign and magnitude of a BigInt, 32-bit words, least significant first.
    pub fn bigint_words(&self) -> JsResult<(bool, Vec<u32>)> {
        let (mut negative, mut count) = (false, 0);
        // SAFETY: on success the pointer is good for `count` words and ours to
        // free.
        unsafe {
            let cx = self.cx.as_ptr();
            let words = sys::JS_GetBigIntWords(cx, self.raw, &mut negative, &mut count);
            if words.is_null() {
                return Err(Thrown::pending());
            }
            let copy = std::slice::from_raw_parts(words, count).to_vec();
            sys::js_free(cx, words.cast());
            Ok((negative, copy))
        }
    }

    /// A copy of the bytes of an ArrayBuffer, typed array or DataView: no slice
    /// of them may be held where a script could detach or resize the buffer.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.append_bytes(&mut bytes).then_some(bytes)
    }

    /// Append a copy of the bytes to `target`; false for any other value.
    pub fn append_bytes(&self, target: &mut Vec<u8>) -> bool {
        let Some((data, size)) = self.raw_bytes() else {
            return false;
        };
        // SAFETY: `size` bytes of a live buffer; no JS runs during the copy, and
        // `target` is none of the engine's.
        target.extend_from_slice(unsafe { std::slice::from_raw_parts(data, size) });
        true
    }

    /// How many bytes [`Value::bytes`] would give.
    pub fn byte_length(&self) -> Option<usize> {
        self.raw_bytes().map(|(_, size)| size)
    }

    /// Copy `source`, or as much of it as there is room for, to the front of the
    /// bytes; false for any other value.
    pub fn write_bytes(&self, source: &[u8]) -> bool {
        let Some((data, size)) = self.raw_bytes() else {
            return false;
        };
        // SAFETY: within the bytes of a live buffer of this heap, which this
        // thread has; `source` is none of the engine's.
        unsafe {
            std::ptr::copy_nonoverlapping(source.as_ptr(), data.cast_mut(), size.min(source.len()));
        }
        true
    }

    /// Pointer and count of the bytes, good until JS runs again.
    fn raw_bytes(&self) -> Option<(*const u8, usize)> {
        let (mut data, mut size) = (std::ptr::null(), 0);
        // SAFETY: reads the slots of a live value.
        let found = unsafe { sys::JS_GetBufferBytes(self.raw, &mut data, &mut size) };
        if data.is_null() {
            return found.then_some((std::ptr::NonNull::<u8>::dangling().as_ptr().cast_const(), 0));
        }
        Some((data, size))
    }

    // ---- objects ---------------------------------------------------------

    /// `value[name]`.
    pub fn get(&self, name: &str) -> JsResult<Value<'a>> {
        let key = self.cx.atom(name)?;
        // SAFETY: a live value and a live atom.
        unsafe {
            let raw = sys::JS_GetProperty(self.cx.as_ptr(), self.raw, key.raw);
            Value::from_result(self.cx, raw)
        }
    }

    /// `value[index]`.
    pub fn get_index(&self, index: u32) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_GetPropertyUint32(self.cx.as_ptr(), self.raw, index);
            Value::from_result(self.cx, raw)
        }
    }

    /// `value[key]` of a key that [`Value::own_keys`] gave.
    pub fn get_key(&self, key: &Key<'_>) -> JsResult<Value<'a>> {
        // SAFETY: a live value and an atom that `key` keeps alive.
        unsafe {
            let raw = sys::JS_GetProperty(self.cx.as_ptr(), self.raw, key.atom);
            Value::from_result(self.cx, raw)
        }
    }

    /// `value[name] = item`: runs setters, throws where strict code would.
    pub fn set(&self, name: &str, item: Value<'a>) -> JsResult<()> {
        let key = self.cx.atom(name)?;
        // SAFETY: the reference of `item` is given away, as the function wants.
        let status =
            unsafe { sys::JS_SetProperty(self.cx.as_ptr(), self.raw, key.raw, item.into_raw()) };
        self.cx.check(status)
    }

    /// Define an own data property that is writable, enumerable, configurable.
    pub fn define(&self, name: &str, item: Value<'a>) -> JsResult<()> {
        self.define_with(name, item, sys::JS_PROP_C_W_E)
    }

    /// Define a method: writable and configurable, not enumerable.
    pub fn define_hidden(&self, name: &str, item: Value<'a>) -> JsResult<()> {
        self.define_with(
            name,
            item,
            sys::JS_PROP_CONFIGURABLE | sys::JS_PROP_WRITABLE,
        )
    }

    fn define_with(&self, name: &str, item: Value<'a>, flags: u32) -> JsResult<()> {
        let key = self.cx.atom(name)?;
        // SAFETY: the reference of `item` is given away, as the function wants.
        let status = unsafe {
            sys::JS_DefinePropertyValue(
                self.cx.as_ptr(),
                self.raw,
                key.raw,
                item.into_raw(),
                (flags | sys::JS_PROP_THROW) as i32,
            )
        };
        self.cx.check(status)
    }

    /// Define element `index` of an array.
    pub fn define_index(&self, index: u32, item: Value<'a>) -> JsResult<()> {
        // SAFETY: the reference of `item` is given away, as the function wants.
        let status = unsafe {
            sys::JS_DefinePropertyValueUint32(
                self.cx.as_ptr(),
                self.raw,
                index,
                item.into_raw(),
                (sys::JS_PROP_C_W_E | sys::JS_PROP_THROW) as i32,
            )
        };
        self.cx.check(status)
    }

    /// `delete value[name]`; whether it is gone.
    pub fn delete(&self, name: &str) -> JsResult<bool> {
        let key = self.cx.atom(name)?;
        // SAFETY: a live value and a live atom; flags 0 = no throw.
        let status = unsafe { sys::JS_DeleteProperty(self.cx.as_ptr(), self.raw, key.raw, 0) };
        self.cx.check(status).map(|()| status > 0)
    }

    /// Whether there is an own property of that name.
    pub fn has_own(&self, name: &str) -> JsResult<bool> {
        let key = self.cx.atom(name)?;
        // SAFETY: a null descriptor asks for existence only.
        let status = unsafe {
            sys::JS_GetOwnProperty(self.cx.as_ptr(), std::ptr::null_mut(), self.raw, key.raw)
        };
        self.cx.check(status).map(|()| status > 0)
    }

    /// `value.length` as an integer (ToLength).
    pub fn length(&self) -> JsResult<u64> {
        let mut length = 0;
        // SAFETY: writes one i64.
        let status = unsafe { sys::JS_GetLength(self.cx.as_ptr(), self.raw, &mut length) };
        self.cx.check(status)?;
        Ok(u64::try_from(length).unwrap_or(0))
    }

    /// The own string keys in property order; with `enumerable`, those only.
    pub fn own_keys(&self, enumerable: bool) -> JsResult<Keys<'a>> {
        let mut flags = sys::JS_GPN_STRING_MASK;
        if enumerable {
            flags |= sys::JS_GPN_ENUM_ONLY;
        }
        self.keys_by(flags)
    }

    pub(crate) fn keys_by(&self, flags: u32) -> JsResult<Keys<'a>> {
        let (mut table, mut count) = (std::ptr::null_mut(), 0);
        // SAFETY: on success the table is ours to free, which Keys does.
        let status = unsafe {
            sys::JS_GetOwnPropertyNames(
                self.cx.as_ptr(),
                &mut table,
                &mut count,
                self.raw,
                flags as i32,
            )
        };
        self.cx.check(status)?;
        Ok(Keys {
            cx: self.cx,
            table,
            count,
        })
    }

    /// Key, value, key, value … of a Map, or the items of a Set, as an Array.
    pub fn collection_items(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_GetCollectionItems(self.cx.as_ptr(), self.raw);
            Value::from_result(self.cx, raw)
        }
    }

    /// What a Proxy stands for.
    pub fn proxy_target(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_GetProxyTarget(self.cx.as_ptr(), self.raw);
            Value::from_result(self.cx, raw)
        }
    }

    /// Call the value as a function.
    pub fn call(&self, this: &Value<'a>, arguments: &[Value<'a>]) -> JsResult<Value<'a>> {
        let mut raw: Vec<sys::JSValue> = arguments.iter().map(Value::raw).collect();
        // SAFETY: live values, borrowed for the call.
        unsafe {
            let result = sys::JS_Call(
                self.cx.as_ptr(),
                self.raw,
                this.raw,
                raw.len() as i32,
                raw.as_mut_ptr(),
            );
            Value::from_result(self.cx, result)
        }
    }

    /// `new value(...arguments)`.
    pub fn construct(&self, arguments: &[Value<'a>]) -> JsResult<Value<'a>> {
        let mut raw: Vec<sys::JSValue> = arguments.iter().map(Value::raw).collect();
        // SAFETY: live values, borrowed for the call.
        unsafe {
            let result = sys::JS_CallConstructor(
                self.cx.as_ptr(),
                self.raw,
                raw.len() as i32,
                raw.as_mut_ptr(),
            );
            Value::from_result(self.cx, result)
        }
    }

    // ---- promises --------------------------------------------------------

    /// The state of a promise; `None` for anything else.
    pub fn promise_state(&self) -> Option<PromiseState> {
        // SAFETY: reads a slot of a live value.
        match unsafe { sys::JS_PromiseState(self.cx.as_ptr(), self.raw) } {
            sys::JS_PROMISE_PENDING => Some(PromiseState::Pending),
            sys::JS_PROMISE_FULFILLED => Some(PromiseState::Fulfilled),
            sys::JS_PROMISE_REJECTED => Some(PromiseState::Rejected),
            _ => None,
        }
    }

    /// What a settled promise holds; undefined while it is pending.
    pub fn promise_result(&self) -> Value<'a> {
        // SAFETY: reads a slot of a live value, with a reference of our own.
        unsafe { Value::from_raw(self.cx, sys::JS_PromiseResult(self.cx.as_ptr(), self.raw)) }
    }

    /// Whether somebody listens to a promise.
    pub fn is_handled(&self) -> bool {
        // SAFETY: reads a flag of a live value.
        unsafe { sys::JS_PromiseIsHandled(self.cx.as_ptr(), self.raw) }
    }

    /// Nobody is to be told when this promise is rejected.
    pub fn mark_handled(&self) {
        // SAFETY: sets a flag of a live promise, nothing for other values.
        unsafe { sys::JS_PromiseMarkAsHandled(self.cx.as_ptr(), self.raw) }
    }

    /// PerformPromiseThen with functions of ours, past anything that a script
    /// may have put in the place of `then`.
    pub fn then(&self, fulfilled: &Value<'a>, rejected: &Value<'a>) -> JsResult<()> {
        // SAFETY: live values; the result promise is dropped at once.
        unsafe {
            let raw = sys::JS_PromiseThen(self.cx.as_ptr(), self.raw, fulfilled.raw, rejected.raw);
            Value::from_result(self.cx, raw).map(drop)
        }
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

struct CString<'a> {
    cx: Cx<'a>,
    text: *const std::ffi::c_char,
}

impl Drop for CString<'_> {
    fn drop(&mut self) {
        // SAFETY: made by JS_ToCStringLen2 or JS_AtomToCStringLen, freed once.
        unsafe { sys::JS_FreeCString(self.cx.as_ptr(), self.text) }
    }
}

/// The engine's UTF-8 has lone surrogates as three bytes each (ED A0..BF xx);
/// U+FFFD has three bytes too, so they are replaced one for one.
pub(crate) fn well_formed(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut fixed = bytes.to_vec();
    let mut at = 0;
    while at + 2 < fixed.len() {
        if fixed[at] == 0xED && fixed[at + 1] >= 0xA0 {
            fixed[at..at + 3].copy_from_slice("\u{FFFD}".as_bytes());
            at += 3;
        } else {
            at += 1;
        }
    }
    Cow::Owned(match String::from_utf8(fixed) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

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
    cx: Cx<'a>,
    table: *mut sys::JSPropertyEnum,
    count: u32,
}

/// One of [`Keys`], borrowed from it.
pub struct Key<'k> {
    atom: sys::JSAtom,
    cx: Cx<'k>,
}

impl<'a> Keys<'a> {
    pub fn len(&self) -> usize {
        self.count as usize
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The key at `index`, in property order.
    pub fn get(&self, index: usize) -> Key<'_> {
        assert!(index < self.len(), "key {index} of {}", self.count);
        // SAFETY: within the table, which lives as long as self.
        let atom = unsafe { (*self.table.add(index)).atom };
        Key { atom, cx: self.cx }
    }
}

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        // SAFETY: the table came from JS_GetOwnPropertyNames and is freed once.
        unsafe { sys::JS_FreePropertyEnum(self.cx.as_ptr(), self.table, self.count) }
    }
}

impl<'k> Key<'k> {
    pub(crate) fn atom(&self) -> sys::JSAtom {
        self.atom
    }

    pub(crate) fn cx(&self) -> Cx<'k> {
        self.cx
    }

    /// The key's text, lone surrogates as U+FFFD.
    pub fn with_text<R>(&self, use_it: impl FnOnce(Cow<'_, str>) -> R) -> JsResult<R> {
        let mut length = 0;
        // SAFETY: as in Value::with_text.
        unsafe {
            let text = sys::JS_AtomToCStringLen(self.cx.as_ptr(), &mut length, self.atom);
            if text.is_null() {
                return Err(Thrown::pending());
            }
            let guard = CString { cx: self.cx, text };
            let bytes = std::slice::from_raw_parts(guard.text.cast::<u8>(), length);
            Ok(use_it(well_formed(bytes)))
        }
    }
}
