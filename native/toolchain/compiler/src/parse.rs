//! Syntax trees, and whether there is one.

use oxc::allocator::Allocator;
use oxc::ast::ast::Program;
use oxc::ast_visit::utf8_to_utf16::Utf8ToUtf16;
use oxc::parser::{ParseOptions, Parser, ParserReturn};
use oxc::semantic::{SemanticBuilder, SemanticBuilderReturn};

use crate::diagnostic::{self, Diagnostic};
use crate::source::Source;
use crate::stack::on_large_stack;

/// Parse, with early errors found, and hand over the tree: spans in UTF-16 code
/// units, as ESTree has them.
pub fn with_program<T>(
    source: Source<'_>,
    use_program: impl FnOnce(&Program<'_>) -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    on_large_stack(source, || {
        let allocator = Allocator::default();
        let options = ParseOptions {
            // ESTree has no node for parentheses.
            preserve_parens: false,
            ..ParseOptions::default()
        };
        let mut program = parse_with(&allocator, source, options)?.program;
        check(&program, source)?;
        Utf8ToUtf16::new(source.text).convert_program(&mut program);
        use_program(&program)
    })
}

/// The errors of a source, early errors of ECMA-262 included.
pub fn valid(source: Source<'_>) -> Result<(), Vec<Diagnostic>> {
    on_large_stack(source, || {
        let allocator = Allocator::default();
        check(&parse(&allocator, source)?.program, source)
    })
}

pub(crate) fn parse<'a>(
    allocator: &'a Allocator,
    source: Source<'a>,
) -> Result<ParserReturn<'a>, Vec<Diagnostic>> {
    parse_with(allocator, source, ParseOptions::default())
}

fn parse_with<'a>(
    allocator: &'a Allocator,
    source: Source<'a>,
    options: ParseOptions,
) -> Result<ParserReturn<'a>, Vec<Diagnostic>> {
    let parsed = Parser::new(allocator, source.text, source.source_type())
        .with_options(options)
        .parse();
    diagnostic::errors(&parsed.diagnostics, source)?;
    if parsed.panicked {
        return Err(vec![Diagnostic::of(source, "Unexpected end of the source")]);
    }
    Ok(parsed)
}

/// A parser finds most errors, but not `let a; let a`.
pub(crate) fn check(program: &Program<'_>, source: Source<'_>) -> Result<(), Vec<Diagnostic>> {
    let semantic = SemanticBuilder::new_compiler()
        .with_check_syntax_error(true)
        .build(program);
    checked(&semantic, source)
}

pub(crate) fn checked(
    semantic: &SemanticBuilderReturn<'_>,
    source: Source<'_>,
) -> Result<(), Vec<Diagnostic>> {
    diagnostic::errors(&semantic.diagnostics, source)
}
