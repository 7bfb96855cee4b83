//! The rules and limits that sessions are made with.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::policy::Policy;
use crate::tls::Tls;

/// What one session may use. Zero bytes mean no limit.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Sockets at a time; who wants more waits.
    pub connections: usize,
    /// Bytes of a response's head.
    pub header_size: usize,
    /// Bytes of a response's body, decoded.
    pub body_size: u64,
    /// Bytes of a message of a WebSocket.
    pub message_size: usize,
    /// For name, socket and TLS together.
    pub connect_timeout: Duration,
    /// From the request's last byte to the response's head.
    pub headers_timeout: Duration,
    /// Between two pieces of a body that somebody waits for.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 64,
            header_size: 64 * 1024,
            body_size: 256 * 1024 * 1024,
            message_size: 16 * 1024 * 1024,
            connect_timeout: Duration::from_secs(10),
            headers_timeout: Duration::from_secs(300),
            idle_timeout: Duration::from_secs(300),
        }
    }
}

/// How many connections several sessions may have together.
#[derive(Debug)]
pub struct Shared {
    pub(crate) connections: Arc<Semaphore>,
    /// Somebody waits: let go of a connection that nobody uses.
    pub(crate) pressure: Notify,
}

impl Shared {
    pub fn new(connections: usize) -> Arc<Shared> {
        Arc::new(Shared {
            connections: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            pressure: Notify::new(),
        })
    }
}

/// Policy, limits and roots of a session.
#[derive(Debug, Clone)]
pub struct Network {
    pub policy: Policy,
    pub limits: Limits,
    pub tls: Tls,
    pub shared: Arc<Shared>,
}

impl Network {
    /// Everything is allowed, within the default limits.
    pub fn open() -> Network {
        Network {
            policy: Policy::All,
            limits: Limits::default(),
            tls: Tls::default(),
            shared: Shared::new(1024),
        }
    }
}
