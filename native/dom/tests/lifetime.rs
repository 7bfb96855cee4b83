//! Which nodes live, and for how long: identity, expandos, collection, limits, and
//! scripts that mean harm.

mod common;

use common::Js;

#[test]
fn a_node_is_the_same_as_long_as_its_tree_is_reachable() {
    let mut js = Js::new();
    js.eval("document.body.innerHTML = '<p><i>x</i></p>'; document.querySelector('i').mark = 7; new WeakMap()").expect("runs");
    js.heap.with(|cx| cx.collect());
    js.check("document.querySelector('i').mark", "7");
    // Detached, held by a descendant of it alone.
    js.eval("var i = document.querySelector('i'); i.parentNode.mark = 8; i.parentNode.remove()")
        .expect("runs");
    js.heap.with(|cx| cx.collect());
    js.check(
        "i.parentNode.mark + i.parentNode.outerHTML",
        "8<p><i>x</i></p>",
    );
    // A WeakMap keeps what it knows of a node in the document.
    js.eval("var known = new WeakMap(); known.set(document.head, 9)")
        .expect("runs");
    js.heap.with(|cx| cx.collect());
    js.check("known.get(document.head)", "9");
}

/// Live bytes after `code` has run `times` times, and a collection.
fn bytes_after(js: &mut Js, code: &str, times: usize) -> usize {
    for _ in 0..times {
        js.eval(code).expect("runs");
    }
    js.heap.with(|cx| {
        cx.collect();
        cx.collect();
        cx.live_bytes()
    })
}

#[test]
fn detached_trees_are_freed_cycles_and_all() {
    let cases = [
        "{ const d = document.createElement('div'); d.innerHTML = '<p>x</p>'.repeat(200); }",
        // Wrappers, expandos and tree in a cycle.
        "{ const d = document.createElement('div'); d.innerHTML = '<p><b>x</b></p>'.repeat(50);
           for (const e of d.querySelectorAll('*')) { e.up = d; e.me = e; } d.all = d.children; }",
        // Listeners that close over their targets.
        "{ const d = document.createElement('div'); d.append('x'.repeat(1000));
           d.addEventListener('x', () => d.firstChild); d.onclick = () => d; }",
        "{ document.body.innerHTML = '<ul>' + '<li><a href=x>y</a>'.repeat(100);
           const l = document.querySelectorAll('a'); l[3].x = l; document.body.textContent = ''; }",
        "{ const o = new MutationObserver(() => o); const d = document.createElement('div');
           o.observe(d, { childList: true, subtree: true }); d.append(document.createElement('p')); d.firstChild.remove(); }",
        "{ const r = new Range(); const d = document.createElement('div'); d.append('abc', 'def');
           r.setStart(d.firstChild, 1); r.setEnd(d.lastChild, 1); d.range = r; d.firstChild.remove(); }",
        "{ const w = document.createNodeIterator(document.createElement('div')); w.nextNode(); w.root.w = w; }",
        "{ const t = document.createElement('template'); t.innerHTML = '<p>x'.repeat(50); t.content.t = t; }",
        "{ const h = document.createElement('div'); const s = h.attachShadow({ mode: 'open' }); s.innerHTML = '<slot>'; s.h = h; }",
        "{ const d = new DOMParser().parseFromString('<p>' + 'x'.repeat(5000), 'text/html'); d.body.firstChild.d = d; }",
        "{ const e = document.createElement('a'); e.setAttribute('k', 'v'.repeat(500)); const a = e.getAttributeNode('k'); a.e = e; e.removeAttributeNode(a); }",
        "{ const d = document.implementation.createHTMLDocument('x'); document.adoptNode(d.body); }",
    ];
    for code in cases {
        let mut js = Js::new();
        let first = bytes_after(&mut js, code, 5);
        let later = bytes_after(&mut js, code, 100);
        assert!(
            later < first + 4_000,
            "{first} bytes, later {later}: {code}"
        );
    }
}

#[test]
fn the_tree_counts_against_the_limit() {
    let mut js = Js::with_limit(2_000_000);
    let error = js.eval("document.body.innerHTML = '<p>x</p>'.repeat(100000)");
    assert_eq!(error, Err("InternalError: out of memory".into()));
    js.check(
        "document.body.innerHTML = '<p>y'; document.body.textContent",
        "y",
    );
    js.check(
        "try { for (;;) document.body.append('some text') }
         catch (error) { document.body.textContent = ''; error.message }",
        "out of memory",
    );
    js.check("document.body.childNodes.length", "0");
    // Garbage is collected before anybody is refused.
    js.check("for (let i = 0; i < 300; i++) { const d = document.createElement('div'); d.innerHTML = '<p>x</p>'.repeat(500); d.firstChild.d = d; } 'through'", "through");
}

#[test]
fn deep_trees_overflow_no_stack() {
    let mut js = Js::new();
    js.eval(
        "var root = document.createElement('div'), at = root;
         for (let i = 0; i < 60000; i++) { const d = document.createElement(i % 3 ? 'div' : 'b'); at.appendChild(d); at = d; }",
    )
    .expect("runs");
    js.check(
        "root.outerHTML.length > 500000 && root.cloneNode(true).isEqualNode(root)",
        "true",
    );
    js.check(
        "document.body.append(root), document.querySelectorAll('b').length",
        "20000",
    );
    js.throws("document.querySelector(':has(p)')", "NotSupportedError");
    js.check(
        "at.closest('body') === document.body && at.lookupNamespaceURI('q')",
        "null",
    );
    js.check(
        "new XMLSerializer().serializeToString(root).length > 500000",
        "true",
    );
    js.check(
        "root.textContent + at.compareDocumentPosition(root) + root.contains(at)",
        "10true",
    );
    js.check(
        "root.normalize(); root.innerHTML = ''; at.isConnected",
        "false",
    );
    js.eval("at = root = null").expect("runs");
    js.heap.with(|cx| cx.collect());
    js.check("const h = '<i>'.repeat(30000); document.body.innerHTML = h; document.querySelectorAll('i').length", "30000");
}

#[test]
fn what_is_not_a_node_is_refused_everywhere() {
    let mut js = Js::new();
    js.check(
        "const wrong = [];
         const seen = new Set();
         for (const name of Object.getOwnPropertyNames(globalThis)) {
           if (!/^[A-Z]/.test(name)) continue;
           const proto = globalThis[name]?.prototype;
           if (!proto || seen.has(proto) || !(proto instanceof Node || /Node|List|Collection|Range|Walker|Iterator|Parser|Serializer|Mutation|Registry|Style|Map$/.test(name))) continue;
           if (['Map', 'WeakMap', 'Iterator'].includes(name)) continue;
           seen.add(proto);
           for (const key of Reflect.ownKeys(proto)) {
             const d = Object.getOwnPropertyDescriptor(proto, key);
             for (const f of [d.get, d.set, key === 'constructor' || typeof key === 'symbol' ? null : d.value]) {
               if (typeof f !== 'function') continue;
               for (const receiver of [{}, null, new Map(), globalThis, Object.create(proto)]) {
                 try { f.call(receiver, {}, {}, {}); if (![Array.prototype.values, Array.prototype.entries, Array.prototype.keys, Array.prototype.forEach, Object.prototype.toString].includes(f)) wrong.push(name + '.' + String(key)); }
                 catch (e) { if (!(e instanceof TypeError)) wrong.push(name + '!' + String(key) + e); }
               }
             }
           }
         }
         [...new Set(wrong)].filter(w => !/parentRule|^EventTarget|^AbstractRange\\.toString/.test(w)).slice(0, 10)",
        "",
    );
}
