//! `Node` and the mixins `ParentNode`, `ChildNode`, `NonDocumentTypeChildNode`,
//! `NonElementParentNode`: DOM, 4.2 and 4.4.

use quickbeam_engine::{Call, JsResult, Kind, Member, Value};

use super::collection;
use super::convert::{self, ToJs, member, nullable_node, nullable_text, text, type_error};
use super::dom::Env;
use super::query::{query, selectors};
use crate::tree::{DomError, NodeData, NodeId, Position, Tree};

pub(super) static MEMBERS: &[Member] = &[
    get!(c"nodeType", node, |e, n| node_type(&e.tree(), n)),
    get!(c"nodeName", node, |e, n| node_name(&e.tree(), n)),
    get!(c"baseURI", node, |e, n| super::window::base_url(
        &e.tree(),
        n
    )),
    get!(c"isConnected", node, |e, n| e.tree().is_connected(n)),
    get!(c"ownerDocument", node, |e, n| {
        let tree = e.tree();
        let document = tree.document(n);
        (document != n).then_some(document)
    }),
    op!(c"getRootNode", 0, node, |e, n, call| {
        let composed = member(&call.argument(0), "composed")?.truthy();
        let tree = e.tree();
        match composed {
            true => tree.shadow_including_root(n),
            false => tree.root(n),
        }
    }),
    get!(c"parentNode", node, |e, n| e.tree().parent(n)),
    get!(c"parentElement", node, |e, n| e.tree().parent_element(n)),
    op!(c"hasChildNodes", 0, node, |e, n, _call| e
        .tree()
        .first_child(n)
        .is_some()),
    get!(c"childNodes", node, |e, n| collection::child_nodes(e, n)),
    get!(c"firstChild", node, |e, n| e.tree().first_child(n)),
    get!(c"lastChild", node, |e, n| e.tree().last_child(n)),
    get!(c"previousSibling", node, |e, n| e.tree().previous(n)),
    get!(c"nextSibling", node, |e, n| e.tree().next(n)),
    attr!(
        c"nodeValue",
        node,
        |e, n| {
            let tree = e.tree();
            match tree.is_attribute(n) {
                true => Some(tree.attribute_node_value(n).to_owned()),
                false => tree.character_data(n).map(str::to_owned),
            }
        },
        |e, n, to| {
            let to = nullable_text(&to)?.unwrap_or_default();
            let mut tree = e.tree_mut();
            if tree.is_attribute(n) || tree.is_character_data(n) {
                tree.set_text_content(n, &to);
            }
        }
    ),
    attr!(
        c"textContent",
        node,
        |e, n| e.tree().text_content(n),
        |e, n, to| {
            let to = nullable_text(&to)?.unwrap_or_default();
            e.tree_mut().set_text_content(n, &to);
        }
    ),
    mutator!(c"normalize", 0, node, |e, n, _call| {
        e.tree_mut().normalize(n);
    }),
    mutator!(c"cloneNode", 0, node, |e, n, call| {
        let deep = call.argument(0).truthy();
        clone(e, n, deep)
    }),
    op!(c"isEqualNode", 1, node, |e, n, call| {
        let other = nullable_node(call, 0)?;
        other.is_some_and(|other| e.tree().is_equal(n, other))
    }),
    op!(c"isSameNode", 1, node, |_e, n, call| nullable_node(
        call, 0
    )? == Some(n)),
    op!(c"compareDocumentPosition", 1, node, |e, n, call| {
        let other = convert::node(call, 0)?;
        u32::from(e.tree().compare_position(n, other))
    }),
    op!(c"contains", 1, node, |e, n, call| {
        let other = nullable_node(call, 0)?;
        other.is_some_and(|other| e.tree().is_inclusive_ancestor(n, other))
    }),
    op!(c"lookupPrefix", 1, node, |e, n, call| {
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        match namespace.is_empty() {
            true => None,
            false => e.tree().locate_prefix(n, &namespace),
        }
    }),
    op!(c"lookupNamespaceURI", 1, node, |e, n, call| {
        let prefix = nullable_text(&call.argument(0))?.filter(|prefix| !prefix.is_empty());
        let found = e.tree().locate_namespace(n, prefix.as_deref());
        found.map(|namespace| namespace.to_string())
    }),
    op!(c"isDefaultNamespace", 1, node, |e, n, call| {
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        let found = e.tree().locate_namespace(n, None);
        found.map_or(String::new(), |found| found.to_string()) == namespace
    }),
    mutator!(c"insertBefore", 2, node, |e, n, call| {
        let node = convert::node(call, 0)?;
        let before = nullable_node(call, 1)?;
        insert(e, n, node, before)?;
        call.argument(0)
    }),
    mutator!(c"appendChild", 1, node, |e, n, call| {
        let node = convert::node(call, 0)?;
        insert(e, n, node, None)?;
        call.argument(0)
    }),
    mutator!(c"replaceChild", 2, node, |e, n, call| {
        let (node, child) = (convert::node(call, 0)?, convert::node(call, 1)?);
        let replaced = e.tree_mut().replace(n, node, child);
        replaced.map_err(|error| e.throw(&error))?;
        call.argument(1)
    }),
    mutator!(c"removeChild", 1, node, |e, n, call| {
        let child = convert::node(call, 0)?;
        if e.tree().parent(child) != Some(n) {
            return Err(e.throw(&DomError::not_found("the node is not a child of this node")));
        }
        e.tree_mut().remove(child);
        call.argument(0)
    }),
    Member::constant(c"ELEMENT_NODE", 1),
    Member::constant(c"ATTRIBUTE_NODE", 2),
    Member::constant(c"TEXT_NODE", 3),
    Member::constant(c"CDATA_SECTION_NODE", 4),
    Member::constant(c"ENTITY_REFERENCE_NODE", 5),
    Member::constant(c"ENTITY_NODE", 6),
    Member::constant(c"PROCESSING_INSTRUCTION_NODE", 7),
    Member::constant(c"COMMENT_NODE", 8),
    Member::constant(c"DOCUMENT_NODE", 9),
    Member::constant(c"DOCUMENT_TYPE_NODE", 10),
    Member::constant(c"DOCUMENT_FRAGMENT_NODE", 11),
    Member::constant(c"NOTATION_NODE", 12),
    Member::constant(
        c"DOCUMENT_POSITION_DISCONNECTED",
        Position::DISCONNECTED as i32,
    ),
    Member::constant(c"DOCUMENT_POSITION_PRECEDING", Position::PRECEDING as i32),
    Member::constant(c"DOCUMENT_POSITION_FOLLOWING", Position::FOLLOWING as i32),
    Member::constant(c"DOCUMENT_POSITION_CONTAINS", Position::CONTAINS as i32),
    Member::constant(
        c"DOCUMENT_POSITION_CONTAINED_BY",
        Position::CONTAINED_BY as i32,
    ),
    Member::constant(
        c"DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC",
        Position::IMPLEMENTATION_SPECIFIC as i32,
    ),
];

