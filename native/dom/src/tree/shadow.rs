//! Shadow roots and slots: DOM, 4.2.2.

use super::{DomError, NodeData, NodeId, ShadowData, ShadowMode, Tree};

/// Elements of HTML that may have a shadow root, besides custom ones.
const HOSTS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "body",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "nav",
    "p",
    "section",
    "span",
];

impl Tree {
    /// "Attach a shadow root".
    pub fn attach_shadow(&mut self, data: ShadowData) -> Result<NodeId, DomError> {
        let host = data.host;
        let may = self.element(host).is_some_and(|element| {
            let local = &*element.name.local;
            element.is_html() && (HOSTS.contains(&local) || is_custom_name(local))
        });
        if !may {
            let message = "this element cannot have a shadow root";
            return Err(DomError::not_supported(message));
        }
        if let Some(shadow) = self.shadow_root(host) {
            // A declarative one may be taken over, once.
            let (declarative, mode) = match self.data(shadow) {
                NodeData::Fragment(Some(own)) => (own.declarative, own.mode),
                _ => (false, None),
            };
            if !declarative || mode != data.mode {
                let message = "this element has a shadow root already";
                return Err(DomError::not_supported(message));
            }
            for child in self.children(shadow).collect::<Vec<_>>() {
                self.remove(child);
            }
            if let NodeData::Fragment(Some(own)) = &mut self.node_mut(shadow).data {
                own.declarative = false;
            }
            return Ok(shadow);
        }
        Ok(self.put_shadow(host, data))
    }

    pub(super) fn put_shadow(&mut self, host: NodeId, data: ShadowData) -> NodeId {
        let shadow = self.new_in(
            self.document(host),
            NodeData::Fragment(Some(Box::new(data))),
        );
        self.extra_mut(host).shadow = Some(shadow);
        self.version += 1;
        shadow
    }

    pub fn shadow_root(&self, host: NodeId) -> Option<NodeId> {
        self.extra(host)?.shadow
    }

    pub fn shadow_data(&self, root: NodeId) -> Option<&ShadowData> {
        match self.data(root) {
            NodeData::Fragment(Some(shadow)) if shadow.mode.is_some() => Some(shadow),
            _ => None,
        }
    }

    /// The contents of a template.
    pub fn template_content(&self, template: NodeId) -> Option<NodeId> {
        self.extra(template)?.content
    }

    fn slot_name(&self, slot: NodeId) -> &str {
        self.attribute_or_empty(slot, "name")
    }

    /// "Find a slot" of a node; with `open`, in open shadow roots only.
    pub fn find_slot(&self, slottable: NodeId, open: bool) -> Option<NodeId> {
        if !self.is_element(slottable) && !self.is_text(slottable) {
            return None;
        }
        let shadow = self.shadow_root(self.parent(slottable)?)?;
        let data = self.shadow_data(shadow)?;
        if open && data.mode != Some(ShadowMode::Open) {
            return None;
        }
        let name = match self.is_element(slottable) {
            true => self.attribute_or_empty(slottable, "slot"),
            false => "",
        };
        self.descendants(shadow)
            .find(|node| self.is_html_named(*node, "slot") && self.slot_name(*node) == name)
    }

    /// "Find slottables" of a slot.
    pub fn assigned_nodes(&self, slot: NodeId) -> Vec<NodeId> {
        let Some(host) = self.shadow_host(self.root(slot)) else {
            return Vec::new();
        };
        self.children(host)
            .filter(|child| self.find_slot(*child, false) == Some(slot))
            .collect()
    }

    /// "Find flattened slottables".
    pub fn flattened_nodes(&self, slot: NodeId) -> Vec<NodeId> {
        let mut out = Vec::new();
        if self.shadow_host(self.root(slot)).is_none() {
            return out;
        }
        let mut pending = vec![slot];
        while let Some(node) = pending.pop() {
            let is_slot =
                self.is_html_named(node, "slot") && self.shadow_host(self.root(node)).is_some();
            if !is_slot {
                out.push(node);
                continue;
            }
            let mut nodes = self.assigned_nodes(node);
            if nodes.is_empty() {
                nodes = self
                    .children(node)
                    .filter(|child| self.is_element(*child) || self.is_text(*child))
                    .collect();
            }
            pending.extend(nodes.into_iter().rev());
        }
        out
    }
}

/// HTML, "valid custom element name".
pub(crate) fn is_custom_name(name: &str) -> bool {
    const RESERVED: &[&str] = &[
        "annotation-xml",
        "color-profile",
        "font-face",
        "font-face-src",
        "font-face-uri",
        "font-face-format",
        "font-face-name",
        "missing-glyph",
    ];
    name.contains('-')
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.contains(|char: char| char.is_ascii_uppercase())
        && super::validate::is_element_name(name)
        && !RESERVED.contains(&name)
}
