//! Comparing nodes: `isEqualNode`, `compareDocumentPosition`, order.

use std::cmp::Ordering;

use super::{Boundary, NodeData, NodeId, Tree};

/// The bits of `compareDocumentPosition`.
pub struct Position;

impl Position {
    pub const DISCONNECTED: u16 = 1;
    pub const PRECEDING: u16 = 2;
    pub const FOLLOWING: u16 = 4;
    pub const CONTAINS: u16 = 8;
    pub const CONTAINED_BY: u16 = 16;
    pub const IMPLEMENTATION_SPECIFIC: u16 = 32;
}

impl Tree {
    /// "Equals", descendants included.
    pub fn is_equal(&self, a: NodeId, b: NodeId) -> bool {
        let mut pending = vec![(a, b)];
        while let Some((a, b)) = pending.pop() {
            if !self.equals_alone(a, b) {
                return false;
            }
            let (mut x, mut y) = (self.first_child(a), self.first_child(b));
            loop {
                match (x, y) {
                    (None, None) => break,
                    (Some(one), Some(other)) => {
                        pending.push((one, other));
                        (x, y) = (self.next(one), self.next(other));
                    }
                    _ => return false,
                }
            }
        }
        true
    }

    fn equals_alone(&self, a: NodeId, b: NodeId) -> bool {
        match (self.data(a), self.data(b)) {
            (NodeData::Document(_), NodeData::Document(_))
            | (NodeData::Fragment(_), NodeData::Fragment(_)) => true,
            (NodeData::Doctype(a), NodeData::Doctype(b)) => a == b,
            (NodeData::Element(a), NodeData::Element(b)) => {
                let same = |x: &super::Attribute| {
                    b.attributes.iter().any(|y| {
                        x.name.ns == y.name.ns && x.name.local == y.name.local && x.value == y.value
                    })
                };
                a.name == b.name
                    && a.name.prefix == b.name.prefix
                    && a.attributes.len() == b.attributes.len()
                    && a.attributes.iter().all(same)
            }
            (NodeData::Text(a), NodeData::Text(b))
            | (NodeData::CData(a), NodeData::CData(b))
            | (NodeData::Comment(a), NodeData::Comment(b)) => a == b,
            (NodeData::Instruction(a), NodeData::Instruction(b)) => a == b,
            (NodeData::Attr(x), NodeData::Attr(y)) => {
                x.name.ns == y.name.ns
                    && x.name.local == y.name.local
                    && self.attribute_node_value(a) == self.attribute_node_value(b)
            }
            _ => false,
        }
    }

    /// Tree order of two nodes of one tree.
    pub fn order(&self, a: NodeId, b: NodeId) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let path = |id| {
            let mut path: Vec<NodeId> = self.ancestors(id).collect();
            path.reverse();
            path
        };
        let (x, y) = (path(a), path(b));
        let shared = x.iter().zip(&y).take_while(|(x, y)| x == y).count();
        match (x.get(shared), y.get(shared)) {
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            (Some(x), Some(y)) => {
                // Walk from both at once: as far as the nearer of either end.
                let (mut forward, mut backward) = (self.next(*x), self.previous(*x));
                loop {
                    if forward == Some(*y) {
                        return Ordering::Less;
                    }
                    if backward == Some(*y) {
                        return Ordering::Greater;
                    }
                    if forward.is_none() {
                        return Ordering::Greater;
                    }
                    if backward.is_none() {
                        return Ordering::Less;
                    }
                    forward = forward.and_then(|node| self.next(node));
                    backward = backward.and_then(|node| self.previous(node));
                }
            }
        }
    }

    /// `a.compareDocumentPosition(b)`.
    pub fn compare_position(&self, this: NodeId, other: NodeId) -> u16 {
        if this == other {
            return 0;
        }
        let owner = |id| match self.data(id) {
            NodeData::Attr(_) => self.owner(id),
            _ => Some(id),
        };
        let (x, y) = (owner(other), owner(this));
        let is_attribute = |id| matches!(self.data(id), NodeData::Attr(_));
        if let (true, true, Some(x), Some(y)) = (is_attribute(this), is_attribute(other), x, y)
            && x == y
        {
            let first = self
                .attributes(x)
                .iter()
                .find(|one| one.node == Some(other) || one.node == Some(this));
            return Position::IMPLEMENTATION_SPECIFIC
                | match first.and_then(|one| one.node) == Some(other) {
                    true => Position::PRECEDING,
                    false => Position::FOLLOWING,
                };
        }
        let (Some(x), Some(y)) = (x, y) else {
            return self.disconnected(this, other);
        };
        if self.root(x) != self.root(y) {
            return self.disconnected(this, other);
        }
        let (other_is_attribute, this_is_attribute) = (is_attribute(other), is_attribute(this));
        if (self.is_inclusive_ancestor(x, y) && x != y && !other_is_attribute)
            || (x == y && this_is_attribute)
        {
            return Position::CONTAINS | Position::PRECEDING;
        }
        if (self.is_inclusive_ancestor(y, x) && x != y && !this_is_attribute)
            || (x == y && other_is_attribute)
        {
            return Position::CONTAINED_BY | Position::FOLLOWING;
        }
        match self.order(x, y) {
            Ordering::Less => Position::PRECEDING,
            _ => Position::FOLLOWING,
        }
    }

    fn disconnected(&self, this: NodeId, other: NodeId) -> u16 {
        Position::DISCONNECTED
            | Position::IMPLEMENTATION_SPECIFIC
            | match other < this {
                true => Position::PRECEDING,
                false => Position::FOLLOWING,
            }
    }

    /// DOM, 5.1: the position of a boundary point relative to another of the same
    /// tree.
    pub fn compare_boundaries(&self, a: Boundary, b: Boundary) -> Ordering {
        if a.node == b.node {
            return a.offset.cmp(&b.offset);
        }
        if self.order(a.node, b.node) == Ordering::Greater {
            return self.compare_boundaries(b, a).reverse();
        }
        // b.node follows a.node; within it when a.node is an ancestor.
        let mut child = b.node;
        while let Some(parent) = self.parent(child) {
            if parent == a.node {
                return match self.index(child) < a.offset {
                    true => Ordering::Greater,
                    false => Ordering::Less,
                };
            }
            child = parent;
        }
        Ordering::Less
    }
}
