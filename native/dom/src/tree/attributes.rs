//! Attributes of elements: DOM, 4.9.

use html5ever::{LocalName, Namespace, QualName, ns};

use super::{DomError, Effect, NodeData, NodeId, Tree};

/// One attribute of an element, or what an Attr without element holds.
#[derive(Debug, Clone)]
pub struct Attribute {
    pub name: QualName,
    pub value: Box<str>,
    /// Its Attr node, where a script has asked for it.
    pub node: Option<NodeId>,
}

impl Attribute {
    pub fn new(name: QualName, value: impl Into<Box<str>>) -> Attribute {
        Attribute {
            name,
            value: value.into(),
            node: None,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Attribute>() + self.value.len()
    }

    /// Prefix and local name.
    pub fn qualified_name(&self) -> String {
        qualified(&self.name)
    }
}

pub(crate) fn qualified(name: &QualName) -> String {
    match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", &*name.local),
        None => name.local.to_string(),
    }
}

fn is_qualified(name: &QualName, qualified: &str) -> bool {
    match &name.prefix {
        None => *name.local == *qualified,
        Some(prefix) => qualified
            .strip_prefix(&**prefix)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|local| *name.local == *local),
    }
}

/// The name of an attribute in no namespace.
pub fn attribute_name(local: &str) -> QualName {
    QualName::new(None, ns!(), LocalName::from(local))
}

impl Tree {
    pub fn attributes(&self, id: NodeId) -> &[Attribute] {
        self.element(id).map_or(&[], |element| &element.attributes)
    }

    /// The value of an attribute in no namespace, by its local name.
    pub fn attribute(&self, id: NodeId, local: &str) -> Option<&str> {
        let found = self
            .attributes(id)
            .iter()
            .find(|attribute| *attribute.name.local == *local && attribute.name.ns.is_empty());
        found.map(|attribute| &*attribute.value)
    }

    /// A qualified name as `getAttribute` takes it: lowercase, where HTML is.
    pub fn lowercase_name(&self, id: NodeId, name: &str) -> String {
        if self.is_html_in_html(id) {
            name.to_ascii_lowercase()
        } else {
            name.to_owned()
        }
    }

    /// "Get an attribute by name".
    pub fn find_attribute(&self, id: NodeId, name: &str) -> Option<usize> {
        let name = self.lowercase_name(id, name);
        self.attributes(id)
            .iter()
            .position(|attribute| is_qualified(&attribute.name, &name))
    }

    /// "Get an attribute by namespace and local name".
    pub fn find_attribute_ns(&self, id: NodeId, namespace: &str, local: &str) -> Option<usize> {
        self.attributes(id).iter().position(|attribute| {
            *attribute.name.local == *local && *attribute.name.ns == *namespace
        })
    }

    fn note_attribute(
        &mut self,
        id: NodeId,
        name: &QualName,
        old: Option<Box<str>>,
        new: Option<&str>,
    ) {
        if *name.local == *"type" && name.ns.is_empty() && self.is_html_named(id, "input") {
            crate::forms::type_changed(self, id, old.as_deref());
        }
        self.note(|| Effect::Attribute {
            target: id,
            name: name.local.clone(),
            namespace: name.ns.clone(),
            old,
            new: new.map(Box::from),
        });
    }

    /// Set an attribute in no namespace.
    pub fn set_attribute(&mut self, id: NodeId, local: &str, value: &str) {
        self.set_attribute_ns(id, attribute_name(local), value);
    }

    /// "Set an attribute value": of that namespace and local name; the prefix only
    /// counts for a new one.
    pub fn set_attribute_ns(&mut self, id: NodeId, name: QualName, value: &str) {
        match self.find_attribute_ns(id, &name.ns, &name.local) {
            Some(index) => self.change_attribute(id, index, value),
            None => self.append_attribute(id, Attribute::new(name, value)),
        }
    }

    /// "Change an attribute".
    pub fn change_attribute(&mut self, id: NodeId, index: usize, value: &str) {
        let (name, old) = self.counted(id, |data| {
            let NodeData::Element(element) = data else {
                panic!("{id:?} is no element");
            };
            let attribute = &mut element.attributes[index];
            let old = std::mem::replace(&mut attribute.value, value.into());
            (attribute.name.clone(), old)
        });
        self.note_attribute(id, &name, Some(old), Some(value));
    }

    /// "Append an attribute".
    pub fn append_attribute(&mut self, id: NodeId, attribute: Attribute) {
        let (name, value) = (attribute.name.clone(), attribute.value.clone());
        if let Some(node) = attribute.node {
            self.set_owner(node, Some(id));
        }
        self.counted(id, |data| {
            if let NodeData::Element(element) = data {
                element.attributes.push(attribute);
            }
        });
        self.note_attribute(id, &name, None, Some(&value));
    }

    /// "Remove an attribute": its Attr node, if it has one, gets the value.
    pub fn remove_attribute_at(&mut self, id: NodeId, index: usize) -> Attribute {
        let attribute = self.counted(id, |data| {
            let NodeData::Element(element) = data else {
                panic!("{id:?} is no element");
            };
            element.attributes.remove(index)
        });
        self.detach_attribute_node(&attribute);
        self.note_attribute(id, &attribute.name, Some(attribute.value.clone()), None);
        attribute
    }

