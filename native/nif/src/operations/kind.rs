//! Which operation a term asks for.

use rustler::{Atom, Term};

use crate::atoms;
use crate::document::Query;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    Eval,
    /// Code with `await` at its top level: its promise holds `{ value }`.
    AsyncEval,
    Call,
    CallExport,
    RunTemplate,
    LoadModule,
    Compile,
    LoadBytecode,
    Disasm,
    GetGlobal,
    SetGlobal,
    Define,
    Globals,
    MemoryUsage,
    Coverage,
    Gc,
    Dom(Query),
}

impl OperationKind {
    /// The kind of a term of `QuickBEAM.Native.op()`: an atom, or a tuple by its first
    /// element, arity and types; `None` of any other.
    pub fn of(term: Term<'_>) -> Option<OperationKind> {
        if let Ok(name) = term.decode::<Atom>() {
            return [
                (atoms::memory_usage(), OperationKind::MemoryUsage),
                (atoms::coverage(), OperationKind::Coverage),
                (atoms::gc(), OperationKind::Gc),
                (atoms::dom_html(), OperationKind::Dom(Query::Html)),
            ]
            .into_iter()
            .find_map(|(atom, kind)| (atom == name).then_some(kind));
        }
        let parts = rustler::types::tuple::get_tuple(term).ok()?;
        let name = parts.first()?.decode::<Atom>().ok()?;
        let binary = |index: usize| parts.get(index).is_some_and(|part| part.is_binary());
        let shapes = [
            (
                atoms::eval(),
                4,
                binary(1) && binary(2),
                OperationKind::Eval,
            ),
            (
                atoms::call(),
                3,
                binary(1) && parts.get(2).is_some_and(|t| t.is_list()),
                OperationKind::Call,
            ),
            (
                atoms::run_template(),
                3,
                parts.get(1).is_some_and(|t| t.is_number()),
                OperationKind::RunTemplate,
            ),
            (
                atoms::call_export(),
                4,
                binary(1) && binary(2) && parts.get(3).is_some_and(|t| t.is_list()),
                OperationKind::CallExport,
            ),
            (
                atoms::load_module(),
                3,
                binary(1) && binary(2),
                OperationKind::LoadModule,
            ),
            (
                atoms::compile(),
                3,
                binary(1) && binary(2),
                OperationKind::Compile,
            ),
            (
                atoms::disasm(),
                3,
                binary(1) && binary(2),
                OperationKind::Disasm,
            ),
            (
                atoms::load_bytecode(),
                2,
                binary(1),
                OperationKind::LoadBytecode,
            ),
            (atoms::get_global(), 2, binary(1), OperationKind::GetGlobal),
            (atoms::set_global(), 3, binary(1), OperationKind::SetGlobal),
            (
                atoms::define(),
                2,
                parts.get(1).is_some_and(|t| t.is_map()),
                OperationKind::Define,
            ),
            (atoms::globals(), 2, true, OperationKind::Globals),
            (
                atoms::dom_find(),
                2,
                binary(1),
                OperationKind::Dom(Query::Find),
            ),
            (
                atoms::dom_find_all(),
                2,
                binary(1),
                OperationKind::Dom(Query::FindAll),
            ),
            (
                atoms::dom_text(),
                2,
                binary(1),
                OperationKind::Dom(Query::Text),
            ),
            (
                atoms::dom_attr(),
                3,
                binary(1) && binary(2),
                OperationKind::Dom(Query::Attr),
            ),
        ];
        let (.., kind) = shapes
            .into_iter()
            .find(|(atom, arity, fits, _)| *atom == name && *arity == parts.len() && *fits)?;
        Some(kind)
    }
}
