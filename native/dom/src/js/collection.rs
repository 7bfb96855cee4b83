//! `NodeList` and `HTMLCollection`, live and static: DOM, 4.2.10.

pub(super) mod members;

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use html5ever::ns;
use quickbeam_engine::{Change, Computed, Cx, Exotic, JsResult, Name, Value};

use super::convert::{ToJs, type_error};
use super::dom::{Env, held};
use super::interfaces::Interface;
use super::node::{array, kept};
use super::window_names;
use crate::forms;
use crate::tree::{NodeId, QuirksMode, Tree};

/// A method of Array.prototype, which Web IDL's value iterators share.
pub(super) fn array_method<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    cx.global().get("Array")?.get("prototype")?.get(name)
}

/// What a live collection holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Query {
    ChildNodes,
    Children,
    /// A qualified name, as given; `*` for all.
    Tag(String),
    /// Namespace and local name, each `*` for all.
    TagNs(String, String),
    Classes(Vec<String>),
    /// `getElementsByName`.
    Name(String),
    /// HTML elements of these local names.
    Named(&'static [&'static str]),
    /// `a` and `area` with `href`.
    Links,
    /// `a` with `name`.
    Anchors,
    /// The options of a select.
    Options,
    SelectedOptions,
    /// What a form owns, or the controls of a fieldset.
    Elements,
    /// Rows of a table, in the order that `rows` has.
    TableRows,
    /// Child elements of these names.
    ChildrenNamed(&'static [&'static str]),
    /// The labels of a control.
    Labels,
    /// The elements of a list that is no live one: an array has them.
    Static,
    /// Controls of a form with a name or id.
    ControlsNamed(String),
    /// What the window has under a name.
    WindowNamed(String),
}

/// Internal slot: the root's object, or the array of a static list.
const ROOT: usize = 0;

pub(super) struct Collection {
    root: NodeId,
    query: Query,
    interface: Interface,
    cache: RefCell<Option<(u64, Rc<[NodeId]>)>>,
}

fn with<'a>(
    this: &Value<'a>,
    use_it: impl FnOnce(Env<'a>, &Collection) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    match this.exotic::<Collection>() {
        Some(list) => use_it(Env::of(this.cx()), list),
        None => Err(type_error(
            this.cx(),
            "Illegal invocation: not a NodeList or HTMLCollection",
        )),
    }
}

fn make<'a>(
    env: Env<'a>,
    interface: Interface,
    root: NodeId,
    query: Query,
    slot: Value<'a>,
) -> JsResult<Value<'a>> {
    let prototype = env.prototype(interface)?;
    let list = Collection {
        root,
        query,
        interface,
        cache: RefCell::default(),
    };
    let object = env.cx.exotic(&prototype, list, 1)?;
    object.set_exotic_internal(ROOT, slot);
    Ok(object)
}

/// A live collection that its root keeps under a tag.
pub(super) fn live<'a>(
    env: Env<'a>,
    root: NodeId,
    tag: u32,
    interface: Interface,
    query: Query,
) -> JsResult<Value<'a>> {
    kept(env, root, tag, |object| {
        make(env, interface, root, query, object.clone())
    })
}

/// A live collection that its root keeps by its kind and arguments.
pub(super) fn live_by<'a>(
    env: Env<'a>,
    root: NodeId,
    interface: Interface,
    query: Query,
) -> JsResult<Value<'a>> {
    const MOST: u64 = 64;
    let key = format!("{query:?}");
    let known = kept(env, root, held::COLLECTIONS, |_| {
        let table = env.cx.object()?;
        table.set_prototype(&env.cx.null())?;
        Ok(table)
    })?;
    if known.has_own(&key)? {
        return known.get(&key);
    }
    let object = env.wrap(root)?;
    let list = make(env, interface, root, query, object.clone())?;
    // A script that asks for ever new names does not fill the memory with them.
    let table = match known.own_keys(false)?.len() as u64 >= MOST {
        true => {
            let table = env.cx.object()?;
            table.set_prototype(&env.cx.null())?;
            object.hold(held::COLLECTIONS, table.clone());
            table
        }
        false => known,
    };
    table.define(&key, list.clone())?;
    Ok(list)
}

