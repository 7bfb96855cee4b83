//! Our options as rolldown's.

use std::path::Path;
use std::sync::Arc;

use rolldown::{
    AddonOutputOption, BundlerOptions, BundlerTransformOptions, CodeSplittingMode, Either,
    EsModuleFlag, GeneratedCodeOptions, GlobalsOutputOption, InputItem, IsExternal, JsxOptions,
    LogLevel, OutputFormat, Platform, RawCompressOptions, RawMangleOptions, RawMinifyOptions,
    RawMinifyOptionsDetailed, ResolveOptions, SourceMapType, TreeshakeOptions, TsConfig,
};

use super::builtins::global;
use super::files::Files;
use super::{BundleOptions, Format};
use crate::transform::{JsxRuntime, TransformOptions};

/// The file that maps would be beside: their names are then relative to the root.
const FILE: &str = "bundle.js";

pub fn bundler_options(files: &Files, options: &BundleOptions) -> BundlerOptions {
    let addon = |text: &Option<String>| {
        text.clone()
            .map(|text| AddonOutputOption::String(Some(text)))
    };
    BundlerOptions {
        input: Some(vec![InputItem::from(files.entry().to_owned())]),
        cwd: Some(files.root().to_owned()),
        file: Some(FILE.into()),
        format: Some(match options.format {
            Format::Iife => OutputFormat::Iife,
            Format::Esm => OutputFormat::Esm,
            Format::Cjs => OutputFormat::Cjs,
        }),
        name: options.name.clone(),
        // What is exported is added to a global that is there already.
        extend: Some(options.name.is_some()),
        es_module: Some(EsModuleFlag::IfDefaultProp),
        generated_code: Some(GeneratedCodeOptions { symbols: false }),
        // The platform's own ways with conditions and fields are given in full below.
        platform: Some(Platform::Neutral),
        external: Some(external(options)),
        globals: Some(globals(options)),
        // After minification, which drops comments.
        post_banner: addon(&options.banner),
        post_footer: addon(&options.footer),
        define: Some(define(options)),
        minify: Some(minify(options)),
        treeshake: if options.treeshake {
            TreeshakeOptions::default()
        } else {
            TreeshakeOptions::Boolean(false)
        },
        sourcemap: options.sourcemap.then_some(SourceMapType::Hidden),
        sourcemap_exclude_sources: Some(options.exclude_sources),
        code_splitting: Some(CodeSplittingMode::Bool(false)),
        resolve: Some(resolve(options)),
        transform: Some(transform(&options.transform)),
        tsconfig: Some(TsConfig::Auto(!files.in_memory())),
        // They are in the output; nothing is printed.
        log_level: Some(LogLevel::Silent),
        ..BundlerOptions::default()
    }
}

fn external(options: &BundleOptions) -> IsExternal {
    let names: Vec<String> = options
        .external
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    IsExternal::Fn(Some(Arc::new(move |specifier, _importer, _resolved| {
        // A package stands for all that is in it.
        let external = names.iter().any(|name| {
            let rest = specifier.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        Box::pin(async move { Ok(external) })
    })))
}

fn globals(options: &BundleOptions) -> GlobalsOutputOption {
    let external = options.external.clone();
    GlobalsOutputOption::Fn(Arc::new(move |name| {
        let global = global(name, &external);
        Box::pin(async move { Ok(global) })
    }))
}

fn define<C: FromIterator<(String, String)>>(options: &BundleOptions) -> C {
    const MODE: &str = "process.env.NODE_ENV";
    let given = options.define.iter().any(|(name, _)| name == MODE);
    let mode = (!given).then(|| (MODE.to_owned(), "\"production\"".to_owned()));
    mode.into_iter()
        .chain(options.define.iter().cloned())
        .collect()
}

fn minify(options: &BundleOptions) -> RawMinifyOptions {
    if !options.minify && !options.drop_console {
        return if options.treeshake {
            RawMinifyOptions::DeadCodeEliminationOnly
        } else {
            RawMinifyOptions::Bool(false)
        };
    }
    RawMinifyOptions::Object(RawMinifyOptionsDetailed {
        mangle: options.minify.then(RawMangleOptions::default),
        compress: Some(RawCompressOptions {
            drop_console: Some(options.drop_console),
            join_vars: Some(options.minify),
            sequences: Some(options.minify),
            ..RawCompressOptions::default()
        }),
        remove_whitespace: options.minify,
    })
}

fn resolve(options: &BundleOptions) -> ResolveOptions {
    let browser = options
        .conditions
        .iter()
        .any(|condition| condition == "browser");
    let fields = |fields: &[&str]| fields.iter().map(ToString::to_string).collect();
    let modules = options.node_modules.as_deref().map(Path::to_string_lossy);
    ResolveOptions {
        condition_names: Some(options.conditions.clone()),
        main_fields: Some(fields(if browser {
            &["browser", "module", "main"]
        } else {
            &["module", "main"]
        })),
        alias_fields: Some(if browser {
            vec![fields(&["browser"])]
        } else {
            vec![]
        }),
        modules: Some(
            ["node_modules".into()]
                .into_iter()
                .chain(modules)
                .map(|name| name.into_owned())
                .collect(),
        ),
        ..ResolveOptions::default()
    }
}

fn transform(options: &TransformOptions) -> BundlerTransformOptions {
    let classic = options.jsx == JsxRuntime::Classic;
    // What is not given is left to tsconfig.json.
    let jsx = classic || options.import_source.is_some();
    BundlerTransformOptions {
        jsx: jsx.then(|| {
            Either::Right(JsxOptions {
                runtime: Some(if classic { "classic" } else { "automatic" }.into()),
                import_source: options.import_source.clone().filter(|_| !classic),
                pragma: options.jsx_factory.clone().filter(|_| classic),
                pragma_frag: options.jsx_fragment.clone().filter(|_| classic),
                ..JsxOptions::default()
            })
        }),
        target: options.target.clone().map(Either::Left),
        ..BundlerTransformOptions::default()
    }
}
