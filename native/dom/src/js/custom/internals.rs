//! `ElementInternals`: HTML, 4.13.7, and what form-associated custom elements hear.

use quickbeam_engine::{Call, Member, Value};

use super::*;
use crate::js::dom::held;
use crate::js::html::{ACTIVATION, labels, validity_object};
use crate::js::interfaces::Interface;
use crate::js::natives::call_module;
use crate::tree::Internals;
use crate::{forms, validity};

const MODULE: &str = "dom/internals.js";

/// The element whose internals these are.
struct Of(NodeId);

/// Internal slots: the element's object, its submission value, its states.
const ELEMENT: usize = 0;
const VALUE: usize = 1;
const STATES: usize = 2;

/// Members of ValidityStateFlags, in the order that Web IDL converts them.
const FLAGS: [&str; 10] = [
    "badInput",
    "customError",
    "patternMismatch",
    "rangeOverflow",
    "rangeUnderflow",
    "stepMismatch",
    "tooLong",
    "tooShort",
    "typeMismatch",
    "valueMissing",
];

fn refuse<T>(env: Env<'_>, message: &str) -> JsResult<T> {
    Err(env.throw(&DomError::not_supported(message.to_owned())))
}

/// `element.attachInternals()`.
pub(in crate::js) fn attach(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    let (is, definition, state) = {
        let tree = env.tree();
        let element = tree.element(id).expect("the brand is checked");
        let extra = element.extra.as_ref();
        (
            extra.is_some_and(|extra| extra.is.is_some()),
            env.dom.custom.look_up(&element.name, None),
            extra.map_or(CustomState::Undecided, |extra| extra.custom),
        )
    };
    let Some(definition) = definition.filter(|_| !is) else {
        return refuse(env, "attachInternals: this is no autonomous custom element");
    };
    if definition.disable_internals {
        return refuse(env, "the custom element wants no internals");
    }
    let object = env.wrap(id)?;
    if object.held(held::ELEMENT_INTERNALS).is_some() {
        return refuse(env, "attachInternals: the element has internals already");
    }
    if !matches!(state, CustomState::Precustomized | CustomState::Custom) {
        return refuse(env, "attachInternals: the element is not constructed yet");
    }
    let prototype = env.prototype(Interface::ElementInternals)?;
    let made = env.cx.host_object_with_slots(&prototype, Of(id), 3)?;
    made.set_internal_slot(ELEMENT, object.clone());
    made.set_internal_slot(VALUE, env.cx.null());
    object.hold(held::ELEMENT_INTERNALS, made.clone());
    Ok(made)
}

fn internals<'a>(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
    let env = Env::of(call.cx());
    match call.this().host::<Of>() {
        Some(Of(id)) => Ok((env, *id)),
        None => Err(type_error(
            env.cx,
            "Illegal invocation: not an ElementInternals",
        )),
    }
}

/// As [`internals`], of a form-associated element.
fn associated<'a>(call: &Call<'a>) -> JsResult<(Env<'a>, NodeId)> {
    let (env, id) = internals(call)?;
    match env.tree().is_form_associated(id) {
        true => Ok((env, id)),
        false => refuse(env, "the element is no form-associated custom element"),
    }
}

pub(in crate::js) static MEMBERS: &[Member] = &[
    Member::attribute(c"shadowRoot", |call| {
        let (env, id) = internals(call)?;
        env.tree().shadow_root(id).to_js(env)
    }),
    Member::attribute(c"form", |call| {
        let (env, id) = associated(call)?;
        forms::form_owner(&env.tree(), id).to_js(env)
    }),
    Member::attribute(c"labels", |call| {
        let (env, id) = associated(call)?;
        labels(env, id)
    }),
    Member::attribute(c"willValidate", |call| {
        let (env, id) = associated(call)?;
        validity::will_validate(&env.tree(), id).to_js(env)
    }),
    Member::attribute(c"validity", |call| {
        let (env, id) = associated(call)?;
        validity_object(env, id)
    }),
    Member::attribute(c"validationMessage", |call| {
        let (env, id) = associated(call)?;
        let tree = env.tree();
        let message = forms::state(&tree, id).map(|state| state.custom_validity.to_string());
        message.unwrap_or_default().to_js(env)
    }),
    Member::attribute(c"states", |call| {
        let (env, _) = internals(call)?;
        let this = call.this();
        match this.internal_slot(STATES) {
            Some(states) if states.is_object() => Ok(states),
            _ => {
                let element = this.internal_slot(ELEMENT).expect("it is set");
                let states = call_module(env, MODULE, "newStates", &[element])?;
                this.set_internal_slot(STATES, states.clone());
                Ok(states)
            }
        }
    }),
    Member::operation(c"setFormValue", 1, |call| {
        let (env, _) = associated(call)?;
        convert::require(call, c"setFormValue", 1)?;
        let value = call_module(env, MODULE, "toSubmissionValue", &[call.argument(0)])?;
        call.this().set_internal_slot(VALUE, value);
        ().to_js(env)
    }),
    Member::operation(c"setValidity", 0, set_validity),
    Member::operation(c"checkValidity", 0, check),
    Member::operation(c"reportValidity", 0, check),
];

