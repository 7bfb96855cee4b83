//! Pseudo-classes that say something of an element's state, and pseudo-elements,
//! which no element is.

use std::fmt;

use cssparser::ToCss;

use crate::tree::{CustomState, NodeData, NodeId, Tree};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PseudoClass {
    AnyLink,
    Link,
    Visited,
    Active,
    Hover,
    Focus,
    FocusVisible,
    FocusWithin,
    Target,
    Enabled,
    Disabled,
    Checked,
    Default,
    Indeterminate,
    PlaceholderShown,
    ReadOnly,
    ReadWrite,
    Required,
    Optional,
    Valid,
    Invalid,
    Defined,
    Open,
    Autofill,
    Fullscreen,
    Lang(Vec<Box<str>>),
    Dir(Box<str>),
    State(Box<str>),
}

use PseudoClass as P;

const NAMES: &[(&str, PseudoClass)] = &[
    ("any-link", P::AnyLink),
    ("link", P::Link),
    ("visited", P::Visited),
    ("active", P::Active),
    ("hover", P::Hover),
    ("focus", P::Focus),
    ("focus-visible", P::FocusVisible),
    ("focus-within", P::FocusWithin),
    ("target", P::Target),
    ("enabled", P::Enabled),
    ("disabled", P::Disabled),
    ("checked", P::Checked),
    ("default", P::Default),
    ("indeterminate", P::Indeterminate),
    ("placeholder-shown", P::PlaceholderShown),
    ("read-only", P::ReadOnly),
    ("read-write", P::ReadWrite),
    ("required", P::Required),
    ("optional", P::Optional),
    ("valid", P::Valid),
    ("invalid", P::Invalid),
    ("defined", P::Defined),
    ("open", P::Open),
    ("autofill", P::Autofill),
    ("fullscreen", P::Fullscreen),
];

impl PseudoClass {
    pub(super) fn named(name: &str) -> Option<PseudoClass> {
        NAMES
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, class)| class.clone())
    }

    pub(super) fn matches(&self, tree: &Tree, id: NodeId) -> bool {
        match self {
            P::AnyLink | P::Link => is_link(tree, id),
            P::Visited | P::Active | P::Hover | P::Autofill | P::Fullscreen => false,
            P::Focus | P::FocusVisible => focused(tree, id) == Some(id),
            P::FocusWithin => {
                focused(tree, id).is_some_and(|focused| tree.is_inclusive_ancestor(id, focused))
            }
            P::Target => {
                let url = &tree.document_data(id).url;
                let fragment = url.split_once('#').map(|(_, fragment)| fragment);
                fragment.is_some_and(|fragment| {
                    !fragment.is_empty() && tree.attribute(id, "id") == Some(fragment)
                })
            }
            P::Enabled => is_control(tree, id) && !is_disabled(tree, id),
            P::Disabled => is_control(tree, id) && is_disabled(tree, id),
            P::Checked => is_checked(tree, id),
            P::Default => {
                (tree.is_html_named(id, "option") && tree.attribute(id, "selected").is_some())
                    || (is_checkable(tree, id) && tree.attribute(id, "checked").is_some())
                    || is_default_button(tree, id)
            }
            P::Indeterminate => {
                (input_type(tree, id) == Some("checkbox".into())
                    && tree
                        .extra(id)
                        .and_then(|extra| extra.form.as_ref())
                        .is_some_and(|form| form.indeterminate))
                    || (tree.is_html_named(id, "progress") && tree.attribute(id, "value").is_none())
            }
            P::PlaceholderShown => {
                takes_text(tree, id)
                    && tree.attribute(id, "placeholder").is_some()
                    && crate::forms::value(tree, id).is_empty()
            }
            P::ReadWrite => is_editable(tree, id),
            P::ReadOnly => !is_editable(tree, id),
            P::Required => can_be_required(tree, id) && tree.attribute(id, "required").is_some(),
            P::Optional => can_be_required(tree, id) && tree.attribute(id, "required").is_none(),
            P::Valid => is_control(tree, id) && crate::validity::is_valid(tree, id),
            P::Invalid => is_control(tree, id) && !crate::validity::is_valid(tree, id),
            P::Defined => is_defined(tree, id),
            P::Open => {
                (tree.is_html_named(id, "details") || tree.is_html_named(id, "dialog"))
                    && tree.attribute(id, "open").is_some()
            }
            P::Lang(ranges) => language(tree, id)
                .is_some_and(|own| ranges.iter().any(|range| in_range(own, range))),
            P::State(state) => tree
                .internals(id)
                .is_some_and(|internals| internals.states.contains(state)),
            P::Dir(direction) => directionality(tree, id) == &**direction,
        }
    }
}

