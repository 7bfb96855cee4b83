//! XML 1.0 with namespaces into the tree. No DTD is read: entities are the five
//! of XML and character references.

use html5ever::{LocalName, Namespace, Prefix, QualName, ns};

use crate::tree::{Attribute, NodeId, Tree, is_xml_name, split_name};

type Result<T> = std::result::Result<T, String>;

/// Parse a document into an empty one.
pub(crate) fn parse_document(tree: &mut Tree, document: NodeId, text: &str) -> Result<()> {
    let mut parser = Parser::new(tree, document, document, text);
    parser.xml_declaration()?;
    parser.content()?;
    match parser.tree.document_element(document) {
        Some(_) => Ok(()),
        None => Err("the document has no element".into()),
    }
}

/// Parse what could stand in an element: a new fragment.
pub(crate) fn parse_fragment(tree: &mut Tree, context: NodeId, text: &str) -> Result<NodeId> {
    let document = tree.document(context);
    let fragment = tree.new_fragment(document);
    let mut scope = Vec::new();
    // What the context declares counts.
    let mut at = Some(context);
    while let Some(node) = at {
        let Some(element) = tree.element(node) else {
            break;
        };
        let own = (element.name.prefix.clone(), element.name.ns.clone());
        scope.push((own.0.map(|prefix| prefix.to_string()), own.1.to_string()));
        for one in &element.attributes {
            if one.name.ns == ns!(xmlns) {
                let prefix = one.name.prefix.as_ref().map(|_| one.name.local.to_string());
                scope.push((prefix, one.value.to_string()));
            }
        }
        at = tree.parent_element(node);
    }
    scope.reverse();
    let mut parser = Parser::new(tree, document, fragment, text);
    parser.scope = scope;
    let parsed = parser.content();
    if let Err(error) = parsed {
        tree.free(fragment);
        return Err(error);
    }
    Ok(fragment)
}

/// What `DOMParser` gives for a document that is not well-formed.
pub(crate) fn error_document(tree: &mut Tree, document: NodeId, error: &str) {
    const ERRORS: &str = "http://www.mozilla.org/newlayout/xml/parsererror.xml";
    while let Some(child) = tree.first_child(document) {
        tree.unlink(child);
        tree.free(child);
    }
    let name = QualName::new(
        None,
        Namespace::from(ERRORS),
        LocalName::from("parsererror"),
    );
    let root = tree.new_element(document, name);
    tree.link(document, root, None);
    let text = tree.new_text(document, error);
    tree.link(root, text, None);
}

struct Parser<'t> {
    tree: &'t mut Tree,
    document: NodeId,
    root: NodeId,
    text: &'t str,
    at: usize,
    /// Prefixes and namespaces, inner ones last.
    scope: Vec<(Option<String>, String)>,
    /// Open elements, with the scope around each.
    open: Vec<(NodeId, String, usize)>,
}

fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

fn is_xml_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}'
        | '\u{10000}'..)
}

impl<'t> Parser<'t> {
    fn new(tree: &'t mut Tree, document: NodeId, root: NodeId, text: &'t str) -> Parser<'t> {
        Parser {
            tree,
            document,
            root,
            text: text.strip_prefix('\u{FEFF}').unwrap_or(text),
            at: 0,
            scope: Vec::new(),
            open: Vec::new(),
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn fail<T>(&self, message: &str) -> Result<T> {
        let line = self.text[..self.at.min(self.text.len())]
            .matches('\n')
            .count()
            + 1;
        Err(format!("line {line}: {message}"))
    }

    fn eat(&mut self, token: &str) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn until(&mut self, end: &str, what: &str) -> Result<&'t str> {
        match self.rest().find(end) {
            Some(length) => {
                let found = &self.rest()[..length];
                self.at += length + end.len();
                Ok(found)
            }
            None => self.fail(&format!("{what} does not end")),
        }
    }

    fn spaces(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(is_space);
        self.at += rest.len() - trimmed.len();
        rest.len() != trimmed.len()
    }

