//! The text that is selected in `input` and `textarea`: HTML, 4.10.18.2.

use quickbeam_engine::{Call, JsResult, Kind, Member};

use super::super::convert::{text, unsigned_long};
use super::super::dom::Env;
use crate::forms;
use crate::tree::{DomError, NodeId, Tree, utf16_length};

pub(in crate::js) static SELECTION: &[Member] = &[
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
            set_direction(e, n, &to)
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
        set_direction(e, n, &to)?;
    }),
    op!(c"setRangeText", 1, element, |e, n, call| set_range_text(
        e, n, call
    )),
];

fn selected(tree: &Tree, id: NodeId) -> Option<(u32, u32)> {
    let applies =
        tree.is_html_named(id, "textarea") || forms::takes_selection(forms::input_type(tree, id));
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

fn set_direction(env: Env<'_>, id: NodeId, to: &str) -> JsResult<()> {
    if selected(&env.tree(), id).is_none() {
        let message = "this input has no selection";
        return Err(env.throw(&DomError::invalid_state(message)));
    }
    let direction = DIRECTIONS.iter().position(|one| *one == to).unwrap_or(0);
    forms::update(&mut env.tree_mut(), id, |state| {
        state.selection_direction = direction as u8;
    });
    Ok(())
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
    let moved = |at: u32, within: u32| match () {
        () if at > end => at + new_end - end,
        () if at > start => within,
        () => at,
    };
    let selection = match mode.as_str() {
        "select" => (start, new_end),
        "start" => (start, start),
        "end" => (new_end, new_end),
        _ => (moved(from, start), moved(to, new_end)),
    };
    forms::update(&mut tree, id, |state| state.selection = Some(selection));
    Ok(())
}
