//! Parts of the host's globals that are written in JavaScript.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult};
use crate::fiber::FiberCache;
use crate::heap::{Heap, HeapOptions};
use crate::region::Budget;
use crate::report::Report;
use crate::value::Value;

/// A script of the host's own, compiled once in a process, in a heap of its own:
/// the heap that asks pays only for what it keeps. Without source and line
/// tables, since no script is to look inside.
pub struct Builtin {
    /// The name in error messages.
    pub name: &'static str,
    source: fn() -> String,
    bytecode: OnceLock<Vec<u8>>,
}

impl Builtin {
    /// `source` makes the text of a classic script; its value is that of the last
    /// expression.
    pub const fn new(name: &'static str, source: fn() -> String) -> Builtin {
        Builtin {
            name,
            source,
            bytecode: OnceLock::new(),
        }
    }

    /// Compile it now, where that has not been done.
    ///
    /// # Panics
    /// When the script does not compile: it is part of this library.
    pub fn compile(&self) {
        self.bytecode();
    }

    fn bytecode(&self) -> &[u8] {
        self.bytecode.get_or_init(|| {
            let (name, source) = (self.name, (self.source)());
            compile(name, source).unwrap_or_else(|error| panic!("{name}: {error}"))
        })
    }

    /// Run it.
    pub fn run<'a>(&self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        // SAFETY: the bytes come from this very engine, by `compile` below.
        unsafe { cx.run_bytecode(self.bytecode()) }
    }
}

/// On a stack of its own: whoever needs it may be deep in a script.
fn compile(name: &'static str, source: String) -> Result<Vec<u8>, String> {
    const STACK: usize = 1 << 20;
    let options = HeapOptions::default();
    let mut heap = Heap::new(&options, Budget::new(0), FiberCache::new(STACK))
        .ok_or("no memory to compile it")?;
    let compiled = Arc::new(Mutex::new(Err("it did not run".to_owned())));
    let out = compiled.clone();
    heap.start(move |cx| {
        let flags = sys::JS_WRITE_OBJ_BYTECODE
            | sys::JS_WRITE_OBJ_STRIP_SOURCE
            | sys::JS_WRITE_OBJ_STRIP_DEBUG;
        let result = cx.compile_with(&source, name, flags).map_err(|thrown| {
            let report = Report::of(cx, &cx.catch(thrown));
            let stack = report.stack.unwrap_or_default();
            format!("{}: {}\n{stack}", report.name, report.message)
        });
        *out.lock().unwrap_or_else(PoisonError::into_inner) = result;
    });
    drop(heap);
    std::mem::replace(
        &mut *compiled.lock().unwrap_or_else(PoisonError::into_inner),
        Err(String::new()),
    )
}
