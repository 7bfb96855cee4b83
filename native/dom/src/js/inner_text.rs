//! `innerText`: HTML, 3.2.7, "rendered text collection steps". Without layout, what
//! an element looks like is what user agents' style sheets say of its name (HTML,
//! 15.3), and its own `style`.

use crate::declarations;
use crate::tree::{NodeData, NodeId, Tree};

use super::dom::Env;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Display {
    None,
    Inline,
    /// An image or control: something in a line, with no text of its own.
    Replaced,
    Block,
    Paragraph,
    Row,
    Cell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spaces {
    Collapse,
    /// As they stand.
    Keep,
    /// Only new lines as they stand.
    Lines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Own,
    Upper,
    Lower,
}

/// What text inherits.
#[derive(Debug, Clone, Copy)]
struct Style {
    spaces: Spaces,
    case: Case,
    visible: bool,
}

const INITIAL: Style = Style {
    spaces: Spaces::Collapse,
    case: Case::Own,
    visible: true,
};

/// How an element is displayed, and the style of the text in it.
fn look(tree: &Tree, id: NodeId, mut style: Style) -> (Display, Style) {
    let Some(element) = tree.element(id) else {
        return (Display::Inline, style);
    };
    let mut display = match element.is_html() {
        true => default_display(tree, id, &element.name.local),
        false => Display::Inline,
    };
    if element.is_html() {
        match &*element.name.local {
            "pre" | "listing" | "plaintext" | "xmp" | "textarea" => style.spaces = Spaces::Keep,
            "table" => style.spaces = Spaces::Collapse,
            _ => {}
        }
    }
    let Some(own) = tree.attribute(id, "style") else {
        return (display, style);
    };
    for one in declarations::parse(own) {
        let value = one.value.to_ascii_lowercase();
        match (one.name.as_str(), value.as_str()) {
            ("display", "none") => display = Display::None,
            ("display", "inline" | "inline-block" | "inline-flex" | "inline-grid") => {
                display = Display::Inline;
            }
            ("display", "table-row") => display = Display::Row,
            ("display", "table-cell") => display = Display::Cell,
            (
                "display",
                "block" | "flex" | "grid" | "list-item" | "table" | "table-caption" | "flow-root",
            )
            | ("float", "left" | "right")
            | ("position", "absolute" | "fixed")
                if matches!(display, Display::Inline | Display::Row | Display::Cell) =>
            {
                display = Display::Block;
            }
            ("visibility", "hidden" | "collapse") => style.visible = false,
            ("visibility", "visible") => style.visible = true,
            ("white-space", "normal" | "nowrap") => style.spaces = Spaces::Collapse,
            ("white-space", "pre" | "pre-wrap" | "break-spaces") => style.spaces = Spaces::Keep,
            ("white-space", "pre-line") => style.spaces = Spaces::Lines,
            ("text-transform", "uppercase") => style.case = Case::Upper,
            ("text-transform", "lowercase") => style.case = Case::Lower,
            ("text-transform", "none") => style.case = Case::Own,
            _ => {}
        }
    }
    (display, style)
}

fn default_display(tree: &Tree, id: NodeId, local: &str) -> Display {
    if tree.attribute(id, "hidden").is_some() {
        return Display::None;
    }
    match local {
        "area" | "base" | "basefont" | "col" | "colgroup" | "datalist" | "head" | "link"
        | "meta" | "noembed" | "noframes" | "noscript" | "param" | "rp" | "script" | "style"
        | "template" | "title" => Display::None,
        "dialog" if tree.attribute(id, "open").is_none() => Display::None,
        "input" if crate::forms::input_type(tree, id) == "hidden" => Display::None,
        "audio" if tree.attribute(id, "controls").is_none() => Display::None,
        "audio" | "canvas" | "embed" | "iframe" | "img" | "input" | "meter" | "object"
        | "progress" | "textarea" | "video" => Display::Replaced,
        "p" => Display::Paragraph,
        "tr" => Display::Row,
        "td" | "th" => Display::Cell,
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "dd"
        | "details" | "dialog" | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption"
        | "figure" | "footer" | "form" | "frameset" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "header" | "hgroup" | "hr" | "html" | "legend" | "li" | "listing" | "main" | "menu"
        | "nav" | "ol" | "optgroup" | "option" | "plaintext" | "pre" | "search" | "section"
        | "summary" | "table" | "ul" | "xmp" => Display::Block,
        _ => Display::Inline,
    }
}

/// Whether a child of an element is displayed at all.
fn shows(tree: &Tree, parent: NodeId, child: NodeId) -> bool {
    let Some(element) = tree.element(parent).filter(|element| element.is_html()) else {
        return true;
    };
    match &*element.name.local {
        "select" => ["option", "optgroup"]
            .iter()
            .any(|name| tree.is_html_named(child, name)),
        "optgroup" => tree.is_html_named(child, "option"),
        "details" if tree.attribute(parent, "open").is_none() => {
            let mut children = tree.child_elements(parent);
            children.find(|one| tree.is_html_named(*one, "summary")) == Some(child)
        }
        _ => true,
    }
}

/// The text as it is put together.
#[derive(Default)]
struct Text {
    out: String,
    /// "Required line breaks" before whatever comes next.
    breaks: usize,
    /// A collapsed space before whatever comes next in the line.
    space: bool,
    /// Whether something is in the line: only then it may have a space.
    in_line: bool,
}

impl Text {
    fn flush(&mut self) {
        if self.breaks > 0 && !self.out.is_empty() {
            self.out.extend(std::iter::repeat_n('\n', self.breaks));
        }
        self.breaks = 0;
        if std::mem::take(&mut self.space) && self.in_line {
            self.out.push(' ');
        }
    }

    fn end_line(&mut self) {
        self.space = false;
        self.in_line = false;
    }

    /// Before and after a block.
    fn block(&mut self, breaks: usize) {
        self.end_line();
        self.breaks = self.breaks.max(breaks);
    }

    /// A new line or tab that stands for markup.
    fn mark(&mut self, char: char) {
        self.space = false;
        self.flush();
        self.out.push(char);
        self.in_line = false;
    }

    fn push(&mut self, text: &str, style: Style) {
        for char in text.chars() {
            match (style.spaces, char) {
                (Spaces::Keep | Spaces::Lines, '\n' | '\r') => self.mark('\n'),
                (Spaces::Keep, _) => self.put(char, style.case),
                (_, ' ' | '\t' | '\n' | '\r' | '\x0C') => self.space |= self.in_line,
                _ => self.put(char, style.case),
            }
        }
    }

    fn put(&mut self, char: char, case: Case) {
        self.flush();
        match case {
            Case::Own => self.out.push(char),
            Case::Upper => self.out.extend(char.to_uppercase()),
            Case::Lower => self.out.extend(char.to_lowercase()),
        }
        self.in_line = true;
    }
}

/// An element that is being walked: its next child, and what comes after it.
struct Open {
    id: NodeId,
    next: Option<NodeId>,
    display: Display,
    style: Style,
}

fn next_named(tree: &Tree, id: NodeId, display: Display) -> bool {
    let mut at = tree.next(id);
    while let Some(node) = at {
        if look(tree, node, INITIAL).0 == display && tree.is_element(node) {
            return true;
        }
        at = tree.next(node);
    }
    false
}

/// Whether a row is the last of its table.
fn is_last_row(tree: &Tree, row: NodeId) -> bool {
    if next_named(tree, row, Display::Row) {
        return false;
    }
    let section = tree.parent(row).filter(|parent| {
        ["thead", "tbody", "tfoot"]
            .iter()
            .any(|name| tree.is_html_named(*parent, name))
    });
    let Some(section) = section else {
        return true;
    };
    let mut at = tree.next(section);
    while let Some(node) = at {
        if tree
            .child_elements(node)
            .any(|one| tree.is_html_named(one, "tr"))
        {
            return false;
        }
        at = tree.next(node);
    }
    true
}

/// `innerText`, as far as it is known without layout; of what is not displayed, all
/// text.
pub(super) fn inner_text(tree: &Tree, id: NodeId) -> String {
    let above: Vec<NodeId> = tree.ancestors(id).collect();
    let mut style = INITIAL;
    let mut display = Display::Inline;
    for node in above.into_iter().rev() {
        (display, style) = look(tree, node, style);
        if display == Display::None {
            break;
        }
    }
    if display == Display::None || !tree.is_connected(id) {
        return tree.descendant_text(id);
    }
    let mut text = Text::default();
    let mut open: Vec<Open> = Vec::new();
    enter(tree, id, display, style, &mut text, &mut open);
    while let Some(top) = open.last_mut() {
        let Some(child) = top.next else {
            if let Some(done) = open.pop()
                && !open.is_empty()
            {
                leave(tree, &done, &mut text);
            }
            continue;
        };
        top.next = tree.next(child);
        let (parent, style) = (top.id, top.style);
        if !shows(tree, parent, child) {
            continue;
        }
        match tree.data(child) {
            NodeData::Text(data) | NodeData::CData(data) if style.visible => {
                text.push(data, style);
            }
            NodeData::Element(_) => {
                let (display, style) = look(tree, child, style);
                enter(tree, child, display, style, &mut text, &mut open);
            }
            _ => {}
        }
    }
    text.out
}

fn enter(
    tree: &Tree,
    id: NodeId,
    display: Display,
    style: Style,
    text: &mut Text,
    open: &mut Vec<Open>,
) {
    match display {
        Display::None => return,
        Display::Replaced => {
            text.flush();
            text.in_line = true;
            return;
        }
        Display::Block if !open.is_empty() => text.block(1),
        Display::Paragraph if !open.is_empty() => text.block(2),
        _ => {}
    }
    if tree.is_html_named(id, "br") {
        text.mark('\n');
    }
    // Of a host, what its shadow tree has is displayed, which is not the element's.
    let next = match tree.shadow_root(id) {
        Some(_) => None,
        None => tree.first_child(id),
    };
    open.push(Open {
        id,
        next,
        display,
        style,
    });
}

fn leave(tree: &Tree, done: &Open, text: &mut Text) {
    match done.display {
        Display::Block => text.block(1),
        Display::Paragraph => text.block(2),
        Display::Cell if next_named(tree, done.id, Display::Cell) => text.mark('\t'),
        Display::Cell => text.end_line(),
        Display::Row if !is_last_row(tree, done.id) => text.mark('\n'),
        _ => {}
    }
}

/// "Rendered text fragment": lines become `br`.
pub(super) fn set_inner_text(env: Env<'_>, id: NodeId, text: &str) -> NodeId {
    let mut tree = env.tree_mut();
    let document = tree.document(id);
    let fragment = tree.new_fragment(document);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            let br = tree.new_element(document, Tree::html_name("br"));
            tree.link(fragment, br, None);
        }
        if !line.is_empty() {
            let text = tree.new_text(document, line);
            tree.link(fragment, text, None);
        }
    }
    fragment
}
