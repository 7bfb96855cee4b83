//! Custom elements: HTML, 4.13: the registry, and the elements' constructor.

pub(super) mod internals;
pub(super) mod registry;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use html5ever::{QualName, ns};
use quickbeam_engine::{Call, JsResult, Root, Value};

use super::convert::{self, ToJs, member, text, type_error};
use super::dom::Env;
use super::interfaces::{Interface, of_html};
use super::reactions::{self, Reactions};
use crate::tree::{CustomState, DomError, Effect, NodeId, Tree, is_custom_name};

/// What a heap knows of custom elements.
#[derive(Default)]
pub(crate) struct Custom {
    registry: OnceCell<Root>,
    definitions: RefCell<Vec<Rc<Definition>>>,
    defining: Cell<bool>,
    /// `whenDefined`: promise and resolving function by name.
    waiting: RefCell<HashMap<String, (Root, Root)>>,
    pub(super) reactions: Reactions,
}

/// "Custom element definition".
pub(super) struct Definition {
    name: String,
    /// That of the element: `name`, but for customized built-in elements.
    local: String,
    constructor: Root,
    observed: Vec<String>,
    callbacks: Vec<(&'static str, Root)>,
    disable_shadow: bool,
    disable_internals: bool,
    form_associated: bool,
    /// "Construction stack": elements that are upgraded; `None` once their
    /// constructor has run.
    stack: RefCell<Vec<Option<Root>>>,
}

impl Definition {
    /// A lifecycle callback.
    pub(super) fn callback(&self, name: &str) -> Option<&Root> {
        let found = self.callbacks.iter().find(|(own, _)| *own == name);
        found.map(|(_, callback)| callback)
    }
}

impl Custom {
    pub(super) fn any(&self) -> bool {
        !self.definitions.borrow().is_empty()
    }

    /// A step that may change the tree begins.
    pub(super) fn begin(&self) -> usize {
        self.reactions.begin()
    }

    pub(super) fn end(&self, mark: usize) {
        self.reactions.end(mark);
    }

    pub(super) fn has_reactions(&self, mark: usize) -> bool {
        self.reactions.any_since(mark)
    }

    fn find(&self, is: impl Fn(&Definition) -> bool) -> Option<Rc<Definition>> {
        let definitions = self.definitions.borrow();
        definitions.iter().find(|one| is(one)).cloned()
    }

