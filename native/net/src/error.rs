//! Why something on the network failed.

use std::time::Duration;

/// Texts for those who wrote the script: they name the host that was asked for,
/// never what a name resolved to.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the network policy refuses {0}")]
    Refused(String),
    #[error("{0} is not the URL of a host")]
    Url(String),
    #[error("port {0} is blocked")]
    Port(u16),
    #[error("{host} was not found: {reason}")]
    Resolve { host: String, reason: String },
    #[error("{host} cannot be connected to: {reason}")]
    Connect { host: String, reason: String },
    #[error("no TLS connection to {host}: {reason}")]
    Tls { host: String, reason: String },
    #[error("{what} took longer than {} ms", .limit.as_millis())]
    Timeout { what: &'static str, limit: Duration },
    #[error("{0}")]
    Request(String),
    #[error("{0}")]
    Protocol(String),
    #[error("the body is larger than {0} bytes")]
    BodyTooLarge(u64),
    #[error("the body is not {coding}: {reason}")]
    Coding { coding: String, reason: String },
    #[error("more than {0} informational responses")]
    Informational(usize),
    #[error("aborted")]
    Aborted,
    #[error("the threads for the network cannot be started: {0}")]
    Runtime(String),
}

impl Error {
    /// A stable name of the kind of error, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Refused(_) => "ERR_NETWORK_REFUSED",
            Error::Url(_) => "ERR_NETWORK_URL",
            Error::Port(_) => "ERR_NETWORK_PORT",
            Error::Resolve { .. } => "ERR_NETWORK_RESOLVE",
            Error::Connect { .. } => "ERR_NETWORK_CONNECT",
            Error::Tls { .. } => "ERR_NETWORK_TLS",
            Error::Timeout { .. } => "ERR_NETWORK_TIMEOUT",
            Error::Request(_) => "ERR_NETWORK_REQUEST",
            Error::Protocol(_) | Error::Informational(_) => "ERR_NETWORK_PROTOCOL",
            Error::BodyTooLarge(_) => "ERR_NETWORK_BODY_SIZE",
            Error::Coding { .. } => "ERR_NETWORK_CODING",
            Error::Aborted => "ERR_NETWORK_ABORTED",
            Error::Runtime(_) => "ERR_NETWORK_RUNTIME",
        }
    }
}

impl From<hyper::Error> for Error {
    fn from(error: hyper::Error) -> Error {
        use std::error::Error as _;
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Error::Protocol(text)
    }
}
