//! HTTP connections that are kept for the next request to the same origin. Each
//! session has its own: what one context has open is no other's to use.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::body::Outgoing;
use crate::connect::{Socket, connect};
use crate::error::Error;
use crate::session::Inner;
use crate::target::Origin;

/// How long a connection is kept that nobody uses.
const KEPT: Duration = Duration::from_secs(15);

/// What HTTP/2 may send before anybody has read: on a stream, on a connection.
const STREAM_WINDOW: u32 = 128 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// The same for the read buffer of HTTP/1.
const READ_BUFFER: usize = 64 * 1024;

/// Origins whose lack of HTTP/2 is remembered.
const REMEMBERED: usize = 256;

pub(crate) type H1 = http1::SendRequest<Outgoing>;
pub(crate) type H2 = http2::SendRequest<Outgoing>;

#[derive(Default)]
pub(crate) struct Connections {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: HashMap<Origin, Vec<Idle>>,
    shared: HashMap<Origin, Multiplexed>,
    /// Who connects by TLS first may find HTTP/2, which the others then use too.
    connecting: HashMap<Origin, Arc<tokio::sync::Mutex<()>>>,
    /// Those who have TLS and no HTTP/2: nobody need wait for the first.
    without_h2: HashSet<Origin>,
    last_id: u64,
}

struct Idle {
    id: u64,
    sender: H1,
    /// Dropped when it is taken.
    _taken: oneshot::Sender<()>,
}

struct Multiplexed {
    id: u64,
    sender: H2,
    /// Requests in progress.
    uses: Arc<AtomicUsize>,
}

/// A connection to send one request on.
pub(crate) enum Lease {
    H1 {
        sender: H1,
        reused: bool,
    },
    H2 {
        sender: H2,
        reused: bool,
        using: Using,
    },
}

/// A request in progress on a connection that others share.
pub(crate) struct Using(Arc<AtomicUsize>);

impl Drop for Using {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Connections {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Close what is kept.
    pub(crate) fn clear(&self) {
        let state = std::mem::take(&mut *self.state());
        drop(state);
    }
}

/// A connection to `origin`: one that is kept, or a new one.
pub(crate) async fn lease(session: &Arc<Inner>, origin: &Origin) -> Result<Lease, Error> {
    if let Some(lease) = kept(session, origin) {
        return Ok(lease);
    }
    if !origin.secure {
        return h1(session, connect(session, origin, &[]).await?).await;
    }
    let both: &[&[u8]] = &[b"h2", b"http/1.1"];
    if session.connections.state().without_h2.contains(origin) {
        return over_tls(session, origin, connect(session, origin, both).await?).await;
    }
    let first = {
        let mut state = session.connections.state();
        state
            .connecting
            .retain(|_, first| Arc::strong_count(first) > 1);
        state.connecting.entry(origin.clone()).or_default().clone()
    };
    let _guard = first.lock().await;
    if let Some(lease) = kept(session, origin) {
        return Ok(lease);
    }
    over_tls(session, origin, connect(session, origin, both).await?).await
}

async fn over_tls(session: &Arc<Inner>, origin: &Origin, socket: Socket) -> Result<Lease, Error> {
    if socket.protocol() == Some(b"h2") {
        return h2(session, origin, socket).await;
    }
    {
        let mut state = session.connections.state();
        if state.without_h2.len() >= REMEMBERED {
            state.without_h2.clear();
        }
        state.without_h2.insert(origin.clone());
    }
    h1(session, socket).await
}

fn kept(session: &Inner, origin: &Origin) -> Option<Lease> {
    let mut state = session.connections.state();
    if let Some(shared) = state.shared.get(origin) {
        if !shared.sender.is_closed() {
            return Some(shared.lease(true));
        }
        state.shared.remove(origin);
    }
    let idle = state.idle.get_mut(origin)?;
    while let Some(Idle { sender, .. }) = idle.pop() {
        if sender.is_ready() {
            return Some(Lease::H1 {
                sender,
                reused: true,
            });
        }
    }
    state.idle.remove(origin);
    None
}

impl Multiplexed {
    fn lease(&self, reused: bool) -> Lease {
        self.uses.fetch_add(1, Ordering::SeqCst);
        Lease::H2 {
            sender: self.sender.clone(),
            reused,
            using: Using(self.uses.clone()),
        }
    }
}

async fn h1(session: &Arc<Inner>, socket: Socket) -> Result<Lease, Error> {
    let mut builder = http1::Builder::new();
    let most = match session.network.limits.header_size {
        0 => READ_BUFFER,
        size => size.clamp(8192, READ_BUFFER.max(size)),
    };
    builder.max_buf_size(most).max_headers(HEADERS);
    let (sender, connection) = builder.handshake(TokioIo::new(socket)).await?;
    session.spawn(async move {
        // What goes wrong is told to whoever has a request on it.
        let _ = connection.await;
    })?;
    Ok(Lease::H1 {
        sender,
        reused: false,
    })
}

/// Header fields of a response, beside the bytes of all of them.
pub(crate) const HEADERS: usize = 256;

/// What HTTP/2 spawns by itself, among it the owner of the socket, ends with the
/// session, too.
#[derive(Clone)]
struct UntilEnd(CancellationToken);

impl<F> Executor<F> for UntilEnd
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, task: F) {
        let ended = self.0.clone();
        tokio::spawn(async move { ended.run_until_cancelled(task).await });
    }
}

