//! Whom the APIs of one heap talk to.

use std::cell::OnceCell;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use quickbeam_engine::{Cx, JsResult, Report, Root, Value};

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
}

/// What the APIs keep with a heap.
pub(crate) struct Apis {
    pub(crate) host: Box<dyn Host>,
    pub(crate) start: Instant,
    /// Milliseconds since 1970 at `start`.
    pub(crate) time_origin: f64,
    pub(crate) to_string_tag: OnceCell<Root>,
    pub(crate) text_encoder: OnceCell<Root>,
    pub(crate) text_decoder: OnceCell<Root>,
}

impl Apis {
    pub(crate) fn new(host: impl Host + 'static) -> Apis {
        let origin = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Apis {
            host: Box::new(host),
            start: Instant::now(),
            time_origin: (origin.as_secs_f64() * 1e6).round() / 1e3,
            to_string_tag: OnceCell::new(),
            text_encoder: OnceCell::new(),
            text_decoder: OnceCell::new(),
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
