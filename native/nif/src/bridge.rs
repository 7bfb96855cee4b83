//! A context's host side: the `Beam` object, the console, handlers.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use rustler::{Encoder, Env, LocalPid, Term};

use quickbeam_apis::Level;
use quickbeam_core::{Embedder, calls, messages, timers};
use quickbeam_engine::{Call, Cx, ErrorKind, Heap, JsResult, Report, Root, Value};

use crate::atoms;
use crate::encode::{Budget, encode};
use crate::errors;
use crate::etf::Etf;
use crate::parcel::{self, Body, Parcel, ReplyTo};

/// What one context tells its GenServer, and how.
pub struct Host {
    pid: LocalPid,
    budget: Budget,
    started: Mutex<Option<ReplyTo>>,
}

/// The heap's extension of this crate.
pub struct Bridge {
    host: LocalPid,
    pub budget: Budget,
    get_time: Root,
    /// What globals the `vars` of evals in progress stand before.
    shadowed: RefCell<Vec<Shadowed>>,
    last_shadow: Cell<u64>,
    /// Bytes sent to the GenServer since it was known to have kept up.
    sent: Cell<usize>,
}

/// A global that the `vars` of an eval in progress stand before.
struct Shadowed {
    eval: u64,
    name: String,
    /// Its value where there was one.
    before: Option<Root>,
}

impl Host {
    pub fn new(pid: LocalPid, budget: Budget, started: ReplyTo) -> Host {
        Host {
            pid,
            budget,
            started: Mutex::new(Some(started)),
        }
    }
}

fn log(pid: LocalPid, level: Level, text: &str) {
    let text = text.as_bytes().to_vec();
    parcel::post(pid, move |env| {
        let level = match level {
            Level::Debug => atoms::debug(),
            Level::Info => atoms::info(),
            Level::Warning => atoms::warning(),
            Level::Error => atoms::error(),
        };
        (
            atoms::quickbeam_console(),
            level,
            parcel::binary(env, &text),
        )
            .encode(env)
    });
}

/// An uncaught error, as a console shows it.
fn uncaught_text(prefix: &str, report: &Report) -> String {
    let Report {
        name,
        message,
        stack,
        ..
    } = report;
    match stack
        .as_deref()
        .map(str::trim_end)
        .filter(|stack| !stack.is_empty())
    {
        Some(stack) => format!("{prefix}{name}: {message}\n{stack}"),
        None => format!("{prefix}{name}: {message}"),
    }
}

impl Embedder for Host {
    fn install(&self, heap: &mut Heap) -> Result<(), Report> {
        let get_time = heap.with(|cx| {
            report(
                cx,
                cx.global()
                    .get("Date")
                    .and_then(|date| date.get("prototype"))
                    .and_then(|prototype| prototype.get("getTime"))
                    .map(Root::new),
            )
        })?;
        let pid = self.pid;
        let installed = quickbeam_apis::install(heap, Console(pid));
        heap.with(|cx| {
            report(cx, installed)?;
            report(cx, timers::install(cx).and_then(|()| install_beam(cx)))?;
            if BUILT_IN.get().is_none() {
                let _ = BUILT_IN.set(report(cx, global_names(cx))?);
            }
            Ok(())
        })?;
        heap.extend(Bridge {
            host: pid,
            budget: self.budget,
            get_time,
            shadowed: RefCell::default(),
            last_shadow: Cell::new(0),
            sent: Cell::new(0),
        });
        Ok(())
    }

    fn ready(&self, outcome: Result<(), Report>) {
        let started = self
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(started) = started {
            match outcome {
                Ok(()) => started.reply_ok(),
                Err(report) => started.reply(Body::Etf(errors::result(&report))),
            }
        }
    }

    fn uncaught(&self, report: &Report) {
        log(self.pid, Level::Error, &uncaught_text("Uncaught ", report));
    }

    fn unhandled(&self, report: &Report) {
        log(
            self.pid,
            Level::Error,
            &uncaught_text("Unhandled promise rejection: ", report),
        );
    }

    fn message_dropped(&self) {
        let kept = messages::KEPT_MAX;
        let text = format!("a message was dropped: {kept} wait for a Beam.onMessage callback");
        log(self.pid, Level::Error, &text);
    }

    fn panicked(&self, panic: &str) {
        let panic = panic.to_owned();
        parcel::post(self.pid, move |env| {
            let panic = parcel::binary(env, panic.as_bytes());
            (atoms::quickbeam_ended(), panic).encode(env)
        });
    }
}

/// What the Web APIs of a context say goes to its GenServer.
struct Console(LocalPid);

impl quickbeam_apis::Host for Console {
    fn console(&self, cx: Cx<'_>, level: Level, text: &str) -> JsResult<()> {
        throttle(cx, text.len())?;
        log(self.0, level, text);
        Ok(())
    }

