//! Which objects an operation or attribute may be called on: Web IDL, 3.7, "implements".

use quickbeam_engine::{Call, JsResult};

use super::convert::type_error;
use super::dom::Env;
use crate::tree::{NodeData, NodeId, Tree};

impl<'a> Env<'a> {
    fn brand(
        call: &Call<'a>,
        what: &str,
        is: impl Fn(&Tree, NodeId) -> bool,
    ) -> JsResult<(Env<'a>, NodeId)> {
        let env = Env::of(call.cx());
        match env.node_of(&call.this()) {
            Some(id) if is(&env.tree(), id) => Ok((env, id)),
            _ => Err(type_error(
                call.cx(),
                &format!("Illegal invocation: not {what}"),
            )),
        }
    }

    pub(crate) fn node(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a Node", |_, _| true)
    }

    pub(crate) fn element(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "an Element", Tree::is_element)
    }

    pub(crate) fn document(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a Document", Tree::is_document)
    }

    pub(crate) fn doctype(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a DocumentType", Tree::is_doctype)
    }

    pub(crate) fn character_data(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a CharacterData", Tree::is_character_data)
    }

    pub(crate) fn text(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a Text", Tree::is_text)
    }

    pub(crate) fn instruction(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a ProcessingInstruction", |tree, id| {
            matches!(tree.data(id), NodeData::Instruction(_))
        })
    }

    pub(crate) fn attribute(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "an Attr", Tree::is_attribute)
    }

    pub(crate) fn shadow(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a ShadowRoot", |tree, id| {
            tree.shadow_host(id).is_some()
        })
    }

    /// Element, Document and DocumentFragment.
    pub(crate) fn parent_node(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a ParentNode", |tree, id| {
            tree.is_element(id) || tree.is_document(id) || tree.is_fragment(id)
        })
    }

    /// Element, CharacterData and DocumentType.
    pub(crate) fn child_node(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
        Env::brand(call, "a ChildNode", |tree, id| {
            tree.is_element(id) || tree.is_character_data(id) || tree.is_doctype(id)
        })
    }
}
