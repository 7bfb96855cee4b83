//! `window`, and the globals of the group `dom`.

use quickbeam_engine::{Cx, JsResult, Member, Value};

use super::convert::{ToJs, type_error};
use super::dom::Env;
use super::interfaces;
use super::natives::call_module;
use super::{css, html};
use crate::tree::{NodeId, Tree};

const MODULE: &str = "dom/window.js";
const UI_EVENTS: &str = "dom/ui_events.js";

macro_rules! module_members {
    ($module:expr, $make:ident, $($name:literal),* $(,)?) => {
        &[$(Member::$make($name, |cx| {
            let env = Env::of(cx);
            env.dom.hooks.module(cx, $module)?.get(super::convert::name_of($name))
        })),*]
    };
}

/// Interfaces of events that nodes have.
static EVENTS: &[Member] = module_members![
    UI_EVENTS,
    lazy,
    c"AnimationEvent",
    c"BeforeUnloadEvent",
    c"ClipboardEvent",
    c"CompositionEvent",
    c"DragEvent",
    c"FocusEvent",
    c"FormDataEvent",
    c"HashChangeEvent",
    c"InputEvent",
    c"KeyboardEvent",
    c"MouseEvent",
    c"PageTransitionEvent",
    c"PointerEvent",
    c"PopStateEvent",
    c"SubmitEvent",
    c"ToggleEvent",
    c"TouchEvent",
    c"TransitionEvent",
    c"UIEvent",
    c"WheelEvent",
];

/// Interfaces of window.js.
static INTERFACES: &[Member] = module_members![
    MODULE,
    lazy,
    c"History",
    c"Location",
    c"MediaQueryList",
    c"Screen",
];

/// That of internals.js.
static STATES: &[Member] = module_members!["dom/internals.js", lazy, c"CustomStateSet"];

/// Those of xpath.js.
static XPATH: &[Member] = module_members![
    "dom/xpath.js",
    lazy,
    c"XPathEvaluator",
    c"XPathExpression",
    c"XPathResult",
];

/// Attributes of the window that are objects or functions of window.js.
static ATTRIBUTES: &[Member] = module_members![
    MODULE,
    lazy_attribute,
    c"alert",
    c"cancelAnimationFrame",
    c"cancelIdleCallback",
    c"confirm",
    c"history",
    c"matchMedia",
    c"postMessage",
    c"prompt",
    c"requestAnimationFrame",
    c"requestIdleCallback",
    c"screen",
    c"scroll",
    c"scrollBy",
    c"scrollTo",
];

static NODE_FILTER: &[Member] = &[
    Member::constant(c"FILTER_ACCEPT", 1),
    Member::constant(c"FILTER_REJECT", 2),
    Member::constant(c"FILTER_SKIP", 3),
    Member::constant(c"SHOW_ELEMENT", 0x1),
    Member::constant(c"SHOW_ATTRIBUTE", 0x2),
    Member::constant(c"SHOW_TEXT", 0x4),
    Member::constant(c"SHOW_CDATA_SECTION", 0x8),
    Member::constant(c"SHOW_ENTITY_REFERENCE", 0x10),
    Member::constant(c"SHOW_ENTITY", 0x20),
    Member::constant(c"SHOW_PROCESSING_INSTRUCTION", 0x40),
    Member::constant(c"SHOW_COMMENT", 0x80),
    Member::constant(c"SHOW_DOCUMENT", 0x100),
    Member::constant(c"SHOW_DOCUMENT_TYPE", 0x200),
    Member::constant(c"SHOW_DOCUMENT_FRAGMENT", 0x400),
    Member::constant(c"SHOW_NOTATION", 0x800),
];

macro_rules! number {
    ($name:literal, $value:literal) => {
        Member::lazy_attribute($name, |cx| Ok(cx.integer($value)))
    };
}

macro_rules! itself {
    ($name:literal) => {
        Member::lazy_attribute($name, |cx| Ok(cx.global()))
    };
}

