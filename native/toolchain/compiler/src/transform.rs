//! TypeScript and JSX to JavaScript.

use std::path::{Path, PathBuf};

use oxc::allocator::Allocator;
use oxc::ast::ast::Program;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::minifier::{CompressOptions, Compressor};
use oxc::semantic::{Scoping, SemanticBuilder, Stats};
use oxc::transformer;
use oxc::transformer_plugins::{ReplaceGlobalDefines, ReplaceGlobalDefinesConfig};

use crate::diagnostic::{self, Diagnostic};
use crate::parse::{checked, parse};
use crate::source::Source;
use crate::stack::on_large_stack;

/// Code, and its source map as JSON where one was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub code: String,
    pub map: Option<String>,
    /// The files on disk that were read.
    pub files: Vec<String>,
}

/// What JSX becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsxRuntime {
    /// `jsx(…)`, imported from `import_source`.
    #[default]
    Automatic,
    /// `factory(…)`.
    Classic,
}

#[derive(Clone, Debug, Default)]
pub struct TransformOptions {
    pub jsx: JsxRuntime,
    /// `React.createElement` and `React.Fragment` where not given.
    pub jsx_factory: Option<String>,
    pub jsx_fragment: Option<String>,
    /// `react` where not given.
    pub import_source: Option<String>,
    /// Lower newer syntax to this, such as `es2020`.
    pub target: Option<String>,
    /// Expressions for global names.
    pub define: Vec<(String, String)>,
    pub sourcemap: bool,
}

/// Remove types and JSX, and lower what is newer than the target.
pub fn transform(
    source: Source<'_>,
    options: &TransformOptions,
) -> Result<Output, Vec<Diagnostic>> {
    let transformer_options = options.to_oxc()?;
    let define = defines(&options.define)?;
    on_large_stack(source, || {
        let allocator = Allocator::default();
        let mut program = parse(&allocator, source)?.program;
        let stats = lower(&allocator, &mut program, source, &transformer_options)?;
        if let Some(define) = define {
            replace(&allocator, &mut program, stats, define);
        }
        let map = options.sourcemap.then(|| PathBuf::from(source.name));
        let printed = Codegen::new()
            .with_options(CodegenOptions {
                source_map_path: map,
                ..CodegenOptions::default()
            })
            .build(&program);
        Ok(Output {
            code: printed.code,
            map: printed.map.map(|map| map.to_json_string()),
            files: Vec::new(),
        })
    })
}

/// Find early errors, then transform the tree in place.
pub(crate) fn lower<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
    source: Source<'_>,
    options: &transformer::TransformOptions,
) -> Result<Stats, Vec<Diagnostic>> {
    // What JSX needs is imported, not required, also where nothing else is imported.
    if program.source_type.is_jsx() && !program.source_type.is_commonjs() {
        program.source_type = program.source_type.with_module(true);
    }
    // The transformer makes about three times as many scopes and symbols.
    let semantic = SemanticBuilder::new_compiler()
        .with_excess_capacity(2.0)
        .with_enum_eval(true)
        .with_check_syntax_error(true)
        .build(program);
    checked(&semantic, source)?;
    let stats = semantic.semantic.stats();
    let scoping = semantic.semantic.into_scoping();
    let path = Path::new(source.name);
    let transformed = transformer::Transformer::new(allocator, path, options)
        .build_with_scoping(scoping, program);
    diagnostic::errors(&transformed.diagnostics, source)?;
    Ok(stats)
}

/// Put expressions in the place of names, and drop what can then not be reached.
fn replace<'a>(
    allocator: &'a Allocator,
    program: &mut Program<'a>,
    stats: Stats,
    define: ReplaceGlobalDefinesConfig,
) {
    let scoping = |program: &Program<'a>| -> Scoping {
        let builder = SemanticBuilder::new().with_stats(stats);
        builder.build(program).semantic.into_scoping()
    };
    let replaced = ReplaceGlobalDefines::new(allocator, define).build(scoping(program), program);
    if replaced.changed {
        let scoping = scoping(program);
        let options = CompressOptions::dce();
        Compressor::new(allocator).dead_code_elimination_with_scoping(program, scoping, options);
    }
}

pub(crate) fn defines(
    define: &[(String, String)],
) -> Result<Option<ReplaceGlobalDefinesConfig>, Vec<Diagnostic>> {
    if define.is_empty() {
        return Ok(None);
    }
    let config = ReplaceGlobalDefinesConfig::new(define).map_err(|errors| {
        let errors = errors.into_vec();
        errors
            .iter()
            .map(|error| Diagnostic::new(format!("the define option: {error}")))
            .collect::<Vec<_>>()
    })?;
    Ok(Some(config))
}

impl TransformOptions {
    pub(crate) fn to_oxc(&self) -> Result<transformer::TransformOptions, Vec<Diagnostic>> {
        let env = match &self.target {
            None => transformer::EnvOptions::default(),
            Some(target) => transformer::EnvOptions::from_target(target)
                .map_err(|error| vec![Diagnostic::new(format!("the target option: {error}"))])?,
        };
        let classic = self.jsx == JsxRuntime::Classic;
        Ok(transformer::TransformOptions {
            env,
            jsx: transformer::JsxOptions {
                runtime: if classic {
                    transformer::JsxRuntime::Classic
                } else {
                    transformer::JsxRuntime::Automatic
                },
                // Each of them is refused in the other runtime.
                import_source: self.import_source.clone().filter(|_| !classic),
                pragma: self.jsx_factory.clone().filter(|_| classic),
                pragma_frag: self.jsx_fragment.clone().filter(|_| classic),
                ..transformer::JsxOptions::enable()
            },
            ..transformer::TransformOptions::default()
        })
    }
}
