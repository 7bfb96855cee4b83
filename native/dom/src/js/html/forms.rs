//! Forms and what belongs to them but controls: HTML, 4.10.

use quickbeam_engine::{JsResult, Member, Value};

use super::super::collection::{self, Query};
use super::super::dom::{Env, held};
use super::super::interfaces::Interface;
use super::super::natives::call_module;
use super::ACTIVATION;
use crate::forms;
use crate::tree::{NodeId, Tree};

pub(in crate::js) static FORM: &[Member] = &[
    reflect!(c"acceptCharset", "accept-charset"),
    reflect_url!(c"action", "action"),
    reflect_enum!(c"autocomplete", "autocomplete", "on", "on", ["on", "off"]),
    reflect_enum!(
        c"enctype",
        "enctype",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded",
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain"
        ]
    ),
    reflect_enum!(
        c"encoding",
        "enctype",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded",
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain"
        ]
    ),
    reflect_enum!(c"method", "method", "get", "get", ["get", "post", "dialog"]),
    reflect!(c"name", "name"),
    reflect_bool!(c"noValidate", "novalidate"),
    reflect!(c"target", "target"),
    reflect!(c"rel", "rel"),
    get!(c"elements", element, |e, n| collection::live(
        e,
        n,
        held::ELEMENTS,
        Interface::HtmlFormControlsCollection,
        Query::Elements
    )),
    get!(
        c"length",
        element,
        |e, n| forms::elements(&e.tree(), n).len() as u32
    ),
    op!(c"submit", 0, element, |_e, _n, _call| {}),
    op!(c"requestSubmit", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "requestSubmit",
        &[call.this(), call.argument(0)]
    )),
    op!(c"reset", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "reset",
        &[call.this()]
    )),
    op!(c"checkValidity", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "checkForm",
        &[call.this()]
    )),
    op!(c"reportValidity", 0, element, |e, _n, call| call_module(
        e,
        ACTIVATION,
        "checkForm",
        &[call.this()]
    )),
];

pub(in crate::js) static FIELD_SET: &[Member] = &[
    reflect_bool!(c"disabled", "disabled"),
    get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
    reflect!(c"name", "name"),
    get!(c"type", element, |_e, _n| "fieldset"),
    get!(c"elements", element, |e, n| collection::live(
        e,
        n,
        held::ELEMENTS,
        Interface::HtmlCollection,
        Query::Elements
    )),
];

pub(in crate::js) static LEGEND: &[Member] = &[
    get!(c"form", element, |e, n| {
        let tree = e.tree();
        let fieldset = tree
            .parent(n)
            .filter(|parent| tree.is_html_named(*parent, "fieldset"));
        fieldset.and_then(|fieldset| forms::form_owner(&tree, fieldset))
    }),
    reflect!(c"align", "align"),
];

pub(in crate::js) static LABEL: &[Member] = &[
    get!(c"form", element, |e, n| {
        let tree = e.tree();
        labeled_control(&tree, n).and_then(|control| forms::form_owner(&tree, control))
    }),
    reflect!(c"htmlFor", "for"),
    get!(c"control", element, |e, n| labeled_control(&e.tree(), n)),
];

pub(in crate::js) static DATA_LIST: &[Member] = &[get!(c"options", element, |e, n| {
    collection::live(
        e,
        n,
        held::OPTIONS,
        Interface::HtmlCollection,
        Query::Options,
    )
})];

pub(in crate::js) static OUTPUT: &[Member] = &[
    get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
    reflect!(c"name", "name"),
    get!(c"type", element, |_e, _n| "output"),
    attr!(
        c"value",
        element,
        |e, n| e.tree().descendant_text(n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_text_content(n, &to);
        }
    ),
    get!(c"labels", element, |e, n| labels(e, n)),
];

/// A number attribute with a default, at least zero.
macro_rules! reflect_double {
    ($name:literal, $attribute:literal, $default:expr) => {
        attr!(
            $name,
            element,
            |e, n| {
                let value = e
                    .tree()
                    .attribute(n, $attribute)
                    .and_then(|text| text.parse().ok());
                value
                    .filter(|value: &f64| value.is_finite())
                    .unwrap_or($default)
            },
            |e, n, to| {
                to.to_number()?;
                let to = to.to_text()?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

pub(in crate::js) static PROGRESS: &[Member] = &[
    reflect_double!(c"value", "value", 0.0),
    reflect_double!(c"max", "max", 1.0),
    get!(c"position", element, |e, n| {
        let tree = e.tree();
        let read = |name, otherwise: f64| {
            tree.attribute(n, name)
                .and_then(|text| text.parse().ok())
                .unwrap_or(otherwise)
        };
        match tree.attribute(n, "value") {
            Some(_) => read("value", 0.0) / read("max", 1.0),
            None => -1.0,
        }
    }),
    get!(c"labels", element, |e, n| labels(e, n)),
];

pub(in crate::js) static METER: &[Member] = &[
    reflect_double!(c"value", "value", 0.0),
    reflect_double!(c"min", "min", 0.0),
    reflect_double!(c"max", "max", 1.0),
    reflect_double!(c"low", "low", 0.0),
    reflect_double!(c"high", "high", 1.0),
    reflect_double!(c"optimum", "optimum", 0.5),
    get!(c"labels", element, |e, n| labels(e, n)),
];

/// HTML, "labelable element".
fn is_labelable(tree: &Tree, id: NodeId) -> bool {
    tree.element(id).is_some_and(|element| {
        element.is_html()
            && match &*element.name.local {
                "button" | "meter" | "output" | "progress" | "select" | "textarea" => true,
                "input" => forms::input_type(tree, id) != "hidden",
                _ => false,
            }
    })
}

/// "Labeled control" of a label.
pub(in crate::js) fn labeled_control(tree: &Tree, label: NodeId) -> Option<NodeId> {
    if !tree.is_html_named(label, "label") {
        return None;
    }
    match tree.attribute(label, "for") {
        Some(id) => tree
            .by_id(tree.root(label), id)
            .filter(|control| is_labelable(tree, *control)),
        None => tree
            .descendants(label)
            .find(|control| is_labelable(tree, *control)),
    }
}

/// `labels` of a control: null of a hidden input.
pub(super) fn labels<'a>(env: Env<'a>, control: NodeId) -> JsResult<Value<'a>> {
    if !is_labelable(&env.tree(), control) {
        return Ok(env.cx.null());
    }
    collection::live_by(env, control, Interface::NodeList, Query::Labels)
}