static OWN: &[Member] = &[
    Member::lazy_attribute(c"document", |cx| Env::of(cx).window_document()),
    itself!(c"window"),
    itself!(c"frames"),
    itself!(c"parent"),
    itself!(c"top"),
    Member::lazy_attribute(c"opener", |cx| Ok(cx.null())),
    Member::lazy_attribute(c"frameElement", |cx| Ok(cx.null())),
    Member::accessor(
        c"location",
        |call| {
            let env = Env::of(call.cx());
            env.dom.hooks.module(env.cx, MODULE)?.get("location")
        },
        |call| {
            let env = Env::of(call.cx());
            call_module(env, MODULE, "navigate", &[call.argument(0)])
        },
    ),
    // [Replaceable]
    Member::accessor(
        c"event",
        |call| {
            let env = Env::of(call.cx());
            call_module(env, "events.js", "currentEvent", &[])
        },
        |call| {
            let global = call.cx().global();
            global.define("event", call.argument(0))?;
            Ok(call.cx().undefined())
        },
    ),
    Member::lazy_attribute(c"customElements", super::custom::registry::registry),
    Member::lazy(c"NodeFilter", |cx| {
        let filter = cx.function("NodeFilter", 0, |call| {
            Err(type_error(call.cx(), "Illegal constructor"))
        })?;
        cx.define_members(&filter, NODE_FILTER)?;
        filter.define("SHOW_ALL", cx.integer(0xFFFF_FFFF))?;
        Ok(filter)
    }),
    Member::lazy(c"Image", html::image_constructor),
    Member::lazy(c"Option", html::option_constructor),
    Member::lazy(c"Audio", html::audio_constructor),
    Member::lazy(c"CSS", css::namespace),
    Member::operation(c"getComputedStyle", 1, css::get_computed_style),
    Member::operation(c"getSelection", 0, |call| {
        let env = Env::of(call.cx());
        let document = env.window_document_id()?;
        super::selection::selection(env, document).to_js(env)
    }),
    number!(c"devicePixelRatio", 1),
    number!(c"innerWidth", 1024),
    number!(c"innerHeight", 768),
    number!(c"outerWidth", 1024),
    number!(c"outerHeight", 768),
    number!(c"scrollX", 0),
    number!(c"scrollY", 0),
    number!(c"pageXOffset", 0),
    number!(c"pageYOffset", 0),
];

/// Define the globals of the group `dom`.
pub fn globals(cx: Cx<'_>) -> JsResult<()> {
    let global = cx.global();
    for members in [
        OWN,
        EVENTS,
        INTERFACES,
        STATES,
        XPATH,
        ATTRIBUTES,
        interfaces::GLOBALS,
    ] {
        cx.define_members(&global, members)?;
    }
    Ok(())
}

/// `document.location`: null where there is no window.
pub(super) fn location_of(env: Env<'_>, document: NodeId) -> JsResult<Value<'_>> {
    match env.main_document() == Some(document) {
        true => env.dom.hooks.module(env.cx, MODULE)?.get("location"),
        false => Ok(env.cx.null()),
    }
}

pub(super) fn set_location<'a>(env: Env<'a>, document: NodeId, to: Value<'a>) -> JsResult<()> {
    match env.main_document() == Some(document) {
        true => call_module(env, MODULE, "navigate", &[to]).map(drop),
        false => Ok(()),
    }
}

/// "Document base URL".
pub(crate) fn base_url(tree: &Tree, id: NodeId) -> String {
    let document = tree.document(id);
    let url = &tree.document_data(document).url;
    let base = tree
        .descendants(document)
        .find(|node| tree.is_html_named(*node, "base") && tree.attribute(*node, "href").is_some());
    match base {
        Some(base) => crate::url::resolve(url, tree.attribute_or_empty(base, "href")),
        None => url.to_string(),
    }
}

/// A URL as seen from a node's document.
pub(super) fn resolve(tree: &Tree, id: NodeId, url: &str) -> String {
    let absolute = ["http://", "https://"]
        .iter()
        .any(|start| url.starts_with(start));
    match absolute {
        true => crate::url::resolve("", url),
        false => crate::url::resolve(&base_url(tree, id), url),
    }
}