pub(super) static STATICS: &[Member] = &[
    Member::constant(c"ELEMENT_NODE", 1),
    Member::constant(c"ATTRIBUTE_NODE", 2),
    Member::constant(c"TEXT_NODE", 3),
    Member::constant(c"CDATA_SECTION_NODE", 4),
    Member::constant(c"ENTITY_REFERENCE_NODE", 5),
    Member::constant(c"ENTITY_NODE", 6),
    Member::constant(c"PROCESSING_INSTRUCTION_NODE", 7),
    Member::constant(c"COMMENT_NODE", 8),
    Member::constant(c"DOCUMENT_NODE", 9),
    Member::constant(c"DOCUMENT_TYPE_NODE", 10),
    Member::constant(c"DOCUMENT_FRAGMENT_NODE", 11),
    Member::constant(c"NOTATION_NODE", 12),
    Member::constant(
        c"DOCUMENT_POSITION_DISCONNECTED",
        Position::DISCONNECTED as i32,
    ),
    Member::constant(c"DOCUMENT_POSITION_PRECEDING", Position::PRECEDING as i32),
    Member::constant(c"DOCUMENT_POSITION_FOLLOWING", Position::FOLLOWING as i32),
    Member::constant(c"DOCUMENT_POSITION_CONTAINS", Position::CONTAINS as i32),
    Member::constant(
        c"DOCUMENT_POSITION_CONTAINED_BY",
        Position::CONTAINED_BY as i32,
    ),
    Member::constant(
        c"DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC",
        Position::IMPLEMENTATION_SPECIFIC as i32,
    ),
];