    fn name(&mut self) -> Result<&'t str> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| {
                is_space(c) || matches!(c, '/' | '>' | '=' | '<' | '?' | '"' | '\'' | '&')
            })
            .unwrap_or(rest.len());
        let name = &rest[..end];
        if !is_xml_name(name) {
            return self.fail("a name is expected");
        }
        self.at += end;
        Ok(name)
    }

    fn xml_declaration(&mut self) -> Result<()> {
        if self.rest().starts_with("<?xml") && self.rest()[5..].starts_with(is_space) {
            self.at += 5;
            self.until("?>", "the XML declaration")?;
        }
        Ok(())
    }

    fn parent(&self) -> NodeId {
        self.open.last().map_or(self.root, |(node, ..)| *node)
    }

    fn add(&mut self, node: NodeId) {
        let parent = self.parent();
        let parent = self.tree.template_content(parent).unwrap_or(parent);
        self.tree.link(parent, node, None);
    }

    fn content(&mut self) -> Result<()> {
        let in_document = self.root == self.document;
        while self.at < self.text.len() {
            if self.eat("<!--") {
                let text = self.until("-->", "a comment")?;
                if text.contains("--") || text.ends_with('-') {
                    return self.fail("a comment contains --");
                }
                let node = self.tree.new_comment(self.document, text);
                self.add(node);
            } else if self.rest().starts_with("<![CDATA[") {
                if in_document && self.open.is_empty() {
                    return self.fail("text outside of the element");
                }
                self.at += 9;
                let text = self.until("]]>", "a CDATA section")?;
                let node = self.tree.new_cdata(self.document, text);
                self.add(node);
            } else if self.rest().starts_with("<!DOCTYPE") {
                if !in_document || !self.open.is_empty() {
                    return self.fail("a doctype in an element");
                }
                self.doctype()?;
            } else if self.eat("<?") {
                self.instruction()?;
            } else if self.eat("</") {
                self.end_tag()?;
            } else if self.eat("<") {
                let is_second = in_document
                    && self.open.is_empty()
                    && self.tree.document_element(self.document).is_some();
                if is_second {
                    return self.fail("a second element in the document");
                }
                self.start_tag()?;
            } else {
                self.characters(in_document)?;
            }
        }
        match self.open.last() {
            Some((_, name, _)) => {
                let message = format!("{name} has no end tag");
                self.fail(&message)
            }
            None => Ok(()),
        }
    }

    fn characters(&mut self, in_document: bool) -> Result<()> {
        let end = self.rest().find('<').unwrap_or(self.rest().len());
        let raw = &self.rest()[..end];
        if in_document && self.open.is_empty() {
            if !raw.chars().all(is_space) {
                return self.fail("text outside of the element");
            }
        } else {
            if raw.contains("]]>") {
                return self.fail("text contains ]]>");
            }
            let text = self.references(raw)?;
            let node = self
                .tree
                .new_text(self.document, &text.replace("\r\n", "\n"));
            self.add(node);
        }
        self.at += end;
        Ok(())
    }

    /// Text with its references replaced.
    fn references(&self, raw: &str) -> Result<String> {
        if let Some(bad) = raw.chars().find(|c| !is_xml_char(*c)) {
            return self.fail(&format!("U+{:04X} cannot be in XML", u32::from(bad)));
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(start) = rest.find('&') {
            out.push_str(&rest[..start]);
            let Some(length) = rest[start..].find(';') else {
                return self.fail("an entity does not end");
            };
            let name = &rest[start + 1..start + length];
            let char = match name {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => {
                    let code = match name.strip_prefix("#x") {
                        Some(hex) => u32::from_str_radix(hex, 16).ok(),
                        None => name
                            .strip_prefix('#')
                            .and_then(|digits| digits.parse().ok()),
                    };
                    code.and_then(char::from_u32).filter(|c| is_xml_char(*c))
                }
            };
            match char {
                Some(char) => out.push(char),
                None => return self.fail(&format!("&{name}; is not defined")),
            }
            rest = &rest[start + length + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn doctype(&mut self) -> Result<()> {
        self.at += "<!DOCTYPE".len();
        if !self.spaces() {
            return self.fail("a doctype has no name");
        }
        let rest = self.rest();
        let end = rest
            .find(|c: char| is_space(c) || matches!(c, '>' | '['))
            .unwrap_or(rest.len());
        let name = &rest[..end];
        self.at += end;
        self.spaces();
        let (mut public_id, mut system_id) = ("", "");
        if self.eat("PUBLIC") {
            self.spaces();
            public_id = self.quoted()?;
            self.spaces();
            if self.rest().starts_with(['"', '\'']) {
                system_id = self.quoted()?;
            }
        } else if self.eat("SYSTEM") {
            self.spaces();
            system_id = self.quoted()?;
        }
        self.spaces();
        if self.eat("[") {
            self.until("]", "a doctype")?;
            self.spaces();
        }
        if !self.eat(">") {
            return self.fail("a doctype does not end");
        }
        let node = self
            .tree
            .new_doctype(self.document, name, public_id, system_id);
        self.add(node);
        Ok(())
    }

    fn quoted(&mut self) -> Result<&'t str> {
        let mark = match self.rest().chars().next() {
            Some('"') => "\"",
            Some('\'') => "'",
            _ => return self.fail("a quoted text is expected"),
        };
        self.at += 1;
        self.until(mark, "a quoted text")
    }

    fn instruction(&mut self) -> Result<()> {
        let target = self.name()?;
        if target.eq_ignore_ascii_case("xml") {
            return self.fail("an XML declaration in the middle");
        }
        let data = self.until("?>", "a processing instruction")?;
        let data = data.trim_start_matches(is_space);
        let node = self.tree.new_instruction(self.document, target, data);
        self.add(node);
        Ok(())
    }

    fn end_tag(&mut self) -> Result<()> {
        let name = self.name()?;
        self.spaces();
        if !self.eat(">") {
            return self.fail("an end tag does not end");
        }
        match self.open.pop() {
            Some((_, open, scope)) if open == name => {
                self.scope.truncate(scope);
                Ok(())
            }
            _ => self.fail(&format!("</{name}> closes nothing")),
        }
    }

    fn start_tag(&mut self) -> Result<()> {
        let name = self.name()?;
        let around = self.scope.len();
        let mut given: Vec<(&str, String)> = Vec::new();
        let empty = loop {
            let spaced = self.spaces();
            if self.eat("/>") {
                break true;
            }
            if self.eat(">") {
                break false;
            }
            if !spaced {
                return self.fail("attributes are not apart");
            }
            let attribute = self.name()?;
            self.spaces();
            if !self.eat("=") {
                return self.fail(&format!("attribute {attribute} has no value"));
            }
            self.spaces();
            let raw = self.quoted()?;
            if raw.contains('<') {
                return self.fail("an attribute contains <");
            }
            let spaced: String = raw.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
            let value = self.references(&spaced)?;
            if given.iter().any(|(own, _)| *own == attribute) {
                return self.fail(&format!("attribute {attribute} is there twice"));
            }
            given.push((attribute, value));
        };
        for (attribute, value) in &given {
            match split_name(attribute) {
                (None, "xmlns") => self.scope.push((None, value.clone())),
                (Some("xmlns"), prefix) => {
                    self.scope.push((Some(prefix.to_owned()), value.clone()))
                }
                _ => {}
            }
        }
        let own = self.qualified(name, true)?;
        let mut attributes = Vec::with_capacity(given.len());
        for (attribute, value) in given {
            let name = self.qualified(attribute, false)?;
            attributes.push(Attribute::new(name, value));
        }
        let node = self.tree.new_element_with(self.document, own, attributes);
        self.add(node);
        if empty {
            self.scope.truncate(around);
        } else {
            self.open.push((node, name.to_owned(), around));
        }
        Ok(())
    }

    fn qualified(&self, name: &str, element: bool) -> Result<QualName> {
        let (prefix, local) = split_name(name);
        if local.contains(':') || local.is_empty() || prefix == Some("") {
            return self.fail(&format!("{name} is not a qualified name"));
        }
        let find = |prefix: Option<&str>| {
            let found = self
                .scope
                .iter()
                .rev()
                .find(|(own, _)| own.as_deref() == prefix);
            found.map(|(_, namespace)| Namespace::from(namespace.as_str()))
        };
        let namespace = match prefix {
            Some("xml") => ns!(xml),
            Some("xmlns") => ns!(xmlns),
            Some(prefix) => match find(Some(prefix)) {
                Some(namespace) => namespace,
                None => return self.fail(&format!("prefix {prefix} is not declared")),
            },
            None if element => find(None).unwrap_or(ns!()),
            None if local == "xmlns" => ns!(xmlns),
            None => ns!(),
        };
        Ok(QualName::new(
            prefix.map(Prefix::from),
            namespace,
            LocalName::from(local),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(Tree, NodeId)> {
        let mut tree = Tree::new();
        let document = tree.new_document(false);
        parse_document(&mut tree, document, text)?;
        Ok((tree, document))
    }

    #[test]
    fn what_is_well_formed() {
        let text = "<?xml version='1.0'?><!DOCTYPE a><a xmlns='u' xmlns:p='v' p:q='&lt;'><p:b/>&#65;<![CDATA[<]]></a><!-- x -->";
        let (tree, document) = parsed(text).expect("well-formed");
        let root = tree.document_element(document).expect("an element");
        assert_eq!(&*tree.name(root).expect("a name").ns, "u");
        let child = tree.first_child(root).expect("a child");
        assert_eq!(&*tree.name(child).expect("a name").ns, "v");
        assert!(tree.is_text(tree.next(child).expect("text")));
        assert_eq!(tree.descendant_text(root), "A<");
        assert_eq!(tree.attributes(root)[2].qualified_name(), "p:q");
    }

    #[test]
    fn what_is_not() {
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a b></a>",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<p:a/>",
            "<a>&x;</a>",
            "<a/><b/>",
            "<a>]]></a>",
            "<!-- -- --><a/>",
            "<a b='<'/>",
            "<a\u{1}/>",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
