//! The counters of one heap, and what the engine asks while it compiles.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use quickbeam_engine_sys as sys;

use super::places::{adler32, points};
use super::{CoverUnit, Covered, Key, key, lock, registry};

/// Where the counters of which text begin: what code shared by heaps was compiled with.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    units: Vec<(Arc<CoverUnit>, usize)>,
    size: usize,
}

/// The counters. The engine writes them, on the thread that has the heap, and is told
/// under the lock where they are; whoever has the lock may read them.
pub(super) struct Counts {
    layout: Layout,
    counts: Vec<AtomicU64>,
    /// What was counted when all was last forgotten.
    forgotten: Vec<u64>,
}

impl Counts {
    /// What has been counted: ever, or since all was last forgotten.
    pub(super) fn covered(&self, lately: bool) -> Vec<Covered> {
        let units = self.layout.units.iter();
        units
            .map(|(unit, base)| {
                let count = |index: usize| {
                    let count = self.counts[index].load(Ordering::Relaxed);
                    match self.forgotten.get(index) {
                        Some(before) if lately => count.saturating_sub(*before),
                        _ => count,
                    }
                };
                Covered {
                    unit: unit.clone(),
                    counts: (*base..base + unit.points.len()).map(count).collect(),
                }
            })
            .collect()
    }

    pub(super) fn forget(&mut self) {
        let counts = self.counts.iter();
        self.forgotten = counts.map(|count| count.load(Ordering::Relaxed)).collect();
    }

    /// Room for all points, which the engine is told of.
    fn grow(&mut self, ctx: *mut sys::JSContext) {
        self.counts
            .resize_with(self.layout.size, AtomicU64::default);
        let counts: *mut u64 = self.counts.as_mut_ptr().cast();
        let size = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
        // SAFETY: the counters stay there until this is called again, or the heap has
        // ended; AtomicU64 lies in memory as u64 does.
        unsafe { sys::JS_SetContextCoverCounts(ctx, counts, size) }
    }
}

/// The coverage of a heap.
pub(crate) struct HeapCover {
    counts: Arc<Mutex<Counts>>,
    /// Texts that have been compiled here: where their counters begin.
    known: RefCell<HashMap<Key, usize>>,
    /// The text that is being compiled for the first time.
    pending: RefCell<Option<Pending>>,
    skip: Cell<usize>,
    paused: Cell<bool>,
}

struct Pending {
    key: Key,
    name: String,
    skip: usize,
}

impl HeapCover {
    /// Have the engine count in `ctx`.
    ///
    /// # Safety
    /// `ctx` must be alive, must not be used once this is dropped, and its heap must
    /// be used by one thread at a time.
    pub(crate) unsafe fn new(ctx: *mut sys::JSContext, layout: Layout) -> Box<HeapCover> {
        let known = layout.units.iter();
        let known = known.map(|(unit, base)| (unit.key, *base)).collect();
        let mut counts = Counts {
            layout,
            counts: Vec::new(),
            forgotten: Vec::new(),
        };
        counts.grow(ctx);
        let cover = Box::new(HeapCover {
            counts: Arc::new(Mutex::new(counts)),
            known: RefCell::new(known),
            pending: RefCell::default(),
            skip: Cell::new(0),
            paused: Cell::new(false),
        });
        registry().heaps.push(Arc::downgrade(&cover.counts));
        let opaque: *mut c_void = (&raw const *cover).cast_mut().cast();
        // SAFETY: boxed, so alive as long as the context is used; the callbacks have
        // the signatures that the engine wants.
        unsafe { sys::JS_SetContextCover(ctx, Some(begin), Some(end), opaque) };
        cover
    }

    pub(crate) fn layout(&self) -> Layout {
        lock(&self.counts).layout.clone()
    }

    pub(super) fn covered(&self) -> Vec<Covered> {
        lock(&self.counts).covered(false)
    }

    pub(super) fn paused<R>(&self, compile: impl FnOnce() -> R) -> R {
        let before = self.paused.replace(true);
        let result = compile();
        self.paused.set(before);
        result
    }

    pub(super) fn skip(&self, bytes: usize) {
        self.skip.set(bytes);
    }

    /// The number of the first point of a text; `None` where it is not covered.
    fn begin(&self, name: &str, text: &[u8], flags: u32) -> Option<usize> {
        let skip = self.skip.take();
        *self.pending.borrow_mut() = None;
        if self.paused.get() || !is_named(name) {
            return None;
        }
        let kind = flags & (sys::JS_EVAL_TYPE_MASK | sys::JS_EVAL_FLAG_ASYNC);
        let key = key((name, text, kind, skip));
        if let Some(base) = self.known.borrow().get(&key) {
            return Some(*base);
        }
        *self.pending.borrow_mut() = Some(Pending {
            key,
            name: name.to_owned(),
            skip,
        });
        Some(lock(&self.counts).layout.size)
    }

    fn end(&self, ctx: *mut sys::JSContext, text: &[u8], raw: &[sys::JSCoverPoint]) {
        let Some(Pending { key, name, skip }) = self.pending.borrow_mut().take() else {
            return;
        };
        let unit = registry().keep(key, || {
            let own = text.get(skip..).unwrap_or_default();
            CoverUnit {
                key,
                name,
                bytes: own.len(),
                adler32: adler32(own),
                points: points(text, skip, raw),
            }
        });
        let mut counts = lock(&self.counts);
        let base = counts.layout.size;
        counts.layout.size += unit.points.len();
        counts.layout.units.push((unit, base));
        counts.grow(ctx);
        self.known.borrow_mut().insert(key, base);
    }
}

impl Drop for HeapCover {
    fn drop(&mut self) {
        registry().end(&self.counts);
    }
}

/// Whether code of that name comes from somewhere: not `<eval>`, not a URL that holds
/// its own text.
fn is_named(name: &str) -> bool {
    !name.is_empty()
        && !["<", "data:", "blob:"]
            .iter()
            .any(|none| name.starts_with(none))
}

unsafe extern "C" fn begin(
    _ctx: *mut sys::JSContext,
    filename: *const c_char,
    input: *const c_char,
    len: usize,
    flags: c_int,
    opaque: *mut c_void,
) -> i64 {
    // SAFETY: set in HeapCover::new; a NUL-terminated name and `len` bytes of text.
    let (cover, name, text) = unsafe {
        (
            &*opaque.cast::<HeapCover>(),
            CStr::from_ptr(filename).to_string_lossy(),
            std::slice::from_raw_parts(input.cast::<u8>(), len),
        )
    };
    let base = catch_unwind(AssertUnwindSafe(|| cover.begin(&name, text, flags as u32)));
    match base {
        // Numbers of points have 32 bits.
        Ok(Some(base)) if base < u32::MAX as usize >> 1 => base as i64,
        _ => -1,
    }
}

unsafe extern "C" fn end(
    ctx: *mut sys::JSContext,
    input: *const c_char,
    len: usize,
    points: *const sys::JSCoverPoint,
    count: u32,
    opaque: *mut c_void,
) {
    if count == 0 {
        return;
    }
    // SAFETY: as in `begin`; `count` points.
    let (cover, text, points) = unsafe {
        (
            &*opaque.cast::<HeapCover>(),
            std::slice::from_raw_parts(input.cast::<u8>(), len),
            std::slice::from_raw_parts(points, count as usize),
        )
    };
    // A text that could not be taken down is not counted.
    let _ = catch_unwind(AssertUnwindSafe(|| cover.end(ctx, text, points)));
}
