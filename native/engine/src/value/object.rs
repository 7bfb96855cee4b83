//! What is done to objects: properties by name, keys, calls.

use quickbeam_engine_sys as sys;

use super::{Key, Keys, Value};
use crate::cx::JsResult;

impl<'a> Value<'a> {
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
    pub fn get_key(&self, key: &Key<'_, '_>) -> JsResult<Value<'a>> {
        // SAFETY: a live value and an atom that `key` keeps alive.
        unsafe {
            let raw = sys::JS_GetProperty(self.cx.as_ptr(), self.raw, key.atom());
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
}
