//! Elements as markup: DOM Parsing.

use super::convert::member;
use super::dom::{Env, Paced};
use super::node::insert;
use crate::parse::{self, HtmlOptions};
use crate::serialize;
use crate::tree::{DomError, NodeId, Tree};
use html5ever::ns;
use quickbeam_engine::{Call, ErrorKind, JsResult};

pub(super) fn is_html_document(env: Env<'_>, id: NodeId) -> bool {
    env.tree().document_data(id).html
}

pub(super) fn inner(env: Env<'_>, id: NodeId) -> JsResult<String> {
    if is_html_document(env, id) {
        return Ok(serialize::inner_html(&env.tree(), id));
    }
    let xml = crate::xml::inner(&env.tree(), id);
    xml.map_err(|error| env.throw(&error))
}

pub(super) fn outer(env: Env<'_>, id: NodeId) -> JsResult<String> {
    if is_html_document(env, id) {
        return Ok(serialize::outer_html(&env.tree(), id));
    }
    let xml = crate::xml::outer(&env.tree(), id);
    xml.map_err(|error| env.throw(&error))
}

/// "Fragment parsing algorithm steps".
pub(super) fn parse_fragment(
    env: Env<'_>,
    context: NodeId,
    markup: &str,
    declarative: bool,
) -> JsResult<NodeId> {
    if !is_html_document(env, context) {
        let parsed = crate::xml::parse_fragment(&mut env.tree_mut(), context, markup);
        return parsed.map_err(|error| env.throw(&DomError::syntax(error)));
    }
    let options = HtmlOptions {
        scripting: env.tree().document_data(context).has_window,
        declarative_shadow_roots: declarative,
    };
    let tree = &env.dom.shared.tree;
    parse::fragment(tree, context, markup, options, &Paced(env))
}

/// Set `innerHTML` of `target` (an element, its template contents or a shadow
/// root), parsed for `context`.
pub(super) fn set_inner(
    env: Env<'_>,
    target: NodeId,
    context: NodeId,
    markup: &str,
    declarative: bool,
) -> JsResult<()> {
    let target = env.tree().template_content(target).unwrap_or(target);
    // The most frequent of all: no markup in it.
    let is_plain = !markup.contains(['<', '&', '\r', '\0']) && {
        let tree = env.tree();
        let name = tree.name(context);
        let simple = name.is_some_and(|name| {
            name.ns == ns!(html)
                && !matches!(
                    &*name.local,
                    "html"
                        | "head"
                        | "table"
                        | "tbody"
                        | "thead"
                        | "tfoot"
                        | "tr"
                        | "colgroup"
                        | "select"
                        | "frameset"
                        | "template"
                        | "pre"
                        | "textarea"
                        | "listing"
                )
        });
        simple && tree.document_data(context).html
    };
    if is_plain {
        env.tree_mut().set_text_content(target, markup);
        return Ok(());
    }
    let fragment = parse_fragment(env, context, markup, declarative)?;
    env.tree_mut().replace_all(target, Some(fragment));
    env.discard(fragment);
    Ok(())
}

pub(super) fn set_outer(env: Env<'_>, id: NodeId, markup: &str) -> JsResult<()> {
    let Some(parent) = env.tree().parent(id) else {
        return Ok(());
    };
    let (in_document, in_fragment) = {
        let tree = env.tree();
        (tree.is_document(parent), tree.is_fragment(parent))
    };
    if in_document {
        let message = "the child of a document cannot be replaced by markup";
        return Err(env.throw(&DomError::new("NoModificationAllowedError", message)));
    }
    let scratch = in_fragment.then(|| body_for(env, id));
    let fragment = parse_fragment(env, scratch.unwrap_or(parent), markup, false);
    if let Some(scratch) = scratch {
        env.discard(scratch);
    }
    let fragment = fragment?;
    let replaced = env.tree_mut().replace(parent, fragment, id);
    env.discard(fragment);
    replaced.map_err(|error| env.throw(&error))
}

/// A `body` to parse for, where the real context is no element that does.
pub(super) fn body_for(env: Env<'_>, id: NodeId) -> NodeId {
    let mut tree = env.tree_mut();
    let document = tree.document(id);
    tree.new_element(document, Tree::html_name("body"))
}

/// Where `insertAdjacent*` puts things: the parent and what is after them.
pub(super) fn adjacent(
    env: Env<'_>,
    id: NodeId,
    place: &str,
) -> JsResult<Option<(NodeId, Option<NodeId>)>> {
    let tree = env.tree();
    Ok(match place.to_ascii_lowercase().as_str() {
        "beforebegin" => tree.parent(id).map(|parent| (parent, Some(id))),
        "afterbegin" => Some((id, tree.first_child(id))),
        "beforeend" => Some((id, None)),
        "afterend" => tree.parent(id).map(|parent| (parent, tree.next(id))),
        _ => {
            drop(tree);
            let shown: String = place.chars().take(40).collect();
            let message =
                format!("{shown:?} is none of beforebegin, afterbegin, beforeend, afterend");
            return Err(env.throw(&DomError::syntax(message)));
        }
    })
}

/// "Insert adjacent"; whether there was a place.
pub(super) fn insert_adjacent(
    env: Env<'_>,
    id: NodeId,
    place: &str,
    node: NodeId,
) -> JsResult<bool> {
    let Some((parent, before)) = adjacent(env, id, place)? else {
        return Ok(false);
    };
    insert(env, parent, node, before)?;
    Ok(true)
}

pub(super) fn insert_adjacent_html(
    env: Env<'_>,
    id: NodeId,
    place: &str,
    html: &str,
) -> JsResult<()> {
    let found = adjacent(env, id, place)?;
    let outside = matches!(
        place.to_ascii_lowercase().as_str(),
        "beforebegin" | "afterend"
    );
    let no_parent = match found {
        None => true,
        Some((parent, _)) => outside && env.tree().is_document(parent),
    };
    let Some((parent, before)) = found.filter(|_| !no_parent) else {
        let message = "the element has no parent that markup can be put into";
        return Err(env.throw(&DomError::new("NoModificationAllowedError", message)));
    };
    let needs_body = {
        let tree = env.tree();
        !tree.is_element(parent)
            || (tree.is_html_named(parent, "html") && tree.document_data(parent).html)
    };
    let scratch = needs_body.then(|| body_for(env, id));
    let fragment = parse_fragment(env, scratch.unwrap_or(parent), html, false);
    if let Some(scratch) = scratch {
        env.discard(scratch);
    }
    let fragment = fragment?;
    let inserted = insert(env, parent, fragment, before);
    env.discard(fragment);
    inserted
}

/// `getHTML(options)`.
pub(super) fn get_html<'a>(env: Env<'a>, id: NodeId, call: &Call<'a>) -> JsResult<String> {
    let options = call.argument(0);
    let mut wanted = serialize::HtmlSerialization {
        serializable_shadow_roots: member(&options, "serializableShadowRoots")?.truthy(),
        ..Default::default()
    };
    let roots = member(&options, "shadowRoots")?;
    if roots.is_object() {
        for index in 0..u32::try_from(roots.length()?).unwrap_or(u32::MAX) {
            let root = env.node_of(&roots.get_index(index)?);
            let Some(root) = root else {
                let message = "shadowRoots: not a ShadowRoot";
                return Err(env.cx.throw_error(ErrorKind::Type, message));
            };
            wanted.shadow_roots.push(root);
        }
    }
    Ok(serialize::get_html(&env.tree(), id, wanted))
}
