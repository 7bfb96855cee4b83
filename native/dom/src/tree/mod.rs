//! The tree: nodes in an arena, by stable ids. No JavaScript here.
//!
//! Where names follow the DOM standard (`pre_insert`, `replace_all`), so do the
//! steps. What an operation means for observers and custom elements is noted as
//! [`Effect`]s, for whoever asked to be told.

mod attributes;
mod clone;
mod compare;
mod data;
mod error;
mod insertion;
mod invariants;
mod iterators;
mod links;
mod live;
mod lookup;
mod shadow;
mod text;
mod validate;

pub use attributes::{Attribute, attribute_name};
pub use compare::Position;
pub use data::{
    CustomState, Doctype, DocumentData, Element, ElementExtra, FormState, Instruction, Internals,
    NodeData, ShadowData, ShadowMode,
};
pub use error::DomError;
pub use html5ever::interface::{QualName, QuirksMode};
pub use iterators::{Ancestors, Children, Descendants};
pub use live::{Boundary, IteratorId, IteratorState, RangeId, RangeState};
pub(crate) use shadow::is_custom_name;
pub(crate) use text::utf16_length;
pub use validate::{
    is_attribute_name, is_doctype_name, is_element_name, is_xml_name, split_name,
    validate_qualified,
};

use std::fmt;

/// A node of one [`Tree`], for as long as it is there: ids of freed nodes are
/// known by their generation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    index: u32,
    generation: u32,
}

impl NodeId {
    /// The id as one number.
    pub fn bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// What [`NodeId::bits`] gave. Any number is safe: a stranger names no node.
    pub fn from_bits(bits: u64) -> NodeId {
        NodeId {
            index: bits as u32,
            generation: (bits >> 32) as u32,
        }
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}.{}", self.index, self.generation)
    }
}

/// Index 0 holds no node, so it can stand for "none".
const NONE: u32 = 0;

/// A node's links and what it is. 56 bytes.
pub struct Node {
    generation: u32,
    /// The node document; a document's own is itself.
    document: u32,
    /// The parent; an attribute's is its element.
    parent: u32,
    first: u32,
    last: u32,
    previous: u32,
    next: u32,
    data: NodeData,
}

const _: () = assert!(size_of::<Node>() <= 56);

/// Something that an observer or a custom element may want to hear of.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// "Queue a tree mutation record".
    Children {
        target: NodeId,
        added: Vec<NodeId>,
        removed: Vec<NodeId>,
        previous: Option<NodeId>,
        next: Option<NodeId>,
        /// Whether `added` were there all along, for their parent: the children of
        /// a fragment that leave it.
        silent: bool,
    },
    Attribute {
        target: NodeId,
        name: html5ever::LocalName,
        namespace: html5ever::Namespace,
        old: Option<Box<str>>,
        new: Option<Box<str>>,
    },
    Data {
        target: NodeId,
        old: Box<str>,
    },
    /// A node changed its document: both are documents.
    Adopted {
        node: NodeId,
        from: NodeId,
        to: NodeId,
    },
}

/// All nodes of one heap: documents, fragments and what is detached.
pub struct Tree {
    nodes: Vec<Node>,
    free: Vec<u32>,
    /// Bytes that the nodes take, their strings included.
    bytes: usize,
    /// Goes up with every change, for caches.
    version: u64,
    effects: Vec<Effect>,
    watched: bool,
    /// Whether there was ever a shadow root, and so slots to tell of changes.
    shadows: bool,
    /// Nodes that were put somewhere or taken from there.
    moved: Vec<NodeId>,
    live: live::Live,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree::new()
    }
}

impl Tree {
    pub fn new() -> Tree {
        let nobody = Node {
            generation: 0,
            document: NONE,
            parent: NONE,
            first: NONE,
            last: NONE,
            previous: NONE,
            next: NONE,
            data: NodeData::Free,
        };
        Tree {
            nodes: vec![nobody],
            free: Vec::new(),
            bytes: 0,
            version: 0,
            effects: Vec::new(),
            watched: false,
            shadows: false,
            moved: Vec::new(),
            live: live::Live::default(),
        }
    }

    /// Bytes of all nodes with their strings; capacity that is free is not
    /// counted.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len() - 1 - self.free.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number that changes whenever anything in the tree does.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The nodes that mutations have given a parent, or taken it from them, since
    /// this was last asked; some may be freed by now.
    pub fn take_moved_nodes(&mut self) -> Vec<NodeId> {
        std::mem::take(&mut self.moved)
    }

    /// Whether [`Effect`]s are to be noted from now on; those of adoption always
    /// are.
    pub fn watch(&mut self, watched: bool) {
        self.watched = watched;
    }

    pub fn is_watched(&self) -> bool {
        self.watched
    }

