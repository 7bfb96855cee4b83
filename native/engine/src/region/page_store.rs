//! The process-wide store of page runs that every region takes from.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::sys;

/// Runs longer than this many bytes are a mapping of their own, resized by the
/// system without a copy. Shorter ones come from the cache: 4 µs instead of
/// 200 µs to take, fill and free 300 KiB.
pub(super) const OWN_MAPPING_MIN: usize = 1024 * 1024;

/// Address space asked for first; each later reservation is twice as long up
/// to the second figure, so that few mappings (vm.max_map_count) hold them all.
const FIRST_RESERVATION: usize = 64 * 1024 * 1024;
const LAST_RESERVATION: usize = 1024 * 1024 * 1024;

/// Address space left free beside a run that will grow.
const ROOM: usize = 96 * 1024;

/// Idle bytes kept resident for the next taker: about 100 bare contexts.
const HOT_LIMIT: usize = 8 * 1024 * 1024;
/// A bound on the search for a hot run: 0.3 µs or so at worst.
const HOT_RUNS: usize = 512;

/// Whole pages handed out as one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub addr: usize,
    pub len: usize,
}

impl Run {
    pub fn ptr(self) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(self.addr)
    }
    fn end(self) -> usize {
        self.addr + self.len
    }
    /// What is left behind the first `len` bytes.
    pub fn after(self, len: usize) -> Self {
        Self {
            addr: self.addr + len,
            len: self.len - len,
        }
    }
    fn is_own_mapping(self) -> bool {
        self.len > OWN_MAPPING_MIN
    }
}

/// What the store holds, in bytes unless said otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageStoreStats {
    /// Held by regions now.
    pub handed_out: usize,
    /// The part of `handed_out` in mappings of their own (big blocks).
    pub own_mappings: usize,
    /// Idle but still resident, for quick reuse. Bounded by a few MiB.
    pub cached: usize,
    /// Address space reserved; not memory until it is used.
    pub reserved: usize,
    /// Given back to the system since the start of the process.
    pub purged: u64,
    /// Number of runs handed out since the start of the process.
    pub runs_taken: u64,
    /// Number of free, non-resident pieces of address space.
    pub free_runs: usize,
    /// Number of address-space reservations made.
    pub reservations: usize,
}

/// Hands out runs of pages and takes them back. Idle runs stay resident up to
/// a small bound and go back to the system beyond it.
pub(super) struct PageStore {
    state: Mutex<State>,
    page: usize,
    /// Bytes of reservations at most; only tests set one.
    address_space: usize,
}

#[derive(Default)]
struct State {
    cold: Cold,
    /// Resident idle runs, the most recently returned last.
    hot: VecDeque<Run>,
    next_reservation: usize,
    stats: PageStoreStats,
}

/// Free runs without memory, joined with their neighbours, found by length
/// (shortest that fits, then lowest address: it keeps the rest in one piece).
#[derive(Default)]
struct Cold {
    by_addr: BTreeMap<usize, usize>,
    by_len: BTreeSet<(usize, usize)>,
}

impl Cold {
    fn insert(&mut self, run: Run) {
        let mut merged = run;
        if let Some((&addr, &len)) = self.by_addr.range(..run.addr).next_back()
            && addr + len == run.addr
        {
            self.remove(addr, len);
            merged = Run {
                addr,
                len: len + merged.len,
            };
        }
        if let Some(&len) = self.by_addr.get(&run.end()) {
            self.remove(run.end(), len);
            merged.len += len;
        }
        self.by_addr.insert(merged.addr, merged.len);
        self.by_len.insert((merged.len, merged.addr));
    }

    fn remove(&mut self, addr: usize, len: usize) {
        self.by_addr.remove(&addr);
        self.by_len.remove(&(len, addr));
    }

    /// The last part of a piece: what lies before it may want to grow.
    fn take(&mut self, len: usize) -> Option<Run> {
        let &(found, addr) = self.by_len.range((len, 0)..).next()?;
        self.shrink(addr, found, addr + found - len, len);
        Some(Run {
            addr: addr + found - len,
            len,
        })
    }

    /// A run with room to grow behind it, and before it room for the
    /// neighbour there.
    fn take_roomy(&mut self, len: usize) -> Option<Run> {
        let &(found, addr) = self.by_len.range((len + 2 * ROOM, 0)..).next()?;
        self.shrink(addr, found, addr + ROOM, len);
        Some(Run {
            addr: addr + ROOM,
            len,
        })
    }

    /// The `len` bytes at `addr`, if they are free.
    fn take_at(&mut self, addr: usize, len: usize) -> bool {
        let Some(&found) = self.by_addr.get(&addr).filter(|&&found| found >= len) else {
            return false;
        };
        self.shrink(addr, found, addr, len);
        true
    }

