//! Coverage: how often the statements, functions and branches of scripts ran.
//!
//! A heap made with [`HeapOptions::cover`](crate::HeapOptions) counts in memory of its
//! own, which [`results`] reads while it runs; what it has counted outlives it, whatever
//! ends it. Texts without a name of their own (`<eval>`) are not covered.

mod counts;
mod places;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use counts::Counts;
pub(crate) use counts::HeapCover;
pub use counts::Layout;
pub use places::{Place, Range};

use crate::cx::Cx;

/// A text that has been compiled in a covered heap: known by its name, its characters
/// and how it was compiled.
#[derive(Debug)]
pub struct CoverUnit {
    key: Key,
    pub name: String,
    /// Bytes and Adler-32 of the text, for those who know it by other means.
    pub bytes: usize,
    pub adler32: u32,
    /// A branch comes before its arms.
    pub points: Vec<CoverPoint>,
}

/// What is told apart in a text. A branch as a whole is not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverPoint {
    /// Of no account.
    None,
    Statement(Range),
    Function {
        /// `None` where it has no name of its own.
        name: Option<String>,
        /// The name, or the first character.
        declared: Range,
        body: Range,
    },
    Branch(BranchKind, Range),
    Arm {
        /// Index of its branch among the points.
        branch: usize,
        /// `None` of an `else` that is not there.
        range: Option<Range>,
    },
}

/// The kinds of branches, as Istanbul has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchKind {
    If,
    Conditional,
    Logical,
    Switch,
    Default,
}

/// What is known of a text: how often each of its points was passed.
#[derive(Debug, Clone)]
pub struct Covered {
    pub unit: Arc<CoverUnit>,
    /// As long as its points.
    pub counts: Vec<u64>,
}

type Key = [u64; 2];

/// What the process has covered.
#[derive(Default)]
struct Registry {
    units: HashMap<Key, Kept>,
    heaps: Vec<Weak<Mutex<Counts>>>,
}

struct Kept {
    unit: Arc<CoverUnit>,
    /// Of heaps that have ended.
    counts: Vec<u64>,
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

/// Two hashes with keys of this process: no script can make texts collide.
static HASHERS: LazyLock<[RandomState; 2]> =
    LazyLock::new(|| [RandomState::new(), RandomState::new()]);

fn key(parts: (&str, &[u8], u32, usize)) -> Key {
    HASHERS.each_ref().map(|hasher| hasher.hash_one(parts))
}

/// All that is covered, in the order of names: of heaps that have ended and of those
/// that run, as of now.
pub fn results() -> Vec<Covered> {
    let registry = registry();
    let mut found: HashMap<Key, Covered> = HashMap::new();
    for (key, Kept { unit, counts }) in &registry.units {
        let (unit, counts) = (unit.clone(), counts.clone());
        found.insert(*key, Covered { unit, counts });
    }
    for heap in registry.heaps.iter().filter_map(Weak::upgrade) {
        for covered in lock(&heap).covered(true) {
            add(
                &mut found
                    .entry(covered.unit.key)
                    .or_insert(Covered {
                        counts: Vec::new(),
                        unit: covered.unit,
                    })
                    .counts,
                &covered.counts,
            );
        }
    }
    let mut found: Vec<Covered> = found.into_values().collect();
    found.sort_by(|a, b| (&a.unit.name, a.unit.key).cmp(&(&b.unit.name, b.unit.key)));
    found
}

/// Forget all counts, and the texts that nobody uses any more.
pub fn reset() {
    let mut registry = registry();
    for heap in registry.heaps.iter().filter_map(Weak::upgrade) {
        lock(&heap).forget();
    }
    registry.units.retain(|_, kept| {
        kept.counts.fill(0);
        Arc::strong_count(&kept.unit) > 1
    });
}

impl Cx<'_> {
    /// Whether this heap counts.
    pub fn is_covered(self) -> bool {
        self.inner().cover.is_some()
    }

    /// What this heap has counted since it was made, in the order in which the texts
    /// were compiled; empty where it does not count.
    pub fn covered(self) -> Vec<Covered> {
        let cover = self.inner().cover.as_ref();
        cover.map_or_else(Vec::new, |cover| cover.covered())
    }

    /// Do not count what `compile` compiles: bytecode that goes elsewhere.
    pub fn uncovered<R>(self, compile: impl FnOnce() -> R) -> R {
        match &self.inner().cover {
            Some(cover) => cover.paused(compile),
            None => compile(),
        }
    }

    /// The next text to be compiled begins with so many bytes that its file does not
    /// have: they are left out, also of places.
    pub fn cover_behind(self, bytes: usize) {
        if let Some(cover) = &self.inner().cover {
            cover.skip(bytes);
        }
    }
}

fn registry() -> MutexGuard<'static, Registry> {
    lock(&REGISTRY)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(to: &mut Vec<u64>, counts: &[u64]) {
    if to.len() < counts.len() {
        to.resize(counts.len(), 0);
    }
    for (to, count) in to.iter_mut().zip(counts) {
        *to = to.saturating_add(*count);
    }
}

impl Registry {
    /// The unit of that key, kept from now on.
    fn keep(&mut self, key: Key, make: impl FnOnce() -> CoverUnit) -> Arc<CoverUnit> {
        let kept = self.units.entry(key).or_insert_with(|| {
            let unit = Arc::new(make());
            let counts = vec![0; unit.points.len()];
            Kept { unit, counts }
        });
        kept.unit.clone()
    }

    /// A heap has ended.
    fn end(&mut self, heap: &Arc<Mutex<Counts>>) {
        self.heaps
            .retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(heap)));
        for Covered { unit, counts } in lock(heap).covered(true) {
            let kept = self.units.entry(unit.key).or_insert_with(|| Kept {
                unit,
                counts: Vec::new(),
            });
            add(&mut kept.counts, &counts);
        }
    }
}
