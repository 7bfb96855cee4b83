//! Properties of prototypes and namespaces as static tables: the engine makes
//! a member when a script first touches it, so one that nobody uses costs some
//! forty bytes.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult};
use crate::function::{Native, captures_nothing, plain_trampoline};
use crate::value::Value;

/// What makes a lazy property: a function item.
pub trait Make: for<'a> Fn(Cx<'a>) -> JsResult<Value<'a>> + Copy + 'static {}
impl<F: for<'a> Fn(Cx<'a>) -> JsResult<Value<'a>> + Copy + 'static> Make for F {}

/// One property. Tables of them live as long as the process.
#[repr(transparent)]
pub struct Member(sys::JSCFunctionListEntry);

// SAFETY: static names and function pointers, never written.
unsafe impl Sync for Member {}

const OPERATION: u32 = sys::JS_PROP_C_W_E;
const METHOD: u32 = sys::JS_PROP_CONFIGURABLE | sys::JS_PROP_WRITABLE;
const ATTRIBUTE: u32 = sys::JS_PROP_CONFIGURABLE | sys::JS_PROP_ENUMERABLE;

impl Member {
    /// The property's name.
    pub fn name(&self) -> &'static str {
        // SAFETY: every constructor below takes a static C string.
        let name = unsafe { CStr::from_ptr(self.0.name) };
        name.to_str().unwrap_or_default()
    }

    /// A function as Web IDL has its operations: enumerable.
    pub const fn operation<F: Native>(name: &'static CStr, length: u8, native: F) -> Member {
        Member::function(name, length, native, OPERATION)
    }

    /// A function as ECMAScript has its methods: not enumerable.
    pub const fn method<F: Native>(name: &'static CStr, length: u8, native: F) -> Member {
        Member::function(name, length, native, METHOD)
    }

    const fn function<F: Native>(
        name: &'static CStr,
        length: u8,
        _native: F,
        flags: u32,
    ) -> Member {
        captures_nothing::<F>();
        Member(sys::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: flags as u8,
            def_type: sys::JS_DEF_CFUNC as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 {
                func: sys::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_1 {
                    length,
                    cproto: sys::JS_CFUNC_generic as u8,
                    cfunc: sys::JSCFunctionType {
                        generic: Some(plain_trampoline::<F>),
                    },
                },
            },
        })
    }

    /// A read-only attribute: an accessor without setter, enumerable.
    pub const fn attribute<F: Native>(name: &'static CStr, _native: F) -> Member {
        captures_nothing::<F>();
        Member(sys::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: ATTRIBUTE as u8,
            def_type: sys::JS_DEF_CGETSET as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 {
                getset: sys::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_2 {
                    get: sys::JSCFunctionType {
                        getter: Some(getter_trampoline::<F>),
                    },
                    set: sys::JSCFunctionType { setter: None },
                },
            },
        })
    }

    /// An attribute with a setter, enumerable. The setter finds the new value in
    /// argument 0; what it returns is ignored.
    pub const fn accessor<G: Native, S: Native>(
        name: &'static CStr,
        _getter: G,
        _setter: S,
    ) -> Member {
        captures_nothing::<G>();
        captures_nothing::<S>();
        Member(sys::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: ATTRIBUTE as u8,
            def_type: sys::JS_DEF_CGETSET as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 {
                getset: sys::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_2 {
                    get: sys::JSCFunctionType {
                        getter: Some(getter_trampoline::<G>),
                    },
                    set: sys::JSCFunctionType {
                        setter: Some(setter_trampoline::<S>),
                    },
                },
            },
        })
    }

    /// A constant of an interface: read-only, enumerable, fixed. Web IDL wants it
    /// on the constructor and on the prototype.
    pub const fn constant(name: &'static CStr, value: i32) -> Member {
        Member(sys::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: sys::JS_PROP_ENUMERABLE as u8,
            def_type: sys::JS_DEF_PROP_INT32 as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 { i32_: value },
        })
    }

    /// The same function object as the member `of` above it in the table
    /// (`[Symbol.iterator]` of `entries`): not enumerable.
    pub const fn alias(name: &'static CStr, of: &'static CStr) -> Member {
        Member(sys::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: METHOD as u8,
            def_type: sys::JS_DEF_ALIAS as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 {
                alias: sys::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_3 {
                    name: of.as_ptr(),
                    base: -1,
                },
            },
        })
    }

    /// A property whose value is made when a script first asks for it. If that
    /// throws, the next touch tries again.
    pub const fn lazy<F: Make>(name: &'static CStr, make: F) -> Member {
        Member::lazily(name, make, METHOD)
    }

    /// As [`Member::lazy`], enumerable.
    pub const fn lazy_attribute<F: Make>(name: &'static CStr, make: F) -> Member {
        Member::lazily(name, make, OPERATION)
    }

    const fn lazily<F: Make>(name: &'static CStr, _make: F, flags: u32) -> Member {
        const { assert!(size_of::<F>() == 0, "a maker must not capture anything") };
        Member(sys::JSCFunctionListEntry {
            name: name.as_ptr(),
            prop_flags: flags as u8,
            def_type: sys::JS_DEF_LAZY as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 {
                lazy: Some(lazy_trampoline::<F>),
            },
        })
    }

    /// `Symbol.toStringTag`.
    pub const fn tag(text: &'static CStr) -> Member {
        Member(sys::JSCFunctionListEntry {
            name: c"[Symbol.toStringTag]".as_ptr(),
            prop_flags: sys::JS_PROP_CONFIGURABLE as u8,
            def_type: sys::JS_DEF_PROP_STRING as u8,
            magic: 0,
            u: sys::JSCFunctionListEntry__bindgen_ty_1 {
                str_: text.as_ptr(),
            },
        })
    }
}

