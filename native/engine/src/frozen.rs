//! Code that many heaps share: compiled once, then only read, on whatever threads.
//!
//! A heap made with it has the atoms, bytecode, constants, debug tables and source of
//! its scripts for nothing; running one makes closures and variables, as evaluating
//! its text would. Code may lie upon other frozen code: a heap that is made with it has
//! that as well.

use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;

use quickbeam_engine_sys as sys;

use crate::alone::{run_alone, run_alone_with};
use crate::builtin::Builtin;
use crate::cover::Layout;
use crate::cx::{Cx, JsResult, Thrown};
use crate::heap::{Heap, HeapOptions};
use crate::module::ModuleLoader;
use crate::region::Region;
use crate::report::Report;
use crate::value::Value;

/// Frozen scripts and modules, in the memory of the heap that has read them.
pub struct FrozenCode {
    code: NonNull<sys::JSFrozenCode>,
    /// The index of its first script: those below come before.
    first: usize,
    scripts: usize,
    /// Of code that counts what runs, in heaps that do.
    layout: Option<Layout>,
    /// What the scripts are, where they are the host's own.
    builtins: &'static [&'static Builtin],
    region: Box<Region>,
    /// Last: the atoms of this code go on after those of that.
    below: Option<Arc<FrozenCode>>,
}

// SAFETY: nothing in the region is written any more until it is given back, when
// nobody refers to this.
unsafe impl Send for FrozenCode {}
// SAFETY: as Send; the engine only reads what is immortal, and adds regular expressions
// by atomic operations.
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
    /// Compile and freeze scripts and modules, in this order. What a module imports is
    /// looked for by the loader of the heap that it is loaded in.
    pub fn compile(scripts: Vec<Script>) -> Result<Arc<FrozenCode>, Report> {
        FrozenCode::compile_upon(None, scripts, false)
    }

    /// As [`FrozenCode::compile`], upon other frozen code; `covered` for heaps that count
    /// what runs.
    pub fn compile_upon(
        below: Option<Arc<FrozenCode>>,
        scripts: Vec<Script>,
        covered: bool,
    ) -> Result<Arc<FrozenCode>, Report> {
        let options = HeapOptions {
            frozen: below.clone(),
            cover: covered.then(Layout::default),
            ..HeapOptions::default()
        };
        let (compiled, heap) = run_alone_with(
            &options,
            |_| {},
            move |cx| {
                let compile = |script| compile(cx, script);
                scripts
                    .into_iter()
                    .map(compile)
                    .collect::<JsResult<Vec<Compiled>>>()
            },
        )?;
        FrozenCode::freeze(below, compiled, &[], heap.layout())
    }

    /// Compile and freeze scripts of the host's own, without source and line tables:
    /// in a heap made with this or upon it, [`Builtin::run`] reads nothing.
    pub fn of_builtins(builtins: &'static [&'static Builtin]) -> Result<Arc<FrozenCode>, Report> {
        let (compiled, _) = run_alone(move |cx| {
            let compile = |builtin: &&Builtin| builtin.compile_in(cx).map(Compiled::Bytecode);
            builtins
                .iter()
                .map(compile)
                .collect::<JsResult<Vec<Compiled>>>()
        })?;
        FrozenCode::freeze(None, compiled, builtins, None)
    }

    /// In a heap of its own, without what compiling leaves behind.
    fn freeze(
        below: Option<Arc<FrozenCode>>,
        compiled: Vec<Compiled>,
        builtins: &'static [&'static Builtin],
        layout: Option<Layout>,
    ) -> Result<Arc<FrozenCode>, Report> {
        let scripts = compiled.len();
        let options = HeapOptions {
            frozen: below.clone(),
            cover: layout,
            ..HeapOptions::default()
        };
        let prepare = |heap: &mut Heap| heap.set_module_loader(Rc::new(Later));
        let (code, heap) = run_alone_with(&options, prepare, move |cx| {
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
            first: below
                .as_ref()
                .map_or(0, |below| below.first + below.scripts),
            scripts,
            layout: heap.layout(),
            builtins,
            region: heap.into_region(),
            below,
        }))
    }

    /// How many scripts there are.
    pub fn scripts(&self) -> usize {
        self.scripts
    }

    /// Bytes that it takes, without those of the code below: they grow while the first
    /// heap runs it ([`Cx::sharing_regexps`]).
    pub fn bytes(&self) -> usize {
        // SAFETY: reads an atomic counter of live code.
        self.region.chunk_bytes() + unsafe { sys::JS_GetFrozenRegExpSize(self.as_ptr()) }
    }

    pub(crate) fn layout(&self) -> Option<Layout> {
        self.layout.clone()
    }

    /// The index of a script of the host's own in here or below.
    fn find(&self, builtin: &Builtin) -> Option<usize> {
        let mut builtins = self.builtins.iter();
        match builtins.position(|own| std::ptr::eq(*own, builtin)) {
            Some(index) => Some(self.first + index),
            None => self.below.as_ref()?.find(builtin),
        }
    }

    pub(crate) fn as_ptr(&self) -> *const sys::JSFrozenCode {
        self.code.as_ptr()
    }
}

