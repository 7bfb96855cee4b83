//! Values in and out of a heap.

mod common;

use common::*;
use quickbeam_engine::{Kind, ObjectKind, PromiseState, Report};

#[test]
fn numbers_keep_their_form() {
    heap().with(|cx| {
        assert_eq!(cx.number(5.0).kind(), Kind::Int(5));
        assert_eq!(cx.number(0.5).kind(), Kind::Float(0.5));
        assert_eq!(cx.number(f64::from(i32::MIN)).kind(), Kind::Int(i32::MIN));
        assert_eq!(
            cx.number(2_147_483_648.0).kind(),
            Kind::Float(2_147_483_648.0)
        );
        let Kind::Float(zero) = cx.number(-0.0).kind() else {
            panic!("-0 is no int")
        };
        assert!(zero.is_sign_negative());
        assert!(matches!(cx.number(f64::NAN).kind(), Kind::Float(n) if n.is_nan()));
        assert_eq!(
            cx.integer(1 << 53).kind(),
            Kind::Float(9_007_199_254_740_992.0)
        );
        assert_eq!(cx.integer(-3).kind(), Kind::Int(-3));
        assert_eq!(eval(cx, "-0").kind(), Kind::Float(-0.0));
        assert_eq!(
            eval(cx, "0x7fffffff").to_number().ok(),
            Some(2_147_483_647.0)
        );
        for (value, kind) in [
            (cx.undefined(), Kind::Undefined),
            (cx.null(), Kind::Null),
            (cx.boolean(true), Kind::Bool(true)),
            (eval(cx, "1n"), Kind::BigInt),
            (eval(cx, "Symbol()"), Kind::Symbol),
            (eval(cx, "'s' + Math.random()"), Kind::String),
            (eval(cx, "({})"), Kind::Object),
        ] {
            assert_eq!(value.kind(), kind);
        }
        assert!(failure(cx, eval(cx, "Symbol()").to_number()).starts_with("TypeError"));
    });
}

#[test]
fn strings_round_trip_with_nul_and_beyond_the_bmp() {
    heap().with(|cx| {
        let long = "ä".repeat(100_000);
        for sample in [
            "",
            "plain",
            "a\0b",
            "äöü",
            "日本語",
            "😀\u{10FFFF}",
            "\u{FFFD}",
            &long,
        ] {
            let value = cx.string(sample).unwrap();
            assert_eq!(text(cx, &value), sample);
            cx.global().set("s", value).unwrap();
            assert_eq!(
                eval(cx, "s.length").to_number().unwrap() as usize,
                sample.encode_utf16().count()
            );
        }
        assert_eq!(
            eval_text(cx, "'a'.repeat(70000) + 'b'").len(),
            70_001,
            "a rope"
        );
    });
}

#[test]
fn lone_surrogates_become_replacement_characters() {
    heap().with(|cx| {
        assert_eq!(eval_text(cx, "'a\\ud800b'"), "a\u{FFFD}b");
        assert_eq!(eval_text(cx, "'\\udc00'"), "\u{FFFD}");
        assert_eq!(
            eval_text(cx, "'\\udfff\\ud800\\ud83d\\ude00\\ud83d'"),
            "\u{FFFD}\u{FFFD}😀\u{FFFD}"
        );
        assert_eq!(
            eval_text(cx, "'\u{d7ff}\u{e000}ä\\udbff'"),
            "\u{d7ff}\u{e000}ä\u{FFFD}"
        );
    });
}

#[test]
fn bigints_of_thousands_of_bits_round_trip() {
    heap().with(|cx| {
        let cases: [(&str, bool, Vec<u32>); 7] = [
            ("0n", false, vec![]),
            ("1n", false, vec![1]),
            ("-1n", true, vec![1]),
            ("2n ** 63n", false, vec![0, 1 << 31]),
            ("-(2n ** 64n)", true, vec![0, 0, 1]),
            (
                "2n ** 5000n - 1n",
                false,
                [vec![u32::MAX; 156], vec![255]].concat(),
            ),
            (
                "-(2n ** 5000n - 1n)",
                true,
                [vec![u32::MAX; 156], vec![255]].concat(),
            ),
        ];
        for (code, negative, words) in cases {
            let (found_negative, mut found) = eval(cx, code).bigint_words().unwrap();
            while found.last() == Some(&0) {
                found.pop();
            }
            assert_eq!((found_negative, &found), (negative, &words), "{code}");
            cx.global()
                .set("made", cx.bigint(negative, &words).unwrap())
                .unwrap();
            assert_eq!(eval_text(cx, &format!("made === {code}")), "true", "{code}");
        }
        // Zero has no sign, and leading zeros do not count.
        cx.global()
            .set("made", cx.bigint(true, &[0, 0, 0]).unwrap())
            .unwrap();
        assert_eq!(eval_text(cx, "made === 0n"), "true");
        assert!(failure(cx, cx.bigint(false, &vec![1; 40_000])).starts_with("RangeError"));
        assert!(failure(cx, eval(cx, "1").bigint_words()).starts_with("TypeError"));
    });
}

