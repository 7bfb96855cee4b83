//! Objects that stand for bytes of the host's, which no script can see, forge
//! or open: a pid, a reference.

use std::collections::HashMap;
use std::ffi::c_void;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};
use crate::heap::Inner;
use crate::value::Value;

/// The tokens of a heap that are alive, by their bytes.
#[derive(Default)]
pub(crate) struct Tokens(HashMap<Box<[u8]>, *mut c_void>);

/// The class of tokens. No runtime of ours lets the engine choose numbers, so
/// it is free in each.
const CLASS: sys::JSClassID = crate::host_object::CLASS + 1;

impl<'a> Cx<'a> {
    /// The object that stands for `bytes`: the same one as long as it is alive,
    /// so that scripts can compare with `===`.
    pub fn token(self, bytes: &[u8]) -> JsResult<Value<'a>> {
        self.register_tokens()?;
        let alive = self.inner().tokens.borrow().0.get(bytes).copied();
        if let Some(object) = alive {
            // SAFETY: the finalizer takes an object out of the table before it
            // is freed, so this one is alive; we take a reference of our own.
            unsafe {
                let raw = sys::JSValue {
                    u: sys::JSValueUnion { ptr: object },
                    tag: sys::JS_TAG_OBJECT.into(),
                };
                return Ok(Value::from_raw(self, sys::JS_DupValue(self.as_ptr(), raw)));
            }
        }
        // SAFETY: makes an object of a registered class with no opaque yet; the
        // finalizer accepts null.
        unsafe {
            let raw = sys::JS_NewObjectClass(self.as_ptr(), CLASS);
            let object = Value::from_result(self, raw)?;
            let content: Box<Box<[u8]>> = Box::new(bytes.into());
            sys::JS_SetOpaque(object.raw(), Box::into_raw(content).cast());
            let address = object.raw().u.ptr;
            self.inner()
                .tokens
                .borrow_mut()
                .0
                .insert(bytes.into(), address);
            Ok(object)
        }
    }

    fn register_tokens(self) -> JsResult<()> {
        // SAFETY: registers a class with a static definition, once a runtime.
        unsafe {
            let rt = sys::JS_GetRuntime(self.as_ptr());
            if !sys::JS_IsRegisteredClass(rt, CLASS) {
                let definition = sys::JSClassDef {
                    class_name: c"BeamTerm".as_ptr(),
                    finalizer: Some(finalize),
                    gc_mark: None,
                    call: None,
                    exotic: std::ptr::null_mut(),
                };
                if sys::JS_NewClass(rt, CLASS, &definition) < 0 {
                    return Err(Thrown::pending());
                }
            }
            Ok(())
        }
    }
}

impl Value<'_> {
    /// What [`Cx::token`] was given, if this is a token.
    pub fn token(&self) -> Option<&[u8]> {
        if !self.is_object() {
            return None;
        }
        // SAFETY: only Cx::token makes objects of this class; the bytes live as
        // long as the object, which self keeps alive.
        unsafe {
            let content = sys::JS_GetOpaque(self.raw(), CLASS).cast::<Box<[u8]>>();
            content.as_ref().map(|bytes| &**bytes)
        }
    }
}

unsafe extern "C" fn finalize(rt: *mut sys::JSRuntime, raw: sys::JSValue) {
    // SAFETY: the opaque of this class is null or the box of Cx::token, taken
    // back once; the runtime's opaque is its Inner, which outlives it.
    unsafe {
        let content = sys::JS_GetOpaque(raw, CLASS).cast::<Box<[u8]>>();
        if content.is_null() {
            return;
        }
        let content = Box::from_raw(content);
        let inner = &*sys::JS_GetRuntimeOpaque(rt).cast::<Inner>();
        inner.tokens.borrow_mut().0.remove(&**content);
    }
}
