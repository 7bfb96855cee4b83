//! Nodes, elements, documents, markup, selectors and events, as scripts see them.

mod common;

use common::Js;

#[test]
fn a_document_is_there() {
    let mut js = Js::new();
    js.check(
        "document.documentElement.outerHTML",
        "<html><head></head><body></body></html>",
    );
    js.check("document instanceof HTMLDocument && document instanceof Document && document instanceof Node && document instanceof EventTarget", "true");
    js.check(
        "Object.prototype.toString.call(document)",
        "[object HTMLDocument]",
    );
    js.check(
        "[document.nodeType, document.nodeName, document.body.tagName, document.contentType]",
        "9|#document|BODY|text/html",
    );
    js.check(
        "document.body === document.body && document.body.parentNode === document.documentElement",
        "true",
    );
    js.check(
        "window === globalThis && window.document === document && document.defaultView === window",
        "true",
    );
}

#[test]
fn nodes_are_made_and_moved() {
    let mut js = Js::new();
    js.check(
        "const d = document.createElement('DIV'); d.id = 'x'; d.className = 'a b';
         d.append('t', document.createElement('i'), new Comment('c'));
         document.body.appendChild(d); document.body.innerHTML",
        "<div id=\"x\" class=\"a b\">t<i></i><!--c--></div>",
    );
    js.check(
        "d.firstChild.nextSibling.previousSibling === d.childNodes[0]",
        "true",
    );
    js.check("[...d.childNodes].map(n => n.nodeName)", "#text|I|#comment");
    js.check("d.children.length + ':' + d.children[0].localName", "1:i");
    js.check("d.remove(), d.parentNode", "null");
    js.throws("d.appendChild(d)", "HierarchyRequestError");
    js.throws(
        "d.insertBefore(document.createElement('p'), document.body)",
        "NotFoundError",
    );
    js.throws("Node.prototype.appendChild.call({}, d)", "TypeError");
    js.throws("new HTMLDivElement()", "TypeError");
    js.check("d.cloneNode(true).isEqualNode(d)", "true");
}

#[test]
fn markup_in_and_out() {
    let mut js = Js::new();
    js.check(
        "document.body.innerHTML = '<p>a<b>c</p>d</b><table><tr><td>1'; document.body.innerHTML",
        "<p>a<b>c</b></p><b>d</b><table><tbody><tr><td>1</td></tr></tbody></table>",
    );
    js.check("document.querySelectorAll('td, b').length", "3");
    js.check("document.querySelector('p > b').textContent", "c");
    js.throws("document.querySelector('p >')", "SyntaxError");
    js.check(
        "document.querySelector('td').closest('table').matches(':has(td)')",
        "true",
    );
    js.check("document.querySelector('p').insertAdjacentHTML('afterend', '<hr>'), document.body.children[1].outerHTML", "<hr>");
    js.check(
        "document.body.textContent = '<&'; document.body.innerHTML",
        "&lt;&amp;",
    );
}

#[test]
fn attributes_and_their_views() {
    let mut js = Js::new();
    js.check(
        "var e = document.createElement('a'); e.setAttribute('HREF', '/x'); e.getAttributeNames()",
        "href",
    );
    js.check(
        "e.classList.add('a', 'b'); e.classList.toggle('a'); e.className + e.classList.length",
        "b1",
    );
    js.check(
        "e.dataset.fooBar = 1; e.outerHTML",
        "<a href=\"/x\" class=\"b\" data-foo-bar=\"1\"></a>",
    );
    js.check(
        "'fooBar' in e.dataset && delete e.dataset.fooBar && !('fooBar' in e.dataset)",
        "true",
    );
    js.check(
        "e.style.backgroundColor = 'red'; e.style.cssText",
        "background-color: red;",
    );
    js.check(
        "e.attributes.length + e.attributes[0].name + e.attributes.class.value",
        "3hrefb",
    );
    js.check(
        "e.getAttributeNode('href') === e.attributes.getNamedItem('href')",
        "true",
    );
    js.check(
        "Object.keys(e.dataset).length + Object.keys(e.attributes)",
        "00,1,2",
    );
}

