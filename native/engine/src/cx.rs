//! The right to run JS in a heap, and everything it can make.

use std::any::Any;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::rc::Rc;

use quickbeam_engine_sys as sys;

use crate::heap::Inner;
use crate::root::{Alive, Root};
use crate::value::{Atom, Value};

/// A borrow of a heap by the thread that runs it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    ctx: NonNull<sys::JSContext>,
    /// Invariant, so that no lifetime can shrink to another heap's: values of two
    /// heaps do not mix. And not Send.
    heap: PhantomData<Brand<'a>>,
}

/// Neither shrinks nor grows with `'a`, and is not Send.
type Brand<'a> = (fn(&'a ()) -> &'a (), *const ());

/// An exception is pending in the context; [`Cx::catch`] takes it.
#[derive(Debug)]
#[must_use]
pub struct Thrown(());

/// What every operation that can run JS answers.
pub type JsResult<T> = Result<T, Thrown>;

impl Thrown {
    /// Say that C code has left an exception pending.
    pub(crate) fn pending() -> Thrown {
        Thrown(())
    }
}

/// The native error constructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    Error,
    Type,
    Range,
    Syntax,
    Reference,
    Internal,
}

impl<'a> Cx<'a> {
    /// # Safety
    /// `ctx` must be the context of a [`crate::Heap`] that stays alive and with
    /// this thread for `'a`.
    pub(crate) unsafe fn from_ptr(ctx: NonNull<sys::JSContext>) -> Self {
        Cx {
            ctx,
            heap: PhantomData,
        }
    }

    pub(crate) fn as_ptr(self) -> *mut sys::JSContext {
        self.ctx.as_ptr()
    }