    /// Cuts `cut_len` bytes at `cut` out of a free piece.
    fn shrink(&mut self, addr: usize, len: usize, cut: usize, cut_len: usize) {
        self.remove(addr, len);
        for (start, end) in [(addr, cut), (cut + cut_len, addr + len)] {
            if end > start {
                self.by_addr.insert(start, end - start);
                self.by_len.insert((end - start, start));
            }
        }
    }
}

impl PageStore {
    fn new(address_space: usize) -> Self {
        Self {
            state: Mutex::new(State {
                next_reservation: FIRST_RESERVATION,
                ..State::default()
            }),
            page: sys::page_size(),
            address_space,
        }
    }

    /// The store of this process.
    pub fn global() -> &'static Self {
        static STORE: OnceLock<PageStore> = OnceLock::new();
        STORE.get_or_init(|| Self::new(usize::MAX))
    }

    /// A store apart, so that a test counts only its own pages.
    #[cfg(test)]
    pub fn leaked(address_space: usize) -> &'static Self {
        Box::leak(Box::new(Self::new(address_space)))
    }

    /// No code of ours panics while it holds the lock, so a poisoned one still
    /// guards a sound state.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The length of the run that a request of `len` bytes gets. None if there
    /// is no such number.
    pub fn round(&self, len: usize) -> Option<usize> {
        if cfg!(feature = "system-alloc") {
            return Some(len);
        }
        // Pointers must stay within isize::MAX of each other.
        len.checked_next_multiple_of(self.page)
            .filter(|&len| len <= isize::MAX as usize)
    }

    pub fn stats(&self) -> PageStoreStats {
        let state = self.lock();
        PageStoreStats {
            free_runs: state.cold.by_addr.len(),
            ..state.stats
        }
    }

    /// Takes a run of `len` bytes (a length from [`round`](Self::round)), with
    /// room to [`extend`](Self::extend) it if it `grows`; true when it is known
    /// to be all zeros. None when the system has no more.
    pub fn take(&self, len: usize, grows: bool) -> Option<(Run, bool)> {
        if cfg!(feature = "system-alloc") {
            // SAFETY: malloc of a length above zero (a run has a header).
            let addr = unsafe { libc::malloc(len) }.expose_provenance();
            return (addr != 0).then(|| (self.count_taken(Run { addr, len }), false));
        }
        if len > OWN_MAPPING_MIN {
            let addr = sys::map_own(len)?;
            return Some((self.count_taken(Run { addr, len }), true));
        }
        let mut state = self.lock();
        let found = match state.take_hot(len) {
            Some(run) => (run, false),
            None => (state.take_cold(len, grows, self.address_space)?, true),
        };
        state.stats.handed_out += len;
        state.stats.runs_taken += 1;
        Some(found)
    }

    /// Adds the `more` bytes behind a run that is no mapping of its own, if
    /// they are free. The caller counts them as part of its run.
    pub fn extend(&self, run: Run, more: usize) -> bool {
        if cfg!(feature = "system-alloc") || run.len + more > OWN_MAPPING_MIN {
            return false;
        }
        let mut state = self.lock();
        let extended = state.take_hot_at(run.end(), more) || state.cold.take_at(run.end(), more);
        if extended {
            state.stats.handed_out += more;
        }
        extended
    }

    fn count_taken(&self, run: Run) -> Run {
        let stats = &mut self.lock().stats;
        stats.handed_out += run.len;
        stats.own_mappings += if run.is_own_mapping() { run.len } else { 0 };
        stats.runs_taken += 1;
        run
    }

    /// Takes back one run, or the tail of one that is no mapping of its own.
    ///
    /// # Safety
    /// The runs came from this store, nobody uses their memory any more, and
    /// each part is given back once.
    pub unsafe fn give_back(&self, runs: &[Run]) {
        let mut state = self.lock();
        for &run in runs {
            state.stats.handed_out -= run.len;
            if run.is_own_mapping() {
                state.stats.own_mappings -= run.len;
                state.stats.purged += run.len as u64;
            }
            if cfg!(feature = "system-alloc") {
                // SAFETY: the run is a malloc'd block that the caller gives up.
                unsafe { libc::free(run.ptr().cast()) };
            } else if run.is_own_mapping() {
                // Big ones are few; unmapping under the lock keeps this simple.
                // SAFETY: the caller gives up the run, which is a whole mapping.
                unsafe { sys::unmap(run.addr, run.len) };
            } else {
                state.stats.cached += run.len;
                state.hot.push_back(run);
            }
        }
        if state.stats.cached > HOT_LIMIT || state.hot.len() > HOT_RUNS {
            // Down to half, so that the price is paid once for many runs.
            let batch = state.take_oldest(HOT_LIMIT / 2, HOT_RUNS / 2);
            drop(state);
            self.purge(batch);
        }
    }

    /// Returns every idle page to the system, the cached ones too.
    pub fn trim(&self) {
        let batch = self.lock().take_oldest(0, 0);
        self.purge(batch);
    }

    /// Returns the memory of runs that are on no list. The lock is not held
    /// meanwhile: a purge of some MiB takes some 100 µs.
    fn purge(&self, mut batch: Vec<Run>) {
        batch.sort_unstable_by_key(|run| run.addr);
        batch.dedup_by(|next, run| {
            let adjacent = run.end() == next.addr;
            if adjacent {
                run.len += next.len;
            }
            adjacent
        });
        // SAFETY: the runs were taken off the list of idle ones, so nobody else
        // has them, and they are whole pages inside reservations.
        let purged = |run: &Run| unsafe { sys::purge(run.addr, run.len) };
        let (gone, kept): (Vec<Run>, Vec<Run>) = batch.into_iter().partition(purged);
        let mut state = self.lock();
        for run in gone {
            state.stats.purged += run.len as u64;
            state.cold.insert(run);
        }
        // Locked by mlockall, say: not zeros, so it may only be reused as hot.
        for run in kept {
            state.stats.cached += run.len;
            state.hot.push_front(run);
        }
    }

    /// Resizes a mapping of its own; both lengths are above the bound for one.
    ///
    /// # Safety
    /// The caller owns the run and forgets it when another is returned.
    pub unsafe fn resize_own(&self, run: Run, new_len: usize) -> Option<Run> {
        debug_assert!(run.is_own_mapping() && new_len > OWN_MAPPING_MIN);
        // SAFETY: passed on to the caller.
        let addr = unsafe { sys::remap(run.addr, run.len, new_len) }?;
        let stats = &mut self.lock().stats;
        stats.handed_out = stats.handed_out - run.len + new_len;
        stats.own_mappings = stats.own_mappings - run.len + new_len;
        Some(Run { addr, len: new_len })
    }
}

