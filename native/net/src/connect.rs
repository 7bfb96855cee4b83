//! Names to addresses to sockets to TLS. The policy is asked about the very
//! address that is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::Error;
use crate::runtime::Counted;
use crate::session::Inner;
use crate::target::Origin;

/// How long one of several addresses is tried before the next is.
const NEXT_ADDRESS: Duration = Duration::from_millis(2_000);

/// A socket, with TLS where the scheme says so.
pub(crate) struct Socket {
    stream: Stream,
    _permits: [OwnedSemaphorePermit; 2],
    _counted: Counted,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connect, offering `protocols` by ALPN.
pub(crate) async fn connect(
    session: &Inner,
    origin: &Origin,
    protocols: &[&[u8]],
) -> Result<Socket, Error> {
    let limits = &session.network.limits;
    // Before anything else: a host that is refused waits for nothing.
    if session.network.policy.refuses_host(&origin.host) {
        return Err(Error::Refused(origin.host.clone()));
    }
    let shared = &session.network.shared;
    let permits = [
        permit(&session.sockets, &session.pressure).await,
        permit(&shared.connections, &shared.pressure).await,
    ];
    let counted = Counted::connection();
    let connecting = timeout(limits.connect_timeout, stream(session, origin, protocols));
    let stream = connecting.await.unwrap_or(Err(Error::Timeout {
        what: "connecting",
        limit: limits.connect_timeout,
    }))?;
    Ok(Socket {
        stream,
        _permits: permits,
        _counted: counted,
    })
}

async fn permit(semaphore: &Arc<Semaphore>, pressure: &Notify) -> OwnedSemaphorePermit {
    if let Ok(permit) = semaphore.clone().try_acquire_owned() {
        return permit;
    }
    pressure.notify_one();
    let permit = semaphore.clone().acquire_owned().await;
    permit.expect("semaphores of sessions are never closed")
}

async fn stream(session: &Inner, origin: &Origin, protocols: &[&[u8]]) -> Result<Stream, Error> {
    let addresses = resolve(session, origin).await?;
    let policy = &session.network.policy;
    let allowed: Vec<IpAddr> = addresses
        .into_iter()
        .filter(|address| policy.allows(&origin.host, *address))
        .collect();
    if allowed.is_empty() {
        return Err(Error::Refused(origin.host.clone()));
    }
    let tcp = tcp(origin, &allowed).await?;
    let _ = tcp.set_nodelay(true);
    if !origin.secure {
        return Ok(Stream::Plain(tcp));
    }
    let tls_error = |reason: String| Error::Tls {
        host: origin.host.clone(),
        reason,
    };
    let mut config = session.network.tls.config().map_err(tls_error)?;
    if !protocols.is_empty() {
        let mut with_alpn = (*config).clone();
        with_alpn.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        config = Arc::new(with_alpn);
    }
    // Certificates are for names without the dot of the root.
    let host = origin.host.strip_suffix('.').unwrap_or(&origin.host);
    let name =
        ServerName::try_from(host.to_owned()).map_err(|error| tls_error(error.to_string()))?;
    let tls = TlsConnector::from(config).connect(name, tcp).await;
    let tls = tls.map_err(|error| tls_error(error.to_string()))?;
    Ok(Stream::Tls(Box::new(tls)))
}

/// All addresses of the host.
async fn resolve(session: &Inner, origin: &Origin) -> Result<Vec<IpAddr>, Error> {
    if let Ok(address) = origin.host.parse::<IpAddr>() {
        return Ok(vec![address]);
    }
    let failed = |reason: String| Error::Resolve {
        host: origin.host.clone(),
        reason,
    };
    let permit = session.resolving.clone().acquire_owned().await;
    let host = (origin.host.clone(), origin.port);
    let found = tokio::task::spawn_blocking(move || {
        // Held as long as the thread is, whether or not anybody still waits.
        let _permit = permit;
        host.to_socket_addrs()
            .map(|found| found.map(|address| address.ip()).collect::<Vec<_>>())
    });
    let mut addresses = found
        .await
        .map_err(|error| failed(error.to_string()))?
        .map_err(|error| failed(error.to_string()))?;
    addresses.dedup();
    if addresses.is_empty() {
        return Err(failed("it has no address".to_owned()));
    }
    Ok(addresses)
}

/// The first of the addresses that answers.
async fn tcp(origin: &Origin, addresses: &[IpAddr]) -> Result<TcpStream, Error> {
    let mut reason = String::new();
    for (index, address) in addresses.iter().enumerate() {
        let connecting = TcpStream::connect(SocketAddr::new(*address, origin.port));
        let connected = if index + 1 < addresses.len() {
            let late = |_| Err(io::Error::from(io::ErrorKind::TimedOut));
            timeout(NEXT_ADDRESS, connecting).await.unwrap_or_else(late)
        } else {
            connecting.await
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => reason = error.to_string(),
        }
    }
    Err(Error::Connect {
        host: origin.host.clone(),
        reason,
    })
}

impl Socket {
    /// What ALPN has agreed on.
    pub(crate) fn protocol(&self) -> Option<&[u8]> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(tls) => tls.get_ref().1.alpn_protocol(),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