pub(super) fn child_nodes(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    live(
        env,
        id,
        held::CHILD_NODES,
        Interface::NodeList,
        Query::ChildNodes,
    )
}

pub(super) fn children(env: Env<'_>, id: NodeId) -> JsResult<Value<'_>> {
    live(
        env,
        id,
        held::CHILDREN,
        Interface::HtmlCollection,
        Query::Children,
    )
}

pub(super) fn by_tag_name(env: Env<'_>, id: NodeId, name: String) -> JsResult<Value<'_>> {
    live_by(env, id, Interface::HtmlCollection, Query::Tag(name))
}

pub(super) fn by_tag_name_ns(
    env: Env<'_>,
    id: NodeId,
    namespace: String,
    local: String,
) -> JsResult<Value<'_>> {
    live_by(
        env,
        id,
        Interface::HtmlCollection,
        Query::TagNs(namespace, local),
    )
}

pub(super) fn by_class_name(env: Env<'_>, id: NodeId, names: String) -> JsResult<Value<'_>> {
    let names = names.split_ascii_whitespace().map(str::to_owned).collect();
    live_by(env, id, Interface::HtmlCollection, Query::Classes(names))
}

/// A list that does not change.
pub(super) fn static_list<'a>(env: Env<'a>, nodes: &[NodeId]) -> JsResult<Value<'a>> {
    let items = array(env, nodes)?;
    let nobody = NodeId::from_bits(0);
    make(env, Interface::NodeList, nobody, Query::Static, items)
}

