//! Objects that carry a Rust value.

use std::any::Any;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};
use crate::value::Value;

/// The one class of all host objects; what an object is, its Rust value says.
/// Far enough from the engine's own, and none is asked to choose a number.
pub(crate) const CLASS: sys::JSClassID = 0x60;

struct Slot {
    value: Box<dyn Any>,
    charged: usize,
}

impl<'a> Cx<'a> {
    /// A new object of `prototype` that carries `value`. The value must hold no
    /// reference to JS values (the collector does not look into it).
    pub fn host_object<T: Any>(self, prototype: &Value<'a>, value: T) -> JsResult<Value<'a>> {
        self.register()?;
        let charged = size_of::<T>() + size_of::<Slot>();
        self.charge(charged)?;
        // SAFETY: the class is registered; the slot is the object's alone, and
        // its finalizer frees it.
        unsafe {
            let raw = sys::JS_NewObjectProtoClass(self.as_ptr(), prototype.raw(), CLASS);
            let object = match Value::from_result(self, raw) {
                Ok(object) => object,
                Err(thrown) => {
                    self.release(charged);
                    return Err(thrown);
                }
            };
            let slot = Box::new(Slot {
                value: Box::new(value),
                charged,
            });
            sys::JS_SetOpaque(object.raw(), Box::into_raw(slot).cast());
            Ok(object)
        }
    }

    fn register(self) -> JsResult<()> {
        // SAFETY: the definition is copied by the engine.
        unsafe {
            let rt = sys::JS_GetRuntime(self.as_ptr());
            if sys::JS_IsRegisteredClass(rt, CLASS) {
                return Ok(());
            }
            let definition = sys::JSClassDef {
                class_name: c"Object".as_ptr(),
                finalizer: Some(finalize),
                gc_mark: None,
                call: None,
                exotic: std::ptr::null_mut(),
            };
            if sys::JS_NewClass(rt, CLASS, &definition) < 0 {
                sys::JS_ThrowOutOfMemory(self.as_ptr());
                return Err(Thrown::pending());
            }
            Ok(())
        }
    }
}

impl Value<'_> {
    /// Whether this is a host object, of whatever Rust type.
    pub fn is_host_object(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_GetClassID(self.raw()) == CLASS }
    }

    /// The Rust value of a host object, if it is a `T`.
    pub fn host<T: Any>(&self) -> Option<&T> {
        // SAFETY: the opaque of that class is a Slot (or null, when making it
        // failed), alive as long as the object, which self holds.
        unsafe {
            let slot = sys::JS_GetOpaque(self.raw(), CLASS).cast::<Slot>();
            slot.as_ref()?.value.downcast_ref()
        }
    }
}

unsafe extern "C" fn finalize(rt: *mut sys::JSRuntime, value: sys::JSValue) {
    // SAFETY: as in Value::host; the object is gone after this.
    unsafe {
        let slot = sys::JS_GetOpaque(value, CLASS).cast::<Slot>();
        if !slot.is_null() {
            let slot = Box::from_raw(slot);
            sys::JS_ReleaseContextMemory(rt, slot.charged);
        }
    }
}
