//! `input`, `textarea` and `button`: HTML, 4.10.5, 4.10.6 and 4.10.11.

use quickbeam_engine::{Call, JsResult, Kind, Member, Value};

use super::super::convert::{self, text, text_or_null, unsigned_long};
use super::super::dom::Env;
use super::forms::labels;
use crate::forms::{self, Validity, ValueMode, value_mode};
use crate::tree::{DomError, NodeId, Tree, utf16_length};

/// Constraint validation, which all controls have: six members.
macro_rules! validation {
    () => {
        [
            get!(
                c"willValidate",
                element,
                |e, n| crate::forms::will_validate(&e.tree(), n)
            ),
            get!(c"validity", element, |e, n| {
                $crate::js::html::controls::validity_object(e, n)
            }),
            get!(c"validationMessage", element, |e, n| {
                $crate::js::html::controls::message(&e.tree(), n)
            }),
            op!(c"checkValidity", 0, element, |e, _n, call| {
                $crate::js::natives::call_module(
                    e,
                    $crate::js::html::ACTIVATION,
                    "checkControl",
                    &[call.this()],
                )
            }),
            op!(c"reportValidity", 0, element, |e, _n, call| {
                $crate::js::natives::call_module(
                    e,
                    $crate::js::html::ACTIVATION,
                    "checkControl",
                    &[call.this()],
                )
            }),
            op!(c"setCustomValidity", 1, element, |e, n, call| {
                let message = $crate::js::convert::text(call, 0)?;
                crate::forms::update(&mut e.tree_mut(), n, |state| {
                    state.custom_validity = message.into();
                });
            }),
        ]
    };
}
pub(super) use validation;

/// The text that is selected: members of `input` and `textarea`.
macro_rules! selection {
    () => {
        [
            op!(c"select", 0, element, |e, n, _call| {
                let mut tree = e.tree_mut();
                let end = utf16_length(&forms::value(&tree, n));
                forms::update(&mut tree, n, |state| state.selection = Some((0, end)));
            }),
            attr!(
                c"selectionStart",
                element,
                |e, n| selected(&e.tree(), n).map(|(start, _)| start),
                |e, n, to| {
                    let to = unsigned_long(&to)?;
                    select(e, n, |(_, end)| (to, end.max(to)))
                }
            ),
            attr!(
                c"selectionEnd",
                element,
                |e, n| selected(&e.tree(), n).map(|(_, end)| end),
                |e, n, to| {
                    let to = unsigned_long(&to)?;
                    select(e, n, |(start, _)| (start.min(to), to))
                }
            ),
            attr!(
                c"selectionDirection",
                element,
                |e, n| selected(&e.tree(), n).map(|_| direction(&e.tree(), n)),
                |e, n, to| {
                    let to = to.to_text()?;
                    set_direction(e, n, &to);
                }
            ),
            op!(c"setSelectionRange", 2, element, |e, n, call| {
                let start = unsigned_long(&call.argument(0))?;
                let end = unsigned_long(&call.argument(1))?;
                let to = match call.argument(2) {
                    to if to.is_undefined() => "none".to_owned(),
                    to => to.to_text()?,
                };
                select(e, n, |_| (start.min(end), end))?;
                set_direction(e, n, &to);
            }),
            op!(c"setRangeText", 1, element, |e, n, call| set_range_text(
                e, n, call
            )),
        ]
    };
}

const VALIDATION: [Member; 6] = validation!();
const SELECTION: [Member; 6] = selection!();

