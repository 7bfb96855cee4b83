//! Code that many heaps share: compiled once, then only read, on whatever threads.
//!
//! A heap made with it has the atoms, bytecode, constants, debug tables and source of
//! its scripts for nothing; running one makes closures and variables, as evaluating
//! its text would.

use std::ptr::NonNull;
use std::sync::Arc;

use quickbeam_engine_sys as sys;

use crate::alone::run_alone_with;
use crate::cover::Layout;
use crate::cx::{Cx, JsResult, Thrown};
use crate::heap::HeapOptions;
use crate::region::Region;
use crate::report::Report;
use crate::value::Value;

/// Frozen scripts and modules, in the memory of the heap that has read them.
pub struct FrozenCode {
    code: NonNull<sys::JSFrozenCode>,
    scripts: usize,
    /// Of code that counts what runs, in heaps that do.
    layout: Option<Layout>,
    region: Box<Region>,
}

// SAFETY: nothing in the region is written any more until it is given back, when
// nobody refers to this.
unsafe impl Send for FrozenCode {}
// SAFETY: as Send; the engine only reads what is immortal.
unsafe impl Sync for FrozenCode {}

/// Code to freeze: its name in stack traces, which is also a module's, and its text.
pub struct Script {
    pub name: String,
    pub code: String,
    pub kind: ScriptKind,
}

/// How code is to be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptKind {
    /// A classic script.
    Classic,
    /// A classic script with `await` at its top level: running it gives a promise of
    /// `{ value }`.
    Asynchronous,
    Module,
}

impl std::fmt::Debug for FrozenCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrozenCode({} scripts)", self.scripts)
    }
}

/// What the second heap makes code of.
enum Compiled {
    Bytecode(Vec<u8>),
    /// Not compiled yet: reading the bytecode of a module would look for what it
    /// imports.
    Module(Script),
}

impl FrozenCode {
    /// Compile and freeze scripts and modules, in this order.
    pub fn compile(scripts: Vec<Script>) -> Result<Arc<FrozenCode>, Report> {
        FrozenCode::compile_with(scripts, None)
    }

    /// As [`FrozenCode::compile`], for heaps that count what runs.
    pub fn compile_covered(scripts: Vec<Script>) -> Result<Arc<FrozenCode>, Report> {
        FrozenCode::compile_with(scripts, Some(Layout::default()))
    }

    fn compile_with(
        scripts: Vec<Script>,
        cover: Option<Layout>,
    ) -> Result<Arc<FrozenCode>, Report> {
        let options = |cover| HeapOptions {
            cover,
            ..HeapOptions::default()
        };
        let (compiled, heap) = run_alone_with(&options(cover), move |cx| {
            let compile = |script| compile(cx, script);
            scripts
                .into_iter()
                .map(compile)
                .collect::<JsResult<Vec<Compiled>>>()
        })?;
        // A second heap, without what compiling leaves behind.
        let scripts = compiled.len();
        let (code, heap) = run_alone_with(&options(heap.layout()), move |cx| {
            let code = compiled.into_iter().map(|compiled| load(cx, compiled));
            let code = code.collect::<JsResult<Vec<Value<'_>>>>()?;
            let mut raw: Vec<sys::JSValue> = code.into_iter().map(Value::into_raw).collect();
            // SAFETY: code of this heap, whose references are never given back: the
            // heap is not used again, see Heap::into_region.
            let code =
                unsafe { sys::JS_FreezeCode(cx.as_ptr(), raw.len() as i32, raw.as_mut_ptr()) };
            NonNull::new(code).map(Sent).ok_or(Thrown::pending())
        })?;
        Ok(Arc::new(FrozenCode {
            code: code.0,
            scripts,
            layout: heap.layout(),
            region: heap.into_region(),
        }))
    }

    /// How many scripts there are.
    pub fn scripts(&self) -> usize {
        self.scripts
    }

    /// Bytes of the memory that it lies in.
    pub fn bytes(&self) -> usize {
        self.region.chunk_bytes()
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        self.layout.clone()
    }

    pub(crate) fn as_ptr(&self) -> *const sys::JSFrozenCode {
        self.code.as_ptr()
    }
}

impl<'a> Cx<'a> {
    /// Run script `index` of the code that the heap was made with: its completion
    /// value, or a promise of `{ value }` where it is asynchronous.
    pub fn run_frozen(self, index: usize) -> JsResult<Value<'a>> {
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        // SAFETY: the heap keeps its frozen code.
        unsafe { Value::from_result(self, sys::JS_RunFrozen(self.as_ptr(), index)) }
    }

    /// Load module `index` of the code that the heap was made with, under its name;
    /// [`Cx::evaluate_module`] follows.
    pub fn load_frozen_module(self, index: usize) -> JsResult<()> {
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        // SAFETY: the heap keeps its frozen code.
        self.check(unsafe { sys::JS_LoadFrozenModule(self.as_ptr(), index) })
    }
}

fn compile(cx: Cx<'_>, script: Script) -> JsResult<Compiled> {
    let compile = |flags: u32| {
        let flags = flags | sys::JS_EVAL_TYPE_GLOBAL | sys::JS_EVAL_FLAG_COMPILE_ONLY;
        let function = cx.eval_flags(&script.code, &script.name, flags)?;
        let bytecode = cx.write_bytecode(&function, sys::JS_WRITE_OBJ_BYTECODE)?;
        Ok(Compiled::Bytecode(bytecode))
    };
    match script.kind {
        ScriptKind::Classic => compile(0),
        ScriptKind::Asynchronous => compile(sys::JS_EVAL_FLAG_ASYNC),
        ScriptKind::Module => Ok(Compiled::Module(script)),
    }
}

fn load(cx: Cx<'_>, compiled: Compiled) -> JsResult<Value<'_>> {
    match compiled {
        // SAFETY: written by `compile`, in this process.
        Compiled::Bytecode(bytecode) => unsafe { cx.read_bytecode(&bytecode) },
        Compiled::Module(Script { name, code, .. }) => {
            let flags = sys::JS_EVAL_TYPE_MODULE | sys::JS_EVAL_FLAG_COMPILE_ONLY;
            cx.eval_flags(&code, &name, flags)
        }
    }
}

/// A pointer on its way out of a fiber, with the heap that it points into.
struct Sent(NonNull<sys::JSFrozenCode>);
// SAFETY: used only together with its heap, which is Send.
unsafe impl Send for Sent {}
