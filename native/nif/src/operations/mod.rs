//! Eval, call and the others, as values that the core carries.

use std::sync::Arc;
use std::time::Duration;

use rustler::{Binary, Error, NifResult, Term};

use quickbeam_core::{Context, Failure, Operation, Outcome};
use quickbeam_engine::{Cx, ErrorKind, JsResult, Kind, Report, Value};

use crate::bridge::Bridge;
use crate::decode::decode;
use crate::disassembly;
use crate::document::Query;
use crate::encode::{encode, encode_thrown};
use crate::errors;
use crate::etf::Etf;
use quickbeam_modules::Loader;

use crate::parcel::{Body, INLINE_SLICE, Parcel, ReplyTo};
use crate::templates;
use crate::weight::Weight;

mod globals;
mod kind;

use globals::{call, call_export, globals, lookup};
use kind::OperationKind;

/// One operation: what is asked, with its terms, and where the answer goes.
pub struct Request {
    kind: OperationKind,
    terms: Parcel,
    weight: Weight,
    reply: Option<ReplyTo>,
    nested: bool,
    /// The globals of one eval, to be taken away again: see `Bridge::shadow`.
    vars: Option<u64>,
}

impl Request {
    /// Check an operation of `QuickBEAM.Native.operate/5`; badarg when its shape
    /// is not one of those.
    pub fn new(
        (terms, weight): (Parcel, Weight),
        reply: ReplyTo,
        nested: bool,
    ) -> NifResult<Request> {
        let kind = terms.open(OperationKind::of).ok_or(Error::BadArg)?;
        Ok(Request {
            kind,
            terms,
            weight,
            reply: Some(reply),
            nested,
            vars: None,
        })
    }

    /// Have `context` run the operation. Where that has ended nothing is told but
    /// by the result, false.
    pub fn put(self, context: &Arc<Context>, limit: Option<Duration>) -> bool {
        if self.is_heavy() {
            return context.operate(Box::new(self), limit).is_ok();
        }
        context
            .operate_here(Box::new(self), limit, INLINE_SLICE)
            .is_ok()
    }

    /// Whether it is likely to take long without a poll: what walks the heap, and
    /// what brings much along. That is nothing for the caller's scheduler.
    fn is_heavy(&self) -> bool {
        use OperationKind::{Compile, Coverage, Disasm, Gc, LoadBytecode, LoadModule, MemoryUsage};
        let walks = matches!(
            self.kind,
            Compile | Coverage | Disasm | Gc | LoadBytecode | LoadModule | MemoryUsage
        );
        walks || self.weight.is_heavy()
    }

