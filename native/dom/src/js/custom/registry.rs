//! `CustomElementRegistry`: HTML, 4.13.4.

use std::rc::Rc;

use quickbeam_engine::{Call, Cx, JsResult, Member, Root, Value};

use super::*;

struct Registry;

/// `customElements`.
pub(in crate::js) fn registry(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let env = Env::of(cx);
    if let Some(registry) = env.dom.custom.registry.get() {
        return Ok(registry.get(cx));
    }
    let prototype = env.prototype(Interface::CustomElementRegistry)?;
    let object = cx.host_object(&prototype, Registry)?;
    let registry = &env.dom.custom.registry;
    registry.get_or_init(|| Root::new(object.clone()));
    Ok(object)
}

fn checked<'a>(call: &Call<'a>) -> JsResult<Env<'a>> {
    match call.this().host::<Registry>() {
        Some(_) => Ok(Env::of(call.cx())),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a CustomElementRegistry",
        )),
    }
}

pub(in crate::js) static MEMBERS: &[Member] = &[
    Member::operation(c"define", 2, |call| {
        let env = checked(call)?;
        convert::require(call, c"define", 2)?;
        env.changing(|| define(env, call)?.to_js(env))
    }),
    Member::operation(c"get", 1, |call| {
        let env = checked(call)?;
        convert::require(call, c"get", 1)?;
        let name = text(call, 0)?;
        let found = env.dom.custom.find(|one| one.name == name);
        Ok(match found {
            Some(found) => found.constructor.get(env.cx),
            None => env.cx.undefined(),
        })
    }),
    Member::operation(c"getName", 1, |call| {
        let env = checked(call)?;
        convert::require(call, c"getName", 1)?;
        if !call.argument(0).is_function() {
            return Err(type_error(
                env.cx,
                "getName: the argument is not a constructor",
            ));
        }
        let wanted = call.argument(0).identity();
        let found = env
            .dom
            .custom
            .find(|one| one.constructor.get(env.cx).identity() == wanted);
        found.map(|found| found.name.clone()).to_js(env)
    }),
    Member::operation(c"upgrade", 1, |call| {
        let env = checked(call)?;
        let root = convert::node(call, 0)?;
        env.changing(|| {
            upgrade_all(env, root, |_| true)?;
            ().to_js(env)
        })
    }),
    Member::operation(c"whenDefined", 1, |call| {
        let env = checked(call)?;
        let name = text(call, 0)?;
        when_defined(env, name)
    }),
];

/// Queue upgrades of what waits below `root`.
fn upgrade_all(env: Env<'_>, root: NodeId, wanted: impl Fn(&Definition) -> bool) -> JsResult<()> {
    let found: Vec<(NodeId, Rc<Definition>)> = {
        let tree = env.tree();
        all_below(&tree, root)
            .into_iter()
            .filter_map(|id| waits_for(env, &tree, id).map(|one| (id, one)))
            .collect()
    };
    for (id, definition) in found {
        if wanted(&definition) {
            reactions::upgrade(env, id, definition)?;
        }
    }
    Ok(())
}

fn when_defined<'a>(env: Env<'a>, name: String) -> JsResult<Value<'a>> {
    let custom = &env.dom.custom;
    if !is_custom_name(&name) {
        let (promise, _, reject) = env.cx.promise()?;
        let kind = env.cx.string("SyntaxError")?;
        let message = env.cx.string("that is no name of a custom element")?;
        reject.call(
            &env.cx.undefined(),
            &[env.cx.dom_exception(&kind, &message)?],
        )?;
        return Ok(promise);
    }
    if let Some(definition) = custom.find(|one| one.name == name) {
        let (promise, resolve, _) = env.cx.promise()?;
        resolve.call(&env.cx.undefined(), &[definition.constructor.get(env.cx)])?;
        return Ok(promise);
    }
    if let Some((promise, _)) = custom.waiting.borrow().get(&name) {
        return Ok(promise.get(env.cx));
    }
    let (promise, resolve, _) = env.cx.promise()?;
    let entry = (Root::new(promise.clone()), Root::new(resolve));
    custom.waiting.borrow_mut().insert(name, entry);
    Ok(promise)
}

