//! Selectors: `querySelector`, `matches` and `closest`.

use quickbeam_engine::JsResult;

use super::dom::Env;
use crate::selectors::Selectors;
use crate::tree::NodeId;

/// Parse a list of selectors, to be matched in the tree of a node.
pub(super) fn selectors(env: Env<'_>, id: NodeId, text: &str) -> JsResult<Selectors> {
    // `:valid` and its like want to know what patterns say.
    if text.contains("valid") {
        super::html::record_patterns(env, id)?;
    }
    Selectors::parse(text).map_err(|error| env.throw(&error))
}

/// How many nodes are looked at between two polls.
const BETWEEN_POLLS: usize = 1024;

/// The descendants that match, or the first of them.
pub(crate) fn query(
    env: Env<'_>,
    selectors: &Selectors,
    root: NodeId,
    only_first: bool,
) -> JsResult<Vec<NodeId>> {
    let mut found = Vec::new();
    let mut at = root;
    loop {
        let next = selectors.find(&env.tree(), root, at, BETWEEN_POLLS, only_first, &mut found);
        match next.map_err(|error| env.throw(&error))? {
            Some(next) => at = next,
            None => return Ok(found),
        }
        env.cx.poll()?;
    }
}