    pub(crate) fn inner(self) -> &'a Inner {
        // SAFETY: every context of ours has its Inner as opaque, which lives as
        // long as the heap.
        unsafe { &*sys::JS_GetContextOpaque(self.as_ptr()).cast::<Inner>() }
    }

    pub(crate) fn alive(self) -> &'a Rc<Alive> {
        self.inner().alive()
    }

    /// Turn a C status (negative = exception) into a result.
    pub(crate) fn check(self, status: i32) -> JsResult<()> {
        if status < 0 {
            Err(Thrown::pending())
        } else {
            Ok(())
        }
    }

    // ---- extensions --------------------------------------------------------

    /// What the embedder keeps with this heap under the type `T`.
    pub fn extension<T: Any>(self) -> Option<&'a T> {
        self.inner().extension::<T>()
    }

    // ---- making values -----------------------------------------------------

    pub fn undefined(self) -> Value<'a> {
        self.plain(sys::JS_UNDEFINED)
    }

    pub fn null(self) -> Value<'a> {
        self.plain(sys::JS_NULL)
    }

    pub fn boolean(self, value: bool) -> Value<'a> {
        self.plain(sys::JS_NewBool(value))
    }

    /// A Number of an integer; exact within ±2^53.
    pub fn integer(self, value: i64) -> Value<'a> {
        self.plain(sys::JS_NewInt64(value))
    }

    /// A Number. An integral value within int32 gets the engine's int form, as
    /// the engine's own arithmetic would give it; −0 stays −0.
    pub fn number(self, value: f64) -> Value<'a> {
        // SAFETY: makes a value without reference count.
        self.plain(unsafe { sys::JS_NewNumber(self.as_ptr(), value) })
    }

    fn plain(self, raw: sys::JSValue) -> Value<'a> {
        // SAFETY: values without a reference count belong to any heap.
        unsafe { Value::from_raw(self, raw) }
    }

    pub fn string(self, text: &str) -> JsResult<Value<'a>> {
        // SAFETY: pointer and length of a str; the engine copies it.
        unsafe {
            let raw = sys::JS_NewStringLen(self.as_ptr(), text.as_ptr().cast(), text.len());
            Value::from_result(self, raw)
        }
    }

    /// A string of UTF-16 code units, lone surrogates as they are.
    pub fn string_of_units(self, units: &[u16]) -> JsResult<Value<'a>> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            let raw = sys::JS_NewStringUTF16(self.as_ptr(), units.as_ptr(), units.len());
            Value::from_result(self, raw)
        }
    }

    /// A BigInt of sign and magnitude (32-bit words, least significant first).
    pub fn bigint(self, negative: bool, words: &[u32]) -> JsResult<Value<'a>> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            let raw = sys::JS_NewBigIntWords(self.as_ptr(), negative, words.len(), words.as_ptr());
            Value::from_result(self, raw)
        }
    }

    pub fn object(self) -> JsResult<Value<'a>> {
        // SAFETY: makes a new object.
        unsafe { Value::from_result(self, sys::JS_NewObject(self.as_ptr())) }
    }

    pub fn array(self) -> JsResult<Value<'a>> {
        // SAFETY: makes a new array.
        unsafe { Value::from_result(self, sys::JS_NewArray(self.as_ptr())) }
    }

    /// A new Uint8Array with a buffer of its own.
    pub fn uint8_array(self, bytes: &[u8]) -> JsResult<Value<'a>> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            let raw = sys::JS_NewUint8ArrayCopy(self.as_ptr(), bytes.as_ptr(), bytes.len());
            Value::from_result(self, raw)
        }
    }

    /// A new ArrayBuffer.
    pub fn array_buffer(self, bytes: &[u8]) -> JsResult<Value<'a>> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            let raw = sys::JS_NewArrayBufferCopy(self.as_ptr(), bytes.as_ptr(), bytes.len());
            Value::from_result(self, raw)
        }
    }

    /// A new Date, in milliseconds since 1970-01-01 UTC.
    pub fn date(self, epoch_ms: f64) -> JsResult<Value<'a>> {
        // SAFETY: makes a new object.
        unsafe { Value::from_result(self, sys::JS_NewDate(self.as_ptr(), epoch_ms)) }
    }

    /// A new Set.
    pub fn set(self, items: &[Value<'a>]) -> JsResult<Value<'a>> {
        let mut raw: Vec<sys::JSValue> = items.iter().map(Value::raw).collect();
        // SAFETY: live values, borrowed for the call.
        unsafe {
            let raw = sys::JS_NewSetFrom(self.as_ptr(), raw.len(), raw.as_mut_ptr());
            Value::from_result(self, raw)
        }
    }

    /// A pending promise with its resolving functions (resolve, reject).
    pub fn promise(self) -> JsResult<(Value<'a>, Value<'a>, Value<'a>)> {
        let mut functions = [sys::JS_UNDEFINED; 2];
        // SAFETY: on success the three references are ours.
        unsafe {
            let raw = sys::JS_NewPromiseCapability(self.as_ptr(), functions.as_mut_ptr());
            let promise = Value::from_result(self, raw)?;
            let [resolve, reject] = functions.map(|raw| Value::from_raw(self, raw));
            Ok((promise, resolve, reject))
        }
    }

    pub fn global(self) -> Value<'a> {
        // SAFETY: the global object, with a reference of our own.
        unsafe { Value::from_raw(self, sys::JS_GetGlobalObject(self.as_ptr())) }
    }

    pub(crate) fn atom(self, name: &str) -> JsResult<Atom<'a>> {
        // SAFETY: pointer and length of a str; 0 is JS_ATOM_NULL, an exception.
        let raw = unsafe { sys::JS_NewAtomLen(self.as_ptr(), name.as_ptr().cast(), name.len()) };
        if raw == 0 {
            return Err(Thrown::pending());
        }
        Ok(Atom { cx: self, raw })
    }

    // ---- code --------------------------------------------------------------

    /// Evaluate a classic script. With `asynchronous` top-level await is
    /// allowed; the result is then a promise of `{ value: completion }`.
    pub fn eval(self, code: &str, filename: &str, asynchronous: bool) -> JsResult<Value<'a>> {
        let mut flags = sys::JS_EVAL_TYPE_GLOBAL | sys::JS_EVAL_FLAG_BACKTRACE_BARRIER;
        if asynchronous {
            flags |= sys::JS_EVAL_FLAG_ASYNC;
        }
        self.eval_flags(code, filename, flags)
    }

    /// Evaluate a classic script as [`Cx::run_bytecode`] does what was compiled of it.
    pub fn run_script(self, code: &str, filename: &str) -> JsResult<Value<'a>> {
        self.eval_flags(code, filename, sys::JS_EVAL_TYPE_GLOBAL)
    }

    /// Compile and run an ES module; the result is the promise of its
    /// evaluation.
    pub fn eval_module(self, code: &str, name: &str) -> JsResult<Value<'a>> {
        self.eval_flags(code, name, sys::JS_EVAL_TYPE_MODULE)
    }

    /// `JSON.parse(text)`, past anything that a script may have replaced; `filename`
    /// is for the error's stack.
    pub fn parse_json(self, text: &str, filename: &str) -> JsResult<Value<'a>> {
        let (text, filename) = (
            with_nul(text),
            with_nul(&filename.replace('\0', "\u{FFFD}")),
        );
        // SAFETY: NUL-terminated buffers; the length excludes the NUL.
        unsafe {
            let raw = sys::JS_ParseJSON(
                self.as_ptr(),
                text.as_ptr().cast(),
                text.len() - 1,
                filename.as_ptr().cast(),
            );
            Value::from_result(self, raw)
        }
    }

    /// Compile a classic script to bytecode, without running it. It counts nothing,
    /// also where this heap is covered.
    pub fn compile(self, code: &str, filename: &str) -> JsResult<Vec<u8>> {
        self.uncovered(|| self.compile_with(code, filename, sys::JS_WRITE_OBJ_BYTECODE))
    }

    /// As [`Cx::compile`], written with `flags` of JS_WriteObject.
    pub(crate) fn compile_with(
        self,
        code: &str,
        filename: &str,
        write_flags: u32,
    ) -> JsResult<Vec<u8>> {
        let flags = sys::JS_EVAL_TYPE_GLOBAL | sys::JS_EVAL_FLAG_COMPILE_ONLY;
        let function = self.eval_flags(code, filename, flags)?;
        self.write_bytecode(&function, write_flags)
    }

    pub(crate) fn write_bytecode(self, code: &Value<'a>, flags: u32) -> JsResult<Vec<u8>> {
        let mut size = 0;
        // SAFETY: on success the buffer of `size` bytes is ours to free.
        unsafe {
            let buffer = sys::JS_WriteObject(self.as_ptr(), &mut size, code.raw(), flags as i32);
            if buffer.is_null() {
                return Err(Thrown::pending());
            }
            let bytes = std::slice::from_raw_parts(buffer, size).to_vec();
            sys::js_free(self.as_ptr(), buffer.cast());
            Ok(bytes)
        }
    }

    /// # Safety
    /// As [`Cx::run_bytecode`].
    pub(crate) unsafe fn read_bytecode(self, bytecode: &[u8]) -> JsResult<Value<'a>> {
        // SAFETY: the caller vouches for the bytes.
        unsafe {
            let raw = sys::JS_ReadObject(
                self.as_ptr(),
                bytecode.as_ptr(),
                bytecode.len(),
                sys::JS_READ_OBJ_BYTECODE as i32,
            );
            Value::from_result(self, raw)
        }
    }

    /// Run what [`Cx::compile`] gave.
    ///
    /// # Safety
    /// `bytecode` must come from [`Cx::compile`] of this build: the engine does
    /// not verify bytecode.
    pub unsafe fn run_bytecode(self, bytecode: &[u8]) -> JsResult<Value<'a>> {
        // SAFETY: the caller vouches for the bytes; JS_EvalFunction takes the
        // reference of the function.
        unsafe {
            let function = self.read_bytecode(bytecode)?;
            let raw = sys::JS_EvalFunction(self.as_ptr(), function.into_raw());
            Value::from_result(self, raw)
        }
    }

    pub(crate) fn eval_flags(self, code: &str, filename: &str, flags: u32) -> JsResult<Value<'a>> {
        // The engine wants a NUL after both.
        let code = with_nul(code);
        let filename = with_nul(&filename.replace('\0', "\u{FFFD}"));
        // SAFETY: NUL-terminated buffers; the length excludes the NUL.
        unsafe {
            let raw = sys::JS_Eval(
                self.as_ptr(),
                code.as_ptr().cast(),
                code.len() - 1,
                filename.as_ptr().cast(),
                flags as i32,
            );
            Value::from_result(self, raw)
        }
    }

    // ---- exceptions --------------------------------------------------------

    /// Take the pending exception. An uncatchable one becomes ordinary; a kill
    /// goes on ([`Cx::clear_kill`] ends it).
    pub fn catch(self, _thrown: Thrown) -> Value<'a> {
        // SAFETY: moves the exception out of the context.
        unsafe {
            let thrown = sys::JS_GetException(self.as_ptr());
            sys::JS_ClearUncatchableError(self.as_ptr(), thrown);
            Value::from_raw(self, thrown)
        }
    }

    /// Throw `value`.
    pub fn throw(self, value: Value<'a>) -> Thrown {
        // SAFETY: the reference is given away.
        unsafe { sys::JS_Throw(self.as_ptr(), value.into_raw()) };
        Thrown(())
    }

    /// A new error object with a message of any length and the current stack.
    pub fn error(self, kind: ErrorKind, message: &str) -> JsResult<Value<'a>> {
        let cx = self.as_ptr();
        let format = c"".as_ptr();
        // SAFETY: an empty format string takes no further arguments.
        let error = unsafe {
            let raw = match kind {
                ErrorKind::Error => sys::JS_NewPlainError(cx, format),
                ErrorKind::Type => sys::JS_NewTypeError(cx, format),
                ErrorKind::Range => sys::JS_NewRangeError(cx, format),
                ErrorKind::Syntax => sys::JS_NewSyntaxError(cx, format),
                ErrorKind::Reference => sys::JS_NewReferenceError(cx, format),
                ErrorKind::Internal => sys::JS_NewInternalError(cx, format),
            };
            Value::from_result(self, raw)?
        };
        error.define_hidden("message", self.string(message)?)?;
        Ok(error)
    }

    /// Throw a new error.
    pub fn throw_error(self, kind: ErrorKind, message: &str) -> Thrown {
        match self.error(kind, message) {
            Ok(error) => self.throw(error),
            Err(thrown) => thrown,
        }
    }

    /// Throw an error with a name of its own (`TimeoutError`, say).
    pub fn throw_named(self, name: &str, message: &str) -> Thrown {
        let made = self.error(ErrorKind::Error, message).and_then(|error| {
            error.define_hidden("name", self.string(name)?)?;
            Ok(error)
        });
        match made {
            Ok(error) => self.throw(error),
            Err(thrown) => thrown,
        }
    }

    /// Throw `InternalError: interrupted` so that no script can catch it: for
    /// natives that a kill has reached.
    pub fn throw_interrupted(self) -> Thrown {
        match self.error(ErrorKind::Internal, "interrupted") {
            // SAFETY: marks a live error object, then throws it.
            Ok(error) => unsafe {
                sys::JS_SetUncatchableError(self.as_ptr(), error.raw());
                self.throw(error)
            },
            Err(thrown) => thrown,
        }
    }

    // ---- memory ------------------------------------------------------------

    /// Count `bytes` of the host's memory against this heap's limit. Give them
    /// back with [`Cx::release`].
    pub fn charge(self, bytes: usize) -> JsResult<()> {
        // SAFETY: bookkeeping of a live context.
        self.check(unsafe { sys::JS_ChargeContextMemory(self.as_ptr(), bytes) })
    }

    /// Give back what was charged.
    pub fn release(self, bytes: usize) {
        // SAFETY: bookkeeping of a live runtime.
        unsafe {
            sys::JS_ReleaseContextMemory(sys::JS_GetRuntime(self.as_ptr()), bytes);
        }
    }

    /// Live bytes of the heap.
    pub fn live_bytes(self) -> usize {
        // SAFETY: reads a counter.
        unsafe { sys::JS_GetContextMallocSize(self.as_ptr()) }
    }

    /// Collect cyclic garbage now.
    pub fn collect(self) {
        self.inner().collect();
    }

    // ---- jobs and rejections -----------------------------------------------

    /// Run one promise job: `None` when there was none.
    pub fn run_job(self) -> Option<JsResult<()>> {
        let mut ctx = std::ptr::null_mut();
        // SAFETY: the runtime of a live context.
        let status =
            unsafe { sys::JS_ExecutePendingJob(sys::JS_GetRuntime(self.as_ptr()), &mut ctx) };
        match status {
            0 => None,
            status => Some(self.check(status)),
        }
    }

    /// Promises that were rejected with nobody listening since the last call,
    /// with their reasons.
    pub fn take_unhandled(self) -> Vec<(Root, Root)> {
        let mut unhandled = self.inner().take_unhandled();
        unhandled.retain(|(promise, _)| !promise.get(self).is_handled());
        unhandled
    }

    /// From now on, note the rejected promises that get their first handler.
    pub fn watch_handled(self) {
        self.inner().watch_handled();
    }

    /// Those that have been noted since the last call.
    pub fn take_handled(self) -> Vec<Root> {
        self.inner().take_handled()
    }
}

fn with_nul(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    bytes
}