pub(super) static PARENT_NODE: &[Member] = &[
    get!(c"children", parent_node, |e, n| collection::children(e, n)),
    get!(c"firstElementChild", parent_node, |e, n| e
        .tree()
        .child_elements(n)
        .next()),
    get!(c"lastElementChild", parent_node, |e, n| {
        let tree = e.tree();
        let last = tree.last_child(n);
        last.and_then(|last| match tree.is_element(last) {
            true => Some(last),
            false => tree.previous_element(last),
        })
    }),
    get!(
        c"childElementCount",
        parent_node,
        |e, n| e.tree().child_elements(n).count() as u32
    ),
    mutator!(c"prepend", 0, parent_node, |e, n, call| {
        let node = nodes_into_one(e, call, n)?;
        let first = e.tree().first_child(n);
        insert_made(e, n, node, first)
    }),
    mutator!(c"append", 0, parent_node, |e, n, call| {
        let node = nodes_into_one(e, call, n)?;
        insert_made(e, n, node, None)
    }),
    mutator!(c"replaceChildren", 0, parent_node, |e, n, call| {
        let node = nodes_into_one(e, call, n)?;
        let valid = e.tree().ensure_insertable(n, node, None);
        if let Err(error) = valid {
            e.discard(node);
            return Err(e.throw(&error));
        }
        e.tree_mut().replace_all(n, Some(node));
        e.discard(node);
    }),
    mutator!(c"moveBefore", 2, parent_node, |e, n, call| {
        let node = convert::node(call, 0)?;
        let before = nullable_node(call, 1)?;
        move_before(e, n, node, before)
    }),
    op!(c"querySelector", 1, parent_node, |e, n, call| {
        let selectors = selectors(e, n, &text(call, 0)?)?;
        query(e, &selectors, n, true)?.pop()
    }),
    op!(c"querySelectorAll", 1, parent_node, |e, n, call| {
        let selectors = selectors(e, n, &text(call, 0)?)?;
        let found = query(e, &selectors, n, false)?;
        collection::static_list(e, &found)
    }),
];

pub(super) static NON_ELEMENT_PARENT: &[Member] =
    &[op!(c"getElementById", 1, parent_node, |e, n, call| {
        let id = text(call, 0)?;
        e.tree().by_id(n, &id)
    })];

pub(super) static SIBLINGS: &[Member] = &[
    get!(c"previousElementSibling", child_node, |e, n| e
        .tree()
        .previous_element(n)),
    get!(c"nextElementSibling", child_node, |e, n| e
        .tree()
        .next_element(n)),
];

pub(super) static CHILD_NODE: &[Member] = &[
    mutator!(c"before", 0, child_node, |e, n, call| {
        let Some(parent) = e.tree().parent(n) else {
            return Ok(call.cx().undefined());
        };
        let given = given_nodes(e, call);
        let mut viable = e.tree().previous(n);
        while viable.is_some_and(|node| given.contains(&node)) {
            viable = viable.and_then(|node| e.tree().previous(node));
        }
        let node = nodes_into_one(e, call, n)?;
        let before = match viable {
            Some(viable) => e.tree().next(viable),
            None => e.tree().first_child(parent),
        };
        insert_made(e, parent, node, before)
    }),
    mutator!(c"after", 0, child_node, |e, n, call| {
        let Some(parent) = e.tree().parent(n) else {
            return Ok(call.cx().undefined());
        };
        let viable = viable_next(e, call, n);
        let node = nodes_into_one(e, call, n)?;
        insert_made(e, parent, node, viable)
    }),
    mutator!(c"replaceWith", 0, child_node, |e, n, call| {
        let Some(parent) = e.tree().parent(n) else {
            return Ok(call.cx().undefined());
        };
        let viable = viable_next(e, call, n);
        let node = nodes_into_one(e, call, n)?;
        if e.tree().parent(n) == Some(parent) {
            let replaced = e.tree_mut().replace(parent, node, n);
            e.discard(node);
            replaced.map_err(|error| e.throw(&error))
        } else {
            insert_made(e, parent, node, viable)
        }
    }),
    mutator!(c"remove", 0, child_node, |e, n, _call| e
        .tree_mut()
        .remove(n)),
];

fn node_type(tree: &Tree, id: NodeId) -> u32 {
    match tree.data(id) {
        NodeData::Free => 0,
        NodeData::Element(_) => 1,
        NodeData::Attr(_) => 2,
        NodeData::Text(_) => 3,
        NodeData::CData(_) => 4,
        NodeData::Instruction(_) => 7,
        NodeData::Comment(_) => 8,
        NodeData::Document(_) => 9,
        NodeData::Doctype(_) => 10,
        NodeData::Fragment(_) => 11,
    }
}

pub(super) fn node_name(tree: &Tree, id: NodeId) -> String {
    match tree.data(id) {
        NodeData::Element(_) => super::element::tag_name(tree, id),
        NodeData::Attr(attribute) => attribute.qualified_name(),
        NodeData::Text(_) => "#text".to_owned(),
        NodeData::CData(_) => "#cdata-section".to_owned(),
        NodeData::Instruction(instruction) => instruction.target.to_string(),
        NodeData::Comment(_) => "#comment".to_owned(),
        NodeData::Document(_) => "#document".to_owned(),
        NodeData::Doctype(doctype) => doctype.name.to_string(),
        NodeData::Fragment(_) => "#document-fragment".to_owned(),
        NodeData::Free => String::new(),
    }
}

