//! One request and its response. Redirects are the caller's to follow: each is a
//! request of its own, and so asks the policy again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri, Version};
use hyper::body::{Body, Incoming};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::body::{Incomings, Outgoing, RequestBody, ResponseBody, serve};
use crate::connections::{H1, Lease, Using, lease};
use crate::decoding::codings;
use crate::error::Error;
use crate::runtime::Counted;
use crate::session::{Inner, Session};
use crate::target::Target;

/// A header field as it stands on the wire.
pub type Field = (String, Vec<u8>);

/// What is asked for.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    /// Of scheme http or https, as a URL parser serializes it.
    pub url: String,
    /// Fields that belong to the connection ([`is_of_connection`]) are left out.
    pub headers: Vec<Field>,
    pub body: RequestBody,
}

/// The head of a response, and the way to its body.
pub struct Response {
    pub status: u16,
    /// The reason phrase; empty by HTTP/2.
    pub reason: Vec<u8>,
    pub headers: Vec<Field>,
    pub body: ResponseBody,
}

/// A request in progress.
#[derive(Debug, Clone)]
pub struct Abort(CancellationToken);

impl Abort {
    /// Stop it. Whoever waits for something of it is dropped.
    pub fn abort(&self) {
        self.0.cancel();
    }
}

/// Who is asking.
pub const USER_AGENT: &str = concat!("QuickBEAM/", env!("CARGO_PKG_VERSION"));

/// Informational responses before the final one.
const INFORMATIONAL: usize = 64;

impl Session {
    /// Send a request; `done` hears of its response, on another thread, or is
    /// dropped when the request is aborted or the session ends.
    pub fn fetch(
        &self,
        request: Request,
        done: impl FnOnce(Result<Response, Error>) + Send + 'static,
    ) -> Abort {
        let session = self.inner().clone();
        let token = session.ended.child_token();
        let abort = Abort(token.clone());
        let own = token.clone();
        // Where there is no runtime, `done` is dropped with the task.
        let _ = self.inner().spawn_until(token, async move {
            done(exchange(&session, own, request).await);
        });
        abort
    }
}

async fn exchange(
    session: &Arc<Inner>,
    token: CancellationToken,
    request: Request,
) -> Result<Response, Error> {
    let counted = Counted::active();
    let target = Target::parse(&request.url, ["http", "https"])?;
    let limits = &session.network.limits;
    let prepared = prepare(&request.method, &target, &request.headers)?;
    let mut body = request.body;
    let is_head = prepared.method == Method::HEAD;
    let may_repeat = prepared.method.is_idempotent() && matches!(body, RequestBody::Empty);
    let (response, sender, using) = loop {
        let lease = lease(session, &target.origin).await?;
        let reused = matches!(
            lease,
            Lease::H1 { reused: true, .. } | Lease::H2 { reused: true, .. }
        );
        let (outgoing, is_left) = Outgoing::new(body);
        let sent = tokio::select! {
            sent = send(&target, &prepared, outgoing, lease) => sent,
            () = async {
                let _ = is_left.await;
                tokio::time::sleep(limits.headers_timeout).await;
            } => Err(Failed::Finally(Error::Timeout {
                what: "the head of the response",
                limit: limits.headers_timeout,
            })),
        };
        match sent {
            Ok(found) => break found,
            // A kept connection that the server has closed meanwhile.
            Err(Failed::Unsent(again)) if reused => body = again,
            // The same, noticed too late, where asking twice does no harm.
            Err(Failed::Dropped(_)) if reused && may_repeat => body = RequestBody::Empty,
            Err(Failed::Dropped(error)) => return Err(error),
            Err(Failed::Unsent(_)) => {
                return Err(Error::Protocol("the connection was closed".to_owned()));
            }
            Err(Failed::Finally(error)) => return Err(error),
        }
    };
    let (head, incoming) = response.into_parts();
    let size: usize = head
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    if limits.header_size > 0 && size > limits.header_size {
        let message = format!("the headers are larger than {} bytes", limits.header_size);
        return Err(Error::Protocol(message));
    }
    let encodings = head.headers.get_all(header::CONTENT_ENCODING);
    let has_body = !is_head && !incoming.is_end_stream() && head.status != 204;
    let decodings = if has_body {
        codings(encodings.iter().map(HeaderValue::as_bytes))
    } else {
        Vec::new()
    };
    let reason = match head.extensions.get::<hyper::ext::ReasonPhrase>() {
        Some(reason) => reason.as_bytes().to_vec(),
        None if head.version == Version::HTTP_2 => Vec::new(),
        None => head
            .status
            .canonical_reason()
            .unwrap_or_default()
            .as_bytes()
            .to_vec(),
    };
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let body = serve(
        session,
        token,
        Incomings {
            body: incoming,
            decodings,
            origin: target.origin,
            sender,
            using,
            counted,
        },
    )?;
    Ok(Response {
        status: head.status.as_u16(),
        reason,
        headers,
        body,
    })
}