fn check<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, id) = associated(call)?;
    call_module(env, ACTIVATION, "checkControl", &[env.wrap(id)?])
}

/// `setValidity(flags, message, anchor)`.
fn set_validity<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (env, id) = associated(call)?;
    let mut flags = 0;
    for (index, name) in FLAGS.iter().enumerate() {
        if member(&call.argument(0), name)?.truthy() {
            flags |= 1 << index;
        }
    }
    let message = match call.argument(1) {
        message if message.is_undefined() => String::new(),
        message => message.to_text()?,
    };
    if flags != 0 && message.is_empty() {
        return Err(type_error(env.cx, "setValidity: the flags need a message"));
    }
    if !call.argument(2).is_undefined() {
        let anchor = convert::node(call, 2)?;
        let tree = env.tree();
        let inside = anchor != id && tree.is_shadow_including_ancestor(id, anchor);
        drop(tree);
        if !inside {
            let message = "setValidity: the anchor is not within the element";
            return Err(env.throw(&DomError::not_found(message)));
        }
    }
    let message = if flags == 0 { String::new() } else { message };
    let mut tree = env.tree_mut();
    forms::update(&mut tree, id, |state| {
        state.custom_validity = message.into();
    });
    tree.update_internals(id, |internals| internals.flags = flags);
    drop(tree);
    ().to_js(env)
}

/// What an element gives to its form: null, a string, a File, or an array of entries.
pub(in crate::js) fn submission_value(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    let internals = env.wrap(id)?.held(held::ELEMENT_INTERNALS);
    let value = internals.and_then(|internals| internals.internal_slot(VALUE));
    Ok(value.unwrap_or_else(|| env.cx.null()))
}

// ---- what they hear --------------------------------------------------------

/// An element has its definition: it belongs to forms if that says so.
pub(super) fn associate(env: Env<'_>, id: NodeId, definition: &Definition) {
    if definition.form_associated {
        let mut tree = env.tree_mut();
        tree.update_internals(id, |internals| internals.associated = true);
    }
}

/// Tell an element of another form owner, and whether it is disabled now.
pub(super) fn reassess(env: Env<'_>, id: NodeId, definition: &Rc<Definition>) -> JsResult<()> {
    if !definition.form_associated {
        return Ok(());
    }
    let (known, form, disabled) = {
        let tree = env.tree();
        let known = tree.internals(id).map(|own| (own.form, own.disabled));
        (
            known.unwrap_or_default(),
            forms::form_owner(&tree, id),
            crate::selectors::is_disabled(&tree, id),
        )
    };
    if known == (form, disabled) {
        return Ok(());
    }
    env.tree_mut()
        .update_internals(id, |internals: &mut Internals| {
            (internals.form, internals.disabled) = (form, disabled);
        });
    if known.0 != form {
        let form = form.to_js(env)?;
        reactions::callback(env, id, definition, "formAssociatedCallback", vec![form])?;
    }
    if known.1 != disabled {
        let disabled = disabled.to_js(env)?;
        reactions::callback(env, id, definition, "formDisabledCallback", vec![disabled])?;
    }
    Ok(())
}

/// An attribute that has to do with forms was changed: those that it concerns.
pub(super) fn attribute_changed(env: Env<'_>, target: NodeId, name: &str) -> JsResult<()> {
    if !matches!(name, "disabled" | "form") {
        return Ok(());
    }
    let concerned: Vec<(NodeId, Rc<Definition>)> = {
        let tree = env.tree();
        let whole = tree.is_html_named(target, "fieldset");
        tree.descendants(target)
            .take(if whole { usize::MAX } else { 1 })
            .filter(|id| tree.is_form_associated(*id))
            .filter_map(|id| definition_of(env, &tree, id).map(|one| (id, one)))
            .collect()
    };
    let each = |(id, one): (NodeId, Rc<Definition>)| reassess(env, id, &one);
    concerned.into_iter().try_for_each(each)
}

/// A form is reset.
pub(in crate::js) fn reset(env: Env<'_>, id: NodeId) -> JsResult<()> {
    let definition = definition_of(env, &env.tree(), id);
    match definition.filter(|definition| definition.form_associated) {
        Some(one) => reactions::callback(env, id, &one, "formResetCallback", Vec::new()),
        None => Ok(()),
    }
}