#[test]
fn bytes_of_every_view_are_its_own_part() {
    heap().with(|cx| {
        eval(cx, "var buffer = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]).buffer");
        let cases: [(&str, Option<&[u8]>); 16] = [
            ("buffer", Some(&[0, 1, 2, 3, 4, 5, 6, 7])),
            ("new Uint8Array(buffer, 2, 3)", Some(&[2, 3, 4])),
            ("new Uint16Array(buffer, 4)", Some(&[4, 5, 6, 7])),
            ("new DataView(buffer, 1, 2)", Some(&[1, 2])),
            ("new DataView(buffer, 6)", Some(&[6, 7])),
            ("new Uint8Array(0)", Some(&[])),
            ("new Float64Array(1)", Some(&[0; 8])),
            ("new SharedArrayBuffer(2)", Some(&[0, 0])),
            ("const r = new ArrayBuffer(4, {maxByteLength: 8}); var t = new Uint8Array(r); r.resize(6); t", Some(&[0; 6])),
            ("t.buffer.resize(1); t", Some(&[0])),
            ("var v = new DataView(t.buffer, 1); t.buffer.resize(0); v", Some(&[])),
            ("const d = new Uint8Array(4); d.buffer.transfer(); d", Some(&[])),
            ("const e = new ArrayBuffer(4); e.transfer(); e", Some(&[])),
            ("[1, 2]", None),
            ("'bytes'", None),
            ("new Proxy(new Uint8Array(1), {})", None),
        ];
        for (code, expected) in cases {
            assert_eq!(eval(cx, code).bytes().unwrap().as_deref(), expected, "{code}");
        }
        for made in [cx.uint8_array(&[1, 2, 255]), cx.array_buffer(&[1, 2, 255])] {
            assert_eq!(made.unwrap().bytes().unwrap().as_deref(), Some(&[1, 2, 255][..]));
        }
        assert_eq!(cx.uint8_array(&[]).unwrap().bytes().unwrap().as_deref(), Some(&[][..]));
    });
}

#[test]
fn kinds_of_objects_see_through_forged_ones() {
    heap().with(|cx| {
        for (code, kind) in [
            ("[]", ObjectKind::Array),
            ("() => 1", ObjectKind::Function),
            ("(class {})", ObjectKind::Function),
            ("new TypeError", ObjectKind::Error),
            ("new Date(0)", ObjectKind::Date),
            ("new Map", ObjectKind::Map),
            ("new Set", ObjectKind::Set),
            ("/x/", ObjectKind::RegExp),
            ("new Uint8Array(1)", ObjectKind::Bytes),
            ("new ArrayBuffer(1)", ObjectKind::Bytes),
            ("new DataView(new ArrayBuffer(1))", ObjectKind::Bytes),
            ("Promise.resolve()", ObjectKind::Promise),
            ("new Proxy({}, {})", ObjectKind::Proxy),
            ("new (class extends Map {})", ObjectKind::Map),
            ("({})", ObjectKind::Other),
            ("Object.create(Map.prototype)", ObjectKind::Other),
            (
                "({ [Symbol.toStringTag]: 'Map', __proto__: Date.prototype })",
                ObjectKind::Other,
            ),
            ("1", ObjectKind::Other),
        ] {
            assert_eq!(eval(cx, code).object_kind(), kind, "{code}");
        }
    });
}

#[test]
fn items_of_maps_and_sets_ignore_tampering() {
    heap().with(|cx| {
        eval(cx, "Map.prototype[Symbol.iterator] = Set.prototype.forEach = () => { throw 1 }; delete Map.prototype.entries");
        let items = |code| {
            cx.global().set("items", eval(cx, code).collection_items().unwrap()).unwrap();
            eval_text(cx, "items.join()")
        };
        assert_eq!(items("new Map().set('a', 1).set(2, 'b')"), "a,1,2,b");
        assert_eq!(items("const m = new Map().set(1, 1).set(2, 2); m.delete(1); m.set(3, 3); m"), "2,2,3,3");
        assert_eq!(items("new Set([3, 1, 3])"), "3,1");
        assert_eq!(items("new Set"), "");
        assert!(failure(cx, eval(cx, "new WeakMap").collection_items()).starts_with("TypeError"));
        assert!(failure(cx, eval(cx, "1").collection_items()).starts_with("TypeError"));
        let set = cx.set(&[cx.integer(1), cx.integer(2), cx.integer(1)]).unwrap();
        assert_eq!(set.object_kind(), ObjectKind::Set);
        cx.global().set("made", set).unwrap();
        assert_eq!(eval_text(cx, "made.size"), "2");
    });
}

