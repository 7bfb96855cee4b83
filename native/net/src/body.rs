//! Bodies as they come and go, piece by piece: nothing is read from the network
//! before somebody asks for it, nor taken from a writer before there is room.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::connections::{H1, Using, give_back};
use crate::decoding::{Decoder, Decoding};
use crate::error::Error;
use crate::runtime::Counted;
use crate::session::Inner;
use crate::target::Origin;

/// What a request carries.
#[derive(Debug, Default)]
pub enum RequestBody {
    #[default]
    Empty,
    Bytes(Bytes),
    /// As [`Upload`] gives it.
    Stream(mpsc::Receiver<Piece>),
}

/// A piece of a body that is sent while it is made.
#[derive(Debug)]
pub enum Piece {
    Bytes(Bytes),
    /// That was all. A stream that just stops is a failed one.
    End,
}

/// The other end of [`RequestBody::Stream`].
#[derive(Debug, Clone)]
pub struct Upload(mpsc::Sender<Piece>);

/// A body to be written by an [`Upload`].
pub fn upload() -> (Upload, RequestBody) {
    let (sender, receiver) = mpsc::channel(1);
    (Upload(sender), RequestBody::Stream(receiver))
}

impl Upload {
    /// Send a piece, and tell `done` when there is room for the next: false where
    /// nobody takes any more.
    pub fn send(&self, piece: Piece, done: impl FnOnce(bool) + Send + 'static) {
        let sender = self.0.clone();
        match crate::runtime::runtime() {
            Ok(runtime) => drop(runtime.spawn(async move {
                let sent = sender.send(piece).await.is_ok();
                done(sent);
            })),
            Err(_) => done(false),
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut *self {
            RequestBody::Empty => Poll::Ready(None),
            RequestBody::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = RequestBody::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            RequestBody::Stream(pieces) => match ready!(pieces.poll_recv(cx)) {
                Some(Piece::Bytes(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Piece::End) => {
                    *self = RequestBody::Empty;
                    Poll::Ready(None)
                }
                None => Poll::Ready(Some(Err(Error::Aborted))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, RequestBody::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            RequestBody::Empty => SizeHint::with_exact(0),
            RequestBody::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            RequestBody::Stream(_) => SizeHint::default(),
        }
    }
}

/// A body on its way; whoever holds the other end hears when nothing of it is left
/// to be sent.
pub(crate) struct Outgoing {
    pub(crate) body: RequestBody,
    _left: oneshot::Sender<()>,
}

impl Outgoing {
    pub(crate) fn new(body: RequestBody) -> (Outgoing, oneshot::Receiver<()>) {
        let (left, is_left) = oneshot::channel();
        (Outgoing { body, _left: left }, is_left)
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Told the next piece of a body; `None` at its end.
pub type Read = Box<dyn FnOnce(Result<Option<Bytes>, Error>) + Send>;

/// The body of a response. Dropping it closes the connection (or resets the
/// stream) where it was not read to the end.
pub struct ResponseBody {
    reads: mpsc::UnboundedSender<Read>,
    _guard: DropGuard,
}

impl ResponseBody {
    /// Ask for the next piece. After an end or an error there is nothing more: then
    /// `read` is dropped.
    pub fn read(&self, read: Read) {
        let _ = self.reads.send(read);
    }
}

/// What a body is read from, and what becomes of the connection after it.
pub(crate) struct Incomings {
    pub(crate) body: Incoming,
    pub(crate) decodings: Vec<Decoding>,
    pub(crate) origin: Origin,
    pub(crate) sender: Option<H1>,
    pub(crate) using: Option<Using>,
    pub(crate) counted: Counted,
}

/// Serve the reads of a body until its end, or until `token` is cancelled.
pub(crate) fn serve(
    session: &Arc<Inner>,
    token: CancellationToken,
    incoming: Incomings,
) -> Result<ResponseBody, Error> {
    let (reads, mut asked) = mpsc::unbounded_channel::<Read>();
    let own = session.clone();
    session.spawn_until(token.clone(), async move {
        let Incomings {
            body,
            decodings,
            origin,
            sender,
            using,
            counted,
        } = incoming;
        let mut source = Source::new(body, decodings);
        let limits = &own.network.limits;
        let mut total = 0;
        while let Some(read) = asked.recv().await {
            let late = |_| {
                Err(Error::Timeout {
                    what: "the next piece of the body",
                    limit: limits.idle_timeout,
                })
            };
            let mut next = timeout(limits.idle_timeout, source.next())
                .await
                .unwrap_or_else(late);
            if let Ok(Some(bytes)) = &next {
                total += bytes.len() as u64;
                if limits.body_size > 0 && total > limits.body_size {
                    next = Err(Error::BodyTooLarge(limits.body_size));
                }
            }
            let more = matches!(next, Ok(Some(_)));
            if !more {
                // Before the reader hears of it, so that it finds things closed.
                let ended = next.is_ok();
                drop((source, using, counted));
                if let Some(mut sender) = sender.filter(|_| ended)
                    && sender.ready().await.is_ok()
                {
                    give_back(&own, &origin, sender);
                }
                read(next);
                return;
            }
            read(next);
        }
    })?;
    Ok(ResponseBody {
        reads,
        _guard: token.drop_guard(),
    })
}

/// What a body with content codings is read in.
const DECODED: usize = 32 * 1024;

enum Source {
    Plain(Incoming),
    Decoded(Decoder, String),
}

impl Source {
    fn new(body: Incoming, decodings: Vec<Decoding>) -> Source {
        if decodings.is_empty() {
            return Source::Plain(body);
        }
        let names: Vec<&str> = decodings.iter().map(|decoding| decoding.name()).collect();
        let names = names.join(", ");
        Source::Decoded(crate::decoding::decode(body, &decodings), names)
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        match self {
            Source::Plain(body) => loop {
                let Some(frame) = body.frame().await else {
                    return Ok(None);
                };
                match frame?.into_data() {
                    Ok(data) if !data.is_empty() => return Ok(Some(data)),
                    _ => {}
                }
            },
            Source::Decoded(decoder, coding) => {
                let mut bytes = BytesMut::with_capacity(DECODED);
                match decoder.read_buf(&mut bytes).await {
                    Ok(0) => Ok(None),
                    Ok(_) => Ok(Some(bytes.freeze())),
                    Err(error) => Err(crate::decoding::error(error, coding)),
                }
            }
        }
    }
}
