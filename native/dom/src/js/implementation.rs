//! `DOMImplementation`: DOM, 4.5.1.

use quickbeam_engine::{Call, JsResult, Member};

use super::convert::{self, ToJs, nullable_node, nullable_text, text, type_error};
use super::dom::Env;
use crate::parse;
use crate::tree::{DomError, NodeId, Tree, is_doctype_name, validate_qualified};

/// Its document.
pub(super) struct Implementation(pub(super) NodeId);

fn implementation<'a>(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
    match call.this().host::<Implementation>() {
        Some(Implementation(document)) => Ok((Env::of(call.cx()), *document)),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a DOMImplementation",
        )),
    }
}

pub(super) static MEMBERS: &[Member] = &[
    Member::operation(c"createDocumentType", 3, |call| {
        let (env, document) = implementation(call)?;
        convert::require(call, c"createDocumentType", 3)?;
        let (name, public_id, system_id) = (text(call, 0)?, text(call, 1)?, text(call, 2)?);
        if !is_doctype_name(&name) {
            let message = format!("{name:?} is not a valid doctype name");
            return Err(env.throw(&DomError::invalid_character(message)));
        }
        let made = env
            .tree_mut()
            .new_doctype(document, &name, &public_id, &system_id);
        env.made(made)?.to_js(env)
    }),
    Member::operation(c"createDocument", 2, |call| {
        let (env, _) = implementation(call)?;
        convert::require(call, c"createDocument", 2)?;
        let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
        let name = convert::text_or_null(&call.argument(1))?;
        let doctype = nullable_node(call, 2)?;
        let name = match name.is_empty() {
            true => None,
            false => {
                let name = validate_qualified(&namespace, &name, true);
                Some(name.map_err(|error| env.throw(&error))?)
            }
        };
        env.changing(|| {
            let id = {
                let mut tree = env.tree_mut();
                let id = tree.new_document(false);
                tree.document_data_mut(id).is_xml_document = true;
                tree.set_content_type(
                    id,
                    match namespace.as_str() {
                        "http://www.w3.org/1999/xhtml" => "application/xhtml+xml",
                        "http://www.w3.org/2000/svg" => "image/svg+xml",
                        _ => "application/xml",
                    },
                );
                if let Some(doctype) = doctype {
                    tree.insert(id, doctype, None);
                }
                if let Some(name) = name {
                    let root = tree.new_element(id, name);
                    tree.insert(id, root, None);
                }
                id
            };
            id.to_js(env)
        })
    }),
    Member::operation(c"createHTMLDocument", 0, |call| {
        let (env, _) = implementation(call)?;
        let title = match call.argument(0) {
            title if title.is_undefined() => None,
            title => Some(title.to_text()?),
        };
        env.changing(|| {
            let id = {
                let mut tree = env.tree_mut();
                let id = tree.new_document(true);
                let doctype = tree.new_doctype(id, "html", "", "");
                tree.link(id, doctype, None);
                parse::empty_document(&mut tree, id);
                if let (Some(title), Some(head)) = (title, tree.html_child(id, &["head"])) {
                    let element = tree.new_element(id, Tree::html_name("title"));
                    tree.link(head, element, None);
                    let text = tree.new_text(id, &title);
                    tree.link(element, text, None);
                }
                id
            };
            id.to_js(env)
        })
    }),
    Member::operation(c"hasFeature", 0, |call| {
        implementation(call)?;
        Ok(call.cx().boolean(true))
    }),
];
