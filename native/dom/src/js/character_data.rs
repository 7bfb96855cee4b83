//! `CharacterData`, `Text` and `ProcessingInstruction`: DOM, 4.10 to 4.13.

use quickbeam_engine::Member;

use super::convert::{text, text_or_null, unsigned_long};
use crate::tree::{NodeData, NodeId, Tree};

pub(super) static MEMBERS: &[Member] = &[
    attr!(
        c"data",
        character_data,
        |e, n| e.tree().character_data(n).map(str::to_owned),
        |e, n, to| {
            let to = text_or_null(&to)?;
            e.tree_mut().set_character_data(n, &to);
        }
    ),
    get!(c"length", character_data, |e, n| e.tree().length(n)),
    op!(c"substringData", 2, character_data, |e, n, call| {
        let offset = unsigned_long(&call.argument(0))?;
        let count = unsigned_long(&call.argument(1))?;
        e.tree().substring_data(n, offset, count)
    }),
    mutator!(c"appendData", 1, character_data, |e, n, call| {
        let data = text(call, 0)?;
        let mut tree = e.tree_mut();
        let end = tree.length(n);
        tree.replace_data(n, end, 0, &data)
    }),
    mutator!(c"insertData", 2, character_data, |e, n, call| {
        let offset = unsigned_long(&call.argument(0))?;
        let data = text(call, 1)?;
        e.tree_mut().replace_data(n, offset, 0, &data)
    }),
    mutator!(c"deleteData", 2, character_data, |e, n, call| {
        let offset = unsigned_long(&call.argument(0))?;
        let count = unsigned_long(&call.argument(1))?;
        e.tree_mut().replace_data(n, offset, count, "")
    }),
    mutator!(c"replaceData", 3, character_data, |e, n, call| {
        let offset = unsigned_long(&call.argument(0))?;
        let count = unsigned_long(&call.argument(1))?;
        let data = text(call, 2)?;
        e.tree_mut().replace_data(n, offset, count, &data)
    }),
];

pub(super) static TEXT: &[Member] = &[
    mutator!(c"splitText", 1, text, |e, n, call| {
        let offset = unsigned_long(&call.argument(0))?;
        e.tree_mut().split_text(n, offset)
    }),
    get!(c"wholeText", text, |e, n| whole_text(&e.tree(), n)),
    get!(c"assignedSlot", text, |e, n| e.tree().find_slot(n, true)),
];

pub(super) static INSTRUCTION: &[Member] = &[get!(c"target", instruction, |e, n| {
    let tree = e.tree();
    match tree.data(n) {
        NodeData::Instruction(instruction) => instruction.target.to_string(),
        _ => String::new(),
    }
})];

/// The data of the Text nodes around, without anything between them.
fn whole_text(tree: &Tree, id: NodeId) -> String {
    let mut first = id;
    while let Some(previous) = tree.previous(first).filter(|node| tree.is_text(*node)) {
        first = previous;
    }
    let mut out = String::new();
    let mut at = Some(first);
    while let Some(node) = at.filter(|node| tree.is_text(*node)) {
        out.push_str(tree.character_data(node).unwrap_or(""));
        at = tree.next(node);
    }
    out
}