#[test]
fn keys_come_in_property_order() {
    heap().with(|cx| {
        let names = |code: &str, enumerable: bool| -> Vec<String> {
            let keys = eval(cx, code).own_keys(enumerable).unwrap();
            (0..keys.len()).map(|at| keys.get(at).with_text(|name| name.into_owned()).unwrap()).collect()
        };
        let object = "({ z: 1, 10: 2, 9: 3, [Symbol('s')]: 4, 'a\\0b': 5, '\\ud800': 6, __proto__: { no: 7 } })";
        assert_eq!(names(object, true), ["9", "10", "z", "a\0b", "\u{FFFD}"]);
        let hidden = "Object.defineProperty({ seen: 1 }, 'hidden', { value: 2 })";
        assert_eq!(names(hidden, true), ["seen"]);
        assert_eq!(names(hidden, false), ["seen", "hidden"]);
        assert_eq!(names("[7, , 8]", false), ["0", "2", "length"]);
        let proxy = eval(cx, "new Proxy({}, { ownKeys() { throw new Error('trap') } })");
        assert_eq!(failure(cx, proxy.own_keys(true)), "Error: trap");
        let object = eval(cx, "({ '\\ud800': 6 })");
        let keys = object.own_keys(true).unwrap();
        assert!(!keys.is_empty());
        let found = object.get_key(&keys.get(0)).unwrap();
        assert_eq!(found.kind(), Kind::Int(6), "by the key itself, not by its text");
    });
}

#[test]
fn properties_are_read_written_and_deleted() {
    heap().with(|cx| {
        let object = cx.object().unwrap();
        object.define("a", cx.integer(1)).unwrap();
        object.define_hidden("b", cx.integer(2)).unwrap();
        object.set("c", cx.string("3").unwrap()).unwrap();
        assert_eq!(object.own_keys(true).unwrap().len(), 2);
        assert!(object.has_own("b").unwrap() && !object.has_own("toString").unwrap());
        assert!(object.delete("a").unwrap() && !object.has_own("a").unwrap());
        assert!(object.get("a").unwrap().is_undefined());
        let array = cx.array().unwrap();
        for index in 0..3 {
            array.define_index(index, cx.integer(index.into())).unwrap();
        }
        assert_eq!(array.length().unwrap(), 3);
        assert_eq!(array.get_index(2).unwrap().kind(), Kind::Int(2));
        let frozen = eval(cx, "Object.freeze({})");
        assert!(failure(cx, frozen.set("x", cx.null())).starts_with("TypeError"));
        assert!(failure(cx, frozen.define("x", cx.null())).starts_with("TypeError"));
        assert_eq!(
            failure(cx, eval(cx, "({ get x() { throw 'up' } })").get("x")),
            "up"
        );
        assert!(failure(cx, cx.null().get("x")).starts_with("TypeError"));
        let target = eval(cx, "var target = {}; new Proxy(target, {})")
            .proxy_target()
            .unwrap();
        assert_eq!(target.identity(), eval(cx, "target").identity());
        assert!(target.identity().is_some() && cx.integer(1).identity().is_none());
        assert_eq!(
            text(
                cx,
                &cx.date(0.0)
                    .unwrap()
                    .get("getTime")
                    .unwrap()
                    .call(&cx.date(5.0).unwrap(), &[])
                    .unwrap()
            ),
            "5"
        );
    });
}

#[test]
fn functions_are_called() {
    heap().with(|cx| {
        let sum = eval(
            cx,
            "(function (...all) { return this.base + all.reduce((a, b) => a + b, 0) })",
        );
        let this = eval(cx, "({ base: 10 })");
        let arguments: Vec<_> = (0..100).map(|n| cx.integer(n)).collect();
        assert_eq!(sum.call(&this, &arguments).unwrap().kind(), Kind::Int(4960));
        assert!(failure(cx, cx.integer(1).call(&this, &[])).starts_with("TypeError"));
    });
}

