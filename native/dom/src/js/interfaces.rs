//! Every interface: its name, parent, members and constructor.

use std::ffi::CStr;

use quickbeam_engine::{Call, ClassMembers, JsResult, Member, Value};

use super::collection::members as lists;
use super::convert::type_error;
use super::custom::registry;
use super::dom::Env;
use super::{
    attr, character_data, css, custom, document, element, events, html as members, implementation,
    node, observer, parser, range, selection, shadow, token_list, traversal,
};
use crate::tree::{NodeData, NodeId, Tree};

macro_rules! interfaces {
    ($($variant:ident, $name:literal: $parent:ident, $construct:ident, $members:expr, $statics:expr;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Interface {
            /// That of priv/js/events.js, which the embedder gives.
            EventTarget,
            /// No interface: the parent of those without.
            Nothing,
            $($variant,)*
        }

        use Interface::*;

        /// The global of each interface.
        pub(crate) static GLOBALS: &[Member] = &[
            $(Member::lazy($name, |cx| Env::of(cx).constructor($variant)),)*
        ];

        struct Class {
            name: &'static CStr,
            parent: Interface,
            members: [&'static [Member]; 2],
            make: for<'a> fn(Env<'a>, Option<&Value<'a>>) -> JsResult<Value<'a>>,
        }

        fn class(interface: Interface) -> Option<Class> {
            Some(match interface {
                EventTarget | Nothing => return None,
                $($variant => Class {
                    name: $name,
                    parent: $parent,
                    members: {
                        static TAG: &[Member] = &[Member::tag($name)];
                        [$members, TAG]
                    },
                    make: |env, parent| {
                        static MEMBERS: ClassMembers = ClassMembers {
                            instance: &[],
                            statics: $statics,
                        };
                        env.cx.subclass(
                            $name,
                            $construct::LENGTH,
                            |call| $construct::construct(call, $variant),
                            &MEMBERS,
                            parent,
                        )
                    },
                },)*
            })
        }
    };
}

interfaces! {
    Node, c"Node": EventTarget, illegal, node::MEMBERS, node::STATICS;
    Document, c"Document": Node, new_document, document::MEMBERS, document::STATICS;
    HtmlDocument, c"HTMLDocument": Document, illegal, &[], &[];
    XmlDocument, c"XMLDocument": Document, illegal, &[], &[];
    DocumentFragment, c"DocumentFragment": Node, new_fragment, document::FRAGMENT, &[];
    ShadowRoot, c"ShadowRoot": DocumentFragment, illegal, shadow::MEMBERS, &[];
    DocumentType, c"DocumentType": Node, illegal, document::DOCTYPE, &[];
    CharacterData, c"CharacterData": Node, illegal, character_data::MEMBERS, &[];
    Text, c"Text": CharacterData, new_text, character_data::TEXT, &[];
    CdataSection, c"CDATASection": Text, illegal, &[], &[];
    Comment, c"Comment": CharacterData, new_comment, &[], &[];
    ProcessingInstruction, c"ProcessingInstruction": CharacterData, illegal, character_data::INSTRUCTION, &[];
    Attr, c"Attr": Node, illegal, attr::MEMBERS, &[];
    Element, c"Element": Node, illegal, element::MEMBERS, &[];
    HtmlElement, c"HTMLElement": Element, html, members::ELEMENT, &[];
    HtmlUnknown, c"HTMLUnknownElement": HtmlElement, html, &[], &[];
    HtmlMedia, c"HTMLMediaElement": HtmlElement, illegal, members::MEDIA, &[];
    HtmlAnchor, c"HTMLAnchorElement": HtmlElement, html, members::ANCHOR, &[];
    HtmlArea, c"HTMLAreaElement": HtmlElement, html, members::AREA, &[];
    HtmlAudio, c"HTMLAudioElement": HtmlMedia, html, &[], &[];
    HtmlBase, c"HTMLBaseElement": HtmlElement, html, members::BASE, &[];
    HtmlBody, c"HTMLBodyElement": HtmlElement, html, members::BODY, &[];
    HtmlBR, c"HTMLBRElement": HtmlElement, html, members::BR, &[];
    HtmlButton, c"HTMLButtonElement": HtmlElement, html, members::BUTTON, &[];
    HtmlCanvas, c"HTMLCanvasElement": HtmlElement, html, members::CANVAS, &[];
    HtmlData, c"HTMLDataElement": HtmlElement, html, members::DATA, &[];
    HtmlDataList, c"HTMLDataListElement": HtmlElement, html, members::DATA_LIST, &[];
    HtmlDetails, c"HTMLDetailsElement": HtmlElement, html, members::DETAILS, &[];
    HtmlDialog, c"HTMLDialogElement": HtmlElement, html, members::DIALOG, &[];
    HtmlDirectory, c"HTMLDirectoryElement": HtmlElement, html, members::DIRECTORY, &[];
    HtmlDiv, c"HTMLDivElement": HtmlElement, html, members::DIV, &[];
    HtmlDList, c"HTMLDListElement": HtmlElement, html, members::DLIST, &[];
    HtmlEmbed, c"HTMLEmbedElement": HtmlElement, html, members::EMBED, &[];
    HtmlFieldSet, c"HTMLFieldSetElement": HtmlElement, html, members::FIELD_SET, &[];
    HtmlFont, c"HTMLFontElement": HtmlElement, html, members::FONT, &[];
    HtmlForm, c"HTMLFormElement": HtmlElement, html, members::FORM, &[];
    HtmlFrame, c"HTMLFrameElement": HtmlElement, html, members::FRAME, &[];
    HtmlFrameSet, c"HTMLFrameSetElement": HtmlElement, html, members::FRAME_SET, &[];
    HtmlHeading, c"HTMLHeadingElement": HtmlElement, html, members::HEADING, &[];
    HtmlHead, c"HTMLHeadElement": HtmlElement, html, &[], &[];
    HtmlHR, c"HTMLHRElement": HtmlElement, html, members::HR, &[];
    HtmlHtml, c"HTMLHtmlElement": HtmlElement, html, members::HTML, &[];
    HtmlIFrame, c"HTMLIFrameElement": HtmlElement, html, members::IFRAME, &[];
    HtmlImage, c"HTMLImageElement": HtmlElement, html, members::IMAGE, &[];
    HtmlInput, c"HTMLInputElement": HtmlElement, html, members::INPUT, &[];
    HtmlLabel, c"HTMLLabelElement": HtmlElement, html, members::LABEL, &[];
    HtmlLegend, c"HTMLLegendElement": HtmlElement, html, members::LEGEND, &[];
    HtmlLI, c"HTMLLIElement": HtmlElement, html, members::LI, &[];
    HtmlLink, c"HTMLLinkElement": HtmlElement, html, members::LINK, &[];
    HtmlMap, c"HTMLMapElement": HtmlElement, html, members::MAP, &[];
    HtmlMarquee, c"HTMLMarqueeElement": HtmlElement, html, members::MARQUEE, &[];
    HtmlMenu, c"HTMLMenuElement": HtmlElement, html, members::MENU, &[];
    HtmlMeta, c"HTMLMetaElement": HtmlElement, html, members::META, &[];
    HtmlMeter, c"HTMLMeterElement": HtmlElement, html, members::METER, &[];
    HtmlMod, c"HTMLModElement": HtmlElement, html, members::MOD, &[];
    HtmlObject, c"HTMLObjectElement": HtmlElement, html, members::OBJECT, &[];
    HtmlOList, c"HTMLOListElement": HtmlElement, html, members::OLIST, &[];
    HtmlOptGroup, c"HTMLOptGroupElement": HtmlElement, html, members::OPT_GROUP, &[];
    HtmlOption, c"HTMLOptionElement": HtmlElement, html, members::OPTION, &[];
    HtmlOutput, c"HTMLOutputElement": HtmlElement, html, members::OUTPUT, &[];
    HtmlParagraph, c"HTMLParagraphElement": HtmlElement, html, members::PARAGRAPH, &[];
    HtmlParam, c"HTMLParamElement": HtmlElement, html, members::PARAM, &[];
    HtmlPicture, c"HTMLPictureElement": HtmlElement, html, &[], &[];
    HtmlPre, c"HTMLPreElement": HtmlElement, html, members::PRE, &[];
    HtmlProgress, c"HTMLProgressElement": HtmlElement, html, members::PROGRESS, &[];
    HtmlQuote, c"HTMLQuoteElement": HtmlElement, html, members::QUOTE, &[];
    HtmlScript, c"HTMLScriptElement": HtmlElement, html, members::SCRIPT, &[];
    HtmlSelect, c"HTMLSelectElement": HtmlElement, html, members::SELECT, &[];
    HtmlSlot, c"HTMLSlotElement": HtmlElement, html, members::SLOT, &[];
    HtmlSource, c"HTMLSourceElement": HtmlElement, html, members::SOURCE, &[];
    HtmlSpan, c"HTMLSpanElement": HtmlElement, html, &[], &[];
    HtmlStyle, c"HTMLStyleElement": HtmlElement, html, members::STYLE, &[];
    HtmlTableCaption, c"HTMLTableCaptionElement": HtmlElement, html, members::TABLE_CAPTION, &[];
    HtmlTableCell, c"HTMLTableCellElement": HtmlElement, html, members::TABLE_CELL, &[];
    HtmlTableCol, c"HTMLTableColElement": HtmlElement, html, members::TABLE_COL, &[];
    HtmlTable, c"HTMLTableElement": HtmlElement, html, members::TABLE, &[];
    HtmlTableRow, c"HTMLTableRowElement": HtmlElement, html, members::TABLE_ROW, &[];
    HtmlTableSection, c"HTMLTableSectionElement": HtmlElement, html, members::TABLE_SECTION, &[];
    HtmlTemplate, c"HTMLTemplateElement": HtmlElement, html, members::TEMPLATE, &[];
    HtmlTextArea, c"HTMLTextAreaElement": HtmlElement, html, members::TEXT_AREA, &[];
    HtmlTime, c"HTMLTimeElement": HtmlElement, html, members::TIME, &[];
    HtmlTitle, c"HTMLTitleElement": HtmlElement, html, members::TITLE, &[];
    HtmlTrack, c"HTMLTrackElement": HtmlElement, html, members::TRACK, &[];
    HtmlUList, c"HTMLUListElement": HtmlElement, html, members::ULIST, &[];
    HtmlVideo, c"HTMLVideoElement": HtmlMedia, html, members::VIDEO, &[];
    SvgElement, c"SVGElement": Element, illegal, members::SVG, &[];
    SvgGraphics, c"SVGGraphicsElement": SvgElement, illegal, &[], &[];
    SvgSvg, c"SVGSVGElement": SvgGraphics, illegal, &[], &[];
    SvgG, c"SVGGElement": SvgGraphics, illegal, &[], &[];
    SvgGeometry, c"SVGGeometryElement": SvgGraphics, illegal, &[], &[];
    SvgPath, c"SVGPathElement": SvgGeometry, illegal, &[], &[];
    SvgRect, c"SVGRectElement": SvgGeometry, illegal, &[], &[];
    SvgCircle, c"SVGCircleElement": SvgGeometry, illegal, &[], &[];
    SvgTitle, c"SVGTitleElement": SvgElement, illegal, &[], &[];
    MathMlElement, c"MathMLElement": Element, illegal, members::SVG, &[];
    NodeList, c"NodeList": Nothing, illegal, lists::NODE_LIST, &[];
    RadioNodeList, c"RadioNodeList": NodeList, illegal, lists::RADIO_LIST, &[];
    HtmlCollection, c"HTMLCollection": Nothing, illegal, lists::HTML_COLLECTION, &[];
    HtmlOptionsCollection, c"HTMLOptionsCollection": HtmlCollection, illegal, lists::OPTIONS, &[];
    HtmlFormControlsCollection, c"HTMLFormControlsCollection": HtmlCollection, illegal, lists::CONTROLS, &[];
    NamedNodeMap, c"NamedNodeMap": Nothing, illegal, attr::MAP, &[];
    DomTokenList, c"DOMTokenList": Nothing, illegal, token_list::MEMBERS, &[];
    DomStringMap, c"DOMStringMap": Nothing, illegal, &[], &[];
    CssStyleDeclaration, c"CSSStyleDeclaration": Nothing, illegal, css::MEMBERS, &[];
    AbstractRange, c"AbstractRange": Nothing, illegal, range::ABSTRACT, &[];
    Range, c"Range": AbstractRange, new_range, range::MEMBERS, range::STATICS;
    StaticRange, c"StaticRange": AbstractRange, new_static_range, &[], &[];
    Selection, c"Selection": Nothing, illegal, selection::MEMBERS, &[];
    TreeWalker, c"TreeWalker": Nothing, illegal, traversal::WALKER, &[];
    NodeIterator, c"NodeIterator": Nothing, illegal, traversal::ITERATOR, &[];
    DomImplementation, c"DOMImplementation": Nothing, illegal, implementation::MEMBERS, &[];
    DomParser, c"DOMParser": Nothing, new_parser, parser::PARSER, &[];
    XmlSerializer, c"XMLSerializer": Nothing, new_serializer, parser::SERIALIZER, &[];
    MutationObserver, c"MutationObserver": Nothing, new_observer, observer::MEMBERS, &[];
    MutationRecord, c"MutationRecord": Nothing, illegal, observer::RECORD, &[];
    CustomElementRegistry, c"CustomElementRegistry": Nothing, illegal, registry::MEMBERS, &[];
    ElementInternals, c"ElementInternals": Nothing, illegal, custom::internals::MEMBERS, &[];
    ValidityState, c"ValidityState": Nothing, illegal, members::VALIDITY_STATE, &[];
    Window, c"Window": EventTarget, illegal, events::OF_WINDOW, &[];
}

/// Make the constructor of an interface and its prototype.
pub(crate) fn build<'a>(env: Env<'a>, interface: Interface) -> JsResult<Value<'a>> {
    let Some(class) = class(interface) else {
        return env
            .dom
            .hooks
            .module(env.cx, "dom/nodes.js")?
            .get("EventTarget");
    };
    let parent = match class.parent {
        Nothing => None,
        parent => Some(env.constructor(parent)?),
    };
    let constructor = (class.make)(env, parent.as_ref())?;
    let prototype = constructor.get("prototype")?;
    for members in class.members {
        env.cx.define_members(&prototype, members)?;
    }
    for members in mixins(interface) {
        env.cx.define_members(&prototype, members)?;
    }
    unscopables(env, interface, &prototype)?;
    if interface == Window {
        super::window_names::join(env, &prototype)?;
    }
    debug_assert!(!class.name.is_empty());
    Ok(constructor)
}

