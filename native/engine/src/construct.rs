//! Constructors, and properties that prototypes have.

use quickbeam_engine_sys as sys;

use crate::cx::JsResult;
use crate::value::Value;

impl<'a> Value<'a> {
    /// Whether `new` can be applied to it.
    pub fn is_constructor(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_IsConstructor(self.cx().as_ptr(), self.raw()) }
    }

    /// `new value(...arguments)`.
    pub fn construct(&self, arguments: &[Value<'a>]) -> JsResult<Value<'a>> {
        let mut raw: Vec<sys::JSValue> = arguments.iter().map(Value::raw).collect();
        // SAFETY: live values, borrowed for the call.
        unsafe {
            let result = sys::JS_CallConstructor(
                self.cx().as_ptr(),
                self.raw(),
                raw.len() as i32,
                raw.as_mut_ptr(),
            );
            Value::from_result(self.cx(), result)
        }
    }

    /// Define a property that is configurable, and neither writable nor enumerable,
    /// of a key that is a value.
    pub fn define_constant_by(&self, key: &Value<'a>, item: Value<'a>) -> JsResult<()> {
        let key = key.to_atom()?;
        // SAFETY: the reference of `item` is given away, as the function wants.
        let status = unsafe {
            sys::JS_DefinePropertyValue(
                self.cx().as_ptr(),
                self.raw(),
                key.raw,
                item.into_raw(),
                sys::JS_PROP_CONFIGURABLE as i32,
            )
        };
        self.cx().check(status)
    }
}