    fn uncaught(&self, cx: Cx<'_>, error: Report) -> JsResult<()> {
        self.console(cx, Level::Error, &uncaught_text("Uncaught ", &error))
    }
}

fn report<T>(cx: Cx<'_>, result: JsResult<T>) -> Result<T, Report> {
    result.map_err(|thrown| Report::of(cx, &cx.catch(thrown)))
}

impl Bridge {
    pub fn of(cx: Cx<'_>) -> &Bridge {
        cx.extension::<Bridge>()
            .expect("every context has its Bridge")
    }

    /// Define globals for a while; the answer is for [`Bridge::unshadow`].
    pub fn shadow<'a>(&self, cx: Cx<'a>, vars: Vec<(String, Value<'a>)>) -> JsResult<u64> {
        let eval = self.last_shadow.get() + 1;
        self.last_shadow.set(eval);
        let defined = vars.into_iter().try_for_each(|(name, value)| {
            let global = cx.global();
            let before = if global.has_own(&name)? {
                Some(Root::new(global.get(&name)?))
            } else {
                None
            };
            self.shadowed.borrow_mut().push(Shadowed {
                eval,
                name: name.clone(),
                before,
            });
            global.define(&name, value)
        });
        defined.map(|()| eval).map_err(|thrown| {
            let thrown = cx.catch(thrown);
            self.unshadow(cx, eval);
            cx.throw(thrown)
        })
    }

    /// Take the globals of [`Bridge::shadow`] away, and put back what they stood
    /// before. Where a later eval stands before ours, it inherits that.
    pub fn unshadow(&self, cx: Cx<'_>, eval: u64) {
        while let Some((name, before)) = self.take_shadowed(eval) {
            let global = cx.global();
            let undone = match before {
                Some(value) => global.define(&name, value.get(cx)),
                None => global.delete(&name).map(drop),
            };
            if let Err(thrown) = undone {
                drop(cx.catch(thrown));
            }
        }
    }

    /// The next global of `eval` that is to be put back.
    fn take_shadowed(&self, eval: u64) -> Option<(String, Option<Root>)> {
        let mut shadowed = self.shadowed.borrow_mut();
        loop {
            let at = shadowed.iter().position(|var| var.eval == eval)?;
            let Shadowed { name, before, .. } = shadowed.remove(at);
            match shadowed[at..].iter_mut().find(|var| var.name == name) {
                Some(later) => later.before = before,
                None => return Some((name, before)),
            }
        }
    }

    /// The time value of a Date, whatever a script did to `Date.prototype`.
    pub fn time_of<'a>(&self, date: &Value<'a>) -> JsResult<f64> {
        self.get_time.get(date.cx()).call(date, &[])?.to_number()
    }

    /// Begin a MapSet; the map of its items must follow.
    pub fn open_mapset(&self, out: &mut Etf) {
        let template = crate::pools::mapset_template();
        out.map(template.len() as u32 + 1);
        for (key, value) in template {
            out.term(key);
            out.term(value);
        }
        out.atom("map");
    }

    /// Whether the VM has an atom of that name; never makes one.
    ///
    /// Not for the two that make a struct of a map: no script forges structs.
    pub fn atom_exists(name: &str) -> bool {
        if matches!(name, "__struct__" | "__exception__") {
            return false;
        }
        if name.chars().count() > 255 {
            return false;
        }
        let mut term = Etf::new();
        term.atom(name);
        let env = rustler::OwnedEnv::new();
        // "Safe" decoding refuses atoms that do not exist.
        env.run(|env| env.binary_to_term(&term.into_bytes()).is_some())
    }
}

/// The names of the globals of a fresh context, the same for all.
static BUILT_IN: OnceLock<HashSet<String>> = OnceLock::new();

/// Whether the library itself gives every context a global of that name.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.get().is_some_and(|names| names.contains(name))
}

fn global_names(cx: Cx<'_>) -> JsResult<HashSet<String>> {
    let keys = cx.global().own_keys(false)?;
    (0..keys.len())
        .map(|index| keys.get(index).with_text(|text| text.into_owned()))
        .collect()
}

/// Define the global `Beam`.
fn install_beam(cx: Cx<'_>) -> JsResult<()> {
    let beam = cx.object()?;
    beam.define("call", cx.function("call", 1, call)?)?;
    beam.define("callSync", cx.function("callSync", 1, call_sync)?)?;
    beam.define("send", cx.function("send", 2, send)?)?;
    beam.define("self", cx.function("self", 0, self_pid)?)?;
    beam.define("onMessage", cx.function("onMessage", 1, on_message)?)?;
    let peek = cx.function("peek", 1, peek)?;
    peek.define("status", cx.function("status", 1, peek_status)?)?;
    beam.define("peek", peek)?;
    cx.global().define_hidden("Beam", beam)
}

