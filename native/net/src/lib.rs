//! HTTP and WebSocket clients for many isolated users on one small async runtime.
//! Nothing in here knows the BEAM or JavaScript.
//!
//! | module | holds |
//! |---|---|
//! | [`session`] | what one context may do on the network, and everything it has open |
//! | [`network`] | the rules and limits that sessions are made with |
//! | [`policy`] | which hosts and addresses may be connected to |
//! | [`http`] | one request and its response, redirects not followed |
//! | [`body`] | bodies as they come and go, piece by piece |
//! | [`websocket`] | RFC 6455 |
//! | `connect` | names to addresses to sockets to TLS |
//! | `connections` | HTTP connections that are kept for the next request |
//! | `decoding` | content codings of responses |
//! | `target` | the URL of a request, taken apart |
//! | `tls` | roots and client configurations |
//! | `runtime` | the threads |
//!
//! The end of a [`Session`] ends its requests and closes its sockets at once.
#![forbid(unsafe_code)]

pub mod body;
mod connect;
mod connections;
mod decoding;
mod error;
pub mod http;
pub mod network;
pub mod policy;
mod runtime;
pub mod session;
mod target;
mod tls;
pub mod websocket;

pub use error::Error;
pub use network::{Limits, Network, Shared};
pub use policy::Policy;
pub use runtime::{Stats, stats};
pub use session::Session;
pub use target::is_bad_port;
pub use tls::Tls;
