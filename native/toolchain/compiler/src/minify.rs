//! Smaller JavaScript that does the same.

use std::path::PathBuf;

use oxc::allocator::Allocator;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};

use crate::diagnostic::Diagnostic;
use crate::parse::{check, parse};
use crate::source::Source;
use crate::stack::on_large_stack;
use crate::transform::{Output, TransformOptions, lower};

#[derive(Clone, Copy, Debug)]
pub struct MinifyOptions {
    /// Shorten names; those at the top of a script stay, since others may use them.
    pub mangle: bool,
    /// Fold constants, drop what is never used.
    pub compress: bool,
    pub drop_console: bool,
    pub sourcemap: bool,
}

impl Default for MinifyOptions {
    fn default() -> Self {
        Self {
            mangle: true,
            compress: true,
            drop_console: false,
            sourcemap: false,
        }
    }
}

/// Minify; types and JSX are removed first.
pub fn minify(source: Source<'_>, options: MinifyOptions) -> Result<Output, Vec<Diagnostic>> {
    on_large_stack(source, || {
        let allocator = Allocator::default();
        let mut program = parse(&allocator, source)?.program;
        let language = source.source_type();
        if language.is_typescript() || language.is_jsx() {
            lower(
                &allocator,
                &mut program,
                source,
                &TransformOptions::default().to_oxc()?,
            )?;
        } else {
            check(&program, source)?;
        }
        let compress = CompressOptions {
            drop_console: options.drop_console,
            ..CompressOptions::smallest()
        };
        let minified = Minifier::new(MinifierOptions {
            mangle: options.mangle.then(MangleOptions::default),
            mangle_properties: None,
            compress: (options.compress || options.drop_console).then_some(compress),
        })
        .minify(&allocator, &mut program);
        let printed = Codegen::new()
            .with_options(CodegenOptions {
                source_map_path: options.sourcemap.then(|| PathBuf::from(source.name)),
                ..CodegenOptions::minify()
            })
            .with_scoping(minified.scoping)
            .with_private_member_mappings(minified.class_private_mappings)
            .build(&program);
        Ok(Output {
            code: printed.code,
            map: printed.map.map(|map| map.to_json_string()),
            files: Vec::new(),
        })
    })
}
