//! What moves with the tree: live ranges (DOM, 5.5) and node iterators (DOM,
//! 6.1).

use super::{NodeId, Tree};

/// A place in the tree: a node and an offset in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    pub node: NodeId,
    pub offset: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeState {
    pub start: Boundary,
    pub end: Boundary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IteratorState {
    pub root: NodeId,
    pub reference: NodeId,
    pub before_reference: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RangeId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IteratorId(pub u32);

#[derive(Default)]
pub(super) struct Live {
    pub(super) ranges: Vec<Option<RangeState>>,
    pub(super) iterators: Vec<Option<IteratorState>>,
    /// Ranges and iterators that came to other nodes, for whoever keeps those.
    moved_ranges: Vec<RangeId>,
    moved_iterators: Vec<IteratorId>,
}

fn put<T>(places: &mut Vec<Option<T>>, value: T) -> u32 {
    match places.iter().position(Option::is_none) {
        Some(free) => {
            places[free] = Some(value);
            free as u32
        }
        None => {
            places.push(Some(value));
            (places.len() - 1) as u32
        }
    }
}

impl Tree {
    pub fn add_range(&mut self, state: RangeState) -> RangeId {
        RangeId(put(&mut self.live.ranges, state))
    }

    /// # Panics
    /// When the range was dropped.
    pub fn range(&self, id: RangeId) -> RangeState {
        self.live.ranges[id.0 as usize].expect("a range that is there")
    }

    pub fn set_range(&mut self, id: RangeId, state: RangeState) {
        self.live.ranges[id.0 as usize] = Some(state);
    }

    pub fn drop_range(&mut self, id: RangeId) {
        self.live.ranges[id.0 as usize] = None;
        while self.live.ranges.last().is_some_and(Option::is_none) {
            self.live.ranges.pop();
        }
    }

    pub fn add_iterator(&mut self, state: IteratorState) -> IteratorId {
        IteratorId(put(&mut self.live.iterators, state))
    }

    /// # Panics
    /// When the iterator was dropped.
    pub fn iterator(&self, id: IteratorId) -> IteratorState {
        self.live.iterators[id.0 as usize].expect("an iterator that is there")
    }

    pub fn set_iterator(&mut self, id: IteratorId, state: IteratorState) {
        self.live.iterators[id.0 as usize] = Some(state);
    }

    pub fn drop_iterator(&mut self, id: IteratorId) {
        self.live.iterators[id.0 as usize] = None;
        while self.live.iterators.last().is_some_and(Option::is_none) {
            self.live.iterators.pop();
        }
    }

    /// Ranges and iterators that a change has moved to other nodes.
    pub fn take_moved(&mut self) -> (Vec<RangeId>, Vec<IteratorId>) {
        let live = &mut self.live;
        (
            std::mem::take(&mut live.moved_ranges),
            std::mem::take(&mut live.moved_iterators),
        )
    }

    pub(super) fn has_ranges(&self) -> bool {
        !self.live.ranges.is_empty()
    }

    pub(super) fn has_live(&self) -> bool {
        !self.live.ranges.is_empty() || !self.live.iterators.is_empty()
    }

    /// Change every boundary of every range.
    fn each_boundary(&mut self, change: impl Fn(&Tree, Boundary) -> Boundary) {
        if self.live.ranges.is_empty() {
            return;
        }
        let mut ranges = std::mem::take(&mut self.live.ranges);
        for (id, range) in ranges.iter_mut().enumerate() {
            let Some(range) = range else { continue };
            let new = RangeState {
                start: change(self, range.start),
                end: change(self, range.end),
            };
            if new.start.node != range.start.node || new.end.node != range.end.node {
                self.live.moved_ranges.push(RangeId(id as u32));
            }
            *range = new;
        }
        self.live.ranges = ranges;
    }

    /// "Insert", step 4: `count` nodes come in at `index` of `parent`.
    pub(super) fn live_inserted(&mut self, parent: NodeId, index: u32, count: u32) {
        self.each_boundary(|_, mut at| {
            if at.node == parent && at.offset > index {
                at.offset += count;
            }
            at
        });
    }

    /// "Remove", steps 4 to 8, before the node is unlinked.
    pub(super) fn live_removing(&mut self, parent: NodeId, id: NodeId) {
        if !self.has_live() {
            return;
        }
        let index = self.index(id);
        self.each_boundary(|tree, mut at| {
            if tree.is_inclusive_ancestor(id, at.node) {
                return Boundary {
                    node: parent,
                    offset: index,
                };
            }
            if at.node == parent && at.offset > index {
                at.offset -= 1;
            }
            at
        });
        let mut iterators = std::mem::take(&mut self.live.iterators);
        for (at, iterator) in iterators.iter_mut().enumerate() {
            let Some(state) = iterator else { continue };
            let new = self.before_removal(*state, parent, id);
            if new.reference != state.reference {
                self.live.moved_iterators.push(IteratorId(at as u32));
            }
            *state = new;
        }
        self.live.iterators = iterators;
    }

    /// "NodeIterator pre-removing steps".
    fn before_removal(&self, state: IteratorState, parent: NodeId, id: NodeId) -> IteratorState {
        let IteratorState {
            root, reference, ..
        } = state;
        if !self.is_inclusive_ancestor(id, reference) || self.is_inclusive_ancestor(id, root) {
            return state;
        }
        if state.before_reference
            && let Some(next) = self.following_past(id, root)
        {
            return IteratorState {
                reference: next,
                ..state
            };
        }
        let reference = match self.previous(id) {
            Some(previous) => self.last_descendant(previous),
            None => parent,
        };
        IteratorState {
            root,
            reference,
            before_reference: false,
        }
    }

    /// "Replace data", steps 8 to 11.
    pub(super) fn live_replaced_data(&mut self, id: NodeId, offset: u32, count: u32, new: u32) {
        self.each_boundary(|_, mut at| {
            if at.node == id && at.offset > offset {
                at.offset = if at.offset <= offset + count {
                    offset
                } else {
                    at.offset + new - count
                };
            }
            at
        });
    }

    /// "Split a Text node", steps 7.2 to 7.5.
    pub(super) fn live_split(&mut self, id: NodeId, new: NodeId, offset: u32, parent: NodeId) {
        if !self.has_ranges() {
            return;
        }
        let index = self.index(id) + 1;
        self.each_boundary(|_, mut at| {
            if at.node == id && at.offset > offset {
                return Boundary {
                    node: new,
                    offset: at.offset - offset,
                };
            }
            if at.node == parent && at.offset == index {
                at.offset += 1;
            }
            at
        });
    }

    /// `normalize()`, step 6: `from`, at `index` of its parent, goes into `into` at
    /// `offset`.
    pub(super) fn live_merged(&mut self, from: NodeId, into: NodeId, offset: u32, index: u32) {
        let parent = self.parent(from);
        self.each_boundary(|_, at| {
            if at.node == from {
                return Boundary {
                    node: into,
                    offset: at.offset + offset,
                };
            }
            if Some(at.node) == parent && at.offset == index {
                return Boundary { node: into, offset };
            }
            at
        });
    }
}