#[test]
fn promises_are_read_and_awaited_past_a_tampered_prototype() {
    heap().with(|cx| {
        eval(cx, "Promise.prototype.then = () => { throw 'tampered' }; Promise.prototype.constructor = null; globalThis.seen = []");
        let pending = eval(cx, "var settle; new Promise(resolve => { settle = resolve })");
        assert_eq!(pending.promise_state(), Some(PromiseState::Pending));
        assert!(pending.promise_result().is_undefined());
        let note = eval(cx, "value => { seen.push(value) }");
        pending.then(&note, &note).unwrap();
        eval(cx, "settle('yes')");
        run_jobs(cx);
        assert_eq!(pending.promise_state(), Some(PromiseState::Fulfilled));
        assert_eq!(text(cx, &pending.promise_result()), "yes");
        assert_eq!(eval_text(cx, "seen.join()"), "yes");
        let rejected = eval(cx, "Promise.reject('no')");
        assert_eq!(rejected.promise_state(), Some(PromiseState::Rejected));
        assert!(!rejected.is_handled());
        assert_eq!(cx.take_unhandled().len(), 1);
        rejected.mark_handled();
        assert!(rejected.is_handled());
        assert_eq!(eval(cx, "({ then() {} })").promise_state(), None);
        let (promise, resolve, _reject) = cx.promise().unwrap();
        resolve.call(&cx.undefined(), &[cx.integer(1)]).unwrap();
        assert_eq!(promise.promise_result().kind(), Kind::Int(1));
    });
}

#[test]
fn a_rejection_that_is_handled_later_is_taken_off_the_list() {
    heap().with(|cx| {
        eval(cx, "var p = Promise.reject(new Error('x'))");
        eval(cx, "p.catch(() => {})");
        assert!(cx.take_unhandled().is_empty());
    });
}

#[test]
fn errors_are_reported_with_their_frames() {
    heap().with(|cx| {
        let report = |code: &str| {
            let thrown = cx.eval(code, "app.js", false).map(drop).unwrap_err();
            Report::of(cx, &cx.catch(thrown))
        };
        let found = report("function f() {\n  throw new RangeError('far');\n}\n\nf()");
        assert_eq!((found.name.as_str(), found.message.as_str()), ("RangeError", "far"));
        assert_eq!(found.frames[0].function.as_deref(), Some("f"));
        assert_eq!(found.frames[0].filename.as_deref(), Some("app.js"));
        assert_eq!(found.frames[0].line, Some(2));
        assert_eq!(found.frames[1].line, Some(5));
        let found = report("  let x = ;");
        assert_eq!(found.name, "SyntaxError");
        assert_eq!(found.frames[0].line, Some(1));
        for (code, name, message) in [
            ("throw 'text'", "Error", "text"),
            ("throw null", "Error", "null"),
            ("throw Symbol('s')", "Error", "Symbol"),
            ("throw { toString() { throw 1 } }", "Error", "Object"),
            ("throw { name: 'N', message: 'm', stack: 's' }", "N", "m"),
            ("var e = new Error('m'); e.name = 5; throw e", "Error", "m"),
            ("e = new Error('m'); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e", "Error", ""),
            ("throw new Proxy({}, { get() { throw 1 } })", "Error", "Object"),
            ("throw new (class Own extends Error { name = 'Own' })('mine')", "Own", "mine"),
        ] {
            let found = report(code);
            assert_eq!((found.name.as_str(), found.message.as_str()), (name, message), "{code}");
        }
        assert_eq!(eval_text(cx, "1 + 1"), "2", "no exception is left pending");
    });
}

#[test]
fn bytecode_runs_in_another_heap() {
    let bytecode = heap().with(|cx| {
        cx.compile("function twice(n) { return n * 2 } twice(21)", "lib.js")
            .unwrap()
    });
    heap().with(|cx| {
        for _ in 0..3 {
            // SAFETY: compiled above by this build.
            let value = unsafe { cx.run_bytecode(&bytecode) }.unwrap();
            assert_eq!(value.kind(), Kind::Int(42));
        }
        assert_eq!(eval_text(cx, "twice(4)"), "8");
        assert!(failure(cx, cx.compile("syntax error", "x.js")).starts_with("SyntaxError"));
    });
}

#[test]
fn scripts_and_modules_are_evaluated() {
    heap().with(|cx| {
        let promise = cx.eval("await 1; 5", "a.js", true).unwrap();
        run_jobs(cx);
        assert_eq!(
            promise.promise_result().get("value").unwrap().kind(),
            Kind::Int(5)
        );
        let module = cx
            .eval_module("export const x = 1; globalThis.fromModule = x", "m.js")
            .unwrap();
        run_jobs(cx);
        assert_eq!(module.promise_state(), Some(PromiseState::Fulfilled));
        assert_eq!(eval_text(cx, "fromModule"), "1");
        let named = cx
            .eval("throw new Error('x')", "odd\0name.js", false)
            .map(drop)
            .unwrap_err();
        assert!(
            Report::of(cx, &cx.catch(named)).frames[0]
                .filename
                .is_some()
        );
        assert_eq!(thrown_by(cx, "'a\0b'; throw 1"), "1");
    });
}
