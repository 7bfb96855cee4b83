//! What kind of node, and finding elements.

use html5ever::{LocalName, Namespace, QualName, ns};

use super::{DocumentData, Element, ElementExtra, NodeData, NodeId, Tree};

impl Tree {
    pub fn is_element(&self, id: NodeId) -> bool {
        matches!(self.node(id).data, NodeData::Element(_))
    }

    pub fn is_document(&self, id: NodeId) -> bool {
        matches!(self.node(id).data, NodeData::Document(_))
    }

    pub fn is_fragment(&self, id: NodeId) -> bool {
        matches!(self.node(id).data, NodeData::Fragment(_))
    }

    pub fn is_doctype(&self, id: NodeId) -> bool {
        matches!(self.node(id).data, NodeData::Doctype(_))
    }

    /// Text, CDATASection.
    pub fn is_text(&self, id: NodeId) -> bool {
        matches!(self.node(id).data, NodeData::Text(_) | NodeData::CData(_))
    }

    pub fn is_attribute(&self, id: NodeId) -> bool {
        matches!(self.node(id).data, NodeData::Attr(_))
    }

    pub fn is_character_data(&self, id: NodeId) -> bool {
        matches!(
            self.node(id).data,
            NodeData::Text(_)
                | NodeData::CData(_)
                | NodeData::Comment(_)
                | NodeData::Instruction(_)
        )
    }

    pub fn element(&self, id: NodeId) -> Option<&Element> {
        match &self.node(id).data {
            NodeData::Element(element) => Some(element),
            _ => None,
        }
    }

    pub fn element_mut(&mut self, id: NodeId) -> Option<&mut Element> {
        match &mut self.node_mut(id).data {
            NodeData::Element(element) => Some(element),
            _ => None,
        }
    }

    pub fn name(&self, id: NodeId) -> Option<&QualName> {
        self.element(id).map(|element| &element.name)
    }

    /// The extra of an element, made where it had none.
    ///
    /// # Panics
    /// When the node is no element.
    pub fn extra_mut(&mut self, id: NodeId) -> &mut ElementExtra {
        let NodeData::Element(element) = &mut self.nodes[id.index as usize].data else {
            panic!("{id:?} is no element");
        };
        if element.extra.is_none() {
            self.bytes += size_of::<ElementExtra>();
        }
        element.extra.get_or_insert_default()
    }

    /// Change the extra of an element, its bytes counted.
    pub fn update_extra<R>(
        &mut self,
        id: NodeId,
        change: impl FnOnce(&mut ElementExtra) -> R,
    ) -> R {
        self.extra_mut(id);
        self.counted(id, |data| match data {
            NodeData::Element(element) => change(element.extra.get_or_insert_default()),
            _ => unreachable!("extra_mut has checked it"),
        })
    }

    /// Change what a node is, its bytes counted.
    pub(super) fn counted<R>(&mut self, id: NodeId, change: impl FnOnce(&mut NodeData) -> R) -> R {
        self.version += 1;
        let data = &mut self.node_mut(id).data;
        let before = data.bytes();
        let result = change(data);
        let after = data.bytes();
        self.bytes = self.bytes + after - before;
        result
    }

    /// The internals of a custom element.
    pub fn internals(&self, id: NodeId) -> Option<&super::Internals> {
        self.extra(id)?.internals.as_deref()
    }

    pub fn update_internals<R>(
        &mut self,
        id: NodeId,
        change: impl FnOnce(&mut super::Internals) -> R,
    ) -> R {
        self.update_extra(id, |extra| change(extra.internals.get_or_insert_default()))
    }

    /// Whether an element is a form-associated custom one.
    pub fn is_form_associated(&self, id: NodeId) -> bool {
        self.internals(id)
            .is_some_and(|internals| internals.associated)
    }

    pub fn extra(&self, id: NodeId) -> Option<&ElementExtra> {
        self.element(id)?.extra.as_deref()
    }

    /// Whether this is an HTML element of that local name.
    pub fn is_html_named(&self, id: NodeId, local: &str) -> bool {
        self.element(id)
            .is_some_and(|element| element.is_html() && &*element.name.local == local)
    }

    pub fn is_html_element(&self, id: NodeId) -> bool {
        self.element(id).is_some_and(Element::is_html)
    }

