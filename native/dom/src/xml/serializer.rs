//! "XML serialization": DOM Parsing, 3.2.

use html5ever::{Prefix, ns};

use crate::serialize::is_void;
use crate::tree::{Attribute, DomError, Element, NodeData, NodeId, Tree};

/// The children of a node.
pub(crate) fn inner(tree: &Tree, node: NodeId) -> Result<String, DomError> {
    let mut writer = Writer::new(tree);
    let inside = tree.template_content(node).unwrap_or(node);
    let children: Vec<Step> = tree
        .children(inside)
        .map(|child| Step::Node(child, Scope::default()))
        .collect();
    writer.run(children.into_iter().rev().collect())?;
    Ok(writer.out)
}

/// The node with what is in it.
pub(crate) fn outer(tree: &Tree, node: NodeId) -> Result<String, DomError> {
    let mut writer = Writer::new(tree);
    writer.run(vec![Step::Node(node, Scope::default())])?;
    Ok(writer.out)
}

/// What is declared where a node stands.
#[derive(Clone, Default)]
struct Scope {
    /// The default namespace.
    inherited: String,
    /// Prefixes and their namespaces, inner ones last.
    prefixes: std::rc::Rc<Vec<(String, String)>>,
}

enum Step {
    Node(NodeId, Scope),
    End(String),
}

struct Writer<'t> {
    tree: &'t Tree,
    out: String,
    next_prefix: u32,
}

