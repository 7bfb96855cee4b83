//! What must hold of every tree at any time: for tests.

use super::{Boundary, NONE, Node, NodeData, NodeId, Tree};

impl Tree {
    /// Check all links, documents, attachments, ranges and the byte count.
    ///
    /// # Panics
    /// When something does not hold.
    #[doc(hidden)]
    pub fn check_invariants(&self) {
        let mut bytes = 0;
        for index in 1..self.nodes.len() as u32 {
            let node = &self.nodes[index as usize];
            if matches!(node.data, NodeData::Free) {
                assert!(self.free.contains(&index) || self.free.len() > 4096);
                continue;
            }
            bytes += size_of::<Node>() + node.data.bytes();
            let id = self.id(index).expect("not none");
            self.check_node(id, node);
        }
        assert_eq!(self.bytes, bytes, "bytes are counted");
        assert_eq!(
            self.nodes
                .iter()
                .skip(1)
                .filter(|node| matches!(node.data, NodeData::Free))
                .count(),
            self.free.len(),
            "free places"
        );
        for range in self.live.ranges.iter().flatten() {
            for boundary in [range.start, range.end] {
                self.check_boundary(boundary);
            }
            assert_eq!(self.root(range.start.node), self.root(range.end.node));
            assert!(self.compare_boundaries(range.start, range.end).is_le());
        }
        for iterator in self.live.iterators.iter().flatten() {
            assert!(self.is_inclusive_ancestor(iterator.root, iterator.reference));
        }
    }

    fn check_boundary(&self, boundary: Boundary) {
        assert!(self.contains_id(boundary.node), "ranges are in the tree");
        assert!(boundary.offset <= self.length(boundary.node));
    }

    fn check_node(&self, id: NodeId, node: &Node) {
        let (mut child, mut previous) = (node.first, NONE);
        while child != NONE {
            let one = &self.nodes[child as usize];
            assert_eq!(one.parent, id.index, "a child knows its parent");
            assert_eq!(one.previous, previous, "siblings know each other");
            assert!(!matches!(
                one.data,
                NodeData::Free | NodeData::Document(_) | NodeData::Attr(_)
            ));
            assert!(
                !matches!(&one.data, NodeData::Fragment(_)),
                "no fragment is a child"
            );
            (previous, child) = (child, one.next);
        }
        assert_eq!(node.last, previous, "the last child is last");
        let document = self.document(id);
        assert!(self.is_document(document) || !self.contains_id(document));
        if let Some(parent) = self.parent(id) {
            assert_eq!(self.document(parent), document, "one tree, one document");
        }
        if let NodeData::Document(_) = node.data {
            assert_eq!(document, id);
            assert!(self.child_elements(id).count() <= 1);
        }
        if let NodeData::Element(element) = &node.data {
            for attached in element.attached() {
                assert!(self.contains_id(attached));
                assert_eq!(self.keeper(attached), Some(id), "attached nodes know whose");
                assert_eq!(self.document(attached), document);
            }
        }
        if let (NodeData::Attr(_), Some(owner)) = (&node.data, self.owner(id)) {
            assert!(
                self.attribute_node_index(id)
                    .is_some_and(|(o, _)| o == owner)
            );
        }
    }
}
