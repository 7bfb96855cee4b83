//! Compiled code, taken apart: heads, variables, constants, instructions.

use std::ffi::{CStr, c_char};

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult};
use crate::value::{Value, well_formed};

/// What the compiler made of a script or a function.
pub struct Code<'a> {
    function: Value<'a>,
}

/// What is known of code as a whole. Counts are those of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeHead {
    /// `None` for what has no name; of a script `<eval>`.
    pub name: Option<String>,
    pub filename: Option<String>,
    /// From 1, as the column.
    pub line: i32,
    pub column: i32,
    pub is_strict: bool,
    pub is_generator: bool,
    pub is_async: bool,
    pub arg_count: u16,
    /// The `length` of the function.
    pub defined_arg_count: u16,
    pub var_count: u16,
    pub closure_var_count: u16,
    /// The most values that its stack holds.
    pub stack_size: u16,
    /// Bytes of all instructions.
    pub byte_code_len: u32,
    pub constant_count: u32,
    /// The text of a function; a script's is not kept.
    pub source: Option<String>,
}

/// An argument, a local variable, or one of a function around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeVariable {
    pub name: String,
    /// `var`, `let`, `const`, `function`, `catch`, ...
    pub kind: &'static str,
    /// Where it is: `arg`, `local`, `ref`, `global`, ...
    pub place: &'static str,
    /// Its index there.
    pub index: u32,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    pub name: &'static str,
    /// Bytes up to the next one.
    pub size: u32,
    /// A name or a string; it stands before the numbers.
    pub atom: Option<String>,
    /// Jumps as offsets from the start of the code.
    pub numbers: Vec<i64>,
}

/// A constant that code refers to.
pub enum Constant<'a> {
    Code(Code<'a>),
    Value(Value<'a>),
}

impl<'a> Cx<'a> {
    /// Compile a classic script without running it.
    pub fn compile_code(self, code: &str, filename: &str) -> JsResult<Code<'a>> {
        let flags = sys::JS_EVAL_TYPE_GLOBAL | sys::JS_EVAL_FLAG_COMPILE_ONLY;
        let function = self.uncovered(|| self.eval_flags(code, filename, flags))?;
        Ok(Code { function })
    }

    /// Read what [`Cx::compile`] gave without running it.
    ///
    /// # Safety
    /// As [`Cx::run_bytecode`].
    pub unsafe fn read_code(self, bytecode: &[u8]) -> JsResult<Code<'a>> {
        // SAFETY: the caller vouches for the bytes.
        let function = unsafe { self.read_bytecode(bytecode)? };
        Ok(Code { function })
    }
}

impl<'a> Code<'a> {
    /// What is known of it as a whole. Throws when the native stack is too short for
    /// a caller that goes from here into nested functions by calling itself.
    pub fn head(&self) -> JsResult<CodeHead> {
        let cx = self.function.cx();
        // SAFETY: plain data, for which all-zero is a valid value.
        let mut info: sys::JSCodeInfo = unsafe { std::mem::zeroed() };
        // SAFETY: fills in `info`, whose atoms and source live as long as the code.
        cx.check(unsafe { sys::JS_GetCodeInfo(cx.as_ptr(), self.function.raw(), &mut info) })?;
        let source = (!info.source.is_null()).then(|| {
            // SAFETY: the engine's own text of that length.
            let bytes =
                unsafe { std::slice::from_raw_parts(info.source.cast::<u8>(), info.source_len) };
            well_formed(bytes).into_owned()
        });
        Ok(CodeHead {
            name: self.atom(info.name)?,
            filename: self.atom(info.filename)?,
            line: info.line,
            column: info.column,
            is_strict: info.is_strict,
            is_generator: info.is_generator,
            is_async: info.is_async,
            arg_count: info.arg_count,
            defined_arg_count: info.defined_arg_count,
            var_count: info.var_count,
            closure_var_count: info.closure_var_count,
            stack_size: info.stack_size,
            byte_code_len: info.byte_code_len,
            constant_count: info.constant_count,
            source,
        })
    }

    /// Its arguments, then its local variables: `None` past the last one.
    pub fn variable(&self, index: u32) -> JsResult<Option<CodeVariable>> {
        self.describe(index, sys::JS_GetCodeVar)
    }

    /// The variables of functions around it that it uses: `None` past the last one.
    pub fn closure_variable(&self, index: u32) -> JsResult<Option<CodeVariable>> {
        self.describe(index, sys::JS_GetCodeClosureVar)
    }

    fn describe(
        &self,
        index: u32,
        look: unsafe extern "C" fn(sys::JSValue, u32, *mut sys::JSCodeVar) -> bool,
    ) -> JsResult<Option<CodeVariable>> {
        // SAFETY: plain data, for which all-zero is a valid value; `look` is one of the
        // two functions above, which fill it in when they answer true.
        let variable = unsafe {
            let mut variable: sys::JSCodeVar = std::mem::zeroed();
            if !look(self.function.raw(), index, &mut variable) {
                return Ok(None);
            }
            variable
        };
        Ok(Some(CodeVariable {
            name: self.atom(variable.name)?.unwrap_or_default(),
            // SAFETY: string constants of the engine's.
            kind: unsafe { word(variable.kind) },
            // SAFETY: as above.
            place: unsafe { word(variable.type_) },
            index: variable.index,
        }))
    }

    /// One of [`CodeHead::constant_count`] constants: undefined past the last one.
    pub fn constant(&self, index: u32) -> JsResult<Constant<'a>> {
        let cx = self.function.cx();
        // SAFETY: live code; the reference is ours.
        let (value, is_code) = unsafe {
            let raw = sys::JS_GetCodeConstant(cx.as_ptr(), self.function.raw(), index);
            (Value::from_result(cx, raw)?, sys::JS_IsCode(raw))
        };
        Ok(match is_code {
            true => Constant::Code(Code { function: value }),
            false => Constant::Value(value),
        })
    }

    /// The instruction at `offset`, which is 0 or follows another one: `None` at the
    /// end.
    pub fn instruction(&self, offset: u32) -> JsResult<Option<Instruction>> {
        // SAFETY: plain data, for which all-zero is a valid value; it is filled in when
        // the answer is true.
        let found = unsafe {
            let mut found: sys::JSInstruction = std::mem::zeroed();
            if !sys::JS_GetCodeInstruction(self.function.raw(), offset, &mut found) {
                return Ok(None);
            }
            found
        };
        let atom = match found.has_atom {
            true => Some(self.atom(found.atom)?.unwrap_or_default()),
            false => None,
        };
        Ok(Some(Instruction {
            // SAFETY: a string constant of the engine's.
            name: unsafe { word(found.name) },
            size: found.size,
            atom,
            numbers: found.operands[..found.count as usize].to_vec(),
        }))
    }

    /// The text of an atom of the code's; `None` for the one that says there is none.
    fn atom(&self, atom: sys::JSAtom) -> JsResult<Option<String>> {
        if atom == 0 {
            return Ok(None);
        }
        let cx = self.function.cx();
        // SAFETY: a live atom.
        let text = unsafe { Value::from_result(cx, sys::JS_AtomToString(cx.as_ptr(), atom))? };
        text.to_text().map(Some)
    }
}

/// # Safety
/// `word` must be a string constant.
unsafe fn word(word: *const c_char) -> &'static str {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(word) }.to_str().unwrap_or_default()
}