impl Drop for FrozenCode {
    fn drop(&mut self) {
        // SAFETY: each heap that was made with the code, and each code upon it, keeps
        // it: nobody is left, and its region is given back after this.
        unsafe { sys::JS_FreeFrozenCode(self.code.as_ptr()) }
    }
}

impl<'a> Cx<'a> {
    /// Run the start of the code that the heap was made with. The regular expressions
    /// that it compiles serve all heaps that were made with the code.
    pub fn sharing_regexps<R>(self, start: impl FnOnce() -> R) -> R {
        // SAFETY: sets a flag of a live context.
        let before = unsafe { sys::JS_SetSharingRegExps(self.as_ptr(), true) };
        let result = start();
        // SAFETY: as above.
        unsafe { sys::JS_SetSharingRegExps(self.as_ptr(), before) };
        result
    }

    /// Run script `index` of the code that the heap was made with: its completion
    /// value, or a promise of `{ value }` where it is asynchronous.
    pub fn run_frozen(self, index: usize) -> JsResult<Value<'a>> {
        let index = self.frozen_index(index);
        // SAFETY: the heap keeps its frozen code.
        unsafe { Value::from_result(self, sys::JS_RunFrozen(self.as_ptr(), index)) }
    }

    /// Run a script of the host's own; `None` where the heap was not made with it.
    pub(crate) fn run_frozen_builtin(self, builtin: &Builtin) -> Option<JsResult<Value<'a>>> {
        let index = self.inner().frozen()?.find(builtin)?;
        // SAFETY: the heap keeps its frozen code.
        Some(unsafe { Value::from_result(self, sys::JS_RunFrozen(self.as_ptr(), index as i32)) })
    }

    /// What the engine calls script `index` of the code that the heap was made with.
    fn frozen_index(self, index: usize) -> i32 {
        let first = self.inner().frozen().map_or(0, |frozen| frozen.first);
        i32::try_from(first.saturating_add(index)).unwrap_or(i32::MAX)
    }

    /// Load module `index` of the code that the heap was made with, under its name;
    /// [`Cx::evaluate_module`] follows.
    pub fn load_frozen_module(self, index: usize) -> JsResult<()> {
        let index = self.frozen_index(index);
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

/// Takes what modules import for granted: it is found, and linked with, where they run.
struct Later;

impl ModuleLoader for Later {
    fn resolve(&self, _cx: Cx<'_>, _referrer: &str, specifier: &str) -> JsResult<String> {
        Ok(format!("import {specifier}"))
    }

    fn load(&self, cx: Cx<'_>, name: &str, _kind: Option<&str>) -> JsResult<()> {
        cx.synthetic_module(name, &[])
    }

    fn evaluate<'a>(&self, _cx: Cx<'a>, _name: &str) -> JsResult<Vec<(String, Value<'a>)>> {
        Ok(Vec::new())
    }
}

/// A pointer on its way out of a fiber, with the heap that it points into.
struct Sent(NonNull<sys::JSFrozenCode>);
// SAFETY: used only together with its heap, which is Send.
unsafe impl Send for Sent {}
