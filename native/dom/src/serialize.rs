//! "HTML fragment serialization algorithm" (HTML, 13.3).

use html5ever::ns;

use crate::tree::{Element, NodeData, NodeId, Tree};

/// What `getHTML()` may ask.
#[derive(Debug, Clone, Default)]
pub struct HtmlSerialization {
    /// Whether shadow roots that allow it are written.
    pub serializable_shadow_roots: bool,
    /// Shadow roots that are written besides.
    pub shadow_roots: Vec<NodeId>,
}

/// Whether the start tag is all of the element.
pub(crate) fn is_void(local: &str) -> bool {
    matches!(
        local,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// The node's children, as `innerHTML` gives them.
pub fn inner_html(tree: &Tree, node: NodeId) -> String {
    let mut writer = Writer::new(tree, HtmlSerialization::default());
    writer.inner(node);
    writer.out
}

/// The node and what is in it, as `outerHTML` gives it.
pub fn outer_html(tree: &Tree, node: NodeId) -> String {
    let mut writer = Writer::new(tree, HtmlSerialization::default());
    writer.outer(node);
    writer.out
}

/// `getHTML(options)`.
pub fn get_html(tree: &Tree, node: NodeId, options: HtmlSerialization) -> String {
    let mut writer = Writer::new(tree, options);
    writer.inner(node);
    writer.out
}

struct Writer<'t> {
    tree: &'t Tree,
    out: String,
    options: HtmlSerialization,
}

enum Step<'t> {
    Node(NodeId),
    End(&'t Element),
    /// The end of a shadow root's template.
    Close,
}

impl<'t> Writer<'t> {
    fn new(tree: &'t Tree, options: HtmlSerialization) -> Writer<'t> {
        Writer {
            tree,
            out: String::new(),
            options,
        }
    }

    fn inner(&mut self, node: NodeId) {
        if let Some(element) = self.tree.element(node)
            && element.is_html()
            && is_void(&element.name.local)
        {
            return;
        }
        let mut steps = Vec::new();
        self.push_children(node, &mut steps);
        self.run(steps);
    }

    fn outer(&mut self, node: NodeId) {
        self.run(vec![Step::Node(node)]);
    }

    /// What is to be written for the inside of a node, last first.
    fn push_children(&mut self, node: NodeId, steps: &mut Vec<Step<'t>>) {
        let inside = self.tree.template_content(node).unwrap_or(node);
        let mut at = self.tree.last_child(inside);
        while let Some(child) = at {
            steps.push(Step::Node(child));
            at = self.tree.previous(child);
        }
        let Some(shadow) = self.tree.shadow_root(node) else {
            return;
        };
        let Some(data) = self.tree.shadow_data(shadow) else {
            return;
        };
        let wanted = (self.options.serializable_shadow_roots && data.serializable)
            || self.options.shadow_roots.contains(&shadow);
        if wanted {
            steps.push(Step::Close);
            let mut at = self.tree.last_child(shadow);
            while let Some(child) = at {
                steps.push(Step::Node(child));
                at = self.tree.previous(child);
            }
            let mode = match data.mode {
                Some(crate::tree::ShadowMode::Closed) => "closed",
                _ => "open",
            };
            self.out.push_str("<template shadowrootmode=\"");
            self.out.push_str(mode);
            self.out.push('"');
            for (set, name) in [
                (data.delegates_focus, "shadowrootdelegatesfocus"),
                (data.serializable, "shadowrootserializable"),
                (data.clonable, "shadowrootclonable"),
            ] {
                if set {
                    self.out.push(' ');
                    self.out.push_str(name);
                    self.out.push_str("=\"\"");
                }
            }
            self.out.push('>');
        }
    }

    fn run(&mut self, mut steps: Vec<Step<'t>>) {
        while let Some(step) = steps.pop() {
            match step {
                Step::End(element) => {
                    self.out.push_str("</");
                    self.tag_name(element);
                    self.out.push('>');
                }
                Step::Close => self.out.push_str("</template>"),
                Step::Node(node) => self.node(node, &mut steps),
            }
        }
    }

    fn node(&mut self, node: NodeId, steps: &mut Vec<Step<'t>>) {
        match self.tree.data(node) {
            NodeData::Element(element) => {
                self.start_tag(element);
                if element.is_html() && is_void(&element.name.local) {
                    return;
                }
                steps.push(Step::End(element));
                self.push_children(node, steps);
            }
            NodeData::Text(text) | NodeData::CData(text) => {
                let raw = self.tree.parent(node).is_some_and(|parent| {
                    self.tree.element(parent).is_some_and(|parent| {
                        parent.is_html() && is_raw(&parent.name.local, self.scripting(node))
                    })
                });
                if raw {
                    self.out.push_str(text);
                } else {
                    escape_text(&mut self.out, text);
                }
            }
            NodeData::Comment(text) => {
                self.out.push_str("<!--");
                self.out.push_str(text);
                self.out.push_str("-->");
            }
            NodeData::Instruction(instruction) => {
                self.out.push_str("<?");
                self.out.push_str(&instruction.target);
                self.out.push(' ');
                self.out.push_str(&instruction.data);
                self.out.push('>');
            }
            NodeData::Doctype(doctype) => {
                self.out.push_str("<!DOCTYPE ");
                self.out.push_str(&doctype.name);
                self.out.push('>');
            }
            NodeData::Document(_) | NodeData::Fragment(_) => self.push_children(node, steps),
            NodeData::Attr(_) | NodeData::Free => {}
        }
    }

    fn scripting(&self, node: NodeId) -> bool {
        self.tree.document_data(node).has_window
    }

    /// The local name of what HTML knows, else the qualified one.
    fn tag_name(&mut self, element: &Element) {
        let name = &element.name;
        match &name.prefix {
            Some(prefix) if !matches!(name.ns, ns!(html) | ns!(svg) | ns!(mathml)) => {
                self.out.push_str(prefix);
                self.out.push(':');
            }
            _ => {}
        }
        self.out.push_str(&name.local);
    }

    fn start_tag(&mut self, element: &Element) {
        self.out.push('<');
        self.tag_name(element);
        let is = element.extra.as_ref().and_then(|extra| extra.is.as_deref());
        if let Some(is) = is
            && !element
                .attributes
                .iter()
                .any(|one| &*one.name.local == "is" && one.name.ns == ns!())
        {
            self.attribute("", "is", is);
        }
        for attribute in &element.attributes {
            let (prefix, local) = (&attribute.name.prefix, &*attribute.name.local);
            let prefix = match attribute.name.ns {
                ns!() => "",
                ns!(xml) => "xml",
                ns!(xmlns) if local == "xmlns" => "",
                ns!(xmlns) => "xmlns",
                ns!(xlink) => "xlink",
                _ => prefix.as_deref().unwrap_or(""),
            };
            self.attribute(prefix, local, &attribute.value);
        }
        self.out.push('>');
    }

    fn attribute(&mut self, prefix: &str, local: &str, value: &str) {
        self.out.push(' ');
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(local);
        self.out.push_str("=\"");
        escape_attribute(&mut self.out, value);
        self.out.push('"');
    }
}

/// Whether the text of such an element is written as it is.
fn is_raw(local: &str, scripting: bool) -> bool {
    match local {
        "style" | "script" | "xmp" | "iframe" | "noembed" | "noframes" | "plaintext" => true,
        "noscript" => scripting,
        _ => false,
    }
}

fn escape(out: &mut String, text: &str, replacement: impl Fn(char) -> Option<&'static str>) {
    let mut plain = 0;
    for (at, char) in text.char_indices() {
        if let Some(replacement) = replacement(char) {
            out.push_str(&text[plain..at]);
            out.push_str(replacement);
            plain = at + char.len_utf8();
        }
    }
    out.push_str(&text[plain..]);
}

fn escape_text(out: &mut String, text: &str) {
    escape(out, text, |char| match char {
        '&' => Some("&amp;"),
        '\u{A0}' => Some("&nbsp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    });
}

fn escape_attribute(out: &mut String, text: &str) {
    escape(out, text, |char| match char {
        '&' => Some("&amp;"),
        '\u{A0}' => Some("&nbsp;"),
        '"' => Some("&quot;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    });
}
