//! The state of form controls (HTML, 4.10), as far as there is one without a
//! user.

mod options;

pub(crate) use options::*;

use crate::tree::{FormState, NodeId, Tree};
use crate::validity;

pub(crate) fn state(tree: &Tree, id: NodeId) -> Option<&FormState> {
    tree.extra(id)?.form.as_deref()
}

/// The state of a control, made where it had none.
pub(crate) fn update<R>(
    tree: &mut Tree,
    id: NodeId,
    change: impl FnOnce(&mut FormState) -> R,
) -> R {
    tree.update_extra(id, |extra| change(extra.form.get_or_insert_default()))
}

/// The type of an `input`, one of those that are known.
pub(crate) fn input_type(tree: &Tree, id: NodeId) -> &'static str {
    known_type(tree.attribute_or_empty(id, "type"))
}

fn known_type(given: &str) -> &'static str {
    const TYPES: &[&str] = &[
        "hidden",
        "text",
        "search",
        "tel",
        "url",
        "email",
        "password",
        "date",
        "month",
        "week",
        "time",
        "datetime-local",
        "number",
        "range",
        "color",
        "checkbox",
        "radio",
        "file",
        "submit",
        "image",
        "reset",
        "button",
    ];
    TYPES
        .iter()
        .find(|name| name.eq_ignore_ascii_case(given))
        .copied()
        .unwrap_or("text")
}

/// How `value` of an `input` works (HTML, 4.10.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueMode {
    Value,
    Default,
    DefaultOn,
    Filename,
}

pub(crate) fn value_mode(tree: &Tree, id: NodeId) -> ValueMode {
    mode_of(input_type(tree, id))
}

fn mode_of(kind: &str) -> ValueMode {
    match kind {
        "hidden" | "submit" | "image" | "reset" | "button" => ValueMode::Default,
        "checkbox" | "radio" => ValueMode::DefaultOn,
        "file" => ValueMode::Filename,
        _ => ValueMode::Value,
    }
}

