//! `Document`, `DocumentFragment`, `DocumentType` and `DOMImplementation`: DOM, 4.5
//! to 4.7, and what HTML adds to documents (3.1).

use html5ever::{LocalName, QualName, ns};
use quickbeam_engine::{Call, JsResult, Member, Value};

use super::collection::{self, Query};
use super::convert::{self, ToJs, member, nullable_text, text};
use super::custom;
use super::dom::{Env, held};
use super::implementation::Implementation;
use super::interfaces::Interface;
use super::natives::call_module;
use super::node::kept;
use super::{range, selection, traversal, window};
use crate::parse::{self, HtmlOptions};
use crate::tree::{
    Boundary, DomError, NodeData, NodeId, QuirksMode, Tree, is_element_name, is_xml_name,
    validate_qualified,
};

const XPATH: &str = "dom/xpath.js";

pub(super) static STATICS: &[Member] = &[Member::operation(c"parseHTMLUnsafe", 1, |call| {
    super::convert::require(call, c"parseHTMLUnsafe", 1)?;
    let html = text(call, 0)?;
    let env = Env::of(call.cx());
    env.changing(|| super::parser::html_document(env, &html, true)?.to_js(env))
})];

pub(super) static FRAGMENT: &[Member] = &[];

pub(super) static DOCTYPE: &[Member] = &[
    get!(c"name", doctype, |e, n| doctype(&e.tree(), n, |one| &one
        .name)),
    get!(c"publicId", doctype, |e, n| doctype(&e.tree(), n, |one| {
        &one.public_id
    })),
    get!(c"systemId", doctype, |e, n| doctype(&e.tree(), n, |one| {
        &one.system_id
    })),
];

fn doctype(tree: &Tree, id: NodeId, read: impl Fn(&crate::tree::Doctype) -> &str) -> String {
    match tree.data(id) {
        NodeData::Doctype(doctype) => read(doctype).to_owned(),
        _ => String::new(),
    }
}