/// The mixins of Web IDL that an interface includes, and members that several declare alike.
fn mixins(interface: Interface) -> Vec<&'static [Member]> {
    match interface {
        Element => vec![node::PARENT_NODE, node::CHILD_NODE, node::SIBLINGS],
        Document => vec![
            node::PARENT_NODE,
            node::NON_ELEMENT_PARENT,
            super::events::HANDLERS,
            super::document_legacy::MEMBERS,
        ],
        DocumentFragment => vec![node::PARENT_NODE, node::NON_ELEMENT_PARENT],
        CharacterData => vec![node::CHILD_NODE, node::SIBLINGS],
        DocumentType => vec![node::CHILD_NODE],
        HtmlElement | SvgElement | MathMlElement => vec![super::events::HANDLERS],
        HtmlAnchor | HtmlArea => vec![members::HYPERLINK],
        HtmlButton => vec![members::VALIDATION, members::SUBMITTER],
        HtmlInput => vec![members::VALIDATION, members::SELECTION, members::SUBMITTER],
        HtmlTextArea => vec![members::VALIDATION, members::SELECTION],
        HtmlFieldSet | HtmlObject | HtmlOutput | HtmlSelect => vec![members::VALIDATION],
        _ => vec![],
    }
}

/// `[Unscopable]` members, which inline event handlers do not see by their bare
/// names.
fn unscopables<'a>(env: Env<'a>, interface: Interface, prototype: &Value<'a>) -> JsResult<()> {
    let names: &[&str] = match interface {
        Element => &[
            "after",
            "append",
            "before",
            "prepend",
            "remove",
            "replaceChildren",
            "replaceWith",
            "slot",
        ],
        Document | DocumentFragment => &["append", "prepend", "replaceChildren"],
        CharacterData | DocumentType => &["after", "before", "remove", "replaceWith"],
        _ => return Ok(()),
    };
    let list = env.cx.object()?;
    list.set_prototype(&env.cx.null())?;
    for name in names {
        list.define(name, env.cx.boolean(true))?;
    }
    let symbol = env.cx.global().get("Symbol")?.get("unscopables")?;
    prototype.define_constant_by(&symbol, list)
}

