//! Parts of the host's globals that are written in JavaScript.

use std::sync::OnceLock;

use quickbeam_engine_sys as sys;

use crate::alone::run_alone;
use crate::cx::{Cx, JsResult};
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

    /// Run it: as it is frozen, where the heap was made with it
    /// ([`FrozenCode::of_builtins`](crate::FrozenCode::of_builtins)), else from bytecode.
    ///
    /// # Panics
    /// When the script does not compile: it is part of this library.
    pub fn run<'a>(&self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        if let Some(result) = cx.run_frozen_builtin(self) {
            return result;
        }
        // SAFETY: the bytes come from this very engine, by `compile_in` below.
        unsafe { cx.run_bytecode(self.bytecode()) }
    }

    fn bytecode(&self) -> &[u8] {
        self.bytecode.get_or_init(|| {
            let (name, source) = (self.name, (self.source)());
            // On a stack of its own: whoever needs it may be deep in a script.
            let compiled = run_alone(move |cx| compile(cx, name, &source));
            let (bytecode, _) = compiled.unwrap_or_else(|error| {
                let stack = error.stack.unwrap_or_default();
                panic!("{name}: {}: {}\n{stack}", error.name, error.message)
            });
            bytecode
        })
    }

    /// Its bytecode, made in this heap.
    pub(crate) fn compile_in(&self, cx: Cx<'_>) -> JsResult<Vec<u8>> {
        compile(cx, self.name, &(self.source)())
    }
}

fn compile(cx: Cx<'_>, name: &str, source: &str) -> JsResult<Vec<u8>> {
    let flags =
        sys::JS_WRITE_OBJ_BYTECODE | sys::JS_WRITE_OBJ_STRIP_SOURCE | sys::JS_WRITE_OBJ_STRIP_DEBUG;
    cx.compile_with(source, name, flags)
}
