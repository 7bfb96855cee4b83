//! `dom_find` and its like: answers built straight from the tree, as Floki has
//! them, with no script run.

use quickbeam_engine::{Cx, JsResult};

use quickbeam_dom::Document;
use quickbeam_dom::serialize::outer_html;
use quickbeam_dom::tree::{NodeData, NodeId, Tree};

use crate::bridge::Bridge;
use crate::encode::Budget;
use crate::etf::Etf;
use crate::parcel::Body;

/// What is asked of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Query {
    Find,
    FindAll,
    Text,
    Attr,
    Html,
}

/// The answer, for a selector and the name of an attribute, where they are needed.
pub fn answer(cx: Cx<'_>, query: Query, selector: &str, attribute: &str) -> JsResult<Body> {
    let document = Document::of(cx)?;
    if query == Query::Html {
        let html = outer_html(&document.tree(), document.id());
        return Ok(Body::Binary(html.into_bytes()));
    }
    let found = document.find(selector, query != Query::FindAll)?;
    let budget = Bridge::of(cx).budget;
    match (query, found.first()) {
        (Query::FindAll, _) => {
            let mut out = crate::operations::ok_head();
            if found.len() > budget.nodes {
                return Err(too_large(cx, budget));
            }
            out.list(found.len() as u32);
            let mut nodes = 0;
            for id in &found {
                put(document, budget, &mut nodes, *id, &mut out)?;
            }
            out.end_list();
            Ok(Body::Etf(out.into_bytes()))
        }
        (Query::Find, Some(id)) => {
            let mut out = crate::operations::ok_head();
            put(document, budget, &mut 0, *id, &mut out)?;
            Ok(Body::Etf(out.into_bytes()))
        }
        (Query::Text, Some(id)) => {
            let text = document.tree().descendant_text(*id);
            Ok(Body::Binary(text.into_bytes()))
        }
        (Query::Attr, Some(id)) => {
            let tree = document.tree();
            Ok(match tree.find_attribute(*id, attribute) {
                Some(index) => {
                    let value = &tree.attributes(*id)[index].value;
                    Body::Binary(value.as_bytes().to_vec())
                }
                None => Body::Nil,
            })
        }
        (Query::Text, None) => Ok(Body::Binary(Vec::new())),
        (_, None) => Ok(Body::Nil),
        (Query::Html, Some(_)) => Ok(Body::Nil),
    }
}

fn too_large(cx: Cx<'_>, budget: Budget) -> quickbeam_engine::Thrown {
    let message = format!(
        "the elements have more than max_convert_nodes ({}) nodes",
        budget.nodes
    );
    cx.throw_named("ConversionError", &message)
}

enum Step {
    Node(NodeId, usize),
    EndList,
}

/// How many nodes are written between two polls.
const BETWEEN_POLLS: usize = 1024;

/// Write an element: `{name, attributes, children}`.
fn put(
    document: Document<'_>,
    budget: Budget,
    nodes: &mut usize,
    root: NodeId,
    out: &mut Etf,
) -> JsResult<()> {
    let cx = document.cx();
    let mut steps = vec![Step::Node(root, 1)];
    while let Some(step) = steps.pop() {
        let Step::Node(id, depth) = step else {
            out.end_list();
            continue;
        };
        *nodes += 1;
        if *nodes > budget.nodes {
            return Err(too_large(cx, budget));
        }
        if depth > budget.depth {
            let message = format!(
                "the elements are nested deeper than max_convert_depth ({})",
                budget.depth
            );
            return Err(cx.throw_named("ConversionError", &message));
        }
        if nodes.is_multiple_of(BETWEEN_POLLS) {
            cx.poll()?;
        }
        put_node(&document.tree(), id, depth, &mut steps, out);
    }
    Ok(())
}

fn put_node(tree: &Tree, id: NodeId, depth: usize, steps: &mut Vec<Step>, out: &mut Etf) {
    match tree.data(id) {
        NodeData::Element(element) => {
            out.tuple(3);
            out.binary(qualified(&element.name).as_bytes());
            out.list(element.attributes.len() as u32);
            for attribute in &element.attributes {
                out.tuple(2);
                out.binary(attribute.qualified_name().as_bytes());
                out.binary(attribute.value.as_bytes());
            }
            out.end_list();
            let inside = tree.template_content(id).unwrap_or(id);
            let count = tree
                .children(inside)
                .filter(|child| is_shown(tree, *child))
                .count();
            out.list(count as u32);
            steps.push(Step::EndList);
            let mut at = tree.last_child(inside);
            while let Some(child) = at {
                if is_shown(tree, child) {
                    steps.push(Step::Node(child, depth + 1));
                }
                at = tree.previous(child);
            }
        }
        NodeData::Text(text) | NodeData::CData(text) => out.binary(text.as_bytes()),
        NodeData::Comment(text) => {
            out.tuple(2);
            out.atom("comment");
            out.binary(text.as_bytes());
        }
        NodeData::Instruction(instruction) => {
            out.tuple(3);
            out.atom("pi");
            out.binary(instruction.target.as_bytes());
            out.binary(instruction.data.as_bytes());
        }
        // Those are no children of elements.
        NodeData::Doctype(_)
        | NodeData::Document(_)
        | NodeData::Fragment(_)
        | NodeData::Attr(_)
        | NodeData::Free => out.nil(),
    }
}

fn is_shown(tree: &Tree, id: NodeId) -> bool {
    matches!(
        tree.data(id),
        NodeData::Element(_)
            | NodeData::Text(_)
            | NodeData::CData(_)
            | NodeData::Comment(_)
            | NodeData::Instruction(_)
    )
}

fn qualified(name: &quickbeam_dom::tree::QualName) -> String {
    match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", &*name.local),
        None => name.local.to_string(),
    }
}