/// GetPrototypeFromConstructor: new.target's own, else the intrinsic one.
pub(crate) fn prototype_of_new<'a>(call: &Call<'a>, interface: Interface) -> JsResult<Value<'a>> {
    let prototype = call.this().get("prototype")?;
    match prototype.is_object() {
        true => Ok(prototype),
        false => Env::of(call.cx()).prototype(interface),
    }
}

mod illegal {
    use super::*;

    pub(super) const LENGTH: i32 = 0;

    pub(super) fn construct<'a>(call: &Call<'a>, _interface: Interface) -> JsResult<Value<'a>> {
        Err(type_error(call.cx(), "Illegal constructor"))
    }
}

/// Constructors that make a node: the window's document is its document.
macro_rules! node_constructor {
    ($module:ident, $length:literal, |$env:ident, $document:ident, $call:ident| $make:expr) => {
        mod $module {
            use super::*;

            pub(super) const LENGTH: i32 = $length;

            pub(super) fn construct<'a>(
                $call: &Call<'a>,
                interface: Interface,
            ) -> JsResult<Value<'a>> {
                let $env = Env::of($call.cx());
                let $document = $env.window_document_id()?;
                let prototype = prototype_of_new($call, interface)?;
                let id = $make;
                let object = $env.wrap(id)?;
                object.set_prototype(&prototype)?;
                $env.settle()?;
                Ok(object)
            }
        }
    };
}

