//! `ShadowRoot`: DOM, 4.8.

use quickbeam_engine::{JsResult, Member, Value};

use super::convert::{member, text, text_or_null, type_error};
use super::dom::Env;
use super::markup;
use crate::tree::{NodeId, ShadowData, ShadowMode, Tree};

pub(super) static MEMBERS: &[Member] = &[
    get!(c"mode", shadow, |e, n| {
        match e.tree().shadow_data(n).and_then(|data| data.mode) {
            Some(ShadowMode::Closed) => "closed",
            _ => "open",
        }
    }),
    get!(c"host", shadow, |e, n| e.tree().shadow_host(n)),
    get!(c"delegatesFocus", shadow, |e, n| flag(
        &e.tree(),
        n,
        |data| data.delegates_focus
    )),
    get!(c"clonable", shadow, |e, n| flag(&e.tree(), n, |data| data
        .clonable)),
    get!(c"serializable", shadow, |e, n| flag(&e.tree(), n, |data| {
        data.serializable
    })),
    get!(c"slotAssignment", shadow, |e, n| {
        match flag(&e.tree(), n, |data| data.manual_slots) {
            true => "manual",
            false => "named",
        }
    }),
    get!(c"activeElement", shadow, |e, n| {
        let tree = e.tree();
        tree.document_data(n)
            .focused
            .filter(|focused| tree.contains_id(*focused) && tree.root(*focused) == n)
    }),
    attr!(
        c"innerHTML",
        shadow,
        |e, n| markup::inner(e, n),
        |e, n, to| {
            let html = text_or_null(&to)?;
            set_inner(e, n, &html, false)
        }
    ),
    op!(c"getHTML", 0, shadow, |e, n, call| markup::get_html(
        e, n, call
    )),
    mutator!(c"setHTMLUnsafe", 1, shadow, |e, n, call| {
        let html = text(call, 0)?;
        set_inner(e, n, &html, true)
    }),
];

fn flag(tree: &Tree, id: NodeId, read: impl Fn(&ShadowData) -> bool) -> bool {
    tree.shadow_data(id).is_some_and(read)
}

fn set_inner(env: Env<'_>, root: NodeId, html: &str, declarative: bool) -> JsResult<()> {
    let host = env.tree().shadow_host(root);
    match host {
        Some(host) => markup::set_inner(env, root, host, html, declarative),
        None => Ok(()),
    }
}

/// The shadow root, where it is open.
pub(super) fn open_root(tree: &Tree, host: NodeId) -> Option<NodeId> {
    let root = tree.shadow_root(host)?;
    let open = tree.shadow_data(root)?.mode == Some(ShadowMode::Open);
    open.then_some(root)
}

/// `attachShadow(init)`.
pub(super) fn attach<'a>(env: Env<'a>, host: NodeId, init: &Value<'a>) -> JsResult<NodeId> {
    let read = |name: &str| member(init, name);
    // Members of a dictionary are converted in the order of their names.
    let clonable = read("clonable")?.truthy();
    let delegates_focus = read("delegatesFocus")?.truthy();
    let mode = read("mode")?;
    let mode = match mode.is_undefined() {
        true => {
            return Err(type_error(
                env.cx,
                "attachShadow: the option mode is required",
            ));
        }
        false => mode.to_text()?,
    };
    let mode = match mode.as_str() {
        "open" => ShadowMode::Open,
        "closed" => ShadowMode::Closed,
        _ => {
            let message = format!("attachShadow: the mode {mode:?} is neither open nor closed");
            return Err(type_error(env.cx, &message));
        }
    };
    let serializable = read("serializable")?.truthy();
    let manual_slots = match read("slotAssignment")? {
        value if value.is_undefined() => false,
        value => match value.to_text()?.as_str() {
            "manual" => true,
            "named" => false,
            _ => return Err(type_error(env.cx, "attachShadow: no such slotAssignment")),
        },
    };
    let data = ShadowData {
        host,
        mode: Some(mode),
        manual_slots,
        delegates_focus,
        clonable,
        serializable,
        declarative: false,
    };
    if super::custom::forbids_shadow(env, host) {
        let message = "the custom element wants no shadow root";
        return Err(env.throw(&crate::tree::DomError::not_supported(message)));
    }
    let attached = env.tree_mut().attach_shadow(data);
    attached.map_err(|error| env.throw(&error))
}