    fn run<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        let Request {
            terms, vars, kind, ..
        } = self;
        terms.open(|term| match kind {
            OperationKind::Eval | OperationKind::AsyncEval => {
                let [_, code, filename, globals] = parts(term);
                if *kind == OperationKind::Eval && mentions_await(code) {
                    *kind = OperationKind::AsyncEval;
                }
                *vars = shadow(cx, globals)?;
                eval(cx, kind, &text(cx, code)?, &text(cx, filename)?)
            }
            OperationKind::Call => {
                let [_, name, arguments] = parts(term);
                call(cx, &text(cx, name)?, arguments)
            }
            OperationKind::RunTemplate => {
                let [_, index, module] = parts(term);
                let module: Option<String> = module.decode().unwrap_or_default();
                templates::run(cx, index.decode().unwrap_or(usize::MAX), module.as_deref())
            }
            OperationKind::CallExport => {
                let [_, module, name, arguments] = parts(term);
                call_export(cx, &text(cx, module)?, &text(cx, name)?, arguments)
            }
            OperationKind::LoadModule => {
                let [_, name, code] = parts(term);
                let (name, code) = (text(cx, name)?, text(cx, code)?);
                match Loader::of(cx) {
                    Some(loader) => loader.load_text(cx, &name, &code),
                    None => cx.eval_module(&code, &name),
                }
            }
            OperationKind::Compile => {
                let [_, code, filename] = parts(term);
                let bytecode = cx.compile(&text(cx, code)?, &text(cx, filename)?)?;
                cx.uint8_array(&crate::bytecode::seal(&bytecode))
            }
            OperationKind::LoadBytecode => {
                let [_, sealed] = parts(term);
                crate::bytecode::run(cx, &bytes(sealed))
            }
            OperationKind::Disasm => {
                let [_, code, filename] = parts(term);
                let code = cx.compile_code(&text(cx, code)?, &text(cx, filename)?)?;
                cx.uint8_array(&disassembly::write(cx, &code)?)
            }
            OperationKind::GetGlobal => {
                let [_, name] = parts(term);
                lookup(cx, &text(cx, name)?)
            }
            OperationKind::SetGlobal => {
                let [_, name, value] = parts(term);
                cx.global().set(&text(cx, name)?, decode(cx, value)?)?;
                Ok(cx.undefined())
            }
            OperationKind::Define => {
                let [_, globals] = parts(term);
                for (name, value) in pairs(cx, globals)? {
                    cx.global().define(&name, value)?;
                }
                Ok(cx.undefined())
            }
            OperationKind::Globals => {
                let [_, user_only] = parts(term);
                globals(cx, user_only.decode().unwrap_or(false))
            }
            OperationKind::Gc => {
                cx.collect();
                Ok(cx.undefined())
            }
            OperationKind::MemoryUsage | OperationKind::Coverage | OperationKind::Dom(_) => {
                Ok(cx.undefined())
            }
        })
    }

    /// The answer where JS ended well.
    fn returned<'a>(&self, cx: Cx<'a>, value: &Value<'a>) -> JsResult<Body> {
        match self.kind {
            OperationKind::LoadModule | OperationKind::RunTemplate => return Ok(Body::Nil),
            OperationKind::MemoryUsage => return Ok(Body::Etf(crate::figures::memory_usage(cx))),
            OperationKind::Coverage => return Ok(Body::Etf(crate::cover::of_context(cx))),
            OperationKind::Dom(query) => return self.ask_document(cx, query),
            OperationKind::Disasm => return Ok(Body::Etf(value.bytes()?.unwrap_or_default())),
            _ => {}
        }
        Ok(match value.kind() {
            Kind::Undefined | Kind::Null => Body::Nil,
            Kind::Bool(value) => Body::Bool(value),
            Kind::Int(value) => Body::Integer(value.into()),
            Kind::Float(number) if number.is_finite() && number.fract() != 0.0 => {
                Body::Float(number)
            }
            Kind::String => Body::Binary(value.to_text()?.into_bytes()),
            _ => {
                let mut out = ok_head();
                encode(cx, value, &mut out)?;
                Body::Etf(out.into_bytes())
            }
        })
    }

    fn ask_document(&self, cx: Cx<'_>, query: Query) -> JsResult<Body> {
        let given = self.terms.open(|term| {
            let parts = rustler::types::tuple::get_tuple(term).unwrap_or_default();
            let mut given = parts.into_iter().skip(1).map(|part| text(cx, part));
            let mut next = || given.next().unwrap_or_else(|| Ok(String::new()));
            Ok((next()?, next()?))
        });
        let (selector, attribute) = given?;
        crate::document::answer(cx, query, &selector, &attribute)
    }

    fn answer(mut self, body: Body) {
        if let Some(reply) = self.reply.take() {
            reply.reply(body);
        }
    }
}

impl Operation for Request {
    fn start<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        self.run(cx)
    }

    fn is_nested(&self) -> bool {
        self.nested
    }

    fn settle<'a>(&mut self, _cx: Cx<'a>, value: Value<'a>) -> JsResult<Value<'a>> {
        if self.kind == OperationKind::AsyncEval {
            self.kind = OperationKind::Eval;
            return value.get("value");
        }
        Ok(value)
    }

    fn tell(&mut self, failure: &Failure) {
        if let Some(reply) = self.reply.take() {
            reply.reply(Body::Etf(errors::failed(failure)));
        }
    }

    fn clean_up(&mut self, cx: Cx<'_>) {
        if let Some(vars) = self.vars.take() {
            Bridge::of(cx).unshadow(cx, vars);
        }
    }

    fn finish<'a>(self: Box<Self>, cx: Cx<'a>, outcome: Outcome<'a>) {
        let body = match outcome {
            Outcome::Returned(value) => self
                .returned(cx, &value)
                .unwrap_or_else(|thrown| thrown_body(cx, &cx.catch(thrown))),
            Outcome::Threw(thrown) => thrown_body(cx, &thrown),
            Outcome::Failed(failure) => Body::Etf(errors::failed(&failure)),
        };
        self.answer(body);
    }

    fn decline(mut self: Box<Self>) {
        self.reply = None;
    }

    fn abort(mut self: Box<Self>, failure: &Failure) {
        self.tell(failure);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        // Whatever went wrong, nobody waits for ever.
        if let Some(reply) = self.reply.take() {
            reply.reply(Body::Etf(errors::failed(&Failure::Aborted)));
        }
    }
}

