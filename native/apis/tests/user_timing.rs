//! User Timing Level 3 and the Performance Timeline.

mod common;

use common::Js;

fn js() -> Js {
    Js::with_groups(&["fetch"])
}

#[test]
fn marks() {
    let mut js = js();
    js.check(
        "const m = performance.mark('a', { startTime: 5, detail: { x: [1] } }); \
         [m instanceof PerformanceMark, m instanceof PerformanceEntry, m.name, m.entryType, m.startTime, m.duration, m.detail.x[0], String(m)].join()",
        "true,true,a,mark,5,0,1,[object PerformanceMark]",
    );
    js.check(
        "const before = performance.now(); const b = performance.mark('b'); b.startTime >= before && b.startTime <= performance.now() && b.detail === null",
        "true",
    );
    js.check(
        "const detail = {}; performance.mark('c', { detail }).detail === detail",
        "false",
    );
    js.check(
        "new PerformanceMark('of its own'); performance.getEntriesByName('of its own').length",
        "0",
    );
    js.check(
        "JSON.stringify(m)",
        r#"{"name":"a","entryType":"mark","startTime":5,"duration":0,"detail":{"x":[1]}}"#,
    );
    js.throws("performance.mark()", "TypeError");
    js.throws("performance.mark('x', { startTime: -1 })", "TypeError");
    js.throws("performance.mark('x', { startTime: NaN })", "TypeError");
    js.throws("performance.mark('x', 1)", "TypeError");
    js.throws("performance.mark('x', { detail() {} })", "DataCloneError");
    js.throws("performance.mark.call({}, 'x')", "TypeError");
    js.throws("new PerformanceEntry()", "TypeError");
    js.throws("new PerformanceMeasure()", "TypeError");
}

#[test]
fn measures() {
    let mut js = js();
    js.check(
        "performance.mark('a', { startTime: 10 }); performance.mark('b', { startTime: 25 }); \
         const show = (m) => [m.entryType, m.startTime, m.duration].join(); show(performance.measure('ab', 'a', 'b'))",
        "measure,10,15",
    );
    js.check(
        "show(performance.measure('m', { start: 'a', end: 20 }))",
        "measure,10,10",
    );
    js.check(
        "show(performance.measure('m', { start: 3, duration: 4 }))",
        "measure,3,4",
    );
    js.check(
        "show(performance.measure('m', { end: 'b', duration: 5 }))",
        "measure,20,5",
    );
    js.check(
        "show(performance.measure('m', undefined, 'b'))",
        "measure,0,25",
    );
    js.check(
        "const all = performance.measure('m'); all.startTime === 0 && all.duration > 0",
        "true",
    );
    // Of two marks of one name the later.
    js.check(
        "performance.mark('a', { startTime: 11 }); show(performance.measure('m', 'a', 'b'))",
        "measure,11,14",
    );
    js.check(
        "performance.measure('m', { start: 0, detail: 7 }).detail",
        "7",
    );
    js.throws("performance.measure('m', 'none')", "SyntaxError");
    js.check(
        "try { performance.measure('m', 'none') } catch (e) { e instanceof DOMException }",
        "true",
    );
    js.throws("performance.measure('m', { detail: 1 })", "TypeError");
    js.throws("performance.measure('m', { start: 1 }, 'b')", "TypeError");
    js.throws(
        "performance.measure('m', { start: 1, end: 2, duration: 1 })",
        "TypeError",
    );
    js.throws("performance.measure('m', { start: -1 })", "TypeError");
}

#[test]
fn timeline() {
    let mut js = js();
    js.check(
        "performance.mark('late', { startTime: 9 }); performance.mark('early', { startTime: 1 }); performance.measure('m', { start: 5, end: 6 }); \
         const names = (list) => list.map((e) => e.name).join(); names(performance.getEntries())",
        "early,m,late",
    );
    js.check("names(performance.getEntriesByType('mark'))", "early,late");
    js.check("names(performance.getEntriesByName('m'))", "m");
    js.check("performance.getEntriesByName('m', 'mark').length", "0");
    js.check(
        "performance.clearMarks('late'); names(performance.getEntries())",
        "early,m",
    );
    js.check(
        "performance.clearMarks(); names(performance.getEntries())",
        "m",
    );
    js.check(
        "performance.clearMeasures(); performance.getEntries().length",
        "0",
    );
    js.throws("performance.getEntriesByName()", "TypeError");
    js.check(
        "[performance.mark, performance.measure, performance.getEntries, PerformanceMark, PerformanceEntry].map((f) => f.name + f.length).join()",
        "mark1,measure1,getEntries0,PerformanceMark1,PerformanceEntry0",
    );
}

#[test]
fn performance_is_an_event_target() {
    let mut js = Js::with_groups(&["fetch"]);
    js.check(
        "[Object.getPrototypeOf(Performance) === EventTarget, performance instanceof EventTarget].join()",
        "true,true",
    );
    js.check(
        "let target; performance.addEventListener('x', (event) => { target = event.target; }); \
         performance.dispatchEvent(new Event('x')); String(target === performance)",
        "true",
    );
    js.check(
        "try { Performance(); } catch (error) { error.name }",
        "TypeError",
    );
    let mut bare = Js::with_groups(&[]);
    bare.check(
        "typeof performance.now() + typeof performance.addEventListener",
        "numberundefined",
    );
}
