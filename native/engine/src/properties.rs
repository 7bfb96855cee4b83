//! Properties, prototypes and descriptors of objects.

use quickbeam_engine_sys as sys;

use crate::cx::{JsResult, Thrown};
use crate::value::{Atom, Key, Keys, Value};

/// An own property, read without running its getter.
pub enum Property<'a> {
    Data {
        value: Value<'a>,
        enumerable: bool,
        writable: bool,
    },
    Accessor {
        getter: Option<Value<'a>>,
        setter: Option<Value<'a>>,
        enumerable: bool,
    },
}

impl Property<'_> {
    pub fn is_enumerable(&self) -> bool {
        let (Property::Data { enumerable, .. } | Property::Accessor { enumerable, .. }) = self;
        *enumerable
    }
}

impl<'a> Value<'a> {
    /// `Object.getPrototypeOf(value)`; of a Proxy it runs the trap.
    pub fn prototype(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_GetPrototype(self.cx().as_ptr(), self.raw());
            Value::from_result(self.cx(), raw)
        }
    }

    /// `Object.setPrototypeOf(value, prototype)`; null for none.
    pub fn set_prototype(&self, prototype: &Value<'a>) -> JsResult<()> {
        // SAFETY: live values.
        let status =
            unsafe { sys::JS_SetPrototype(self.cx().as_ptr(), self.raw(), prototype.raw()) };
        self.cx().check(status)
    }

    /// As [`Value::own_keys`], symbols after the strings.
    pub fn own_keys_and_symbols(&self, enumerable: bool) -> JsResult<Keys<'a>> {
        let mut flags = sys::JS_GPN_STRING_MASK | sys::JS_GPN_SYMBOL_MASK;
        if enumerable {
            flags |= sys::JS_GPN_ENUM_ONLY;
        }
        self.keys_by(flags)
    }

    /// The own property `key`; `None` when there is none.
    pub fn own_property(&self, key: &Key<'_, '_>) -> JsResult<Option<Property<'a>>> {
        self.descriptor(key.atom())
    }

    /// The own property of a key that is a value (a string or a symbol).
    pub fn own_property_by(&self, key: &Value<'a>) -> JsResult<Option<Property<'a>>> {
        let key = key.to_atom()?;
        self.descriptor(key.raw)
    }

    /// The own property `name`; `None` when there is none.
    pub fn own_property_named(&self, name: &str) -> JsResult<Option<Property<'a>>> {
        let key = self.cx().atom(name)?;
        self.descriptor(key.raw)
    }

    /// The value of an own data property of that name.
    pub fn own_data(&self, name: &str) -> JsResult<Option<Value<'a>>> {
        Ok(match self.own_property_named(name)? {
            Some(Property::Data { value, .. }) => Some(value),
            _ => None,
        })
    }

    fn descriptor(&self, key: sys::JSAtom) -> JsResult<Option<Property<'a>>> {
        let cx = self.cx();
        let mut raw = sys::JSPropertyDescriptor {
            flags: 0,
            value: sys::JS_UNDEFINED,
            getter: sys::JS_UNDEFINED,
            setter: sys::JS_UNDEFINED,
        };
        // SAFETY: a live value and a live atom; when there is a property, the
        // three are references of ours.
        unsafe {
            let status = sys::JS_GetOwnProperty(cx.as_ptr(), &mut raw, self.raw(), key);
            cx.check(status)?;
            if status == 0 {
                return Ok(None);
            }
            let value = Value::from_raw(cx, raw.value);
            let getter = Value::from_raw(cx, raw.getter);
            let setter = Value::from_raw(cx, raw.setter);
            let flags = raw.flags as u32;
            let enumerable = flags & sys::JS_PROP_ENUMERABLE != 0;
            Ok(Some(if flags & sys::JS_PROP_GETSET != 0 {
                Property::Accessor {
                    getter: Some(getter).filter(|getter| !getter.is_undefined()),
                    setter: Some(setter).filter(|setter| !setter.is_undefined()),
                    enumerable,
                }
            } else {
                Property::Data {
                    value,
                    enumerable,
                    writable: flags & sys::JS_PROP_WRITABLE != 0,
                }
            }))
        }
    }

    /// As [`Value::define`], of a key that is a value.
    pub fn define_by(&self, key: &Value<'a>, item: Value<'a>) -> JsResult<()> {
        let key = key.to_atom()?;
        self.define_atom(key.raw, item)
    }

    fn define_atom(&self, key: sys::JSAtom, item: Value<'a>) -> JsResult<()> {
        // SAFETY: the reference of `item` is given away, as the function wants.
        let status = unsafe {
            sys::JS_DefinePropertyValue(
                self.cx().as_ptr(),
                self.raw(),
                key,
                item.into_raw(),
                sys::JS_PROP_C_W_E as i32,
            )
        };
        self.cx().check(status)
    }

    /// `value[key]` of a key that is a value.
    pub fn get_by(&self, key: &Value<'a>) -> JsResult<Value<'a>> {
        let key = key.to_atom()?;
        // SAFETY: a live value and a live atom.
        unsafe {
            let raw = sys::JS_GetProperty(self.cx().as_ptr(), self.raw(), key.raw);
            Value::from_result(self.cx(), raw)
        }
    }

    /// Set the length of an array.
    pub fn set_length(&self, length: i64) -> JsResult<()> {
        // SAFETY: a live value.
        let status = unsafe { sys::JS_SetLength(self.cx().as_ptr(), self.raw(), length) };
        self.cx().check(status)
    }

    /// The value as a property name; runs JS for objects.
    pub(crate) fn to_atom(&self) -> JsResult<Atom<'a>> {
        // SAFETY: a live value; 0 is JS_ATOM_NULL, an exception.
        let raw = unsafe { sys::JS_ValueToAtom(self.cx().as_ptr(), self.raw()) };
        if raw == 0 {
            return Err(Thrown::pending());
        }
        Ok(Atom { cx: self.cx(), raw })
    }
}
