//! A bare engine for the tests of budgets and kills.
#![allow(dead_code)]

use quickbeam_engine_sys::*;
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr::null_mut;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
}

/// CPU time of this thread in nanoseconds: a busy machine does not show in it.
pub fn cpu_time() -> i64 {
    const CLOCK_THREAD_CPUTIME_ID: c_int = 3;
    let mut time = Timespec {
        seconds: 0,
        nanoseconds: 0,
    };
    unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.seconds * 1_000_000_000 + time.nanoseconds
}

/// What the interrupt handler saw, and when it is to kill (1 = first question).
#[derive(Default)]
pub struct Watch {
    pub asked: u64,
    pub kill_at: u64,
    pub last: i64,
    pub gap: i64,
}

impl Watch {
    pub fn note(&mut self) {
        self.gap = self.gap.max(cpu_time() - self.last);
        self.last = cpu_time();
    }
}

unsafe extern "C" fn ask(_rt: *mut JSRuntime, opaque: *mut c_void) -> c_int {
    let watch = unsafe { &mut *opaque.cast::<Watch>() };
    watch.note();
    watch.asked += 1;
    (watch.asked == watch.kill_at) as c_int
}

/// Fails the test by a flag that a host can read: JS ran on after the kill.
unsafe extern "C" fn mark(
    ctx: *mut JSContext,
    _this: JSValue,
    _argc: c_int,
    _argv: *mut JSValue,
) -> JSValue {
    if unsafe { JS_GetContextKill(ctx) } != JS_CONTEXT_KILL_NONE {
        std::process::abort();
    }
    JS_UNDEFINED
}

unsafe extern "C" fn gc(
    ctx: *mut JSContext,
    _this: JSValue,
    _argc: c_int,
    _argv: *mut JSValue,
) -> JSValue {
    unsafe { JS_RunGC(JS_GetRuntime(ctx)) };
    JS_UNDEFINED
}

pub struct Engine {
    pub rt: *mut JSRuntime,
    pub ctx: *mut JSContext,
    pub watch: Box<Watch>,
}

impl Engine {
    pub fn new() -> Engine {
        unsafe {
            let rt = JS_NewRuntime();
            let ctx = JS_NewContext(rt);
            let mut watch = Box::<Watch>::default();
            JS_SetInterruptHandler(rt, Some(ask), (&mut *watch as *mut Watch).cast());
            let global = JS_GetGlobalObject(ctx);
            for (name, function) in [
                (c"mark", mark as unsafe extern "C" fn(_, _, _, _) -> _),
                (c"gc", gc),
            ] {
                let value =
                    JS_NewCFunction2(ctx, Some(function), name.as_ptr(), 0, JS_CFUNC_generic, 0);
                JS_SetPropertyStr(ctx, global, name.as_ptr(), value);
            }
            JS_FreeValue(ctx, global);
            Engine { rt, ctx, watch }
        }
    }

    fn eval_value(&mut self, source: &str, flags: u32) -> JSValue {
        let source = CString::new(source).unwrap();
        let length = source.as_bytes().len();
        unsafe {
            JS_Eval(
                self.ctx,
                source.as_ptr(),
                length as _,
                c"test".as_ptr(),
                flags as _,
            )
        }
    }

    /// True if the script ended without an exception; its value is dropped.
    pub fn eval(&mut self, source: &str, module: bool) -> bool {
        let flags = if module {
            JS_EVAL_TYPE_MODULE
        } else {
            JS_EVAL_TYPE_GLOBAL
        };
        let value = self.eval_value(source, flags);
        unsafe { JS_FreeValue(self.ctx, value) };
        !JS_IsException(value)
    }

    /// Calls the global function `name`: true if it ended without an exception.
    /// Nothing is compiled, so that only what runs is counted.
    pub fn call(&mut self, name: &CStr) -> bool {
        unsafe {
            let global = JS_GetGlobalObject(self.ctx);
            let function = JS_GetPropertyStr(self.ctx, global, name.as_ptr());
            let value = JS_Call(self.ctx, function, JS_UNDEFINED, 0, null_mut());
            JS_FreeValue(self.ctx, function);
            JS_FreeValue(self.ctx, global);
            JS_FreeValue(self.ctx, value);
            !JS_IsException(value)
        }
    }

    /// The value of a script as a string.
    pub fn text(&mut self, source: &str) -> Option<String> {
        let value = self.eval_value(source, JS_EVAL_TYPE_GLOBAL);
        let text = self.text_of(value);
        unsafe { JS_FreeValue(self.ctx, value) };
        text
    }

    pub fn text_of(&mut self, value: JSValue) -> Option<String> {
        if JS_IsException(value) {
            return None;
        }
        unsafe {
            let chars = JS_ToCStringLen2(self.ctx, null_mut(), value, false);
            if chars.is_null() {
                return None;
            }
            let text = CStr::from_ptr(chars).to_string_lossy().into_owned();
            JS_FreeCString(self.ctx, chars);
            Some(text)
        }
    }

    /// Runs one job: less than 0 failed, 0 none left.
    pub fn job(&mut self) -> c_int {
        let mut ctx = null_mut();
        unsafe { JS_ExecutePendingJob(self.rt, &mut ctx) }
    }

    pub fn killed(&self) -> JSContextKill {
        unsafe { JS_GetContextKill(self.ctx) }
    }

    pub fn count(&self) -> u64 {
        unsafe { JS_GetContextReductionCount(self.ctx) }
    }

    /// Starts a new budget; 0 is none.
    pub fn limit(&mut self, limit: u64) {
        unsafe {
            JS_ResetContextReductionCount(self.ctx);
            JS_SetContextReductionLimit(self.ctx, limit);
        }
    }

    /// Ends the kill and drops the exception, whose own message it gives.
    pub fn clear(&mut self) -> Option<String> {
        unsafe {
            JS_ClearContextKill(self.ctx);
            let error = JS_GetException(self.ctx);
            let message = if JS_IsObject(error) {
                let value = JS_GetPropertyStr(self.ctx, error, c"message".as_ptr());
                let message = self.text_of(value);
                JS_FreeValue(self.ctx, value);
                message
            } else {
                None
            };
            JS_FreeValue(self.ctx, error);
            message
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        unsafe {
            JS_FreeContext(self.ctx);
            JS_FreeRuntime(self.rt); // asserts that nothing leaked
        }
    }
}