impl selectors::parser::NonTSPseudoClass for PseudoClass {
    fn is_active_or_hover(&self) -> bool {
        matches!(self, P::Active | P::Hover)
    }

    fn is_user_action_state(&self) -> bool {
        matches!(
            self,
            P::Active | P::Hover | P::Focus | P::FocusVisible | P::FocusWithin
        )
    }
}

impl ToCss for PseudoClass {
    fn to_css<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        match self {
            P::Lang(ranges) => write!(out, ":lang({})", ranges.join(", ")),
            P::State(state) => write!(out, ":state({state})"),
            P::Dir(direction) => write!(out, ":dir({direction})"),
            other => {
                let name = NAMES.iter().find(|(_, class)| class == other);
                write!(out, ":{}", name.map_or("", |(name, _)| name))
            }
        }
    }
}

/// A pseudo-element: parsed, so that lists that name one are valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PseudoElement(&'static str);

const PSEUDO_ELEMENTS: &[&str] = &[
    "before",
    "after",
    "first-line",
    "first-letter",
    "selection",
    "placeholder",
    "marker",
    "backdrop",
    "file-selector-button",
];

impl PseudoElement {
    pub(super) fn named(name: &str) -> Option<PseudoElement> {
        PSEUDO_ELEMENTS
            .iter()
            .find(|own| own.eq_ignore_ascii_case(name))
            .map(|name| PseudoElement(name))
    }
}

impl ToCss for PseudoElement {
    fn to_css<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        write!(out, "::{}", self.0)
    }
}

impl selectors::parser::PseudoElement for PseudoElement {}

pub(super) fn is_link(tree: &Tree, id: NodeId) -> bool {
    ["a", "area"]
        .iter()
        .any(|name| tree.is_html_named(id, name))
        && tree.attribute(id, "href").is_some()
}

fn focused(tree: &Tree, id: NodeId) -> Option<NodeId> {
    let focused = tree.document_data(id).focused?;
    tree.contains_id(focused).then_some(focused)
}

fn is_one_of(tree: &Tree, id: NodeId, names: &[&str]) -> bool {
    tree.element(id)
        .is_some_and(|element| element.is_html() && names.contains(&&*element.name.local))
}

fn is_control(tree: &Tree, id: NodeId) -> bool {
    const CONTROLS: &[&str] = &[
        "button", "input", "select", "textarea", "optgroup", "option", "fieldset",
    ];
    is_one_of(tree, id, CONTROLS) || tree.is_form_associated(id)
}

/// HTML, "actually disabled".
pub(crate) fn is_disabled(tree: &Tree, id: NodeId) -> bool {
    if tree.attribute(id, "disabled").is_some() {
        return true;
    }
    if tree.is_html_named(id, "option") {
        return tree.parent(id).is_some_and(|parent| {
            tree.is_html_named(parent, "optgroup") && tree.attribute(parent, "disabled").is_some()
        });
    }
    if tree.is_html_named(id, "optgroup") {
        return false;
    }
    let mut below = id;
    for node in tree.ancestors(id).skip(1) {
        if tree.is_html_named(node, "fieldset") && tree.attribute(node, "disabled").is_some() {
            let first_legend = tree
                .child_elements(node)
                .find(|child| tree.is_html_named(*child, "legend"));
            if first_legend != Some(below) {
                return true;
            }
        }
        below = node;
    }
    false
}

fn input_type(tree: &Tree, id: NodeId) -> Option<String> {
    tree.is_html_named(id, "input")
        .then(|| tree.attribute_or_empty(id, "type").to_ascii_lowercase())
}

fn is_checkable(tree: &Tree, id: NodeId) -> bool {
    matches!(input_type(tree, id).as_deref(), Some("checkbox" | "radio"))
}

fn is_checked(tree: &Tree, id: NodeId) -> bool {
    (is_checkable(tree, id) && crate::forms::is_checked(tree, id))
        || (tree.is_html_named(id, "option") && crate::forms::is_selected(tree, id))
}