node_constructor!(new_document, 0, |env, _document, _call| env
    .tree_mut()
    .new_document(false));
node_constructor!(new_fragment, 0, |env, document, _call| env
    .tree_mut()
    .new_fragment(document));
node_constructor!(new_text, 0, |env, document, call| {
    let text = optional_text(call)?;
    env.tree_mut().new_text(document, &text)
});
node_constructor!(new_comment, 0, |env, document, call| {
    let text = optional_text(call)?;
    env.tree_mut().new_comment(document, &text)
});

fn optional_text(call: &Call<'_>) -> JsResult<String> {
    match call.argument(0) {
        text if text.is_undefined() => Ok(String::new()),
        text => text.to_text(),
    }
}

macro_rules! constructor_of {
    ($($module:ident, $length:literal, $construct:path;)*) => {$(
        mod $module {
            use super::*;

            pub(super) const LENGTH: i32 = $length;

            pub(super) fn construct<'a>(call: &Call<'a>, interface: Interface) -> JsResult<Value<'a>> {
                let prototype = prototype_of_new(call, interface)?;
                $construct(call, &prototype)
            }
        }
    )*};
}

constructor_of! {
    new_range, 0, range::construct;
    new_static_range, 1, range::construct_static;
    new_parser, 0, parser::construct;
    new_serializer, 0, parser::construct_serializer;
    new_observer, 1, observer::construct;
}

