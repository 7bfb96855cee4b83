//! Tables: HTML, 4.9.

use quickbeam_engine::{JsResult, Member, Value};

use super::super::collection::{self, Query};
use super::super::convert::{long, type_error};
use super::super::dom::Env;
use super::super::interfaces::Interface;
use crate::tree::{DomError, NodeId, Tree};

/// The first child of that name, and how to set and make it.
macro_rules! section {
    ($get:literal, $create:literal, $delete:literal, $local:literal) => {
        [
            attr!(
                $get,
                element,
                |e, n| child(&e.tree(), n, $local),
                |e, n, to| set_child(e, n, $local, &to)
            ),
            mutator!($create, 0, element, |e, n, _call| create_child(
                e, n, $local
            )),
            mutator!($delete, 0, element, |e, n, _call| {
                let mut tree = e.tree_mut();
                if let Some(child) = child(&tree, n, $local) {
                    tree.remove(child);
                }
            }),
        ]
    };
}

const CAPTION: [Member; 3] = section!(c"caption", c"createCaption", c"deleteCaption", "caption");
const HEAD: [Member; 3] = section!(c"tHead", c"createTHead", c"deleteTHead", "thead");
const FOOT: [Member; 3] = section!(c"tFoot", c"createTFoot", c"deleteTFoot", "tfoot");

pub(in crate::js) static TABLE: &[Member] = &{
    let [caption, create_caption, delete_caption] = CAPTION;
    let [head, create_head, delete_head] = HEAD;
    let [foot, create_foot, delete_foot] = FOOT;
    [
        caption,
        create_caption,
        delete_caption,
        head,
        create_head,
        delete_head,
        foot,
        create_foot,
        delete_foot,
        get!(c"tBodies", element, |e, n| children(e, n, &["tbody"])),
        mutator!(c"createTBody", 0, element, |e, n, _call| {
            let mut tree = e.tree_mut();
            let document = tree.document(n);
            let made = tree.new_element(document, Tree::html_name("tbody"));
            let last = tree
                .child_elements(n)
                .filter(|id| tree.is_html_named(*id, "tbody"))
                .last();
            let before = last.and_then(|last| tree.next(last));
            tree.insert(n, made, before);
            made
        }),
        get!(c"rows", element, |e, n| collection::live_by(
            e,
            n,
            Interface::HtmlCollection,
            Query::TableRows
        )),
        mutator!(c"insertRow", 0, element, |e, n, call| {
            let index = index_argument(&call.argument(0))?;
            insert_table_row(e, n, index)
        }),
        mutator!(c"deleteRow", 1, element, |e, n, call| {
            let index = long(&call.argument(0))?;
            let rows = table_rows(&e.tree(), n);
            delete_at(e, &rows, index)
        }),
        reflect!(c"align", "align"),
        reflect!(c"border", "border"),
        reflect!(c"frame", "frame"),
        reflect!(c"rules", "rules"),
        reflect!(c"summary", "summary"),
        reflect!(c"width", "width"),
        reflect_or_null!(c"bgColor", "bgcolor"),
        reflect_or_null!(c"cellPadding", "cellpadding"),
        reflect_or_null!(c"cellSpacing", "cellspacing"),
    ]
};

pub(in crate::js) static TABLE_CAPTION: &[Member] = &[reflect!(c"align", "align")];

pub(in crate::js) static TABLE_COL: &[Member] = &[
    reflect_clamped!(c"span", "span", 1, 1, 1000),
    reflect!(c"align", "align"),
    reflect!(c"vAlign", "valign"),
    reflect!(c"ch", "char"),
    reflect!(c"chOff", "charoff"),
    reflect!(c"width", "width"),
];

pub(in crate::js) static TABLE_SECTION: &[Member] = &[
    get!(c"rows", element, |e, n| children(e, n, &["tr"])),
    mutator!(c"insertRow", 0, element, |e, n, call| {
        let index = index_argument(&call.argument(0))?;
        let rows = named_children(&e.tree(), n, &["tr"]);
        insert_at(e, n, "tr", &rows, index)
    }),
    mutator!(c"deleteRow", 1, element, |e, n, call| {
        let index = long(&call.argument(0))?;
        let rows = named_children(&e.tree(), n, &["tr"]);
        delete_at(e, &rows, index)
    }),
    reflect!(c"align", "align"),
    reflect!(c"vAlign", "valign"),
    reflect!(c"ch", "char"),
    reflect!(c"chOff", "charoff"),
];

