//! `ElementInternals`, and custom elements that belong to forms.

mod common;

use common::Js;

/// `my-control`, which keeps its internals and what it heard.
fn with_control() -> Js {
    let mut js = Js::new();
    js.check(
        "globalThis.heard = [];
         customElements.define('my-control', class extends HTMLElement {
           static formAssociated = true;
           constructor() { super(); this.own = this.attachInternals(); }
           formAssociatedCallback(form) { heard.push(`form:${form && form.id}`); }
           formDisabledCallback(disabled) { heard.push(`disabled:${disabled}`); }
           formResetCallback() { heard.push('reset'); }
         });
         globalThis.take = () => heard.splice(0).join(); 1",
        "1",
    );
    js
}

#[test]
fn internals_are_attached_once() {
    let mut js = with_control();
    js.check(
        "const made = document.createElement('my-control');
         [made.own instanceof ElementInternals, made.own.shadowRoot,
          made.attachShadow({ mode: 'closed' }) === made.own.shadowRoot]",
        "true||true",
    );
    js.throws("made.attachInternals()", "NotSupportedError");
    js.throws(
        "document.createElement('div').attachInternals()",
        "NotSupportedError",
    );
    js.throws(
        "document.createElement('un-defined').attachInternals()",
        "NotSupportedError",
    );
    js.throws("new ElementInternals()", "TypeError");
    js.check(
        "customElements.define('no-internals', class extends HTMLElement {
           static disabledFeatures = ['internals'];
         });
         customElements.define('no-form', class extends HTMLElement {}); 1",
        "1",
    );
    js.throws(
        "document.createElement('no-internals').attachInternals()",
        "NotSupportedError",
    );
    js.throws(
        "document.createElement('no-form').attachInternals().setFormValue('x')",
        "NotSupportedError",
    );
}

#[test]
fn controls_hear_of_their_form() {
    let mut js = with_control();
    js.check(
        "document.body.innerHTML =
           '<form id=f><fieldset disabled><my-control id=c></my-control></fieldset></form>';
         const form = document.forms[0], control = document.getElementById('c');
         [take(), control.own.form === form, form.elements.length, form.elements.c === control,
          control.matches(':disabled')]",
        "form:f,disabled:true|true|2|true|true",
    );
    js.check("form.firstChild.disabled = false; take()", "disabled:false");
    js.check(
        "control.toggleAttribute('disabled'); control.toggleAttribute('disabled'); take()",
        "disabled:true,disabled:false",
    );
    js.check("form.reset(); take()", "reset");
    js.check("document.body.append(control); take()", "form:null");
    js.check("control.setAttribute('form', 'f'); take()", "form:f");
}

#[test]
fn controls_say_what_is_wrong_with_them() {
    let mut js = with_control();
    js.check(
        "document.body.innerHTML = '<form><my-control><b></b></my-control></form><label><my-control></my-control></label>';
         const form = document.forms[0], control = form.firstChild, { own } = control;
         const before = [own.willValidate, own.checkValidity(), form.checkValidity()];
         own.setValidity({ tooLong: true, badInput: 1 }, 'so wrong', control.firstChild);
         const invalid = [];
         control.addEventListener('invalid', () => invalid.push(1));
         [...before, own.validity.tooLong, own.validity.valid, own.validationMessage,
          form.checkValidity(), invalid.length, control.matches(':invalid'),
          (own.setValidity({}), own.validity.valid), own.validationMessage === '']",
        "true|true|true|true|false|so wrong|false|1|true|true|true",
    );
    js.throws("own.setValidity({ badInput: true })", "TypeError");
    js.throws(
        "own.setValidity({ badInput: true }, 'x', document.body)",
        "NotFoundError",
    );
    js.check(
        "document.body.lastChild.firstChild.own.labels[0].localName",
        "label",
    );
}

#[test]
fn states_are_a_set_that_selectors_see() {
    let mut js = with_control();
    js.check(
        "const made = document.createElement('my-control'), { states } = made.own;
         states.add('open').add('open');
         [states === made.own.states, states.size, [...states].join(), made.matches(':state(open)'),
          states.has('open'), (states.clear(), made.matches(':state(open)')), states.delete('x'),
          states instanceof CustomStateSet, String(states)]",
        "true|1|open|true|true|false|false|true|[object CustomStateSet]",
    );
    js.throws("document.querySelector(':state()')", "SyntaxError");
}

#[test]
fn markup_makes_customized_elements() {
    let mut js = Js::new();
    js.check(
        "class Big extends HTMLParagraphElement { get big() { return true; } }
         customElements.define('big-p', Big, { extends: 'p' });
         document.body.innerHTML = '<p is=big-p></p><p></p>';
         [...document.body.children].map((p) => p.big === true)",
        "true|false",
    );
}
