//! `MutationObserver`: DOM, 4.3.

use std::cell::{Cell, RefCell};

use quickbeam_engine::{Call, JsResult, Member, Root, Value};

use super::collection::static_list;
use super::convert::{self, ToJs, member, type_error};
use super::dom::{Env, held};
use super::interfaces::Interface;
use crate::tree::{Effect, NodeId};

/// What a heap knows of its observers.
#[derive(Default)]
pub(crate) struct Observers {
    /// Whether `observe` was ever called.
    used: Cell<bool>,
    /// Those that have records for their callbacks.
    pending: RefCell<Vec<Root>>,
    queued: Cell<bool>,
}

impl Observers {
    pub(super) fn any(&self) -> bool {
        self.used.get()
    }
}

#[derive(Debug, Clone, Default)]
struct Options {
    child_list: bool,
    attributes: bool,
    character_data: bool,
    subtree: bool,
    old_attributes: bool,
    old_data: bool,
    filter: Option<Vec<String>>,
}

struct Registration {
    node: NodeId,
    options: Options,
    /// Made by a removal, for as long as records of before are on their way.
    transient: bool,
}

/// The Rust value of an observer.
struct Observer {
    registrations: RefCell<Vec<Registration>>,
    pending: Cell<bool>,
}

/// Internal slots of an observer.
const CALLBACK: usize = 0;
const RECORDS: usize = 1;

pub(super) fn construct<'a>(call: &Call<'a>, prototype: &Value<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    if !call.argument(0).is_function() {
        return Err(type_error(
            cx,
            "MutationObserver: the callback is not a function",
        ));
    }
    let observer = Observer {
        registrations: RefCell::default(),
        pending: Cell::new(false),
    };
    let object = cx.host_object_with_slots(prototype, observer, 2)?;
    object.set_internal_slot(CALLBACK, call.argument(0));
    object.set_internal_slot(RECORDS, cx.array()?);
    Ok(object)
}

fn with<'a, R>(
    object: &Value<'a>,
    use_it: impl FnOnce(Env<'a>, &Observer) -> JsResult<R>,
) -> JsResult<R> {
    match object.host::<Observer>() {
        Some(observer) => use_it(Env::of(object.cx()), observer),
        None => Err(type_error(
            object.cx(),
            "Illegal invocation: not a MutationObserver",
        )),
    }
}

pub(super) static MEMBERS: &[Member] = &[
    Member::operation(c"observe", 1, |call| {
        let this = call.this();
        with(&this, |env, observer| {
            convert::require(call, c"observe", 1)?;
            let node = convert::node(call, 0)?;
            let options = options(&call.argument(1))?;
            observe(env, &this, observer, node, options)?;
            ().to_js(env)
        })
    }),
    Member::operation(c"disconnect", 0, |call| {
        let this = call.this();
        with(&this, |env, observer| {
            let registrations = observer.registrations.take();
            for registration in registrations {
                forget(env, &this, registration.node)?;
            }
            this.set_internal_slot(RECORDS, env.cx.array()?);
            ().to_js(env)
        })
    }),
    Member::operation(c"takeRecords", 0, |call| {
        let this = call.this();
        with(&this, |env, _| take_records(env, &this))
    }),
];

fn take_records<'a>(env: Env<'a>, observer: &Value<'a>) -> JsResult<Value<'a>> {
    let fresh = env.cx.array()?;
    let records = observer
        .internal_slot(RECORDS)
        .expect("an observer has its records");
    observer.set_internal_slot(RECORDS, fresh);
    Ok(records)
}

fn options(given: &Value<'_>) -> JsResult<Options> {
    let cx = given.cx();
    let flag = |name: &str| -> JsResult<Option<bool>> {
        let value = member(given, name)?;
        Ok((!value.is_undefined()).then(|| value.truthy()))
    };
    let filter = member(given, "attributeFilter")?;
    let filter = match filter.is_undefined() {
        true => None,
        false => {
            let mut names = Vec::new();
            for index in 0..u32::try_from(filter.length()?).unwrap_or(u32::MAX) {
                names.push(filter.get_index(index)?.to_text()?);
            }
            Some(names)
        }
    };
    let old_attributes = flag("attributeOldValue")?;
    let attributes = flag("attributes")?;
    let character_data = flag("characterData")?;
    let old_data = flag("characterDataOldValue")?;
    let options = Options {
        child_list: flag("childList")?.unwrap_or(false),
        attributes: attributes.unwrap_or(old_attributes.is_some() || filter.is_some()),
        character_data: character_data.unwrap_or(old_data.is_some()),
        subtree: flag("subtree")?.unwrap_or(false),
        old_attributes: old_attributes.unwrap_or(false),
        old_data: old_data.unwrap_or(false),
        filter,
    };
    let wrong = match () {
        () if !(options.child_list || options.attributes || options.character_data) => {
            "one of childList, attributes and characterData must be true"
        }
        () if options.old_attributes && !options.attributes => {
            "attributeOldValue is nothing without attributes"
        }
        () if options.filter.is_some() && !options.attributes => {
            "attributeFilter is nothing without attributes"
        }
        () if options.old_data && !options.character_data => {
            "characterDataOldValue is nothing without characterData"
        }
        () => return Ok(options),
    };
    Err(type_error(
        cx,
        &format!("MutationObserver.observe: {wrong}"),
    ))
}

