//! A context's host side: what it keeps with its heap, and what it tells its
//! GenServer.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use rustler::{Encoder, LocalPid};

use quickbeam_apis::{Level, Mailbox, Part, Parts};
use quickbeam_core::{Context, Embedder, Limit, messages, timers};
use quickbeam_engine::{
    Collections, Cx, FrozenCode, Heap, JsResult, Member, Report, Root as Kept, Value,
};
use quickbeam_modules::{Builtins, Compiled, Loader, Root};
use quickbeam_net::Network;

use crate::atoms;
use crate::beam::{self, Asked};
use crate::encode::Budget;
use crate::errors;
use crate::etf::Etf;
use crate::parcel::{self, Body, ReplyTo};

/// What one context tells its GenServer, and how.
pub struct Host {
    pid: LocalPid,
    budget: Budget,
    parts: Parts,
    modules: Modules,
    /// Its rules of the network, and whether Elixir does all HTTP instead.
    network: (Arc<Network>, bool),
    /// The context, once it is there.
    context: Arc<OnceLock<Weak<Context>>>,
    started: Mutex<Option<ReplyTo>>,
}

/// Where the modules of a context come from, and its scripts.
pub struct Modules {
    pub root: Option<Arc<Root>>,
    pub compiled: Arc<Compiled>,
    pub template: Option<Arc<FrozenCode>>,
}

/// The heap's extension of this crate.
pub struct Bridge {
    host: LocalPid,
    pub budget: Budget,
    /// The names of the globals that the library itself has given.
    built_in: Arc<HashSet<String>>,
    get_time: Kept,
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
    before: Option<Kept>,
}

impl Host {
    pub fn new(
        pid: LocalPid,
        budget: Budget,
        parts: Parts,
        modules: Modules,
        network: (Arc<Network>, bool),
        started: ReplyTo,
    ) -> Host {
        Host {
            pid,
            budget,
            parts,
            modules,
            network,
            context: Arc::default(),
            started: Mutex::new(Some(started)),
        }
    }

    /// Where the context is to be told, once it is made.
    pub fn context(&self) -> Arc<OnceLock<Weak<Context>>> {
        self.context.clone()
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
    /// A template lies upon the code of the Web APIs.
    fn frozen(&self) -> Option<Arc<FrozenCode>> {
        self.modules.template.clone().or_else(quickbeam_apis::code)
    }

    fn install(&self, heap: &mut Heap) -> Result<(), Report> {
        let get_time = heap.with(|cx| {
            report(
                cx,
                cx.global()
                    .get("Date")
                    .and_then(|date| date.get("prototype"))
                    .and_then(|prototype| prototype.get("getTime"))
                    .map(Kept::new),
            )
        })?;
        let pid = self.pid;
        let services = Services {
            pid,
            context: self.context.clone(),
            network: self.network.clone(),
        };
        let mut installed = quickbeam_apis::install(heap, self.parts, services);
        if installed.is_ok() && self.parts.has(Part::Dom) {
            installed = quickbeam_dom::install(heap, Document);
        }
        let built_in = heap.with(|cx| {
            report(cx, installed)?;
            report(cx, timers::install(cx).and_then(|()| beam::install(cx)))?;
            report(cx, built_in(cx, self.parts))
        })?;
        let Modules { root, compiled, .. } = &self.modules;
        Loader::install(heap, root.clone(), compiled.clone(), NodeModules);
        heap.extend(Bridge {
            host: pid,
            budget: self.budget,
            built_in,
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

    fn dispatch_error(&self, thrown: &Value<'_>, report: &Report) -> bool {
        quickbeam_apis::errors::dispatch_error(thrown, report)
    }

    fn dispatch_rejection(&self, promise: &Value<'_>) -> bool {
        quickbeam_apis::errors::dispatch_rejection(promise)
    }

    fn dispatch_handled(&self, promise: &Value<'_>) {
        quickbeam_apis::errors::dispatch_handled(promise);
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

    fn limit(&self, limit: Limit) {
        if !TELEMETRY.load(Ordering::Relaxed) {
            return;
        }
        parcel::post(self.pid, move |env| {
            let limit = match limit {
                Limit::Timeout => atoms::timeout(),
                Limit::Reductions => atoms::max_reductions(),
                Limit::Memory => atoms::memory_limit(),
            };
            (atoms::quickbeam_limit(), limit).encode(env)
        });
    }

    fn collected(&self, collections: Collections) {
        if !TELEMETRY.load(Ordering::Relaxed) {
            return;
        }
        parcel::post(self.pid, move |env| {
            let nanos = u64::try_from(collections.time.as_nanos()).unwrap_or(u64::MAX);
            (atoms::quickbeam_gc(), collections.count, nanos).encode(env)
        });
    }

    fn panicked(&self, panic: &str) {
        let panic = panic.to_owned();
        parcel::post(self.pid, move |env| {
            let panic = parcel::binary(env, panic.as_bytes());
            (atoms::quickbeam_ended(), panic).encode(env)
        });
    }
}

/// The modules of the library's own: those of Node, for contexts with that group.
struct NodeModules;

impl Builtins for NodeModules {
    fn exports<'a>(&self, cx: Cx<'a>, name: &str) -> JsResult<Option<Value<'a>>> {
        quickbeam_apis::node_module(cx, name)
    }
}

/// Whether anybody wants to know of limits and collections.
pub static TELEMETRY: AtomicBool = AtomicBool::new(false);

/// What the Web APIs of a context say and ask goes to its GenServer.
struct Services {
    pid: LocalPid,
    context: Arc<OnceLock<Weak<Context>>>,
    network: (Arc<Network>, bool),
}

impl quickbeam_apis::Host for Services {
    fn console(&self, cx: Cx<'_>, level: Level, text: &str) -> JsResult<()> {
        beam::throttle(cx, text.len())?;
        log(self.pid, level, text);
        Ok(())
    }

    fn uncaught(&self, cx: Cx<'_>, error: Report) -> JsResult<()> {
        self.console(cx, Level::Error, &uncaught_text("Uncaught ", &error))
    }

    fn request<'a>(&self, cx: Cx<'a>, service: &str, args: &[Value<'a>]) -> JsResult<Value<'a>> {
        beam::ask(cx, &Asked::Service(service.to_owned()), args)
    }

    fn request_sync<'a>(
        &self,
        cx: Cx<'a>,
        service: &str,
        args: &[Value<'a>],
    ) -> JsResult<Value<'a>> {
        beam::ask_sync(cx, &Asked::Service(service.to_owned()), args)
    }

    fn notify<'a>(&self, cx: Cx<'a>, service: &str, args: &[Value<'a>]) -> JsResult<()> {
        beam::notify(cx, service, args)
    }

    fn network(&self) -> Arc<Network> {
        self.network.0.clone()
    }

    fn routes_http(&self) -> bool {
        self.network.1
    }

    fn mailbox(&self) -> Arc<dyn Mailbox> {
        Arc::new(Tasks(self.context.clone()))
    }

    fn base_url(&self, cx: Cx<'_>) -> Option<String> {
        quickbeam_dom::base_url(cx)
    }

    fn natives(&self, name: &str) -> Option<&'static [Member]> {
        (name == "dom").then_some(quickbeam_dom::NATIVES)
    }
}

/// What the DOM asks of the Web APIs.
struct Document;

impl quickbeam_dom::Hooks for Document {
    fn module<'a>(&self, cx: Cx<'a>, path: &str) -> JsResult<Value<'a>> {
        quickbeam_apis::load_module(cx, path)
    }

