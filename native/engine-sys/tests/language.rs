//! What the standard says and the untouched engine does otherwise.

mod budget;

use budget::Engine;

#[test]
fn names_of_function_expressions_that_the_standard_forbids() {
    let allowed = [
        "function await() {}",
        "async () => { (function await() {}) }",
        "function yield() {}",
        "function* g() { (function yield() {}) }",
    ];
    let forbidden = [
        "async function await() {}",
        "async function* await() {}",
        "async () => { (async function await() {}) }",
        "async () => { (async function* await() {}) }",
        "function* yield() {}",
        "function* g() { (function* yield() {}) }",
    ];
    let mut engine = Engine::new();
    let mut compile = |code: &str| {
        let code = format!("try {{ Function(`({code})`); 'fine' }} catch (e) {{ e.name }}");
        engine.text(&code).expect("it ends")
    };
    for code in allowed {
        assert_eq!(compile(code), "fine", "{code}");
    }
    for code in forbidden {
        assert_eq!(compile(code), "SyntaxError", "{code}");
    }
}
