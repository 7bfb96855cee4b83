//! Images, media, frames and what stands for them: nothing is loaded.

use quickbeam_engine::{Call, Cx, JsResult, Member, Value};

use super::super::convert::{ToJs, nullable_text, type_error};
use super::super::dom::{Env, held};
use super::super::interfaces::Interface;
use super::super::token_list;
use crate::tree::{NodeId, Tree};

pub(in crate::js) static IMAGE: &[Member] = &[
    reflect!(c"alt", "alt"),
    reflect_url!(c"src", "src"),
    reflect!(c"srcset", "srcset"),
    reflect!(c"sizes", "sizes"),
    reflect_cross_origin!(),
    reflect!(c"useMap", "usemap"),
    reflect_bool!(c"isMap", "ismap"),
    reflect_unsigned!(c"width", "width", 0),
    reflect_unsigned!(c"height", "height", 0),
    get!(c"naturalWidth", element, |_e, _n| 0),
    get!(c"naturalHeight", element, |_e, _n| 0),
    get!(c"complete", element, |e, n| e
        .tree()
        .attribute_or_empty(n, "src")
        .is_empty()),
    get!(c"currentSrc", element, |_e, _n| ""),
    reflect_referrer_policy!(),
    reflect_enum!(
        c"decoding",
        "decoding",
        "auto",
        "auto",
        ["sync", "async", "auto"]
    ),
    reflect_enum!(c"loading", "loading", "eager", "eager", ["eager", "lazy"]),
    reflect_enum!(
        c"fetchPriority",
        "fetchpriority",
        "auto",
        "auto",
        ["high", "low", "auto"]
    ),
    reflect!(c"name", "name"),
    reflect!(c"align", "align"),
    reflect_or_null!(c"border", "border"),
    reflect_url!(c"lowsrc", "lowsrc"),
    reflect_unsigned!(c"hspace", "hspace", 0),
    reflect_unsigned!(c"vspace", "vspace", 0),
    reflect_url!(c"longDesc", "longdesc"),
];

pub(in crate::js) static MEDIA: &[Member] = &[
    reflect_url!(c"src", "src"),
    get!(c"currentSrc", element, |_e, _n| ""),
    reflect_cross_origin!(),
    reflect_enum!(
        c"preload",
        "preload",
        "metadata",
        "metadata",
        ["none", "metadata", "auto"]
    ),
    reflect_bool!(c"autoplay", "autoplay"),
    reflect_bool!(c"loop", "loop"),
    reflect_bool!(c"controls", "controls"),
    reflect_bool!(c"defaultMuted", "muted"),
    get!(c"paused", element, |_e, _n| true),
    get!(c"ended", element, |_e, _n| false),
    get!(c"seeking", element, |_e, _n| false),
    get!(c"duration", element, |_e, _n| f64::NAN),
    get!(c"networkState", element, |_e, _n| 0),
    get!(c"readyState", element, |_e, _n| 0),
    op!(c"load", 0, element, |_e, _n, _call| {}),
    op!(c"pause", 0, element, |_e, _n, _call| {}),
    op!(c"canPlayType", 1, element, |_e, _n, _call| ""),
    // No media can be played, which the promise says.
    op!(c"play", 0, element, |e, _n, _call| {
        let (promise, _, reject) = e.cx.promise()?;
        let name = e.cx.string("NotSupportedError")?;
        let message = e.cx.string("there is nothing that plays media")?;
        let error = e.cx.dom_exception(&name, &message)?;
        reject.call(&e.cx.undefined(), &[error])?;
        promise
    }),
];

pub(in crate::js) static VIDEO: &[Member] = &[
    reflect_unsigned!(c"width", "width", 0),
    reflect_unsigned!(c"height", "height", 0),
    get!(c"videoWidth", element, |_e, _n| 0),
    get!(c"videoHeight", element, |_e, _n| 0),
    reflect_url!(c"poster", "poster"),
    reflect_bool!(c"playsInline", "playsinline"),
];

