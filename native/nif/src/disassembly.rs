//! Compiled code as `QuickBEAM.Bytecode`.

use rustler::{Atom, Binary, Encoder, Env, Term};

use quickbeam_engine::{
    Code, CodeHead, CodeVariable, Constant, Cx, ErrorKind, JsResult, Kind, Thrown, Value, run_alone,
};

use crate::atoms;
use crate::bytecode;
use crate::encode::{BYTES_MAX, POLL_NODES, too_many_bytes};
use crate::errors;
use crate::etf::Etf;
use crate::operations::ok_head;
use crate::parcel::{self, Body, Parcel};

/// Take apart what `seal` gave, in a thread and a heap of its own: `{ref, {:etf,
/// result}}` tells the calling process.
#[rustler::nif]
fn disassemble<'a>(env: Env<'a>, sealed: Binary<'a>, reference: Term<'a>) -> Atom {
    let (pid, reference) = (env.pid(), Parcel::new(reference));
    let sealed = sealed.as_slice().to_vec();
    let task = move || {
        let done = run_alone(move |cx| write(cx, &bytecode::read(cx, &sealed)?));
        let result = match done {
            Ok((term, _heap)) => term,
            Err(report) => errors::result(&report),
        };
        parcel::post(pid, move |env| {
            (reference.copy_to(env), Body::Etf(result).result(env)).encode(env)
        });
    };
    let thread = std::thread::Builder::new().name("quickbeam-disasm".to_owned());
    match thread.spawn(task) {
        Ok(_) => atoms::ok(),
        Err(_) => atoms::error(),
    }
}

/// `{:ok, %QuickBEAM.Bytecode{}}`.
pub fn write<'a>(cx: Cx<'a>, code: &Code<'a>) -> JsResult<Vec<u8>> {
    let mut writer = Writer {
        cx,
        out: ok_head(),
        items: 0,
        paid: 0,
    };
    let result = writer.code(code);
    cx.release(writer.paid);
    result.map(|()| writer.out.into_bytes())
}

struct Writer<'a> {
    cx: Cx<'a>,
    out: Etf,
    items: usize,
    /// How many bytes of the output are charged to the heap.
    paid: usize,
}

/// Pairs of the map: the fields of the struct and its name.
const FIELDS: u32 = 18;

impl<'a> Writer<'a> {
    fn code(&mut self, code: &Code<'a>) -> JsResult<()> {
        let head = code.head()?;
        self.head(&head)?;
        let arguments = head.arg_count.into();
        self.variables("args", arguments, |writer, index| {
            let argument = code.variable(index)?.ok_or_else(|| writer.damaged())?;
            writer.out.binary(argument.name.as_bytes());
            Ok(())
        })?;
        self.variables("locals", head.var_count.into(), |writer, index| {
            let local = code.variable(arguments + index)?;
            let local = local.ok_or_else(|| writer.damaged())?;
            writer.out.map(2);
            writer.names(&local);
            Ok(())
        })?;
        let outer = head.closure_var_count.into();
        self.variables("closure_vars", outer, |writer, index| {
            let outer = code.closure_variable(index)?;
            let outer = outer.ok_or_else(|| writer.damaged())?;
            writer.out.map(4);
            writer.names(&outer);
            writer.text("type", Some(outer.place));
            writer.number("index", outer.index.into());
            Ok(())
        })?;
        self.variables("cpool", head.constant_count, |writer, index| {
            match code.constant(index)? {
                Constant::Code(code) => writer.code(&code),
                Constant::Value(value) => writer.constant(&value),
            }
        })?;
        self.instructions(code, head.byte_code_len)
    }

