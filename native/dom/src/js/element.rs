//! `Element`: DOM, 4.9, and what other standards add to it.

use html5ever::{LocalName, ns};
use quickbeam_engine::{Call, JsResult, Member};

use super::collection;
use super::convert::{self, nullable_text, text, text_or_null};
use super::dom::{Env, held};
use super::query::selectors;
use super::{attr, css, markup, shadow, token_list};
use crate::tree::{DomError, NodeId, Tree, validate_qualified};

pub(super) static MEMBERS: &[Member] = &[
    get!(c"namespaceURI", element, |e, n| {
        let tree = e.tree();
        let name = tree.name(n).map(|name| name.ns.to_string());
        name.filter(|namespace| !namespace.is_empty())
    }),
    get!(c"prefix", element, |e, n| {
        let tree = e.tree();
        tree.name(n)
            .and_then(|name| name.prefix.as_ref().map(|prefix| prefix.to_string()))
    }),
    get!(c"localName", element, |e, n| {
        let tree = e.tree();
        tree.name(n).map(|name| name.local.to_string())
    }),
    get!(c"tagName", element, |e, n| tag_name(&e.tree(), n)),
    reflect!(c"id", "id"),
    reflect!(c"className", "class"),
    reflect!(c"slot", "slot"),
    attr!(
        c"classList",
        element,
        |e, n| token_list::list(e, n, held::CLASS_LIST, "class"),
        |e, n, to| token_list::replace(e, n, "class", &to)
    ),
    attr!(
        c"part",
        element,
        |e, n| token_list::list(e, n, held::OTHER_TOKENS, "part"),
        |e, n, to| token_list::replace(e, n, "part", &to)
    ),
    op!(c"hasAttributes", 0, element, |e, n, _call| !e
        .tree()
        .attributes(n)
        .is_empty()),
    get!(c"attributes", element, |e, n| attr::map(e, n)),
    op!(c"getAttributeNames", 0, element, |e, n, _call| {
        let names: Vec<String> = {
            let tree = e.tree();
            tree.attributes(n)
                .iter()
                .map(|one| one.qualified_name())
                .collect()
        };
        let array = e.cx.array()?;
        for (index, name) in names.iter().enumerate() {
            array.define_index(index as u32, e.cx.string(name)?)?;
        }
        array
    }),
    op!(c"getAttribute", 1, element, |e, n, call| {
        let name = text(call, 0)?;
        let tree = e.tree();
        let value = tree
            .find_attribute(n, &name)
            .map(|index| tree.attributes(n)[index].value.to_string());
        drop(tree);
        value
    }),
    op!(c"getAttributeNS", 2, element, |e, n, call| {
        let (namespace, local) = namespace_and_local(call)?;
        let tree = e.tree();
        tree.find_attribute_ns(n, &namespace, &local)
            .map(|index| tree.attributes(n)[index].value.to_string())
    }),
    mutator!(c"setAttribute", 2, element, |e, n, call| {
        let (name, value) = (text(call, 0)?, text(call, 1)?);
        set_attribute(e, n, &name, &value)
    }),
    mutator!(c"setAttributeNS", 3, element, |e, n, call| {
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        let (name, value) = (text(call, 1)?, text(call, 2)?);
        let name = validate_qualified(&namespace, &name, false).map_err(|error| e.throw(&error))?;
        e.tree_mut().set_attribute_ns(n, name, &value);
    }),
    mutator!(c"removeAttribute", 1, element, |e, n, call| {
        let name = text(call, 0)?;
        let mut tree = e.tree_mut();
        if let Some(index) = tree.find_attribute(n, &name) {
            tree.remove_attribute_at(n, index);
        }
    }),
    mutator!(c"removeAttributeNS", 2, element, |e, n, call| {
        let (namespace, local) = namespace_and_local(call)?;
        let mut tree = e.tree_mut();
        if let Some(index) = tree.find_attribute_ns(n, &namespace, &local) {
            tree.remove_attribute_at(n, index);
        }
    }),
    mutator!(c"toggleAttribute", 1, element, |e, n, call| {
        let name = text(call, 0)?;
        let force = match call.argument(1) {
            force if force.is_undefined() => None,
            force => Some(force.truthy()),
        };
        check_attribute_name(e, &name)?;
        let mut tree = e.tree_mut();
        match (tree.find_attribute(n, &name), force) {
            (None, None | Some(true)) => {
                let name = tree.lowercase_name(n, &name);
                tree.set_attribute(n, &name, "");
                true
            }
            (Some(index), None | Some(false)) => {
                tree.remove_attribute_at(n, index);
                false
            }
            (found, _) => found.is_some(),
        }
    }),
    op!(c"hasAttribute", 1, element, |e, n, call| {
        let name = text(call, 0)?;
        e.tree().find_attribute(n, &name).is_some()
    }),
    op!(c"hasAttributeNS", 2, element, |e, n, call| {
        let (namespace, local) = namespace_and_local(call)?;
        e.tree().find_attribute_ns(n, &namespace, &local).is_some()
    }),
    op!(c"getAttributeNode", 1, element, |e, n, call| {
        let name = text(call, 0)?;
        let mut tree = e.tree_mut();
        tree.find_attribute(n, &name)
            .map(|index| tree.attribute_node(n, index))
    }),
    op!(c"getAttributeNodeNS", 2, element, |e, n, call| {
        let (namespace, local) = namespace_and_local(call)?;
        let mut tree = e.tree_mut();
        tree.find_attribute_ns(n, &namespace, &local)
            .map(|index| tree.attribute_node(n, index))
    }),
    mutator!(c"setAttributeNode", 1, element, |e, n, call| {
        attr::set_node(e, n, &call.argument(0))
    }),
    mutator!(c"setAttributeNodeNS", 1, element, |e, n, call| {
        attr::set_node(e, n, &call.argument(0))
    }),
    mutator!(c"removeAttributeNode", 1, element, |e, n, call| {
        let node = attr::argument(e, &call.argument(0))?;
        let removed = e.tree_mut().remove_attribute_node(n, node);
        removed.map_err(|error| e.throw(&error))?;
        call.argument(0)
    }),
    mutator!(c"attachShadow", 1, element, |e, n, call| shadow::attach(
        e,
        n,
        &call.argument(0)
    )),
    get!(c"shadowRoot", element, |e, n| shadow::open_root(
        &e.tree(),
        n
    )),
    get!(c"assignedSlot", element, |e, n| e.tree().find_slot(n, true)),
    op!(c"closest", 1, element, |e, n, call| {
        let selectors = selectors(e, n, &text(call, 0)?)?;
        selectors.closest(&e.tree(), n)
    }),
    op!(c"matches", 1, element, |e, n, call| {
        let selectors = selectors(e, n, &text(call, 0)?)?;
        selectors.matches(&e.tree(), n, Some(n))
    }),
    op!(c"webkitMatchesSelector", 1, element, |e, n, call| {
        let selectors = selectors(e, n, &text(call, 0)?)?;
        selectors.matches(&e.tree(), n, Some(n))
    }),
    op!(c"getElementsByTagName", 1, element, |e, n, call| {
        collection::by_tag_name(e, n, text(call, 0)?)
    }),
    op!(c"getElementsByTagNameNS", 2, element, |e, n, call| {
        let (namespace, local) = namespace_and_local(call)?;
        collection::by_tag_name_ns(e, n, namespace, local)
    }),
    op!(c"getElementsByClassName", 1, element, |e, n, call| {
        collection::by_class_name(e, n, text(call, 0)?)
    }),
    mutator!(c"insertAdjacentElement", 2, element, |e, n, call| {
        let place = text(call, 0)?;
        let node = convert::node(call, 1)?;
        if !e.tree().is_element(node) {
            return Err(super::node::not_a(e, "an Element"));
        }
        match markup::insert_adjacent(e, n, &place, node)? {
            true => call.argument(1),
            false => e.cx.null(),
        }
    }),
    mutator!(c"insertAdjacentText", 2, element, |e, n, call| {
        let (place, data) = (text(call, 0)?, text(call, 1)?);
        let node = {
            let mut tree = e.tree_mut();
            let document = tree.document(n);
            tree.new_text(document, &data)
        };
        let inserted = markup::insert_adjacent(e, n, &place, node);
        e.discard(node);
        inserted?;
    }),
    mutator!(c"insertAdjacentHTML", 2, element, |e, n, call| {
        let (place, html) = (text(call, 0)?, text(call, 1)?);
        markup::insert_adjacent_html(e, n, &place, &html)
    }),
    attr!(
        c"innerHTML",
        element,
        |e, n| markup::inner(e, n),
        |e, n, to| {
            let html = text_or_null(&to)?;
            markup::set_inner(e, n, n, &html, false)
        }
    ),
    attr!(
        c"outerHTML",
        element,
        |e, n| markup::outer(e, n),
        |e, n, to| {
            let html = text_or_null(&to)?;
            markup::set_outer(e, n, &html)
        }
    ),
    op!(c"getHTML", 0, element, |e, n, call| markup::get_html(
        e, n, call
    )),
    mutator!(c"setHTMLUnsafe", 1, element, |e, n, call| {
        let html = text(call, 0)?;
        markup::set_inner(e, n, n, &html, true)
    }),
    // No layout: what has no box says so, as the CSSOM View standard has it.
    op!(c"getBoundingClientRect", 0, element, |e, _n, _call| {
        css::empty_rect(e)
    }),
    op!(c"getClientRects", 0, element, |e, _n, _call| e.cx.array()),
    op!(c"checkVisibility", 0, element, |e, n, _call| e
        .tree()
        .is_connected(n)),
    op!(c"scrollIntoView", 0, element, |_e, _n, _call| {}),
    op!(c"scroll", 0, element, |_e, _n, _call| {}),
    op!(c"scrollTo", 0, element, |_e, _n, _call| {}),
    op!(c"scrollBy", 0, element, |_e, _n, _call| {}),
    attr!(c"scrollTop", element, |_e, _n| 0, |_e, _n, to| {
        to.to_number()?;
    }),
    attr!(c"scrollLeft", element, |_e, _n| 0, |_e, _n, to| {
        to.to_number()?;
    }),
    get!(c"scrollWidth", element, |_e, _n| 0),
    get!(c"scrollHeight", element, |_e, _n| 0),
    get!(c"clientTop", element, |_e, _n| 0),
    get!(c"clientLeft", element, |_e, _n| 0),
    get!(c"clientWidth", element, |_e, _n| 0),
    get!(c"clientHeight", element, |_e, _n| 0),
    aria!(c"role", "role"),
    aria!(c"ariaAtomic", "aria-atomic"),
    aria!(c"ariaAutoComplete", "aria-autocomplete"),
    aria!(c"ariaBrailleLabel", "aria-braillelabel"),
    aria!(c"ariaBrailleRoleDescription", "aria-brailleroledescription"),
    aria!(c"ariaColCount", "aria-colcount"),
    aria!(c"ariaColIndex", "aria-colindex"),
    aria!(c"ariaColIndexText", "aria-colindextext"),
    aria!(c"ariaColSpan", "aria-colspan"),
    aria!(c"ariaKeyShortcuts", "aria-keyshortcuts"),
    aria!(c"ariaMultiLine", "aria-multiline"),
    aria!(c"ariaMultiSelectable", "aria-multiselectable"),
    aria!(c"ariaOrientation", "aria-orientation"),
    aria!(c"ariaPlaceholder", "aria-placeholder"),
    aria!(c"ariaPosInSet", "aria-posinset"),
    aria!(c"ariaRelevant", "aria-relevant"),
    aria!(c"ariaRoleDescription", "aria-roledescription"),
    aria!(c"ariaRowCount", "aria-rowcount"),
    aria!(c"ariaRowIndex", "aria-rowindex"),
    aria!(c"ariaRowIndexText", "aria-rowindextext"),
    aria!(c"ariaRowSpan", "aria-rowspan"),
    aria!(c"ariaSetSize", "aria-setsize"),
    aria!(c"ariaSort", "aria-sort"),
    aria!(c"ariaBusy", "aria-busy"),
    aria!(c"ariaChecked", "aria-checked"),
    aria!(c"ariaCurrent", "aria-current"),
    aria!(c"ariaDescription", "aria-description"),
    aria!(c"ariaDisabled", "aria-disabled"),
    aria!(c"ariaExpanded", "aria-expanded"),
    aria!(c"ariaHasPopup", "aria-haspopup"),
    aria!(c"ariaHidden", "aria-hidden"),
    aria!(c"ariaInvalid", "aria-invalid"),
    aria!(c"ariaLabel", "aria-label"),
    aria!(c"ariaLevel", "aria-level"),
    aria!(c"ariaLive", "aria-live"),
    aria!(c"ariaModal", "aria-modal"),
    aria!(c"ariaPressed", "aria-pressed"),
    aria!(c"ariaReadOnly", "aria-readonly"),
    aria!(c"ariaRequired", "aria-required"),
    aria!(c"ariaSelected", "aria-selected"),
    aria!(c"ariaValueMax", "aria-valuemax"),
    aria!(c"ariaValueMin", "aria-valuemin"),
    aria!(c"ariaValueNow", "aria-valuenow"),
    aria!(c"ariaValueText", "aria-valuetext"),
];