    /// What happened since this was last asked.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    fn note(&mut self, effect: impl FnOnce() -> Effect) {
        if self.watched || self.shadows {
            self.effects.push(effect());
        }
    }

    /// Whether `id` names a node that is still there.
    pub fn contains_id(&self, id: NodeId) -> bool {
        self.nodes
            .get(id.index as usize)
            .is_some_and(|node| node.generation == id.generation && id.index != NONE)
    }

    fn node(&self, id: NodeId) -> &Node {
        let node = &self.nodes[id.index as usize];
        assert_eq!(node.generation, id.generation, "{id:?} was freed");
        node
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        let node = &mut self.nodes[id.index as usize];
        assert_eq!(node.generation, id.generation, "{id:?} was freed");
        node
    }

    fn id(&self, index: u32) -> Option<NodeId> {
        (index != NONE).then(|| NodeId {
            index,
            generation: self.nodes[index as usize].generation,
        })
    }

    /// What a node is.
    pub fn data(&self, id: NodeId) -> &NodeData {
        &self.node(id).data
    }

    fn allocate(&mut self, document: u32, data: NodeData) -> NodeId {
        self.bytes += size_of::<Node>() + data.bytes();
        let make = |generation| Node {
            generation,
            document,
            parent: NONE,
            first: NONE,
            last: NONE,
            previous: NONE,
            next: NONE,
            data,
        };
        if let Some(index) = self.free.pop() {
            let generation = self.nodes[index as usize].generation;
            self.nodes[index as usize] = make(generation);
            return NodeId { index, generation };
        }
        let index = u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes");
        self.nodes.push(make(0));
        NodeId {
            index,
            generation: 0,
        }
    }

    // ---- making nodes ------------------------------------------------------

    /// A new document: HTML, or XML.
    pub fn new_document(&mut self, html: bool) -> NodeId {
        let data = NodeData::Document(Box::new(DocumentData::new(html)));
        let id = self.allocate(NONE, data);
        self.node_mut(id).document = id.index;
        id
    }

    fn new_in(&mut self, document: NodeId, data: NodeData) -> NodeId {
        self.allocate(document.index, data)
    }

    pub fn new_element(&mut self, document: NodeId, name: QualName) -> NodeId {
        self.new_element_with(document, name, Vec::new())
    }

    pub fn new_element_with(
        &mut self,
        document: NodeId,
        name: QualName,
        attributes: Vec<Attribute>,
    ) -> NodeId {
        let is_template = *name.ns == *html5ever::ns!(html) && &*name.local == "template";
        let element = Element::new(name, attributes);
        let id = self.new_in(document, NodeData::Element(Box::new(element)));
        if is_template {
            let data = NodeData::Fragment(Some(Box::new(ShadowData::template(id))));
            let content = self.new_in(document, data);
            self.extra_mut(id).content = Some(content);
        }
        id
    }

    pub fn new_text(&mut self, document: NodeId, text: &str) -> NodeId {
        self.new_in(document, NodeData::Text(text.into()))
    }

    pub fn new_cdata(&mut self, document: NodeId, text: &str) -> NodeId {
        self.new_in(document, NodeData::CData(text.into()))
    }

    pub fn new_comment(&mut self, document: NodeId, text: &str) -> NodeId {
        self.new_in(document, NodeData::Comment(text.into()))
    }

    pub fn new_instruction(&mut self, document: NodeId, target: &str, data: &str) -> NodeId {
        let instruction = Instruction {
            target: target.into(),
            data: data.into(),
        };
        self.new_in(document, NodeData::Instruction(Box::new(instruction)))
    }

    pub fn new_fragment(&mut self, document: NodeId) -> NodeId {
        self.new_in(document, NodeData::Fragment(None))
    }

    pub fn new_doctype(
        &mut self,
        document: NodeId,
        name: &str,
        public_id: &str,
        system_id: &str,
    ) -> NodeId {
        let doctype = Doctype {
            name: name.into(),
            public_id: public_id.into(),
            system_id: system_id.into(),
        };
        self.new_in(document, NodeData::Doctype(Box::new(doctype)))
    }

    // ---- freeing nodes -----------------------------------------------------

    /// Free a node without parent, with all that belongs to it: its descendants,
    /// shadow trees, template contents and attribute nodes. Ids of them name
    /// nothing from now on.
    pub fn free(&mut self, root: NodeId) {
        debug_assert!(self.parent(root).is_none());
        self.version += 1;
        let mut pending = vec![root.index];
        while let Some(index) = pending.pop() {
            let node = &mut self.nodes[index as usize];
            let mut child = node.first;
            let data = std::mem::replace(&mut node.data, NodeData::Free);
            node.generation = node.generation.wrapping_add(1);
            self.bytes -= size_of::<Node>() + data.bytes();
            if let NodeData::Element(element) = &data {
                pending.extend(element.attached().map(|id| id.index));
            }
            while child != NONE {
                pending.push(child);
                child = self.nodes[child as usize].next;
            }
            let node = &mut self.nodes[index as usize];
            (node.first, node.last) = (NONE, NONE);
            (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
            self.free.push(index);
        }
    }
}
