//! "Clone a node": DOM, 4.4.

use super::{Attribute, NodeData, NodeId, ShadowData, Tree};

impl Tree {
    /// A copy of the node in `document`, with its descendants where `deep`.
    pub fn clone_node(&mut self, node: NodeId, document: NodeId, deep: bool) -> NodeId {
        let copy = self.clone_one(node, document);
        let document = if self.is_document(copy) {
            copy
        } else {
            document
        };
        // (what to copy, whether its children too, where the copy goes)
        let mut pending = Vec::new();
        self.clone_attached(node, copy, deep, &mut pending);
        if deep {
            pending.push((node, copy));
        }
        while let Some((from, to)) = pending.pop() {
            let document = match self.is_document(to) {
                true => to,
                false => self.document(to),
            };
            let children: Vec<NodeId> = self.children(from).collect();
            for child in children {
                let copy = self.clone_one(child, document);
                self.link(to, copy, None);
                self.clone_attached(child, copy, true, &mut pending);
                if self.first_child(child).is_some() {
                    pending.push((child, copy));
                }
            }
        }
        debug_assert!(self.document(copy) == document);
        copy
    }

    /// A template's contents and a clonable shadow root.
    fn clone_attached(
        &mut self,
        node: NodeId,
        copy: NodeId,
        deep: bool,
        pending: &mut Vec<(NodeId, NodeId)>,
    ) {
        let Some(extra) = self.extra(node) else {
            return;
        };
        let (content, shadow) = (extra.content, extra.shadow);
        if let (true, Some(from), Some(to)) = (
            deep,
            content,
            self.extra(copy).and_then(|extra| extra.content),
        ) {
            pending.push((from, to));
        }
        if let Some(from) = shadow
            && let NodeData::Fragment(Some(data)) = self.data(from)
            && data.clonable
        {
            let data = ShadowData {
                host: copy,
                ..(**data).clone()
            };
            let to = self.put_shadow(copy, data);
            pending.push((from, to));
        }
    }

    fn clone_one(&mut self, node: NodeId, document: NodeId) -> NodeId {
        match self.data(node) {
            NodeData::Free => unreachable!("freed nodes have no ids"),
            NodeData::Document(data) => {
                let (html, quirks) = (data.html, data.quirks);
                let is_xml_document = data.is_xml_document;
                let (content_type, url) = (data.content_type.clone(), data.url.clone());
                let copy = self.new_document(html);
                self.document_data_mut(copy).quirks = quirks;
                self.document_data_mut(copy).is_xml_document = is_xml_document;
                self.set_url(copy, &url);
                self.set_content_type(copy, &content_type);
                copy
            }
            NodeData::Fragment(_) => self.new_fragment(document),
            NodeData::Doctype(doctype) => {
                let doctype = doctype.clone();
                self.new_in(document, NodeData::Doctype(doctype))
            }
            NodeData::Element(element) => {
                let name = element.name.clone();
                let is = element.extra.as_ref().and_then(|extra| extra.is.clone());
                let form = element.extra.as_ref().and_then(|extra| extra.form.clone());
                let integration = element
                    .extra
                    .as_ref()
                    .is_some_and(|extra| extra.integration_point);
                let attributes = element
                    .attributes
                    .iter()
                    .map(|one| Attribute::new(one.name.clone(), one.value.clone()))
                    .collect();
                let copy = self.new_element_with(document, name, attributes);
                if is.is_some() || form.is_some() || integration {
                    self.update_extra(copy, |extra| {
                        extra.is = is;
                        extra.form = form;
                        extra.integration_point = integration;
                    });
                }
                copy
            }
            NodeData::Text(text) => {
                let text = text.clone();
                self.new_in(document, NodeData::Text(text))
            }
            NodeData::CData(text) => {
                let text = text.clone();
                self.new_in(document, NodeData::CData(text))
            }
            NodeData::Comment(text) => {
                let text = text.clone();
                self.new_in(document, NodeData::Comment(text))
            }
            NodeData::Instruction(instruction) => {
                let instruction = instruction.clone();
                self.new_in(document, NodeData::Instruction(instruction))
            }
            NodeData::Attr(own) => {
                let name = own.name.clone();
                let value: Box<str> = self.attribute_node_value(node).into();
                let copy = self.new_attribute_node(document, name);
                self.set_attribute_node_value(copy, &value);
                copy
            }
        }
    }
}