impl Collection {
    fn count<'a>(&self, env: Env<'a>, this: &Value<'a>) -> JsResult<u32> {
        if self.query == Query::Static {
            let items = this.exotic_internal(ROOT).expect("a list has its array");
            return Ok(items.length()? as u32);
        }
        Ok(self.items(env, this)?.len() as u32)
    }

    fn at<'a>(&self, env: Env<'a>, this: &Value<'a>, index: u32) -> JsResult<Option<Value<'a>>> {
        if self.query == Query::Static {
            let items = this.exotic_internal(ROOT).expect("a list has its array");
            if u64::from(index) >= items.length()? {
                return Ok(None);
            }
            return items.get_index(index).map(Some);
        }
        // The first few are not worth a list of all.
        if index < 4 && self.fresh(env).is_none() {
            let found = {
                let tree = env.tree();
                match self.query {
                    Query::ChildNodes => Some(tree.child(self.root, index)),
                    Query::Children => Some(tree.child_elements(self.root).nth(index as usize)),
                    _ => None,
                }
            };
            if let Some(found) = found {
                return found.map(|id| env.wrap(id)).transpose();
            }
        }
        let found = self.items(env, this)?.get(index as usize).copied();
        found.map(|id| env.wrap(id)).transpose()
    }

    fn fresh(&self, env: Env<'_>) -> Option<Rc<[NodeId]>> {
        let version = env.tree().version();
        match &*self.cache.borrow() {
            Some((known, items)) if *known == version => Some(items.clone()),
            _ => None,
        }
    }

    /// All that it holds now.
    fn items<'a>(&self, env: Env<'a>, this: &Value<'a>) -> JsResult<Rc<[NodeId]>> {
        if self.query == Query::Static {
            let mut nodes = Vec::new();
            for index in 0..self.count(env, this)? {
                let item = self.at(env, this, index)?;
                nodes.extend(item.and_then(|item| env.node_of(&item)));
            }
            return Ok(nodes.into());
        }
        if let Some(items) = self.fresh(env) {
            return Ok(items);
        }
        let (items, seen): (Rc<[NodeId]>, usize) = {
            let tree = env.tree();
            let items = self.collect(&tree);
            (items.into(), tree.len())
        };
        // What it has walked through counts.
        if !matches!(self.query, Query::ChildNodes | Query::Children) {
            for _ in 0..seen / 1024 {
                env.cx.poll()?;
            }
        }
        let version = env.tree().version();
        *self.cache.borrow_mut() = Some((version, items.clone()));
        Ok(items)
    }

    fn collect(&self, tree: &Tree) -> Vec<NodeId> {
        let root = self.root;
        if !tree.contains_id(root) {
            return Vec::new();
        }
        let below = |matches: &dyn Fn(NodeId) -> bool| -> Vec<NodeId> {
            tree.descendants(root)
                .skip(1)
                .filter(|id| tree.is_element(*id) && matches(*id))
                .collect()
        };
        let named =
            |id: NodeId, names: &[&str]| names.iter().any(|name| tree.is_html_named(id, name));
        match &self.query {
            Query::ChildNodes => tree.children(root).collect(),
            Query::Children => tree.child_elements(root).collect(),
            Query::Tag(name) if name == "*" => below(&|_| true),
            Query::Tag(name) => {
                let lower = name.to_ascii_lowercase();
                let html = tree.document_data(root).html;
                below(&|id| {
                    let own = tree.name(id).expect("an element");
                    let wanted = match html && own.ns == ns!(html) {
                        true => &lower,
                        false => name,
                    };
                    match &own.prefix {
                        None => *own.local == **wanted,
                        Some(prefix) => wanted
                            .strip_prefix(&**prefix)
                            .and_then(|rest| rest.strip_prefix(':'))
                            .is_some_and(|local| *own.local == *local),
                    }
                })
            }
            Query::TagNs(namespace, local) => below(&|id| {
                let own = tree.name(id).expect("an element");
                (namespace == "*" || *own.ns == **namespace)
                    && (local == "*" || *own.local == **local)
            }),
            Query::Classes(names) if names.is_empty() => Vec::new(),
            Query::Classes(names) => {
                let quirks = tree.document_data(root).quirks == QuirksMode::Quirks;
                below(&|id| {
                    let own = tree.attribute_or_empty(id, "class");
                    names.iter().all(|name| {
                        own.split_ascii_whitespace().any(|one| match quirks {
                            true => one.eq_ignore_ascii_case(name),
                            false => one == name,
                        })
                    })
                })
            }
            Query::Name(name) => {
                below(&|id| tree.is_html_element(id) && tree.attribute(id, "name") == Some(name))
            }
            Query::Named(names) => below(&|id| named(id, names)),
            Query::Links => {
                below(&|id| named(id, &["a", "area"]) && tree.attribute(id, "href").is_some())
            }
            Query::Anchors => {
                below(&|id| named(id, &["a"]) && tree.attribute(id, "name").is_some())
            }
            Query::Options => forms::options(tree, root),
            Query::SelectedOptions => forms::options(tree, root)
                .into_iter()
                .filter(|option| forms::is_selected(tree, *option))
                .collect(),
            Query::Elements if tree.is_html_named(root, "fieldset") => {
                below(&|id| forms::is_listed(tree, id))
            }
            Query::Elements => forms::elements(tree, root),
            Query::ControlsNamed(name) => forms::elements(tree, root)
                .into_iter()
                .filter(|id| is_called(tree, *id, name))
                .collect(),
            Query::WindowNamed(name) => below(&|id| window_names::is_called(tree, id, name)),
            Query::TableRows => {
                let rows = |parent: NodeId| {
                    tree.child_elements(parent)
                        .filter(|id| tree.is_html_named(*id, "tr"))
                        .collect::<Vec<_>>()
                };
                let sections = |name: &str| -> Vec<NodeId> {
                    tree.child_elements(root)
                        .filter(|id| tree.is_html_named(*id, name))
                        .flat_map(rows)
                        .collect()
                };
                let mut found = sections("thead");
                for child in tree.child_elements(root) {
                    if tree.is_html_named(child, "tr") {
                        found.push(child);
                    } else if tree.is_html_named(child, "tbody") {
                        found.extend(rows(child));
                    }
                }
                found.extend(sections("tfoot"));
                found
            }
            Query::ChildrenNamed(names) => tree
                .child_elements(root)
                .filter(|id| named(*id, names))
                .collect(),
            Query::Labels => tree
                .descendants(tree.root(root))
                .filter(|id| super::html::labeled_control(tree, *id) == Some(root))
                .collect(),
            Query::Static => Vec::new(),
        }
    }

    /// "Supported property names" of an HTMLCollection: the first of that name.
    fn named<'a>(&self, env: Env<'a>, this: &Value<'a>, name: &str) -> JsResult<Option<NodeId>> {
        if name.is_empty() {
            return Ok(None);
        }
        let items = self.items(env, this)?;
        let tree = env.tree();
        Ok(items.iter().copied().find(|id| is_called(&tree, *id, name)))
    }

    /// As [`Collection::named`] of form controls: a list where there are several.
    fn controls_named<'a>(
        &self,
        env: Env<'a>,
        this: &Value<'a>,
        name: &str,
    ) -> JsResult<Option<Value<'a>>> {
        if name.is_empty() {
            return Ok(None);
        }
        let found: Vec<NodeId> = {
            let items = self.items(env, this)?;
            let tree = env.tree();
            items
                .iter()
                .copied()
                .filter(|id| is_called(&tree, *id, name))
                .collect()
        };
        match found[..] {
            [] => Ok(None),
            [one] => env.wrap(one).map(Some),
            _ => {
                let query = Query::ControlsNamed(name.to_owned());
                live_by(env, self.root, Interface::RadioNodeList, query).map(Some)
            }
        }
    }

    fn is_node_list(&self) -> bool {
        matches!(
            self.interface,
            Interface::NodeList | Interface::RadioNodeList
        )
    }
}

