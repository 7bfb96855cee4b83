//! Links, scripts, templates and slots.

use quickbeam_engine::Member;

use super::super::convert::member;
use super::super::dom::held;
use super::super::{node, slots, token_list};
use crate::tree::{NodeId, Tree};

pub(in crate::js) static ANCHOR: &[Member] = &[
    reflect!(c"target", "target"),
    reflect!(c"download", "download"),
    reflect!(c"ping", "ping"),
    reflect!(c"rel", "rel"),
    attr!(
        c"relList",
        element,
        |e, n| token_list::list(e, n, held::OWNER, "rel"),
        |e, n, to| token_list::replace(e, n, "rel", &to)
    ),
    reflect!(c"hreflang", "hreflang"),
    reflect!(c"type", "type"),
    reflect_referrer_policy!(),
    reflect!(c"name", "name"),
    reflect!(c"rev", "rev"),
    reflect!(c"coords", "coords"),
    reflect!(c"charset", "charset"),
    reflect!(c"shape", "shape"),
    attr!(
        c"text",
        element,
        |e, n| e.tree().descendant_text(n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_text_content(n, &to);
        }
    ),
];

pub(in crate::js) static LINK: &[Member] = &[
    reflect_url!(c"href", "href"),
    reflect_cross_origin!(),
    reflect!(c"rel", "rel"),
    attr!(
        c"relList",
        element,
        |e, n| token_list::list(e, n, held::OWNER, "rel"),
        |e, n, to| token_list::replace(e, n, "rel", &to)
    ),
    reflect_enum!(
        c"as",
        "as",
        "",
        "",
        [
            "fetch",
            "audio",
            "document",
            "embed",
            "font",
            "image",
            "manifest",
            "object",
            "report",
            "script",
            "sharedworker",
            "style",
            "track",
            "video",
            "worker",
            "xslt"
        ]
    ),
    attr!(
        c"sizes",
        element,
        |e, n| token_list::list(e, n, held::SIZES, "sizes"),
        |e, n, to| token_list::replace(e, n, "sizes", &to)
    ),
    reflect!(c"charset", "charset"),
    reflect!(c"rev", "rev"),
    reflect!(c"target", "target"),
    reflect!(c"imageSrcset", "imagesrcset"),
    reflect!(c"imageSizes", "imagesizes"),
    reflect!(c"media", "media"),
    reflect!(c"integrity", "integrity"),
    reflect!(c"hreflang", "hreflang"),
    reflect!(c"type", "type"),
    reflect_referrer_policy!(),
    reflect_bool!(c"disabled", "disabled"),
    get!(c"sheet", element, |e, _n| e.cx.null()),
];

pub(in crate::js) static SCRIPT: &[Member] = &[
    reflect_url!(c"src", "src"),
    reflect!(c"type", "type"),
    reflect_bool!(c"noModule", "nomodule"),
    reflect_bool!(c"async", "async"),
    reflect_bool!(c"defer", "defer"),
    reflect_cross_origin!(),
    reflect!(c"integrity", "integrity"),
    reflect_referrer_policy!(),
    reflect!(c"charset", "charset"),
    reflect!(c"event", "event"),
    reflect!(c"htmlFor", "for"),
    attr!(
        c"text",
        element,
        |e, n| e.tree().child_text(n),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_text_content(n, &to);
        }
    ),
];

pub(in crate::js) static STYLE: &[Member] = &[
    reflect!(c"media", "media"),
    reflect!(c"type", "type"),
    reflect_bool!(c"disabled", "disabled"),
    get!(c"sheet", element, |e, _n| e.cx.null()),
];

pub(in crate::js) static TITLE: &[Member] = &[attr!(
    c"text",
    element,
    |e, n| e.tree().child_text(n),
    |e, n, to| {
        let to = to.to_text()?;
        e.tree_mut().set_text_content(n, &to);
    }
)];

pub(in crate::js) static TEMPLATE: &[Member] = &[
    get!(c"content", element, |e, n| e.tree().template_content(n)),
    reflect!(c"shadowRootMode", "shadowrootmode"),
    reflect_bool!(c"shadowRootDelegatesFocus", "shadowrootdelegatesfocus"),
    reflect_bool!(c"shadowRootClonable", "shadowrootclonable"),
    reflect_bool!(c"shadowRootSerializable", "shadowrootserializable"),
];

pub(in crate::js) static SLOT: &[Member] = &[
    reflect!(c"name", "name"),
    op!(c"assignedNodes", 0, element, |e, n, call| {
        let flatten = member(&call.argument(0), "flatten")?.truthy();
        let nodes = assigned(&e.tree(), n, flatten);
        node::array(e, &nodes)
    }),
    op!(c"assignedElements", 0, element, |e, n, call| {
        let flatten = member(&call.argument(0), "flatten")?.truthy();
        let nodes: Vec<NodeId> = {
            let tree = e.tree();
            let nodes = assigned(&tree, n, flatten);
            nodes
                .into_iter()
                .filter(|node| tree.is_element(*node))
                .collect()
        };
        node::array(e, &nodes)
    }),
    mutator!(c"assign", 0, element, |e, n, call| slots::assign(
        e, n, call
    )),
];

fn assigned(tree: &Tree, slot: NodeId, flatten: bool) -> Vec<NodeId> {
    match flatten {
        true => tree.flattened_nodes(slot),
        false => tree.assigned_nodes(slot),
    }
}