fn define<'a>(env: Env<'a>, call: &Call<'a>) -> JsResult<()> {
    let custom = &env.dom.custom;
    let (name, constructor) = (text(call, 0)?, call.argument(1));
    if !constructor.is_constructor() {
        return Err(type_error(
            env.cx,
            "define: the second argument is not a constructor",
        ));
    }
    if !is_custom_name(&name) {
        let shown: String = name.chars().take(60).collect();
        let message = format!("{shown:?} is not a name of a custom element");
        return Err(env.throw(&DomError::syntax(message)));
    }
    let taken = custom.find(|one| {
        one.name == name || one.constructor.get(env.cx).identity() == constructor.identity()
    });
    if taken.is_some() {
        let message = format!("{name:?} or its constructor is defined already");
        return Err(env.throw(&DomError::not_supported(message)));
    }
    let extends = member(&call.argument(2), "extends")?;
    let mut local = name.clone();
    if !extends.is_undefined() {
        local = extends.to_text()?;
        if is_custom_name(&local) || of_html(&local) == Interface::HtmlUnknown {
            let message = format!("{local:?} cannot be extended");
            return Err(env.throw(&DomError::not_supported(message)));
        }
    }
    if custom.defining.replace(true) {
        let message = "another element is being defined";
        return Err(env.throw(&DomError::not_supported(message)));
    }
    let read = read_definition(env, &constructor);
    custom.defining.set(false);
    let Read {
        observed,
        callbacks,
        disable_shadow,
        disable_internals,
        form_associated,
    } = read?;
    let definition = Rc::new(Definition {
        name: name.clone(),
        local,
        constructor: Root::new(constructor.clone()),
        observed,
        callbacks,
        disable_shadow,
        disable_internals,
        form_associated,
        stack: RefCell::default(),
    });
    custom.definitions.borrow_mut().push(definition.clone());
    env.update_watch();
    if let Some(document) = env.main_document() {
        upgrade_all(env, document, |one| std::ptr::eq(one, &*definition))?;
    }
    let waiting = custom.waiting.borrow_mut().remove(&name);
    if let Some((_, resolve)) = waiting {
        resolve
            .get(env.cx)
            .call(&env.cx.undefined(), &[constructor])?;
    }
    Ok(())
}

struct Read {
    observed: Vec<String>,
    callbacks: Vec<(&'static str, Root)>,
    disable_shadow: bool,
    disable_internals: bool,
    form_associated: bool,
}

fn read_definition<'a>(env: Env<'a>, constructor: &Value<'a>) -> JsResult<Read> {
    const CALLBACKS: [&str; 4] = [
        "connectedCallback",
        "disconnectedCallback",
        "adoptedCallback",
        "attributeChangedCallback",
    ];
    const FORM_CALLBACKS: [&str; 4] = [
        "formAssociatedCallback",
        "formResetCallback",
        "formDisabledCallback",
        "formStateRestoreCallback",
    ];
    let prototype = constructor.get("prototype")?;
    if !prototype.is_object() {
        return Err(type_error(
            env.cx,
            "define: the constructor's prototype is not an object",
        ));
    }
    let mut callbacks = Vec::new();
    let mut read = |name| -> JsResult<()> {
        let callback = prototype.get(name)?;
        if callback.is_undefined() {
            return Ok(());
        }
        if !callback.is_function() {
            return Err(type_error(
                env.cx,
                &format!("define: {name} is not a function"),
            ));
        }
        callbacks.push((name, Root::new(callback)));
        Ok(())
    };
    CALLBACKS.into_iter().try_for_each(&mut read)?;
    let strings = |name: &str| -> JsResult<Vec<String>> {
        let list = constructor.get(name)?;
        if list.is_undefined() {
            return Ok(Vec::new());
        }
        if !list.is_object() {
            return Err(type_error(
                env.cx,
                &format!("define: {name} is not a sequence"),
            ));
        }
        // Of whatever can be iterated, as Web IDL has sequences.
        let array = env.cx.global().get("Array")?;
        let list = array.get("from")?.call(&array, &[list])?;
        (0..list.length()? as u32)
            .map(|index| list.get_index(index)?.to_text())
            .collect()
    };
    let observed = match !prototype.get(CALLBACKS[3])?.is_undefined() {
        true => strings("observedAttributes")?,
        false => Vec::new(),
    };
    let disabled = strings("disabledFeatures")?;
    let form_associated = constructor.get("formAssociated")?.truthy();
    if form_associated {
        FORM_CALLBACKS.into_iter().try_for_each(read)?;
    }
    let disables = |feature: &str| disabled.iter().any(|one| one == feature);
    Ok(Read {
        observed,
        disable_shadow: disables("shadow"),
        disable_internals: disables("internals"),
        form_associated,
        callbacks,
    })
}