fn is_called(tree: &Tree, id: NodeId, name: &str) -> bool {
    tree.attribute(id, "id") == Some(name)
        || (tree.is_html_element(id) && tree.attribute(id, "name") == Some(name))
}

impl Exotic for Collection {
    fn has_names(&self) -> bool {
        !self.is_node_list()
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>> {
        let env = Env::of(this.cx());
        let (value, enumerable) = match name {
            Name::Index(index) => (self.at(env, this, index)?, true),
            Name::Text(_) if self.is_node_list() => (None, false),
            Name::Text(name) if self.interface == Interface::HtmlFormControlsCollection => {
                (self.controls_named(env, this, name)?, false)
            }
            Name::Text(name) => {
                let found = self.named(env, this, name)?;
                (found.map(|id| env.wrap(id)).transpose()?, false)
            }
        };
        Ok(value.map(|value| Computed {
            value,
            writable: self.interface == Interface::HtmlOptionsCollection,
            enumerable,
        }))
    }

    fn length(&self, this: &Value<'_>) -> JsResult<u32> {
        self.count(Env::of(this.cx()), this)
    }

    fn names(&self, this: &Value<'_>) -> JsResult<Vec<String>> {
        let env = Env::of(this.cx());
        let mut names: Vec<String> = Vec::new();
        if self.is_node_list() {
            return Ok(names);
        }
        let items = self.items(env, this)?;
        let tree = env.tree();
        let mut seen = std::collections::HashSet::new();
        for id in items.iter() {
            let of_html = match tree.is_html_element(*id) {
                true => tree.attribute(*id, "name"),
                false => None,
            };
            for name in [tree.attribute(*id, "id"), of_html].into_iter().flatten() {
                if !name.is_empty() && seen.insert(name.to_owned()) {
                    names.push(name.to_owned());
                }
            }
        }
        Ok(names)
    }

    fn set<'a>(&self, this: &Value<'a>, name: Name<'_>, to: &Value<'a>) -> JsResult<Change> {
        let env = Env::of(this.cx());
        match name {
            Name::Index(index) if self.interface == Interface::HtmlOptionsCollection => {
                let set = || super::html::set_option(env, self.root, index, to)?.to_js(env);
                env.changing(set)?;
                Ok(Change::Done)
            }
            Name::Index(_) => Ok(Change::Refused),
            Name::Text(_) => Ok(Change::Ordinary),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
