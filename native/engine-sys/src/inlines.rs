//! What `quickjs.h` has as macros or static inline functions, for the 64-bit
//! (not NaN-boxed) representation: a tag and a union of 16 bytes in all.
#![allow(non_snake_case)]

use crate::bindings::*;

/// A value that is only read; in C a distinct type in checked builds only.
pub const JS_NULL: JSValue = JS_MKVAL(JS_TAG_NULL, 0);
pub const JS_UNDEFINED: JSValue = JS_MKVAL(JS_TAG_UNDEFINED, 0);
pub const JS_FALSE: JSValue = JS_MKVAL(JS_TAG_BOOL, 0);
pub const JS_TRUE: JSValue = JS_MKVAL(JS_TAG_BOOL, 1);
pub const JS_EXCEPTION: JSValue = JS_MKVAL(JS_TAG_EXCEPTION, 0);

/// `JS_MKVAL`: a value without a reference count.
pub const fn JS_MKVAL(tag: i32, int32: i32) -> JSValue {
    JSValue {
        u: JSValueUnion { int32 },
        tag: tag as i64,
    }
}

/// `JS_NewFloat64`: always the float representation.
pub const fn JS_NewFloat64(float64: f64) -> JSValue {
    JSValue {
        u: JSValueUnion { float64 },
        tag: JS_TAG_FLOAT64 as i64,
    }
}

/// `JS_NewBool`.
pub const fn JS_NewBool(value: bool) -> JSValue {
    JS_MKVAL(JS_TAG_BOOL, value as i32)
}

/// `JS_NewInt64`: an int32 where it fits, else a float.
pub const fn JS_NewInt64(value: i64) -> JSValue {
    if value >= i32::MIN as i64 && value <= i32::MAX as i64 {
        JS_MKVAL(JS_TAG_INT, value as i32)
    } else {
        JS_NewFloat64(value as f64)
    }
}

/// `JS_VALUE_GET_TAG`.
pub const fn JS_VALUE_GET_TAG(value: JSValue) -> i32 {
    value.tag as i32
}

/// `JS_IsException`.
pub const fn JS_IsException(value: JSValue) -> bool {
    value.tag as i32 == JS_TAG_EXCEPTION
}

/// `JS_IsObject`.
pub const fn JS_IsObject(value: JSValue) -> bool {
    value.tag as i32 == JS_TAG_OBJECT
}
