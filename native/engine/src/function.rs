//! Native functions that scripts call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult};
use crate::value::Value;

/// The arguments of a call from JS.
pub struct Call<'a> {
    cx: Cx<'a>,
    this: sys::JSValue,
    arguments: &'a [sys::JSValue],
    data: Option<sys::JSValue>,
}

impl<'a> Call<'a> {
    pub fn cx(&self) -> Cx<'a> {
        self.cx
    }

    pub fn this(&self) -> Value<'a> {
        self.own(self.this)
    }

    /// How many arguments the caller gave.
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    pub fn is_empty(&self) -> bool {
        self.arguments.is_empty()
    }

    /// Argument `index`, undefined where the caller gave fewer.
    pub fn argument(&self, index: usize) -> Value<'a> {
        self.own(
            self.arguments
                .get(index)
                .copied()
                .unwrap_or(sys::JS_UNDEFINED),
        )
    }

    /// The arguments from `first` on.
    pub fn rest(&self, first: usize) -> Vec<Value<'a>> {
        self.arguments
            .iter()
            .skip(first)
            .map(|raw| self.own(*raw))
            .collect()
    }

    /// The value the function was made with, undefined for a plain one.
    pub fn data(&self) -> Value<'a> {
        self.own(self.data.unwrap_or(sys::JS_UNDEFINED))
    }

    fn own(&self, raw: sys::JSValue) -> Value<'a> {
        // SAFETY: the engine keeps this, the arguments and the data alive for
        // the call; we take a reference of our own.
        unsafe { Value::from_raw(self.cx, sys::JS_DupValue(self.cx.as_ptr(), raw)) }
    }
}

/// What a native function is: a function item or a closure that captures
/// nothing.
pub trait Native: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static {}
impl<F: for<'a> Fn(&Call<'a>) -> JsResult<Value<'a>> + Copy + 'static> Native for F {}

impl<'a> Cx<'a> {
    /// A function object that runs `native`. `length` is its `length`
    /// property. A panic in it ends the context, not the VM.
    pub fn function<F: Native>(self, name: &str, length: i32, _native: F) -> JsResult<Value<'a>> {
        captures_nothing::<F>();
        let name = std::ffi::CString::new(name).unwrap_or_default();
        // SAFETY: the engine copies the name; the trampoline has the signature
        // it wants.
        unsafe {
            let raw = sys::JS_NewCFunction2(
                self.as_ptr(),
                Some(plain_trampoline::<F>),
                name.as_ptr(),
                length,
                sys::JS_CFUNC_generic,
                0,
            );
            Value::from_result(self, raw)
        }
    }

    /// As [`Cx::function`], with a value that the function reads by
    /// [`Call::data`].
    pub fn function_with<F: Native>(
        self,
        name: &str,
        length: i32,
        data: &Value<'a>,
        _native: F,
    ) -> JsResult<Value<'a>> {
        captures_nothing::<F>();
        let name = std::ffi::CString::new(name).unwrap_or_default();
        // SAFETY: the engine takes its own reference to the one datum and
        // copies the name; the trampoline has the signature it wants.
        unsafe {
            let raw = sys::JS_NewCFunctionData2(
                self.as_ptr(),
                Some(data_trampoline::<F>),
                name.as_ptr(),
                length,
                0,
                1,
                &mut data.raw(),
            );
            Value::from_result(self, raw)
        }
    }

    /// Define `native` as a method of `object`: writable, configurable, not
    /// enumerable, as Web IDL and ECMAScript have them.
    pub fn method<F: Native>(
        self,
        object: &Value<'a>,
        name: &str,
        length: i32,
        native: F,
    ) -> JsResult<()> {
        object.define_hidden(name, self.function(name, length, native)?)
    }
}

/// Refuse, at compile time, a native that captures anything.
pub(crate) const fn captures_nothing<F: Native>() {
    const {
        assert!(
            size_of::<F>() == 0,
            "a native function must not capture anything"
        )
    };
}

pub(crate) unsafe extern "C" fn plain_trampoline<F: Native>(
    ctx: *mut sys::JSContext,
    this: sys::JSValue,
    argc: i32,
    argv: *mut sys::JSValue,
) -> sys::JSValue {
    // SAFETY: the engine's own arguments, no data.
    unsafe { trampoline::<F>(ctx, this, argc, argv, None) }
}

unsafe extern "C" fn data_trampoline<F: Native>(
    ctx: *mut sys::JSContext,
    this: sys::JSValue,
    argc: i32,
    argv: *mut sys::JSValue,
    _magic: i32,
    data: *mut sys::JSValue,
) -> sys::JSValue {
    // SAFETY: function_with makes such functions, with one datum each.
    unsafe { trampoline::<F>(ctx, this, argc, argv, Some(*data)) }
}

unsafe fn trampoline<F: Native>(
    ctx: *mut sys::JSContext,
    this: sys::JSValue,
    argc: i32,
    argv: *mut sys::JSValue,
    data: Option<sys::JSValue>,
) -> sys::JSValue {
    // SAFETY: the engine calls with a live context of ours, and `argc` values
    // at `argv` that live for the call. F is zero-sized (checked where the
    // function is made) and Copy, so a value of it can be made from nothing.
    unsafe {
        let cx = Cx::from_ptr(NonNull::new_unchecked(ctx));
        let native = NonNull::<F>::dangling().as_ref();
        let arguments = if argc > 0 {
            std::slice::from_raw_parts(argv, argc as usize)
        } else {
            &[]
        };
        let call = Call {
            cx,
            this,
            arguments,
            data,
        };
        match catch_unwind(AssertUnwindSafe(|| native(&call))) {
            Ok(Ok(value)) => value.into_raw(),
            Ok(Err(_thrown)) => sys::JS_EXCEPTION,
            Err(panic) => {
                cx.inner().poison(crate::fiber::panic_message(&*panic));
                let _thrown = cx.throw_interrupted();
                sys::JS_EXCEPTION
            }
        }
    }
}