    fn uncaught<'a>(&self, cx: Cx<'a>, error: &Value<'a>) -> JsResult<()> {
        quickbeam_apis::errors::report(cx, error)
    }
}

/// The way into a context for threads that have nothing to do with the VM.
struct Tasks(Arc<OnceLock<Weak<Context>>>);

impl Mailbox for Tasks {
    fn post(&self, task: quickbeam_apis::Task) -> bool {
        let context = self.0.get().and_then(Weak::upgrade);
        context.is_some_and(|context| context.post(task).is_ok())
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

    /// The context's own process.
    pub fn host(&self) -> LocalPid {
        self.host
    }

    /// Whether the library itself gave this context a global of that name.
    pub fn is_built_in(&self, name: &str) -> bool {
        self.built_in.contains(name)
    }

    /// Note that `bytes` are under way to the GenServer; whether that makes `max`,
    /// upon which the count begins anew.
    pub fn is_loud(&self, bytes: usize, max: usize) -> bool {
        let sent = self.sent.get() + bytes;
        let loud = sent >= max;
        self.sent.set(if loud { 0 } else { sent });
        loud
    }

    /// Define globals for a while; the answer is for [`Bridge::unshadow`].
    pub fn shadow<'a>(&self, cx: Cx<'a>, vars: Vec<(String, Value<'a>)>) -> JsResult<u64> {
        let eval = self.last_shadow.get() + 1;
        self.last_shadow.set(eval);
        let defined = vars.into_iter().try_for_each(|(name, value)| {
            let global = cx.global();
            let before = if global.has_own(&name)? {
                Some(Kept::new(global.get(&name)?))
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
    fn take_shadowed(&self, eval: u64) -> Option<(String, Option<Kept>)> {
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

/// The names of the globals of a fresh context, the same for all with these parts.
fn built_in(cx: Cx<'_>, parts: Parts) -> JsResult<Arc<HashSet<String>>> {
    static KNOWN: OnceLock<Mutex<HashMap<Parts, Arc<HashSet<String>>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(names) = lock().get(&parts) {
        return Ok(names.clone());
    }
    let keys = cx.global().own_keys(false)?;
    let names = (0..keys.len())
        .map(|index| keys.get(index).with_text(|text| text.into_owned()))
        .collect::<JsResult<HashSet<String>>>()?;
    Ok(lock().entry(parts).or_insert(Arc::new(names)).clone())
}
