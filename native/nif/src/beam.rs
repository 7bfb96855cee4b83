//! The global `Beam`: what a script asks of the VM and of its own process.

use rustler::{Encoder, Env, LocalPid, Term};

use std::time::Duration;

use quickbeam_apis::{Part, Parts};
use quickbeam_core::{Wait, calls, messages, waits};
use quickbeam_engine::{Call, Cx, ErrorKind, JsResult, Kind, Value};

use crate::atoms;
use crate::bridge::Bridge;
use crate::deliver::OwnMessage;
use crate::encode::encode;
use crate::etf::Etf;
use crate::parcel;

/// Define the global `Beam`.
pub fn install(cx: Cx<'_>) -> JsResult<()> {
    let beam = cx.object()?;
    beam.define("call", cx.function("call", 1, call)?)?;
    beam.define("callSync", cx.function("callSync", 1, call_sync)?)?;
    beam.define("send", cx.function("send", 2, send)?)?;
    beam.define("self", cx.function("self", 0, self_pid)?)?;
    beam.define("onMessage", cx.function("onMessage", 1, on_message)?)?;
    let peek = cx.function("peek", 1, peek)?;
    peek.define("status", cx.function("status", 1, peek_status)?)?;
    beam.define("peek", peek)?;
    if Parts::of(cx).has(Part::Beam) {
        beam.define("sleepSync", cx.function("sleepSync", 1, sleep_sync)?)?;
        quickbeam_apis::extend_beam(cx, &beam)?;
    }
    cx.global().define_hidden("Beam", beam)
}

/// `Beam.call(name, ...args)`: a promise of the handler's result.
fn call<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (name, arguments) = named(call)?;
    ask(call.cx(), &Asked::Handler(name), &arguments)
}

/// `Beam.callSync(name, ...args)`: the handler's result. The context waits, its
/// thread does not.
fn call_sync<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (name, arguments) = named(call)?;
    ask_sync(call.cx(), &Asked::Handler(name), &arguments)
}

/// Name and arguments of a handler call.
fn named<'a>(call: &Call<'a>) -> JsResult<(String, Vec<Value<'a>>)> {
    if call.is_empty() {
        let message = "the name of a handler is missing";
        return Err(call.cx().throw_error(ErrorKind::Type, message));
    }
    Ok((call.argument(0).to_text()?, call.rest(1)))
}

/// Whom a request goes to.
#[derive(Clone)]
pub enum Asked {
    /// A handler of the user's.
    Handler(String),
    /// The BEAM side of a Web API.
    Service(String),
}

