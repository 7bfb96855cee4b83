//! The bytes of a Blob: immutable, outside of the JavaScript heap, and shared
//! between a Blob, its slices and what is made of them.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use quickbeam_engine::{Charge, Cx, JsResult};

/// Bytes of another Blob are copied up to this many: a piece costs about as much.
const SHARE_AT: usize = 4096;

/// A run of bytes that may be part of a longer one.
#[derive(Clone)]
struct Run {
    data: Arc<Vec<u8>>,
    range: Range<usize>,
}

#[derive(Clone)]
struct Piece {
    run: Run,
    /// That of `run.data`, as a whole, in this heap.
    _charge: Rc<Charge>,
}

/// A sequence of bytes in a heap.
#[derive(Clone)]
pub(crate) struct Pieces {
    pieces: Vec<Piece>,
    length: usize,
    /// That of the list itself.
    _charge: Rc<Charge>,
}

/// The same without a heap.
pub(super) struct Loose {
    runs: Vec<Run>,
    length: usize,
}

impl Pieces {
    /// How many bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// All bytes in one, copied where they are in several pieces.
    pub(crate) fn contiguous(&self, cx: Cx<'_>) -> JsResult<Cow<'_, [u8]>> {
        match &*self.pieces {
            [] => Ok(Cow::Borrowed(&[])),
            [one] => Ok(Cow::Borrowed(one.run.bytes())),
            several => {
                drop(cx.hold(self.length)?);
                let mut all = Vec::with_capacity(self.length);
                for piece in several {
                    cx.append(piece.run.bytes(), &mut all)?;
                }
                Ok(Cow::Owned(all))
            }
        }
    }

    /// Some of the bytes, shared with `self`.
    pub(crate) fn slice(&self, cx: Cx<'_>, range: Range<usize>) -> JsResult<Pieces> {
        let mut pieces = Vec::new();
        let mut start = 0;
        for piece in &self.pieces {
            cx.poll()?;
            let length = piece.run.range.len();
            let from = range.start.clamp(start, start + length) - start;
            let to = range.end.clamp(start, start + length) - start;
            if from < to {
                let mut part = piece.clone();
                let base = part.run.range.start;
                part.run.range = base + from..base + to;
                pieces.push(part);
            }
            start += length;
        }
        Pieces::of(cx, pieces)
    }

    fn of(cx: Cx<'_>, pieces: Vec<Piece>) -> JsResult<Pieces> {
        Ok(Pieces {
            length: pieces.iter().map(|piece| piece.run.range.len()).sum(),
            _charge: Rc::new(cx.hold(pieces.len() * size_of::<Piece>())?),
            pieces,
        })
    }

    pub(super) fn loosen(&self) -> Loose {
        let runs = self.pieces.iter().map(|piece| piece.run.clone());
        Loose {
            runs: runs.collect(),
            length: self.length,
        }
    }
}

impl Loose {
    /// Bytes that it keeps alive, at most.
    pub(super) fn size(&self) -> usize {
        self.length + self.runs.len() * size_of::<Run>()
    }

    /// Into a heap, which is charged for all that the runs are parts of.
    pub(super) fn settle(&self, cx: Cx<'_>) -> JsResult<Pieces> {
        let mut pieces: Vec<Piece> = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            cx.poll()?;
            let charge = match pieces.last() {
                Some(last) if Arc::ptr_eq(&last.run.data, &run.data) => last._charge.clone(),
                _ => Rc::new(cx.hold(run.data.len())?),
            };
            pieces.push(Piece {
                run: run.clone(),
                _charge: charge,
            });
        }
        Pieces::of(cx, pieces)
    }
}

impl Run {
    fn bytes(&self) -> &[u8] {
        &self.data[self.range.clone()]
    }
}

/// Puts pieces together.
pub(crate) struct Builder<'a> {
    cx: Cx<'a>,
    pieces: Vec<Piece>,
    /// What was added last, and is copied.
    pending: Vec<u8>,
    charge: Charge,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(cx: Cx<'a>) -> JsResult<Builder<'a>> {
        Ok(Builder {
            cx,
            pieces: Vec::new(),
            pending: Vec::new(),
            charge: cx.hold(0)?,
        })
    }

    /// Add `length` bytes that `append` appends to what it is given.
    pub(crate) fn append(
        &mut self,
        length: usize,
        append: impl FnOnce(&mut Vec<u8>) -> JsResult<()>,
    ) -> JsResult<()> {
        let bytes = self.pending.len() + length;
        self.charge.set(self.cx, bytes)?;
        append(&mut self.pending)
    }

    /// Add the bytes of another, shared if they are many.
    pub(crate) fn share(&mut self, other: &Pieces) -> JsResult<()> {
        if other.length < SHARE_AT {
            for piece in &other.pieces {
                let bytes = piece.run.bytes();
                let cx = self.cx;
                self.append(bytes.len(), |to| cx.append(bytes, to))?;
            }
            return Ok(());
        }
        self.flush()?;
        for piece in &other.pieces {
            self.cx.poll()?;
            self.pieces.push(piece.clone());
        }
        // A list that doubles itself is stopped where it would not fit.
        drop(self.cx.hold(self.pieces.len() * size_of::<Piece>())?);
        Ok(())
    }

    fn flush(&mut self) -> JsResult<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut data = std::mem::take(&mut self.pending);
        data.shrink_to_fit();
        let charge = std::mem::replace(&mut self.charge, self.cx.hold(0)?);
        self.pieces.push(Piece {
            run: Run {
                range: 0..data.len(),
                data: Arc::new(data),
            },
            _charge: Rc::new(charge),
        });
        Ok(())
    }

    pub(crate) fn finish(mut self) -> JsResult<Pieces> {
        self.flush()?;
        Pieces::of(self.cx, self.pieces)
    }
}
