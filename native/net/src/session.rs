//! What one context may do on the network, and everything it has open.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::connections::Connections;
use crate::error::Error;
use crate::network::Network;
use crate::runtime::{Counted, runtime};

/// Names that one session may have under resolution at a time: the threads for
/// that are shared.
const RESOLVING: usize = 2;

/// The network as one context sees it. When this is dropped, all that it has open
/// is closed.
pub struct Session(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) network: Arc<Network>,
    pub(crate) ended: CancellationToken,
    pub(crate) sockets: Arc<Semaphore>,
    pub(crate) resolving: Arc<Semaphore>,
    /// Somebody waits for a socket: let go of a connection that nobody uses.
    pub(crate) pressure: Notify,
    pub(crate) connections: Connections,
    _counted: Counted,
}

impl Session {
    pub fn new(network: Arc<Network>) -> Session {
        let sockets = network.limits.connections.min(Semaphore::MAX_PERMITS);
        Session(Arc::new(Inner {
            network,
            ended: CancellationToken::new(),
            sockets: Arc::new(Semaphore::new(sockets)),
            resolving: Arc::new(Semaphore::new(RESOLVING)),
            pressure: Notify::new(),
            connections: Connections::default(),
            _counted: Counted::session(),
        }))
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.0.ended.cancel();
        self.0.connections.clear();
    }
}

impl Inner {
    /// Run a task until the session ends.
    pub(crate) fn spawn(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        self.spawn_until(self.ended.clone(), task)
    }

    /// Run a task until `token`, a child of the session's, is cancelled.
    pub(crate) fn spawn_until(
        &self,
        token: CancellationToken,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        runtime()?.spawn(async move {
            tokio::select! {
                biased;
                () = token.cancelled() => {}
                () = task => {}
            }
        });
        Ok(())
    }
}
