//! ES modules: finding, loading, linking, evaluating.
//!
//! The engine asks the heap's [`ModuleLoader`] for what a module imports, in the
//! middle of linking. Should another link fail meanwhile, the engine would free what
//! is being linked: so nothing else runs then, and a script that waits is killed.

use std::ffi::{CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::rc::Rc;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, ErrorKind, JsResult, Thrown};
use crate::heap::Heap;
use crate::value::Value;

/// Finds and loads what modules import.
pub trait ModuleLoader {
    /// The name of the module that `specifier` means in the module or script
    /// `referrer`. What answers alike is one module.
    fn resolve(&self, cx: Cx<'_>, referrer: &str, specifier: &str) -> JsResult<String>;

    /// Make the module of that name, by one of [`Cx::compile_module`],
    /// [`Cx::read_module`], [`Cx::synthetic_module`]. `kind` is the import attribute
    /// `type`.
    fn load(&self, cx: Cx<'_>, name: &str, kind: Option<&str>) -> JsResult<()>;

    /// Give a module of [`Cx::synthetic_module`] the values of its exports, when
    /// it is evaluated. This may run scripts.
    fn evaluate<'a>(&self, cx: Cx<'a>, name: &str) -> JsResult<Vec<(String, Value<'a>)>>;
}

impl Heap {
    /// Who finds what modules import.
    pub fn set_module_loader(&mut self, loader: Rc<dyn ModuleLoader>) {
        let inner = self.inner();
        *inner.loader.borrow_mut() = Some(loader);
        let opaque: *mut c_void = (&raw const *inner).cast_mut().cast();
        // SAFETY: Inner is boxed and outlives the runtime; the callbacks have the
        // signatures the engine wants.
        unsafe {
            sys::JS_SetModuleLoaderFunc2(
                inner.runtime(),
                Some(normalize),
                Some(load),
                Some(check_attributes),
                opaque,
            );
        }
    }
}

/// Modules go by their names: the engine frees one that could not be linked,
/// whoever refers to it.
impl<'a> Cx<'a> {
    /// Compile a module without linking it: what it imports is not looked for
    /// yet. It counts as loaded under `name` from now on.
    pub fn compile_module(self, code: &str, name: &str) -> JsResult<()> {
        let flags = sys::JS_EVAL_TYPE_MODULE | sys::JS_EVAL_FLAG_COMPILE_ONLY;
        self.eval_flags(code, name, flags).map(drop)
    }

    /// The bytecode of a module that has not been linked.
    pub fn write_module(self, name: &str) -> JsResult<Vec<u8>> {
        let module = self.module(name)?;
        // SAFETY: a live module, as a value with a reference of its own.
        let value = unsafe { self.module_value(module) };
        self.write_bytecode(&value, sys::JS_WRITE_OBJ_BYTECODE)
    }

    /// As [`Cx::compile_module`], of what [`Cx::write_module`] gave. It has the name
    /// that it was compiled with.
    ///
    /// # Safety
    /// `bytecode` must come from [`Cx::write_module`] of this build: the engine does
    /// not verify bytecode.
    pub unsafe fn read_module(self, bytecode: &[u8]) -> JsResult<()> {
        // SAFETY: the caller vouches for the bytes.
        unsafe { self.read_bytecode(bytecode).map(drop) }
    }

    /// A module whose exports the loader gives by [`ModuleLoader::evaluate`].
    pub fn synthetic_module(self, name: &str, exports: &[String]) -> JsResult<()> {
        let name = c_string(name);
        // SAFETY: NUL-terminated strings that the engine copies; the callback has
        // the signature it wants.
        unsafe {
            let raw = sys::JS_NewCModule(self.as_ptr(), name.as_ptr(), Some(initialize));
            let raw = NonNull::new(raw).ok_or(Thrown::pending())?.as_ptr();
            exports.iter().try_for_each(|export| {
                let export = c_string(export);
                self.check(sys::JS_AddModuleExport(self.as_ptr(), raw, export.as_ptr()))
            })
        }
    }

    /// Link a loaded module, with all that it imports, and evaluate it: the promise
    /// of its evaluation.
    pub fn evaluate_module(self, name: &str) -> JsResult<Value<'a>> {
        if self.inner().loading.get() {
            let message = "a module is being linked";
            return Err(self.throw_error(ErrorKind::Internal, message));
        }
        let module = self.module(name)?;
        // SAFETY: a live module. JS_ResolveModule frees it where it fails, whatever
        // its references, so that one is given up then; JS_EvalFunction takes it.
        unsafe {
            let raw = self.module_value(module).into_raw();
            self.check(sys::JS_ResolveModule(self.as_ptr(), raw))?;
            Value::from_result(self, sys::JS_EvalFunction(self.as_ptr(), raw))
        }
    }

    /// Whether a module of that name is loaded.
    pub fn has_module(self, name: &str) -> JsResult<bool> {
        Ok(self.find_module(name)?.is_some())
    }

    /// `import.meta` of a loaded module.
    pub fn module_meta(self, name: &str) -> JsResult<Value<'a>> {
        let module = self.module(name)?;
        // SAFETY: a live module.
        unsafe {
            let raw = sys::JS_GetImportMeta(self.as_ptr(), module.as_ptr());
            Value::from_result(self, raw)
        }
    }