pub(in crate::js) static SOURCE: &[Member] = &[
    reflect_url!(c"src", "src"),
    reflect!(c"type", "type"),
    reflect!(c"srcset", "srcset"),
    reflect!(c"sizes", "sizes"),
    reflect!(c"media", "media"),
    reflect_unsigned!(c"width", "width", 0),
    reflect_unsigned!(c"height", "height", 0),
];

pub(in crate::js) static TRACK: &[Member] = &[
    reflect_enum!(
        c"kind",
        "kind",
        "subtitles",
        "metadata",
        [
            "subtitles",
            "captions",
            "descriptions",
            "chapters",
            "metadata"
        ]
    ),
    reflect_url!(c"src", "src"),
    reflect!(c"srclang", "srclang"),
    reflect!(c"label", "label"),
    reflect_bool!(c"default", "default"),
];

pub(in crate::js) static IFRAME: &[Member] = &[
    reflect_url!(c"src", "src"),
    reflect!(c"srcdoc", "srcdoc"),
    reflect!(c"name", "name"),
    reflect!(c"allow", "allow"),
    reflect_bool!(c"allowFullscreen", "allowfullscreen"),
    reflect!(c"width", "width"),
    reflect!(c"height", "height"),
    reflect_referrer_policy!(),
    reflect_enum!(c"loading", "loading", "eager", "eager", ["eager", "lazy"]),
    reflect!(c"align", "align"),
    reflect!(c"scrolling", "scrolling"),
    reflect!(c"frameBorder", "frameborder"),
    reflect_url!(c"longDesc", "longdesc"),
    reflect_or_null!(c"marginHeight", "marginheight"),
    reflect_or_null!(c"marginWidth", "marginwidth"),
    attr!(
        c"sandbox",
        element,
        |e, n| token_list::list(e, n, held::OWNER, "sandbox"),
        |e, n, to| token_list::replace(e, n, "sandbox", &to)
    ),
    // Frames are not loaded.
    get!(c"contentDocument", element, |e, _n| e.cx.null()),
    get!(c"contentWindow", element, |e, _n| e.cx.null()),
];

pub(in crate::js) static CANVAS: &[Member] = &[
    reflect_unsigned!(c"width", "width", 300),
    reflect_unsigned!(c"height", "height", 150),
    // No context type is supported, which null says.
    op!(c"getContext", 1, element, |e, _n, _call| e.cx.null()),
    op!(c"toDataURL", 0, element, |_e, _n, _call| "data:,"),
];

pub(in crate::js) static EMBED: &[Member] = &[
    reflect_url!(c"src", "src"),
    reflect!(c"type", "type"),
    reflect!(c"width", "width"),
    reflect!(c"height", "height"),
    reflect!(c"align", "align"),
    reflect!(c"name", "name"),
];

pub(in crate::js) static OBJECT: &[Member] = &[
    reflect_url!(c"data", "data"),
    reflect!(c"type", "type"),
    reflect!(c"name", "name"),
    reflect!(c"width", "width"),
    reflect!(c"height", "height"),
    reflect!(c"useMap", "usemap"),
    reflect!(c"align", "align"),
    reflect!(c"archive", "archive"),
    reflect!(c"code", "code"),
    reflect_bool!(c"declare", "declare"),
    reflect_unsigned!(c"hspace", "hspace", 0),
    reflect!(c"standby", "standby"),
    reflect_unsigned!(c"vspace", "vspace", 0),
    reflect_url!(c"codeBase", "codebase"),
    reflect!(c"codeType", "codetype"),
    reflect_or_null!(c"border", "border"),
    get!(c"form", element, |e, n| crate::forms::form_owner(
        &e.tree(),
        n
    )),
];

pub(in crate::js) static PARAM: &[Member] = &[
    reflect!(c"name", "name"),
    reflect!(c"value", "value"),
    reflect!(c"type", "type"),
    reflect!(c"valueType", "valuetype"),
];

