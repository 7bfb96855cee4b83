//! `select` and its options: HTML, 4.10.7 to 4.10.10.

use quickbeam_engine::{Call, JsResult, Kind, Member, Value};

use super::super::collection::{self, Query};
use super::super::convert::{long, unsigned_long};
use super::super::dom::{Env, held};
use super::super::interfaces::Interface;
use super::forms::labels;
use crate::forms;
use crate::tree::{DomError, NodeId, Tree};

pub(in crate::js) static SELECT: &[Member] = &[
    reflect!(c"autocomplete", "autocomplete"),
    reflect_bool!(c"disabled", "disabled"),
    get!(c"form", element, |e, n| forms::form_owner(&e.tree(), n)),
    reflect_bool!(c"multiple", "multiple"),
    reflect!(c"name", "name"),
    reflect_bool!(c"required", "required"),
    reflect_unsigned!(c"size", "size", 0),
    get!(c"type", element, |e, n| {
        match e.tree().attribute(n, "multiple") {
            Some(_) => "select-multiple",
            None => "select-one",
        }
    }),
    get!(c"options", element, |e, n| options(e, n)),
    attr!(
        c"length",
        element,
        |e, n| forms::options(&e.tree(), n).len() as u32,
        |e, n, to| {
            let to = unsigned_long(&to)?;
            set_option_count(e, n, to)
        }
    ),
    op!(c"item", 1, element, |e, n, call| {
        let index = unsigned_long(&call.argument(0))? as usize;
        forms::options(&e.tree(), n).get(index).copied()
    }),
    op!(c"namedItem", 1, element, |e, n, call| {
        let name = super::super::convert::text(call, 0)?;
        let tree = e.tree();
        forms::options(&tree, n).into_iter().find(|option| {
            !name.is_empty()
                && (tree.attribute(*option, "id") == Some(&name)
                    || tree.attribute(*option, "name") == Some(&name))
        })
    }),
    mutator!(c"add", 1, element, |e, n, call| add_option(e, n, call)),
    mutator!(c"remove", 0, element, |e, n, call| {
        match call.is_empty() {
            true => e.tree_mut().remove(n),
            false => remove_option(e, n, long(&call.argument(0))?),
        }
    }),
    get!(c"selectedOptions", element, |e, n| collection::live_by(
        e,
        n,
        Interface::HtmlCollection,
        Query::SelectedOptions
    )),
    attr!(
        c"selectedIndex",
        element,
        |e, n| selected_index(&e.tree(), n),
        |e, n, to| {
            let to = long(&to)?;
            set_selected_index(e, n, to);
        }
    ),
    attr!(
        c"value",
        element,
        |e, n| forms::value(&e.tree(), n),
        |e, n, to| {
            let to = to.to_text()?;
            let mut tree = e.tree_mut();
            let wanted = forms::options(&tree, n)
                .into_iter()
                .find(|option| forms::option_value(&tree, *option) == to);
            forms::select_only(&mut tree, n, wanted);
        }
    ),
    get!(c"labels", element, |e, n| labels(e, n)),
];

pub(in crate::js) static OPT_GROUP: &[Member] = &[
    reflect_bool!(c"disabled", "disabled"),
    reflect!(c"label", "label"),
];

pub(in crate::js) static OPTION: &[Member] = &[
    reflect_bool!(c"disabled", "disabled"),
    get!(c"form", element, |e, n| {
        let tree = e.tree();
        forms::select_of(&tree, n).and_then(|select| forms::form_owner(&tree, select))
    }),
    attr!(
        c"label",
        element,
        |e, n| {
            let tree = e.tree();
            match tree.attribute(n, "label") {
                Some(label) if !label.is_empty() => label.to_owned(),
                _ => forms::option_text(&tree, n),
            }
        },
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_attribute(n, "label", &to);
        }
    ),
    reflect_bool!(c"defaultSelected", "selected"),
    attr!(
        c"selected",
        element,
        |e, n| forms::is_selected(&e.tree(), n),
        |e, n, to| forms::set_selected(&mut e.tree_mut(), n, to.truthy())
    ),
    attr!(
        c"value",
        element,
        |e, n| forms::option_value(&e.tree(), n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_attribute(n, "value", &to);
        }
    ),
    attr!(
        c"text",
        element,
        |e, n| forms::option_text(&e.tree(), n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_text_content(n, &to);
        }
    ),
    get!(c"index", element, |e, n| {
        let tree = e.tree();
        let select = forms::select_of(&tree, n);
        let index = select.and_then(|select| {
            forms::options(&tree, select)
                .into_iter()
                .position(|option| option == n)
        });
        index.unwrap_or(0) as u32
    }),
];