    /// "Look up a custom element definition", for a name of HTML.
    fn look_up(&self, name: &QualName, is: Option<&str>) -> Option<Rc<Definition>> {
        if name.ns != ns!(html) || !self.any() {
            return None;
        }
        let local = &*name.local;
        self.find(|one| one.local == local && (one.name == local || is == Some(&one.name)))
    }
}

pub(super) fn react(env: Env<'_>, mark: usize) -> JsResult<()> {
    reactions::run(env, mark)
}

// ---- what happens to elements ----------------------------------------------

/// The definition of an element that is custom.
fn definition_of(env: Env<'_>, tree: &Tree, id: NodeId) -> Option<Rc<Definition>> {
    let element = tree.element(id)?;
    let extra = element.extra.as_ref()?;
    if extra.custom != CustomState::Custom {
        return None;
    }
    env.dom.custom.look_up(&element.name, extra.is.as_deref())
}

/// The definition that an element waits for.
fn waits_for(env: Env<'_>, tree: &Tree, id: NodeId) -> Option<Rc<Definition>> {
    let element = tree.element(id)?;
    let extra = element.extra.as_ref();
    let state = extra.map_or(CustomState::Undecided, |extra| extra.custom);
    if !matches!(state, CustomState::Undecided | CustomState::Undefined) {
        return None;
    }
    let is = extra.and_then(|extra| extra.is.as_deref());
    env.dom.custom.look_up(&element.name, is)
}

/// Shadow-including inclusive descendants.
fn all_below(tree: &Tree, root: NodeId) -> Vec<NodeId> {
    let mut out = Vec::new();
    let mut roots = vec![root];
    while let Some(root) = roots.pop() {
        for node in tree.descendants(root) {
            out.push(node);
            roots.extend(tree.shadow_root(node));
        }
    }
    out
}

/// Queue the reactions of an effect.
pub(super) fn hear(env: Env<'_>, effect: &Effect) -> JsResult<()> {
    if !env.dom.custom.any() {
        return Ok(());
    }
    match effect {
        Effect::Children {
            target,
            added,
            removed,
            ..
        } => {
            let mut gone = Vec::new();
            let mut new = Vec::new();
            {
                let tree = env.tree();
                if !tree.contains_id(*target) {
                    return Ok(());
                }
                if tree.is_connected(*target) {
                    for root in removed.iter().filter(|root| tree.contains_id(**root)) {
                        for id in all_below(&tree, *root) {
                            gone.extend(definition_of(env, &tree, id).map(|one| (id, one)));
                        }
                    }
                }
                for root in added.iter().filter(|root| tree.contains_id(**root)) {
                    if !tree.is_connected(*root) {
                        continue;
                    }
                    for id in all_below(&tree, *root) {
                        match definition_of(env, &tree, id) {
                            Some(one) => new.push((id, one, true)),
                            None => {
                                new.extend(waits_for(env, &tree, id).map(|one| (id, one, false)));
                            }
                        }
                    }
                }
            }
            for (id, definition) in gone {
                reactions::callback(env, id, &definition, "disconnectedCallback", Vec::new())?;
                internals::reassess(env, id, &definition)?;
            }
            for (id, definition, is_custom) in new {
                match is_custom {
                    true => {
                        reactions::callback(env, id, &definition, "connectedCallback", Vec::new())?;
                        internals::reassess(env, id, &definition)?;
                    }
                    false => reactions::upgrade(env, id, definition)?,
                }
            }
            Ok(())
        }
        Effect::Attribute {
            target,
            name,
            namespace,
            old,
            new,
        } => {
            internals::attribute_changed(env, *target, name)?;
            let definition = definition_of(env, &env.tree(), *target);
            let Some(definition) = definition else {
                return Ok(());
            };
            attribute_changed(env, *target, &definition, name, namespace, old, new)
        }
        Effect::Adopted { node, from, to } => {
            let definition = definition_of(env, &env.tree(), *node);
            let Some(definition) = definition else {
                return Ok(());
            };
            let documents = vec![from.to_js(env)?, to.to_js(env)?];
            reactions::callback(env, *node, &definition, "adoptedCallback", documents)
        }
        Effect::Data { .. } => Ok(()),
    }
}

fn attribute_changed(
    env: Env<'_>,
    id: NodeId,
    definition: &Rc<Definition>,
    name: &str,
    namespace: &str,
    old: &Option<Box<str>>,
    new: &Option<Box<str>>,
) -> JsResult<()> {
    if !definition.observed.iter().any(|one| one == name) {
        return Ok(());
    }
    let arguments = vec![
        name.to_js(env)?,
        old.as_deref().to_js(env)?,
        new.as_deref().to_js(env)?,
        Some(namespace).filter(|one| !one.is_empty()).to_js(env)?,
    ];
    reactions::callback(env, id, definition, "attributeChangedCallback", arguments)
}

/// Copies were made: those of custom elements are to be upgraded.
pub(super) fn created(env: Env<'_>, root: NodeId) {
    if !env.dom.custom.any() {
        return;
    }
    let found: Vec<(NodeId, Rc<Definition>)> = {
        let tree = env.tree();
        // Within templates nothing is alive.
        let in_window = tree.document_data(root).has_window;
        let all = if in_window {
            all_below(&tree, root)
        } else {
            Vec::new()
        };
        all.into_iter()
            .filter_map(|id| waits_for(env, &tree, id).map(|one| (id, one)))
            .collect()
    };
    for (id, definition) in found {
        // Out of memory: the element stays what it is.
        if let Err(thrown) = reactions::upgrade(env, id, definition) {
            drop(env.cx.catch(thrown));
        }
    }
}

/// "Create an element", with custom elements made at once.
pub(super) fn create<'a>(
    env: Env<'a>,
    document: NodeId,
    name: QualName,
    is: Option<String>,
) -> JsResult<Value<'a>> {
    let in_window = env.tree().document_data(document).has_window;
    let definition = match in_window {
        true => env.dom.custom.look_up(&name, is.as_deref()),
        false => None,
    };
    match definition {
        Some(definition) if definition.name == definition.local => {
            match construct_now(env, &definition, &name, document) {
                Ok(object) => Ok(object),
                Err(thrown) => {
                    env.report(thrown)?;
                    let id = env.tree_mut().new_element(document, name);
                    env.tree_mut()
                        .update_extra(id, |extra| extra.custom = CustomState::Failed);
                    let object = env.made(id)?;
                    object.set_prototype(&env.prototype(Interface::HtmlUnknown)?)?;
                    Ok(object)
                }
            }
        }
        definition => {
            let id = {
                let mut tree = env.tree_mut();
                let id = tree.new_element(document, name);
                if let Some(is) = is {
                    tree.update_extra(id, |extra| {
                        extra.is = Some(is.into());
                        extra.custom = CustomState::Undefined;
                    });
                }
                id
            };
            let object = env.made(id)?;
            if let Some(definition) = definition
                && let Err(thrown) = upgrade(env, id, &definition)
            {
                env.report(thrown)?;
            }
            Ok(object)
        }
    }
}