/// The beginning of `{:ok, term}`.
pub fn ok_head() -> Etf {
    let mut out = Etf::new();
    out.tuple(2);
    out.atom("ok");
    out
}

/// `{:error, %JSError{}}` of a thrown value. Reading it runs JS, which may throw
/// again: then that is told, without another try.
fn thrown_body<'a>(cx: Cx<'a>, thrown: &Value<'a>) -> Body {
    let mut out = Etf::new();
    out.tuple(2);
    out.atom("error");
    match encode_thrown(cx, thrown, &mut out) {
        Ok(()) => Body::Etf(out.into_bytes()),
        Err(second) => {
            drop(cx.catch(second));
            Body::Etf(errors::result(&Report::of(cx, thrown)))
        }
    }
}

/// Evaluate code; where it has the word `await`, as code that may await.
fn eval<'a>(
    cx: Cx<'a>,
    kind: &mut OperationKind,
    code: &str,
    filename: &str,
) -> JsResult<Value<'a>> {
    if *kind == OperationKind::Eval {
        return cx.eval(code, filename, false);
    }
    cx.eval(code, filename, true).or_else(|thrown| {
        // It did not compile: what it throws would be a rejection. Perhaps it
        // has a variable of that name, which a script may.
        let error = cx.catch(thrown);
        match cx.compile(code, filename) {
            Ok(_) => {
                *kind = OperationKind::Eval;
                cx.eval(code, filename, false)
            }
            Err(thrown) => {
                drop(cx.catch(thrown));
                Err(cx.throw(error))
            }
        }
    })
}

/// Whether code may have an `await` at its top level. One within a function is
/// a false alarm that costs a promise, nothing else.
fn mentions_await(code: Term<'_>) -> bool {
    let code = code.decode::<Binary<'_>>();
    code.is_ok_and(|code| code.windows(5).any(|word| word == b"await"))
}

/// The elements of a tuple whose arity `OperationKind::of` has checked.
fn parts<const N: usize>(term: Term<'_>) -> [Term<'_>; N] {
    let parts = rustler::types::tuple::get_tuple(term).unwrap_or_default();
    parts.try_into().unwrap_or([term; N])
}

fn bytes(term: Term<'_>) -> Vec<u8> {
    term.decode::<Binary<'_>>()
        .map(|binary| binary.as_slice().to_vec())
        .unwrap_or_default()
}

fn text(cx: Cx<'_>, term: Term<'_>) -> JsResult<String> {
    String::from_utf8(bytes(term))
        .map_err(|_| cx.throw_error(ErrorKind::Type, "code and names must be valid UTF-8"))
}

/// The names and values of a map of globals.
fn pairs<'a>(cx: Cx<'a>, map: Term<'_>) -> JsResult<Vec<(String, Value<'a>)>> {
    let Some(pairs) = rustler::types::MapIterator::new(map) else {
        return Ok(Vec::new());
    };
    pairs
        .map(|(name, value)| Ok((text(cx, name)?, decode(cx, value)?)))
        .collect()
}

/// Define the globals of one eval.
fn shadow(cx: Cx<'_>, map: Term<'_>) -> JsResult<Option<u64>> {
    let pairs = pairs(cx, map)?;
    if pairs.is_empty() {
        return Ok(None);
    }
    Bridge::of(cx).shadow(cx, pairs).map(Some)
}