pub(super) static MEMBERS: &[Member] = &[
    get!(c"implementation", document, |e, n| kept(
        e,
        n,
        held::IMPLEMENTATION,
        |object| {
            let prototype = e.prototype(Interface::DomImplementation)?;
            let made =
                e.cx.host_object_with_slots(&prototype, Implementation(n), 1)?;
            made.set_internal_slot(0, object.clone());
            Ok(made)
        }
    )),
    get!(c"URL", document, |e, n| e
        .tree()
        .document_data(n)
        .url
        .to_string()),
    get!(c"documentURI", document, |e, n| e
        .tree()
        .document_data(n)
        .url
        .to_string()),
    get!(c"compatMode", document, |e, n| {
        match e.tree().document_data(n).quirks {
            QuirksMode::Quirks => "BackCompat",
            _ => "CSS1Compat",
        }
    }),
    get!(c"characterSet", document, |_e, _n| "UTF-8"),
    get!(c"charset", document, |_e, _n| "UTF-8"),
    get!(c"inputEncoding", document, |_e, _n| "UTF-8"),
    get!(c"contentType", document, |e, n| e
        .tree()
        .document_data(n)
        .content_type
        .to_string()),
    get!(c"doctype", document, |e, n| e.tree().doctype(n)),
    get!(c"documentElement", document, |e, n| e
        .tree()
        .document_element(n)),
    op!(c"getElementsByTagName", 1, document, |e, n, call| {
        collection::by_tag_name(e, n, text(call, 0)?)
    }),
    op!(c"getElementsByTagNameNS", 2, document, |e, n, call| {
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        collection::by_tag_name_ns(e, n, namespace, text(call, 1)?)
    }),
    op!(c"getElementsByClassName", 1, document, |e, n, call| {
        collection::by_class_name(e, n, text(call, 0)?)
    }),
    op!(c"getElementsByName", 1, document, |e, n, call| {
        collection::live_by(e, n, Interface::NodeList, Query::Name(text(call, 0)?))
    }),
    mutator!(c"createElement", 1, document, |e, n, call| create_element(
        e, n, call
    )),
    mutator!(c"createElementNS", 2, document, |e, n, call| {
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        let name = text(call, 1)?;
        let is = is_option(&call.argument(2))?;
        let name = validate_qualified(&namespace, &name, true).map_err(|error| e.throw(&error))?;
        custom::create(e, n, name, is)
    }),
    op!(c"createDocumentFragment", 0, document, |e, n, _call| e
        .tree_mut()
        .new_fragment(n)),
    op!(c"createTextNode", 1, document, |e, n, call| {
        let data = text(call, 0)?;
        let made = e.tree_mut().new_text(n, &data);
        e.made(made)
    }),
    op!(c"createCDATASection", 1, document, |e, n, call| {
        let data = text(call, 0)?;
        if e.tree().document_data(n).html {
            let message = "an HTML document has no CDATA sections";
            return Err(e.throw(&DomError::not_supported(message)));
        }
        if data.contains("]]>") {
            let message = "a CDATA section cannot contain \"]]>\"";
            return Err(e.throw(&DomError::invalid_character(message)));
        }
        let made = e.tree_mut().new_cdata(n, &data);
        e.made(made)
    }),
    op!(c"createComment", 1, document, |e, n, call| {
        let data = text(call, 0)?;
        let made = e.tree_mut().new_comment(n, &data);
        e.made(made)
    }),
    op!(c"createProcessingInstruction", 2, document, |e, n, call| {
        let (target, data) = (text(call, 0)?, text(call, 1)?);
        if !is_xml_name(&target) || data.contains("?>") {
            let message = "such a processing instruction cannot be";
            return Err(e.throw(&DomError::invalid_character(message)));
        }
        let made = e.tree_mut().new_instruction(n, &target, &data);
        e.made(made)
    }),
    mutator!(c"importNode", 1, document, |e, n, call| {
        let node = convert::node(call, 0)?;
        let deep = match call.argument(1) {
            options if options.is_object() => !member(&options, "selfOnly")?.truthy(),
            deep => deep.truthy(),
        };
        let refused = {
            let tree = e.tree();
            tree.is_document(node) || tree.shadow_host(node).is_some()
        };
        if refused {
            let message = "documents and shadow roots cannot be imported";
            return Err(e.throw(&DomError::not_supported(message)));
        }
        let copy = e.tree_mut().clone_node(node, n, deep);
        custom::created(e, copy);
        e.made(copy)
    }),
    mutator!(c"adoptNode", 1, document, |e, n, call| {
        let node = convert::node(call, 0)?;
        let (is_document, is_shadow, is_content) = {
            let tree = e.tree();
            (
                tree.is_document(node),
                tree.shadow_host(node).is_some(),
                tree.is_fragment(node) && tree.keeper(node).is_some(),
            )
        };
        if is_document {
            return Err(e.throw(&DomError::not_supported("a document cannot be adopted")));
        }
        if is_shadow {
            return Err(e.throw(&DomError::hierarchy("a shadow root cannot be adopted")));
        }
        if !is_content {
            let mut tree = e.tree_mut();
            if let Some((owner, index)) = tree.attribute_node_index(node) {
                tree.remove_attribute_at(owner, index);
            }
            tree.adopt(node, n);
        }
        call.argument(0)
    }),
    op!(c"createAttribute", 1, document, |e, n, call| {
        let name = text(call, 0)?;
        if !crate::tree::is_attribute_name(&name) {
            let message = format!("{name:?} is not a valid attribute name");
            return Err(e.throw(&DomError::invalid_character(message)));
        }
        let mut tree = e.tree_mut();
        let name = match tree.document_data(n).html {
            true => name.to_ascii_lowercase(),
            false => name,
        };
        let name = QualName::new(None, ns!(), LocalName::from(name));
        let made = tree.new_attribute_node(n, name);
        drop(tree);
        e.made(made)
    }),
    op!(c"createAttributeNS", 2, document, |e, n, call| {
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        let name = text(call, 1)?;
        let name = validate_qualified(&namespace, &name, false).map_err(|error| e.throw(&error))?;
        let made = e.tree_mut().new_attribute_node(n, name);
        e.made(made)
    }),
    op!(c"createEvent", 1, document, |e, _n, call| {
        let name = call.cx().string(&text(call, 0)?)?;
        call_module(e, "dom/ui_events.js", "createEvent", &[name])
    }),
    op!(c"createRange", 0, document, |e, n, _call| {
        let start = Boundary { node: n, offset: 0 };
        let prototype = e.prototype(Interface::Range)?;
        range::make(e, &prototype, start, start)
    }),
    op!(c"createNodeIterator", 1, document, |e, _n, call| {
        traversal::iterator(e, call)
    }),
    op!(c"createTreeWalker", 1, document, |e, _n, call| {
        traversal::walker(e, call)
    }),
    // HTML
    attr!(
        c"location",
        document,
        |e, n| window::location_of(e, n),
        |e, n, to| window::set_location(e, n, to)
    ),
    attr!(c"domain", document, |_e, _n| "", |_e, _n, to| {
        to.to_text()?;
    }),
    get!(c"referrer", document, |_e, _n| ""),
    attr!(
        c"cookie",
        document,
        |e, n| e.tree().document_data(n).cookies(),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().document_data_mut(n).set_cookie(&to);
        }
    ),
    get!(c"lastModified", document, |_e, _n| "01/01/1970 00:00:00"),
    get!(c"readyState", document, |_e, _n| "complete"),
    attr!(
        c"title",
        document,
        |e, n| title(&e.tree(), n),
        |e, n, to| {
            let to = to.to_text()?;
            set_title(e, n, &to)
        }
    ),
    attr!(
        c"dir",
        document,
        |e, n| {
            let tree = e.tree();
            let root = tree.document_element(n);
            let dir = root.map_or("", |root| tree.attribute_or_empty(root, "dir"));
            let known = ["ltr", "rtl", "auto"].into_iter();
            known
                .filter(|one| one.eq_ignore_ascii_case(dir))
                .collect::<String>()
        },
        |e, n, to| {
            let to = to.to_text()?;
            let mut tree = e.tree_mut();
            if let Some(root) = tree.document_element(n) {
                tree.set_attribute(root, "dir", &to);
            }
        }
    ),
    attr!(
        c"body",
        document,
        |e, n| e.tree().html_child(n, &["body", "frameset"]),
        |e, n, to| set_body(e, n, &to)
    ),
    get!(c"head", document, |e, n| e.tree().html_child(n, &["head"])),
    get!(c"images", document, |e, n| named(e, n, &["img"])),
    get!(c"embeds", document, |e, n| named(e, n, &["embed"])),
    get!(c"plugins", document, |e, n| named(e, n, &["embed"])),
    get!(c"links", document, |e, n| of(e, n, Query::Links)),
    get!(c"forms", document, |e, n| named(e, n, &["form"])),
    get!(c"scripts", document, |e, n| named(e, n, &["script"])),
    get!(c"anchors", document, |e, n| of(e, n, Query::Anchors)),
    get!(c"currentScript", document, |e, _n| e.cx.null()),
    get!(c"defaultView", document, |e, n| {
        match e.main_document() == Some(n) {
            true => e.cx.global(),
            false => e.cx.null(),
        }
    }),
    mutator!(c"open", 0, document, |e, n, call| {
        e.tree_mut().replace_all(n, None);
        call.this()
    }),
    op!(c"close", 0, document, |_e, _n, _call| {}),
    mutator!(c"write", 0, document, |e, n, call| write(e, n, call, "")),
    mutator!(c"writeln", 0, document, |e, n, call| write(
        e, n, call, "\n"
    )),
    op!(c"hasFocus", 0, document, |e, n, _call| e.main_document()
        == Some(n)),
    get!(c"activeElement", document, |e, n| {
        let tree = e.tree();
        let focused = tree
            .document_data(n)
            .focused
            .filter(|focused| tree.contains_id(*focused) && tree.is_connected(*focused));
        // Within a shadow tree, it is the host.
        let focused = focused.map(|focused| {
            let mut at = focused;
            while let Some(host) = tree.shadow_host(tree.root(at)) {
                at = host;
            }
            at
        });
        focused
            .or_else(|| tree.html_child(n, &["body"]))
            .or_else(|| tree.document_element(n))
    }),
    attr!(c"designMode", document, |_e, _n| "off", |_e, _n, to| {
        to.to_text()?;
    }),
    op!(c"execCommand", 1, document, |_e, _n, _call| false),
    op!(c"queryCommandSupported", 1, document, |_e, _n, _call| false),
    get!(c"hidden", document, |_e, _n| false),
    get!(c"visibilityState", document, |_e, _n| "visible"),
    get!(c"fullscreenElement", document, |e, _n| e.cx.null()),
    get!(c"scrollingElement", document, |e, n| e
        .tree()
        .document_element(n)),
    op!(c"elementFromPoint", 2, document, |e, _n, _call| e.cx.null()),
    op!(c"elementsFromPoint", 2, document, |e, _n, _call| e
        .cx
        .array()),
    op!(c"createExpression", 1, document, |e, _n, call| {
        call_module(e, XPATH, "createExpression", &call.rest(0))
    }),
    op!(c"createNSResolver", 1, document, |_e, _n, call| call
        .argument(0)),
    op!(c"evaluate", 2, document, |e, _n, call| {
        call_module(e, XPATH, "evaluate", &call.rest(0))
    }),
    op!(c"getSelection", 0, document, |e, n, _call| {
        selection::selection(e, n)
    }),
    get!(c"styleSheets", document, |e, _n| e.cx.array()),
    get!(c"adoptedStyleSheets", document, |e, _n| e.cx.array()),
];