async fn h2(session: &Arc<Inner>, origin: &Origin, socket: Socket) -> Result<Lease, Error> {
    let mut builder = http2::Builder::new(UntilEnd(session.ended.clone()));
    builder
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_reset_streams(64);
    if let Ok(size @ 1..) = u32::try_from(session.network.limits.header_size) {
        builder.max_header_list_size(size);
    }
    let (sender, connection) = builder.handshake(TokioIo::new(socket)).await?;
    session.spawn(async move {
        let _ = connection.await;
    })?;
    let shared = Multiplexed {
        id: session.connections.next_id(),
        sender,
        uses: Arc::default(),
    };
    let (lease, id) = (shared.lease(false), shared.id);
    let uses = shared.uses.clone();
    session
        .connections
        .state()
        .shared
        .insert(origin.clone(), shared);
    keep_shared(session, origin, id, uses)?;
    Ok(lease)
}

impl Connections {
    fn next_id(&self) -> u64 {
        let mut state = self.state();
        state.last_id += 1;
        state.last_id
    }
}

/// Keep a connection whose last response is read.
pub(crate) fn give_back(session: &Arc<Inner>, origin: &Origin, sender: H1) {
    if session.ended.is_cancelled() {
        return;
    }
    let id = session.connections.next_id();
    let (taken, is_taken) = oneshot::channel();
    {
        let mut state = session.connections.state();
        let idle = state.idle.entry(origin.clone()).or_default();
        idle.push(Idle {
            id,
            sender,
            _taken: taken,
        });
    }
    let (own, origin) = (session.clone(), origin.clone());
    let waiting = async move {
        tokio::select! {
            _ = is_taken => return,
            () = tokio::time::sleep(KEPT) => {}
            () = own.pressure.notified() => {}
            () = own.network.shared.pressure.notified() => {}
        }
        let mut state = own.connections.state();
        if let Some(idle) = state.idle.get_mut(&origin) {
            idle.retain(|idle| idle.id != id);
            if idle.is_empty() {
                state.idle.remove(&origin);
            }
        }
    };
    let _ = session.spawn(waiting);
}

/// Let go of an HTTP/2 connection that nobody has used for a while.
fn keep_shared(
    session: &Arc<Inner>,
    origin: &Origin,
    id: u64,
    uses: Arc<AtomicUsize>,
) -> Result<(), Error> {
    let (own, origin) = (session.clone(), origin.clone());
    session.spawn(async move {
        loop {
            let shared = &own.network.shared;
            tokio::select! {
                () = tokio::time::sleep(KEPT) => {}
                () = own.pressure.notified() => {}
                () = shared.pressure.notified() => {}
            }
            let mut state = own.connections.state();
            let known = state.shared.get(&origin).filter(|shared| shared.id == id);
            let Some(known) = known else { return };
            if known.sender.is_closed() || uses.load(Ordering::SeqCst) == 0 {
                state.shared.remove(&origin);
                return;
            }
        }
    })
}
