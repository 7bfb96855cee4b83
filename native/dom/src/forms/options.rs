//! The options of a `select`, and which of them are selected (HTML, 4.10.7 and 4.10.10).

use super::{is_space, state, update};
use crate::tree::{NodeId, Tree};

pub(crate) fn option_text(tree: &Tree, id: NodeId) -> String {
    let mut text = String::new();
    let mut at = tree.first_child(id);
    while let Some(node) = at {
        if tree.is_text(node) {
            text.push_str(tree.character_data(node).unwrap_or(""));
        }
        let skip = tree.name(node).is_some_and(|name| &*name.local == "script");
        at = if skip {
            tree.following_past(node, id)
        } else {
            tree.following(node, id)
        };
    }
    text.split(is_space)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

pub(crate) fn option_value(tree: &Tree, id: NodeId) -> String {
    match tree.attribute(id, "value") {
        Some(value) => value.to_owned(),
        None => option_text(tree, id),
    }
}

/// The options of a `select`: children, and children of its `optgroup`s.
pub(crate) fn options(tree: &Tree, select: NodeId) -> Vec<NodeId> {
    tree.descendants(select)
        .skip(1)
        .filter(|node| tree.is_html_named(*node, "option"))
        .collect()
}

/// The `select` of an option.
pub(crate) fn select_of(tree: &Tree, option: NodeId) -> Option<NodeId> {
    tree.ancestors(option)
        .skip(1)
        .find(|node| tree.is_html_named(*node, "select"))
}

fn own_selectedness(tree: &Tree, option: NodeId) -> bool {
    state(tree, option)
        .and_then(|state| state.checked)
        .unwrap_or_else(|| tree.attribute(option, "selected").is_some())
}

fn shows_one(tree: &Tree, select: NodeId) -> bool {
    let size = tree.attribute_or_empty(select, "size").trim();
    size.parse::<u32>().map_or(true, |size| size <= 1)
}

/// The option that a `select` without `multiple` has: the last that is selected,
/// else the first that is not disabled, where it shows one ("ask for a
/// reset").
pub(crate) fn selected_option(tree: &Tree, select: NodeId) -> Option<NodeId> {
    let options = options(tree, select);
    if tree.attribute(select, "multiple").is_some() {
        return options
            .into_iter()
            .find(|option| own_selectedness(tree, *option));
    }
    let last = options
        .iter()
        .rev()
        .find(|option| own_selectedness(tree, **option));
    if let Some(last) = last {
        return Some(*last);
    }
    // Once a script has deselected all of them, none is.
    let cleared = state(tree, select).is_some_and(|state| state.checked == Some(false));
    if cleared || !shows_one(tree, select) {
        return None;
    }
    options
        .into_iter()
        .find(|option| !crate::selectors::is_disabled(tree, *option))
}

pub(crate) fn is_selected(tree: &Tree, option: NodeId) -> bool {
    match select_of(tree, option) {
        Some(select) if tree.attribute(select, "multiple").is_none() => {
            selected_option(tree, select) == Some(option)
        }
        _ => own_selectedness(tree, option),
    }
}

/// Set `selected` of an option, which decides for its `select`, too.
pub(crate) fn set_selected(tree: &mut Tree, option: NodeId, selected: bool) {
    if let Some(select) = select_of(tree, option) {
        let single = tree.attribute(select, "multiple").is_none();
        if selected && single {
            for other in options(tree, select) {
                update(tree, other, |state| state.checked = Some(other == option));
            }
        }
        if selected {
            update(tree, select, |state| state.checked = None);
        }
    }
    update(tree, option, |state| state.checked = Some(selected));
}

/// Select the option at an index only, or none.
pub(crate) fn select_only(tree: &mut Tree, select: NodeId, chosen: Option<NodeId>) {
    for option in options(tree, select) {
        update(tree, option, |state| {
            state.checked = Some(Some(option) == chosen)
        });
    }
    let cleared = chosen.is_none().then_some(false);
    update(tree, select, |state| state.checked = cleared);
}

/// The values of the options of a `select` that are selected and not disabled.
pub(crate) fn selected_values(tree: &Tree, select: NodeId) -> Vec<String> {
    options(tree, select)
        .into_iter()
        .filter(|option| {
            is_selected(tree, *option) && !crate::selectors::is_disabled(tree, *option)
        })
        .map(|option| option_value(tree, option))
        .collect()
}
