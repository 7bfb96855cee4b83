//! The interfaces of HTML elements: HTML, section 4.

mod controls;
mod embedded;
mod forms;
mod hyperlink;
mod select;
mod simple;
mod tables;
mod text_level;
mod text_selection;
mod validation;

use quickbeam_engine::{JsResult, Kind, Member, Value};

pub(super) use controls::{BUTTON, INPUT, SUBMITTER, TEXT_AREA};
pub(super) use embedded::{
    AREA, CANVAS, EMBED, IFRAME, IMAGE, MAP, MEDIA, OBJECT, PARAM, SOURCE, TRACK, VIDEO,
    audio_constructor, image_constructor, option_constructor,
};
pub(super) use forms::{
    DATA_LIST, FIELD_SET, FORM, LABEL, LEGEND, METER, OUTPUT, PROGRESS, labeled_control, labels,
};
pub(super) use hyperlink::HYPERLINK;
pub(super) use select::{
    OPT_GROUP, OPTION, SELECT, add_option, remove_option, selected_index, set_option,
    set_option_count, set_selected_index,
};
pub(super) use simple::*;
pub(super) use tables::{TABLE, TABLE_CAPTION, TABLE_CELL, TABLE_COL, TABLE_ROW, TABLE_SECTION};
pub(super) use text_level::{ANCHOR, LINK, SCRIPT, SLOT, STYLE, TEMPLATE, TITLE};
pub(super) use text_selection::SELECTION;
pub(super) use validation::{
    VALIDATION, VALIDITY_STATE, is_valid, record_patterns, validity_object,
};

use super::convert::text_or_null;
use super::dom::Env;
use super::inner_text::{inner_text, set_inner_text};
use super::natives::call_module;
use super::{attr, css};
use crate::tree::{NodeId, Tree};

pub(super) const ACTIVATION: &str = "dom/activation.js";

pub(super) static ELEMENT: &[Member] = &[
    reflect!(c"title", "title"),
    reflect!(c"lang", "lang"),
    reflect_enum!(c"dir", "dir", "", "", ["ltr", "rtl", "auto"]),
    reflect!(c"nonce", "nonce"),
    reflect!(c"accessKey", "accesskey"),
    reflect!(c"accessKeyLabel", "accesskey"),
    reflect_bool!(c"autofocus", "autofocus"),
    reflect_bool!(c"inert", "inert"),
    reflect_enum!(
        c"inputMode",
        "inputmode",
        "",
        "",
        [
            "none", "text", "tel", "url", "email", "numeric", "decimal", "search"
        ]
    ),
    reflect_enum!(
        c"enterKeyHint",
        "enterkeyhint",
        "",
        "",
        ["enter", "done", "go", "next", "previous", "search", "send"]
    ),
    attr!(
        c"hidden",
        element,
        |e, n| {
            let value = e.tree().attribute(n, "hidden").map(str::to_ascii_lowercase);
            match value.as_deref() {
                Some("until-found") => e.cx.string("until-found")?,
                value => e.cx.boolean(value.is_some()),
            }
        },
        |e, n, to| {
            let until_found =
                to.kind() == Kind::String && to.to_text()?.eq_ignore_ascii_case("until-found");
            match until_found {
                true => e.tree_mut().set_attribute(n, "hidden", "until-found"),
                false => e.set_flag(n, "hidden", to.truthy()),
            }
        }
    ),
    attr!(
        c"tabIndex",
        element,
        |e, n| tab_index(&e.tree(), n),
        |e, n, to| {
            let to = super::convert::long(&to)?;
            e.tree_mut().set_attribute(n, "tabindex", &to.to_string());
        }
    ),
    attr!(
        c"draggable",
        element,
        |e, n| {
            let tree = e.tree();
            match tree.attribute_or_empty(n, "draggable") {
                "true" => true,
                "false" => false,
                _ => {
                    tree.is_html_named(n, "img")
                        || (tree.is_html_named(n, "a") && tree.attribute(n, "href").is_some())
                }
            }
        },
        |e, n, to| e.tree_mut().set_attribute(n, "draggable", truth(&to))
    ),
    attr!(
        c"spellcheck",
        element,
        |e, n| e.tree().attribute(n, "spellcheck") != Some("false"),
        |e, n, to| e.tree_mut().set_attribute(n, "spellcheck", truth(&to))
    ),
    attr!(
        c"translate",
        element,
        |e, n| e.tree().attribute(n, "translate") != Some("no"),
        |e, n, to| {
            let to = if to.truthy() { "yes" } else { "no" };
            e.tree_mut().set_attribute(n, "translate", to);
        }
    ),
    attr!(
        c"contentEditable",
        element,
        |e, n| {
            let value = e
                .tree()
                .attribute(n, "contenteditable")
                .map(str::to_ascii_lowercase);
            match value.as_deref() {
                Some("" | "true") => "true",
                Some("false") => "false",
                Some("plaintext-only") => "plaintext-only",
                _ => "inherit",
            }
        },
        |e, n, to| {
            let to = to.to_text()?.to_ascii_lowercase();
            match to.as_str() {
                "true" | "false" | "plaintext-only" => {
                    e.tree_mut().set_attribute(n, "contenteditable", &to);
                }
                "inherit" => drop(e.tree_mut().remove_attribute(n, "contenteditable")),
                _ => {
                    let message = format!("{to:?} is no value of contentEditable");
                    return Err(e.throw(&crate::tree::DomError::syntax(message)));
                }
            }
        }
    ),
    get!(c"isContentEditable", element, |e, n| {
        let tree = e.tree();
        let nearest = tree
            .ancestors(n)
            .find_map(|node| tree.attribute(node, "contenteditable"));
        matches!(nearest, Some("" | "true" | "plaintext-only"))
    }),
    attr!(
        c"innerText",
        element,
        |e, n| inner_text(&e.tree(), n),
        |e, n, to| {
            let text = text_or_null(&to)?;
            let fragment = set_inner_text(e, n, &text);
            e.tree_mut().replace_all(n, Some(fragment));
            e.discard(fragment);
        }
    ),
    attr!(
        c"outerText",
        element,
        |e, n| inner_text(&e.tree(), n),
        |e, n, to| {
            let text = text_or_null(&to)?;
            set_outer_text(e, n, &text)
        }
    ),
    get!(c"dataset", element, |e, n| attr::dataset(e, n)),
    attr!(c"style", element, |e, n| css::style(e, n), |e, n, to| {
        let to = to.to_text()?;
        let text = crate::declarations::serialize(&crate::declarations::parse(&to));
        e.tree_mut().set_attribute(n, "style", &text);
    }),
    op!(c"attachInternals", 0, element, |e, n, _call| {
        super::custom::internals::attach(e, n)
    }),
    op!(c"click", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "click",
        &[call.this()]
    )),
    op!(c"focus", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "focus",
        &[call.this()]
    )),
    op!(c"blur", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "blur",
        &[call.this()]
    )),
    op!(c"showPopover", 0, element, |_e, _n, _call| {}),
    op!(c"hidePopover", 0, element, |_e, _n, _call| {}),
    // No layout: nothing has a box.
    get!(c"offsetParent", element, |e, _n| e.cx.null()),
    get!(c"offsetTop", element, |_e, _n| 0),
    get!(c"offsetLeft", element, |_e, _n| 0),
    get!(c"offsetWidth", element, |_e, _n| 0),
    get!(c"offsetHeight", element, |_e, _n| 0),
];

