//! The algorithms, in one shape: some input in, some output out.

use std::io::Write;

use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, CompressorWriter};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::codec::Direction;

/// Compression Standard, 5, "supported formats".
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Gzip,
    Deflate,
    DeflateRaw,
    Brotli,
}

impl Format {
    pub(super) fn named(name: &str) -> Option<Format> {
        Some(match name {
            "gzip" => Format::Gzip,
            "deflate" => Format::Deflate,
            "deflate-raw" => Format::DeflateRaw,
            "brotli" => Format::Brotli,
            _ => return None,
        })
    }
}

type BrotliReader = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

pub(super) enum State {
    Deflate(Compress),
    Inflate(Decompress),
    BrotliEncode(Box<BrotliEncoder>),
    BrotliDecode(Box<BrotliReader>, usize),
}

/// What one step did.
pub(super) struct Made {
    pub(super) read: usize,
    pub(super) wrote: usize,
    pub(super) end: bool,
}

pub(super) struct BrotliEncoder {
    /// `None` once it has finished.
    writer: Option<CompressorWriter<Vec<u8>>>,
    ready: Vec<u8>,
    /// Of `ready`, what has been taken.
    at: usize,
}

const WINDOW_BITS: u8 = 15;
/// Of 0 to 11: the best ones are for files that are compressed once, 4 to 6 for what
/// servers compress on the fly.
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW_BITS: u32 = 19;

/// What is charged for their states, in bytes: rounded up from the windows and tables
/// that they allocate.
const DEFLATE_SIZE: usize = 300_000;
const INFLATE_SIZE: usize = 50_000;
const BROTLI_ENCODE_SIZE: usize = 3_000_000;
const BROTLI_DECODE_SIZE: usize = 200_000;

impl State {
    pub(super) fn new(format: Format, direction: Direction) -> State {
        match (format, direction) {
            (Format::Brotli, Direction::Compress) => {
                State::BrotliEncode(Box::new(BrotliEncoder::new()))
            }
            (Format::Brotli, Direction::Decompress) => {
                let (a, b, c) = Default::default();
                // Without the large windows that RFC 7932 does not know.
                State::BrotliDecode(Box::new(BrotliState::new_strict(a, b, c)), 0)
            }
            (_, Direction::Compress) => State::Deflate(match format {
                Format::Gzip => Compress::new_gzip(Compression::default(), WINDOW_BITS),
                _ => Compress::new(Compression::default(), format == Format::Deflate),
            }),
            (_, Direction::Decompress) => State::Inflate(match format {
                Format::Gzip => Decompress::new_gzip(WINDOW_BITS),
                _ => Decompress::new(format == Format::Deflate),
            }),
        }
    }

    /// Bytes that such a state takes, for an input that begins so.
    pub(super) fn size_of(format: Format, direction: Direction, input: &[u8]) -> usize {
        match (format, direction) {
            (Format::Brotli, Direction::Compress) => BROTLI_ENCODE_SIZE,
            (Format::Brotli, Direction::Decompress) => BROTLI_DECODE_SIZE + window(input),
            (_, Direction::Compress) => DEFLATE_SIZE,
            (_, Direction::Decompress) => INFLATE_SIZE,
        }
    }

    pub(super) fn size(&self) -> usize {
        match self {
            State::Deflate(_) => DEFLATE_SIZE,
            State::Inflate(_) => INFLATE_SIZE,
            State::BrotliEncode(_) => BROTLI_ENCODE_SIZE,
            State::BrotliDecode(_, window) => BROTLI_DECODE_SIZE + window,
        }
    }

    /// `None` where the input is not valid. With `last`, no input follows this.
    pub(super) fn run(&mut self, input: &[u8], out: &mut [u8], last: bool) -> Option<Made> {
        match self {
            State::Deflate(state) => {
                let flush = if last {
                    FlushCompress::Finish
                } else {
                    FlushCompress::None
                };
                let before = (state.total_in(), state.total_out());
                let status = state.compress(input, out, flush).ok()?;
                let now = (state.total_in(), state.total_out());
                Some(Made::of(before, now, status))
            }
            State::Inflate(state) => {
                let before = (state.total_in(), state.total_out());
                let status = state.decompress(input, out, FlushDecompress::None).ok()?;
                let now = (state.total_in(), state.total_out());
                Some(Made::of(before, now, status))
            }
            State::BrotliEncode(state) => state.run(input, out, last),
            State::BrotliDecode(state, size) => {
                if *size == 0 {
                    *size = window(input);
                }
                let (mut left, mut read) = (input.len(), 0);
                let (mut room, mut wrote, mut total) = (out.len(), 0, 0);
                let result = BrotliDecompressStream(
                    &mut left, &mut read, input, &mut room, &mut wrote, out, &mut total, state,
                );
                let end = match result {
                    BrotliResult::ResultSuccess => true,
                    BrotliResult::ResultFailure => return None,
                    _ => false,
                };
                Some(Made { read, wrote, end })
            }
        }
    }
}

impl Made {
    fn of(before: (u64, u64), now: (u64, u64), status: Status) -> Made {
        Made {
            read: (now.0 - before.0) as usize,
            wrote: (now.1 - before.1) as usize,
            end: status == Status::StreamEnd,
        }
    }
}

/// Bytes of the window that the first byte of a Brotli stream asks for: RFC 7932,
/// 9.1.
fn window(input: &[u8]) -> usize {
    let Some(first) = input.first().map(|byte| u32::from(*byte)) else {
        return 0;
    };
    let bits = match (first & 1, first >> 1 & 7, first >> 4 & 7) {
        (0, _, _) => 16,
        (_, 0, 0) => 17,
        (_, 0, more) => 8 + more,
        (_, more, _) => 17 + more,
    };
    1 << bits
}

impl BrotliEncoder {
    fn new() -> BrotliEncoder {
        let writer = CompressorWriter::new(Vec::new(), 4096, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
        BrotliEncoder {
            writer: Some(writer),
            ready: Vec::new(),
            at: 0,
        }
    }

    fn run(&mut self, input: &[u8], out: &mut [u8], last: bool) -> Option<Made> {
        let mut read = 0;
        if self.at == self.ready.len()
            && let Some(writer) = &mut self.writer
        {
            // Small steps: what comes of one has no bound but its size.
            let step = &input[..input.len().min(out.len())];
            writer.write_all(step).ok()?;
            read = step.len();
            self.ready = std::mem::take(writer.get_mut());
            self.at = 0;
            if last && read == input.len() {
                let rest = self.writer.take().map(CompressorWriter::into_inner);
                self.ready.extend(rest.unwrap_or_default());
            }
        }
        let wrote = out.len().min(self.ready.len() - self.at);
        out[..wrote].copy_from_slice(&self.ready[self.at..self.at + wrote]);
        self.at += wrote;
        let end = self.writer.is_none() && self.at == self.ready.len();
        Some(Made { read, wrote, end })
    }
}
