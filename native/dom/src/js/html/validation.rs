//! What controls have for constraint validation: HTML, 4.10.20.3.

use quickbeam_engine::{Call, JsResult, Member, Value};

use super::super::convert::{ToJs, text, type_error};
use super::super::dom::{Env, held};
use super::super::interfaces::Interface;
use super::super::natives::call_module;
use super::super::node::kept;
use super::ACTIVATION;
use crate::forms;
use crate::tree::NodeId;
use crate::validity::{self, Validity};

/// The members that all of them have.
pub(in crate::js) static VALIDATION: &[Member] = &[
    get!(c"willValidate", element, |e, n| validity::will_validate(
        &e.tree(),
        n
    )),
    get!(c"validity", element, |e, n| validity_object(e, n)),
    get!(c"validationMessage", element, |e, n| message(e, n)),
    op!(c"checkValidity", 0, element, |e, _n, call| check(e, call)),
    op!(c"reportValidity", 0, element, |e, _n, call| check(e, call)),
    op!(c"setCustomValidity", 1, element, |e, n, call| {
        let message = text(call, 0)?;
        forms::update(&mut e.tree_mut(), n, |state| {
            state.custom_validity = message.into();
        });
    }),
];

fn check<'a>(env: Env<'a>, call: &Call<'a>) -> JsResult<Value<'a>> {
    call_module(env, ACTIVATION, "checkControl", &[call.this()])
}

// ---- ValidityState ---------------------------------------------------------

struct Of(NodeId);

pub(in crate::js) fn validity_object(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    kept(env, id, held::VALIDITY, |element| {
        let prototype = env.prototype(Interface::ValidityState)?;
        let made = env.cx.host_object_with_slots(&prototype, Of(id), 1)?;
        made.set_internal_slot(0, element.clone());
        Ok(made)
    })
}

macro_rules! flag {
    ($name:literal, $read:expr) => {
        Member::attribute($name, |call| {
            let read: fn(Validity) -> bool = $read;
            let env = Env::of(call.cx());
            let Some(id) = call.this().host::<Of>().map(|of| of.0) else {
                let message = "Illegal invocation: not a ValidityState";
                return Err(type_error(env.cx, message));
            };
            record_pattern(env, id)?;
            read(validity::validity(&env.tree(), id)).to_js(env)
        })
    };
}

pub(in crate::js) static VALIDITY_STATE: &[Member] = &[
    flag!(c"valueMissing", |found| found.value_missing),
    flag!(c"typeMismatch", |found| found.type_mismatch),
    flag!(c"patternMismatch", |found| found.pattern_mismatch),
    flag!(c"tooLong", |found| found.too_long),
    flag!(c"tooShort", |found| found.too_short),
    flag!(c"rangeUnderflow", |found| found.range_underflow),
    flag!(c"rangeOverflow", |found| found.range_overflow),
    flag!(c"stepMismatch", |found| found.step_mismatch),
    flag!(c"badInput", |found| found.bad_input),
    flag!(c"customError", |found| found.custom_error),
    flag!(c"valid", |found| found == Validity::default()),
];

fn message(env: Env<'_>, id: NodeId) -> JsResult<String> {
    record_pattern(env, id)?;
    let tree = env.tree();
    if validity::is_valid(&tree, id) {
        return Ok(String::new());
    }
    let found = validity::validity(&tree, id);
    if found.custom_error {
        let form = tree.extra(id).and_then(|extra| extra.form.as_ref());
        return Ok(form.map_or(String::new(), |form| form.custom_validity.to_string()));
    }
    let message = match () {
        () if found.value_missing => "Please fill out this field.",
        () if found.type_mismatch => "Please enter a valid value.",
        () if found.pattern_mismatch => "Please match the requested format.",
        () if found.range_underflow => "The value is too small.",
        () if found.range_overflow => "The value is too large.",
        () => "The value is not one of the allowed steps.",
    };
    Ok(message.to_owned())
}

// ---- patterns --------------------------------------------------------------

/// Whether a control, or all controls of a form, are valid: `isValid` of priv/js.
pub(in crate::js) fn is_valid(env: Env<'_>, id: NodeId) -> JsResult<bool> {
    record_pattern(env, id)?;
    Ok(validity::is_valid(&env.tree(), id))
}

/// Before selectors that ask what is valid: record it of all controls of a tree.
pub(in crate::js) fn record_patterns(env: Env<'_>, root: NodeId) -> JsResult<()> {
    let controls: Vec<NodeId> = {
        let tree = env.tree();
        let root = tree.root(root);
        let has_pattern = |id: &NodeId| validity::has_pattern(&tree, *id);
        tree.descendants(root).filter(has_pattern).collect()
    };
    controls
        .into_iter()
        .try_for_each(|id| record_pattern(env, id))
}

/// Record whether the value fits the `pattern`: an expression of JavaScript, which
/// the tree alone cannot look at.
fn record_pattern(env: Env<'_>, id: NodeId) -> JsResult<()> {
    if !validity::has_pattern(&env.tree(), id) {
        return Ok(());
    }
    let mismatch = is_mismatch(env, id)?;
    let mut tree = env.tree_mut();
    let known = forms::state(&tree, id).is_some_and(|state| state.pattern_mismatch);
    if known != mismatch {
        forms::update(&mut tree, id, |state| state.pattern_mismatch = mismatch);
    }
    Ok(())
}

fn is_mismatch(env: Env<'_>, id: NodeId) -> JsResult<bool> {
    let (pattern, values) = {
        let tree = env.tree();
        let pattern = tree.attribute_or_empty(id, "pattern").to_owned();
        let value = forms::value(&tree, id);
        let values: Vec<String> = match forms::input_type(&tree, id) {
            _ if value.is_empty() => Vec::new(),
            "email" if tree.attribute(id, "multiple").is_some() => {
                value.split(',').map(str::to_owned).collect()
            }
            _ => vec![value],
        };
        (pattern, values)
    };
    if values.is_empty() {
        return Ok(false);
    }
    let flags = env.cx.string("v")?;
    let compile = |source: &str| env.cx.regexp(&env.cx.string(source)?, &flags);
    // What is no expression by itself is none between anchors either.
    let compiled = compile(&pattern).and_then(|_| compile(&format!("^(?:{pattern})$")));
    let expression = match compiled {
        Ok(expression) => expression,
        Err(thrown) => {
            drop(env.cx.catch(thrown));
            env.cx.poll()?;
            return Ok(false);
        }
    };
    let test = expression.get("test")?;
    for value in values {
        if !test.call(&expression, &[env.cx.string(&value)?])?.truthy() {
            return Ok(true);
        }
    }
    Ok(false)
}
