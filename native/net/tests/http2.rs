//! HTTP/2 over TLS against hyper's server, with a throw-away certificate.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use quickbeam_net::body::{Piece, RequestBody, upload};
use quickbeam_net::http::{self as client, Field};
use quickbeam_net::{Error, Limits, Network, Session, Tls};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

type Body = http_body_util::combinators::BoxBody<Bytes, Infallible>;

struct Server {
    address: SocketAddr,
    root: String,
    /// All that there have been.
    connections: Arc<AtomicUsize>,
    /// Those that are open.
    open: Arc<AtomicUsize>,
}

/// A server that speaks `protocol` by ALPN.
fn server(protocol: &'static [u8]) -> Server {
    let issued = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("issues");
    let root = issued.cert.pem();
    let key = rustls_pki_types::PrivateKeyDer::try_from(issued.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key.expect("a key"))
        .expect("a certificate");
    config.alpn_protocols = vec![protocol.to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let connections = Arc::new(AtomicUsize::new(0));
    let (told, address) = mpsc::channel();
    let count = connections.clone();
    let open = Arc::new(AtomicUsize::new(0));
    let is_open = open.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
            told.send(listener.local_addr().expect("bound"))
                .expect("heard");
            loop {
                let Ok((socket, _)) = listener.accept().await else {
                    return;
                };
                let (acceptor, count) = (acceptor.clone(), count.clone());
                let open = is_open.clone();
                tokio::spawn(async move {
                    let Ok(tls) = acceptor.accept(socket).await else {
                        return;
                    };
                    count.fetch_add(1, Ordering::SeqCst);
                    open.fetch_add(1, Ordering::SeqCst);
                    let io = TokioIo::new(tls);
                    if protocol == b"h2" {
                        let builder =
                            hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                        let _ = builder.serve_connection(io, service_fn(answer)).await;
                    } else {
                        let builder = hyper::server::conn::http1::Builder::new();
                        let _ = builder.serve_connection(io, service_fn(answer)).await;
                    }
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
    });
    Server {
        address: address.recv().expect("an address"),
        root,
        connections,
        open,
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    let version = match request.version() {
        Version::HTTP_2 => "2",
        _ => "1.1",
    };
    let path = request.uri().path().to_owned();
    let response = Response::builder()
        .header("x-version", version)
        .header(
            "x-path",
            request
                .uri()
                .path_and_query()
                .map_or("", |path| path.as_str()),
        )
        .header(
            "x-authority",
            request.uri().authority().map_or("", |name| name.as_str()),
        );
    let body = match path.as_str() {
        "/endless" => {
            let pieces = futures_util::stream::repeat_with(|| {
                Ok(Frame::data(Bytes::from_static(&[b'x'; 16_384])))
            });
            BodyExt::boxed(StreamBody::new(pieces))
        }
        "/never" => return std::future::pending().await,
        _ => Full::new(request.into_body().collect().await?.to_bytes()).boxed(),
    };
    Ok(response.body(body).expect("a response"))
}

fn session(server: &Server, limits: Limits) -> Session {
    Session::new(Arc::new(Network {
        tls: Tls::with_roots(server.root.as_bytes()),
        limits,
        ..Network::open()
    }))
}

fn request(server: &Server, method: &str, path: &str, body: RequestBody) -> client::Request {
    client::Request {
        method: method.into(),
        url: format!("https://localhost:{}{path}", server.address.port()),
        headers: vec![("x-own".into(), b"1".to_vec())],
        body,
    }
}

const LONG: Duration = Duration::from_secs(10);

fn fetch(session: &Session, request: client::Request) -> Result<client::Response, Error> {
    let (told, heard) = mpsc::channel();
    session.fetch(request, move |response| drop(told.send(response)));
    heard.recv_timeout(LONG).expect("an answer")
}

fn read(response: &client::Response) -> Result<Option<Bytes>, Error> {
    let (told, heard) = mpsc::channel();
    response
        .body
        .read(Box::new(move |bytes| drop(told.send(bytes))));
    heard.recv_timeout(LONG).expect("an answer")
}

fn header<'r>(response: &'r client::Response, name: &str) -> &'r str {
    let found = response
        .headers
        .iter()
        .find(|(own, _): &&Field| own == name);
    found.map_or("", |(_, value)| std::str::from_utf8(value).expect("text"))
}

#[test]
fn http2_is_spoken_where_the_server_does() {
    for (protocol, version) in [(b"h2".as_slice(), "2"), (b"http/1.1", "1.1")] {
        let server = server(protocol);
        let session = session(&server, Limits::default());
        let body = RequestBody::Bytes(Bytes::from_static(b"there and back"));
        let sent = request(&server, "POST", "/echo?q", body);
        let response = fetch(&session, sent).expect("a response");
        assert_eq!(response.status, 200);
        assert_eq!(header(&response, "x-version"), version);
        assert_eq!(header(&response, "x-path"), "/echo?q");
        assert_eq!(
            read(&response).expect("bytes").as_deref(),
            Some(&b"there and back"[..])
        );
        assert_eq!(read(&response).expect("the end"), None);
    }
}

#[test]
fn requests_share_one_connection() {
    let server = server(b"h2");
    let session = session(&server, Limits::default());
    let (told, heard) = mpsc::channel();
    for _ in 0..50 {
        let told = told.clone();
        let request = request(&server, "GET", "/echo", RequestBody::Empty);
        session.fetch(request, move |response| {
            drop(told.send(response.map(|response| response.status)));
        });
    }
    for _ in 0..50 {
        let status = heard.recv_timeout(LONG).expect("an answer");
        assert_eq!(status.expect("a response"), 200);
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn a_stream_goes_up_piece_by_piece() {
    let server = server(b"h2");
    let session = session(&server, Limits::default());
    let (upload, body) = upload();
    let (told, heard) = mpsc::channel();
    let sent = request(&server, "POST", "/echo", body);
    session.fetch(sent, move |response| drop(told.send(response)));
    let (taken, room) = mpsc::channel();
    for text in ["one", "two", "three"] {
        let taken = taken.clone();
        let piece = Piece::Bytes(Bytes::from_static(text.as_bytes()));
        upload.send(piece, move |room| {
            let _ = taken.send(room);
        });
        assert!(room.recv_timeout(LONG).expect("an answer"));
    }
    upload.send(Piece::End, |_| ());
    let response = heard.recv_timeout(LONG).expect("an answer");
    let response = response.expect("a response");
    assert_eq!(
        read(&response).expect("bytes").as_deref(),
        Some(&b"onetwothree"[..])
    );
}

#[test]
fn what_nobody_reads_is_not_sent_and_does_not_hinder_others() {
    let server = server(b"h2");
    let session = session(&server, Limits::default());
    let endless = request(&server, "GET", "/endless", RequestBody::Empty);
    let unread = fetch(&session, endless).expect("a response");
    assert!(read(&unread).expect("bytes").is_some());
    for _ in 0..20 {
        let body = RequestBody::Bytes(Bytes::from(vec![b'y'; 50_000]));
        let response = fetch(&session, request(&server, "POST", "/echo", body));
        let response = response.expect("a response");
        let mut total = 0;
        while let Some(bytes) = read(&response).expect("bytes") {
            total += bytes.len();
        }
        assert_eq!(total, 50_000);
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[test]
fn limits_hold_over_http2() {
    let server = server(b"h2");
    let limits = Limits {
        body_size: 100_000,
        headers_timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let session = session(&server, limits);
    let endless = request(&server, "GET", "/endless", RequestBody::Empty);
    let response = fetch(&session, endless).expect("a response");
    let error = loop {
        match read(&response) {
            Ok(bytes) => assert!(bytes.is_some()),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::BodyTooLarge(100_000)), "{error}");
    let never = request(&server, "GET", "/never", RequestBody::Empty);
    let error = fetch(&session, never).err().expect("an error");
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[test]
fn the_end_of_a_session_is_the_end_of_its_requests() {
    let server = server(b"h2");
    let session = session(&server, Limits::default());
    let (told, heard) = mpsc::channel::<()>();
    let never = request(&server, "GET", "/never", RequestBody::Empty);
    session.fetch(never, move |_| {
        let _ = told.send(());
    });
    let endless = request(&server, "GET", "/endless", RequestBody::Empty);
    let unread = fetch(&session, endless).expect("a response");
    assert_eq!(server.open.load(Ordering::SeqCst), 1);
    drop(session);
    // Dropped, not called.
    let outcome = heard.recv_timeout(LONG);
    assert_eq!(outcome, Err(mpsc::RecvTimeoutError::Disconnected));
    while server.open.load(Ordering::SeqCst) > 0 {
        std::thread::yield_now();
    }
    drop(unread);
}

#[test]
fn an_unknown_root_is_refused() {
    let server = server(b"h2");
    let session = Session::new(Arc::new(Network::open()));
    let sent = request(&server, "GET", "/", RequestBody::Empty);
    let error = fetch(&session, sent).err().expect("an error");
    assert!(matches!(error, Error::Tls { .. }), "{error}");
}