impl<'t> Writer<'t> {
    fn new(tree: &'t Tree) -> Writer<'t> {
        Writer {
            tree,
            out: String::new(),
            next_prefix: 1,
        }
    }

    fn run(&mut self, mut steps: Vec<Step>) -> Result<(), DomError> {
        while let Some(step) = steps.pop() {
            match step {
                Step::End(name) => {
                    self.out.push_str("</");
                    self.out.push_str(&name);
                    self.out.push('>');
                }
                Step::Node(node, scope) => self.node(node, scope, &mut steps)?,
            }
        }
        Ok(())
    }

    fn node(&mut self, node: NodeId, scope: Scope, steps: &mut Vec<Step>) -> Result<(), DomError> {
        match self.tree.data(node) {
            NodeData::Element(element) => self.element(node, element, scope, steps),
            NodeData::Document(_) | NodeData::Fragment(_) => {
                self.push_children(node, &scope, steps);
                Ok(())
            }
            NodeData::Text(text) => {
                escape(&mut self.out, text, false);
                Ok(())
            }
            NodeData::CData(text) => {
                self.out.push_str("<![CDATA[");
                self.out.push_str(text);
                self.out.push_str("]]>");
                Ok(())
            }
            NodeData::Comment(text) => {
                self.out.push_str("<!--");
                self.out.push_str(text);
                self.out.push_str("-->");
                Ok(())
            }
            NodeData::Instruction(instruction) => {
                self.out.push_str("<?");
                self.out.push_str(&instruction.target);
                self.out.push(' ');
                self.out.push_str(&instruction.data);
                self.out.push_str("?>");
                Ok(())
            }
            NodeData::Doctype(doctype) => {
                self.out.push_str("<!DOCTYPE ");
                self.out.push_str(&doctype.name);
                if !doctype.public_id.is_empty() {
                    self.out.push_str(" PUBLIC \"");
                    self.out.push_str(&doctype.public_id);
                    self.out.push('"');
                } else if !doctype.system_id.is_empty() {
                    self.out.push_str(" SYSTEM");
                }
                if !doctype.system_id.is_empty() {
                    self.out.push_str(" \"");
                    self.out.push_str(&doctype.system_id);
                    self.out.push('"');
                }
                self.out.push('>');
                Ok(())
            }
            NodeData::Attr(_) | NodeData::Free => Ok(()),
        }
    }

    fn push_children(&self, node: NodeId, scope: &Scope, steps: &mut Vec<Step>) {
        let inside = self.tree.template_content(node).unwrap_or(node);
        let mut at = self.tree.last_child(inside);
        while let Some(child) = at {
            steps.push(Step::Node(child, scope.clone()));
            at = self.tree.previous(child);
        }
    }

    fn element(
        &mut self,
        node: NodeId,
        element: &Element,
        mut scope: Scope,
        steps: &mut Vec<Step>,
    ) -> Result<(), DomError> {
        let namespace = element.name.ns.to_string();
        let local = &*element.name.local;
        // "Record the namespace information".
        let mut declared_default = None;
        let mut added: Vec<(String, String)> = Vec::new();
        for one in &element.attributes {
            if one.name.ns != ns!(xmlns) {
                continue;
            }
            match &one.name.prefix {
                None => declared_default = Some(one.value.to_string()),
                Some(_) if *one.value != *ns!(xml) => {
                    added.push((one.name.local.to_string(), one.value.to_string()));
                }
                Some(_) => {}
            }
        }
        if !added.is_empty() {
            std::rc::Rc::make_mut(&mut scope.prefixes).extend(added.clone());
        }
        let mut ignore_default = false;
        let mut declaration = String::new();
        let qualified;
        if scope.inherited == namespace {
            ignore_default = declared_default.is_some();
            qualified = match namespace == *ns!(xml) {
                true => format!("xml:{local}"),
                false => local.to_owned(),
            };
        } else {
            let wanted = element.name.prefix.as_ref().map(Prefix::to_string);
            let candidate = preferred(&scope, &namespace, wanted.as_deref());
            if wanted.as_deref() == Some("xmlns") {
                return Err(DomError::invalid_state(
                    "an element cannot have the prefix xmlns",
                ));
            }
            if let Some(prefix) = candidate {
                qualified = format!("{prefix}:{local}");
                if let Some(default) = &declared_default
                    && *default != *ns!(xml)
                {
                    scope.inherited = default.clone();
                }
            } else if let Some(prefix) = wanted {
                let taken = added.iter().any(|(own, _)| *own == prefix);
                let prefix = match taken {
                    true => self.generate(&mut scope, &namespace),
                    false => {
                        std::rc::Rc::make_mut(&mut scope.prefixes)
                            .push((prefix.clone(), namespace.clone()));
                        prefix
                    }
                };
                declaration = format!(" xmlns:{prefix}=\"{}\"", escaped(&namespace));
                qualified = format!("{prefix}:{local}");
                if let Some(default) = &declared_default {
                    scope.inherited = default.clone();
                }
            } else {
                let same = declared_default.as_ref() == Some(&namespace);
                if !same {
                    ignore_default = true;
                    declaration = format!(" xmlns=\"{}\"", escaped(&namespace));
                }
                scope.inherited = namespace.clone();
                qualified = local.to_owned();
            }
        }
        self.out.push('<');
        self.out.push_str(&qualified);
        self.out.push_str(&declaration);
        for one in &element.attributes {
            self.attribute(one, &mut scope, ignore_default);
        }
        let has_children = {
            let inside = self.tree.template_content(node).unwrap_or(node);
            self.tree.first_child(inside).is_some()
        };
        let is_html = element.name.ns == ns!(html);
        if !has_children && (!is_html || is_void(local)) {
            self.out.push_str(if is_html { " />" } else { "/>" });
            return Ok(());
        }
        self.out.push('>');
        steps.push(Step::End(qualified));
        self.push_children(node, &scope, steps);
        Ok(())
    }

    fn generate(&mut self, scope: &mut Scope, namespace: &str) -> String {
        let prefix = format!("ns{}", self.next_prefix);
        self.next_prefix += 1;
        std::rc::Rc::make_mut(&mut scope.prefixes).push((prefix.clone(), namespace.to_owned()));
        prefix
    }

    fn attribute(&mut self, one: &Attribute, scope: &mut Scope, ignore_default: bool) {
        let namespace = &*one.name.ns;
        let mut prefix = None;
        if !namespace.is_empty() {
            let own = one.name.prefix.as_ref().map(Prefix::to_string);
            prefix = preferred(scope, namespace, own.as_deref());
            if *namespace == *ns!(xmlns) {
                if *one.value == *ns!(xml) || (own.is_none() && ignore_default) {
                    return;
                }
                prefix = own.is_some().then(|| "xmlns".to_owned());
            } else if *namespace == *ns!(xml) {
                prefix = Some("xml".to_owned());
            } else if prefix.is_none() {
                let free = own.filter(|own| !scope.prefixes.iter().any(|(known, _)| known == own));
                let made = match free {
                    Some(own) => {
                        std::rc::Rc::make_mut(&mut scope.prefixes)
                            .push((own.clone(), namespace.to_owned()));
                        own
                    }
                    None => self.generate(scope, namespace),
                };
                self.out
                    .push_str(&format!(" xmlns:{made}=\"{}\"", escaped(namespace)));
                prefix = Some(made);
            }
        }
        self.out.push(' ');
        if let Some(prefix) = prefix {
            self.out.push_str(&prefix);
            self.out.push(':');
        }
        self.out.push_str(&one.name.local);
        self.out.push_str("=\"");
        escape(&mut self.out, &one.value, true);
        self.out.push('"');
    }
}

/// "Retrieve a preferred prefix string": the last of that namespace that an inner
/// declaration does not hide.
fn preferred(scope: &Scope, namespace: &str, wanted: Option<&str>) -> Option<String> {
    let visible = |prefix: &str| {
        let last = scope.prefixes.iter().rev().find(|(own, _)| own == prefix);
        last.is_some_and(|(_, own)| own == namespace)
    };
    if let Some(wanted) = wanted
        && visible(wanted)
    {
        return Some(wanted.to_owned());
    }
    let found = scope
        .prefixes
        .iter()
        .rev()
        .find(|(prefix, own)| own == namespace && visible(prefix));
    found.map(|(prefix, _)| prefix.clone())
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(&mut out, text, true);
    out
}

fn escape(out: &mut String, text: &str, attribute: bool) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\n' if attribute => out.push_str("&#xA;"),
            '\r' if attribute => out.push_str("&#xD;"),
            char => out.push(char),
        }
    }
}
