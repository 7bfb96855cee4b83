//! `input`, `textarea` and `button`: HTML, 4.10.5, 4.10.6 and 4.10.11.

use quickbeam_engine::{Call, JsResult, Member, ObjectKind, Thrown, Value};

use super::super::convert::{self, text_or_null, type_error};
use super::super::dom::Env;
use super::forms::labels;
use crate::forms::{self, ValueMode, value_mode};
use crate::tree::{DomError, NodeId, Tree, utf16_length};
use crate::{form_dates, validity};

pub(in crate::js) static INPUT: &[Member] = &[
    reflect!(c"accept", "accept"),
    reflect!(c"alt", "alt"),
    reflect!(c"autocomplete", "autocomplete"),
    reflect!(c"dirName", "dirname"),
    reflect_bool!(c"disabled", "disabled"),
    get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
    reflect_unsigned!(c"height", "height", 0),
    reflect_unsigned!(c"width", "width", 0),
    get!(c"list", element, |e, n| {
        let tree = e.tree();
        let list = tree.attribute(n, "list");
        list.and_then(|id| tree.by_id(tree.root(n), id))
            .filter(|list| tree.is_html_named(*list, "datalist"))
    }),
    reflect!(c"max", "max"),
    reflect_length!(c"maxLength", "maxlength"),
    reflect!(c"min", "min"),
    reflect_length!(c"minLength", "minlength"),
    reflect_bool!(c"multiple", "multiple"),
    reflect!(c"name", "name"),
    reflect!(c"pattern", "pattern"),
    reflect!(c"placeholder", "placeholder"),
    reflect_bool!(c"readOnly", "readonly"),
    reflect_bool!(c"required", "required"),
    reflect_unsigned!(
        c"size",
        "size",
        20,
        |value| if value == 0 { 20 } else { value },
        0
    ),
    reflect_url!(c"src", "src"),
    reflect!(c"step", "step"),
    reflect!(c"useMap", "usemap"),
    reflect!(c"align", "align"),
    attr!(
        c"type",
        element,
        |e, n| forms::input_type(&e.tree(), n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_attribute(n, "type", &to);
        }
    ),
    reflect!(c"defaultValue", "value"),
    reflect_bool!(c"defaultChecked", "checked"),
    attr!(
        c"value",
        element,
        |e, n| forms::value(&e.tree(), n),
        |e, n, to| {
            let to = text_or_null(&to)?;
            let filename = value_mode(&e.tree(), n) == ValueMode::Filename;
            if filename && !to.is_empty() {
                let message = "files cannot be chosen by a script";
                return Err(e.throw(&DomError::invalid_state(message)));
            }
            forms::set_value(&mut e.tree_mut(), n, &to);
        }
    ),
    attr!(
        c"checked",
        element,
        |e, n| forms::is_checked(&e.tree(), n),
        |e, n, to| forms::set_checked(&mut e.tree_mut(), n, to.truthy())
    ),
    attr!(
        c"indeterminate",
        element,
        |e, n| {
            let tree = e.tree();
            tree.extra(n)
                .and_then(|extra| extra.form.as_ref())
                .is_some_and(|form| form.indeterminate)
        },
        |e, n, to| {
            let to = to.truthy();
            forms::update(&mut e.tree_mut(), n, |state| state.indeterminate = to);
        }
    ),
    attr!(
        c"valueAsNumber",
        element,
        |e, n| value_as_number(&e.tree(), n),
        |e, n, to| set_value_as_number(e, n, &to)
    ),
    attr!(
        c"valueAsDate",
        element,
        |e, n| value_as_date(e, n),
        |e, n, to| set_value_as_date(e, n, &to)
    ),
    op!(c"stepUp", 0, element, |e, n, call| step(e, n, call, 1.0)),
    op!(c"stepDown", 0, element, |e, n, call| step(e, n, call, -1.0)),
    op!(c"showPicker", 0, element, |_e, _n, _call| {}),
    get!(c"files", element, |e, n| {
        match value_mode(&e.tree(), n) {
            ValueMode::Filename => e.dom.hooks.module(e.cx, "file_list.js")?.get("noFiles")?,
            _ => e.cx.null(),
        }
    }),
    get!(c"labels", element, |e, n| labels(e, n)),
];

pub(in crate::js) static TEXT_AREA: &[Member] = &[
    reflect!(c"autocomplete", "autocomplete"),
    reflect_positive!(c"cols", "cols", 20),
    reflect!(c"dirName", "dirname"),
    reflect_bool!(c"disabled", "disabled"),
    get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
    reflect_length!(c"maxLength", "maxlength"),
    reflect_length!(c"minLength", "minlength"),
    reflect!(c"name", "name"),
    reflect!(c"placeholder", "placeholder"),
    reflect_bool!(c"readOnly", "readonly"),
    reflect_bool!(c"required", "required"),
    reflect_positive!(c"rows", "rows", 2),
    reflect!(c"wrap", "wrap"),
    get!(c"type", element, |_e, _n| "textarea"),
    attr!(
        c"defaultValue",
        element,
        |e, n| e.tree().child_text(n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_text_content(n, &to);
        }
    ),
    attr!(
        c"value",
        element,
        |e, n| forms::value(&e.tree(), n),
        |e, n, to| {
            let to = text_or_null(&to)?;
            forms::set_value(&mut e.tree_mut(), n, &to);
        }
    ),
    get!(c"textLength", element, |e, n| utf16_length(&forms::value(
        &e.tree(),
        n
    ))),
    get!(c"labels", element, |e, n| labels(e, n)),
];