/// A promise of an answer.
pub fn ask<'a>(cx: Cx<'a>, asked: &Asked, arguments: &[Value<'a>]) -> JsResult<Value<'a>> {
    let arguments = encode_list(cx, arguments)?;
    throttle(cx, arguments.len())?;
    let (id, promise) = calls::begin(cx, arguments.len())?;
    put(cx, id, asked, arguments, false);
    Ok(promise)
}

/// An answer; the context waits for it.
pub fn ask_sync<'a>(cx: Cx<'a>, asked: &Asked, arguments: &[Value<'a>]) -> JsResult<Value<'a>> {
    let arguments = encode_list(cx, arguments)?;
    let id = calls::next_id();
    put(cx, id, asked, arguments, true);
    let what = match asked {
        Asked::Handler(name) => Wait::Handler(name.as_str().into()),
        Asked::Service(_) => Wait::Host,
    };
    waits::for_answer(cx, id, what)
}

/// Something that has no answer: a request numbered 0.
pub fn notify<'a>(cx: Cx<'a>, service: &str, arguments: &[Value<'a>]) -> JsResult<()> {
    let arguments = encode_list(cx, arguments)?;
    throttle(cx, arguments.len())?;
    put(cx, 0, &Asked::Service(service.to_owned()), arguments, false);
    Ok(())
}

fn encode_list<'a>(cx: Cx<'a>, arguments: &[Value<'a>]) -> JsResult<Vec<u8>> {
    let mut out = Etf::new();
    out.list(arguments.len() as u32);
    for argument in arguments {
        encode(cx, argument, &mut out)?;
    }
    out.end_list();
    Ok(out.into_bytes())
}

fn put(cx: Cx<'_>, id: u64, asked: &Asked, arguments: Vec<u8>, sync: bool) {
    let asked = asked.clone();
    parcel::post(Bridge::of(cx).host(), move |env| {
        let (tag, name) = match &asked {
            Asked::Handler(name) => (atoms::quickbeam_call(), name),
            Asked::Service(name) => (atoms::quickbeam_service(), name),
        };
        let name = parcel::binary(env, name.as_bytes());
        let arguments = (atoms::etf(), parcel::binary(env, &arguments));
        (tag, id, name, arguments, sync).encode(env)
    });
}

/// What may be under way to the GenServer: a script that says more than is
/// listened to waits, rather than fill a mailbox.
const UNHEARD_MAX: usize = 256 * 1024;
/// What a message takes beside its text.
pub const MESSAGE_BYTES: usize = 256;

/// Account for a message of `bytes` to the GenServer; if that has much to do
/// still, wait until it is through.
pub fn throttle(cx: Cx<'_>, bytes: usize) -> JsResult<()> {
    let bridge = Bridge::of(cx);
    if !bridge.is_loud(bytes + MESSAGE_BYTES, UNHEARD_MAX) {
        return Ok(());
    }
    let id = calls::next_id();
    parcel::post(bridge.host(), move |env| {
        (atoms::quickbeam_sync(), id).encode(env)
    });
    calls::wait(cx, id).map(drop)
}

/// `Beam.send(pid, message)`. Only the VM itself can send to another node: such
/// a message goes through the context's own process.
fn send<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let receiver = call.argument(0);
    let Some(token) = receiver.token().filter(|token| is_pid(token)) else {
        return Err(cx.throw_error(ErrorKind::Type, "Beam.send needs a pid"));
    };
    let token = token.to_vec();
    let message = call.argument(1);
    let mut out = Etf::new();
    encode(cx, &message, &mut out)?;
    let out = out.into_bytes();
    match pid_of(&token) {
        Some(pid) if pid == Bridge::of(cx).host() => {
            let charged = out.len() + MESSAGE_BYTES;
            cx.charge(charged)?;
            let message = OwnMessage {
                message: out,
                charged,
            };
            // One that finds no room is not kept, and so not charged.
            messages::send_self(cx, Box::new(message)).inspect_err(|_| cx.release(charged))?;
        }
        Some(pid) => parcel::post(pid, move |env| term(env, &out)),
        None => parcel::post(Bridge::of(cx).host(), move |env| {
            let message = (atoms::etf(), parcel::binary(env, &out));
            (atoms::quickbeam_send(), term(env, &token), message).encode(env)
        }),
    }
    Ok(message)
}

/// PID_EXT or NEW_PID_EXT, behind the version byte.
fn is_pid(token: &[u8]) -> bool {
    matches!(token.get(1), Some(103 | 88))
}

/// `Beam.sleepSync(ms)`: the context waits, its thread does not. A number below 0
/// is refused; what passes 2^53 ms is for ever.
fn sleep_sync<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let time = call.argument(0);
    let milliseconds = match time.kind() {
        Kind::Int(_) | Kind::Float(_) => time.to_number()?,
        _ => {
            let message = "Beam.sleepSync needs a number of milliseconds";
            return Err(cx.throw_error(ErrorKind::Type, message));
        }
    };
    if milliseconds.is_nan() || milliseconds < 0.0 {
        let message = "the milliseconds of Beam.sleepSync must not be negative";
        return Err(cx.throw_error(ErrorKind::Range, message));
    }
    let time = Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or(Duration::MAX);
    waits::sleep(cx, time)?;
    Ok(cx.undefined())
}

/// `Beam.self()`: the context's own process.
fn self_pid<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let pid = Bridge::of(cx).host();
    let env = rustler::OwnedEnv::new();
    let bytes = env.run(|env| pid.encode(env).to_binary().as_slice().to_vec());
    cx.token(&bytes)
}

/// `Beam.onMessage(callback)`; null takes the callback away.
fn on_message<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let callback = call.argument(0);
    if callback.is_nullish() && !call.is_empty() {
        messages::listen(cx, None);
    } else if callback.is_function() {
        messages::listen(cx, Some(callback));
    } else {
        return Err(cx.throw_error(ErrorKind::Type, "Beam.onMessage needs a function"));
    }
    Ok(cx.undefined())
}

/// `Beam.peek(promise)`: its value or reason if it has settled, else the promise
/// itself; anything else is handed back.
fn peek<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    use quickbeam_engine::PromiseState::{Fulfilled, Pending, Rejected};
    let value = call.argument(0);
    Ok(match value.promise_state() {
        None | Some(Pending) => value,
        Some(Fulfilled) => value.promise_result(),
        Some(Rejected) => {
            value.mark_handled();
            value.promise_result()
        }
    })
}

/// `Beam.peek.status(value)`: "pending", "fulfilled" (also of what is no
/// promise) or "rejected".
fn peek_status<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    use quickbeam_engine::PromiseState::{Pending, Rejected};
    call.cx().string(match call.argument(0).promise_state() {
        Some(Pending) => "pending",
        Some(Rejected) => "rejected",
        _ => "fulfilled",
    })
}

/// The local pid in a token.
fn pid_of(token: &[u8]) -> Option<LocalPid> {
    let env = rustler::OwnedEnv::new();
    env.run(|env| {
        env.binary_to_term(token)
            .and_then(|(term, _)| term.decode().ok())
    })
}

/// The term of bytes that this library has written.
pub fn term<'a>(env: Env<'a>, bytes: &[u8]) -> Term<'a> {
    // SAFETY: written by Etf. Every atom in it is one of the library's or was
    // found to exist.
    let decoded = unsafe { env.binary_to_term_trusted(bytes) };
    decoded.map_or_else(|| atoms::nil().encode(env), |(term, _)| term)
}
