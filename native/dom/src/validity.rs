//! Constraint validation: HTML, 4.10.20.

use quickbeam_url::Url;

use crate::form_dates;
use crate::forms::{
    FLOAT, input_type, is_checked, is_selected, is_space, options, parse_float, radio_group, state,
    value,
};
use crate::tree::{NodeId, Tree};

/// What is wrong with a control, of HTML's ValidityState. Too long, too short or bad
/// is only what a user typed, or what a custom element says of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Validity {
    pub value_missing: bool,
    pub type_mismatch: bool,
    pub pattern_mismatch: bool,
    pub range_underflow: bool,
    pub range_overflow: bool,
    pub step_mismatch: bool,
    pub custom_error: bool,
    pub bad_input: bool,
    pub too_long: bool,
    pub too_short: bool,
}

/// What a custom element says of itself: flags in the order of their names.
fn of_flags(flags: u16) -> Validity {
    let is = |bit: u16| flags & (1 << bit) != 0;
    Validity {
        bad_input: is(0),
        custom_error: is(1),
        pattern_mismatch: is(2),
        range_overflow: is(3),
        range_underflow: is(4),
        step_mismatch: is(5),
        too_long: is(6),
        too_short: is(7),
        type_mismatch: is(8),
        value_missing: is(9),
    }
}

/// HTML, "barred from constraint validation", the other way round.
pub(crate) fn will_validate(tree: &Tree, id: NodeId) -> bool {
    let Some(element) = tree.element(id) else {
        return false;
    };
    let kind = match &*element.name.local {
        "input" => match input_type(tree, id) {
            "hidden" | "reset" | "button" => false,
            _ => tree.attribute(id, "readonly").is_none(),
        },
        "textarea" => tree.attribute(id, "readonly").is_none(),
        "select" => true,
        "button" => {
            let kind = tree.attribute_or_empty(id, "type");
            !kind.eq_ignore_ascii_case("reset") && !kind.eq_ignore_ascii_case("button")
        }
        _ => tree.is_form_associated(id) && tree.attribute(id, "readonly").is_none(),
    };
    kind && !crate::selectors::is_disabled(tree, id)
        && !tree
            .ancestors(id)
            .any(|node| tree.is_html_named(node, "datalist"))
}

pub(crate) fn validity(tree: &Tree, id: NodeId) -> Validity {
    if let Some(internals) = tree.internals(id).filter(|own| own.associated) {
        return of_flags(internals.flags);
    }
    let custom = state(tree, id).is_some_and(|state| !state.custom_validity.is_empty());
    let mut found = Validity {
        custom_error: custom,
        ..Validity::default()
    };
    let Some(element) = tree.element(id) else {
        return found;
    };
    match &*element.name.local {
        "input" => of_input(tree, id, &mut found),
        "textarea" => {
            found.value_missing = tree.attribute(id, "required").is_some()
                && is_mutable(tree, id)
                && value(tree, id).is_empty();
        }
        "select" => {
            found.value_missing = tree.attribute(id, "required").is_some() && !is_chosen(tree, id);
        }
        _ => {}
    }
    found
}

pub(crate) fn is_valid(tree: &Tree, id: NodeId) -> bool {
    !will_validate(tree, id) || validity(tree, id) == Validity::default()
}

/// Whether a `pattern` applies to a control.
pub(crate) fn has_pattern(tree: &Tree, id: NodeId) -> bool {
    tree.is_html_named(id, "input")
        && tree.attribute(id, "pattern").is_some()
        && matches!(
            input_type(tree, id),
            "text" | "search" | "url" | "tel" | "email" | "password"
        )
}

/// "Mutable".
fn is_mutable(tree: &Tree, id: NodeId) -> bool {
    tree.attribute(id, "readonly").is_none() && !crate::selectors::is_disabled(tree, id)
}

