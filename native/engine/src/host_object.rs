//! Objects that carry a Rust value, and JS values in internal slots.

use std::any::Any;
use std::cell::Cell;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};
use crate::value::Value;

/// The one class of all host objects; what an object is, its Rust value says.
/// Far enough from the engine's own, and none is asked to choose a number.
pub(crate) const CLASS: sys::JSClassID = 0x60;

struct Slot {
    value: Box<dyn Any>,
    /// Values that belong to the object and that the collector sees.
    internal: Box<[Cell<sys::JSValue>]>,
    charged: usize,
}

impl<'a> Cx<'a> {
    /// A new object of `prototype` that carries `value`. The value must hold no
    /// reference to JS values: the collector does not look into it, and a
    /// [`crate::Root`] in there would keep a cycle alive for ever. What it needs
    /// goes to internal slots.
    pub fn host_object<T: Any>(self, prototype: &Value<'a>, value: T) -> JsResult<Value<'a>> {
        self.host_object_with_slots(prototype, value, 0)
    }

    /// As [`Cx::host_object`], with `slots` internal slots that hold JS values,
    /// undefined at first: [`Value::internal_slot`].
    pub fn host_object_with_slots<T: Any>(
        self,
        prototype: &Value<'a>,
        value: T,
        slots: usize,
    ) -> JsResult<Value<'a>> {
        self.host_object_holding(prototype, value, slots, 0)
    }

    /// As [`Cx::host_object_with_slots`], of a value that holds `held` bytes more
    /// elsewhere: they count against the heap's limit as long as the object lives.
    pub fn host_object_holding<T: Any>(
        self,
        prototype: &Value<'a>,
        value: T,
        slots: usize,
        held: usize,
    ) -> JsResult<Value<'a>> {
        self.register()?;
        let own = size_of::<T>() + size_of::<Slot>() + slots * size_of::<Cell<sys::JSValue>>();
        let charged = own + held;
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
                internal: vec![Cell::new(sys::JS_UNDEFINED); slots].into(),
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
                gc_mark: Some(mark),
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

impl<'a> Value<'a> {
    /// What internal slot `index` of a host object holds; `None` where this is no
    /// host object or has no such slot.
    pub fn internal_slot(&self, index: usize) -> Option<Value<'a>> {
        let held = self.slot()?.internal.get(index)?.get();
        // SAFETY: a value of this heap that the slot keeps alive; we take a
        // reference of our own.
        unsafe {
            let raw = sys::JS_DupValue(self.cx().as_ptr(), held);
            Some(Value::from_raw(self.cx(), raw))
        }
    }

    /// Put a value into an internal slot.
    ///
    /// # Panics
    /// When this is no host object or has no such slot.
    pub fn set_internal_slot(&self, index: usize, value: Value<'a>) {
        let slot = self.slot().expect("a host object");
        let before = slot.internal[index].replace(value.into_raw());
        // SAFETY: the slot's own reference, which nobody else frees. Whatever
        // its finalizers do finds the new value in place.
        unsafe { sys::JS_FreeValue(self.cx().as_ptr(), before) }
    }

    /// Whether this is a host object, of whatever Rust type.
    pub fn is_host_object(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_GetClassID(self.raw()) == CLASS }
    }

    /// The Rust value of a host object, if it is a `T`.
    pub fn host<T: Any>(&self) -> Option<&T> {
        self.slot()?.value.downcast_ref()
    }

    fn slot(&self) -> Option<&Slot> {
        // SAFETY: the opaque of that class is a Slot (or null, when making it
        // failed), alive as long as the object, which self holds.
        unsafe { sys::JS_GetOpaque(self.raw(), CLASS).cast::<Slot>().as_ref() }
    }
}

unsafe extern "C" fn finalize(rt: *mut sys::JSRuntime, value: sys::JSValue) {
    // SAFETY: as in Value::host; the object is gone after this.
    unsafe {
        let slot = sys::JS_GetOpaque(value, CLASS).cast::<Slot>();
        if !slot.is_null() {
            let slot = Box::from_raw(slot);
            for held in &slot.internal {
                sys::JS_FreeValueRT(rt, held.get());
            }
            sys::JS_ReleaseContextMemory(rt, slot.charged);
        }
    }
}

unsafe extern "C" fn mark(rt: *mut sys::JSRuntime, value: sys::JSValue, visit: sys::JS_MarkFunc) {
    // SAFETY: as in Value::host; the collector only counts what it is shown.
    unsafe {
        if let Some(slot) = sys::JS_GetOpaque(value, CLASS).cast::<Slot>().as_ref() {
            for held in &slot.internal {
                sys::JS_MarkValue(rt, held.get(), visit);
            }
        }
    }
}