fn observe<'a>(
    env: Env<'a>,
    object: &Value<'a>,
    observer: &Observer,
    node: NodeId,
    options: Options,
) -> JsResult<()> {
    env.dom.observers.used.set(true);
    env.update_watch();
    drop_transients(env, object, observer)?;
    let mut registrations = observer.registrations.borrow_mut();
    if let Some(known) = registrations.iter_mut().find(|one| one.node == node) {
        known.options = options;
        return Ok(());
    }
    registrations.push(Registration {
        node,
        options,
        transient: false,
    });
    drop(registrations);
    remember(env, object, node)
}

/// A node keeps those who observe it: an array.
fn remember<'a>(env: Env<'a>, observer: &Value<'a>, node: NodeId) -> JsResult<()> {
    let object = env.wrap(node)?;
    let list = match object.held(held::OBSERVERS) {
        Some(list) => list,
        None => {
            let list = env.cx.array()?;
            object.hold(held::OBSERVERS, list.clone());
            list
        }
    };
    list.define_index(list.length()? as u32, observer.clone())
}

fn forget<'a>(env: Env<'a>, observer: &Value<'a>, node: NodeId) -> JsResult<()> {
    let Some(object) = env.cx.find_member(node.bits()) else {
        return Ok(());
    };
    let Some(list) = object.held(held::OBSERVERS) else {
        return Ok(());
    };
    let kept = env.cx.array()?;
    let mut count = 0;
    for index in 0..list.length()? as u32 {
        let one = list.get_index(index)?;
        if one.identity() != observer.identity() {
            kept.define_index(count, one)?;
            count += 1;
        }
    }
    object.hold(held::OBSERVERS, kept);
    Ok(())
}

fn drop_transients<'a>(env: Env<'a>, object: &Value<'a>, observer: &Observer) -> JsResult<()> {
    let mut gone = Vec::new();
    observer.registrations.borrow_mut().retain(|one| {
        if one.transient {
            gone.push(one.node);
        }
        !one.transient
    });
    for node in gone {
        forget(env, object, node)?;
    }
    Ok(())
}

// ---- records ---------------------------------------------------------------