fn options(env: Env<'_>, select: NodeId) -> JsResult<Value<'_>> {
    collection::live(
        env,
        select,
        held::OPTIONS,
        Interface::HtmlOptionsCollection,
        Query::Options,
    )
}

/// `selectedIndex`: −1 where no option is selected.
pub(in crate::js) fn selected_index(tree: &Tree, select: NodeId) -> i32 {
    let selected = forms::selected_option(tree, select);
    let index = forms::options(tree, select)
        .into_iter()
        .position(|option| Some(option) == selected);
    index.map_or(-1, |index| index as i32)
}

pub(in crate::js) fn set_selected_index(env: Env<'_>, select: NodeId, index: i32) {
    let mut tree = env.tree_mut();
    let options = forms::options(&tree, select);
    let wanted = usize::try_from(index)
        .ok()
        .and_then(|index| options.get(index));
    forms::select_only(&mut tree, select, wanted.copied());
}

/// The options collection's `length` setter.
pub(in crate::js) fn set_option_count(env: Env<'_>, select: NodeId, count: u32) -> JsResult<()> {
    /// As browsers have it: more is ignored.
    const MOST: u32 = 100_000;
    let options = forms::options(&env.tree(), select);
    if count > MOST {
        return Ok(());
    }
    let mut tree = env.tree_mut();
    for option in options.iter().skip(count as usize) {
        tree.remove(*option);
    }
    for _ in options.len()..count as usize {
        let document = tree.document(select);
        let option = tree.new_element(document, Tree::html_name("option"));
        tree.insert(select, option, None);
    }
    Ok(())
}

/// `add(element, before)`.
pub(in crate::js) fn add_option<'a>(env: Env<'a>, select: NodeId, call: &Call<'a>) -> JsResult<()> {
    let new = env.node_of(&call.argument(0)).filter(|id| {
        let tree = env.tree();
        tree.is_html_named(*id, "option") || tree.is_html_named(*id, "optgroup")
    });
    let Some(new) = new else {
        return Err(super::super::node::not_a(
            env,
            "an option or optgroup element",
        ));
    };
    let before = call.argument(1);
    let before = match before.kind() {
        Kind::Undefined | Kind::Null => None,
        Kind::Object => {
            let before = env.node_of(&before);
            let inside = before.is_some_and(|before| {
                let tree = env.tree();
                before != select && tree.is_inclusive_ancestor(select, before)
            });
            if !inside {
                let message = "the element to insert before is not in this select";
                return Err(env.throw(&DomError::not_found(message)));
            }
            before
        }
        _ => {
            let index = long(&before)?;
            let options = forms::options(&env.tree(), select);
            usize::try_from(index)
                .ok()
                .and_then(|index| options.get(index))
                .copied()
        }
    };
    let mut tree = env.tree_mut();
    let parent = before
        .and_then(|before| tree.parent(before))
        .unwrap_or(select);
    let inserted = match before == Some(new) {
        true => Ok(()),
        false => tree.pre_insert(parent, new, before),
    };
    drop(tree);
    inserted.map_err(|error| env.throw(&error))
}

pub(in crate::js) fn remove_option(env: Env<'_>, select: NodeId, index: i32) {
    let options = forms::options(&env.tree(), select);
    if let Some(option) = usize::try_from(index)
        .ok()
        .and_then(|index| options.get(index))
    {
        env.tree_mut().remove(*option);
    }
}

/// `options[index] = value`.
pub(in crate::js) fn set_option<'a>(
    env: Env<'a>,
    select: NodeId,
    index: u32,
    to: &Value<'a>,
) -> JsResult<()> {
    let options = forms::options(&env.tree(), select);
    if to.is_nullish() {
        if let Some(option) = options.get(index as usize) {
            env.tree_mut().remove(*option);
        }
        return Ok(());
    }
    let new = env
        .node_of(to)
        .filter(|id| env.tree().is_html_named(*id, "option"));
    let Some(new) = new else {
        return Err(super::super::node::not_a(env, "an option element"));
    };
    if index as usize > options.len() {
        set_option_count(env, select, index)?;
    }
    let options = forms::options(&env.tree(), select);
    let mut tree = env.tree_mut();
    let put = match options.get(index as usize) {
        Some(old) => {
            let parent = tree.parent(*old).unwrap_or(select);
            tree.replace(parent, new, *old)
        }
        None => tree.append(select, new),
    };
    drop(tree);
    put.map_err(|error| env.throw(&error))
}
