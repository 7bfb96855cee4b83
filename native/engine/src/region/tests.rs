use std::sync::Arc;
use std::thread;

use super::heap::Region;
use super::page_store::PageStore;
use super::{Budget, page_store_stats};

const SYSTEM: bool = cfg!(feature = "system-alloc");
const MIB: usize = 1024 * 1024;

/// A region in a store of its own, so that nobody else's pages are counted.
fn apart(limit: usize) -> (&'static PageStore, Arc<Budget>, Region) {
    let store = PageStore::leaked(usize::MAX);
    let budget = Budget::new(limit);
    let region = Region::in_store(store, Arc::clone(&budget));
    (store, budget, region)
}

/// xorshift: the same run every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Sizes as an engine asks for them: mostly some KB, at times a MB.
    fn size(&mut self) -> usize {
        match self.below(100) {
            0..=9 => self.below(64),
            10..=79 => 512 + self.below(4096),
            80..=93 => self.below(40_000),
            94..=98 => self.below(300_000),
            _ => self.below(3 * MIB),
        }
    }
}

/// A live block and what must be in it: a few bytes here and there, so that
/// big ones are quick to check.
struct Live {
    ptr: *mut u8,
    size: usize,
    tag: u8,
}

impl Live {
    fn spots(&self, upto: usize) -> impl Iterator<Item = usize> + use<> {
        let end = self.size.min(upto);
        (0..end.min(64))
            .chain((64..end).step_by(509))
            .chain(end.checked_sub(1))
    }
    fn fill(&self) {
        for at in self.spots(usize::MAX) {
            // SAFETY: `at` is below the size of the live block.
            unsafe { self.ptr.add(at).write(self.tag ^ at as u8) }
        }
    }
    /// Checks what was filled in when the block had `self.size` bytes.
    fn check(&self, ptr: *const u8, upto: usize) {
        for at in self.spots(upto).filter(|&at| at < 64 || at % 509 == 64) {
            // SAFETY: `at` is below the size of the block at `ptr`.
            assert_eq!(unsafe { ptr.add(at).read() }, self.tag ^ at as u8);
        }
    }
}

fn check_new(region: &Region, ptr: *const u8, size: usize) {
    assert!(!ptr.is_null());
    assert_eq!(ptr.addr() % 16, 0);
    // SAFETY: a live block.
    assert!(unsafe { Region::usable_size(ptr) } >= size);
    assert!(region.chunk_bytes() >= size);
}

fn churn(region: &mut Region, seed: u64, steps: usize) {
    let mut random = Random(seed);
    let mut live: Vec<Live> = Vec::new();
    for step in 0..steps {
        let tag = step as u8;
        let size = random.size();
        let filled = match random.below(10) {
            0..=3 => {
                let ptr = region.malloc(size);
                check_new(region, ptr, size);
                live.push(Live { ptr, size, tag });
                live.len() - 1
            }
            4 => {
                let ptr = region.calloc(size / 8, 8);
                let size = size / 8 * 8;
                check_new(region, ptr, size);
                let block = Live { ptr, size, tag };
                // SAFETY: spots lie inside the block.
                assert!(block.spots(size).all(|at| unsafe { *ptr.add(at) } == 0));
                live.push(block);
                live.len() - 1
            }
            5..=6 if !live.is_empty() => {
                let at = random.below(live.len());
                let old = &live[at];
                // SAFETY: a live block of this region; the old pointer is dropped.
                let ptr = unsafe { region.realloc(old.ptr, size.max(1)) };
                check_new(region, ptr, size.max(1));
                old.check(ptr, size.max(1));
                let size = size.max(1);
                live[at] = Live { ptr, size, tag };
                at
            }
            _ if live.len() > 20 => {
                let block = live.swap_remove(random.below(live.len()));
                block.check(block.ptr, block.size);
                // SAFETY: a live block of this region, forgotten here.
                unsafe { region.free(block.ptr) };
                continue;
            }
            _ => continue,
        };
        live[filled].fill();
    }
    live.iter()
        .for_each(|block| block.check(block.ptr, block.size));
    // Half is freed one by one, the rest is left to the drop.
    for block in live.iter().step_by(2) {
        // SAFETY: live, and freed once.
        unsafe { region.free(block.ptr) };
    }
}

