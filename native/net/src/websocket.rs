//! WebSockets: RFC 6455 by `tungstenite`, over sockets of this crate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use http::header::{self, HeaderValue};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tokio_util::sync::CancellationToken;

use crate::connect::{Socket, connect};
use crate::error::Error;
use crate::runtime::Counted;
use crate::session::{Inner, Session};
use crate::target::Target;

/// What a WebSocket tells.
#[derive(Debug)]
pub enum Event {
    /// The handshake is done; the subprotocol that the server chose, or "".
    Open {
        protocol: String,
    },
    Text(String, Unread),
    Binary(Bytes, Unread),
    /// So many bytes of payload have left.
    Sent(usize),
    /// The other side has sent its Close frame.
    Closing,
    /// The connection has failed; `Closed` follows.
    Failed(Error),
    /// The last event. 1005 is "no code", 1006 "no Close frame".
    Closed {
        code: u16,
        reason: String,
        clean: bool,
    },
}

/// A message that its receiver has not dealt with. While there are too many of
/// them, nothing more is read from the socket.
#[derive(Debug)]
pub struct Unread(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

/// What is asked of it.
enum Command {
    Text(String),
    Binary(Bytes),
    Close(Option<(u16, String)>),
}

/// One WebSocket. Dropping it leaves the connection open until the session ends.
#[derive(Debug)]
pub struct WebSocket {
    commands: mpsc::UnboundedSender<Command>,
    token: CancellationToken,
}

/// Bytes that may wait for their receiver.
const UNREAD: usize = 256 * 1024;
/// What a message counts beside its bytes.
const MESSAGE: usize = 256;
/// Sent bytes are told in steps of at least this, as long as there is more to send.
const SENT_STEP: usize = 64 * 1024;
/// How long the other side may take to answer a Close frame.
const CLOSING: Duration = Duration::from_secs(5);
/// How long a server may take to hang up after the closing handshake.
const HANGING_UP: Duration = Duration::from_secs(1);

impl WebSocket {
    /// Queue a message. Nothing is sent after [`WebSocket::close`].
    pub fn send_text(&self, text: String) {
        let _ = self.commands.send(Command::Text(text));
    }

    /// Queue a message.
    pub fn send_binary(&self, bytes: Bytes) {
        let _ = self.commands.send(Command::Binary(bytes));
    }

    /// Send a Close frame, after what is queued.
    pub fn close(&self, frame: Option<(u16, String)>) {
        let _ = self.commands.send(Command::Close(frame));
    }

    /// Drop the connection now; there is no further event.
    pub fn abort(&self) {
        self.token.cancel();
    }
}

impl Session {
    /// Connect to a URL of scheme ws or wss. `told` hears, on another thread, of
    /// all that happens, in order.
    pub fn websocket(
        &self,
        url: &str,
        protocols: &[String],
        told: impl Fn(Event) + Send + Sync + 'static,
    ) -> WebSocket {
        let (commands, queue) = mpsc::unbounded_channel();
        let session = self.inner().clone();
        let token = session.ended.child_token();
        let (url, protocols) = (url.to_owned(), protocols.to_vec());
        let _ = self.inner().spawn_until(token.clone(), async move {
            let _counted = Counted::active();
            run(&session, &url, &protocols, queue, &told).await;
        });
        WebSocket { commands, token }
    }
}

async fn run(
    session: &Arc<Inner>,
    url: &str,
    protocols: &[String],
    mut queue: mpsc::UnboundedReceiver<Command>,
    told: &(impl Fn(Event) + Send + Sync),
) {
    let failed = |error| {
        told(Event::Failed(error));
        told(Event::Closed {
            code: 1006,
            reason: String::new(),
            clean: false,
        });
    };
    // Closed before it is open: RFC 6455 leaves nothing to say.
    let mut early = Vec::new();
    let connected = tokio::select! {
        connected = handshake(session, url, protocols) => connected,
        () = closed_early(&mut queue, &mut early) => {
            return failed(Error::Aborted);
        }
    };
    let (stream, protocol) = match connected {
        Ok(connected) => connected,
        Err(error) => return failed(error),
    };
    told(Event::Open { protocol });
    let (sink, source) = stream.split();
    // The writer ends by itself when there is a Close frame from either side.
    let finish = Finish::default();
    let writing = write(sink, queue, early, told, &finish);
    let reading = read(source, told, &finish);
    tokio::pin!(writing);
    let closed = tokio::select! {
        closed = reading => closed,
        () = async {
            (&mut writing).await;
            // Our Close frame is out: the other side may take its time, but not
            // for ever.
            finish.closing.notified().await;
            tokio::time::sleep(CLOSING).await;
            if finish.answered.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
        } => Closed::default(),
    };
    if let Some(error) = closed.error {
        told(Event::Failed(error));
    }
    // Closed by both sides, whoever hangs up first.
    let clean = closed.received && closed.over;
    told(Event::Closed {
        code: closed.code,
        reason: closed.reason,
        clean,
    });
}

/// Resolves when the queue asks for an end; what comes before it is kept.
async fn closed_early(queue: &mut mpsc::UnboundedReceiver<Command>, early: &mut Vec<Command>) {
    loop {
        match queue.recv().await {
            Some(Command::Close(_)) => return,
            Some(command) => early.push(command),
            None => std::future::pending().await,
        }
    }
}

#[derive(Default)]
struct Finish {
    /// A Close frame of ours has been sent.
    closing: tokio::sync::Notify,
    /// The other side has sent one.
    received: tokio::sync::Notify,
    answered: AtomicBool,
}

type Stream = WebSocketStream<Socket>;

async fn handshake(
    session: &Arc<Inner>,
    url: &str,
    protocols: &[String],
) -> Result<(Stream, String), Error> {
    let target = Target::parse(url, ["ws", "wss"])?;
    let limits = &session.network.limits;
    let socket = connect(session, &target.origin, &[b"http/1.1"]).await?;
    let wrong = |error: http::Error| Error::Request(error.to_string());
    let mut request = http::Request::builder()
        .uri(format!("ws://{}{}", target.authority, target.path))
        .header(header::HOST, &target.authority)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(
            header::SEC_WEBSOCKET_KEY,
            tungstenite::handshake::client::generate_key(),
        )
        .header(header::USER_AGENT, crate::http::USER_AGENT)
        .body(())
        .map_err(wrong)?;
    if let Some(value) = target.authorization() {
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    if !protocols.is_empty() {
        let value = HeaderValue::try_from(protocols.join(", "));
        let value = value.map_err(|error| Error::Request(error.to_string()))?;
        request
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_PROTOCOL, value);
    }
    let most = Some(limits.message_size).filter(|size| *size > 0);
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = 8 * 1024;
    config.write_buffer_size = 8 * 1024;
    config.max_message_size = most;
    config.max_frame_size = most;
    let connecting = client_async_with_config(request, socket, Some(config));
    let (stream, response) = timeout(limits.headers_timeout, connecting)
        .await
        .map_err(|_| Error::Timeout {
            what: "the handshake",
            limit: limits.headers_timeout,
        })?
        .map_err(protocol_error)?;
    let protocol = response
        .headers()
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    Ok((stream, protocol))
}

fn protocol_error(error: tungstenite::Error) -> Error {
    Error::Protocol(error.to_string())
}

async fn write(
    mut sink: SplitSink<Stream, Message>,
    mut queue: mpsc::UnboundedReceiver<Command>,
    early: Vec<Command>,
    told: &(impl Fn(Event) + Send + Sync),
    finish: &Finish,
) {
    let mut early = early.into_iter();
    let mut sent = 0;
    loop {
        let command = match early.next() {
            Some(command) => Some(command),
            None => tokio::select! {
                command = queue.recv() => command,
                // What is left in the queue has nobody to read it.
                () = finish.received.notified() => return,
            },
        };
        let message = match command {
            Some(Command::Text(text)) => Message::Text(text.into()),
            Some(Command::Binary(bytes)) => Message::Binary(bytes),
            Some(Command::Close(frame)) => Message::Close(frame.map(|(code, reason)| CloseFrame {
                code: CloseCode::from(code),
                reason: reason.into(),
            })),
            // Nobody can say anything any more; it may still listen.
            None => std::future::pending().await,
        };
        let (size, is_close) = (message.len(), message.is_close());
        if sink.send(message).await.is_err() {
            // The reader hears of it, too.
            std::future::pending::<()>().await;
        }
        if is_close {
            finish.closing.notify_one();
            return;
        }
        sent += size;
        if sent >= SENT_STEP || (queue.is_empty() && early.len() == 0) {
            told(Event::Sent(std::mem::take(&mut sent)));
        }
    }
}

struct Closed {
    code: u16,
    reason: String,
    /// A Close frame was received.
    received: bool,
    /// The closing handshake was completed.
    over: bool,
    error: Option<Error>,
}

impl Default for Closed {
    fn default() -> Closed {
        Closed {
            code: 1006,
            reason: String::new(),
            received: false,
            over: false,
            error: None,
        }
    }
}

async fn read(
    mut source: SplitStream<Stream>,
    told: &(impl Fn(Event) + Send + Sync),
    finish: &Finish,
) -> Closed {
    let room = Arc::new(Semaphore::new(UNREAD));
    let mut closed = Closed::default();
    loop {
        let next = if closed.received {
            // It hangs up by itself, or is left.
            let next = timeout(HANGING_UP, source.next()).await;
            next.unwrap_or_default()
        } else {
            source.next().await
        };
        match next {
            Some(Ok(Message::Text(text))) => {
                let unread = unread(&room, text.len()).await;
                told(Event::Text(text.as_str().to_owned(), unread));
            }
            Some(Ok(Message::Binary(bytes))) => {
                let unread = unread(&room, bytes.len()).await;
                told(Event::Binary(bytes, unread));
            }
            Some(Ok(Message::Close(frame))) => {
                closed.received = true;
                (closed.code, closed.reason) = match frame {
                    Some(frame) => (frame.code.into(), frame.reason.as_str().to_owned()),
                    None => (1005, String::new()),
                };
                told(Event::Closing);
                finish.answered.store(true, Ordering::SeqCst);
                finish.received.notify_one();
            }
            Some(Ok(_)) => {}
            None | Some(Err(tungstenite::Error::ConnectionClosed)) => {
                closed.over = closed.received;
                return closed;
            }
            // Hung up without TLS's own goodbye, after everything was said.
            Some(Err(_)) if closed.received => {
                closed.over = true;
                return closed;
            }
            Some(Err(error)) => {
                closed.error = Some(protocol_error(error));
                return closed;
            }
        }
    }
}

async fn unread(room: &Arc<Semaphore>, bytes: usize) -> Unread {
    let wanted = (bytes + MESSAGE).min(UNREAD) as u32;
    let permit = room.clone().acquire_many_owned(wanted).await;
    Unread(permit.expect("never closed"))
}