fn of_input(tree: &Tree, id: NodeId, found: &mut Validity) {
    let kind = input_type(tree, id);
    let required = tree.attribute(id, "required").is_some();
    let current = value(tree, id);
    found.value_missing = match kind {
        "checkbox" => required && !is_checked(tree, id),
        // One that is required makes all of its group so.
        "radio" => {
            let group = radio_group(tree, id);
            let is_required = |one: &NodeId| tree.attribute(*one, "required").is_some();
            group.iter().any(is_required) && !group.iter().any(|one| is_checked(tree, *one))
        }
        "hidden" | "range" | "color" | "submit" | "image" | "reset" | "button" => false,
        "file" => required && current.is_empty(),
        _ => required && current.is_empty() && is_mutable(tree, id),
    };
    if current.is_empty() {
        return;
    }
    found.type_mismatch = match kind {
        "email" => match tree.attribute(id, "multiple") {
            Some(_) => !current
                .split(',')
                .all(|one| is_email(one.trim_matches(is_space))),
            None => !is_email(&current),
        },
        "url" => Url::parse(&current, None).is_none(),
        _ => false,
    };
    let recorded = state(tree, id).is_some_and(|state| state.pattern_mismatch);
    found.pattern_mismatch = recorded && has_pattern(tree, id);
    let Some(number) = to_number(kind, &current) else {
        return;
    };
    let (min, max) = bounds(tree, id, kind);
    let under = min.is_some_and(|min| number < min);
    let over = max.is_some_and(|max| number > max);
    // Times go round: from the evening to the morning, say.
    let reversed = kind == "time" && matches!((min, max), (Some(min), Some(max)) if max < min);
    found.range_underflow = if reversed { under && over } else { under };
    found.range_overflow = if reversed { under && over } else { over };
    found.step_mismatch = step(tree, id, kind).is_some_and(|step| {
        let steps = (number - step_base(tree, id, kind)) / step;
        (steps - steps.round()).abs() > FLOAT * steps.abs().max(1.0)
    });
}

/// "Convert a string to a number" of an `input` of that type.
pub(crate) fn to_number(kind: &str, value: &str) -> Option<f64> {
    match kind {
        "number" | "range" => parse_float(Some(value)),
        _ => form_dates::to_number(kind, value),
    }
}

/// "Minimum" and "maximum" of an `input`.
pub(crate) fn bounds(tree: &Tree, id: NodeId, kind: &str) -> (Option<f64>, Option<f64>) {
    let read = |name| to_number(kind, tree.attribute(id, name)?);
    match kind {
        "range" => (read("min").or(Some(0.0)), read("max").or(Some(100.0))),
        _ => (read("min"), read("max")),
    }
}

/// "Allowed value step"; `None` where any value goes.
pub(crate) fn step(tree: &Tree, id: NodeId, kind: &str) -> Option<f64> {
    let (default, scale) = match kind {
        "number" | "range" | "month" => (1.0, 1.0),
        "date" => (1.0, 86_400_000.0),
        "week" => (1.0, 604_800_000.0),
        "time" | "datetime-local" => (60.0, 1000.0),
        _ => return None,
    };
    let given = tree.attribute(id, "step");
    if given.is_some_and(|text| text.eq_ignore_ascii_case("any")) {
        return None;
    }
    let own = parse_float(given).filter(|step| *step > 0.0);
    Some(own.unwrap_or(default) * scale)
}

/// "Step base".
pub(crate) fn step_base(tree: &Tree, id: NodeId, kind: &str) -> f64 {
    let read = |name| to_number(kind, tree.attribute(id, name)?);
    let default = if kind == "week" { -259_200_000.0 } else { 0.0 };
    read("min").or_else(|| read("value")).unwrap_or(default)
}

/// Whether a `select` has an option that says something: the "placeholder label
/// option" does not.
fn is_chosen(tree: &Tree, select: NodeId) -> bool {
    let options = options(tree, select);
    let size = tree.attribute_or_empty(select, "size").trim();
    let shows_one = size.parse::<u32>().map_or(true, |size| size <= 1);
    let placeholder = options.first().copied().filter(|first| {
        tree.attribute(select, "multiple").is_none()
            && shows_one
            && tree.parent(*first) == Some(select)
            && value(tree, *first).is_empty()
    });
    options
        .into_iter()
        .any(|option| Some(option) != placeholder && is_selected(tree, option))
}

/// HTML, "valid e-mail address".
fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else {
        return false;
    };
    let user_char = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    !user.is_empty() && user.chars().all(user_char) && host.split('.').all(label)
}