impl<'a> Cx<'a> {
    /// Define `members` on `object`, which must have none of them yet.
    pub fn define_members(self, object: &Value<'a>, members: &'static [Member]) -> JsResult<()> {
        // SAFETY: Member is transparent over the entry; the table is static, as
        // the engine's lazy properties want.
        let status = unsafe {
            sys::JS_SetPropertyFunctionList(
                self.as_ptr(),
                object.raw(),
                members.as_ptr().cast(),
                members.len() as i32,
            )
        };
        self.check(status)
    }

    /// A constructor that must be called with `new`, its prototype holding
    /// `members`. `native` reads new.target by [`crate::Call::this`].
    pub fn class<F: Native>(
        self,
        name: &CStr,
        length: i32,
        _native: F,
        members: &'static [Member],
    ) -> JsResult<Value<'a>> {
        captures_nothing::<F>();
        let prototype = self.object()?;
        self.define_members(&prototype, members)?;
        // SAFETY: the engine copies the name; the trampoline has the signature
        // it wants; live values.
        unsafe {
            let raw = sys::JS_NewCFunction2(
                self.as_ptr(),
                Some(plain_trampoline::<F>),
                name.as_ptr(),
                length,
                sys::JS_CFUNC_constructor,
                0,
            );
            let constructor = Value::from_result(self, raw)?;
            let status = sys::JS_SetConstructor(self.as_ptr(), constructor.raw(), prototype.raw());
            self.check(status)?;
            Ok(constructor)
        }
    }
}

/// What [`Cx::subclass`] makes a constructor of.
pub struct ClassMembers {
    /// Properties of the prototype.
    pub instance: &'static [Member],
    /// Properties of the constructor itself.
    pub statics: &'static [Member],
}

impl<'a> Cx<'a> {
    /// As [`Cx::class`], with static members and the constructor of another class
    /// to inherit from.
    pub fn subclass<F: Native>(
        self,
        name: &CStr,
        length: i32,
        native: F,
        members: &ClassMembers,
        parent: Option<&Value<'a>>,
    ) -> JsResult<Value<'a>> {
        let constructor = self.class(name, length, native, members.instance)?;
        self.define_members(&constructor, members.statics)?;
        if let Some(parent) = parent {
            constructor.set_prototype(parent)?;
            constructor
                .get("prototype")?
                .set_prototype(&parent.get("prototype")?)?;
        }
        Ok(constructor)
    }
}

unsafe extern "C" fn setter_trampoline<F: Native>(
    ctx: *mut sys::JSContext,
    this: sys::JSValue,
    mut value: sys::JSValue,
) -> sys::JSValue {
    // SAFETY: the engine's own arguments; one argument, alive for the call.
    unsafe { plain_trampoline::<F>(ctx, this, 1, &mut value) }
}

unsafe extern "C" fn getter_trampoline<F: Native>(
    ctx: *mut sys::JSContext,
    this: sys::JSValue,
) -> sys::JSValue {
    // SAFETY: the engine's own arguments; no argument vector.
    unsafe { plain_trampoline::<F>(ctx, this, 0, NonNull::dangling().as_ptr()) }
}

unsafe extern "C" fn lazy_trampoline<F: Make>(
    ctx: *mut sys::JSContext,
    _name: *const c_char,
    _magic: i32,
) -> sys::JSValue {
    // SAFETY: the engine calls with a live context of ours. F is zero-sized
    // (checked where the entry is made) and Copy.
    unsafe {
        let cx = Cx::from_ptr(NonNull::new_unchecked(ctx));
        let make = NonNull::<F>::dangling().as_ref();
        match catch_unwind(AssertUnwindSafe(|| make(cx))) {
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
