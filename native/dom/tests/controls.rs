//! Form controls: their values as numbers and dates, and constraint validation.

mod common;

use common::Js;

/// `input(type, { attribute: value, … }, value)`.
fn with_input() -> Js {
    let mut js = Js::new();
    js.check(
        "globalThis.input = (type, attributes = {}, value) => {
           const made = document.createElement('input');
           made.type = type;
           for (const name in attributes) made.setAttribute(name, attributes[name]);
           if (value !== undefined) made.value = value;
           return made;
         }; 1",
        "1",
    );
    js
}

#[test]
fn numbers_reflect_within_their_bounds() {
    let mut js = Js::new();
    js.check(
        "const cell = document.createElement('td');
         cell.setAttribute('colspan', '5000'); cell.setAttribute('rowspan', '-1');
         const area = document.createElement('textarea');
         area.cols = 0;
         const input = document.createElement('input');
         input.setAttribute('maxlength', '-5');
         [cell.colSpan, cell.rowSpan, area.getAttribute('cols'), input.maxLength]",
        "1000|1|20|-1",
    );
    js.throws("input.maxLength = -1", "IndexSizeError");
    js.check(
        "const img = document.createElement('img');
         img.setAttribute('width', '-3'); img.hspace = 4294967295;
         [img.width, img.getAttribute('hspace')]",
        "0|0",
    );
}

#[test]
fn known_values_and_null_reflect() {
    let mut js = Js::new();
    js.check(
        "const img = document.createElement('img');
         const before = img.crossOrigin;
         img.crossOrigin = 'nonsense'; img.referrerPolicy = 'nonsense';
         const after = [img.crossOrigin, img.getAttribute('crossorigin'), img.referrerPolicy];
         img.crossOrigin = null; img.border = null;
         [before, ...after, img.hasAttribute('crossorigin'), img.getAttribute('border') === '']",
        "|anonymous|nonsense||false|true",
    );
    js.check(
        "document.body.bgColor = null; document.fgColor = 'red';
         [document.body.getAttribute('bgcolor'), document.body.text]",
        "|red",
    );
    js.check(
        "const b = document.createElement('button');
         b.ariaSort = 'ascending'; b.setAttribute('formmethod', 'x');
         [b.getAttribute('aria-sort'), b.formMethod, b.formEnctype, b.formAction === document.URL]",
        "ascending|get||true",
    );
}

#[test]
fn values_are_dates() {
    let mut js = with_input();
    js.check(
        "[input('date', {}, '2024-02-29').valueAsNumber,
          input('date', {}, '2023-02-29').value,
          input('month', {}, '1970-03').valueAsNumber,
          input('week', {}, '1970-W01').valueAsNumber,
          input('time', {}, '01:00').valueAsNumber,
          input('datetime-local', {}, '2024-01-01 10:00:00.500').value]",
        "1709164800000||2|-259200000|3600000|2024-01-01T10:00:00.5",
    );
    js.check(
        "const date = input('date'); date.valueAsDate = new Date(0);
         const month = input('month'); month.valueAsDate = new Date(Date.UTC(2000, 4, 9));
         const time = input('time'); time.valueAsNumber = -1;
         [date.value, month.value, month.valueAsDate.toISOString(), time.value,
          input('text').valueAsDate]",
        "1970-01-01|2000-05|2000-05-01T00:00:00.000Z|23:59:59.999|",
    );
    js.throws("input('text').valueAsDate = null", "InvalidStateError");
    js.throws("input('date').valueAsDate = 0", "TypeError");
    js.throws("input('number').valueAsNumber = Infinity", "TypeError");
}

#[test]
fn steps_go_up_and_down() {
    let mut js = with_input();
    js.check(
        "const up = (type, attributes, value, n) => {
           const made = input(type, attributes, value); made.stepUp(n); return made.value;
         };
         const down = (type, attributes, value, n) => {
           const made = input(type, attributes, value); made.stepDown(n); return made.value;
         };
         [up('number', {}, '1'), up('number', { step: '0.1' }, '0.2'),
          up('number', { step: '3', min: '1' }, '2'), up('number', { max: '5' }, '4', 9),
          down('number', { min: '0' }, '1', 5), down('number', { step: '10' }, '15'),
          up('date', {}, '2023-12-31'), down('week', {}, '2021-W01'), up('time', {}, '23:58')]",
        "2|0.3|4|5|0|10|2024-01-01|2020-W53|23:59",
    );
    js.throws(
        "input('number', { step: 'any' }).stepUp()",
        "InvalidStateError",
    );
    js.throws("input('text').stepUp()", "InvalidStateError");
}

#[test]
fn ranges_stay_within_their_bounds() {
    let mut js = with_input();
    js.check(
        "[input('range').value, input('range', { min: '10', max: '5' }).value,
          input('range', { min: '0', max: '10', step: '4' }, '7').value,
          input('range', {}, '500').value]",
        "50|10|8|100",
    );
}