/// `Beam.call(name, ...args)`: a promise of the handler's result.
fn call<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let request = request(call)?;
    throttle(cx, request.1.len())?;
    let (id, promise) = calls::begin(cx, request.1.len())?;
    put(cx, id, request, false);
    Ok(promise)
}

/// `Beam.callSync(name, ...args)`: the handler's result. The context waits, its
/// thread does not.
fn call_sync<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let request = request(call)?;
    let id = calls::next_id();
    put(cx, id, request, true);
    calls::wait(cx, id)
}

/// What may be under way to the GenServer: a script that says more than is
/// listened to waits, rather than fill a mailbox.
const UNHEARD_MAX: usize = 256 * 1024;
/// What a message takes beside its text.
const MESSAGE_BYTES: usize = 256;

/// Account for a message of `bytes` to the GenServer; if that has much to do
/// still, wait until it is through.
fn throttle(cx: Cx<'_>, bytes: usize) -> JsResult<()> {
    let bridge = Bridge::of(cx);
    bridge.sent.set(bridge.sent.get() + bytes + MESSAGE_BYTES);
    if bridge.sent.get() < UNHEARD_MAX {
        return Ok(());
    }
    bridge.sent.set(0);
    let id = calls::next_id();
    parcel::post(bridge.host, move |env| {
        (atoms::quickbeam_sync(), id).encode(env)
    });
    calls::wait(cx, id).map(drop)
}

/// Name and arguments of a call, as they go to the GenServer.
fn request(call: &Call<'_>) -> JsResult<(String, Vec<u8>)> {
    let cx = call.cx();
    if call.is_empty() {
        return Err(cx.throw_error(ErrorKind::Type, "the name of a handler is missing"));
    }
    let name = call.argument(0).to_text()?;
    let arguments = call.rest(1);
    let mut out = Etf::new();
    out.list(arguments.len() as u32);
    for argument in &arguments {
        encode(cx, argument, &mut out)?;
    }
    out.end_list();
    Ok((name, out.into_bytes()))
}

fn put(cx: Cx<'_>, id: u64, (name, arguments): (String, Vec<u8>), sync: bool) {
    parcel::post(Bridge::of(cx).host, move |env| {
        let name = parcel::binary(env, name.as_bytes());
        let arguments = (atoms::etf(), parcel::binary(env, &arguments));
        (atoms::quickbeam_call(), id, name, arguments, sync).encode(env)
    });
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
        Some(pid) if pid == Bridge::of(cx).host => {
            let charged = out.len() + MESSAGE_BYTES;
            cx.charge(charged)?;
            messages::send_self(
                cx,
                Box::new(OwnMessage {
                    message: out,
                    charged,
                }),
            )?;
        }
        Some(pid) => parcel::post(pid, move |env| term(env, &out)),
        None => parcel::post(Bridge::of(cx).host, move |env| {
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

/// `Beam.self()`: the context's own process.
fn self_pid<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let pid = Bridge::of(cx).host;
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
fn term<'a>(env: Env<'a>, bytes: &[u8]) -> Term<'a> {
    // SAFETY: written by Etf. Every atom in it is one of the library's or was
    // found to exist.
    let decoded = unsafe { env.binary_to_term_trusted(bytes) };
    decoded.map_or_else(|| atoms::nil().encode(env), |(term, _)| term)
}

/// An answer of the host on its way to a script: `{:ok, term}` or
/// `{:error, name, message}`.
pub struct Answer(pub Parcel);

impl quickbeam_core::Deliver for Answer {
    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        self.0.open(|term| {
            if let Ok((_, value)) = term.decode::<(rustler::Atom, Term<'_>)>() {
                return crate::decode::decode(cx, value);
            }
            let (_, name, message) = term
                .decode::<(rustler::Atom, String, String)>()
                .unwrap_or_else(|_| {
                    (
                        atoms::error(),
                        "Error".into(),
                        "an unreadable answer".into(),
                    )
                });
            Err(crate::decode::throw(cx, &name, &message))
        })
    }
}

/// A message of a script to itself, charged to its heap until it is delivered.
struct OwnMessage {
    message: Vec<u8>,
    charged: usize,
}

impl quickbeam_core::Deliver for OwnMessage {
    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        cx.release(self.charged);
        let env = rustler::OwnedEnv::new();
        env.run(|env| crate::decode::decode(cx, term(env, &self.message)))
    }
}

/// A message on its way to a script.
pub struct Message(pub Parcel);

impl quickbeam_core::Deliver for Message {
    fn deliver<'a>(self: Box<Self>, cx: Cx<'a>) -> JsResult<Value<'a>> {
        self.0.open(|term| crate::decode::decode(cx, term))
    }
}
