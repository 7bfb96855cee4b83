//! Compiled code, taken apart.

mod common;

use common::*;
use quickbeam_engine::{Code, Constant, Cx, Instruction};

fn compile<'a>(cx: Cx<'a>, code: &str) -> Code<'a> {
    cx.compile_code(code, "app.js").expect("compiles")
}

/// The first function among the constants.
fn function<'a>(code: &Code<'a>) -> Code<'a> {
    let count = code.head().expect("a head").constant_count;
    (0..count)
        .find_map(|index| match code.constant(index) {
            Ok(Constant::Code(code)) => Some(code),
            _ => None,
        })
        .expect("a function")
}

fn instructions(code: &Code<'_>) -> Vec<(u32, Instruction)> {
    let end = code.head().expect("a head").byte_code_len;
    let (mut all, mut offset) = (Vec::new(), 0);
    while let Some(instruction) = code.instruction(offset).expect("no error") {
        let size = instruction.size;
        all.push((offset, instruction));
        offset += size;
    }
    assert_eq!(offset, end, "instructions fill the code");
    all
}

#[test]
fn a_function_has_its_head_and_variables() {
    heap().with(|cx| {
        let script = compile(
            cx,
            "let outer = 1;\n  async function* f(a, b = 2) { const c = a; }",
        );
        let head = script.head().expect("a head");
        assert_eq!(head.name.as_deref(), Some("<eval>"));
        assert_eq!(head.filename.as_deref(), Some("app.js"));
        let function = function(&script);
        let head = function.head().expect("a head");
        assert_eq!(head.name.as_deref(), Some("f"));
        assert_eq!(head.line, 2);
        assert!(head.is_async && head.is_generator && !head.is_strict);
        assert_eq!((head.arg_count, head.defined_arg_count), (2, 1));
        assert!(
            head.source
                .expect("a text")
                .starts_with("async function* f(a")
        );
        let names: Vec<(String, &str, &str, u32)> = (0..)
            .map_while(|index| function.variable(index).expect("no error"))
            .map(|variable| (variable.name, variable.kind, variable.place, variable.index))
            .collect();
        assert_eq!(names[0], ("a".into(), "var", "arg", 0));
        assert_eq!(names[1], ("b".into(), "var", "arg", 1));
        let c = names.iter().find(|(name, ..)| name == "c");
        let (_, kind, place, _) = c.expect("the constant");
        assert_eq!((*kind, *place), ("const", "local"));
    });
}

#[test]
fn closure_variables_say_where_they_are() {
    heap().with(|cx| {
        let script = compile(cx, "function f(a) { let b = a; return () => a + b; }");
        let inner = function(&function(&script));
        let found: Vec<(String, &str, &str, u32)> = (0..)
            .map_while(|index| inner.closure_variable(index).expect("no error"))
            .map(|variable| (variable.name, variable.kind, variable.place, variable.index))
            .collect();
        assert_eq!(
            found,
            [
                ("a".into(), "var", "arg", 0),
                ("b".into(), "let", "local", 0)
            ]
        );
    });
}

#[test]
fn jumps_lead_to_instructions() {
    heap().with(|cx| {
        let code = "function f(o, n) {
            with (o) { x = 1; }
            for (let i = 0; i < n; i++) { try { if (i) continue; o(i); } finally { n--; } }
            for (const k in o) for (const v of o) label: { if (v) break label; }
            switch (n) { case 'a': return 1n; default: return o?.b ?? [...o]; }
        }";
        let function = function(&compile(cx, code));
        let all = instructions(&function);
        let is_jump = |name: &str| {
            ["if_", "goto", "catch", "gosub", "with_"]
                .iter()
                .any(|start| name.starts_with(start))
        };
        let jumps: Vec<i64> = all
            .iter()
            .filter(|(_, instruction)| is_jump(instruction.name))
            .map(|(_, instruction)| instruction.numbers[0])
            .collect();
        assert!(jumps.len() > 10, "{jumps:?}");
        for target in jumps {
            let lands = |(offset, _): &(u32, Instruction)| i64::from(*offset) == target;
            assert!(all.iter().any(lands), "nothing at {target}");
        }
    });
}

#[test]
fn operands_are_decoded() {
    heap().with(|cx| {
        let all = instructions(&compile(cx, "name.field; f(1, -1, 100, 1000, 100000)"));
        let find = |name: &str| {
            let found = all.iter().find(|(_, instruction)| instruction.name == name);
            found.map(|(_, instruction)| (instruction.atom.as_deref(), &*instruction.numbers))
        };
        assert_eq!(find("get_field"), Some((Some("field"), &[][..])));
        for (name, number) in [
            ("push_1", 1),
            ("push_minus1", -1),
            ("push_i8", 100),
            ("push_i16", 1000),
            ("push_i32", 100_000),
        ] {
            assert_eq!(find(name), Some((None, &[number][..])), "{name}");
        }
    });
}

#[test]
fn bytecode_is_read_without_running() {
    heap().with(|cx| {
        let bytecode = cx
            .compile("globalThis.ran = 1", "app.js")
            .expect("compiles");
        // SAFETY: written just now.
        let code = unsafe { cx.read_code(&bytecode) }.expect("reads");
        assert!(!instructions(&code).is_empty());
        assert_eq!(eval_text(cx, "typeof ran"), "undefined");
    });
}
