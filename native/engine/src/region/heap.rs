//! [`Region`]: the blocks of one context.

use std::ptr;
use std::sync::Arc;

use super::bins::Bins;
use super::block::{ALIGN, BIG_OVERHEAD, Block, HEAD, MIN_BLOCK, RUN_OVERHEAD};
use super::budget::Budget;
use super::page_store::{OWN_MAPPING_MIN, PageStore, Run};

/// Requests above this many bytes get a run of their own, which goes back to
/// the store the moment it is freed.
const SMALL_MAX: usize = 32 * 1024;

/// The first run, and the steps by which a heap grows: a sixteenth of what is
/// held within these bounds. A small heap's slack stays small, a big heap asks
/// seldom.
const FIRST_RUN: usize = 32 * 1024;
const SHORTEST_STEP: usize = 4 * 1024;
const LONGEST_STEP: usize = 64 * 1024;
/// Runs of small blocks grow in place up to this: one live block pins a run.
const LONGEST_RUN: usize = 128 * 1024;

/// An empty run up to this long is kept for the next request: one, no more.
const SPARE_MAX: usize = 64 * 1024;

/// The heap of one context. One thread uses it at a time, any thread; dropping
/// it gives everything back, in time proportional to the number of runs.
pub struct Region {
    store: &'static PageStore,
    budget: Arc<Budget>,
    bins: Bins,
    /// All runs held, big blocks among them. The first word of each is its
    /// place here.
    runs: Vec<Run>,
    /// A run that is one free block (and in a bin as such), or null.
    spare: Block,
    /// First block of the latest run of small blocks: the one to grow, or null.
    growing: Block,
    /// Sum of the lengths of `runs`.
    held: usize,
}

// SAFETY: the pointers inside lead to memory that this region alone owns, and
// nothing in it is tied to a thread.
unsafe impl Send for Region {}

impl Region {
    /// An empty region. It holds no page before the first allocation.
    pub fn new(budget: Arc<Budget>) -> Self {
        Self::in_store(PageStore::global(), budget)
    }

    pub(super) fn in_store(store: &'static PageStore, budget: Arc<Budget>) -> Self {
        Self {
            store,
            budget,
            bins: Bins::new(),
            runs: Vec::new(),
            spare: Block::NULL,
            growing: Block::NULL,
            held: 0,
        }
    }

    /// Bytes held from the page store: what the budget is charged.
    pub fn chunk_bytes(&self) -> usize {
        self.held
    }

    /// The budget that this region draws on.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// At least `size` bytes, 16-byte aligned, contents undefined; null when
    /// the budget or the system has no more. A size of 0 gets a block too.
    pub fn malloc(&mut self, size: usize) -> *mut u8 {
        if is_big(size) {
            return self.malloc_big(size).map_or(ptr::null_mut(), |(p, _)| p);
        }
        let need = block_size(size);
        let Some(block) = self.bins.find(need).or_else(|| self.grow(need)) else {
            return ptr::null_mut();
        };
        // SAFETY: `block` is in a bin, free and at least `need` bytes long.
        unsafe {
            self.bins.remove(block);
            if block == self.spare {
                self.spare = Block::NULL;
            }
            self.use_front(block, block.size(), need);
        }
        block.payload()
    }

