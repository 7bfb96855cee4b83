//! Content codings of responses (RFC 9110, 8.4.1).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use futures_util::TryStreamExt;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::io::{AsyncBufRead, AsyncRead, BufReader, ReadBuf};
use tokio_util::io::StreamReader;

use crate::error::Error;

/// What a response may be coded in at most, one over the other.
const CODINGS: usize = 4;

/// A coding that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoding {
    Gzip,
    Deflate,
    Brotli,
}

impl Decoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Decoding::Gzip => "gzip",
            Decoding::Deflate => "deflate",
            Decoding::Brotli => "br",
        }
    }
}

/// The codings of a body by its Content-Encoding, in the order to undo them. With
/// one that is not understood, or too many, the body is left as it is.
pub(crate) fn codings<'h>(headers: impl Iterator<Item = &'h [u8]>) -> Vec<Decoding> {
    let mut found = Vec::new();
    for header in headers {
        for coding in header.split(|byte| *byte == b',') {
            let coding = coding.trim_ascii().to_ascii_lowercase();
            found.push(match coding.as_slice() {
                b"gzip" | b"x-gzip" => Decoding::Gzip,
                b"deflate" => Decoding::Deflate,
                b"br" => Decoding::Brotli,
                b"" | b"identity" => continue,
                _ => return Vec::new(),
            });
        }
    }
    if found.len() > CODINGS {
        return Vec::new();
    }
    found.reverse();
    found
}

/// A body without its codings.
pub(crate) type Decoder = Pin<Box<dyn AsyncRead + Send>>;

type Input = Pin<Box<dyn AsyncBufRead + Send>>;

pub(crate) fn decode(body: Incoming, decodings: &[Decoding]) -> Decoder {
    let bytes = body
        .into_data_stream()
        .map_err(|error| io::Error::other(Error::from(error)));
    let input: Input = Box::pin(StreamReader::new(bytes));
    let mut input = input;
    for decoding in decodings {
        let decoder: Decoder = match decoding {
            Decoding::Gzip => {
                let mut decoder = GzipDecoder::new(input);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Decoding::Deflate => Box::pin(Deflate::Unknown(Some(input))),
            Decoding::Brotli => Box::pin(BrotliDecoder::new(input)),
        };
        input = Box::pin(BufReader::new(decoder));
    }
    Box::pin(input)
}

/// What a failed read of [`decode`] means: an error of the connection, or data
/// that is not what it is said to be.
pub(crate) fn error(error: io::Error, coding: &str) -> Error {
    let reason = error.to_string();
    match error.into_inner().map(|inner| inner.downcast::<Error>()) {
        Some(Ok(inner)) => *inner,
        _ => Error::Coding {
            coding: coding.to_owned(),
            reason,
        },
    }
}

/// "deflate" is zlib's format by the standard, and plain deflate by some servers.
enum Deflate {
    Unknown(Option<Input>),
    Zlib(Box<ZlibDecoder<Input>>),
    Plain(Box<DeflateDecoder<Input>>),
}

impl AsyncRead for Deflate {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            match &mut *self {
                Deflate::Zlib(decoder) => return Pin::new(decoder).poll_read(cx, buffer),
                Deflate::Plain(decoder) => return Pin::new(decoder).poll_read(cx, buffer),
                Deflate::Unknown(input) => {
                    let Some(reader) = input else {
                        return Poll::Ready(Ok(()));
                    };
                    let first = match reader.as_mut().poll_fill_buf(cx) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                        Poll::Ready(Ok(bytes)) => bytes.first().copied(),
                    };
                    let Some((first, reader)) = first.zip(input.take()) else {
                        return Poll::Ready(Ok(()));
                    };
                    *self = if first & 0x0f == 8 {
                        Deflate::Zlib(Box::new(ZlibDecoder::new(reader)))
                    } else {
                        Deflate::Plain(Box::new(DeflateDecoder::new(reader)))
                    };
                }
            }
        }
    }
}
