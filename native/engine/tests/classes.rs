//! Classes from static tables, host objects with internal slots, built-in scripts.

mod common;

use common::*;
use quickbeam_engine::{Builtin, Call, ClassMembers, Cx, JsResult, Member, Value};

struct Point;

static BASE: ClassMembers = ClassMembers {
    instance: &[
        Member::constant(c"KIND", 7),
        Member::accessor(c"x", |call| slot(call, 0), set_x),
        Member::operation(c"entries", 0, |call| slot(call, 1)),
        Member::alias(c"[Symbol.iterator]", c"entries"),
        Member::tag(c"Base"),
    ],
    statics: &[
        Member::constant(c"KIND", 7),
        Member::operation(c"make", 0, |call| call.cx().string("made")),
    ],
};
static DERIVED: ClassMembers = ClassMembers {
    instance: &[Member::tag(c"Derived")],
    statics: &[],
};

fn slot<'a>(call: &Call<'a>, index: usize) -> JsResult<Value<'a>> {
    Ok(call
        .this()
        .internal_slot(index)
        .unwrap_or(call.cx().undefined()))
}

fn set_x<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    call.this().set_internal_slot(0, call.argument(0));
    Ok(call.cx().undefined())
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let prototype = call.this().get("prototype")?;
    call.cx().host_object_with_slots(&prototype, Point, 2)
}

fn define(cx: Cx<'_>) -> JsResult<()> {
    let base = cx.subclass(c"Base", 1, construct, &BASE, None)?;
    let derived = cx.subclass(c"Derived", 0, construct, &DERIVED, Some(&base))?;
    cx.global().define("Base", base)?;
    cx.global().define("Derived", derived)
}

#[test]
fn a_class_has_setters_constants_statics_and_a_parent() {
    heap().with(|cx| {
        define(cx).expect("defines");
        let cases = [
            ("let d = new Derived(); d.x = 5; d.x", "5"),
            (
                "d instanceof Base && Object.getPrototypeOf(Derived) === Base",
                "true",
            ),
            ("Base.KIND + d.KIND + Derived.KIND", "21"),
            ("Base.make() + Derived.make()", "mademade"),
            (
                "Base.prototype[Symbol.iterator] === Base.prototype.entries",
                "true",
            ),
            ("String(d)", "[object Derived]"),
            (
                "JSON.stringify(Object.getOwnPropertyDescriptor(Base, 'KIND'))",
                r#"{"value":7,"writable":false,"enumerable":true,"configurable":false}"#,
            ),
            (
                "let p = Object.getOwnPropertyDescriptor(Base.prototype, 'x'); \
                 [p.get.name, p.set.name, p.set.length, p.enumerable].join()",
                "get x,set x,1,true",
            ),
        ];
        for (code, expected) in cases {
            assert_eq!(eval_text(cx, code), expected, "{code}");
        }
    });
}

#[test]
fn internal_slots_keep_their_values_and_are_seen_by_the_collector() {
    let mut heap = heap();
    heap.with(|cx| {
        define(cx).expect("defines");
        eval(
            cx,
            "globalThis.held = new Base(); held.x = { deep: [1, 2] }",
        );
        cx.collect();
        assert_eq!(eval_text(cx, "held.x.deep.join()"), "1,2");
        eval(cx, "delete globalThis.held");
        cx.collect();
        let before = cx.live_bytes();
        // Each is a cycle through its slot.
        eval(
            cx,
            "for (let i = 0; i < 1000; i++) { const b = new Base(); b.x = { b }; }",
        );
        cx.collect();
        assert!(cx.live_bytes() < before + 2_000, "cycles are garbage");
    });
}

#[test]
fn a_value_without_slots_has_none() {
    heap().with(|cx| {
        assert!(eval(cx, "({})").internal_slot(0).is_none());
        assert!(eval(cx, "1").internal_slot(0).is_none());
    });
}

#[test]
fn a_builtin_runs_in_every_heap_and_hides_its_source() {
    static BUILTIN: Builtin = Builtin::new("test", || {
        "(function secret(a) { return a + 1; })".to_owned()
    });
    for _ in 0..2 {
        heap().with(|cx| {
            let function = BUILTIN.run(cx).expect("runs");
            let result = function
                .call(&cx.undefined(), &[cx.integer(1)])
                .expect("is called");
            assert_eq!(text(cx, &result), "2");
            assert!(text(cx, &function).contains("[native code]"));
        });
    }
}