    pub fn document_data(&self, id: NodeId) -> &DocumentData {
        match &self.node(self.document(id)).data {
            NodeData::Document(document) => document,
            _ => unreachable!("the document of a node is a document"),
        }
    }

    pub fn document_data_mut(&mut self, id: NodeId) -> &mut DocumentData {
        let document = self.document(id);
        match &mut self.node_mut(document).data {
            NodeData::Document(document) => document,
            _ => unreachable!("the document of a node is a document"),
        }
    }

    pub fn set_content_type(&mut self, document: NodeId, content_type: &str) {
        self.counted(document, |data| {
            if let NodeData::Document(document) = data {
                document.content_type = content_type.into();
            }
        });
    }

    pub fn set_url(&mut self, document: NodeId, url: &str) {
        self.counted(document, |data| {
            if let NodeData::Document(document) = data {
                document.url = url.into();
            }
        });
    }

    /// Whether names of the node are those of HTML: not case-sensitive.
    pub fn is_html_in_html(&self, id: NodeId) -> bool {
        self.is_html_element(id) && self.document_data(id).html
    }

    pub fn document_element(&self, document: NodeId) -> Option<NodeId> {
        self.child_elements(document).next()
    }

    pub fn doctype(&self, document: NodeId) -> Option<NodeId> {
        self.children(document)
            .find(|child| self.is_doctype(*child))
    }

    /// The first `head`, or `body` or `frameset`, of the root `html` element.
    pub fn html_child(&self, document: NodeId, names: &[&str]) -> Option<NodeId> {
        let root = self.document_element(document)?;
        if !self.is_html_named(root, "html") {
            return None;
        }
        self.child_elements(root)
            .find(|child| names.iter().any(|name| self.is_html_named(*child, name)))
    }

    /// The first descendant of `root` with that id.
    pub fn by_id(&self, root: NodeId, value: &str) -> Option<NodeId> {
        if value.is_empty() {
            return None;
        }
        self.descendants(root)
            .skip(1)
            .find(|node| self.attribute(*node, "id") == Some(value))
    }

    /// A name as `createElement` makes it: no prefix, of HTML.
    pub fn html_name(local: &str) -> QualName {
        QualName::new(None, ns!(html), LocalName::from(local))
    }

    /// The element whose declarations a node sees.
    fn declaring_element(&self, id: NodeId) -> Option<NodeId> {
        match self.data(id) {
            NodeData::Element(_) => Some(id),
            NodeData::Document(_) => self.document_element(id),
            NodeData::Doctype(_) | NodeData::Fragment(_) => None,
            NodeData::Attr(_) => self.owner(id),
            _ => self.parent_element(id),
        }
    }

    /// DOM, "locate a namespace".
    pub fn locate_namespace(&self, id: NodeId, prefix: Option<&str>) -> Option<Namespace> {
        let nonempty = |ns: &Namespace| (!ns.is_empty()).then(|| ns.clone());
        let mut at = self.declaring_element(id);
        while let Some(node) = at {
            match prefix {
                Some("xml") => return Some(ns!(xml)),
                Some("xmlns") => return Some(ns!(xmlns)),
                _ => {}
            }
            let element = self.element(node)?;
            if !element.name.ns.is_empty() && element.name.prefix.as_deref() == prefix {
                return nonempty(&element.name.ns);
            }
            for attribute in &element.attributes {
                let name = &attribute.name;
                let declares = match prefix {
                    Some(prefix) => {
                        name.prefix.as_deref() == Some("xmlns") && *name.local == *prefix
                    }
                    None => name.prefix.is_none() && &*name.local == "xmlns",
                };
                if name.ns == ns!(xmlns) && declares {
                    return nonempty(&Namespace::from(&*attribute.value));
                }
            }
            at = self.parent_element(node);
        }
        None
    }

    /// DOM, "locate a namespace prefix", of the element that stands for a node.
    pub fn locate_prefix(&self, id: NodeId, namespace: &str) -> Option<String> {
        let mut at = self.declaring_element(id);
        while let Some(node) = at {
            let element = self.element(node)?;
            if let (Some(prefix), true) = (&element.name.prefix, *element.name.ns == *namespace) {
                return Some(prefix.to_string());
            }
            for attribute in &element.attributes {
                if attribute.name.prefix.as_deref() == Some("xmlns")
                    && *attribute.value == *namespace
                {
                    return Some(attribute.name.local.to_string());
                }
            }
            at = self.parent_element(node);
        }
        None
    }
}
