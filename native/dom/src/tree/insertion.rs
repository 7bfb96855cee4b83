//! Mutations: DOM, 4.2.3. What was valid is not asked again here.

use super::{DomError, Effect, NodeId, Tree};

impl Tree {
    /// "Pre-insert".
    pub fn pre_insert(
        &mut self,
        parent: NodeId,
        node: NodeId,
        child: Option<NodeId>,
    ) -> Result<(), DomError> {
        self.ensure_insertable(parent, node, child)?;
        // 2. and 3. A node before itself stays where it is.
        let child = if child == Some(node) {
            self.next(node)
        } else {
            child
        };
        self.insert(parent, node, child);
        Ok(())
    }

    /// "Append".
    pub fn append(&mut self, parent: NodeId, node: NodeId) -> Result<(), DomError> {
        self.pre_insert(parent, node, None)
    }

    /// "Insert".
    pub fn insert(&mut self, parent: NodeId, node: NodeId, child: Option<NodeId>) {
        let nodes = self.take_nodes(node);
        if nodes.is_empty() {
            return;
        }
        let child = match child {
            // Adopting takes a node from where it was; before that, nothing
            // here has moved.
            Some(child) if nodes.contains(&child) => self.next(child),
            other => other,
        };
        let document = self.document(parent);
        if let (true, Some(child)) = (self.has_ranges(), child) {
            // Removal from the same parent comes first, and shifts the index.
            for node in &nodes {
                self.adopt(*node, document);
            }
            let index = self.index(child);
            self.live_inserted(parent, index, nodes.len() as u32);
        } else {
            for node in &nodes {
                self.adopt(*node, document);
            }
        }
        let previous = match child {
            Some(child) => self.previous(child),
            None => self.last_child(parent),
        };
        for node in &nodes {
            self.link(parent, *node, child);
        }
        self.moved.extend_from_slice(&nodes);
        self.note(|| Effect::Children {
            target: parent,
            added: nodes,
            removed: Vec::new(),
            previous,
            next: child,
            silent: false,
        });
    }

    /// What an insertion of `node` inserts: the children of a fragment, taken out
    /// of it.
    fn take_nodes(&mut self, node: NodeId) -> Vec<NodeId> {
        if !self.is_fragment(node) {
            return vec![node];
        }
        let nodes: Vec<NodeId> = self.children(node).collect();
        for child in &nodes {
            self.detach(*child);
        }
        if !nodes.is_empty() {
            self.note(|| Effect::Children {
                target: node,
                added: Vec::new(),
                removed: nodes.clone(),
                previous: None,
                next: None,
                silent: true,
            });
        }
        nodes
    }

    /// "Adopt" into a document.
    pub fn adopt(&mut self, node: NodeId, document: NodeId) {
        if self.parent(node).is_some() {
            self.remove(node);
        }
        let from = self.document(node);
        if from == document {
            return;
        }
        // The inclusive descendants, and what is attached to each.
        let mut pending = vec![node];
        while let Some(root) = pending.pop() {
            let mut at = Some(root);
            while let Some(one) = at {
                self.set_document(one, document);
                if let Some(element) = self.element(one) {
                    let (content, shadow) = match &element.extra {
                        Some(extra) => (extra.content, extra.shadow),
                        None => (None, None),
                    };
                    let attributes = element.attributes.iter().filter_map(|one| one.node);
                    pending.extend(attributes.chain(shadow).chain(content));
                }
                self.effects.push(Effect::Adopted {
                    node: one,
                    from,
                    to: document,
                });
                at = self.following(one, root);
            }
        }
    }

    /// "Remove" from the parent.
    pub fn remove(&mut self, node: NodeId) {
        let Some(parent) = self.parent(node) else {
            return;
        };
        let (previous, next) = (self.previous(node), self.next(node));
        self.detach(node);
        self.note(|| Effect::Children {
            target: parent,
            added: Vec::new(),
            removed: vec![node],
            previous,
            next,
            silent: false,
        });
    }

    /// "Remove" with observers suppressed.
    fn detach(&mut self, node: NodeId) {
        if let Some(parent) = self.parent(node) {
            self.live_removing(parent, node);
            self.unlink(node);
            self.moved.push(node);
        }
    }

    /// "Replace" a child.
    pub fn replace(&mut self, parent: NodeId, node: NodeId, child: NodeId) -> Result<(), DomError> {
        self.ensure_replaceable(parent, node, child)?;
        let next = match self.next(child) {
            Some(next) if next == node => self.next(node),
            next => next,
        };
        let mut previous = self.previous(child);
        if previous == Some(node) {
            previous = self.previous(node);
        }
        let mut removed = Vec::new();
        let nodes = if child == node {
            // Adopting takes it out, which is told apart.
            self.remove(node);
            vec![node]
        } else {
            self.detach(child);
            removed.push(child);
            self.take_nodes(node)
        };
        let document = self.document(parent);
        for node in &nodes {
            self.adopt(*node, document);
        }
        if let (true, Some(next)) = (self.has_ranges(), next) {
            let index = self.index(next);
            self.live_inserted(parent, index, nodes.len() as u32);
        }
        for node in &nodes {
            self.link(parent, *node, next);
        }
        self.moved.extend_from_slice(&nodes);
        self.note(|| Effect::Children {
            target: parent,
            added: nodes,
            removed,
            previous,
            next,
            silent: false,
        });
        Ok(())
    }

    /// "Replace all" children: answers those that were there.
    pub fn replace_all(&mut self, parent: NodeId, node: Option<NodeId>) -> Vec<NodeId> {
        let removed: Vec<NodeId> = self.children(parent).collect();
        for child in &removed {
            self.detach(*child);
        }
        let added = match node {
            Some(node) => self.take_nodes(node),
            None => Vec::new(),
        };
        let document = self.document(parent);
        for node in &added {
            self.adopt(*node, document);
            self.link(parent, *node, None);
        }
        self.moved.extend_from_slice(&added);
        if !added.is_empty() || !removed.is_empty() {
            self.note(|| Effect::Children {
                target: parent,
                added,
                removed: removed.clone(),
                previous: None,
                next: None,
                silent: false,
            });
        }
        removed
    }
}