    /// As [`malloc`](Self::malloc), `count * size` bytes and all zeros. Null
    /// when the product is no number.
    pub fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        let Some(bytes) = count.checked_mul(size) else {
            return ptr::null_mut();
        };
        let (payload, zeroed) = if is_big(bytes) {
            self.malloc_big(bytes).unwrap_or((ptr::null_mut(), true))
        } else {
            let payload = self.malloc(bytes);
            (payload, payload.is_null())
        };
        if !zeroed {
            // SAFETY: a block of at least `bytes`, ours until it is returned.
            unsafe { payload.write_bytes(0, bytes) };
        }
        payload
    }

    /// Resizes a block, in place where it can; null (and the block as it was)
    /// when there is no memory. A null `ptr` allocates; a size of 0 frees and
    /// returns null.
    ///
    /// # Safety
    /// `ptr` is null or a live block of this region.
    pub unsafe fn realloc(&mut self, ptr: *mut u8, size: usize) -> *mut u8 {
        if ptr.is_null() {
            return self.malloc(size);
        }
        // SAFETY: `ptr` is a live block of this region, by the contract; it is
        // copied before it is freed, no further than either block reaches.
        unsafe {
            if size == 0 {
                self.free(ptr);
                return ptr::null_mut();
            }
            let block = Block::of(ptr);
            let in_place = if block.is_big() {
                self.resize_big(block, size)
            } else {
                self.resize_small(block, size)
            };
            if let Some(resized) = in_place {
                return resized;
            }
            let usable = block.usable();
            let moved = self.malloc(size);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(ptr, moved, usable.min(size));
                self.free(ptr);
            } else if size <= usable {
                // Shrinking never fails: the old block will do.
                return ptr;
            }
            moved
        }
    }

    /// Frees a block; null is nothing.
    ///
    /// # Safety
    /// `ptr` is null or a live block of this region.
    pub unsafe fn free(&mut self, ptr: *mut u8) {
        if ptr.is_null() {
            return;
        }
        // SAFETY: a live block of this region, so its head and its neighbours'
        // are sound; a free neighbour is in a bin until it is merged.
        unsafe {
            let mut block = Block::of(ptr);
            debug_assert!(block.is_used(), "block freed twice");
            if block.is_big() {
                self.release(block);
                return;
            }
            let mut size = block.size();
            let next = block.next();
            if !next.is_used() {
                self.bins.remove(next);
                size += next.size();
            }
            if block.before() != 0 && !block.previous().is_used() {
                block = block.previous();
                self.bins.remove(block);
                size += block.size();
            }
            self.make_free(block, size);
            if block.is_whole_run() {
                if self.spare.is_null() && size <= SPARE_MAX {
                    self.spare = block;
                } else {
                    self.bins.remove(block);
                    self.release(block);
                }
            }
        }
    }

    /// Bytes that the owner of a block may use: at least what was asked for,
    /// the same until it is resized or freed.
    ///
    /// # Safety
    /// `ptr` is a live block of any region.
    pub unsafe fn usable_size(ptr: *const u8) -> usize {
        // SAFETY: every block has a head before it.
        unsafe { Block::of(ptr).usable() }
    }

    /// Gives `need` of a free block's `size` bytes to a user and the rest, if
    /// it can be a block, back to the bins.
    ///
    /// # Safety
    /// `block` is in no bin and free or the caller's; `size >= need`.
    unsafe fn use_front(&mut self, block: Block, size: usize, need: usize) {
        // SAFETY: the rest begins inside the same run, before the next head.
        unsafe {
            let before = block.before();
            if size - need >= MIN_BLOCK {
                block.set(need, before, true);
                let rest = block.next();
                rest.set(size - need, need, false);
                self.make_free(rest, size - need);
            } else {
                block.set(size, before, true);
                block.next().set_before(size);
            }
        }
    }

    /// Makes one free block of `size` bytes and puts it into its bin.
    ///
    /// # Safety
    /// The bytes up to the next head belong to nobody and are in no bin.
    unsafe fn make_free(&mut self, block: Block, size: usize) {
        // SAFETY: by the contract.
        unsafe {
            block.set(size, block.before(), false);
            block.next().set_before(size);
            self.bins.insert(block);
        }
    }

    /// Resizes a small block where it lies. None if it has to move.
    ///
    /// # Safety
    /// `block` is live, small and of this region.
    unsafe fn resize_small(&mut self, block: Block, size: usize) -> Option<*mut u8> {
        if is_big(size) {
            return None;
        }
        let need = block_size(size);
        // SAFETY: the block is the caller's, a free next one is taken out of
        // its bin before it is joined.
        unsafe {
            let next = block.next();
            let room = if next.is_used() { 0 } else { next.size() };
            let size = block.size();
            if need > size + room {
                return None;
            }
            // Nothing to gain, nothing to do: the usual case of a small change.
            if need <= size && size - need < MIN_BLOCK {
                return Some(block.payload());
            }
            if room > 0 {
                self.bins.remove(next);
            }
            self.use_front(block, size + room, need);
        }
        Some(block.payload())
    }

    /// A run of its own for one block; true when it is all zeros.
    fn malloc_big(&mut self, size: usize) -> Option<(*mut u8, bool)> {
        let len = self.store.round(size.checked_add(BIG_OVERHEAD)?)?;
        let (run, zeroed) = self.take(len, false)?;
        // SAFETY: the run is ours, new, and longer than its overhead.
        let payload = unsafe {
            let block = Block::first_of(run.ptr());
            block.set_big(len - BIG_OVERHEAD);
            block.payload()
        };
        Some((payload, zeroed))
    }

    /// Resizes a big block without copying it. None if it has to be copied.
    ///
    /// # Safety
    /// `block` is live, big and of this region.
    unsafe fn resize_big(&mut self, block: Block, size: usize) -> Option<*mut u8> {
        if !is_big(size) {
            return None;
        }
        let len = self.store.round(size.checked_add(BIG_OVERHEAD)?)?;
        // SAFETY: a big block's run begins with its index; the run is this
        // region's, and the tail that is given back is no longer used.
        unsafe {
            let index = index_of(block.run_base());
            let run = self.runs[index];
            if len == run.len {
                return Some(block.payload());
            }
            if cfg!(feature = "system-alloc") {
                return None;
            }
            let new_run = if run.len > OWN_MAPPING_MIN && len > OWN_MAPPING_MIN {
                self.resize_own(run, len)?
            } else if len < run.len && run.len <= OWN_MAPPING_MIN {
                let tail = run.after(len);
                self.store.give_back(&[tail]);
                self.budget.refund(tail.len);
                Run { len, ..run }
            } else {
                return None;
            };
            self.held = self.held - run.len + len;
            self.runs[index] = new_run;
            let block = Block::first_of(new_run.ptr());
            block.set_big(len - BIG_OVERHEAD);
            Some(block.payload())
        }
    }

    /// # Safety
    /// `run` is a mapping of this region's own; the caller forgets it on success.
    unsafe fn resize_own(&self, run: Run, len: usize) -> Option<Run> {
        let more = len.saturating_sub(run.len);
        if more > 0 && !self.budget.charge(more) {
            return None;
        }
        // SAFETY: by the contract.
        let resized = unsafe { self.store.resize_own(run, len) };
        let surplus = match resized {
            Some(_) => run.len.saturating_sub(len),
            None => more,
        };
        self.budget.refund(surplus);
        resized
    }

    /// Adds pages for a block of `need` bytes; returns a free block, in its
    /// bin, that is long enough.
    fn grow(&mut self, need: usize) -> Option<Block> {
        let step = (self.held / 16).clamp(SHORTEST_STEP, LONGEST_STEP);
        // SAFETY: `growing` is null or begins a live run of small blocks.
        if let Some(block) = unsafe { self.extend(need, step) } {
            return Some(block);
        }
        let least = self.store.round(need + RUN_OVERHEAD)?;
        let wish = if self.held == 0 { FIRST_RUN } else { step };
        let wish = self.store.round(wish)?.max(least);
        // Close to its limit a context gets the little that it needs.
        let taken = self.take(wish, true).or_else(|| self.take(least, true));
        let (run, _) = taken?;
        // SAFETY: the run is ours and new, and long enough for two heads.
        unsafe {
            let block = Block::first_of(run.ptr());
            self.growing = block;
            let size = run.len - RUN_OVERHEAD;
            block.set(size, 0, false);
            block.next().set_end(size);
            self.bins.insert(block);
            Some(block)
        }
    }

    /// Lengthens the growing run for a block of `need` bytes.
    ///
    /// # Safety
    /// `growing` is null or the first block of a run of small blocks.
    unsafe fn extend(&mut self, need: usize, step: usize) -> Option<Block> {
        if self.growing.is_null() {
            return None;
        }
        // SAFETY: by the contract; the new pages follow the old end head, which
        // becomes the head of a free block and moves to the new end.
        unsafe {
            let index = index_of(self.growing.run_base());
            let run = self.runs[index];
            let end = Block::end_of(run.ptr(), run.len);
            let last = end.previous();
            let (block, free) = if last.is_used() {
                (end, 0)
            } else {
                (last, last.size())
            };
            let least = self.store.round(need.saturating_sub(free).max(MIN_BLOCK))?;
            let wish = self.store.round(step)?.max(least);
            let more = [wish, least].into_iter().find(|&more| {
                if run.len + more > LONGEST_RUN || !self.budget.charge(more) {
                    return false;
                }
                let extended = self.store.extend(run, more);
                if !extended {
                    self.budget.refund(more);
                }
                extended
            })?;
            self.runs[index].len += more;
            self.held += more;
            if free > 0 {
                self.bins.remove(block);
                if block == self.spare {
                    self.spare = Block::NULL;
                }
            }
            // The end first: making the block free writes its size there.
            Block::end_of(run.ptr(), run.len + more).set_end(free + more);
            self.make_free(block, free + more);
            Some(block)
        }
    }

    /// Takes a run on the budget and writes its place into it.
    fn take(&mut self, len: usize, grows: bool) -> Option<(Run, bool)> {
        self.runs.try_reserve(1).ok()?;
        if !self.budget.charge(len) {
            return None;
        }
        let Some((run, zeroed)) = self.store.take(len, grows) else {
            self.budget.refund(len);
            return None;
        };
        // SAFETY: a run is at least one head long, aligned, and ours.
        unsafe { set_index(run.ptr(), self.runs.len()) };
        self.runs.push(run);
        self.held += len;
        Some((run, zeroed))
    }

    /// Gives back the run that `block` begins.
    ///
    /// # Safety
    /// The run is this region's, nobody uses a block in it, no bin has one.
    unsafe fn release(&mut self, block: Block) {
        // SAFETY: by the contract; the last run takes the freed place, and its
        // first word is its own.
        unsafe {
            let index = index_of(block.run_base());
            let run = self.runs.swap_remove(index);
            if block == self.growing {
                self.growing = Block::NULL;
            }
            if let Some(moved) = self.runs.get(index) {
                set_index(moved.ptr(), index);
            }
            self.held -= run.len;
            self.store.give_back(&[run]);
            self.budget.refund(run.len);
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the region ends, so whoever used its blocks has ended before.
        unsafe { self.store.give_back(&self.runs) };
        self.budget.refund(self.held);
    }
}

/// Whether a request gets a run of its own: all do where the system allocator
/// serves each, for a sanitizer to see.
fn is_big(size: usize) -> bool {
    size > SMALL_MAX || cfg!(feature = "system-alloc")
}

/// Bytes of the block that serves a request of `size` up to [`SMALL_MAX`].
fn block_size(size: usize) -> usize {
    (size + HEAD).next_multiple_of(ALIGN).max(MIN_BLOCK)
}

/// # Safety
/// `base` is the start of a live run of the caller's region.
unsafe fn index_of(base: *const u8) -> usize {
    // SAFETY: every run begins with its index, aligned.
    unsafe { base.cast::<usize>().read() }
}

/// # Safety
/// As [`index_of`].
unsafe fn set_index(base: *mut u8, index: usize) {
    // SAFETY: by the contract.
    unsafe { base.cast::<usize>().write(index) }
}