/// What a button says of the submission by it, in place of its form: HTML, 4.10.19.6.
pub(in crate::js) static SUBMITTER: &[Member] = &[
    reflect_action!(c"formAction", "formaction"),
    reflect_enum!(
        c"formEnctype",
        "formenctype",
        "",
        "application/x-www-form-urlencoded",
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain"
        ]
    ),
    reflect_enum!(
        c"formMethod",
        "formmethod",
        "",
        "get",
        ["get", "post", "dialog"]
    ),
    reflect_bool!(c"formNoValidate", "formnovalidate"),
    reflect!(c"formTarget", "formtarget"),
];

pub(in crate::js) static BUTTON: &[Member] = &[
    reflect_bool!(c"disabled", "disabled"),
    get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
    reflect!(c"name", "name"),
    reflect_enum!(
        c"type",
        "type",
        "submit",
        "submit",
        ["submit", "reset", "button"]
    ),
    reflect!(c"value", "value"),
    get!(c"labels", element, |e, n| labels(e, n)),
];

// ---- values ----------------------------------------------------------------

fn no_number(env: Env<'_>) -> Thrown {
    let message = "the value of this input is no number";
    env.throw(&DomError::invalid_state(message))
}

/// The type of an input whose value stands for a number.
fn numeric(env: Env<'_>, id: NodeId) -> Option<&'static str> {
    let kind = forms::input_type(&env.tree(), id);
    let is = matches!(
        kind,
        "number" | "range" | "date" | "month" | "week" | "time" | "datetime-local"
    );
    is.then_some(kind)
}

fn value_as_number(tree: &Tree, id: NodeId) -> f64 {
    let kind = forms::input_type(tree, id);
    validity::to_number(kind, &forms::value(tree, id)).unwrap_or(f64::NAN)
}

/// Set the value to what a number stands for; NaN is the empty string.
fn put_number(env: Env<'_>, id: NodeId, kind: &str, number: f64) -> JsResult<()> {
    let value = match kind {
        _ if number.is_nan() => String::new(),
        "number" | "range" => env.cx.number(number).to_text()?,
        _ => form_dates::from_number(kind, number),
    };
    forms::set_value(&mut env.tree_mut(), id, &value);
    Ok(())
}

fn set_value_as_number<'a>(env: Env<'a>, id: NodeId, to: &Value<'a>) -> JsResult<()> {
    let to = to.to_number()?;
    if to.is_infinite() {
        return Err(type_error(
            env.cx,
            "valueAsNumber: a finite number is expected",
        ));
    }
    let kind = numeric(env, id).ok_or_else(|| no_number(env))?;
    put_number(env, id, kind, to)
}

/// The type of an input whose value stands for a Date.
fn dated(env: Env<'_>, id: NodeId) -> Option<&'static str> {
    numeric(env, id).filter(|kind| matches!(*kind, "date" | "month" | "week" | "time"))
}

fn value_as_date(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    let Some(kind) = dated(env, id) else {
        return Ok(env.cx.null());
    };
    let number = value_as_number(&env.tree(), id);
    match kind {
        _ if number.is_nan() => Ok(env.cx.null()),
        "month" => env.cx.date(form_dates::month_to_time(number)),
        _ => env.cx.date(number),
    }
}

fn set_value_as_date<'a>(env: Env<'a>, id: NodeId, to: &Value<'a>) -> JsResult<()> {
    let time = match to.is_nullish() {
        true => f64::NAN,
        false if to.object_kind() == ObjectKind::Date => to.object_data().to_number()?,
        false => {
            return Err(type_error(
                env.cx,
                "valueAsDate: a Date or null is expected",
            ));
        }
    };
    let Some(kind) = dated(env, id) else {
        let message = "the value of this input is no date";
        return Err(env.throw(&DomError::invalid_state(message)));
    };
    let number = match kind {
        "month" => form_dates::time_to_month(time),
        _ => time,
    };
    put_number(env, id, kind, number)
}

/// `stepUp` and `stepDown`: HTML, 4.10.5.4.
fn step<'a>(env: Env<'a>, id: NodeId, call: &Call<'a>, sign: f64) -> JsResult<()> {
    let count = match call.argument(0) {
        count if count.is_undefined() => 1,
        count => convert::long(&count)?,
    };
    let kind = numeric(env, id).ok_or_else(|| no_number(env))?;
    let (before, step, base, (min, max)) = {
        let tree = env.tree();
        (
            validity::to_number(kind, &forms::value(&tree, id)).unwrap_or(0.0),
            validity::step(&tree, id, kind),
            validity::step_base(&tree, id, kind),
            validity::bounds(&tree, id, kind),
        )
    };
    let Some(step) = step else {
        let message = "this input has no steps";
        return Err(env.throw(&DomError::invalid_state(message)));
    };
    // The nearest step at or above, or at or below; a float's dust is none.
    let up = |value: f64| base + ((value - base) / step - forms::FLOAT).ceil() * step;
    let down = |value: f64| base + ((value - base) / step + forms::FLOAT).floor() * step;
    let (lowest, highest) = (min.map(up), max.map(down));
    if matches!((lowest, highest), (Some(low), Some(high)) if low > high) {
        return Ok(());
    }
    let steps = (before - base) / step;
    let aligned = (steps - steps.round()).abs() <= forms::FLOAT * steps.abs().max(1.0);
    let mut value = match aligned {
        true => base + (steps.round() + sign * f64::from(count)) * step,
        false if sign > 0.0 => up(before),
        false => down(before),
    };
    value = lowest.map_or(value, |low| value.max(low));
    value = highest.map_or(value, |high| value.min(high));
    // Bounds do not send it the other way.
    if (value - before) * sign * f64::from(count.signum()) < 0.0 && count != 0 {
        return Ok(());
    }
    put_number(env, id, kind, tidy(value))
}

/// Without the dust of floating-point steps.
fn tidy(value: f64) -> f64 {
    format!("{value:.12}").parse().unwrap_or(value)
}
