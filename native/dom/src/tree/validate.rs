//! What may be inserted where (DOM, 4.2.3), and which names are valid.

use html5ever::{LocalName, Namespace, Prefix, QualName, ns};

use super::{DomError, NodeData, NodeId, Tree};

impl Tree {
    /// "Ensure pre-insertion validity".
    pub fn ensure_insertable(
        &self,
        parent: NodeId,
        node: NodeId,
        child: Option<NodeId>,
    ) -> Result<(), DomError> {
        self.ensure_parent(parent, node)?;
        if child.is_some_and(|child| self.parent(child) != Some(parent)) {
            let message = "the node to insert before is not a child of this node";
            return Err(DomError::not_found(message));
        }
        self.ensure_kind(parent, node)?;
        if !self.is_document(parent) {
            return Ok(());
        }
        let doctype_after = |child: NodeId| {
            let mut at = Some(child);
            while let Some(node) = at {
                if self.is_doctype(node) {
                    return true;
                }
                at = self.next(node);
            }
            false
        };
        let has_element = || self.document_element(parent).is_some();
        match self.data(node) {
            NodeData::Fragment(_) => {
                self.ensure_one_element(node)?;
                if self.child_elements(node).next().is_some()
                    && (has_element() || child.is_some_and(doctype_after))
                {
                    return Err(second_element());
                }
            }
            NodeData::Element(_) if has_element() || child.is_some_and(doctype_after) => {
                return Err(second_element());
            }
            NodeData::Doctype(_) => {
                let element_before = |child| {
                    let mut at = self.previous(child);
                    while let Some(node) = at {
                        if self.is_element(node) {
                            return true;
                        }
                        at = self.previous(node);
                    }
                    false
                };
                let late = match child {
                    Some(child) => element_before(child),
                    None => has_element(),
                };
                if self.doctype(parent).is_some() || late {
                    return Err(misplaced_doctype());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// "Replace", steps 1 to 6.
    pub fn ensure_replaceable(
        &self,
        parent: NodeId,
        node: NodeId,
        child: NodeId,
    ) -> Result<(), DomError> {
        self.ensure_parent(parent, node)?;
        if self.parent(child) != Some(parent) {
            let message = "the node to replace is not a child of this node";
            return Err(DomError::not_found(message));
        }
        self.ensure_kind(parent, node)?;
        if !self.is_document(parent) {
            return Ok(());
        }
        let other_element = || self.child_elements(parent).any(|one| one != child);
        let doctype_after = || {
            let mut at = self.next(child);
            while let Some(node) = at {
                if self.is_doctype(node) {
                    return true;
                }
                at = self.next(node);
            }
            false
        };
        match self.data(node) {
            NodeData::Fragment(_) => {
                self.ensure_one_element(node)?;
                let brings = self.child_elements(node).next().is_some();
                if brings && (other_element() || doctype_after()) {
                    return Err(second_element());
                }
            }
            NodeData::Element(_) if other_element() || doctype_after() => {
                return Err(second_element());
            }
            NodeData::Doctype(_) => {
                let other = self
                    .children(parent)
                    .any(|one| one != child && self.is_doctype(one));
                let mut element_before = false;
                let mut at = self.previous(child);
                while let Some(node) = at {
                    element_before |= self.is_element(node);
                    at = self.previous(node);
                }
                if other || element_before {
                    return Err(misplaced_doctype());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn ensure_parent(&self, parent: NodeId, node: NodeId) -> Result<(), DomError> {
        if !matches!(
            self.data(parent),
            NodeData::Document(_) | NodeData::Fragment(_) | NodeData::Element(_)
        ) {
            return Err(DomError::hierarchy("this node cannot have children"));
        }
        if self.is_host_including_ancestor(node, parent) {
            let message = "the new child contains the parent";
            return Err(DomError::hierarchy(message));
        }
        Ok(())
    }

    fn ensure_kind(&self, parent: NodeId, node: NodeId) -> Result<(), DomError> {
        let in_document = self.is_document(parent);
        match self.data(node) {
            NodeData::Document(_) | NodeData::Attr(_) | NodeData::Free => {
                Err(DomError::hierarchy("such a node cannot be inserted"))
            }
            NodeData::Fragment(Some(shadow)) if shadow.mode.is_some() => {
                Err(DomError::hierarchy("a shadow root cannot be inserted"))
            }
            NodeData::Text(_) | NodeData::CData(_) if in_document => Err(DomError::hierarchy(
                "a document cannot have text as a child",
            )),
            NodeData::Doctype(_) if !in_document => Err(DomError::hierarchy(
                "a doctype can be a child of a document only",
            )),
            _ => Ok(()),
        }
    }

    fn ensure_one_element(&self, fragment: NodeId) -> Result<(), DomError> {
        let many = self.child_elements(fragment).nth(1).is_some();
        if many || self.children(fragment).any(|child| self.is_text(child)) {
            return Err(DomError::hierarchy(
                "a document can have one element and no text as children",
            ));
        }
        Ok(())
    }
}

fn second_element() -> DomError {
    DomError::hierarchy("a document can have one element, after its doctype")
}

fn misplaced_doctype() -> DomError {
    DomError::hierarchy("a document can have one doctype, before its element")
}

// ---- names -----------------------------------------------------------------

fn is_whitespace(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\x0C' | '\r' | ' ')
}

/// DOM, "valid element local name".
pub fn is_element_name(name: &str) -> bool {
    let mut chars = name.chars();
    match chars.next() {
        None => false,
        Some(first) if first.is_ascii_alphabetic() => {
            chars.all(|char| !is_whitespace(char) && !matches!(char, '\0' | '/' | '>'))
        }
        Some(first) => {
            let follows = |char: char| {
                char.is_ascii_alphanumeric()
                    || matches!(char, '-' | '.' | ':' | '_')
                    || char >= '\u{80}'
            };
            (matches!(first, ':' | '_') || first >= '\u{80}') && chars.all(follows)
        }
    }
}

/// DOM, "valid attribute local name".
pub fn is_attribute_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|char| !is_whitespace(char) && !matches!(char, '\0' | '/' | '=' | '>'))
}

/// DOM, "valid namespace prefix".
fn is_prefix(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|char| !is_whitespace(char) && !matches!(char, '\0' | '/' | '>'))
}

/// DOM, "valid doctype name".
pub fn is_doctype_name(name: &str) -> bool {
    name.chars()
        .all(|char| !is_whitespace(char) && !matches!(char, '\0' | '>'))
}

/// XML's `Name` production, which processing instructions and XML parsers want.
pub fn is_xml_name(name: &str) -> bool {
    let start = |char: char| {
        matches!(char, ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}'
            | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
            | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
    };
    let follows = |char: char| {
        start(char)
            || matches!(char, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}'
                | '\u{203F}'..='\u{2040}')
    };
    let mut chars = name.chars();
    chars.next().is_some_and(start) && chars.all(follows)
}

/// Prefix and local name of a qualified one, split at the first colon.
pub fn split_name(qualified: &str) -> (Option<&str>, &str) {
    match qualified.split_once(':') {
        Some((prefix, local)) => (Some(prefix), local),
        None => (None, qualified),
    }
}

/// "Validate and extract" a namespace and qualified name.
pub fn validate_qualified(
    namespace: &str,
    qualified: &str,
    element: bool,
) -> Result<QualName, DomError> {
    let (prefix, local) = split_name(qualified);
    let invalid = || DomError::invalid_character(format!("{qualified:?} is not a valid name"));
    if prefix.is_some_and(|prefix| !is_prefix(prefix)) {
        return Err(invalid());
    }
    let valid = if element {
        is_element_name(local)
    } else {
        is_attribute_name(local)
    };
    if !valid {
        return Err(invalid());
    }
    let refuse = |message: &str| Err(DomError::namespace(format!("{qualified:?}: {message}")));
    if prefix.is_some() && namespace.is_empty() {
        return refuse("a prefix needs a namespace");
    }
    if prefix == Some("xml") && *namespace != *ns!(xml) {
        return refuse("the prefix xml is for the XML namespace");
    }
    let xmlns = qualified == "xmlns" || prefix == Some("xmlns");
    if xmlns != (*namespace == *ns!(xmlns)) {
        return refuse("xmlns is for the XMLNS namespace, and that for xmlns");
    }
    Ok(QualName::new(
        prefix.map(Prefix::from),
        Namespace::from(namespace),
        LocalName::from(local),
    ))
}
