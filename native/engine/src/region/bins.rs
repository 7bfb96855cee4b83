//! Free blocks by size: four bins to each power of two, one bit for each bin.

use super::block::{Block, MIN_BLOCK};

/// 16 powers of two, from 32 bytes to 2 MiB: above every run that is cut.
const BINS: usize = 64;
/// How many blocks of the request's own bin are looked at. Any block of a
/// higher bin fits; a better fit in this one keeps the heap tight.
const LOOK: usize = 16;

pub(super) struct Bins {
    heads: [Block; BINS],
    /// Bit n: bin n has a block.
    filled: u64,
}

fn bin_of(size: usize) -> usize {
    debug_assert!(size >= MIN_BLOCK);
    let log2 = size.ilog2() as usize;
    ((log2 - MIN_BLOCK.ilog2() as usize) * 4 + (size >> (log2 - 2) & 3)).min(BINS - 1)
}

impl Bins {
    pub const fn new() -> Self {
        Self {
            heads: [Block::NULL; BINS],
            filled: 0,
        }
    }

    /// # Safety
    /// `block` is free, in no bin, and its head says so.
    pub unsafe fn insert(&mut self, block: Block) {
        // SAFETY: blocks in bins are free ones of live runs, so links may be
        // written in their payloads.
        unsafe {
            let bin = bin_of(block.size());
            let first = self.heads[bin];
            block.set_next_free(first);
            block.set_previous_free(Block::NULL);
            if !first.is_null() {
                first.set_previous_free(block);
            }
            self.heads[bin] = block;
            self.filled |= 1 << bin;
        }
    }

    /// # Safety
    /// `block` is in a bin, its size unchanged since.
    pub unsafe fn remove(&mut self, block: Block) {
        // SAFETY: the links of a block in a bin are null or such blocks.
        unsafe {
            let (next, previous) = block.links();
            if !next.is_null() {
                next.set_previous_free(previous);
            }
            if previous.is_null() {
                let bin = bin_of(block.size());
                self.heads[bin] = next;
                if next.is_null() {
                    self.filled &= !(1 << bin);
                }
            } else {
                previous.set_next_free(next);
            }
        }
    }

    /// A free block of at least `size` bytes, left in its bin.
    pub fn find(&self, size: usize) -> Option<Block> {
        let bin = bin_of(size);
        let mut best = None;
        let mut best_size = usize::MAX;
        let mut block = self.heads[bin];
        for _ in 0..LOOK {
            if block.is_null() || best_size == size {
                break;
            }
            // SAFETY: as in `remove`.
            unsafe {
                let found = block.size();
                if found >= size && found < best_size {
                    (best, best_size) = (Some(block), found);
                }
                block = block.links().0;
            }
        }
        best.or_else(|| {
            // The bins above; none when this is the last (a shift by 64).
            let above = self.filled & u64::MAX.checked_shl(bin as u32 + 1).unwrap_or(0);
            (above != 0).then(|| self.heads[above.trailing_zeros() as usize])
        })
    }
}
