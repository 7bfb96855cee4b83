//! The window: elements by name, the event that is on its way, what is selected or
//! read as text.

mod common;

use common::Js;

#[test]
fn elements_are_globals() {
    let mut js = Js::new();
    js.check(
        "document.body.innerHTML =
           '<p id=one></p><form name=two></form><p name=three></p><i id=four></i><b id=four></b>';
         [one === document.body.firstChild, two.tagName, typeof three, window.four.length,
          four === window.four, 'one' in window, Object.keys(window).includes('one')]",
        "true|FORM|undefined|2|true|true|false",
    );
    js.check("one.remove(); typeof one", "undefined");
    // What the script, the window or its prototypes have stands before them.
    js.check(
        "document.body.innerHTML = '<p id=name2></p><p id=fetchable></p><p id=toString></p><p id=document></p>';
         globalThis.fetchable = 7;
         [fetchable, typeof toString, document.nodeType, (name2 = 5, name2), delete window.name2, name2.tagName]",
        "7|function|9|5|true|P",
    );
    js.check(
        "[window instanceof Window, String(window), typeof addEventListener]",
        "true|[object Window]|function",
    );
}

#[test]
fn a_window_without_a_document_has_no_names() {
    let mut js = Js::new();
    js.check(
        "[typeof nothing, 'nothing' in globalThis]",
        "undefined|false",
    );
    js.check(
        "typeof addEventListener + (globalThis instanceof EventTarget)",
        "functiontrue",
    );
}

#[test]
fn the_event_on_its_way_is_known() {
    let mut js = Js::new();
    js.check(
        "const seen = [window.event];
         document.body.addEventListener('x', (event) => seen.push(window.event === event));
         document.body.dispatchEvent(new Event('x'));
         const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
         root.addEventListener('x', () => seen.push(window.event));
         root.dispatchEvent(new Event('x'));
         seen.push(window.event, Object.hasOwn(window, 'event'));
         window.event = 1;
         [...seen, window.event].map(String)",
        "undefined|true|undefined|undefined|true|1",
    );
}

#[test]
fn selections_have_a_direction() {
    let mut js = Js::new();
    js.check(
        "document.body.innerHTML = '<p>abcdef</p>';
         const text = document.body.firstChild.firstChild, s = getSelection();
         s.setBaseAndExtent(text, 4, text, 2);
         const back = [s.anchorOffset, s.focusOffset, s.direction, String(s)];
         s.extend(text, 6);
         const on = [s.anchorOffset, s.focusOffset, s.direction, String(s)];
         s.deleteFromDocument();
         [...back, ...on, text.data, s.isCollapsed]",
        "4|2|backward|cd|4|6|forward|ef|abcd|true",
    );
    js.check(
        "s.setPosition(text, 1); const [range] = s.getComposedRanges();
         [s.type, range instanceof StaticRange, range.startOffset, s.direction]",
        "Caret|true|1|none",
    );
    js.check("s.selectAllChildren(document.body); [s.containsNode(text), s.containsNode(document.body), s.containsNode(document.body, true)]", "true|false|true");
    js.check(
        "s.extend(document.createElement('i'), 0); s.anchorNode === document.body",
        "true",
    );
    js.check("s.removeAllRanges(); s.rangeCount", "0");
    js.throws("s.extend(text, 0)", "InvalidStateError");
    js.throws("s.collapse(text, 99)", "IndexSizeError");
}

#[test]
fn text_is_read_as_it_would_show() {
    let mut js = Js::new();
    js.check(
        "const read = (html) => JSON.stringify((document.body.innerHTML = '<div>' + html + '</div>',
           document.body.firstChild.innerText));
         [read('<p> a  b </p><p>c</p>'), read('<div>a</div>b<div>c</div>'), read('a <br> b'),
          read('<pre>a\\n b</pre>c'), read('<table><tr><td>1<td>2<tr><td>3</table>'),
          read('a<script>no</script><span hidden>no</span><i style=\"display:none\">no</i>b'),
          read('<ul><li>x<li>y</ul>'), read('a <img> b'), read('<b style=\"text-transform:uppercase\">x</b>'),
          read('<i style=\"visibility:hidden\">a<b style=\"visibility:visible\">b</b></i>'),
          read('<select><option>1<option>2</select>'), read('<textarea>t</textarea>')]",
        "\"a b\\n\\nc\"|\"a\\nb\\nc\"|\"a\\nb\"|\"a\\n b\\nc\"|\"1\\t2\\n3\"|\"ab\"|\"x\\ny\"|\"a  b\"|\
         \"X\"|\"b\"|\"1\\n2\"|\"\"",
    );
    // What is not displayed has all of its text.
    js.check(
        "const apart = document.createElement('div'); apart.innerHTML = 'a<br><p>b'; apart.innerText",
        "ab",
    );
    js.check(
        "document.body.innerHTML = 'x<b>y</b>z'; document.querySelector('b').outerText = '';
         [document.body.childNodes.length, document.body.innerHTML]",
        "1|xz",
    );
}

#[test]
fn documents_of_scripts_are_blank() {
    let mut js = Js::new();
    js.check(
        "location.href = 'http://example.org/';
         const parsed = new DOMParser().parseFromString('<a/>', 'text/xml');
         [new Document().URL, document.implementation.createDocument(null, 'a').URL, parsed.URL,
          parsed instanceof XMLDocument]",
        "about:blank|about:blank|http://example.org/|false",
    );
}