pub(in crate::js) static TABLE_ROW: &[Member] = &[
    get!(c"rowIndex", element, |e, n| {
        let tree = e.tree();
        let table = tree
            .ancestors(n)
            .skip(1)
            .take(2)
            .find(|id| tree.is_html_named(*id, "table"));
        index_in(table.map(|table| table_rows(&tree, table)), n)
    }),
    get!(c"sectionRowIndex", element, |e, n| {
        let tree = e.tree();
        let parent = tree.parent(n);
        index_in(
            parent.map(|parent| match tree.is_html_named(parent, "table") {
                true => table_rows(&tree, parent),
                false => named_children(&tree, parent, &["tr"]),
            }),
            n,
        )
    }),
    get!(c"cells", element, |e, n| children(e, n, &["td", "th"])),
    mutator!(c"insertCell", 0, element, |e, n, call| {
        let index = index_argument(&call.argument(0))?;
        let cells = named_children(&e.tree(), n, &["td", "th"]);
        insert_at(e, n, "td", &cells, index)
    }),
    mutator!(c"deleteCell", 1, element, |e, n, call| {
        let index = long(&call.argument(0))?;
        let cells = named_children(&e.tree(), n, &["td", "th"]);
        delete_at(e, &cells, index)
    }),
    reflect!(c"align", "align"),
    reflect!(c"vAlign", "valign"),
    reflect!(c"ch", "char"),
    reflect!(c"chOff", "charoff"),
    reflect_or_null!(c"bgColor", "bgcolor"),
];

pub(in crate::js) static TABLE_CELL: &[Member] = &[
    reflect_clamped!(c"colSpan", "colspan", 1, 1, 1000),
    reflect_clamped!(c"rowSpan", "rowspan", 1, 0, 65534),
    reflect!(c"headers", "headers"),
    reflect_enum!(
        c"scope",
        "scope",
        "",
        "",
        ["row", "col", "rowgroup", "colgroup"]
    ),
    reflect!(c"abbr", "abbr"),
    get!(c"cellIndex", element, |e, n| {
        let tree = e.tree();
        let row = tree.parent(n).filter(|row| tree.is_html_named(*row, "tr"));
        index_in(row.map(|row| named_children(&tree, row, &["td", "th"])), n)
    }),
    reflect!(c"align", "align"),
    reflect!(c"vAlign", "valign"),
    reflect!(c"width", "width"),
    reflect!(c"height", "height"),
    reflect!(c"axis", "axis"),
    reflect!(c"ch", "char"),
    reflect!(c"chOff", "charoff"),
    reflect_or_null!(c"bgColor", "bgcolor"),
    reflect_bool!(c"noWrap", "nowrap"),
];

fn children<'a>(env: Env<'a>, id: NodeId, names: &'static [&'static str]) -> JsResult<Value<'a>> {
    collection::live_by(
        env,
        id,
        Interface::HtmlCollection,
        Query::ChildrenNamed(names),
    )
}

fn named_children(tree: &Tree, id: NodeId, names: &[&str]) -> Vec<NodeId> {
    tree.child_elements(id)
        .filter(|child| names.iter().any(|name| tree.is_html_named(*child, name)))
        .collect()
}

fn table_rows(tree: &Tree, table: NodeId) -> Vec<NodeId> {
    let mut rows = Vec::new();
    let sections = |name: &str, rows: &mut Vec<NodeId>| {
        for section in named_children(tree, table, &[name]) {
            rows.extend(named_children(tree, section, &["tr"]));
        }
    };
    sections("thead", &mut rows);
    for child in named_children(tree, table, &["tbody", "tr"]) {
        match tree.is_html_named(child, "tr") {
            true => rows.push(child),
            false => rows.extend(named_children(tree, child, &["tr"])),
        }
    }
    sections("tfoot", &mut rows);
    rows
}

fn index_in(list: Option<Vec<NodeId>>, id: NodeId) -> i32 {
    let index = list.and_then(|list| list.iter().position(|one| *one == id));
    index.map_or(-1, |index| index as i32)
}

fn child(tree: &Tree, table: NodeId, local: &str) -> Option<NodeId> {
    tree.child_elements(table)
        .find(|id| tree.is_html_named(*id, local))
}

