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
        self.shadows = true;
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

    /// Whether there was ever a shadow root.
    pub fn has_shadows(&self) -> bool {
        self.shadows
    }

    /// The slots in a tree, or below a node of it, itself included.
    pub fn slots(&self, root: NodeId) -> Vec<NodeId> {
        self.descendants(root)
            .filter(|node| self.is_html_named(*node, "slot"))
            .collect()
    }

    /// The first slot of that name.
    pub fn slot_named(&self, shadow: NodeId, name: &str) -> Option<NodeId> {
        self.descendants(shadow)
            .find(|node| self.is_html_named(*node, "slot") && self.slot_name(*node) == name)
    }

    /// The slot of a shadow tree that a child of its host goes to, or went.
    pub fn slot_for(&self, shadow: NodeId, slottable: NodeId) -> Option<NodeId> {
        if !self.is_element(slottable) && !self.is_text(slottable) {
            return None;
        }
        if self.shadow_data(shadow)?.manual_slots {
            return self
                .descendants(shadow)
                .find(|node| self.manual(*node).contains(&slottable));
        }
        let name = match self.is_element(slottable) {
            true => self.attribute_or_empty(slottable, "slot"),
            false => "",
        };
        self.slot_named(shadow, name)
    }

    /// "Find a slot" of a node; with `open`, in open shadow roots only.
    pub fn find_slot(&self, slottable: NodeId, open: bool) -> Option<NodeId> {
        let shadow = self.shadow_root(self.parent(slottable)?)?;
        if open && self.shadow_data(shadow)?.mode != Some(ShadowMode::Open) {
            return None;
        }
        self.slot_for(shadow, slottable)
    }

    /// "Find slottables" of a slot.
    pub fn assigned_nodes(&self, slot: NodeId) -> Vec<NodeId> {
        self.slottables(slot).collect()
    }

    fn slottables(&self, slot: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let shadow = self.root(slot);
        let host = self.shadow_host(shadow);
        let by_hand = self
            .shadow_data(shadow)
            .is_some_and(|data| data.manual_slots);
        // Of several slots of one name, the first has all.
        let name = self.slot_name(slot);
        let by_name = host
            .filter(|_| !by_hand && self.slot_named(shadow, name) == Some(slot))
            .into_iter()
            .flat_map(|host| self.children(host))
            .filter(move |child| match self.is_element(*child) {
                true => self.attribute_or_empty(*child, "slot") == name,
                false => self.is_text(*child) && name.is_empty(),
            });
        let chosen = host.filter(|_| by_hand).into_iter().flat_map(move |host| {
            let nodes = self.manual(slot).iter().copied();
            nodes.filter(move |node| self.contains_id(*node) && self.parent(*node) == Some(host))
        });
        by_name.chain(chosen)
    }

    /// Whether any node is assigned to a slot.
    pub fn is_slotted(&self, slot: NodeId) -> bool {
        self.slottables(slot).next().is_some()
    }

    /// What [`Tree::is_slotted`] was when it was last noted.
    pub fn was_slotted(&self, slot: NodeId) -> bool {
        let state = self.extra(slot).and_then(|extra| extra.slot.as_ref());
        state.is_some_and(|state| state.slotted)
    }

    pub fn note_slotted(&mut self, slot: NodeId) {
        let slotted = self.is_slotted(slot);
        if slotted != self.was_slotted(slot) {
            self.update_extra(slot, |extra| {
                extra.slot.get_or_insert_default().slotted = slotted;
            });
        }
    }

    /// "Manually assigned nodes" of a slot.
    fn manual(&self, slot: NodeId) -> &[NodeId] {
        let state = self.extra(slot).and_then(|extra| extra.slot.as_ref());
        state.map_or(&[], |state| &state.manual)
    }

    /// Assign nodes to a slot by hand.
    pub fn assign(&mut self, slot: NodeId, nodes: Vec<NodeId>) {
        self.update_extra(slot, |extra| {
            extra.slot.get_or_insert_default().manual = nodes.into();
        });
    }

    /// Take nodes from those that are assigned to a slot by hand.
    pub fn unassign(&mut self, slot: NodeId, nodes: &[NodeId]) {
        let own = self.manual(slot);
        if own.iter().any(|node| nodes.contains(node)) {
            let left = own.iter().copied().filter(|node| !nodes.contains(node));
            let left = left.collect();
            self.assign(slot, left);
        }
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