pub(in crate::js) static INPUT: &[Member] = &{
    let [will_validate, validity, message, check, report, set_custom] = VALIDATION;
    let [select_all, start, end, direction, range, range_text] = SELECTION;
    [
        will_validate,
        validity,
        message,
        check,
        report,
        set_custom,
        select_all,
        start,
        end,
        direction,
        range,
        range_text,
        reflect!(c"accept", "accept"),
        reflect!(c"alt", "alt"),
        reflect!(c"autocomplete", "autocomplete"),
        reflect!(c"dirName", "dirname"),
        reflect_bool!(c"disabled", "disabled"),
        get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
        reflect_url!(c"formAction", "formaction"),
        reflect!(c"formEnctype", "formenctype"),
        reflect!(c"formMethod", "formmethod"),
        reflect_bool!(c"formNoValidate", "formnovalidate"),
        reflect!(c"formTarget", "formtarget"),
        reflect_number!(c"height", "height", 0),
        reflect_number!(c"width", "width", 0),
        get!(c"list", element, |e, n| {
            let tree = e.tree();
            let list = tree.attribute(n, "list");
            list.and_then(|id| tree.by_id(tree.root(n), id))
                .filter(|list| tree.is_html_named(*list, "datalist"))
        }),
        reflect!(c"max", "max"),
        reflect_number!(c"maxLength", "maxlength", -1),
        reflect!(c"min", "min"),
        reflect_number!(c"minLength", "minlength", -1),
        reflect_bool!(c"multiple", "multiple"),
        reflect!(c"name", "name"),
        reflect!(c"pattern", "pattern"),
        reflect!(c"placeholder", "placeholder"),
        reflect_bool!(c"readOnly", "readonly"),
        reflect_bool!(c"required", "required"),
        reflect_number!(c"size", "size", 20),
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
            |e, n, to| {
                let to = to.to_number()?;
                let kind = forms::input_type(&e.tree(), n);
                if !matches!(kind, "number" | "range") {
                    let message = "the value of this input is no number";
                    return Err(e.throw(&DomError::invalid_state(message)));
                }
                let to = match to.is_finite() {
                    true => e.cx.number(to).to_text()?,
                    false => String::new(),
                };
                forms::set_value(&mut e.tree_mut(), n, &to);
            }
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
    ]
};

pub(in crate::js) static TEXT_AREA: &[Member] = &{
    let [will_validate, validity, message, check, report, set_custom] = VALIDATION;
    let [select_all, start, end, direction, range, range_text] = SELECTION;
    [
        will_validate,
        validity,
        message,
        check,
        report,
        set_custom,
        select_all,
        start,
        end,
        direction,
        range,
        range_text,
        reflect!(c"autocomplete", "autocomplete"),
        reflect_number!(c"cols", "cols", 20),
        reflect!(c"dirName", "dirname"),
        reflect_bool!(c"disabled", "disabled"),
        get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
        reflect_number!(c"maxLength", "maxlength", -1),
        reflect_number!(c"minLength", "minlength", -1),
        reflect!(c"name", "name"),
        reflect!(c"placeholder", "placeholder"),
        reflect_bool!(c"readOnly", "readonly"),
        reflect_bool!(c"required", "required"),
        reflect_number!(c"rows", "rows", 2),
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
    ]
};

pub(in crate::js) static BUTTON: &[Member] = &{
    let [will_validate, validity, message, check, report, set_custom] = VALIDATION;
    [
        will_validate,
        validity,
        message,
        check,
        report,
        set_custom,
        reflect_bool!(c"disabled", "disabled"),
        get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
        reflect_url!(c"formAction", "formaction"),
        reflect!(c"formEnctype", "formenctype"),
        reflect!(c"formMethod", "formmethod"),
        reflect_bool!(c"formNoValidate", "formnovalidate"),
        reflect!(c"formTarget", "formtarget"),
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
    ]
};

// ---- values ----------------------------------------------------------------

fn value_as_number(tree: &Tree, id: NodeId) -> f64 {
    match forms::input_type(tree, id) {
        "number" | "range" => forms::value(tree, id).parse().unwrap_or(f64::NAN),
        _ => f64::NAN,
    }
}

fn step<'a>(env: Env<'a>, id: NodeId, call: &Call<'a>, sign: f64) -> JsResult<()> {
    let count = match call.argument(0) {
        count if count.is_undefined() => 1,
        count => convert::long(&count)?,
    };
    let (kind, current, step) = {
        let tree = env.tree();
        let step = tree.attribute_or_empty(id, "step").parse::<f64>();
        let step = step.ok().filter(|step| *step > 0.0).unwrap_or(1.0);
        (
            forms::input_type(&tree, id),
            value_as_number(&tree, id),
            step,
        )
    };
    if !matches!(kind, "number" | "range") {
        let message = "the value of this input is no number";
        return Err(env.throw(&DomError::invalid_state(message)));
    }
    let current = if current.is_nan() { 0.0 } else { current };
    let new = env
        .cx
        .number(current + sign * step * f64::from(count))
        .to_text()?;
    forms::set_value(&mut env.tree_mut(), id, &new);
    Ok(())
}

// ---- selection of text -----------------------------------------------------

fn selected(tree: &Tree, id: NodeId) -> Option<(u32, u32)> {
    let applies = tree.is_html_named(id, "textarea")
        || matches!(
            forms::input_type(tree, id),
            "text" | "search" | "url" | "tel" | "password"
        );
    if !applies {
        return None;
    }
    let length = utf16_length(&forms::value(tree, id));
    let form = tree.extra(id).and_then(|extra| extra.form.as_ref());
    let (start, end) = form.and_then(|form| form.selection).unwrap_or((0, 0));
    Some((start.min(length), end.min(length)))
}