/// Where a caption, head or foot goes.
fn place(tree: &Tree, table: NodeId, local: &str) -> Option<NodeId> {
    match local {
        "caption" => tree.first_child(table),
        "thead" => tree
            .child_elements(table)
            .find(|id| !tree.is_html_named(*id, "caption") && !tree.is_html_named(*id, "colgroup")),
        _ => None,
    }
}

fn create_child(env: Env<'_>, table: NodeId, local: &str) -> NodeId {
    let mut tree = env.tree_mut();
    if let Some(child) = child(&tree, table, local) {
        return child;
    }
    let document = tree.document(table);
    let made = tree.new_element(document, Tree::html_name(local));
    let before = place(&tree, table, local);
    tree.insert(table, made, before);
    made
}

fn set_child<'a>(env: Env<'a>, table: NodeId, local: &str, to: &Value<'a>) -> JsResult<()> {
    let new = match to.is_nullish() {
        true => None,
        false => {
            let wanted = env.node_of(to).filter(|id| env.tree().is_element(*id));
            let Some(new) = wanted else {
                return Err(type_error(env.cx, "such an element is expected, or null"));
            };
            if !env.tree().is_html_named(new, local) {
                let message = format!("a {local} element is expected");
                return match local {
                    "caption" => Err(type_error(env.cx, &message)),
                    _ => Err(env.throw(&DomError::hierarchy(message))),
                };
            }
            Some(new)
        }
    };
    let mut tree = env.tree_mut();
    if let Some(old) = child(&tree, table, local)
        && Some(old) != new
    {
        tree.remove(old);
    }
    if let Some(new) = new {
        let before = place(&tree, table, local).filter(|before| *before != new);
        let inserted = tree.pre_insert(table, new, before);
        drop(tree);
        inserted.map_err(|error| env.throw(&error))?;
    }
    Ok(())
}

fn index_argument(value: &Value<'_>) -> JsResult<i32> {
    match value.is_undefined() {
        true => Ok(-1),
        false => long(value),
    }
}

fn out_of_range(env: Env<'_>, index: i32, count: usize) -> quickbeam_engine::Thrown {
    let message = format!("index {index} is out of range: there are {count}");
    env.throw(&DomError::index_size(message))
}

fn insert_at(
    env: Env<'_>,
    parent: NodeId,
    local: &str,
    list: &[NodeId],
    index: i32,
) -> JsResult<NodeId> {
    if index < -1 || index > list.len() as i32 {
        return Err(out_of_range(env, index, list.len()));
    }
    let mut tree = env.tree_mut();
    let document = tree.document(parent);
    let made = tree.new_element(document, Tree::html_name(local));
    let before = usize::try_from(index)
        .ok()
        .and_then(|index| list.get(index));
    tree.insert(parent, made, before.copied());
    Ok(made)
}

fn insert_table_row(env: Env<'_>, table: NodeId, index: i32) -> JsResult<NodeId> {
    let rows = table_rows(&env.tree(), table);
    if index < -1 || index > rows.len() as i32 {
        return Err(out_of_range(env, index, rows.len()));
    }
    let at = usize::try_from(index)
        .ok()
        .and_then(|index| rows.get(index))
        .copied();
    let mut tree = env.tree_mut();
    let document = tree.document(table);
    let parent = match (at, rows.last()) {
        (Some(row), _) | (None, Some(&row)) => tree.parent(row).unwrap_or(table),
        (None, None) => {
            let bodies = named_children(&tree, table, &["tbody"]);
            match bodies.last() {
                Some(body) => *body,
                None => {
                    let body = tree.new_element(document, Tree::html_name("tbody"));
                    tree.insert(table, body, None);
                    body
                }
            }
        }
    };
    let made = tree.new_element(document, Tree::html_name("tr"));
    tree.insert(parent, made, at);
    Ok(made)
}

fn delete_at(env: Env<'_>, list: &[NodeId], index: i32) -> JsResult<()> {
    let at = match index {
        -1 => list.last(),
        index => usize::try_from(index)
            .ok()
            .and_then(|index| list.get(index)),
    };
    match at {
        Some(id) => {
            env.tree_mut().remove(*id);
            Ok(())
        }
        None if index == -1 => Ok(()),
        None => Err(out_of_range(env, index, list.len())),
    }
}
