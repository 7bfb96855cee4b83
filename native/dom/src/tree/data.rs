//! What a node is, besides its links.

use html5ever::QualName;
use html5ever::interface::QuirksMode;

use super::{Attribute, NodeId};

pub enum NodeData {
    /// A place in the arena without a node.
    Free,
    Document(Box<DocumentData>),
    /// A DocumentFragment; with a host, that of a shadow root or a template.
    Fragment(Option<Box<ShadowData>>),
    Doctype(Box<Doctype>),
    Element(Box<Element>),
    Text(Box<str>),
    CData(Box<str>),
    Comment(Box<str>),
    Instruction(Box<Instruction>),
    /// An Attr. Attached to an element, its value stands there.
    Attr(Box<Attribute>),
}

pub struct DocumentData {
    pub html: bool,
    pub quirks: QuirksMode,
    pub content_type: Box<str>,
    pub url: Box<str>,
    /// Whether it is what a window shows (and not of DOMParser, say).
    pub has_window: bool,
    /// Made by `createDocument` or a parser, not by `new Document`.
    pub is_xml_document: bool,
    /// The focused element, if it is still there.
    pub focused: Option<NodeId>,
    /// Names and values, for scripts alone: nothing is sent anywhere.
    cookies: Vec<(Box<str>, Box<str>)>,
}

impl DocumentData {
    pub fn new(html: bool) -> DocumentData {
        DocumentData {
            html,
            quirks: QuirksMode::NoQuirks,
            content_type: if html { "text/html" } else { "application/xml" }.into(),
            url: "about:blank".into(),
            has_window: false,
            is_xml_document: false,
            focused: None,
            cookies: Vec::new(),
        }
    }
}

/// How many cookies a document keeps, and how long one may be.
const COOKIES_MAX: usize = 50;
const COOKIE_BYTES_MAX: usize = 4096;

impl DocumentData {
    /// What `document.cookie` says.
    pub fn cookies(&self) -> String {
        let pair = |(name, value): &(Box<str>, Box<str>)| match name.is_empty() {
            true => value.to_string(),
            false => format!("{name}={value}"),
        };
        self.cookies.iter().map(pair).collect::<Vec<_>>().join("; ")
    }

    /// Take what was assigned to `document.cookie`: a pair and its attributes, of
    /// which those that end a cookie count.
    pub fn set_cookie(&mut self, text: &str) {
        if text.len() > COOKIE_BYTES_MAX {
            return;
        }
        let mut parts = text.split(';').map(str::trim);
        let pair = parts.next().unwrap_or("");
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (name.trim(), value.trim());
        let ends = parts.any(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "max-age" => value.trim().parse::<i64>().is_ok_and(|age| age <= 0),
                "expires" => value.contains("1970"),
                _ => false,
            }
        });
        self.cookies.retain(|(own, _)| **own != *name);
        if !ends && self.cookies.len() < COOKIES_MAX {
            self.cookies.push((name.into(), value.into()));
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doctype {
    pub name: Box<str>,
    pub public_id: Box<str>,
    pub system_id: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    pub target: Box<str>,
    pub data: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShadowMode {
    Open,
    Closed,
}

/// Whose a fragment is.
#[derive(Debug, Clone)]
pub struct ShadowData {
    pub host: NodeId,
    /// `None` for the contents of a template.
    pub mode: Option<ShadowMode>,
    pub manual_slots: bool,
    pub delegates_focus: bool,
    pub clonable: bool,
    pub serializable: bool,
    pub declarative: bool,
}

impl ShadowData {
    pub fn template(host: NodeId) -> ShadowData {
        ShadowData {
            host,
            mode: None,
            manual_slots: false,
            delegates_focus: false,
            clonable: false,
            serializable: false,
            declarative: false,
        }
    }
}

pub struct Element {
    pub name: QualName,
    pub attributes: Vec<Attribute>,
    pub extra: Option<Box<ElementExtra>>,
}

/// What few elements have.
#[derive(Default)]
pub struct ElementExtra {
    /// The contents of a template.
    pub content: Option<NodeId>,
    pub shadow: Option<NodeId>,
    /// Of form controls.
    pub form: Option<Box<FormState>>,
    pub custom: CustomState,
    /// The `is` value.
    pub is: Option<Box<str>>,
    pub integration_point: bool,
    /// Of slots.
    pub slot: Option<Box<SlotState>>,
    /// Of custom elements that have any.
    pub internals: Option<Box<Internals>>,
}

/// What is known of a custom element's internals.
#[derive(Debug, Clone, Default)]
pub struct Internals {
    /// Whether it is form-associated.
    pub associated: bool,
    /// What is wrong with it, by `ElementInternals.setValidity`.
    pub flags: u16,
    /// What it was told last: its form owner, and whether it is disabled.
    pub form: Option<NodeId>,
    pub disabled: bool,
    /// Its custom states.
    pub states: Vec<Box<str>>,
}

/// What a slot remembers.
#[derive(Debug, Clone, Default)]
pub struct SlotState {
    /// Whether nodes were assigned to it when that was last looked at.
    pub slotted: bool,
    /// "Manually assigned nodes"; some may be freed by now.
    pub manual: Box<[NodeId]>,
}

/// HTML, custom element state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CustomState {
    /// Whatever its name says.
    #[default]
    Undecided,
    Undefined,
    Failed,
    Precustomized,
    Custom,
}

/// What a user, or a script, has done to a form control.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    /// With the dirty value flag.
    pub value: Option<Box<str>>,
    /// With the dirty checkedness (or selectedness) flag.
    pub checked: Option<bool>,
    pub indeterminate: bool,
    pub selection: Option<(u32, u32)>,
    pub selection_direction: u8,
    pub custom_validity: Box<str>,
    /// Whether the value did not fit the `pattern` when that was last looked at.
    pub pattern_mismatch: bool,
}