/// Queue records of an effect, and transient observers of what was removed.
pub(super) fn hear(env: Env<'_>, effect: &Effect) -> JsResult<()> {
    if !env.dom.observers.any() {
        return Ok(());
    }
    let target = match effect {
        Effect::Children { target, .. }
        | Effect::Attribute { target, .. }
        | Effect::Data { target, .. } => *target,
        Effect::Adopted { .. } => return Ok(()),
    };
    let above: Vec<NodeId> = {
        let tree = env.tree();
        if !tree.contains_id(target) {
            return Ok(());
        }
        tree.ancestors(target).collect()
    };
    let mut interested: Vec<(Value<'_>, bool)> = Vec::new();
    for node in above {
        let Some(list) = env
            .cx
            .find_member(node.bits())
            .and_then(|o| o.held(held::OBSERVERS))
        else {
            continue;
        };
        for index in 0..list.length()? as u32 {
            let object = list.get_index(index)?;
            let Some(observer) = object.host::<Observer>() else {
                continue;
            };
            let mut subtree = None;
            let mut wants = None;
            for one in observer.registrations.borrow().iter() {
                if one.node != node {
                    continue;
                }
                if one.options.subtree {
                    subtree = Some(one.options.clone());
                }
                if node == target || one.options.subtree {
                    wants = wants.or(wanted(&one.options, effect));
                }
            }
            if let (Some(options), Effect::Children { removed, .. }) = (subtree, effect) {
                for node in removed {
                    observer.registrations.borrow_mut().push(Registration {
                        node: *node,
                        options: options.clone(),
                        transient: true,
                    });
                    remember(env, &object, *node)?;
                }
                mark_pending(env, &object, observer)?;
            }
            if let Some(old) = wants {
                match interested
                    .iter_mut()
                    .find(|(known, _)| known.identity() == object.identity())
                {
                    Some((_, known)) => *known |= old,
                    None => interested.push((object, old)),
                }
            }
        }
    }
    for (object, old) in interested {
        let record = record(env, effect, target, old)?;
        let records = object
            .internal_slot(RECORDS)
            .expect("an observer has its records");
        records.define_index(records.length()? as u32, record)?;
        if let Some(observer) = object.host::<Observer>() {
            mark_pending(env, &object, observer)?;
        }
    }
    Ok(())
}

/// Whether a registration wants an effect, and the old value with it.
fn wanted(options: &Options, effect: &Effect) -> Option<bool> {
    match effect {
        Effect::Children { .. } => options.child_list.then_some(false),
        Effect::Data { .. } => options.character_data.then_some(options.old_data),
        Effect::Attribute {
            name, namespace, ..
        } => {
            let filtered = options.filter.as_ref().is_some_and(|filter| {
                !namespace.is_empty() || !filter.iter().any(|one| **one == **name)
            });
            (options.attributes && !filtered).then_some(options.old_attributes)
        }
        Effect::Adopted { .. } => None,
    }
}

struct Record;

/// Internal slots of a record, in the order of [`RECORD`].
const SLOTS: usize = 9;

macro_rules! slot {
    ($name:literal, $index:literal) => {
        Member::attribute($name, |call| match call.this().host::<Record>() {
            Some(_) => Ok(call
                .this()
                .internal_slot($index)
                .expect("a record has its slots")),
            None => Err(type_error(
                call.cx(),
                "Illegal invocation: not a MutationRecord",
            )),
        })
    };
}

pub(super) static RECORD: &[Member] = &[
    slot!(c"type", 0),
    slot!(c"target", 1),
    slot!(c"addedNodes", 2),
    slot!(c"removedNodes", 3),
    slot!(c"previousSibling", 4),
    slot!(c"nextSibling", 5),
    slot!(c"attributeName", 6),
    slot!(c"attributeNamespace", 7),
    slot!(c"oldValue", 8),
];

fn record<'a>(env: Env<'a>, effect: &Effect, target: NodeId, old: bool) -> JsResult<Value<'a>> {
    let prototype = env.prototype(Interface::MutationRecord)?;
    let object = env.cx.host_object_with_slots(&prototype, Record, SLOTS)?;
    let (mut added, mut removed): (&[NodeId], &[NodeId]) = (&[], &[]);
    let (mut previous, mut next) = (None, None);
    let (mut name, mut namespace, mut old_value) = (None, None, None);
    let kind = match effect {
        Effect::Children {
            added: new,
            removed: gone,
            previous: before,
            next: after,
            ..
        } => {
            (added, removed) = (new, gone);
            (previous, next) = (*before, *after);
            "childList"
        }
        Effect::Attribute {
            name: own,
            namespace: space,
            old: value,
            ..
        } => {
            name = Some(own.to_string());
            namespace = (!space.is_empty()).then(|| space.to_string());
            old_value = value.as_deref().filter(|_| old).map(str::to_owned);
            "attributes"
        }
        Effect::Data { old: value, .. } => {
            old_value = old.then(|| value.to_string());
            "characterData"
        }
        Effect::Adopted { .. } => "",
    };
    let values = [
        kind.to_js(env)?,
        target.to_js(env)?,
        static_list(env, added)?,
        static_list(env, removed)?,
        previous.to_js(env)?,
        next.to_js(env)?,
        name.to_js(env)?,
        namespace.to_js(env)?,
        old_value.to_js(env)?,
    ];
    for (index, value) in values.into_iter().enumerate() {
        object.set_internal_slot(index, value);
    }
    Ok(object)
}

/// An observer has records.
fn mark_pending<'a>(env: Env<'a>, object: &Value<'a>, observer: &Observer) -> JsResult<()> {
    if !observer.pending.replace(true) {
        let pending = &env.dom.observers.pending;
        pending.borrow_mut().push(Root::new(object.clone()));
    }
    queue(env)
}

/// "Queue a mutation observer microtask".
pub(super) fn queue(env: Env<'_>) -> JsResult<()> {
    if !env.dom.observers.queued.replace(true) {
        super::dom::microtask(env, notify)?;
    }
    Ok(())
}

/// "Notify mutation observers".
fn notify<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    env.dom.observers.queued.set(false);
    let pending = env.dom.observers.pending.take();
    let slots = env.dom.slots.take();
    for root in pending {
        let object = root.get(env.cx);
        let Some(observer) = object.host::<Observer>() else {
            continue;
        };
        observer.pending.set(false);
        let records = take_records(env, &object)?;
        drop_transients(env, &object, observer)?;
        if records.length()? == 0 {
            continue;
        }
        let callback = object
            .internal_slot(CALLBACK)
            .expect("an observer has its callback");
        if let Err(thrown) = callback.call(&object, &[records, object.clone()]) {
            env.report(thrown)?;
        }
    }
    super::slots::tell(env, slots)?;
    ().to_js(env)
}
