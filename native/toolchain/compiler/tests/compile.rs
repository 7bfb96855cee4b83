//! Parse, transform, minify and imports, as the NIF uses them.

use quickbeam_compiler::{
    Imports, JsxRuntime, Language, MinifyOptions, Source, TransformOptions, imports, minify,
    transform, valid, with_program,
};

fn transformed(text: &str, name: &str, options: &TransformOptions) -> String {
    transform(Source::new(text, name), options).unwrap().code
}

#[test]
fn types_go_and_the_rest_stays() {
    let code = transformed(
        "const x: number = y as any",
        "a.ts",
        &TransformOptions::default(),
    );
    assert_eq!(code, "const x = y;\n");
    let source = Source {
        language: Some(Language::Ts),
        ..Source::new("let x!: number", "no extension")
    };
    assert_eq!(
        transform(source, &TransformOptions::default())
            .unwrap()
            .code,
        "let x;\n"
    );
}

#[test]
fn jsx_has_two_runtimes() {
    let automatic = transformed("<A b='c'/>", "a.jsx", &TransformOptions::default());
    assert!(automatic.starts_with("import { jsx as"), "{automatic}");
    let options = TransformOptions {
        jsx: JsxRuntime::Classic,
        jsx_factory: Some("h".into()),
        jsx_fragment: Some("F".into()),
        // Of the other runtime: not used, and no error.
        import_source: Some("preact".into()),
        ..TransformOptions::default()
    };
    let classic = transformed("<><A/></>", "a.tsx", &options);
    assert_eq!(
        classic,
        "/* @__PURE__ */ h(F, null, /* @__PURE__ */ h(A, null));\n"
    );
}

#[test]
fn targets_and_defines() {
    let options = TransformOptions {
        target: Some("es2019".into()),
        ..TransformOptions::default()
    };
    assert!(!transformed("a ?? b", "a.js", &options).contains("??"));
    let options = TransformOptions {
        define: vec![("process.env.NODE_ENV".into(), "'production'".into())],
        ..TransformOptions::default()
    };
    let code = "if (process.env.NODE_ENV === 'test') { a() } else { b() }";
    assert_eq!(transformed(code, "a.js", &options), "b();\n");
    for (options, message) in [
        (
            TransformOptions {
                target: Some("es1".into()),
                ..TransformOptions::default()
            },
            "the target option: ",
        ),
        (
            TransformOptions {
                define: vec![("a b".into(), "1".into())],
                ..TransformOptions::default()
            },
            "the define option: ",
        ),
    ] {
        let errors = transform(Source::new("a", "a.js"), &options).unwrap_err();
        assert!(errors[0].message.starts_with(message), "{}", errors[0]);
    }
}

#[test]
fn source_maps_name_the_source() {
    let options = TransformOptions {
        sourcemap: true,
        ..TransformOptions::default()
    };
    let output = transform(Source::new("let a: b = 1", "dir/a.ts"), &options).unwrap();
    let map = oxc_sourcemap::SourceMap::from_json_string(output.map.as_ref().unwrap()).unwrap();
    assert_eq!(map.get_sources().collect::<Vec<_>>(), ["dir/a.ts"]);
}

#[test]
fn minified_code_is_smaller() {
    let minified = |text, options| minify(Source::new(text, "a.mjs"), options).unwrap().code;
    let text = "function long(name) { console.log(1); return name + 1 + 2 } export { long }";
    let all = minified(text, MinifyOptions::default());
    assert!(all.contains("console") && !all.contains("name"), "{all}");
    let dropped = minified(
        text,
        MinifyOptions {
            drop_console: true,
            mangle: false,
            ..MinifyOptions::default()
        },
    );
    assert!(
        !dropped.contains("console") && dropped.contains("name"),
        "{dropped}"
    );
    // Others may use what is at the top of a script.
    let script = minify(
        Source::new("var name = 1", "a.js"),
        MinifyOptions::default(),
    );
    assert_eq!(script.unwrap().code, "var name=1;");
    let typescript = minify(Source::new("f(x as any)", "a.ts"), MinifyOptions::default());
    assert_eq!(typescript.unwrap().code, "f(x);");
}

#[test]
fn imports_are_in_order_and_once() {
    let text = "export * from './z'; import a from 'a'; import type { B } from 'b';
                import { type C } from 'c'; import './z'; export { d } from 'd';
                import('e'); import(`f`); import(`${g}`); import(h)";
    assert_eq!(
        imports(Source::new(text, "a.ts")).unwrap(),
        Imports {
            requests: ["./z", "a", "c", "d"].map(String::from).to_vec(),
            dynamic: ["e", "f"].map(String::from).to_vec(),
            module: true,
        }
    );
    assert!(
        !imports(Source::new("a(); import('b')", "a.js"))
            .unwrap()
            .module
    );
}

#[test]
fn errors_have_a_place() {
    let errors = valid(Source::new("let a;\nlet a", "dir/a.js")).unwrap_err();
    let place = errors[0].place.as_ref().unwrap();
    assert_eq!(errors[0].file.as_deref(), Some("dir/a.js"));
    assert_eq!((place.line, place.column), (1, 5));
    assert!(
        errors[0].to_string().starts_with("dir/a.js:1:5: "),
        "{}",
        errors[0]
    );
    let several = valid(Source::new("a b\n/*", "a.js")).unwrap_err();
    assert!(several.iter().all(|error| error.place.is_some()));
}

#[test]
fn spans_are_utf16() {
    let program = with_program(Source::new("'😀'; é", "a.js"), |program| {
        Ok(program
            .body
            .last()
            .map(|last| oxc::span::GetSpan::span(last).end))
    });
    assert_eq!(program.unwrap(), Some(7));
}

#[test]
fn a_panic_is_an_error() {
    let errors = quickbeam_compiler::guarded::<()>(|| panic!("no {}", 1)).unwrap_err();
    assert_eq!(errors[0].message, "the compiler panicked: no 1");
}