fn is_default_button(tree: &Tree, id: NodeId) -> bool {
    let Some(form) = crate::forms::form_owner(tree, id) else {
        return false;
    };
    let submits = |node: NodeId| match tree.element(node) {
        Some(element) if element.is_html() => match &*element.name.local {
            "button" => matches!(
                tree.attribute_or_empty(node, "type")
                    .to_ascii_lowercase()
                    .as_str(),
                "" | "submit"
            ),
            "input" => matches!(input_type(tree, node).as_deref(), Some("submit" | "image")),
            _ => false,
        },
        _ => false,
    };
    submits(id)
        && tree
            .descendants(form)
            .find(|node| submits(*node) && crate::forms::form_owner(tree, *node) == Some(form))
            == Some(id)
}

fn takes_text(tree: &Tree, id: NodeId) -> bool {
    if tree.is_html_named(id, "textarea") {
        return true;
    }
    input_type(tree, id).is_some_and(|kind| {
        !matches!(
            kind.as_str(),
            "hidden"
                | "range"
                | "color"
                | "checkbox"
                | "radio"
                | "file"
                | "submit"
                | "image"
                | "reset"
                | "button"
        )
    })
}

fn can_be_required(tree: &Tree, id: NodeId) -> bool {
    if is_one_of(tree, id, &["select", "textarea"]) {
        return true;
    }
    input_type(tree, id).is_some_and(|kind| {
        !matches!(
            kind.as_str(),
            "hidden" | "range" | "color" | "submit" | "image" | "reset" | "button"
        )
    })
}

fn is_editable(tree: &Tree, id: NodeId) -> bool {
    if takes_text(tree, id) {
        return tree.attribute(id, "readonly").is_none() && !is_disabled(tree, id);
    }
    if tree.is_html_named(id, "input") {
        return false;
    }
    tree.ancestors(id)
        .filter(|node| tree.is_html_element(*node))
        .find_map(|node| {
            let value = tree.attribute(node, "contenteditable")?;
            match value.to_ascii_lowercase().as_str() {
                "" | "true" | "plaintext-only" => Some(true),
                "false" => Some(false),
                _ => None,
            }
        })
        .unwrap_or(false)
}

fn is_defined(tree: &Tree, id: NodeId) -> bool {
    let Some(element) = tree.element(id) else {
        return false;
    };
    let state = element.extra.as_ref().map(|extra| extra.custom);
    match state.unwrap_or_default() {
        CustomState::Custom => true,
        CustomState::Undefined | CustomState::Failed | CustomState::Precustomized => false,
        CustomState::Undecided => {
            !element.is_html() || !crate::tree::is_custom_name(&element.name.local)
        }
    }
}

fn language(tree: &Tree, id: NodeId) -> Option<&str> {
    tree.ancestors(id).find_map(|node| {
        tree.attributes(node)
            .iter()
            .find(|one| {
                &*one.name.local == "lang"
                    && (one.name.ns.is_empty() || one.name.ns == html5ever::ns!(xml))
            })
            .map(|one| &*one.value)
    })
}

/// RFC 4647, extended filtering, as far as selectors want it.
fn in_range(language: &str, range: &str) -> bool {
    if range.is_empty() || language.is_empty() {
        return range.is_empty() && language.is_empty();
    }
    let mut tags = language.split('-');
    let mut wanted = range.split('-');
    let first = wanted.next().unwrap_or("");
    match tags.next() {
        Some(tag) if first == "*" || tag.eq_ignore_ascii_case(first) => {}
        _ => return false,
    }
    'wanted: for want in wanted {
        if want == "*" {
            continue;
        }
        for tag in tags.by_ref() {
            if tag.eq_ignore_ascii_case(want) {
                continue 'wanted;
            }
            if tag.len() == 1 {
                return false;
            }
        }
        return false;
    }
    true
}

fn directionality(tree: &Tree, id: NodeId) -> &'static str {
    for node in tree.ancestors(id) {
        if !tree.is_html_element(node) {
            continue;
        }
        let Some(dir) = tree.attribute(node, "dir") else {
            continue;
        };
        match dir.to_ascii_lowercase().as_str() {
            "ltr" => return "ltr",
            "rtl" => return "rtl",
            "auto" => return auto_direction(tree, node),
            _ => {}
        }
    }
    "ltr"
}

/// By the first strong character, of the blocks that matter most.
fn auto_direction(tree: &Tree, id: NodeId) -> &'static str {
    for node in tree.descendants(id) {
        let NodeData::Text(text) = tree.data(node) else {
            continue;
        };
        for char in text.chars() {
            match char {
                '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' => {
                    return "rtl";
                }
                char if char.is_alphabetic() => return "ltr",
                _ => {}
            }
        }
    }
    "ltr"
}
