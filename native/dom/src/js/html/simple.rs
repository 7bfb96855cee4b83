//! Elements that do little more than reflect their attributes.

use quickbeam_engine::Member;

pub(in crate::js) static BASE: &[Member] =
    &[reflect_url!(c"href", "href"), reflect!(c"target", "target")];
pub(in crate::js) static BODY: &[Member] = &[
    reflect_or_null!(c"text", "text"),
    reflect_or_null!(c"link", "link"),
    reflect_or_null!(c"vLink", "vlink"),
    reflect_or_null!(c"aLink", "alink"),
    reflect_or_null!(c"bgColor", "bgcolor"),
    reflect!(c"background", "background"),
];
pub(in crate::js) static BR: &[Member] = &[reflect!(c"clear", "clear")];
pub(in crate::js) static DATA: &[Member] = &[reflect!(c"value", "value")];
pub(in crate::js) static DETAILS: &[Member] =
    &[reflect!(c"name", "name"), reflect_bool!(c"open", "open")];
pub(in crate::js) static DIALOG: &[Member] = &[
    reflect_bool!(c"open", "open"),
    attr!(
        c"returnValue",
        element,
        |e, n| {
            let tree = e.tree();
            let form = tree.extra(n).and_then(|extra| extra.form.as_ref());
            form.and_then(|form| form.value.as_deref())
                .unwrap_or("")
                .to_owned()
        },
        |e, n, to| {
            let to = to.to_text()?;
            crate::forms::update(&mut e.tree_mut(), n, |form| form.value = Some(to.into()));
        }
    ),
    mutator!(c"show", 0, element, |e, n, _call| e
        .set_flag(n, "open", true)),
    mutator!(c"showModal", 0, element, |e, n, _call| {
        let refused = {
            let tree = e.tree();
            tree.attribute(n, "open").is_some() || !tree.is_connected(n)
        };
        if refused {
            let message = "the dialog is open already, or in no document";
            return Err(e.throw(&crate::tree::DomError::invalid_state(message)));
        }
        e.set_flag(n, "open", true);
    }),
    mutator!(c"close", 0, element, |e, n, call| {
        let value = super::super::convert::nullable_text(&call.argument(0))?;
        if e.tree().attribute(n, "open").is_none() {
            return Ok(e.cx.undefined());
        }
        e.set_flag(n, "open", false);
        if let Some(value) = value {
            crate::forms::update(&mut e.tree_mut(), n, |form| form.value = Some(value.into()));
        }
        super::call_module(e, super::ACTIVATION, "fireClose", &[call.this()])
    }),
];
pub(in crate::js) static DIRECTORY: &[Member] = &[reflect_bool!(c"compact", "compact")];
pub(in crate::js) static DIV: &[Member] = &[reflect!(c"align", "align")];
pub(in crate::js) static DLIST: &[Member] = &[reflect_bool!(c"compact", "compact")];
pub(in crate::js) static FONT: &[Member] = &[
    reflect_or_null!(c"color", "color"),
    reflect!(c"face", "face"),
    reflect!(c"size", "size"),
];
pub(in crate::js) static FRAME: &[Member] = &[
    reflect!(c"name", "name"),
    reflect_url!(c"src", "src"),
    reflect!(c"scrolling", "scrolling"),
    reflect!(c"frameBorder", "frameborder"),
    reflect_url!(c"longDesc", "longdesc"),
    reflect_bool!(c"noResize", "noresize"),
    reflect_or_null!(c"marginHeight", "marginheight"),
    reflect_or_null!(c"marginWidth", "marginwidth"),
    // Frames are not loaded.
    get!(c"contentDocument", element, |e, _n| e.cx.null()),
    get!(c"contentWindow", element, |e, _n| e.cx.null()),
];
pub(in crate::js) static FRAME_SET: &[Member] =
    &[reflect!(c"cols", "cols"), reflect!(c"rows", "rows")];
pub(in crate::js) static HEADING: &[Member] = &[reflect!(c"align", "align")];
pub(in crate::js) static HR: &[Member] = &[
    reflect!(c"align", "align"),
    reflect!(c"color", "color"),
    reflect_bool!(c"noShade", "noshade"),
    reflect!(c"size", "size"),
    reflect!(c"width", "width"),
];
pub(in crate::js) static HTML: &[Member] = &[reflect!(c"version", "version")];
pub(in crate::js) static LI: &[Member] = &[
    reflect_number!(c"value", "value", 0),
    reflect!(c"type", "type"),
];
pub(in crate::js) static MARQUEE: &[Member] = &[
    reflect_enum!(
        c"behavior",
        "behavior",
        "scroll",
        "scroll",
        ["scroll", "slide", "alternate"]
    ),
    reflect!(c"bgColor", "bgcolor"),
    reflect_enum!(
        c"direction",
        "direction",
        "left",
        "left",
        ["up", "right", "down", "left"]
    ),
    reflect!(c"height", "height"),
    reflect_unsigned!(c"hspace", "hspace", 0),
    reflect_unsigned!(c"scrollAmount", "scrollamount", 6),
    reflect_unsigned!(c"scrollDelay", "scrolldelay", 85),
    reflect_bool!(c"trueSpeed", "truespeed"),
    reflect_unsigned!(c"vspace", "vspace", 0),
    reflect!(c"width", "width"),
];
pub(in crate::js) static MENU: &[Member] = &[reflect_bool!(c"compact", "compact")];
pub(in crate::js) static META: &[Member] = &[
    reflect!(c"name", "name"),
    reflect!(c"httpEquiv", "http-equiv"),
    reflect!(c"content", "content"),
    reflect!(c"media", "media"),
    reflect!(c"scheme", "scheme"),
];
pub(in crate::js) static MOD: &[Member] = &[
    reflect_url!(c"cite", "cite"),
    reflect!(c"dateTime", "datetime"),
];
pub(in crate::js) static OLIST: &[Member] = &[
    reflect_bool!(c"reversed", "reversed"),
    reflect_number!(c"start", "start", 1),
    reflect!(c"type", "type"),
    reflect_bool!(c"compact", "compact"),
];
pub(in crate::js) static PARAGRAPH: &[Member] = &[reflect!(c"align", "align")];
pub(in crate::js) static PRE: &[Member] = &[reflect_number!(c"width", "width", 0)];
pub(in crate::js) static QUOTE: &[Member] = &[reflect_url!(c"cite", "cite")];
pub(in crate::js) static TIME: &[Member] = &[reflect!(c"dateTime", "datetime")];
pub(in crate::js) static ULIST: &[Member] = &[
    reflect_bool!(c"compact", "compact"),
    reflect!(c"type", "type"),
];
