//! Event handler attributes (HTML, 8.1.8.2): what nodes have, by priv/js/dom.

use quickbeam_engine::Member;

use super::natives::call_module;

const MODULE: &str = "dom/handlers.js";
const WINDOW_MODULE: &str = "global_events.js";

macro_rules! handlers {
    ($($name:literal),* $(,)?) => {
        &[$(Member::accessor(
            $name,
            |call| {
                let (env, _) = super::dom::Env::node(call)?;
                let kind = env.cx.string(&super::convert::name_of($name)[2..])?;
                call_module(env, MODULE, "getNodeHandler", &[call.this(), kind])
            },
            |call| {
                let (env, _) = super::dom::Env::node(call)?;
                let kind = env.cx.string(&super::convert::name_of($name)[2..])?;
                let arguments = [call.this(), kind, call.argument(0)];
                call_module(env, MODULE, "setNodeHandler", &arguments)
            },
        )),*]
    };
}

macro_rules! window_handlers {
    ($($name:literal),* $(,)?) => {
        &[$(Member::accessor(
            $name,
            |call| {
                let env = super::dom::Env::of(call.cx());
                let kind = env.cx.string(&super::convert::name_of($name)[2..])?;
                call_module(env, WINDOW_MODULE, "getGlobalHandler", &[kind])
            },
            |call| {
                let env = super::dom::Env::of(call.cx());
                let kind = env.cx.string(&super::convert::name_of($name)[2..])?;
                call_module(env, WINDOW_MODULE, "setGlobalHandler", &[kind, call.argument(0)])
            },
        )),*]
    };
}

/// Those of the window: `WindowEventHandlers`, and of the others what scripts hear
/// there.
pub(super) static OF_WINDOW: &[Member] = window_handlers![
    c"onafterprint",
    c"onbeforeprint",
    c"onbeforeunload",
    c"onblur",
    c"onchange",
    c"onclick",
    c"onfocus",
    c"onhashchange",
    c"oninput",
    c"onkeydown",
    c"onkeyup",
    c"onlanguagechange",
    c"onload",
    c"onmessage",
    c"onmessageerror",
    c"onmousedown",
    c"onmousemove",
    c"onmouseup",
    c"onoffline",
    c"ononline",
    c"onpagehide",
    c"onpageshow",
    c"onpointerdown",
    c"onpointermove",
    c"onpointerup",
    c"onpopstate",
    c"onresize",
    c"onscroll",
    c"onstorage",
    c"onsubmit",
    c"onunload",
    c"onwheel",
];

/// `GlobalEventHandlers`, and those of the clipboard.
pub(super) static HANDLERS: &[Member] = handlers![
    c"onabort",
    c"onanimationcancel",
    c"onanimationend",
    c"onanimationiteration",
    c"onanimationstart",
    c"onauxclick",
    c"onbeforeinput",
    c"onbeforetoggle",
    c"onblur",
    c"oncancel",
    c"oncanplay",
    c"oncanplaythrough",
    c"onchange",
    c"onclick",
    c"onclose",
    c"oncontextmenu",
    c"oncopy",
    c"oncuechange",
    c"oncut",
    c"ondblclick",
    c"ondrag",
    c"ondragend",
    c"ondragenter",
    c"ondragleave",
    c"ondragover",
    c"ondragstart",
    c"ondrop",
    c"ondurationchange",
    c"onemptied",
    c"onended",
    c"onerror",
    c"onfocus",
    c"onformdata",
    c"ongotpointercapture",
    c"oninput",
    c"oninvalid",
    c"onkeydown",
    c"onkeypress",
    c"onkeyup",
    c"onload",
    c"onloadeddata",
    c"onloadedmetadata",
    c"onloadstart",
    c"onlostpointercapture",
    c"onmousedown",
    c"onmouseenter",
    c"onmouseleave",
    c"onmousemove",
    c"onmouseout",
    c"onmouseover",
    c"onmouseup",
    c"onpaste",
    c"onpause",
    c"onplay",
    c"onplaying",
    c"onpointercancel",
    c"onpointerdown",
    c"onpointerenter",
    c"onpointerleave",
    c"onpointermove",
    c"onpointerout",
    c"onpointerover",
    c"onpointerup",
    c"onprogress",
    c"onratechange",
    c"onreset",
    c"onresize",
    c"onscroll",
    c"onscrollend",
    c"onseeked",
    c"onseeking",
    c"onselect",
    c"onselectionchange",
    c"onselectstart",
    c"onslotchange",
    c"onstalled",
    c"onsubmit",
    c"onsuspend",
    c"ontimeupdate",
    c"ontoggle",
    c"ontransitioncancel",
    c"ontransitionend",
    c"ontransitionrun",
    c"ontransitionstart",
    c"onvolumechange",
    c"onwaiting",
    c"onwheel",
];