    /// The namespace object of a module; `None` where it is not loaded or not
    /// linked.
    pub fn module_namespace(self, name: &str) -> JsResult<Option<Value<'a>>> {
        let Some(module) = self.find_module(name)? else {
            return Ok(None);
        };
        // SAFETY: a live module, linked before its namespace is made.
        unsafe {
            if !sys::JS_IsModuleLinked(module.as_ptr()) {
                return Ok(None);
            }
            let raw = sys::JS_GetModuleNamespace(self.as_ptr(), module.as_ptr());
            Value::from_result(self, raw).map(Some)
        }
    }

    /// Let a module be found by another name, so that its old one can be loaded
    /// anew.
    pub fn rename_module(self, name: &str, to: &str) -> JsResult<()> {
        let module = self.module(name)?;
        let to = c_string(to);
        // SAFETY: a live module and a NUL-terminated string.
        self.check(unsafe { sys::JS_RenameModule(self.as_ptr(), module.as_ptr(), to.as_ptr()) })
    }

    fn module(self, name: &str) -> JsResult<NonNull<sys::JSModuleDef>> {
        let missing = || self.throw_error(ErrorKind::Reference, &format!("no module '{name}'"));
        self.find_module(name)?.ok_or_else(missing)
    }

    fn find_module(self, name: &str) -> JsResult<Option<NonNull<sys::JSModuleDef>>> {
        let name = c_string(name);
        // SAFETY: a NUL-terminated string; null with an exception is a failure.
        unsafe {
            let raw = sys::JS_FindLoadedModule(self.as_ptr(), name.as_ptr());
            if raw.is_null() && sys::JS_HasException(self.as_ptr()) {
                return Err(Thrown::pending());
            }
            Ok(NonNull::new(raw))
        }
    }

    /// # Safety
    /// `module` must be a loaded one of this heap, and the value must go before
    /// anything is linked.
    unsafe fn module_value(self, module: NonNull<sys::JSModuleDef>) -> Value<'a> {
        // SAFETY: a module is a reference-counted value; we take a reference.
        unsafe {
            let raw = sys::JSValue {
                u: sys::JSValueUnion {
                    ptr: module.as_ptr().cast(),
                },
                tag: sys::JS_TAG_MODULE.into(),
            };
            Value::from_raw(self, sys::JS_DupValue(self.as_ptr(), raw))
        }
    }
}

fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{FFFD}")).unwrap_or_default()
}

/// Run a callback of the loader; a panic of it ends the context.
fn guarded<'a, R>(cx: Cx<'a>, run: impl FnOnce(&dyn ModuleLoader) -> JsResult<R>) -> JsResult<R> {
    let loader = cx.inner().loader.borrow().clone();
    let Some(loader) = loader else {
        return Err(cx.throw_error(ErrorKind::Reference, "modules cannot be imported here"));
    };
    catch_unwind(AssertUnwindSafe(|| run(&*loader))).unwrap_or_else(|panic| {
        cx.inner().poison(crate::fiber::panic_message(&*panic));
        Err(cx.throw_interrupted())
    })
}

/// As [`guarded`], for a callback in the middle of linking.
fn linking<R>(cx: Cx<'_>, run: impl FnOnce(&dyn ModuleLoader) -> JsResult<R>) -> JsResult<R> {
    let loading = cx.inner().loading.replace(true);
    let result = guarded(cx, run);
    cx.inner().loading.set(loading);
    result
}