/// "HTML-uppercased qualified name".
pub(super) fn tag_name(tree: &Tree, id: NodeId) -> String {
    let Some(name) = tree.name(id) else {
        return String::new();
    };
    let qualified = match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", &*name.local),
        None => name.local.to_string(),
    };
    match tree.is_html_in_html(id) {
        true => qualified.to_ascii_uppercase(),
        false => qualified,
    }
}

fn namespace_and_local(call: &Call<'_>) -> JsResult<(String, String)> {
    Ok((
        nullable_text(&call.argument(0))?.unwrap_or_default(),
        text(call, 1)?,
    ))
}

fn check_attribute_name(env: Env<'_>, name: &str) -> JsResult<()> {
    if crate::tree::is_attribute_name(name) {
        return Ok(());
    }
    let message = format!("{name:?} is not a valid attribute name");
    Err(env.throw(&DomError::invalid_character(message)))
}

pub(super) fn set_attribute(env: Env<'_>, id: NodeId, name: &str, value: &str) -> JsResult<()> {
    check_attribute_name(env, name)?;
    let mut tree = env.tree_mut();
    match tree.find_attribute(id, name) {
        Some(index) => tree.change_attribute(id, index, value),
        None => {
            // By its qualified name as a whole: no namespace, no prefix.
            let name = tree.lowercase_name(id, name);
            let name = html5ever::QualName::new(None, ns!(), LocalName::from(name));
            tree.append_attribute(id, crate::tree::Attribute::new(name, value));
        }
    }
    Ok(())
}
