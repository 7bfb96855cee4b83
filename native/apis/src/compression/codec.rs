//! A codec in a heap: input waiting, output in chunks.

use quickbeam_engine::{Charge, Cx, JsResult};

use super::state::{Format, Made, State};
use crate::arguments::type_error;

/// Bytes of output at once.
const CHUNK: usize = 64 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Compress,
    Decompress,
}

pub(super) struct Codec {
    format: Format,
    direction: Direction,
    /// Made when there is something to do, dropped at the end.
    state: Option<State>,
    input: Vec<u8>,
    /// Of `input`, what has been gone through.
    at: usize,
    finishing: bool,
    ended: bool,
    /// Of the state and the input.
    charge: Charge,
}

impl Codec {
    pub(super) fn new(cx: Cx<'_>, format: Format, direction: Direction) -> JsResult<Codec> {
        Ok(Codec {
            format,
            direction,
            state: None,
            input: Vec::new(),
            at: 0,
            finishing: false,
            ended: false,
            charge: cx.hold(0)?,
        })
    }

    pub(super) fn push(&mut self, cx: Cx<'_>, input: Vec<u8>) -> JsResult<()> {
        self.recount(cx, input.len())?;
        self.input = input;
        self.at = 0;
        Ok(())
    }

    /// No more input follows.
    pub(super) fn finish(&mut self) {
        self.finishing = true;
    }

    fn recount(&mut self, cx: Cx<'_>, input: usize) -> JsResult<()> {
        let state = self.state.as_ref().map_or(0, |state| state.size());
        self.charge.set(cx, state + input)
    }

    /// The next chunk; `None` where more input is needed, or nothing follows.
    pub(super) fn pull(&mut self, cx: Cx<'_>) -> JsResult<Option<Vec<u8>>> {
        let corrupt = |why: &str| Err(type_error(cx, &format!("The compressed data {why}")));
        if self.ended {
            return match self.at < self.input.len() {
                true => corrupt("goes on after its end"),
                false => Ok(None),
            };
        }
        if self.at == self.input.len() && !self.finishing {
            return Ok(None);
        }
        if self.state.is_none() {
            let size = State::size_of(self.format, self.direction, &self.input);
            self.charge.set(cx, size + self.input.len())?;
            self.state = Some(State::new(self.format, self.direction));
        }
        let mut out = vec![0; CHUNK];
        let mut written = 0;
        while written < CHUNK {
            let Some(state) = &mut self.state else { break };
            let input = &self.input[self.at..];
            // In steps, so that what becomes little can be stopped too. To compress takes
            // some ten times as long.
            let step = &input[..input.len().min(CHUNK)];
            let pace = match self.direction {
                Direction::Compress => 16,
                Direction::Decompress => 2,
            };
            cx.spend(pace * step.len().max(CHUNK / 16))?;
            let last = self.finishing && step.len() == input.len();
            let Made { read, wrote, end } = match state.run(step, &mut out[written..], last) {
                Some(made) => made,
                None => return corrupt("is not valid"),
            };
            self.at += read;
            written += wrote;
            if end {
                self.end(cx)?;
                if self.at < self.input.len() {
                    // What came before it still comes out first.
                    break;
                }
            } else if read == 0 && wrote == 0 {
                break;
            }
        }
        if written > 0 {
            out.truncate(written);
            return Ok(Some(out));
        }
        if self.ended {
            return self.pull(cx);
        }
        if self.finishing && self.direction == Direction::Decompress {
            return corrupt("ends too early");
        }
        Ok(None)
    }

    fn end(&mut self, cx: Cx<'_>) -> JsResult<()> {
        self.ended = true;
        self.state = None;
        if self.at == self.input.len() {
            self.input = Vec::new();
            self.at = 0;
        }
        self.recount(cx, self.input.len())
    }
}