impl Element {
    pub fn new(name: QualName, attributes: Vec<Attribute>) -> Element {
        Element {
            name,
            attributes,
            extra: None,
        }
    }

    /// Nodes that belong to the element and are no children of it.
    pub fn attached(&self) -> impl Iterator<Item = NodeId> + '_ {
        let extra = self.extra.iter();
        extra
            .flat_map(|extra| extra.content.into_iter().chain(extra.shadow))
            .chain(
                self.attributes
                    .iter()
                    .filter_map(|attribute| attribute.node),
            )
    }

    pub fn is_html(&self) -> bool {
        self.name.ns == html5ever::ns!(html)
    }
}

impl NodeData {
    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        match self {
            NodeData::Free | NodeData::Fragment(None) => 0,
            NodeData::Document(document) => {
                size_of::<DocumentData>() + document.content_type.len() + document.url.len()
            }
            NodeData::Fragment(Some(_)) => size_of::<ShadowData>(),
            NodeData::Doctype(doctype) => {
                size_of::<Doctype>()
                    + doctype.name.len()
                    + doctype.public_id.len()
                    + doctype.system_id.len()
            }
            NodeData::Element(element) => {
                let attributes: usize = element.attributes.iter().map(Attribute::bytes).sum();
                size_of::<Element>() + attributes + element.extra.as_ref().map_or(0, |e| e.bytes())
            }
            NodeData::Text(text) | NodeData::CData(text) | NodeData::Comment(text) => text.len(),
            NodeData::Instruction(instruction) => {
                size_of::<Instruction>() + instruction.target.len() + instruction.data.len()
            }
            NodeData::Attr(attribute) => attribute.bytes(),
        }
    }
}

impl ElementExtra {
    fn bytes(&self) -> usize {
        let form = self.form.as_ref().map_or(0, |form| {
            size_of::<FormState>()
                + form.value.as_ref().map_or(0, |value| value.len())
                + form.custom_validity.len()
        });
        let slot = self.slot.as_ref().map_or(0, |slot| {
            size_of::<SlotState>() + size_of_val(&*slot.manual)
        });
        let internals = self.internals.as_ref().map_or(0, |internals| {
            let states = internals.states.iter();
            size_of::<Internals>()
                + states
                    .map(|state| size_of_val(state) + state.len())
                    .sum::<usize>()
        });
        size_of::<ElementExtra>() + form + slot + internals
    }
}
