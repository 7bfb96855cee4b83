//! `Beam.XML`: XML 1.0 by `roxmltree`. Document types are refused, so no entity
//! grows or reaches for a file.

use quickbeam_engine::{Call, Cx, JsResult, Member, Value};
use roxmltree::{Document, Node, NodeType, ParsingOptions};

use crate::arguments::require;

mod shape;

static MEMBERS: &[Member] = &[Member::operation(c"parse", 1, parse)];

/// Nodes of one document.
const NODES_MAX: u32 = 1_000_000;
/// Bytes that a parsed node takes, about.
const NODE_BYTES: usize = 96;
const POLL_NODES: usize = 256;

pub(super) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let xml = cx.object()?;
    cx.define_members(&xml, MEMBERS)?;
    Ok(xml)
}

/// `Beam.XML.parse(text)`: the root element as `{ name, attributes, children }`; a
/// child is an element or a string. Names are as they are written, prefix and all;
/// comments and processing instructions are left out. Throws a SyntaxError.
fn parse<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    require(call, "Beam.XML.parse", 1)?;
    let cx = call.cx();
    let text = call.argument(0).to_text()?;
    if !shape::fits(cx, text.as_bytes())? {
        let message = "Beam.XML.parse: an element has too many attributes or namespaces";
        return Err(cx.throw_error(quickbeam_engine::ErrorKind::Syntax, message));
    }
    // Markup takes at least four bytes a node.
    let charged = text.len() / 4 * NODE_BYTES;
    cx.charge(charged)?;
    let options = ParsingOptions {
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let result = match Document::parse_with_options(&text, options) {
        Ok(document) => element(cx, &document),
        Err(error) => {
            let message = format!("Beam.XML.parse: {error}");
            Err(cx.throw_error(quickbeam_engine::ErrorKind::Syntax, &message))
        }
    };
    cx.release(charged);
    result
}

/// An element whose children are being made.
struct Open<'a, 'd> {
    children: Value<'a>,
    count: u32,
    next: Option<Node<'d, 'd>>,
}

/// The root. No recursion: a document may be as deep as it likes.
fn element<'a>(cx: Cx<'a>, document: &Document<'_>) -> JsResult<Value<'a>> {
    let (root, open) = begin(cx, document, document.root_element())?;
    let mut stack = vec![open];
    let mut nodes = 0;
    while let Some(top) = stack.last_mut() {
        let Some(node) = top.next else {
            stack.pop();
            continue;
        };
        top.next = node.next_sibling();
        nodes += 1;
        if nodes % POLL_NODES == 0 {
            cx.poll()?;
        }
        let child = match node.node_type() {
            NodeType::Text => cx.string(node.text().unwrap_or_default())?,
            NodeType::Element => {
                let (object, open) = begin(cx, document, node)?;
                top.children.define_index(top.count, object)?;
                top.count += 1;
                stack.push(open);
                continue;
            }
            _ => continue,
        };
        top.children.define_index(top.count, child)?;
        top.count += 1;
    }
    Ok(root)
}

fn begin<'a, 'd>(
    cx: Cx<'a>,
    document: &'d Document<'d>,
    node: Node<'d, 'd>,
) -> JsResult<(Value<'a>, Open<'a, 'd>)> {
    let source = document.input_text();
    let object = cx.object()?;
    // As written: roxmltree itself resolves prefixes.
    let tag = &source[node.range().start + 1..node.range().end];
    let end = tag.find(|char: char| char.is_whitespace() || matches!(char, '/' | '>'));
    object.define("name", cx.string(&tag[..end.unwrap_or(tag.len())])?)?;
    // Of no prototype: an attribute may be called __proto__.
    let attributes = cx.object_of(&cx.null())?;
    for attribute in node.attributes() {
        let name = &source[attribute.range_qname()];
        attributes.define(name, cx.string(attribute.value())?)?;
    }
    object.define("attributes", attributes)?;
    let children = cx.array()?;
    object.define("children", children.clone())?;
    let next = node.first_child();
    Ok((
        object,
        Open {
            children,
            count: 0,
            next,
        },
    ))
}
