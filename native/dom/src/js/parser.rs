//! `DOMParser` and `XMLSerializer`: HTML, 8.5, and DOM Parsing.

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::convert::{self, ToJs, text, type_error};
use super::dom::{Env, Paced};
use crate::parse::{self, HtmlOptions};
use crate::tree::NodeId;
use crate::xml;

struct Parser;
struct Serializer;

pub(super) fn construct<'a>(call: &Call<'a>, prototype: &Value<'a>) -> JsResult<Value<'a>> {
    call.cx().host_object(prototype, Parser)
}

pub(super) fn construct_serializer<'a>(
    call: &Call<'a>,
    prototype: &Value<'a>,
) -> JsResult<Value<'a>> {
    call.cx().host_object(prototype, Serializer)
}

pub(super) static PARSER: &[Member] = &[Member::operation(c"parseFromString", 2, |call| {
    let env = Env::of(call.cx());
    if call.this().host::<Parser>().is_none() {
        return Err(type_error(env.cx, "Illegal invocation: not a DOMParser"));
    }
    convert::require(call, c"parseFromString", 2)?;
    let (markup, kind) = (text(call, 0)?, text(call, 1)?);
    match kind.as_str() {
        "text/html" => env.changing(|| html_document(env, &markup, false)?.to_js(env)),
        "text/xml" | "application/xml" | "application/xhtml+xml" | "image/svg+xml" => {
            env.changing(|| xml_document(env, &markup, &kind)?.to_js(env))
        }
        _ => {
            let shown: String = kind.chars().take(40).collect();
            let message = format!("{shown:?} is not a type that can be parsed");
            Err(type_error(env.cx, &message))
        }
    }
})];

pub(super) static SERIALIZER: &[Member] = &[Member::operation(c"serializeToString", 1, |call| {
    let env = Env::of(call.cx());
    if call.this().host::<Serializer>().is_none() {
        return Err(type_error(
            env.cx,
            "Illegal invocation: not an XMLSerializer",
        ));
    }
    convert::require(call, c"serializeToString", 1)?;
    let node = convert::node(call, 0)?;
    let xml = xml::outer(&env.tree(), node);
    xml.to_js(env)
})];

fn window_url(env: Env<'_>) -> String {
    match env.main_document() {
        Some(main) => env.tree().document_data(main).url.to_string(),
        None => "about:blank".to_owned(),
    }
}

/// A new document of HTML, without a window.
pub(super) fn html_document(env: Env<'_>, html: &str, declarative: bool) -> JsResult<NodeId> {
    let url = window_url(env);
    let document = {
        let mut tree = env.tree_mut();
        let document = tree.new_document(true);
        tree.set_url(document, &url);
        document
    };
    let options = HtmlOptions {
        scripting: false,
        declarative_shadow_roots: declarative,
    };
    let parsed = parse::document(&env.dom.shared.tree, document, html, options, &Paced(env));
    if let Err(thrown) = parsed {
        env.discard(document);
        return Err(thrown);
    }
    Ok(document)
}

/// A new document of XML; of what is none, one that says why.
fn xml_document(env: Env<'_>, markup: &str, kind: &str) -> JsResult<NodeId> {
    let url = window_url(env);
    let document = {
        let mut tree = env.tree_mut();
        let document = tree.new_document(false);
        tree.set_url(document, &url);
        tree.set_content_type(document, kind);
        if let Err(error) = xml::parse_document(&mut tree, document, markup) {
            xml::error_document(&mut tree, document, &error);
        }
        document
    };
    for _ in 0..markup.len() / 16_384 {
        env.cx.poll()?;
    }
    Ok(document)
}
