//! What a module asks for, without a tree of it.

use oxc::allocator::Allocator;
use oxc::span::Span;

use crate::diagnostic::Diagnostic;
use crate::parse::parse;
use crate::source::Source;
use crate::stack::on_large_stack;

/// The requests of a module, in the order of the text, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    /// `import … from` and `export … from`, but not of types alone.
    pub requests: Vec<String>,
    /// `import("…")`, where the name is a literal.
    pub dynamic: Vec<String>,
    /// Whether it is a module by its syntax.
    pub module: bool,
}

/// Read the requests of a source.
pub fn imports(source: Source<'_>) -> Result<Imports, Vec<Diagnostic>> {
    on_large_stack(source, || {
        let allocator = Allocator::default();
        let record = parse(&allocator, source)?.module_record;
        let requests = record.requested_modules.iter().flat_map(|(name, uses)| {
            let at = uses.iter().filter(|used| !used.is_type);
            at.map(|used| (used.statement_span.start, name.to_string()))
        });
        let dynamic = record.dynamic_imports.iter().filter_map(|import| {
            let text = text(source, import.module_request);
            Some((import.span.start, literal(text)?.to_owned()))
        });
        Ok(Imports {
            requests: in_order(requests.collect()),
            dynamic: in_order(dynamic.collect()),
            module: record.has_module_syntax,
        })
    })
}

fn in_order(mut found: Vec<(u32, String)>) -> Vec<String> {
    found.sort_by_key(|(start, _)| *start);
    let mut names: Vec<String> = Vec::with_capacity(found.len());
    for (_, name) in found {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn text<'a>(source: Source<'a>, span: Span) -> &'a str {
    &source.text[span.start as usize..span.end as usize]
}

/// The text of a string literal that has no escapes; a template without parts too.
fn literal(text: &str) -> Option<&str> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inside = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inside.contains(['\\', quote]) && !inside.contains("${")).then_some(inside)
}