/// "HTML element constructors": of custom elements only, and `Image` and its like.
mod html {
    use super::*;

    pub(super) const LENGTH: i32 = 0;

    pub(super) fn construct<'a>(call: &Call<'a>, interface: Interface) -> JsResult<Value<'a>> {
        custom::construct(call, interface)
    }
}

/// The interface of a node.
pub(crate) fn of_node(tree: &Tree, id: NodeId) -> Interface {
    match tree.data(id) {
        NodeData::Free => unreachable!("freed nodes have no ids"),
        NodeData::Document(document) if document.html => HtmlDocument,
        NodeData::Document(document) if document.is_xml_document => XmlDocument,
        NodeData::Document(_) => Document,
        NodeData::Fragment(_) if tree.shadow_host(id).is_some() => ShadowRoot,
        NodeData::Fragment(_) => DocumentFragment,
        NodeData::Doctype(_) => DocumentType,
        NodeData::Text(_) => Text,
        NodeData::CData(_) => CdataSection,
        NodeData::Comment(_) => Comment,
        NodeData::Instruction(_) => ProcessingInstruction,
        NodeData::Attr(_) => Attr,
        NodeData::Element(element) => of_name(&element.name),
    }
}

fn of_name(name: &html5ever::QualName) -> Interface {
    use html5ever::ns;
    match name.ns {
        ns!(html) => of_html(&name.local),
        ns!(svg) => match &*name.local {
            "svg" => SvgSvg,
            "g" => SvgG,
            "path" => SvgPath,
            "rect" => SvgRect,
            "circle" => SvgCircle,
            "title" => SvgTitle,
            "line" | "polyline" | "polygon" | "ellipse" => SvgGeometry,
            "a" | "defs" | "foreignObject" | "image" | "switch" | "symbol" | "text" | "tspan"
            | "textPath" | "use" => SvgGraphics,
            _ => SvgElement,
        },
        ns!(mathml) => MathMlElement,
        _ => Element,
    }
}