/// A string of the engine's, which is UTF-8.
unsafe fn text(raw: *const c_char) -> String {
    // SAFETY: NUL-terminated, alive for the call.
    unsafe { std::ffi::CStr::from_ptr(raw) }
        .to_string_lossy()
        .into_owned()
}

unsafe fn context_of<'a>(ctx: *mut sys::JSContext) -> Cx<'a> {
    // SAFETY: the engine calls with a live context of ours.
    unsafe { Cx::from_ptr(NonNull::new_unchecked(ctx)) }
}

unsafe extern "C" fn normalize(
    ctx: *mut sys::JSContext,
    referrer: *const c_char,
    specifier: *const c_char,
    _opaque: *mut c_void,
) -> *mut c_char {
    // SAFETY: the engine's own arguments; it frees the copy that js_strndup makes.
    unsafe {
        let cx = context_of(ctx);
        let (referrer, specifier) = (text(referrer), text(specifier));
        match linking(cx, |loader| loader.resolve(cx, &referrer, &specifier)) {
            Ok(name) => sys::js_strndup(ctx, name.as_ptr().cast(), name.len()),
            Err(_thrown) => std::ptr::null_mut(),
        }
    }
}

unsafe extern "C" fn load(
    ctx: *mut sys::JSContext,
    name: *const c_char,
    _opaque: *mut c_void,
    attributes: sys::JSValue,
) -> *mut sys::JSModuleDef {
    // SAFETY: the engine's own arguments; attributes are alive for the call.
    unsafe {
        let cx = context_of(ctx);
        let name = text(name);
        let attributes = Value::from_raw(cx, sys::JS_DupValue(ctx, attributes));
        let loaded = kind(&attributes)
            .and_then(|kind| linking(cx, |loader| loader.load(cx, &name, kind.as_deref())))
            .and_then(|()| cx.module(&name));
        match loaded {
            Ok(module) => module.as_ptr(),
            Err(_thrown) => std::ptr::null_mut(),
        }
    }
}

/// The import attribute `type`.
fn kind(attributes: &Value<'_>) -> JsResult<Option<String>> {
    if !attributes.is_object() {
        return Ok(None);
    }
    match attributes.own_data("type")? {
        Some(kind) => kind.to_text().map(Some),
        None => Ok(None),
    }
}

/// AllImportAttributesSupported: only `type` is.
unsafe extern "C" fn check_attributes(
    ctx: *mut sys::JSContext,
    _opaque: *mut c_void,
    attributes: sys::JSValue,
) -> i32 {
    // SAFETY: the engine's own arguments; attributes are alive for the call.
    unsafe {
        let cx = context_of(ctx);
        let attributes = Value::from_raw(cx, sys::JS_DupValue(ctx, attributes));
        let checked = attributes.own_keys(true).and_then(|keys| {
            for index in 0..keys.len() {
                let key = keys.get(index).with_text(|text| text.into_owned())?;
                if key != "type" {
                    let message = format!("import attribute '{key}' is not supported");
                    return Err(cx.throw_error(ErrorKind::Syntax, &message));
                }
            }
            Ok(())
        });
        if checked.is_ok() { 0 } else { -1 }
    }
}

unsafe extern "C" fn initialize(ctx: *mut sys::JSContext, module: *mut sys::JSModuleDef) -> i32 {
    // SAFETY: the engine calls with a live context and module of ours; the atom is
    // a reference of ours; JS_SetModuleExport takes those of the values.
    unsafe {
        let cx = context_of(ctx);
        let atom = sys::JS_GetModuleName(ctx, module);
        let name = Value::from_result(cx, sys::JS_AtomToString(ctx, atom));
        sys::JS_FreeAtom(ctx, atom);
        let exports = name
            .and_then(|name| name.to_text())
            .and_then(|name| guarded(cx, |loader| loader.evaluate(cx, &name)));
        let Ok(exports) = exports else { return -1 };
        for (export, value) in exports {
            let export = c_string(&export);
            // Fails where the module has no such export: nobody can import it.
            sys::JS_SetModuleExport(ctx, module, export.as_ptr(), value.into_raw());
        }
        0
    }
}

/// What [`Heap::set_module_loader`] keeps.
pub(crate) type Loader = std::cell::RefCell<Option<Rc<dyn ModuleLoader>>>;