#[test]
fn validity_says_what_is_wrong() {
    let mut js = with_input();
    js.check(
        "const wrong = (type, attributes, value) => {
           const { validity } = input(type, attributes, value);
           const found = [];
           for (const name in ValidityState.prototype) if (validity[name]) found.push(name);
           return found.join('+');
         };
         [wrong('text', { pattern: '[a-z]+' }, 'abc'), wrong('text', { pattern: '[a-z]+' }, 'a1'),
          wrong('text', { pattern: '(' }, 'a'), wrong('text', { pattern: 'a)|(b' }, 'c'),
          wrong('email', { multiple: '', pattern: '.+x' }, 'a@x, b@y'),
          wrong('number', { step: '2' }, '3'), wrong('number', { step: '0.1' }, '0.3'),
          wrong('date', { min: '2024-01-01' }, '2023-01-01'),
          wrong('time', { min: '22:00', max: '06:00' }, '23:00'),
          wrong('time', { min: '22:00', max: '06:00' }, '12:00'),
          wrong('url', {}, 'http:// x'), wrong('text', { required: '' }),
          wrong('text', { required: '', readonly: '' })]",
        "valid|patternMismatch|valid|valid|patternMismatch|stepMismatch|valid|rangeUnderflow|valid|\
         rangeUnderflow+rangeOverflow|typeMismatch|valueMissing|valid",
    );
    js.check(
        "const one = input('text', { pattern: 'a' }, 'b');
         [one.validity === one.validity, one.validity instanceof ValidityState,
          one.validationMessage !== '', one.checkValidity()]",
        "true|true|true|false",
    );
    js.throws(
        "Object.getOwnPropertyDescriptor(ValidityState.prototype, 'valid').get.call({})",
        "TypeError",
    );
}

#[test]
fn selectors_know_of_patterns() {
    let mut js = with_input();
    js.check(
        "const one = input('text', { pattern: 'a' }, 'b'); document.body.append(one);
         const before = [one.matches(':invalid'), document.querySelector(':invalid') === one];
         one.value = 'a';
         [...before, one.matches(':valid')]",
        "true|true|true",
    );
}

#[test]
fn a_required_select_wants_more_than_its_placeholder() {
    let mut js = Js::new();
    js.check(
        "document.body.innerHTML =
           '<select required><option value=\"\">choose<option>a<option value=\"\">none</select>' +
           '<input type=radio name=r><input type=radio name=r required><fieldset></fieldset>';
         const select = document.querySelector('select');
         const states = [0, 1, 2].map((index) => (select.selectedIndex = index, select.validity.valid));
         const radio = document.querySelector('input');
         const fieldset = document.querySelector('fieldset');
         fieldset.setCustomValidity('x');
         [...states, radio.validity.valueMissing, fieldset.willValidate, fieldset.checkValidity(),
          fieldset.validity.customError]",
        "false|true|true|true|false|true|true",
    );
}

#[test]
fn gauges_keep_their_numbers_in_order() {
    let mut js = Js::new();
    js.check(
        "document.body.innerHTML = '<meter min=2 max=1 value=9></meter><progress value=3></progress>';
         const [meter, progress] = document.body.children;
         [meter.max, meter.value, meter.low, meter.high, meter.optimum, progress.value, progress.position]",
        "2|2|2|2|2|1|1",
    );
    js.throws("meter.value = NaN", "TypeError");
}

#[test]
fn a_new_type_takes_the_value_on() {
    let mut js = with_input();
    js.check(
        "const one = input('text', { value: 'attribute' }, ' a\\tb ');
         one.type = 'hidden';
         const hidden = [one.value, one.getAttribute('value')];
         one.type = 'email';
         const email = one.value;
         one.value = 'x'; one.type = 'number';
         const number = one.value;
         one.type = 'search';
         [...hidden, email, number, one.selectionStart]",
        " a\tb | a\tb |a\tb||0",
    );
}

#[test]
fn the_selected_text_stays_while_the_value_does() {
    let mut js = with_input();
    js.check(
        "const one = input('text', {}, 'abcdef');
         one.setSelectionRange(1, 3, 'backward');
         one.value = 'abcdef';
         const kept = [one.selectionStart, one.selectionEnd, one.selectionDirection];
         one.setRangeText('XYZ', 0, 2);
         const moved = [one.value, one.selectionStart, one.selectionEnd];
         one.value = 'new';
         [...kept, ...moved, one.selectionStart, one.selectionDirection]",
        "1|3|backward|XYZcdef|0|4|3|none",
    );
    js.throws(
        "input('hidden').selectionDirection = 'none'",
        "InvalidStateError",
    );
}