/// A custom element by its constructor alone, checked.
fn construct_now<'a>(
    env: Env<'a>,
    definition: &Definition,
    name: &QualName,
    document: NodeId,
) -> JsResult<Value<'a>> {
    let object = definition.constructor.get(env.cx).construct(&[])?;
    let Some(id) = env
        .node_of(&object)
        .filter(|id| env.tree().is_html_element(*id))
    else {
        return Err(type_error(
            env.cx,
            "the constructor of a custom element made no HTMLElement",
        ));
    };
    let wrong = {
        let tree = env.tree();
        match () {
            () if !tree.attributes(id).is_empty() => Some("it has attributes"),
            () if tree.first_child(id).is_some() => Some("it has children"),
            () if tree.parent(id).is_some() => Some("it has a parent"),
            () if tree.document(id) != document => Some("it is of another document"),
            () if tree.name(id).is_none_or(|own| own.local != name.local) => {
                Some("it has another name")
            }
            () => None,
        }
    };
    match wrong {
        Some(wrong) => {
            let message = format!("a new custom element is not as it must be: {wrong}");
            Err(env.throw(&DomError::not_supported(message)))
        }
        None => Ok(object),
    }
}

/// "Upgrade an element".
pub(super) fn upgrade(env: Env<'_>, id: NodeId, definition: &Rc<Definition>) -> JsResult<()> {
    let fits = waits_for(env, &env.tree(), id).is_some();
    if !fits {
        return Ok(());
    }
    let set_state = |state| {
        env.tree_mut()
            .update_extra(id, |extra| extra.custom = state)
    };
    set_state(CustomState::Failed);
    let (attributes, connected) = {
        let tree = env.tree();
        (tree.attributes(id).to_vec(), tree.is_connected(id))
    };
    for one in attributes {
        let (name, new) = (&one.name, Some(one.value));
        attribute_changed(env, id, definition, &name.local, &name.ns, &None, &new)?;
    }
    if connected {
        reactions::callback(env, id, definition, "connectedCallback", Vec::new())?;
    }
    let object = env.wrap(id)?;
    definition
        .stack
        .borrow_mut()
        .push(Some(Root::new(object.clone())));
    set_state(CustomState::Precustomized);
    internals::associate(env, id, definition);
    let constructed = definition.constructor.get(env.cx).construct(&[]);
    let entry = definition.stack.borrow_mut().pop();
    drop(entry);
    set_state(CustomState::Failed);
    let checked = constructed.and_then(|made| match made.identity() == object.identity() {
        true => Ok(()),
        false => Err(type_error(
            env.cx,
            "the constructor of a custom element made another one",
        )),
    });
    match checked {
        Ok(()) => {
            set_state(CustomState::Custom);
            internals::reassess(env, id, definition)
        }
        Err(thrown) => {
            env.dom.custom.reactions.forget(id);
            Err(thrown)
        }
    }
}

/// "HTML element constructors".
pub(super) fn construct<'a>(call: &Call<'a>, interface: Interface) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    let new_target = call.this();
    let definition = env
        .dom
        .custom
        .find(|one| one.constructor.get(env.cx).identity() == new_target.identity());
    let own = env.constructor(interface)?;
    let illegal = || Err(type_error(env.cx, "Illegal constructor"));
    let Some(definition) = definition.filter(|_| own.identity() != new_target.identity()) else {
        return illegal();
    };
    let fits = match definition.name == definition.local {
        true => interface == Interface::HtmlElement,
        false => interface == of_html(&definition.local),
    };
    if !fits {
        return illegal();
    }
    let prototype = super::interfaces::prototype_of_new(call, interface)?;
    let top = definition
        .stack
        .borrow()
        .last()
        .map(|top| top.as_ref().map(|top| top.get(env.cx)));
    match top {
        None => {
            let document = env.window_document_id()?;
            let id = {
                let mut tree = env.tree_mut();
                let id = tree.new_element(document, Tree::html_name(&definition.local));
                tree.update_extra(id, |extra| {
                    extra.custom = CustomState::Custom;
                    if definition.name != definition.local {
                        extra.is = Some(definition.name.as_str().into());
                    }
                });
                id
            };
            internals::associate(env, id, &definition);
            let object = env.made(id)?;
            object.set_prototype(&prototype)?;
            Ok(object)
        }
        Some(None) => Err(type_error(
            env.cx,
            "this custom element is constructed already",
        )),
        Some(Some(object)) => {
            object.set_prototype(&prototype)?;
            if let Some(top) = definition.stack.borrow_mut().last_mut() {
                drop(top.take());
            }
            Ok(object)
        }
    }
}

/// Whether the element's definition wants no shadow root.
pub(super) fn forbids_shadow(env: Env<'_>, id: NodeId) -> bool {
    let tree = env.tree();
    let Some(element) = tree.element(id) else {
        return false;
    };
    let is = element.extra.as_ref().and_then(|extra| extra.is.as_deref());
    let found = env.dom.custom.look_up(&element.name, is);
    found.is_some_and(|definition| definition.disable_shadow)
}
