//! Slots: `slotchange`, and nodes that are assigned by hand.

mod common;

use common::Js;

/// A host with a shadow root, and `heard`: the ids of slots whose nodes changed.
fn with_host(shadow: &str, init: &str) -> Js {
    let mut js = Js::new();
    js.check(
        &format!(
            "const host = document.createElement('div'); document.body.append(host);
             const root = host.attachShadow({init});
             const heard = [];
             root.addEventListener('slotchange', (event) => {{
               heard.push(event.target.id + (event.composed ? '!' : ''));
             }});
             root.innerHTML = {shadow:?};
             const slot = (id) => root.getElementById(id);
             const take = () => heard.splice(0).join(); 1"
        ),
        "1",
    );
    js
}

#[test]
fn slots_hear_of_their_nodes() {
    let mut js = with_host(
        "<slot id=a></slot><slot id=b name=b></slot>",
        "{ mode: 'open' }",
    );
    js.check("take()", "");
    js.check(
        "host.append('x', document.createElement('i')); host.append('y'); 1",
        "1",
    );
    js.check("take()", "a");
    js.check("host.querySelector('i').slot = 'b'; 1", "1");
    js.check("take()", "a,b");
    js.check("host.querySelector('i').remove(); 1", "1");
    js.check("take()", "b");
    // Taken out and put back within one turn is a change.
    js.check(
        "const x = host.firstChild; x.remove(); host.prepend(x); 1",
        "1",
    );
    js.check("take()", "a");
    // Comments are in no slot.
    js.check("host.append(new Comment('c')); 1", "1");
    js.check("take()", "");
}

#[test]
fn slots_hear_of_other_slots() {
    let mut js = with_host("<slot id=a></slot>", "{ mode: 'closed' }");
    js.check("host.append('x'); 1", "1");
    js.check("take()", "a");
    // The first of a name has all.
    js.check(
        "const first = document.createElement('slot'); first.id = 'f'; root.prepend(first); 1",
        "1",
    );
    js.check("take()", "f,a");
    js.check("first.name = 'other'; 1", "1");
    js.check("take()", "f,a");
    js.check("const gone = slot('a'); gone.addEventListener('slotchange', () => heard.push('gone')); gone.remove(); 1", "1");
    js.check("take()", "gone");
}

#[test]
fn what_stands_in_an_empty_slot_is_told() {
    let mut js = with_host("<slot id=a>x</slot>", "{ mode: 'open' }");
    js.check("slot('a').append('y'); 1", "1");
    js.check("take()", "a");
    js.check("host.append('z'); 1", "1");
    js.check("take()", "a");
    js.check("slot('a').append('y'); 1", "1");
    js.check("take()", "");
}

#[test]
fn nodes_are_assigned_by_hand() {
    let mut js = with_host(
        "<slot id=a></slot><slot id=b></slot>",
        "{ mode: 'open', slotAssignment: 'manual' }",
    );
    js.check("host.append('x', document.createElement('i')); 1", "1");
    js.check("take()", "");
    js.check(
        "const [x, i] = host.childNodes;
         slot('a').assign(i, x, i);
         [slot('a').assignedNodes().map((node) => node.nodeName), x.assignedSlot === slot('a')]",
        "I,#text|true",
    );
    js.check("take()", "a");
    js.check("slot('b').assign(x); [slot('a').assignedNodes().length, slot('b').assignedNodes()[0] === x]", "1|true");
    js.check("take()", "a,b");
    js.check("i.remove(); slot('a').assignedNodes().length", "0");
    js.check("take()", "a");
    js.throws("slot('a').assign(document)", "TypeError");
    js.throws("slot('a').assign('x')", "TypeError");
    // A slot in no shadow tree remembers them for later.
    js.check(
        "const alone = document.createElement('slot'); alone.assign(x);
         const before = alone.assignedNodes().length; root.append(alone);
         [before, alone.assignedNodes()[0] === x, slot('b').assignedNodes().length]",
        "0|true|0",
    );
}