fn of<'a>(env: Env<'a>, id: NodeId, query: Query) -> JsResult<Value<'a>> {
    collection::live_by(env, id, Interface::HtmlCollection, query)
}

fn named<'a>(env: Env<'a>, id: NodeId, names: &'static [&'static str]) -> JsResult<Value<'a>> {
    of(env, id, Query::Named(names))
}

fn is_option(options: &Value<'_>) -> JsResult<Option<String>> {
    if !options.is_object() {
        // A string was once what is an object now, and names the same.
        return Ok(None);
    }
    match options.get("is")? {
        is if is.is_undefined() => Ok(None),
        is => is.to_text().map(Some),
    }
}

fn create_element<'a>(env: Env<'a>, document: NodeId, call: &Call<'a>) -> JsResult<Value<'a>> {
    let name = text(call, 0)?;
    if !is_element_name(&name) {
        let shown: String = name.chars().take(100).collect();
        let message = format!("{shown:?} is not a valid element name");
        return Err(env.throw(&DomError::invalid_character(message)));
    }
    let (html, xhtml) = {
        let tree = env.tree();
        let data = tree.document_data(document);
        (data.html, &*data.content_type == "application/xhtml+xml")
    };
    let name = match html {
        true => name.to_ascii_lowercase(),
        false => name,
    };
    let namespace = if html || xhtml { ns!(html) } else { ns!() };
    let is = is_option(&call.argument(1))?;
    let name = QualName::new(None, namespace, LocalName::from(name));
    custom::create(env, document, name, is)
}