/// What SVG and MathML elements share with those of HTML.
pub(super) static SVG: &[Member] = &[
    get!(c"dataset", element, |e, n| attr::dataset(e, n)),
    attr!(c"style", element, |e, n| css::style(e, n), |e, n, to| {
        let to = to.to_text()?;
        e.tree_mut().set_attribute(n, "style", &to);
    }),
    reflect_number!(c"tabIndex", "tabindex", 0),
    op!(c"focus", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "focus",
        &[call.this()]
    )),
    op!(c"blur", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "blur",
        &[call.this()]
    )),
    get!(c"ownerSVGElement", element, |e, n| {
        let tree = e.tree();
        tree.ancestors(n).skip(1).find(|node| {
            tree.name(*node)
                .is_some_and(|name| name.ns == html5ever::ns!(svg) && &*name.local == "svg")
        })
    }),
];

/// Set an attribute to a `DOMString?`: null removes it.
pub(in crate::js) fn set_or_remove(
    env: Env<'_>,
    id: NodeId,
    attribute: &str,
    to: &Value<'_>,
) -> JsResult<()> {
    let to = super::convert::nullable_text(to)?;
    let mut tree = env.tree_mut();
    match to {
        Some(to) => tree.set_attribute(id, attribute, &to),
        None => drop(tree.remove_attribute(id, attribute)),
    }
    Ok(())
}

fn truth(value: &Value<'_>) -> &'static str {
    if value.truthy() { "true" } else { "false" }
}

fn tab_index(tree: &Tree, id: NodeId) -> i32 {
    let own = super::convert::parse_integer(tree.attribute(id, "tabindex"));
    own.unwrap_or_else(|| {
        let focusable = ["button", "input", "select", "textarea", "iframe", "summary"]
            .iter()
            .any(|name| tree.is_html_named(id, name))
            || (tree.is_html_named(id, "a") && tree.attribute(id, "href").is_some());
        if focusable { 0 } else { -1 }
    })
}

fn set_outer_text(env: Env<'_>, id: NodeId, text: &str) -> JsResult<()> {
    let Some(parent) = env.tree().parent(id) else {
        let message = "the element has no parent";
        let error = crate::tree::DomError::new("NoModificationAllowedError", message);
        return Err(env.throw(&error));
    };
    let fragment = set_inner_text(env, id, text);
    let replaced = {
        let mut tree = env.tree_mut();
        if tree.first_child(fragment).is_none() {
            let document = tree.document(id);
            let nothing = tree.new_text(document, "");
            tree.link(fragment, nothing, None);
        }
        let (previous, next) = (tree.previous(id), tree.next(id));
        let replaced = tree.replace(parent, fragment, id);
        if let Some(last) = next.and_then(|next| tree.previous(next)) {
            merge_with_next(&mut tree, last);
        }
        if let Some(previous) = previous {
            merge_with_next(&mut tree, previous);
        }
        replaced
    };
    env.discard(fragment);
    replaced.map_err(|error| env.throw(&error))
}

/// "Merge with the next text node".
fn merge_with_next(tree: &mut Tree, id: NodeId) {
    let next = tree.next(id).filter(|next| tree.is_text(*next));
    if let (true, Some(next)) = (tree.is_text(id), next) {
        let whole = [id, next].map(|one| tree.character_data(one).unwrap_or("").to_owned());
        tree.set_character_data(id, &whole.concat());
        tree.remove(next);
    }
}
