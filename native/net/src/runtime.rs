//! The threads that do all I/O, started by the first who needs them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

const THREADS: usize = 2;
/// `getaddrinfo` blocks: what names are being resolved on, besides the two. They
/// end when there is nothing left to resolve.
const RESOLVERS: usize = 8;

/// The runtime of the process.
///
/// It is never dropped: a library that is linked with `-z nodelete` stays mapped
/// under its threads.
pub(crate) fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(THREADS)
            .max_blocking_threads(RESOLVERS)
            .thread_keep_alive(Duration::from_secs(10))
            .thread_name("quickbeam-net")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| error.to_string())
    });
    runtime
        .as_ref()
        .map_err(|error| Error::Runtime(error.clone()))
}

static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
static SESSIONS: AtomicUsize = AtomicUsize::new(0);
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// What is open in the whole process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Sessions that have not ended.
    pub sessions: usize,
    /// Sockets, those kept for later included.
    pub connections: usize,
    /// Requests whose response has not been read to its end, and WebSockets.
    pub active: usize,
}

/// Count what is open now.
pub fn stats() -> Stats {
    Stats {
        sessions: SESSIONS.load(Ordering::SeqCst),
        connections: CONNECTIONS.load(Ordering::SeqCst),
        active: ACTIVE.load(Ordering::SeqCst),
    }
}

/// One thing that is open, until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted(&'static AtomicUsize);

impl Counted {
    pub(crate) fn connection() -> Counted {
        Counted::of(&CONNECTIONS)
    }

    pub(crate) fn session() -> Counted {
        Counted::of(&SESSIONS)
    }

    pub(crate) fn active() -> Counted {
        Counted::of(&ACTIVE)
    }

    fn of(count: &'static AtomicUsize) -> Counted {
        count.fetch_add(1, Ordering::SeqCst);
        Counted(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