fn select(env: Env<'_>, id: NodeId, change: impl FnOnce((u32, u32)) -> (u32, u32)) -> JsResult<()> {
    let before = selected(&env.tree(), id);
    let Some(before) = before else {
        let message = "this input has no selection";
        return Err(env.throw(&DomError::invalid_state(message)));
    };
    let (start, end) = change(before);
    forms::update(&mut env.tree_mut(), id, |state| {
        state.selection = Some((start.min(end), end));
    });
    Ok(())
}

const DIRECTIONS: [&str; 3] = ["none", "forward", "backward"];

fn direction(tree: &Tree, id: NodeId) -> &'static str {
    let form = tree.extra(id).and_then(|extra| extra.form.as_ref());
    let direction = form.map_or(0, |form| form.selection_direction);
    DIRECTIONS[usize::from(direction)]
}

fn set_direction(env: Env<'_>, id: NodeId, to: &str) {
    let direction = DIRECTIONS.iter().position(|one| *one == to).unwrap_or(0);
    forms::update(&mut env.tree_mut(), id, |state| {
        state.selection_direction = direction as u8;
    });
}

/// `setRangeText(replacement, start, end, mode)`.
fn set_range_text<'a>(env: Env<'a>, id: NodeId, call: &Call<'a>) -> JsResult<()> {
    let replacement = text(call, 0)?;
    let Some((from, to)) = selected(&env.tree(), id) else {
        let message = "this input has no selection";
        return Err(env.throw(&DomError::invalid_state(message)));
    };
    let (start, end) = match call.len() {
        0 | 1 => (from, to),
        _ => (
            unsigned_long(&call.argument(1))?,
            unsigned_long(&call.argument(2))?,
        ),
    };
    if start > end {
        let message = format!("the start {start} is past the end {end}");
        return Err(env.throw(&DomError::index_size(message)));
    }
    let mode = match call.argument(3) {
        mode if mode.kind() == Kind::Undefined => "preserve".to_owned(),
        mode => mode.to_text()?,
    };
    let mut tree = env.tree_mut();
    let value: Vec<u16> = forms::value(&tree, id).encode_utf16().collect();
    let length = value.len() as u32;
    let (start, end) = (start.min(length), end.min(length));
    let new: Vec<u16> = replacement.encode_utf16().collect();
    let mut whole = value[..start as usize].to_vec();
    whole.extend(&new);
    whole.extend(&value[end as usize..]);
    forms::set_value(&mut tree, id, &String::from_utf16_lossy(&whole));
    let new_end = start + new.len() as u32;
    let moved = |at: u32| match () {
        () if at > end => at + new_end - end,
        () if at > start => start.max(at.min(new_end)),
        () => at,
    };
    let selection = match mode.as_str() {
        "select" => (start, new_end),
        "start" => (start, start),
        "end" => (new_end, new_end),
        _ => (moved(from), moved(to)),
    };
    forms::update(&mut tree, id, |state| state.selection = Some(selection));
    Ok(())
}

// ---- validity --------------------------------------------------------------

pub(in crate::js) fn validity_object(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    let found = forms::validity(&env.tree(), id);
    let object = env.cx.object()?;
    for (name, is) in [
        ("valueMissing", found.value_missing),
        ("typeMismatch", found.type_mismatch),
        ("patternMismatch", false),
        ("tooLong", false),
        ("tooShort", false),
        ("rangeUnderflow", found.range_underflow),
        ("rangeOverflow", found.range_overflow),
        ("stepMismatch", false),
        ("badInput", false),
        ("customError", found.custom_error),
        ("valid", found == Validity::default()),
    ] {
        object.define(name, env.cx.boolean(is))?;
    }
    Ok(object)
}

pub(in crate::js) fn message(tree: &Tree, id: NodeId) -> String {
    if forms::is_valid(tree, id) {
        return String::new();
    }
    let found = forms::validity(tree, id);
    if found.custom_error {
        let form = tree.extra(id).and_then(|extra| extra.form.as_ref());
        return form.map_or(String::new(), |form| form.custom_validity.to_string());
    }
    match () {
        () if found.value_missing => "Please fill out this field.",
        () if found.type_mismatch => "Please enter a valid value.",
        () if found.range_underflow => "The value is too small.",
        () => "The value is too large.",
    }
    .to_owned()
}