/// What is the same whatever connection a request goes by.
struct Prepared {
    method: Method,
    headers: HeaderMap,
}

/// Fields that say how a message is carried, or where to: they are the client's
/// own to write. A script that could would speak past whoever checks it.
pub fn is_of_connection(name: &str) -> bool {
    const OWN: [&str; 10] = [
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    OWN.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn prepare(method: &str, target: &Target, fields: &[Field]) -> Result<Prepared, Error> {
    let invalid = |what: &str| Error::Request(format!("{what} cannot be sent by HTTP"));
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| invalid("the method"))?;
    let mut headers = HeaderMap::with_capacity(fields.len() + 4);
    for (name, value) in fields.iter().filter(|(name, _)| !is_of_connection(name)) {
        let refused = || invalid(&format!("the header {name}"));
        let value = HeaderValue::from_bytes(value).map_err(|_| refused())?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        headers.append(name, value);
    }
    // The Fetch Standard refuses such URLs long before; those of an EventSource come here.
    if let Some(value) = target.authorization() {
        headers.entry(header::AUTHORIZATION).or_insert(value);
    }
    Ok(Prepared { method, headers })
}

enum Failed {
    /// Nothing of it has left: the body is as it was.
    Unsent(RequestBody),
    /// The connection was closed, or spoilt, before there was a response.
    Dropped(Error),
    Finally(Error),
}

type Sent = (http::Response<Incoming>, Option<H1>, Option<Using>);

async fn send(
    target: &Target,
    prepared: &Prepared,
    body: Outgoing,
    lease: Lease,
) -> Result<Sent, Failed> {
    let needs_length = matches!(prepared.method, Method::POST | Method::PUT);
    let is_empty = matches!(body.body, RequestBody::Empty);
    let mut request = http::Request::new(body);
    *request.method_mut() = prepared.method.clone();
    *request.headers_mut() = prepared.headers.clone();
    if is_empty && needs_length {
        let zero = HeaderValue::from_static("0");
        request.headers_mut().insert(header::CONTENT_LENGTH, zero);
    }
    let wrong = |_| Failed::Finally(Error::Url(target.authority.clone()));
    match lease {
        Lease::H1 { mut sender, .. } => {
            *request.uri_mut() = Uri::try_from(target.path.as_str()).map_err(wrong)?;
            let host = HeaderValue::try_from(target.authority.as_str())
                .map_err(|_| Failed::Finally(Error::Url(target.authority.clone())))?;
            request.headers_mut().insert(header::HOST, host);
            let informational = count_informational(&mut request);
            let sent = tokio::select! {
                sent = sender.try_send_request(request) => sent,
                () = informational.notified() => {
                    return Err(Failed::Finally(Error::Informational(INFORMATIONAL)));
                }
            };
            let response = sent.map_err(failed)?;
            Ok((response, Some(sender), None))
        }
        Lease::H2 {
            mut sender, using, ..
        } => {
            let scheme = if target.origin.secure {
                "https"
            } else {
                "http"
            };
            let uri = format!("{scheme}://{}{}", target.authority, target.path);
            *request.uri_mut() = Uri::try_from(uri).map_err(wrong)?;
            *request.version_mut() = Version::HTTP_2;
            if sender.ready().await.is_err() {
                return Err(Failed::Unsent(request.into_body().body));
            }
            let response = sender.try_send_request(request).await.map_err(failed)?;
            Ok((response, None, Some(using)))
        }
    }
}

fn failed(mut error: hyper::client::conn::TrySendError<http::Request<Outgoing>>) -> Failed {
    match error.take_message() {
        Some(request) => Failed::Unsent(request.into_body().body),
        None => {
            let error = error.into_error();
            // What is no response at all may be what a server sent too much before.
            let dropped = error.is_incomplete_message() || error.is_closed() || error.is_parse();
            let kind = if dropped {
                Failed::Dropped
            } else {
                Failed::Finally
            };
            kind(error.into())
        }
    }
}

/// Told once a server has sent too many responses of status 1xx.
fn count_informational(request: &mut http::Request<Outgoing>) -> Arc<Notify> {
    let flood = Arc::new(Notify::new());
    let (told, count) = (flood.clone(), AtomicUsize::new(0));
    hyper::ext::on_informational(request, move |_| {
        if count.fetch_add(1, Ordering::Relaxed) + 1 >= INFORMATIONAL {
            told.notify_one();
        }
    });
    flood
}

/// An empty body, or one of bytes.
impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> RequestBody {
        RequestBody::Bytes(bytes)
    }
}
