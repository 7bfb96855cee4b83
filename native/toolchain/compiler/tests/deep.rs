//! Nesting of every kind, as deep as is allowed: none of it may overflow the stack,
//! which would end the process of these tests.

use quickbeam_compiler::{
    Diagnostic, MinifyOptions, Source, TransformOptions, minify, transform, with_program,
};

const DEPTH: usize = 3_000;

/// What is repeated before and after the middle.
const NESTED: &[(&str, &str, &str, &str)] = &[
    ("a.js", "(", "1", ")"),
    ("a.js", "[", "1", "]"),
    ("a.js", "{", "1", "}"),
    ("a.js", "!", "x", ""),
    ("a.js", "typeof ", "x", ""),
    ("a.js", "a=>", "1", ""),
    ("a.js", "a=>{", "1", "}"),
    ("a.js", "function f(){", "1", "}"),
    ("a.js", "class A{m(){", "1", "}}"),
    ("a.js", "x=class{a=", "1", "}"),
    ("a.js", "a?b:", "c", ""),
    ("a.js", "a=", "c", ""),
    ("a.js", "a+", "c", ""),
    ("a.js", "a??", "c", ""),
    ("a.js", "a**", "c", ""),
    ("a.js", "", "a", ".b"),
    ("a.js", "", "a", "?.b"),
    ("a.js", "", "a", "()"),
    ("a.js", "f(", "1", ")"),
    ("a.js", "new ", "x", ""),
    ("a.js", "`${", "1", "}`"),
    ("a.js", "", "a", "``"),
    ("a.js", "if(a){}else ", "b", ""),
    ("a.js", "for(const x of y)", "b", ""),
    ("a.js", "switch(a){case 1:", "b", "}"),
    ("a.js", "try{", "b", "}catch{}"),
    ("a.jsx", "<a>", "b", "</a>"),
    ("a.ts", "x as ", "a", ""),
    ("a.ts", "", "a", "!"),
    ("a.ts", "namespace a{", "export let x=1", "}"),
];

fn nested(before: &str, middle: &str, after: &str, depth: usize) -> String {
    before.repeat(depth) + middle + &after.repeat(depth)
}

/// Either answer will do.
fn compiled(source: Source<'_>) {
    let lowered = TransformOptions {
        target: Some("es2015".into()),
        ..TransformOptions::default()
    };
    let _ = with_program(source, |_| Ok(()));
    let _ = transform(source, &lowered);
    let _ = minify(source, MinifyOptions::default());
}

#[test]
fn no_nesting_overflows_the_stack() {
    for (name, before, middle, after) in NESTED {
        compiled(Source::new(&nested(before, middle, after, DEPTH), name));
    }
}

#[test]
fn far_too_deep_is_an_error() {
    let text = nested("(", "1", ")", 1_000_000);
    let errors: Vec<Diagnostic> =
        minify(Source::new(&text, "a.js"), MinifyOptions::default()).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "a.js: 1000000 brackets are open at once, too many"
    );
}
