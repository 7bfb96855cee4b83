//! Links between nodes: who is whose parent, and changing that. Nothing here
//! checks validity or notes effects.

use super::{NONE, NodeData, NodeId, ShadowMode, Tree};

impl Tree {
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let node = self.node(id);
        match node.data {
            NodeData::Attr(_) => None,
            _ => self.id(node.parent),
        }
    }

    pub fn parent_element(&self, id: NodeId) -> Option<NodeId> {
        self.parent(id).filter(|parent| self.is_element(*parent))
    }

    pub fn first_child(&self, id: NodeId) -> Option<NodeId> {
        self.id(self.node(id).first)
    }

    pub fn last_child(&self, id: NodeId) -> Option<NodeId> {
        self.id(self.node(id).last)
    }

    pub fn previous(&self, id: NodeId) -> Option<NodeId> {
        self.id(self.node(id).previous)
    }

    pub fn next(&self, id: NodeId) -> Option<NodeId> {
        self.id(self.node(id).next)
    }

    /// The node document; a document's own is itself.
    pub fn document(&self, id: NodeId) -> NodeId {
        self.id(self.node(id).document).unwrap_or(id)
    }

    pub(super) fn set_document(&mut self, id: NodeId, document: NodeId) {
        self.node_mut(id).document = document.index;
    }

    /// The element of an attribute, the host of a shadow root, the template of its
    /// contents: what keeps a node without parent.
    pub fn keeper(&self, id: NodeId) -> Option<NodeId> {
        let node = self.node(id);
        match &node.data {
            NodeData::Fragment(Some(shadow)) => Some(shadow.host),
            _ => self.id(node.parent),
        }
    }

    pub fn root(&self, id: NodeId) -> NodeId {
        self.ancestors(id).last().unwrap_or(id)
    }

    /// "Shadow-including inclusive ancestor".
    pub fn is_shadow_including_ancestor(&self, above: NodeId, id: NodeId) -> bool {
        let mut at = id;
        loop {
            if self.is_inclusive_ancestor(above, at) {
                return true;
            }
            match self.shadow_host(self.root(at)) {
                Some(host) => at = host,
                None => return false,
            }
        }
    }

    /// DOM, "shadow-including root".
    pub fn shadow_including_root(&self, id: NodeId) -> NodeId {
        let mut root = self.root(id);
        while let Some(host) = self.shadow_host(root) {
            root = self.root(host);
        }
        root
    }

    pub fn is_connected(&self, id: NodeId) -> bool {
        self.is_document(self.shadow_including_root(id))
    }

    /// The host, if this is a shadow root.
    pub fn shadow_host(&self, id: NodeId) -> Option<NodeId> {
        match &self.node(id).data {
            NodeData::Fragment(Some(shadow)) => shadow.mode.map(|_: ShadowMode| shadow.host),
            _ => None,
        }
    }

    /// How many siblings stand before the node.
    pub fn index(&self, id: NodeId) -> u32 {
        let (mut index, mut at) = (0, self.node(id).previous);
        while at != NONE {
            index += 1;
            at = self.nodes[at as usize].previous;
        }
        index
    }

    /// Child `index` of a node.
    pub fn child(&self, id: NodeId, index: u32) -> Option<NodeId> {
        self.children(id).nth(index as usize)
    }

    pub fn child_count(&self, id: NodeId) -> u32 {
        self.children(id).count() as u32
    }

    /// Whether `ancestor` is `id` or above it.
    pub fn is_inclusive_ancestor(&self, ancestor: NodeId, id: NodeId) -> bool {
        self.ancestors(id).any(|node| node == ancestor)
    }

    /// DOM, "host-including inclusive ancestor".
    pub(super) fn is_host_including_ancestor(&self, ancestor: NodeId, id: NodeId) -> bool {
        let mut at = Some(id);
        while let Some(node) = at {
            if node == ancestor {
                return true;
            }
            at = match &self.node(node).data {
                NodeData::Fragment(Some(shadow)) => Some(shadow.host),
                _ => self.parent(node),
            };
        }
        false
    }

    /// Put a node without parent among the children of `parent`, before
    /// `before` or last.
    pub(crate) fn link(&mut self, parent: NodeId, id: NodeId, before: Option<NodeId>) {
        debug_assert!(self.node(id).parent == NONE && id != parent);
        self.version += 1;
        let next = before.map_or(NONE, |node| node.index);
        debug_assert!(next == NONE || self.nodes[next as usize].parent == parent.index);
        let previous = match next {
            NONE => self.node(parent).last,
            next => self.nodes[next as usize].previous,
        };
        let node = self.node_mut(id);
        (node.parent, node.previous, node.next) = (parent.index, previous, next);
        match previous {
            NONE => self.node_mut(parent).first = id.index,
            previous => self.nodes[previous as usize].next = id.index,
        }
        match next {
            NONE => self.node_mut(parent).last = id.index,
            next => self.nodes[next as usize].previous = id.index,
        }
    }

    /// Take a node from its parent.
    pub(crate) fn unlink(&mut self, id: NodeId) {
        self.version += 1;
        let node = self.node_mut(id);
        let (parent, previous, next) = (node.parent, node.previous, node.next);
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
        if parent == NONE {
            return;
        }
        match previous {
            NONE => self.nodes[parent as usize].first = next,
            previous => self.nodes[previous as usize].next = next,
        }
        match next {
            NONE => self.nodes[parent as usize].last = previous,
            next => self.nodes[next as usize].previous = previous,
        }
    }

    /// Say that an attribute node belongs to `element`, or to none.
    pub(super) fn set_owner(&mut self, attribute: NodeId, element: Option<NodeId>) {
        self.node_mut(attribute).parent = element.map_or(NONE, |element| element.index);
        self.moved.push(attribute);
    }

    /// The element of an attribute node.
    pub fn owner(&self, attribute: NodeId) -> Option<NodeId> {
        match self.node(attribute).data {
            NodeData::Attr(_) => self.id(self.node(attribute).parent),
            _ => None,
        }
    }
}