impl State {
    /// The latest returned run of this length, else the front of a longer one.
    fn take_hot(&mut self, len: usize) -> Option<Run> {
        let exact = self.hot.iter().rposition(|run| run.len == len);
        let at = exact.or_else(|| self.hot.iter().rposition(|run| run.len > len))?;
        Some(self.cut_hot(at, len))
    }

    fn take_hot_at(&mut self, addr: usize, len: usize) -> bool {
        let at = self
            .hot
            .iter()
            .position(|run| run.addr == addr && run.len >= len);
        at.map(|at| self.cut_hot(at, len)).is_some()
    }

    /// Takes the front of a hot run. The rest goes where it is taken last, so
    /// that the front can grow into it.
    fn cut_hot(&mut self, at: usize, len: usize) -> Run {
        self.stats.cached -= len;
        let run = self.hot[at];
        if run.len > len && at == 0 {
            self.hot[0] = run.after(len);
        } else {
            self.hot.remove(at);
            if run.len > len {
                self.hot.push_front(run.after(len));
            }
        }
        Run { len, ..run }
    }

    fn take_cold(&mut self, len: usize, grows: bool, address_space: usize) -> Option<Run> {
        if !grows && let Some(run) = self.cold.take(len) {
            return Some(run);
        }
        if grows && let Some(run) = self.cold.take_roomy(len) {
            return Some(run);
        }
        // Where address space is rationed (ulimit -v, strict overcommit) a
        // shorter reservation may still fit.
        let mut size = self.next_reservation;
        let addr = loop {
            let allowed = self.stats.reserved + size <= address_space;
            match allowed.then(|| sys::reserve(size)).flatten() {
                Some(addr) => break addr,
                None if size / 2 >= OWN_MAPPING_MIN => size /= 2,
                // Without more address space, room is a luxury.
                None => return self.cold.take(len),
            }
        };
        self.next_reservation = (size * 2).min(LAST_RESERVATION);
        self.stats.reserved += size;
        self.stats.reservations += 1;
        self.cold.insert(Run { addr, len: size });
        let roomy = grows.then(|| self.cold.take_roomy(len)).flatten();
        roomy.or_else(|| self.cold.take(len))
    }

    /// Takes the longest idle of the hot runs until at most so many bytes and runs stay.
    fn take_oldest(&mut self, keep_bytes: usize, keep_runs: usize) -> Vec<Run> {
        let mut batch = Vec::new();
        while self.stats.cached > keep_bytes || self.hot.len() > keep_runs {
            let Some(run) = self.hot.pop_front() else {
                break;
            };
            self.stats.cached -= run.len;
            batch.push(run);
        }
        batch
    }
}

/// Figures of the process-wide page store.
pub fn page_store_stats() -> PageStoreStats {
    PageStore::global().stats()
}

/// Returns all idle memory to the system: pages of the process-wide store, cached
/// ones included, and what the allocator of the host keeps. It takes up to some
/// milliseconds, in which others may wait for that allocator.
pub fn trim_memory() {
    PageStore::global().trim();
    sys::trim_malloc();
}