/// "Value sanitization algorithm".
pub(crate) fn sanitize(tree: &Tree, id: NodeId, value: &str) -> String {
    let without_newlines = || value.replace(['\n', '\r'], "");
    let kind = input_type(tree, id);
    match kind {
        "email" if tree.attribute(id, "multiple").is_some() => value
            .split(',')
            .map(|one| one.trim_matches(is_space))
            .collect::<Vec<_>>()
            .join(","),
        "text" | "search" | "tel" | "password" => without_newlines(),
        "url" | "email" => without_newlines().trim_matches(is_space).to_owned(),
        "number" if !is_number(value) => String::new(),
        "range" => in_range(tree, id, value),
        "color" => {
            let lower = value.to_ascii_lowercase();
            let is_color = lower.len() == 7
                && lower.starts_with('#')
                && lower[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_color {
                lower
            } else {
                "#000000".to_owned()
            }
        }
        "date" | "month" | "week" | "time" | "datetime-local" => {
            crate::form_dates::sanitize(kind, value)
        }
        _ => value.to_owned(),
    }
}

pub(crate) fn is_space(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\x0C' | '\r' | ' ')
}

/// How far a number may be from a whole one and still be it, for its size.
pub(crate) const FLOAT: f64 = 1e-9;

/// The value of a range: within its bounds, on its steps.
fn in_range(tree: &Tree, id: NodeId, value: &str) -> String {
    let (min, max) = validity::bounds(tree, id, "range");
    let (min, max) = (min.unwrap_or(0.0), max.unwrap_or(100.0));
    let given = is_number(value).then(|| parse_float(Some(value))).flatten();
    let middle = min + (max - min) / 2.0;
    let mut number = given.unwrap_or(if max < min { min } else { middle });
    number = number.min(max).max(min);
    if let Some(step) = validity::step(tree, id, "range") {
        let base = validity::step_base(tree, id, "range");
        let steps = (number - base) / step;
        if (steps - steps.round()).abs() > FLOAT * steps.abs().max(1.0) {
            // Halves go up, but not past the end.
            number = base + (steps + 0.5).floor() * step;
            if number > max && max >= min {
                number = base + steps.floor() * step;
            }
        }
    }
    match given {
        Some(given) if given == number => value.to_owned(),
        _ => number.to_string(),
    }
}

/// HTML, "rules for parsing floating-point number values".
pub(crate) fn parse_float(text: Option<&str>) -> Option<f64> {
    let text = text?.trim_start_matches(is_space);
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let mut end = whole;
    if rest[end..].starts_with('.') {
        let fraction = digits(&rest[end + 1..]);
        if whole == 0 && fraction == 0 {
            return None;
        }
        // A point without digits after it is not of the number.
        end += if fraction == 0 { 0 } else { 1 + fraction };
    } else if whole == 0 {
        return None;
    }
    if rest[end..].starts_with(['e', 'E']) {
        let exponent = &rest[end + 1..];
        let signed = usize::from(exponent.starts_with(['-', '+']));
        let count = digits(&exponent[signed..]);
        if count > 0 {
            end += 1 + signed + count;
        }
    }
    let value: f64 = format!("{sign}{}", &rest[..end]).parse().ok()?;
    value.is_finite().then_some(value)
}

fn is_number(value: &str) -> bool {
    let starts = value.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    starts && !value.ends_with('.') && value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The value of an `input`, `textarea`, `select`, `option` or `button`.
pub(crate) fn value(tree: &Tree, id: NodeId) -> String {
    let Some(element) = tree.element(id) else {
        return String::new();
    };
    match &*element.name.local {
        "input" => {
            let attribute = tree.attribute(id, "value");
            match value_mode(tree, id) {
                ValueMode::Value => {
                    match state(tree, id).and_then(|state| state.value.as_deref()) {
                        Some(value) => value.to_owned(),
                        None => sanitize(tree, id, attribute.unwrap_or("")),
                    }
                }
                ValueMode::Default => attribute.unwrap_or("").to_owned(),
                ValueMode::DefaultOn => attribute.unwrap_or("on").to_owned(),
                ValueMode::Filename => String::new(),
            }
        }
        "textarea" => {
            let raw = match state(tree, id).and_then(|state| state.value.as_deref()) {
                Some(value) => value.to_owned(),
                None => tree.child_text(id),
            };
            raw.replace("\r\n", "\n").replace('\r', "\n")
        }
        "select" => selected_option(tree, id).map_or_else(String::new, |o| option_value(tree, o)),
        "option" => option_value(tree, id),
        _ => tree.attribute_or_empty(id, "value").to_owned(),
    }
}

/// Set the value of an `input` or `textarea` as a script does.
pub(crate) fn set_value(tree: &mut Tree, id: NodeId, value: &str) {
    if tree.is_html_named(id, "textarea") {
        put_value(tree, id, value.to_owned());
        return;
    }
    match value_mode(tree, id) {
        ValueMode::Value => {
            let value = sanitize(tree, id, value);
            put_value(tree, id, value);
        }
        ValueMode::Default | ValueMode::DefaultOn => tree.set_attribute(id, "value", value),
        ValueMode::Filename => {}
    }
}

fn put_value(tree: &mut Tree, id: NodeId, new: String) {
    let before = value(tree, id);
    update(tree, id, |state| state.value = Some(new.into()));
    let now = value(tree, id);
    if now != before {
        let end = crate::tree::utf16_length(&now);
        update(tree, id, |state| {
            state.selection = Some((end, end));
            state.selection_direction = 0;
        });
    }
}

/// The `type` of an `input` was another one: its value goes on in the new way
/// (HTML, 4.10.5, "when an input element's type attribute changes state").
pub(crate) fn type_changed(tree: &mut Tree, id: NodeId, old: Option<&str>) {
    let Some(dirty) = state(tree, id).map(|state| state.value.clone()) else {
        return;
    };
    let (was, is) = (known_type(old.unwrap_or("")), input_type(tree, id));
    if was == is {
        return;
    }
    match (mode_of(was), mode_of(is)) {
        (ValueMode::Value, ValueMode::Default | ValueMode::DefaultOn) => {
            update(tree, id, |state| state.value = None);
            if let Some(value) = dirty.filter(|value| !value.is_empty()) {
                tree.set_attribute(id, "value", &value);
            }
        }
        (ValueMode::Value, ValueMode::Value) => {
            if let Some(value) = dirty {
                let value = sanitize(tree, id, &value);
                update(tree, id, |state| state.value = Some(value.into()));
            }
        }
        _ => update(tree, id, |state| state.value = None),
    }
    if takes_selection(is) && !takes_selection(was) {
        update(tree, id, |state| {
            state.selection = Some((0, 0));
            state.selection_direction = 0;
        });
    }
}

/// Whether text in an `input` of that type can be selected by a script.
pub(crate) fn takes_selection(kind: &str) -> bool {
    matches!(kind, "text" | "search" | "url" | "tel" | "password")
}

pub(crate) fn is_checked(tree: &Tree, id: NodeId) -> bool {
    state(tree, id)
        .and_then(|state| state.checked)
        .unwrap_or_else(|| tree.attribute(id, "checked").is_some())
}

/// Set `checked`; of a radio button, the others of its group go out.
pub(crate) fn set_checked(tree: &mut Tree, id: NodeId, checked: bool) {
    update(tree, id, |state| state.checked = Some(checked));
    if !checked || input_type(tree, id) != "radio" {
        return;
    }
    for other in radio_group(tree, id) {
        if other != id {
            update(tree, other, |state| state.checked = Some(false));
        }
    }
}

/// The radio buttons of one group, itself included.
pub(crate) fn radio_group(tree: &Tree, id: NodeId) -> Vec<NodeId> {
    let name = tree.attribute_or_empty(id, "name");
    if name.is_empty() {
        return vec![id];
    }
    let owner = form_owner(tree, id);
    tree.descendants(tree.root(id))
        .filter(|node| {
            tree.is_html_named(*node, "input")
                && input_type(tree, *node) == "radio"
                && tree.attribute(*node, "name") == Some(name)
                && form_owner(tree, *node) == owner
        })
        .collect()
}

/// HTML, "listed element".
pub(crate) fn is_listed(tree: &Tree, id: NodeId) -> bool {
    tree.element(id).is_some_and(|element| {
        element.is_html()
            && matches!(
                &*element.name.local,
                "button" | "fieldset" | "input" | "object" | "output" | "select" | "textarea"
            )
    }) || tree.is_form_associated(id)
}

/// HTML, "form owner": by the `form` attribute, else the nearest form around.
pub(crate) fn form_owner(tree: &Tree, id: NodeId) -> Option<NodeId> {
    if is_listed(tree, id)
        && let Some(form) = tree.attribute(id, "form")
        && tree.is_connected(id)
    {
        return tree
            .by_id(tree.root(id), form)
            .filter(|form| tree.is_html_named(*form, "form"));
    }
    tree.ancestors(id)
        .skip(1)
        .find(|node| tree.is_html_named(*node, "form"))
}

/// The listed elements that a form owns, in tree order, without image buttons.
pub(crate) fn elements(tree: &Tree, form: NodeId) -> Vec<NodeId> {
    tree.descendants(tree.root(form))
        .filter(|node| {
            is_listed(tree, *node)
                && form_owner(tree, *node) == Some(form)
                && !(tree.is_html_named(*node, "input") && input_type(tree, *node) == "image")
        })
        .collect()
}

/// "Submittable elements" of a form that send something: image buttons, too, but
/// none that is disabled or below a `datalist`.
pub(crate) fn submittable(tree: &Tree, form: NodeId) -> Vec<NodeId> {
    let sends = |id: &NodeId| {
        (["button", "input", "select", "textarea"]
            .iter()
            .any(|name| tree.is_html_named(*id, name))
            || tree.is_form_associated(*id))
            && form_owner(tree, *id) == Some(form)
            && !crate::selectors::is_disabled(tree, *id)
            && !tree
                .ancestors(*id)
                .any(|node| tree.is_html_named(node, "datalist"))
    };
    tree.descendants(tree.root(form)).filter(sends).collect()
}

/// Put a control back to what its markup says.
pub(crate) fn reset(tree: &mut Tree, id: NodeId) {
    if tree.is_html_named(id, "select") {
        for option in options(tree, id) {
            if tree.extra(option).is_some_and(|extra| extra.form.is_some()) {
                update(tree, option, |state| state.checked = None);
            }
        }
    }
    if tree.extra(id).is_some_and(|extra| extra.form.is_some()) {
        update(tree, id, |state| {
            state.value = None;
            state.checked = None;
            state.indeterminate = false;
        });
    }
}