#[test]
fn events_travel() {
    let mut js = Js::new();
    js.check(
        "document.body.innerHTML = '<div><button>x</button></div>';
         const log = []; const b = document.querySelector('button');
         for (const t of [window, document, document.body, b.parentNode, b]) {
           t.addEventListener('click', e => log.push('c' + (t.nodeName ?? 'window') + e.eventPhase), true);
           t.addEventListener('click', e => log.push('b' + (t.nodeName ?? 'window') + e.eventPhase));
         }
         b.click(); log",
        "cwindow1|c#document1|cBODY1|cDIV1|cBUTTON2|bBUTTON2|bDIV3|bBODY3|b#document3|bwindow3",
    );
    js.check("b.onclick = () => 'h'; b.setAttribute('onfoo', 'window.foo = this.tagName + event.type'); b.dispatchEvent(new Event('foo')); foo", "BUTTONfoo");
    js.check("document.body.innerHTML = '<input type=checkbox>'; var i = document.querySelector('input'), seen = []; i.onchange = () => seen.push(i.checked); i.click(); i.click(); seen", "true|false");
    js.check(
        "new MouseEvent('x', { clientX: 4, ctrlKey: true }).clientX",
        "4",
    );
}

#[test]
fn observers_hear() {
    let mut js = Js::new();
    js.eval(
        "var seen = []; var o = new MutationObserver(rs => { for (const r of rs) seen.push(r.type + r.addedNodes.length + r.removedNodes.length + (r.attributeName ?? '') + (r.oldValue ?? '')) });
         o.observe(document.body, { childList: true, attributes: true, characterData: true, subtree: true, attributeOldValue: true });
         document.body.innerHTML = '<p>x</p>'; document.body.firstChild.firstChild.data = 'y'; document.body.id = 'i'; document.body.id = 'j'; document.body.firstChild.remove();",
    )
    .expect("runs");
    js.check(
        "seen",
        "childList10|characterData00|attributes00id|attributes00idi|childList01",
    );
}

#[test]
fn custom_elements_live() {
    let mut js = Js::new();
    js.check(
        "var log = [];
         document.body.innerHTML = '<x-a k=1></x-a>';
         class XA extends HTMLElement {
           static observedAttributes = ['k'];
           constructor() { super(); log.push('new'); }
           connectedCallback() { log.push('in'); }
           disconnectedCallback() { log.push('out'); }
           attributeChangedCallback(n, o, v) { log.push(n + o + v); }
         }
         customElements.define('x-a', XA);
         var a = document.querySelector('x-a');
         a.setAttribute('k', 2); a.remove();
         var n = document.createElement('x-a'); document.body.append(n);
         [log, a instanceof XA, n.constructor === XA, customElements.get('x-a') === XA].flat()",
        "new|knull1|in|k12|out|new|in|true|true|true",
    );
    js.throws("new (class extends HTMLElement {})", "TypeError");
}

#[test]
fn xpath_finds() {
    let mut js = Js::new();
    js.eval("document.body.innerHTML = '<ul><li on:x=1>a</li><li class=b>b<i>c</i></li></ul>'; var q = (x, t = 7) => document.evaluate(x, document, null, t, null)").expect("runs");
    js.check(
        "q('//li').snapshotLength + q('//li[2]/i').snapshotItem(0).textContent",
        "2c",
    );
    js.check("q('count(//li) + 1', 1).numberValue", "3");
    js.check("q('string(//li[@class=\"b\"])', 2).stringValue", "bc");
    js.check("new XPathEvaluator().createExpression('.//*[@*[ starts-with(name(), \"on:\") ]]').evaluate(document.body).iterateNext().textContent", "a");
    js.check("q('//i/ancestor::*').snapshotItem(0).localName + q('//li[last()]/preceding-sibling::li').snapshotLength", "html1");
    js.throws("q('//li[')", "SyntaxError");
}