    fn detach_attribute_node(&mut self, attribute: &Attribute) {
        if let Some(node) = attribute.node {
            self.set_owner(node, None);
            let value = attribute.value.clone();
            self.counted(node, |data| {
                if let NodeData::Attr(own) = data {
                    own.value = value;
                }
            });
        }
    }

    /// Remove an attribute in no namespace; whether there was one.
    pub fn remove_attribute(&mut self, id: NodeId, local: &str) -> bool {
        match self.find_attribute_ns(id, "", local) {
            Some(index) => {
                self.remove_attribute_at(id, index);
                true
            }
            None => false,
        }
    }

    // ---- Attr nodes --------------------------------------------------------

    /// A new Attr without element.
    pub fn new_attribute_node(&mut self, document: NodeId, name: QualName) -> NodeId {
        let data = NodeData::Attr(Box::new(Attribute::new(name, "")));
        self.new_in(document, data)
    }

    /// The Attr node of attribute `index`, made where there is none yet.
    pub fn attribute_node(&mut self, id: NodeId, index: usize) -> NodeId {
        let attribute = &self.attributes(id)[index];
        if let Some(node) = attribute.node {
            return node;
        }
        let name = attribute.name.clone();
        let node = self.new_attribute_node(self.document(id), name);
        self.set_owner(node, Some(id));
        if let Some(element) = self.element_mut(id) {
            element.attributes[index].node = Some(node);
        }
        node
    }

    /// An Attr node's name.
    pub fn attribute_node_name(&self, attribute: NodeId) -> Option<&QualName> {
        match self.data(attribute) {
            NodeData::Attr(own) => Some(&own.name),
            _ => None,
        }
    }

    /// Where among the attributes of its element an Attr node stands.
    pub fn attribute_node_index(&self, attribute: NodeId) -> Option<(NodeId, usize)> {
        let owner = self.owner(attribute)?;
        let index = self
            .attributes(owner)
            .iter()
            .position(|one| one.node == Some(attribute))?;
        Some((owner, index))
    }

    /// The value of an Attr node.
    pub fn attribute_node_value(&self, attribute: NodeId) -> &str {
        if let Some((owner, index)) = self.attribute_node_index(attribute) {
            return &self.attributes(owner)[index].value;
        }
        match self.data(attribute) {
            NodeData::Attr(own) => &own.value,
            _ => "",
        }
    }

    /// "Set an existing attribute value".
    pub fn set_attribute_node_value(&mut self, attribute: NodeId, value: &str) {
        if let Some((owner, index)) = self.attribute_node_index(attribute) {
            self.change_attribute(owner, index, value);
            return;
        }
        self.counted(attribute, |data| {
            if let NodeData::Attr(own) = data {
                own.value = value.into();
            }
        });
    }

    /// "Set an attribute" by its node; answers the node that it replaces.
    pub fn set_attribute_node(
        &mut self,
        id: NodeId,
        attribute: NodeId,
    ) -> Result<Option<NodeId>, DomError> {
        match self.owner(attribute) {
            Some(owner) if owner != id => {
                let message = "the attribute belongs to another element";
                return Err(DomError::new("InUseAttributeError", message));
            }
            Some(_) => return Ok(Some(attribute)),
            None => {}
        }
        let NodeData::Attr(own) = self.data(attribute) else {
            panic!("{attribute:?} is no attribute");
        };
        let mut new = (**own).clone();
        new.node = Some(attribute);
        if self.document(attribute) != self.document(id) {
            self.adopt(attribute, self.document(id));
        }
        let Some(index) = self.find_attribute_ns(id, &new.name.ns, &new.name.local) else {
            self.append_attribute(id, new);
            return Ok(None);
        };
        // "Replace an attribute".
        let replaced = self.attribute_node(id, index);
        let (name, value) = (new.name.clone(), new.value.clone());
        self.set_owner(attribute, Some(id));
        let old = self.counted(id, |data| match data {
            NodeData::Element(element) => std::mem::replace(&mut element.attributes[index], new),
            _ => unreachable!("an element has attributes"),
        });
        self.detach_attribute_node(&old);
        self.note_attribute(id, &name, Some(old.value), Some(&value));
        Ok(Some(replaced))
    }

    /// "Remove an attribute" by its node.
    pub fn remove_attribute_node(&mut self, id: NodeId, attribute: NodeId) -> Result<(), DomError> {
        match self.attribute_node_index(attribute) {
            Some((owner, index)) if owner == id => {
                self.remove_attribute_at(id, index);
                Ok(())
            }
            _ => Err(DomError::not_found("the element has no such attribute")),
        }
    }

    /// What an element's attribute says in no namespace, without an owner's
    /// allocation; "" where there is none.
    pub fn attribute_or_empty(&self, id: NodeId, local: &str) -> &str {
        self.attribute(id, local).unwrap_or("")
    }

    /// Add what is missing, without telling anybody: for the parser.
    pub(crate) fn add_missing_attributes(&mut self, id: NodeId, attributes: Vec<Attribute>) {
        for attribute in attributes {
            let name = &attribute.name;
            if self.find_attribute_ns(id, &name.ns, &name.local).is_none() {
                self.append_attribute(id, attribute);
            }
        }
    }

    /// Whether an attribute of that namespace and local name is there.
    pub fn has_attribute_ns(&self, id: NodeId, namespace: &Namespace, local: &LocalName) -> bool {
        self.attributes(id)
            .iter()
            .any(|one| one.name.ns == *namespace && one.name.local == *local)
    }
}