// ---- title, body -----------------------------------------------------------

fn title_element(tree: &Tree, document: NodeId) -> Option<NodeId> {
    tree.descendants(document)
        .find(|node| tree.is_html_named(*node, "title"))
}

fn title(tree: &Tree, document: NodeId) -> String {
    let Some(title) = title_element(tree, document) else {
        return String::new();
    };
    let text = tree.child_text(title);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.join(" ")
}

fn set_title(env: Env<'_>, document: NodeId, text: &str) -> JsResult<()> {
    let mut tree = env.tree_mut();
    let title = match title_element(&tree, document) {
        Some(title) => title,
        None => {
            let Some(head) = tree.html_child(document, &["head"]) else {
                return Ok(());
            };
            let title = tree.new_element(document, Tree::html_name("title"));
            tree.insert(head, title, None);
            title
        }
    };
    tree.set_text_content(title, text);
    Ok(())
}

fn set_body<'a>(env: Env<'a>, document: NodeId, to: &Value<'a>) -> JsResult<()> {
    let body = env.node_of(to);
    let mut tree = env.tree_mut();
    let body = body
        .filter(|body| tree.is_html_named(*body, "body") || tree.is_html_named(*body, "frameset"));
    let refuse = |message: &str| Err(env.throw(&DomError::hierarchy(message)));
    let Some(body) = body else {
        drop(tree);
        return refuse("the body of a document is a body or frameset element");
    };
    let current = tree.html_child(document, &["body", "frameset"]);
    if current == Some(body) {
        return Ok(());
    }
    if let Some(current) = current {
        let parent = tree.parent(current).expect("it is a child");
        let replaced = tree.replace(parent, body, current);
        drop(tree);
        return replaced.map_err(|error| env.throw(&error));
    }
    let Some(root) = tree.document_element(document) else {
        drop(tree);
        return refuse("the document has no element to put a body into");
    };
    let inserted = tree.append(root, body);
    drop(tree);
    inserted.map_err(|error| env.throw(&error))
}

/// `document.write`: at the end of the body, since no parser is running.
fn write<'a>(env: Env<'a>, document: NodeId, call: &Call<'a>, end: &str) -> JsResult<()> {
    let mut html = String::new();
    for index in 0..call.len() {
        html.push_str(&text(call, index)?);
    }
    html.push_str(end);
    let body = {
        let tree = env.tree();
        tree.html_child(document, &["body"])
    };
    match body {
        Some(body) => {
            let fragment = super::markup::parse_fragment(env, body, &html, false)?;
            env.tree_mut().insert(body, fragment, None);
            env.discard(fragment);
            Ok(())
        }
        None => {
            env.tree_mut().replace_all(document, None);
            let options = HtmlOptions {
                scripting: true,
                declarative_shadow_roots: true,
            };
            parse::document(
                &env.dom.shared.tree,
                document,
                &html,
                options,
                &super::dom::Paced(env),
            )
        }
    }
}