    fn head(&mut self, head: &CodeHead) -> JsResult<()> {
        let kind = match (head.is_async, head.is_generator) {
            (false, false) => "normal",
            (false, true) => "generator",
            (true, false) => "async",
            (true, true) => "async_generator",
        };
        self.out.map(FIELDS);
        self.out.atom("__struct__");
        self.out.atom("Elixir.QuickBEAM.Bytecode");
        self.text("name", head.name.as_deref());
        self.text("filename", head.filename.as_deref());
        self.number("line", head.line.into());
        self.number("column", head.column.into());
        self.out.atom("is_strict");
        self.out.atom(if head.is_strict { "true" } else { "false" });
        self.text("kind", Some(kind));
        self.number("arg_count", head.arg_count.into());
        self.number("defined_arg_count", head.defined_arg_count.into());
        self.number("var_count", head.var_count.into());
        self.number("stack_size", head.stack_size.into());
        self.number("byte_code_len", head.byte_code_len.into());
        self.text("source", head.source.as_deref());
        self.pay()
    }

    /// A field that is a list, each of its `count` elements written by `element`.
    fn variables(
        &mut self,
        field: &str,
        count: u32,
        mut element: impl FnMut(&mut Self, u32) -> JsResult<()>,
    ) -> JsResult<()> {
        self.out.atom(field);
        self.out.list(count);
        for index in 0..count {
            element(self, index)?;
            self.step()?;
        }
        self.out.end_list();
        Ok(())
    }

    /// `{offset, name, ...operands}` each.
    fn instructions(&mut self, code: &Code<'a>, end: u32) -> JsResult<()> {
        self.out.atom("opcodes");
        let (count_at, mut count, mut offset) = (self.out.open_list(), 0, 0);
        while offset < end {
            let instruction = code.instruction(offset)?;
            let instruction = instruction.ok_or_else(|| self.damaged())?;
            let operands = instruction.numbers.len() + usize::from(instruction.atom.is_some());
            // At most a name and two numbers.
            self.out.tuple(2 + operands as u8);
            self.out.integer(offset.into());
            self.out.atom(instruction.name);
            if let Some(atom) = &instruction.atom {
                self.out.binary(atom.as_bytes());
            }
            for number in &instruction.numbers {
                self.out.integer(*number);
            }
            offset += instruction.size;
            count += 1;
            self.step()?;
        }
        self.out.set_count(count_at, count);
        self.out.end_list();
        Ok(())
    }

    /// Of a template it has the strings, as the template object does.
    fn constant(&mut self, value: &Value<'a>) -> JsResult<()> {
        match value.kind() {
            Kind::Bool(value) => self.out.atom(if value { "true" } else { "false" }),
            Kind::Int(value) => self.out.integer(value.into()),
            Kind::Float(value) => self.out.number(value),
            Kind::BigInt => {
                let (negative, words) = value.bigint_words()?;
                self.out.big(negative, &words);
            }
            Kind::String => value.with_text(|text| self.out.binary(text.as_bytes()))?,
            Kind::Object => {
                // Exact: a template has fewer strings than its text has bytes.
                let count = value.length()? as u32;
                self.out.list(count);
                for index in 0..count {
                    self.constant(&value.get_index(index)?)?;
                    self.step()?;
                }
                self.out.end_list();
            }
            _ => self.out.nil(),
        }
        Ok(())
    }

    fn names(&mut self, variable: &CodeVariable) {
        self.text("name", Some(&variable.name));
        self.text("kind", Some(variable.kind));
    }

    fn text(&mut self, field: &str, text: Option<&str>) {
        self.out.atom(field);
        match text {
            Some(text) => self.out.binary(text.as_bytes()),
            None => self.out.nil(),
        }
    }

    fn number(&mut self, field: &str, number: i64) {
        self.out.atom(field);
        self.out.integer(number);
    }

    /// After each element of a list.
    fn step(&mut self) -> JsResult<()> {
        self.items += 1;
        if self.items.is_multiple_of(POLL_NODES) {
            self.cx.poll()?;
            self.pay()?;
        }
        Ok(())
    }

    /// What was written counts against the memory limit until it has left.
    fn pay(&mut self) -> JsResult<()> {
        if self.out.len() > BYTES_MAX {
            return Err(too_many_bytes(self.cx));
        }
        let bytes = self.out.len() - self.paid;
        self.cx.charge(bytes)?;
        self.paid += bytes;
        Ok(())
    }

    fn damaged(&self) -> Thrown {
        self.cx.throw_error(ErrorKind::Internal, "damaged bytecode")
    }
}