#[test]
fn contents_survive_any_order_of_calls() {
    for seed in 1..=8 {
        let (store, budget, mut region) = apart(0);
        churn(&mut region, seed * 0x9e37_79b9, 4_000);
        assert_eq!(budget.used(), region.chunk_bytes());
        assert_eq!(store.stats().handed_out, region.chunk_bytes());
        drop(region);
        assert_eq!(budget.used(), 0);
        let stats = store.stats();
        assert_eq!((stats.handed_out, stats.own_mappings), (0, 0));
        assert!(stats.cached <= 8 * MIB);
        // Everything idle joins up again: one piece to each reservation at most.
        store.trim();
        let stats = store.stats();
        assert_eq!(stats.cached, 0);
        assert!(stats.free_runs <= stats.reservations);
    }
}

#[test]
fn many_regions_on_many_threads() {
    let store = PageStore::leaked(usize::MAX);
    let budget = Budget::new(0);
    let threads: Vec<_> = (1..=4)
        .map(|seed| {
            let budget = Arc::clone(&budget);
            thread::spawn(move || {
                for round in 0..12 {
                    let mut region = Region::in_store(store, Arc::clone(&budget));
                    churn(&mut region, seed * 7919 + round, 400);
                    // A region goes on, and ends, on another thread.
                    thread::spawn(move || churn(&mut region, seed + round, 200))
                        .join()
                        .unwrap();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().unwrap());
    assert_eq!(budget.used(), 0);
    assert_eq!(store.stats().handed_out, 0);
}

#[test]
fn usable_size_is_stable_and_all_usable() {
    let (_, _, mut region) = apart(0);
    for size in [0, 1, 24, 25, 511, 4096, 32_768, 32_769, 300_000, 2 * MIB] {
        let ptr = region.malloc(size);
        // SAFETY: live until it is freed; written within its usable bytes.
        unsafe {
            let usable = Region::usable_size(ptr);
            assert!(usable >= size);
            ptr.write_bytes(0xff, usable);
            let other = region.malloc(size);
            other.write_bytes(0xee, Region::usable_size(other));
            assert_eq!(Region::usable_size(ptr), usable);
            region.free(other);
            assert_eq!(Region::usable_size(ptr), usable);
            region.free(ptr);
        }
    }
}

#[test]
fn absurd_sizes_are_refused() {
    let (store, budget, mut region) = apart(0);
    let block = region.malloc(100);
    for size in [usize::MAX, usize::MAX - 15, isize::MAX as usize, 1 << 60] {
        assert!(region.malloc(size).is_null());
        assert!(region.calloc(1, size).is_null());
        // SAFETY: a live block, which a failed realloc leaves as it was.
        assert!(unsafe { region.realloc(block, size) }.is_null());
    }
    assert!(region.calloc(usize::MAX / 2, 3).is_null());
    assert!(region.calloc(1 << 32, 1 << 32).is_null());
    assert_eq!(budget.used(), region.chunk_bytes());
    assert_eq!(store.stats().handed_out, region.chunk_bytes());
    // SAFETY: still live.
    unsafe { region.free(block) };
}

#[test]
fn null_and_zero() {
    let (_, _, mut region) = apart(0);
    assert_eq!(region.chunk_bytes(), 0);
    // SAFETY: null is allowed, and blocks are used once.
    unsafe {
        region.free(std::ptr::null_mut());
        let ptr = region.realloc(std::ptr::null_mut(), 10);
        assert!(!ptr.is_null());
        assert!(region.realloc(ptr, 0).is_null());
        let empty = region.malloc(0);
        assert!(!empty.is_null());
        region.free(empty);
    }
}

#[test]
fn a_budget_is_exact() {
    const LIMIT: usize = MIB;
    let (store, budget, mut region) = apart(LIMIT);
    let mut blocks = Vec::new();
    loop {
        let ptr = region.malloc(3_000);
        assert!(budget.used() <= LIMIT);
        if ptr.is_null() {
            break;
        }
        blocks.push(ptr);
    }
    // To the last page: the limit is used but for what no block fits in.
    assert!(blocks.len() * 3_016 > LIMIT * 97 / 100);
    assert!(region.malloc(100_000).is_null());
    // Another region of the same pool has nothing left; one freed block helps
    // only its own region.
    let mut other = Region::in_store(store, Arc::clone(&budget));
    assert!(other.malloc(8_000).is_null());
    // SAFETY: live blocks, each freed once.
    unsafe {
        assert!(region.realloc(blocks[0], 200_000).is_null());
        // Shrinking needs nothing.
        assert!(!region.realloc(blocks[0], 1_000).is_null());
        blocks.drain(1..).for_each(|ptr| region.free(ptr));
    }
    assert!(!other.malloc(8_000).is_null());
    assert_eq!(budget.used(), region.chunk_bytes() + other.chunk_bytes());
    drop(region);
    assert_eq!(budget.used(), other.chunk_bytes());
    drop(other);
    assert_eq!((budget.used(), budget.limit()), (0, LIMIT));
}

#[test]
fn a_budget_bounds_a_growing_mapping() {
    let (_, budget, mut region) = apart(4 * MIB);
    let ptr = region.malloc(2 * MIB);
    // SAFETY: the block is live and followed through its moves.
    unsafe {
        let ptr = region.realloc(ptr, 3 * MIB);
        assert!(!ptr.is_null() || SYSTEM);
        if SYSTEM {
            return;
        }
        ptr.write_bytes(7, 3 * MIB);
        assert!(region.realloc(ptr, 5 * MIB).is_null());
        assert_eq!(budget.used(), region.chunk_bytes());
        let ptr = region.realloc(ptr, 3 * MIB / 2);
        assert!(budget.used() < 2 * MIB);
        assert_eq!(*ptr.add(MIB), 7);
        // Across the bound of own mappings, and into a run of small blocks.
        let ptr = region.realloc(ptr, 100_000);
        let ptr = region.realloc(ptr, 1_000);
        assert_eq!(*ptr.add(999), 7);
        assert_eq!(budget.used(), region.chunk_bytes());
        assert!(budget.used() <= 128 * 1024);
    }
}

#[test]
fn no_address_space_is_out_of_memory() {
    if SYSTEM {
        return;
    }
    // Nothing at all, then less than the first reservation wants to be.
    let budget = Budget::new(0);
    let mut region = Region::in_store(PageStore::leaked(0), Arc::clone(&budget));
    assert!(region.malloc(100).is_null());
    assert!(region.calloc(100, 1_000).is_null());
    assert_eq!((region.chunk_bytes(), budget.used()), (0, 0));

    let store = PageStore::leaked(3 * MIB);
    let mut region = Region::in_store(store, Arc::clone(&budget));
    let taken = std::iter::repeat_with(|| region.malloc(20_000))
        .take_while(|ptr| !ptr.is_null())
        .count();
    assert!(taken * 20_000 > 2 * MIB, "{taken} blocks fit");
    assert!(store.stats().reserved <= 3 * MIB);
    assert_eq!(budget.used(), region.chunk_bytes());
}

#[test]
fn a_living_region_gives_back_what_it_no_longer_uses() {
    let (store, budget, mut region) = apart(0);
    let kept = region.malloc(2_000);
    let blocks: Vec<_> = (0..5_000).map(|_| region.malloc(2_048)).collect();
    assert!(region.chunk_bytes() > 10_000_000);
    // SAFETY: live blocks, each freed once.
    unsafe { blocks.into_iter().for_each(|ptr| region.free(ptr)) };
    assert!(region.chunk_bytes() <= 256 * 1024);
    assert_eq!(store.stats().handed_out, region.chunk_bytes());
    assert_eq!(budget.used(), region.chunk_bytes());
    assert!(store.stats().cached <= 8 * MIB);
    // SAFETY: live.
    unsafe { region.free(kept) };
}

#[test]
fn an_emptied_region_starts_anew() {
    let (store, budget, mut region) = apart(0);
    for _ in 0..3 {
        let blocks: Vec<_> = (0..60).map(|_| region.calloc(500, 8)).collect();
        // SAFETY: live blocks, each freed once.
        unsafe { blocks.into_iter().for_each(|ptr| region.free(ptr)) };
        // No more than the spare.
        assert!(region.chunk_bytes() <= 64 * 1024);
        let big = region.malloc(100_000);
        let small = region.malloc(30_000);
        // SAFETY: live, each freed once.
        unsafe {
            big.write_bytes(1, 100_000);
            small.write_bytes(2, 30_000);
            region.free(small);
            region.free(big);
        }
    }
    drop(region);
    assert_eq!((store.stats().handed_out, budget.used()), (0, 0));
}

#[test]
fn a_small_heap_has_little_slack() {
    if SYSTEM {
        return;
    }
    let (_, _, mut region) = apart(0);
    let mut asked = 0;
    for size in [4_072, 1_000, 2_040, 4_040, 488, 744, 4_080, 1_912].repeat(4) {
        assert!(!region.malloc(size).is_null());
        asked += size;
    }
    let slack = region.chunk_bytes() - asked;
    assert!(slack * 100 <= asked * 10, "{slack} over {asked}");
}

#[test]
fn the_global_store_serves_new_regions() {
    let mut region = Region::new(Budget::new(0));
    assert!(!region.malloc(1).is_null());
    assert!(page_store_stats().handed_out >= region.chunk_bytes());
}

#[cfg(all(target_os = "linux", not(feature = "system-alloc")))]
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[cfg(all(target_os = "linux", not(feature = "system-alloc")))]
fn context_sized(store: &'static PageStore, budget: &Arc<Budget>) -> Region {
    let mut region = Region::in_store(store, Arc::clone(budget));
    for _ in 0..25 {
        let ptr = region.malloc(4_000);
        // SAFETY: a live block of that size.
        unsafe { ptr.write_bytes(1, 4_000) };
    }
    region
}

/// Alone in its process: `cargo test -- --ignored resident`.
#[cfg(all(target_os = "linux", not(feature = "system-alloc")))]
#[test]
#[ignore = "reads the resident size of the whole process"]
fn resident_memory_falls_and_stays_flat() {
    let store = PageStore::leaked(usize::MAX);
    let budget = Budget::new(0);
    drop(context_sized(store, &budget));
    let before = resident();
    let regions: Vec<_> = (0..2_000).map(|_| context_sized(store, &budget)).collect();
    let taken = resident() - before;
    assert!(taken > 190 * 1_000_000, "took {taken}");
    drop(regions);
    let kept = resident().saturating_sub(before);
    assert!(kept * 10 < taken, "{kept} of {taken} kept");
    store.trim();
    let kept = resident().saturating_sub(before);
    assert!(kept * 50 < taken, "{kept} of {taken} kept after trim");

    let before = resident();
    (0..20_000).for_each(|_| drop(context_sized(store, &budget)));
    assert!(resident().saturating_sub(before) < MIB);

    // Address space and mappings for very many.
    let regions: Vec<_> = (0..50_000)
        .map(|_| {
            let mut region = Region::in_store(store, Arc::clone(&budget));
            assert!(!region.malloc(4_000).is_null());
            region
        })
        .collect();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    assert!(maps.lines().count() < 200);
    drop(regions);
}
