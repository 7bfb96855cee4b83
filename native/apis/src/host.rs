//! Whom the APIs of one heap talk to.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use quickbeam_engine::{Cx, JsResult, Member, Report, Root, Value};

use crate::network::Network;
use crate::url::ObjectUrls;
use crate::{Parts, clone};

/// How grave a console message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
}

/// The embedder's side of the APIs. It is called while JS is on the stack; it may
/// suspend the fiber until whoever listens has caught up.
pub trait Host {
    /// A line, or several, for the log.
    fn console(&self, cx: Cx<'_>, level: Level, text: &str) -> JsResult<()>;
    /// An error that nobody caught.
    fn uncaught(&self, cx: Cx<'_>, error: Report) -> JsResult<()>;
    /// Ask a service of the BEAM: a promise of its answer.
    fn request<'a>(&self, cx: Cx<'a>, service: &str, args: &[Value<'a>]) -> JsResult<Value<'a>>;
    /// As `request`, and wait for the answer.
    fn request_sync<'a>(
        &self,
        cx: Cx<'a>,
        service: &str,
        args: &[Value<'a>],
    ) -> JsResult<Value<'a>>;
    /// Tell a service of the BEAM something that has no answer.
    fn notify<'a>(&self, cx: Cx<'a>, service: &str, args: &[Value<'a>]) -> JsResult<()>;
    /// Where other threads leave what this heap is to run.
    fn mailbox(&self) -> Arc<dyn Mailbox>;
    /// The rules of the network for this heap.
    fn network(&self) -> Arc<quickbeam_net::Network> {
        Arc::new(quickbeam_net::Network::open())
    }
    /// Whether the service `fetch` of the BEAM does all HTTP, instead of the network.
    fn routes_http(&self) -> bool {
        false
    }
    /// What relative URLs are relative to: "API base URL". None where there is nothing.
    fn base_url(&self, _cx: Cx<'_>) -> Option<String> {
        None
    }
    /// The embedder's own functions for modules of priv/js.
    fn natives(&self, _name: &str) -> Option<&'static [Member]> {
        None
    }
}

/// Something to run in a heap, as an entry of its own: microtasks follow it, and
/// what it throws is reported as uncaught.
pub type Task = Box<dyn for<'a> FnOnce(Cx<'a>) -> JsResult<()> + Send>;

/// A way into a heap from any thread. It does not keep the heap alive.
pub trait Mailbox: Send + Sync {
    /// Run `task` after what has been posted before. False where the heap has
    /// ended: then the task is dropped.
    fn post(&self, task: Task) -> bool;
}

/// What the APIs keep with a heap.
pub(crate) struct Apis {
    pub(crate) host: Box<dyn Host>,
    pub(crate) parts: Parts,
    /// Modules of priv/js that have run, with their exports.
    pub(crate) modules: RefCell<Vec<(&'static str, Root)>>,
    /// Who hears the events of which service.
    pub(crate) listeners: RefCell<Vec<(String, Root)>>,
    /// Whom the messages of its ports go to.
    pub(crate) port_listener: RefCell<Option<Root>>,
    /// Whether somebody may listen to errors that nobody catches.
    pub(crate) watches_errors: Cell<bool>,
    pub(crate) object_urls: ObjectUrls,
    /// What it has sent to other heaps and is not there yet.
    pub(crate) in_transit: clone::Account,
    /// Those of its SharedArrayBuffers that are in there, too.
    pub(crate) lent: clone::Lent,
    /// What is made once in a heap: [`once`].
    pub(crate) made: RefCell<Vec<(&'static str, Root)>>,
    /// What it has on the network, once it has.
    pub(crate) network: OnceCell<Box<Network>>,
    pub(crate) start: Instant,
    /// Milliseconds since 1970 at `start`.
    pub(crate) time_origin: f64,
    pub(crate) to_string_tag: OnceCell<Root>,
    pub(crate) text_encoder: OnceCell<Root>,
    pub(crate) text_decoder: OnceCell<Root>,
    pub(crate) performance: OnceCell<Root>,
    pub(crate) console: crate::console::Console,
    pub(crate) uuids: crate::beam::Uuids,
    /// The interface objects Crypto and CryptoKey, and the latter's prototype.
    pub(crate) crypto: OnceCell<Root>,
    pub(crate) crypto_key: OnceCell<Root>,
    pub(crate) crypto_key_prototype: OnceCell<Root>,
}

impl Apis {
    pub(crate) fn new(parts: Parts, host: impl Host + 'static) -> Apis {
        let origin = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Apis {
            host: Box::new(host),
            parts,
            modules: RefCell::default(),
            listeners: RefCell::default(),
            port_listener: RefCell::default(),
            watches_errors: Cell::new(false),
            made: RefCell::default(),
            object_urls: ObjectUrls::default(),
            in_transit: clone::Account::default(),
            lent: clone::Lent::default(),
            network: OnceCell::new(),
            start: Instant::now(),
            time_origin: (origin.as_secs_f64() * 1e6).round() / 1e3,
            to_string_tag: OnceCell::new(),
            text_encoder: OnceCell::new(),
            text_decoder: OnceCell::new(),
            performance: OnceCell::new(),
            console: Default::default(),
            uuids: Default::default(),
            crypto: OnceCell::new(),
            crypto_key: OnceCell::new(),
            crypto_key_prototype: OnceCell::new(),
        }
    }

    /// Those of the heap.
    ///
    /// # Panics
    /// When [`crate::install`] was not called, and so no API can be.
    pub(crate) fn of(cx: Cx<'_>) -> &Apis {
        cx.extension::<Apis>().expect("the APIs are installed")
    }
}

/// Keep `value` for the heap's life.
pub(crate) fn keep(slot: &OnceCell<Root>, value: &Value<'_>) {
    slot.get_or_init(|| Root::new(value.clone()));
}

/// What `make` gives, made once in the heap under `name`: the same class for the
/// global and for those who make objects of it.
pub(crate) fn once<'a>(
    cx: Cx<'a>,
    name: &'static str,
    make: impl FnOnce(Cx<'a>) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let find = |made: &[(&str, Root)]| {
        let found = made.iter().find(|(made, _)| *made == name);
        found.map(|(_, root)| root.get(cx))
    };
    if let Some(found) = find(&Apis::of(cx).made.borrow()) {
        return Ok(found);
    }
    let value = make(cx)?;
    let mut made = Apis::of(cx).made.borrow_mut();
    made.push((name, Root::new(value.clone())));
    Ok(value)
}
