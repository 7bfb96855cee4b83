//! Blocks inside a run: an eight-byte header before each payload, enough to
//! find its size and both neighbours.
//!
//! ```text
//! run:   | index: u64 | head | payload .. | head | payload .. | end head |
//! big:   | index: u64 | head | payload ..                                |
//! ```
//! Heads lie at 8 modulo 16, so payloads are 16-byte aligned (C's
//! `max_align_t`). The end head is in use and of size 0: a block always has a
//! next one, and it is never merged with.

/// Bytes of a run before its first head: the run's index in the region.
pub(super) const RUN_HEAD: usize = 8;
/// Bytes of a head.
pub(super) const HEAD: usize = 8;
/// Bytes of a run that no payload can have: its index and one head.
pub(super) const BIG_OVERHEAD: usize = RUN_HEAD + HEAD;
/// Same for a run cut into blocks: its index and its end head.
pub(super) const RUN_OVERHEAD: usize = RUN_HEAD + HEAD;
/// Alignment of payloads and granularity of block sizes, in bytes.
pub(super) const ALIGN: usize = 16;
/// The shortest block: a free one holds its head and two links.
pub(super) const MIN_BLOCK: usize = 32;

const USED: u64 = 1;
const BIG: u64 = 2;
const FLAGS: u64 = 15;

/// A block's head. Small blocks: bits 4..32 the size with the head, bits 32..64
/// the size of the block before (0 for the first). Big: bits 4..64 the usable size.
#[derive(Clone, Copy)]
struct Head(u64);

/// The address of a head. Every method trusts that it is one, of a live run:
/// this is why they are unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(*mut u8);

// Why each access below is sound: by the contract of the type `self.0` is the
// head of a block in a run that the region owns alone; heads are 8-aligned, and
// the links of a free block lie in its payload of at least 24 bytes.
#[allow(clippy::missing_safety_doc)]
impl Block {
    pub const NULL: Self = Self(std::ptr::null_mut());

    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The block that a payload pointer belongs to.
    pub unsafe fn of(payload: *const u8) -> Self {
        // SAFETY: a head lies before every payload.
        Self(unsafe { payload.cast_mut().sub(HEAD) })
    }

    /// The first block of the run at `base`.
    pub unsafe fn first_of(base: *mut u8) -> Self {
        // SAFETY: a run is longer than its own head.
        Self(unsafe { base.add(RUN_HEAD) })
    }

    /// The end head of the run at `base` of `len` bytes.
    pub unsafe fn end_of(base: *mut u8, len: usize) -> Self {
        // SAFETY: the end head is the last word of a run cut into blocks.
        Self(unsafe { base.add(len - HEAD) })
    }

    pub fn payload(self) -> *mut u8 {
        self.0.wrapping_add(HEAD)
    }

    /// The run that a first (or big) block begins.
    pub fn run_base(self) -> *mut u8 {
        self.0.wrapping_sub(RUN_HEAD)
    }

    unsafe fn head(self) -> Head {
        // SAFETY: see above.
        Head(unsafe { self.0.cast::<u64>().read() })
    }

    unsafe fn set_head(self, head: u64) {
        // SAFETY: see above.
        unsafe { self.0.cast::<u64>().write(head) }
    }

    /// Writes the head of a small block.
    pub unsafe fn set(self, size: usize, before: usize, used: bool) {
        debug_assert!(size.is_multiple_of(ALIGN) && size < 1 << 32 && before < 1 << 32);
        // SAFETY: see above.
        unsafe { self.set_head((before as u64) << 32 | size as u64 | u64::from(used)) }
    }

    pub unsafe fn set_before(self, before: usize) {
        // SAFETY: see above.
        unsafe { self.set_head(self.head().0 & 0xffff_ffff | (before as u64) << 32) }
    }

    /// Writes the end head of a run, behind a block of `before` bytes.
    pub unsafe fn set_end(self, before: usize) {
        // SAFETY: see above.
        unsafe { self.set(0, before, true) }
    }

    /// Writes the head of a big block of so many usable bytes.
    pub unsafe fn set_big(self, usable: usize) {
        // SAFETY: see above.
        unsafe { self.set_head((usable as u64) << 4 | BIG | USED) }
    }

    pub unsafe fn is_used(self) -> bool {
        // SAFETY: see above.
        unsafe { self.head().0 & USED != 0 }
    }

    pub unsafe fn is_big(self) -> bool {
        // SAFETY: see above.
        unsafe { self.head().0 & BIG != 0 }
    }

    /// Bytes of a small block with its head; 0 for the end of the run.
    pub unsafe fn size(self) -> usize {
        // SAFETY: see above.
        unsafe { (self.head().0 & 0xffff_ffff & !FLAGS) as usize }
    }

    /// Bytes of the block before this one, 0 if this is the first.
    pub unsafe fn before(self) -> usize {
        // SAFETY: see above.
        unsafe { (self.head().0 >> 32) as usize }
    }

    /// Bytes that the owner of the payload may use.
    pub unsafe fn usable(self) -> usize {
        // SAFETY: see above.
        unsafe {
            if self.is_big() {
                (self.head().0 >> 4) as usize
            } else {
                self.size() - HEAD
            }
        }
    }

    pub unsafe fn next(self) -> Self {
        // SAFETY: see above.
        Self(self.0.wrapping_add(unsafe { self.size() }))
    }

    pub unsafe fn previous(self) -> Self {
        // SAFETY: see above.
        Self(self.0.wrapping_sub(unsafe { self.before() }))
    }

    /// True for a free block that is all of its run.
    pub unsafe fn is_whole_run(self) -> bool {
        // SAFETY: see above.
        unsafe { self.before() == 0 && self.next().size() == 0 }
    }

    /// The next and the previous free block in the same bin.
    pub unsafe fn links(self) -> (Self, Self) {
        let links = self.payload().cast::<Self>();
        // SAFETY: see above; the block is free, its links were written then.
        unsafe { (links.read(), links.add(1).read()) }
    }

    pub unsafe fn set_next_free(self, next: Self) {
        // SAFETY: see above; the block is free.
        unsafe { self.payload().cast::<Self>().write(next) }
    }

    pub unsafe fn set_previous_free(self, previous: Self) {
        // SAFETY: see above; the block is free.
        unsafe { self.payload().cast::<Self>().add(1).write(previous) }
    }
}