pub(in crate::js) static MAP: &[Member] = &[reflect!(c"name", "name")];

pub(in crate::js) static AREA: &[Member] = &[
    reflect!(c"alt", "alt"),
    reflect!(c"coords", "coords"),
    reflect!(c"shape", "shape"),
    reflect!(c"target", "target"),
    reflect!(c"rel", "rel"),
    reflect!(c"download", "download"),
    attr!(
        c"relList",
        element,
        |e, n| token_list::list(e, n, held::OWNER, "rel"),
        |e, n, to| token_list::replace(e, n, "rel", &to)
    ),
    reflect!(c"ping", "ping"),
    reflect_referrer_policy!(),
    reflect_bool!(c"noHref", "nohref"),
];

// ---- Image, Audio, Option --------------------------------------------------

/// A named constructor that makes an element of `interface`.
fn named_constructor<'a>(
    cx: Cx<'a>,
    constructor: Value<'a>,
    interface: Interface,
) -> JsResult<Value<'a>> {
    let prototype = Env::of(cx).prototype(interface)?;
    let key = cx.string("prototype")?;
    constructor.define_constant_by(&key, prototype)?;
    Ok(constructor)
}

fn new_element<'a>(
    call: &Call<'a>,
    local: &str,
    fill: impl FnOnce(&mut Tree, NodeId),
) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    if call.this().is_undefined() {
        return Err(type_error(env.cx, "the constructor needs new"));
    }
    let document = env.window_document_id()?;
    env.changing(|| {
        let id = {
            let mut tree = env.tree_mut();
            let id = tree.new_element(document, Tree::html_name(local));
            fill(&mut tree, id);
            id
        };
        id.to_js(env)
    })
}

/// `Image(width, height)`.
pub(in crate::js) fn image_constructor(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = cx.class(
        c"Image",
        0,
        |call| {
            let size = |index| -> JsResult<Option<u32>> {
                match call.argument(index) {
                    size if size.is_undefined() => Ok(None),
                    size => super::super::convert::unsigned_long(&size).map(Some),
                }
            };
            let (width, height) = (size(0)?, size(1)?);
            new_element(call, "img", |tree, id| {
                for (name, size) in [("width", width), ("height", height)] {
                    if let Some(size) = size {
                        tree.set_attribute(id, name, &size.to_string());
                    }
                }
            })
        },
        &[],
    )?;
    named_constructor(cx, constructor, Interface::HtmlImage)
}

/// `Audio(src)`.
pub(in crate::js) fn audio_constructor(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = cx.class(
        c"Audio",
        0,
        |call| {
            let source = nullable_text(&call.argument(0))?;
            new_element(call, "audio", |tree, id| {
                tree.set_attribute(id, "preload", "auto");
                if let Some(source) = source {
                    tree.set_attribute(id, "src", &source);
                }
            })
        },
        &[],
    )?;
    named_constructor(cx, constructor, Interface::HtmlAudio)
}

/// `Option(text, value, defaultSelected, selected)`.
pub(in crate::js) fn option_constructor(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = cx.class(
        c"Option",
        0,
        |call| {
            let given = |index| -> JsResult<Option<String>> {
                match call.argument(index) {
                    text if text.is_undefined() => Ok(None),
                    text => text.to_text().map(Some),
                }
            };
            let (text, value) = (given(0)?, given(1)?);
            let (default, selected) = (call.argument(2).truthy(), call.argument(3).truthy());
            new_element(call, "option", |tree, id| {
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    let document = tree.document(id);
                    let text = tree.new_text(document, &text);
                    tree.link(id, text, None);
                }
                if let Some(value) = value {
                    tree.set_attribute(id, "value", &value);
                }
                if default {
                    tree.set_attribute(id, "selected", "");
                }
                crate::forms::set_selected(tree, id, selected);
            })
        },
        &[],
    )?;
    named_constructor(cx, constructor, Interface::HtmlOption)
}
