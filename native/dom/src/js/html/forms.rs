//! Forms and what belongs to them but controls: HTML, 4.10.

use quickbeam_engine::{JsResult, Member, Value};

use super::super::collection::{self, Query};
use super::super::convert::type_error;
use super::super::dom::{Env, held};
use super::super::interfaces::Interface;
use super::super::natives::call_module;
use super::super::token_list;
use super::ACTIVATION;
use crate::forms;
use crate::tree::{NodeId, Tree};

pub(in crate::js) static FORM: &[Member] = &[
    reflect!(c"acceptCharset", "accept-charset"),
    reflect_action!(c"action", "action"),
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
    attr!(
        c"htmlFor",
        element,
        |e, n| token_list::list(e, n, held::OWNER, "for"),
        |e, n, to| token_list::replace(e, n, "for", &to)
    ),
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

/// A number of a `meter`.
macro_rules! gauge {
    ($name:literal, $attribute:literal, $read:expr) => {
        attr!(
            $name,
            element,
            |e, n| {
                let read: fn(Gauge) -> f64 = $read;
                read(gauge(&e.tree(), n))
            },
            |e, n, to| {
                let to = finite(e, &to)?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

/// A `double`, as text.
fn finite<'a>(env: Env<'a>, value: &Value<'a>) -> JsResult<String> {
    let number = value.to_number()?;
    if !number.is_finite() {
        return Err(type_error(env.cx, "a finite number is expected"));
    }
    env.cx.number(number).to_text()
}

pub(in crate::js) static PROGRESS: &[Member] = &[
    attr!(
        c"value",
        element,
        |e, n| progress(&e.tree(), n).0,
        |e, n, to| {
            let to = finite(e, &to)?;
            e.tree_mut().set_attribute(n, "value", &to);
        }
    ),
    attr!(
        c"max",
        element,
        |e, n| progress(&e.tree(), n).1,
        |e, n, to| {
            let number = to.to_number()?;
            let to = finite(e, &to)?;
            if number > 0.0 {
                e.tree_mut().set_attribute(n, "max", &to);
            }
        }
    ),
    get!(c"position", element, |e, n| {
        let tree = e.tree();
        match tree.attribute(n, "value") {
            Some(_) => {
                let (value, max) = progress(&tree, n);
                value / max
            }
            None => -1.0,
        }
    }),
    get!(c"labels", element, |e, n| labels(e, n)),
];

pub(in crate::js) static METER: &[Member] = &[
    gauge!(c"value", "value", |gauge| gauge.value),
    gauge!(c"min", "min", |gauge| gauge.min),
    gauge!(c"max", "max", |gauge| gauge.max),
    gauge!(c"low", "low", |gauge| gauge.low),
    gauge!(c"high", "high", |gauge| gauge.high),
    gauge!(c"optimum", "optimum", |gauge| gauge.optimum),
    get!(c"labels", element, |e, n| labels(e, n)),
];

/// The value and the most of a `progress`.
fn progress(tree: &Tree, id: NodeId) -> (f64, f64) {
    let read = |name| forms::parse_float(tree.attribute(id, name));
    let max = read("max").filter(|max| *max > 0.0).unwrap_or(1.0);
    (read("value").unwrap_or(0.0).clamp(0.0, max), max)
}

/// The six numbers of a `meter` (HTML, 4.10.14): each lies within the others.
struct Gauge {
    value: f64,
    min: f64,
    max: f64,
    low: f64,
    high: f64,
    optimum: f64,
}

fn gauge(tree: &Tree, id: NodeId) -> Gauge {
    let read = |name| forms::parse_float(tree.attribute(id, name));
    let min = read("min").unwrap_or(0.0);
    let max = read("max").unwrap_or(1.0).max(min);
    let within = |name, otherwise: f64| read(name).unwrap_or(otherwise).clamp(min, max);
    let low = within("low", min);
    Gauge {
        value: within("value", 0.0),
        min,
        max,
        low,
        high: within("high", max).max(low),
        optimum: within("optimum", f64::midpoint(min, max)),
    }
}

/// HTML, "labelable element".
fn is_labelable(tree: &Tree, id: NodeId) -> bool {
    tree.element(id).is_some_and(|element| {
        element.is_html()
            && match &*element.name.local {
                "button" | "meter" | "output" | "progress" | "select" | "textarea" => true,
                "input" => forms::input_type(tree, id) != "hidden",
                _ => false,
            }
    }) || tree.is_form_associated(id)
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
pub(in crate::js) fn labels<'a>(env: Env<'a>, control: NodeId) -> JsResult<Value<'a>> {
    if !is_labelable(&env.tree(), control) {
        return Ok(env.cx.null());
    }
    collection::live_by(env, control, Interface::NodeList, Query::Labels)
}
