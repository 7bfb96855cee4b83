//! The memory of one JS context, and the store of pages behind all of them.
//!
//! An engine asks its [`Region`] for memory; the region cuts blocks from runs of
//! pages of the process-wide page store, and gives whole runs back: when they
//! fall empty, and all at once when the context ends. A [`Budget`] bounds what
//! the regions of one pool hold together. Every unit is bytes.
//!
//! Own blocks and not a crate's: on the engine's own trace dlmalloc 0.2 and talc
//! 5.1 are as fast and as dense, but neither tells a block's size from its
//! pointer, so each needs heads of ours around its own, 0.9 to 1.5 KB of state a
//! context, and page accounting beside it; rlsf 0.2 gives no free run back.
//!
//! With the cargo feature `system-alloc` every block is the system allocator's
//! (still counted and budgeted), so that sanitizers and valgrind see each one.

mod bins;
mod block;
mod budget;
mod heap;
mod page_store;
mod sys;
#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use heap::Region;
pub use page_store::{PageStoreStats, page_store_stats, trim_memory};