/// "Clone a node", with the custom elements among the copies upgraded later.
pub(super) fn clone<'a>(env: Env<'a>, id: NodeId, deep: bool) -> JsResult<Value<'a>> {
    if env.tree().shadow_host(id).is_some() {
        return Err(env.throw(&DomError::not_supported("a shadow root cannot be cloned")));
    }
    let copy = {
        let mut tree = env.tree_mut();
        let document = tree.document(id);
        tree.clone_node(id, document, deep)
    };
    super::custom::created(env, copy);
    env.wrap(copy)
}

pub(super) fn insert(
    env: Env<'_>,
    parent: NodeId,
    node: NodeId,
    before: Option<NodeId>,
) -> JsResult<()> {
    let inserted = env.tree_mut().pre_insert(parent, node, before);
    inserted.map_err(|error| env.throw(&error))
}

/// Insert what [`nodes_into_one`] has made.
fn insert_made(env: Env<'_>, parent: NodeId, node: NodeId, before: Option<NodeId>) -> JsResult<()> {
    let inserted = insert(env, parent, node, before);
    env.discard(node);
    inserted
}

fn move_before(env: Env<'_>, parent: NodeId, node: NodeId, before: Option<NodeId>) -> JsResult<()> {
    {
        let tree = env.tree();
        let valid = tree.ensure_insertable(parent, node, before).and_then(|()| {
            let same = tree.shadow_including_root(parent) == tree.shadow_including_root(node);
            let movable = tree.is_element(node) || tree.is_character_data(node);
            match same && movable {
                true => Ok(()),
                false => Err(DomError::hierarchy(
                    "only a node of the same tree can be moved",
                )),
            }
        });
        drop(tree);
        valid.map_err(|error| env.throw(&error))?;
    }
    insert(env, parent, node, before)
}

/// The nodes among the arguments.
fn given_nodes<'a>(env: Env<'a>, call: &Call<'a>) -> Vec<NodeId> {
    (0..call.len())
        .filter_map(|index| env.node_of(&call.argument(index)))
        .collect()
}

fn viable_next<'a>(env: Env<'a>, call: &Call<'a>, id: NodeId) -> Option<NodeId> {
    let given = given_nodes(env, call);
    let tree = env.tree();
    let mut viable = tree.next(id);
    while viable.is_some_and(|node| given.contains(&node)) {
        viable = viable.and_then(|node| tree.next(node));
    }
    viable
}

/// "Convert nodes into a node": texts become Text nodes, several a fragment.
fn nodes_into_one<'a>(env: Env<'a>, call: &Call<'a>, context: NodeId) -> JsResult<NodeId> {
    enum Given {
        Node(NodeId),
        Text(String),
    }
    // All arguments are converted before anything is made.
    let mut given = Vec::with_capacity(call.len());
    for index in 0..call.len() {
        let argument = call.argument(index);
        given.push(match env.node_of(&argument) {
            Some(node) => Given::Node(node),
            None => Given::Text(argument.to_text()?),
        });
    }
    let mut tree = env.tree_mut();
    let document = tree.document(context);
    if given.len() == 1 {
        return Ok(match &given[0] {
            Given::Node(node) => *node,
            Given::Text(text) => tree.new_text(document, text),
        });
    }
    let fragment = tree.new_fragment(document);
    for one in given {
        let node = match one {
            Given::Node(node) => node,
            Given::Text(text) => tree.new_text(document, &text),
        };
        if let Err(error) = tree.append(fragment, node) {
            drop(tree);
            return Err(env.throw(&error));
        }
    }
    Ok(fragment)
}

/// A value that a node keeps, made on first touch.
pub(super) fn kept<'a>(
    env: Env<'a>,
    id: NodeId,
    tag: u32,
    make: impl FnOnce(&Value<'a>) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let object = env.wrap(id)?;
    if let Some(value) = object.held(tag)
        && value.kind() == Kind::Object
    {
        return Ok(value);
    }
    let value = make(&object)?;
    object.hold(tag, value.clone());
    Ok(value)
}

/// An array of nodes.
pub(super) fn array<'a>(env: Env<'a>, nodes: &[NodeId]) -> JsResult<Value<'a>> {
    let array = env.cx.array()?;
    for (index, node) in nodes.iter().enumerate() {
        array.define_index(index as u32, node.to_js(env)?)?;
    }
    Ok(array)
}

/// Refuse an argument that is no node of the kind that is wanted.
pub(super) fn not_a(env: Env<'_>, what: &str) -> quickbeam_engine::Thrown {
    type_error(env.cx, &format!("the argument is not {what}"))
}
