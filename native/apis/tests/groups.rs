//! Groups of globals: there on first touch, and not there where nobody asked.

mod common;

use common::Js;

#[test]
fn a_group_that_was_not_asked_for_is_not_there() {
    let mut js = Js::new();
    js.check("typeof Event + ('Event' in globalThis)", "undefinedfalse");
    js.check("typeof TextEncoder", "function");
}

#[test]
fn a_group_pulls_in_what_it_needs() {
    for group in ["fetch", "dom", "worker", "channel"] {
        Js::with_groups(&[group]).check("typeof EventTarget", "function");
    }
}

#[test]
fn a_lazy_global_is_as_any_other() {
    let mut js = Js::with_groups(&["fetch"]);
    let cases = [
        ("Object.keys(globalThis).includes('Event')", "false"),
        (
            "Object.getOwnPropertyNames(globalThis).includes('Event')",
            "true",
        ),
        (
            "{ const d = Object.getOwnPropertyDescriptor(globalThis, 'Event'); \
             [typeof d.value, d.writable, d.enumerable, d.configurable].join() }",
            "function,true,false,true",
        ),
        ("Event === Event && Event.name", "Event"),
        ("CustomEvent.__proto__ === Event", "true"),
        (
            "delete globalThis.EventTarget && typeof EventTarget",
            "undefined",
        ),
        ("globalThis.CustomEvent = 5, CustomEvent", "5"),
    ];
    for (code, expected) in cases {
        js.check(code, expected);
    }
    let mut js = Js::with_groups(&["fetch"]);
    js.check("globalThis.Event = 1, Event", "1");
    js.check(
        "delete globalThis.CustomEvent && 'CustomEvent' in globalThis",
        "false",
    );
}

#[test]
fn what_a_module_imports_cannot_be_imported_by_a_script() {
    let mut js = Js::with_groups(&["fetch"]);
    js.check(
        "Event; typeof $import + typeof require",
        "undefinedundefined",
    );
}

/// Its code is shared, what it makes is not.
#[test]
fn what_a_script_does_to_a_global_stays_in_its_heap() {
    let mut changed = Js::with_groups(&["fetch", "intl", "node"]);
    changed.check(
        "EventTarget.prototype.addEventListener = 5; delete ReadableStream.prototype.tee;
         Object.setPrototypeOf(Event, null);
         path.join = () => 'changed'; 
         Intl.NumberFormat = 2; globalThis.Request = 3;
         Array.prototype[Symbol.iterator] = null; Object.prototype.polluted = 1;
         Function.prototype.call = null; 'done'",
        "done",
    );
    let mut other = Js::with_groups(&["fetch", "intl", "node"]);
    let cases = [
        ("typeof Function.prototype.call", "function"),
        ("({}).polluted", "undefined"),
        ("typeof EventTarget.prototype.addEventListener", "function"),
        ("typeof ReadableStream.prototype.tee", "function"),
        (
            "Object.getPrototypeOf(Event) === Function.prototype",
            "true",
        ),
        ("path.join('a', 'b')", "a/b"),
        ("new Intl.NumberFormat('en').format(1234)", "1,234"),
        ("new Request('http://a/').url", "http://a/"),
        ("[...new Headers({ a: 1 })].join()", "a,1"),
    ];
    for (code, expected) in cases {
        other.check(code, expected);
    }
}
