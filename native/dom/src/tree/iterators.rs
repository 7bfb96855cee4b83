//! Walks through the tree that borrow it.

use super::{NodeId, Tree};

/// The children of a node.
pub struct Children<'t> {
    tree: &'t Tree,
    next: Option<NodeId>,
}

/// A node and its ancestors, from the node up.
pub struct Ancestors<'t> {
    tree: &'t Tree,
    next: Option<NodeId>,
}

/// A node and its descendants in tree order.
pub struct Descendants<'t> {
    tree: &'t Tree,
    root: NodeId,
    next: Option<NodeId>,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.next(id);
        Some(id)
    }
}

impl Iterator for Ancestors<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.parent(id);
        Some(id)
    }
}

impl Iterator for Descendants<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next?;
        self.next = self.tree.following(id, self.root);
        Some(id)
    }
}

impl Tree {
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children {
            tree: self,
            next: self.first_child(id),
        }
    }

    /// The node itself first.
    pub fn ancestors(&self, id: NodeId) -> Ancestors<'_> {
        Ancestors {
            tree: self,
            next: Some(id),
        }
    }

    /// The node itself first.
    pub fn descendants(&self, id: NodeId) -> Descendants<'_> {
        Descendants {
            tree: self,
            root: id,
            next: Some(id),
        }
    }

    /// The node after `id` in tree order, within `root`.
    pub fn following(&self, id: NodeId, root: NodeId) -> Option<NodeId> {
        self.first_child(id)
            .or_else(|| self.following_past(id, root))
    }

    /// As [`Tree::following`], past the descendants of `id`.
    pub fn following_past(&self, id: NodeId, root: NodeId) -> Option<NodeId> {
        let mut at = id;
        while at != root {
            if let Some(next) = self.next(at) {
                return Some(next);
            }
            at = self.parent(at)?;
        }
        None
    }

    /// The node before `id` in tree order, within `root`.
    pub fn preceding(&self, id: NodeId, root: NodeId) -> Option<NodeId> {
        if id == root {
            return None;
        }
        match self.previous(id) {
            Some(previous) => Some(self.last_descendant(previous)),
            None => self.parent(id),
        }
    }

    /// The last of the inclusive descendants.
    pub fn last_descendant(&self, id: NodeId) -> NodeId {
        let mut at = id;
        while let Some(last) = self.last_child(at) {
            at = last;
        }
        at
    }

    pub fn child_elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|child| self.is_element(*child))
    }

    pub fn next_element(&self, id: NodeId) -> Option<NodeId> {
        let mut at = self.next(id);
        while let Some(node) = at {
            if self.is_element(node) {
                return at;
            }
            at = self.next(node);
        }
        None
    }

    pub fn previous_element(&self, id: NodeId) -> Option<NodeId> {
        let mut at = self.previous(id);
        while let Some(node) = at {
            if self.is_element(node) {
                return at;
            }
            at = self.previous(node);
        }
        None
    }
}