/// The interface of an HTML element by its local name (HTML, "element
/// interface").
pub(crate) fn of_html(local: &str) -> Interface {
    match local {
        "a" => HtmlAnchor,
        "area" => HtmlArea,
        "audio" => HtmlAudio,
        "base" => HtmlBase,
        "body" => HtmlBody,
        "br" => HtmlBR,
        "button" => HtmlButton,
        "canvas" => HtmlCanvas,
        "data" => HtmlData,
        "datalist" => HtmlDataList,
        "details" => HtmlDetails,
        "dialog" => HtmlDialog,
        "dir" => HtmlDirectory,
        "div" => HtmlDiv,
        "dl" => HtmlDList,
        "embed" => HtmlEmbed,
        "fieldset" => HtmlFieldSet,
        "font" => HtmlFont,
        "form" => HtmlForm,
        "frame" => HtmlFrame,
        "frameset" => HtmlFrameSet,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => HtmlHeading,
        "head" => HtmlHead,
        "hr" => HtmlHR,
        "html" => HtmlHtml,
        "iframe" => HtmlIFrame,
        "img" => HtmlImage,
        "input" => HtmlInput,
        "label" => HtmlLabel,
        "legend" => HtmlLegend,
        "li" => HtmlLI,
        "link" => HtmlLink,
        "map" => HtmlMap,
        "marquee" => HtmlMarquee,
        "menu" => HtmlMenu,
        "meta" => HtmlMeta,
        "meter" => HtmlMeter,
        "ins" | "del" => HtmlMod,
        "object" => HtmlObject,
        "ol" => HtmlOList,
        "optgroup" => HtmlOptGroup,
        "option" => HtmlOption,
        "output" => HtmlOutput,
        "p" => HtmlParagraph,
        "param" => HtmlParam,
        "picture" => HtmlPicture,
        "pre" | "listing" | "xmp" => HtmlPre,
        "progress" => HtmlProgress,
        "q" | "blockquote" => HtmlQuote,
        "script" => HtmlScript,
        "select" => HtmlSelect,
        "slot" => HtmlSlot,
        "source" => HtmlSource,
        "span" => HtmlSpan,
        "style" => HtmlStyle,
        "caption" => HtmlTableCaption,
        "td" | "th" => HtmlTableCell,
        "col" | "colgroup" => HtmlTableCol,
        "table" => HtmlTable,
        "tr" => HtmlTableRow,
        "thead" | "tbody" | "tfoot" => HtmlTableSection,
        "template" => HtmlTemplate,
        "textarea" => HtmlTextArea,
        "time" => HtmlTime,
        "title" => HtmlTitle,
        "track" => HtmlTrack,
        "ul" => HtmlUList,
        "video" => HtmlVideo,
        "abbr" | "acronym" | "address" | "article" | "aside" | "b" | "basefont" | "bdi" | "bdo"
        | "big" | "center" | "cite" | "code" | "dd" | "dfn" | "dt" | "em" | "figcaption"
        | "figure" | "footer" | "header" | "hgroup" | "i" | "kbd" | "main" | "mark" | "nav"
        | "nobr" | "noembed" | "noframes" | "noscript" | "plaintext" | "rb" | "rp" | "rt"
        | "rtc" | "ruby" | "s" | "samp" | "search" | "section" | "small" | "strike" | "strong"
        | "sub" | "summary" | "sup" | "tt" | "u" | "var" | "wbr" => HtmlElement,
        other if crate::tree::is_custom_name(other) => HtmlElement,
        _ => HtmlUnknown,
    }
}
