//! The window's document, read from outside without running a script.

use std::cell::Ref;

use quickbeam_engine::{Cx, ErrorKind, JsResult};

use crate::js::dom::{Dom, Env};
use crate::js::query;
use crate::selectors::Selectors;
use crate::tree::{NodeId, Tree};

/// The base URL of the heap's window document. None where nobody has touched it, or it
/// is `about:blank` still, to which nothing is relative.
pub fn base_url(cx: Cx<'_>) -> Option<String> {
    cx.extension::<Dom>()?;
    let env = Env::of(cx);
    let url = crate::js::base_url(&env.tree(), env.main_document()?);
    (url != "about:blank").then_some(url)
}

/// A heap's window document.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    env: Env<'a>,
    id: NodeId,
}

impl<'a> Document<'a> {
    /// That of the heap, made where nobody has touched it; a TypeError where the
    /// heap has no DOM.
    pub fn of(cx: Cx<'a>) -> JsResult<Document<'a>> {
        if cx.extension::<Dom>().is_none() {
            let message = "this context has no document: its :apis do not include :dom";
            return Err(cx.throw_error(ErrorKind::Type, message));
        }
        let env = Env::of(cx);
        Ok(Document {
            env,
            id: env.window_document_id()?,
        })
    }

    pub fn cx(self) -> Cx<'a> {
        self.env.cx
    }

    /// The document node.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The tree, to look at; not to be held while JS could run.
    pub fn tree(self) -> Ref<'a, Tree> {
        self.env.tree()
    }

    /// The elements that match, in tree order, or the first of them; a
    /// `SyntaxError` (DOMException) for what is no selector.
    pub fn find(self, selectors: &str, only_first: bool) -> JsResult<Vec<NodeId>> {
        let parsed = Selectors::parse(selectors);
        let selectors = parsed.map_err(|error| self.env.throw(&error))?;
        query(self.env, &selectors, self.id, only_first)
    }
}
