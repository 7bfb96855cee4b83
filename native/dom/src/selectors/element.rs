//! An element, as the crate `selectors` looks at it.

use std::fmt;

use html5ever::{LocalName, Namespace};
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::context::MatchingContext;
use selectors::matching::ElementSelectorFlags;
use selectors::{Element, OpaqueElement};

use super::names::{Name, Names, Text, no_namespace};
use super::pseudo::{self, PseudoClass, PseudoElement};
use super::{DEPTH_MAX, Fuel};
use crate::tree::{Element as ElementData, NodeData, NodeId, Tree};

#[derive(Clone, Copy)]
pub(super) struct ElementRef<'t> {
    tree: &'t Tree,
    id: NodeId,
    data: &'t ElementData,
    fuel: &'t Fuel,
    /// Levels below the element that is being matched.
    depth: u32,
}

impl<'t> ElementRef<'t> {
    pub(super) fn new(tree: &'t Tree, id: NodeId, fuel: &'t Fuel) -> ElementRef<'t> {
        ElementRef {
            tree,
            id,
            data: tree.element(id).expect("an element"),
            fuel,
            depth: 0,
        }
    }

    fn of(&self, id: Option<NodeId>, depth: u32) -> Option<ElementRef<'t>> {
        let id = id?;
        let data = self.tree.element(id)?;
        self.fuel.step().then_some(ElementRef {
            id,
            data,
            depth,
            ..*self
        })
    }

    fn words(&self, attribute: &str) -> impl Iterator<Item = &'t str> {
        self.tree
            .attribute_or_empty(self.id, attribute)
            .split_ascii_whitespace()
    }
}

impl fmt::Debug for ElementRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}> {:?}", &*self.data.name.local, self.id)
    }
}

impl Element for ElementRef<'_> {
    type Impl = Names;

    fn opaque(&self) -> OpaqueElement {
        // Boxed, so an address for each element.
        OpaqueElement::new(self.data)
    }

    fn parent_element(&self) -> Option<Self> {
        self.of(self.tree.parent(self.id), 0)
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        let parent = self.tree.parent(self.id);
        parent.is_some_and(|parent| self.tree.shadow_host(parent).is_some())
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        self.of(self.tree.shadow_host(self.tree.root(self.id)), 0)
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.of(self.tree.previous_element(self.id), self.depth)
    }

    fn next_sibling_element(&self) -> Option<Self> {
        self.of(self.tree.next_element(self.id), self.depth)
    }

    fn first_element_child(&self) -> Option<Self> {
        let child = self.tree.child_elements(self.id).next();
        if child.is_some() && self.depth >= DEPTH_MAX {
            self.fuel.too_deep.set(true);
            return None;
        }
        self.of(child, self.depth + 1)
    }

    fn is_html_element_in_html_document(&self) -> bool {
        self.data.is_html() && self.tree.document_data(self.id).html
    }

    fn has_local_name(&self, local: &LocalName) -> bool {
        self.data.name.local == *local
    }

    fn has_namespace(&self, namespace: &Namespace) -> bool {
        self.data.name.ns == *namespace
    }

    fn is_same_type(&self, other: &Self) -> bool {
        self.data.name.local == other.data.name.local && self.data.name.ns == other.data.name.ns
    }

    fn attr_matches(
        &self,
        namespace: &NamespaceConstraint<&Namespace>,
        local: &Name,
        operation: &AttrSelectorOperation<&Text>,
    ) -> bool {
        self.data.attributes.iter().any(|attribute| {
            attribute.name.local == local.0
                && match namespace {
                    NamespaceConstraint::Any => true,
                    NamespaceConstraint::Specific(namespace) => attribute.name.ns == **namespace,
                }
                && operation.eval_str(&attribute.value)
        })
    }

    fn has_attr_in_no_namespace(&self, local: &Name) -> bool {
        self.tree
            .has_attribute_ns(self.id, &no_namespace(), &local.0)
    }

    fn match_non_ts_pseudo_class(
        &self,
        class: &PseudoClass,
        _context: &mut MatchingContext<'_, Names>,
    ) -> bool {
        class.matches(self.tree, self.id)
    }

    fn match_pseudo_element(
        &self,
        _element: &PseudoElement,
        _context: &mut MatchingContext<'_, Names>,
    ) -> bool {
        false
    }

    fn apply_selector_flags(&self, _flags: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        pseudo::is_link(self.tree, self.id)
    }

    fn is_html_slot_element(&self) -> bool {
        self.tree.is_html_named(self.id, "slot")
    }

    fn has_id(&self, id: &Name, case: CaseSensitivity) -> bool {
        self.tree
            .attribute(self.id, "id")
            .is_some_and(|own| case.eq(own.as_bytes(), id.0.as_bytes()))
    }

    fn has_class(&self, name: &Name, case: CaseSensitivity) -> bool {
        self.words("class")
            .any(|own| case.eq(own.as_bytes(), name.0.as_bytes()))
    }

    fn has_custom_state(&self, _name: &Name) -> bool {
        false
    }

    fn imported_part(&self, _name: &Name) -> Option<Name> {
        None
    }

    fn is_part(&self, name: &Name) -> bool {
        self.words("part").any(|own| own == &*name.0)
    }

    fn is_empty(&self) -> bool {
        self.tree
            .children(self.id)
            .all(|child| match self.tree.data(child) {
                NodeData::Element(_) => false,
                NodeData::Text(text) | NodeData::CData(text) => text.is_empty(),
                _ => true,
            })
    }

    fn is_root(&self) -> bool {
        self.tree
            .parent(self.id)
            .is_some_and(|parent| self.tree.is_document(parent))
    }

    fn add_element_unique_hashes(&self, _filter: &mut BloomFilter) -> bool {
        false
    }
}
