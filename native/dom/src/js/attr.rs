//! `Attr`, `NamedNodeMap` (DOM, 4.9) and `DOMStringMap` (HTML, 3.2.6).

use std::any::Any;

use quickbeam_engine::{Call, Change, Computed, Exotic, JsResult, Member, Name, Value};

use super::collection::array_method;
use super::convert::{ToJs, nullable_text, text, type_error, unsigned_long};
use super::dom::{Env, held};
use super::interfaces::Interface;
use super::node::kept;
use crate::tree::{DomError, NodeId, Tree};

pub(super) static MEMBERS: &[Member] = &[
    get!(c"namespaceURI", attribute, |e, n| {
        let tree = e.tree();
        let name = tree.attribute_node_name(n).map(|name| name.ns.to_string());
        name.filter(|namespace| !namespace.is_empty())
    }),
    get!(c"prefix", attribute, |e, n| {
        let tree = e.tree();
        tree.attribute_node_name(n)
            .and_then(|name| name.prefix.as_ref().map(|prefix| prefix.to_string()))
    }),
    get!(c"localName", attribute, |e, n| {
        let tree = e.tree();
        tree.attribute_node_name(n)
            .map(|name| name.local.to_string())
    }),
    get!(c"name", attribute, |e, n| super::node::node_name(
        &e.tree(),
        n
    )),
    attr!(
        c"value",
        attribute,
        |e, n| e.tree().attribute_node_value(n).to_owned(),
        |e, n, to| {
            let to = to.to_text()?;
            e.tree_mut().set_attribute_node_value(n, &to);
        }
    ),
    get!(c"ownerElement", attribute, |e, n| e.tree().owner(n)),
    get!(c"specified", attribute, |_e, _n| true),
];

pub(super) static MAP: &[Member] = &[
    Member::attribute(c"length", |call| {
        with(call, |env, map| {
            let count = env.tree().attributes(map.element).len() as u32;
            count.to_js(env)
        })
    }),
    Member::operation(c"item", 1, |call| {
        with(call, |env, map| {
            super::convert::require(call, c"item", 1)?;
            let index = unsigned_long(&call.argument(0))?;
            map.at(env, index as usize).to_js(env)
        })
    }),
    Member::operation(c"getNamedItem", 1, |call| {
        with(call, |env, map| {
            super::convert::require(call, c"getNamedItem", 1)?;
            let name = text(call, 0)?;
            map.named(env, &name).to_js(env)
        })
    }),
    Member::operation(c"getNamedItemNS", 2, |call| {
        with(call, |env, map| {
            super::convert::require(call, c"getNamedItemNS", 2)?;
            let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
            let local = text(call, 1)?;
            let index = env
                .tree()
                .find_attribute_ns(map.element, &namespace, &local);
            index.and_then(|index| map.at(env, index)).to_js(env)
        })
    }),
    Member::operation(c"setNamedItem", 1, |call| {
        with(call, |env, map| {
            env.changing(|| set_node(env, map.element, &call.argument(0)))
        })
    }),
    Member::operation(c"setNamedItemNS", 1, |call| {
        with(call, |env, map| {
            env.changing(|| set_node(env, map.element, &call.argument(0)))
        })
    }),
    Member::operation(c"removeNamedItem", 1, |call| {
        with(call, |env, map| {
            super::convert::require(call, c"removeNamedItem", 1)?;
            let name = text(call, 0)?;
            env.changing(|| {
                let index = env.tree().find_attribute(map.element, &name);
                map.take(env, index)
            })
        })
    }),
    Member::operation(c"removeNamedItemNS", 2, |call| {
        with(call, |env, map| {
            super::convert::require(call, c"removeNamedItemNS", 2)?;
            let namespace = nullable_text(&call.argument(0))?.unwrap_or_default();
            let local = text(call, 1)?;
            env.changing(|| {
                let index = env
                    .tree()
                    .find_attribute_ns(map.element, &namespace, &local);
                map.take(env, index)
            })
        })
    }),
    Member::lazy(c"[Symbol.iterator]", |cx| array_method(cx, "values")),
];

/// An argument that must be an Attr.
pub(super) fn argument<'a>(env: Env<'a>, value: &Value<'a>) -> JsResult<NodeId> {
    env.node_of(value)
        .filter(|id| env.tree().is_attribute(*id))
        .ok_or_else(|| super::node::not_a(env, "an Attr"))
}

/// "Set an attribute" by its node.
pub(super) fn set_node<'a>(env: Env<'a>, element: NodeId, node: &Value<'a>) -> JsResult<Value<'a>> {
    let node = argument(env, node)?;
    let replaced = env.tree_mut().set_attribute_node(element, node);
    replaced.map_err(|error| env.throw(&error))?.to_js(env)
}

struct AttributeMap {
    element: NodeId,
}

/// `attributes` of an element.
pub(super) fn map(env: Env<'_>, element: NodeId) -> JsResult<Value<'_>> {
    kept(env, element, held::ATTRIBUTES, |object| {
        let prototype = env.prototype(Interface::NamedNodeMap)?;
        let map = env.cx.exotic(&prototype, AttributeMap { element }, 1)?;
        map.set_exotic_internal(0, object.clone());
        Ok(map)
    })
}

fn with<'a>(
    call: &Call<'a>,
    use_it: impl FnOnce(Env<'a>, &AttributeMap) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let this = call.this();
    match this.exotic::<AttributeMap>() {
        Some(map) => use_it(Env::of(call.cx()), map),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a NamedNodeMap",
        )),
    }
}

impl AttributeMap {
    fn at(&self, env: Env<'_>, index: usize) -> Option<NodeId> {
        let mut tree = env.tree_mut();
        let there = index < tree.attributes(self.element).len();
        there.then(|| tree.attribute_node(self.element, index))
    }

    fn named(&self, env: Env<'_>, name: &str) -> Option<NodeId> {
        let index = env.tree().find_attribute(self.element, name);
        index.and_then(|index| self.at(env, index))
    }

    fn take<'a>(&self, env: Env<'a>, index: Option<usize>) -> JsResult<Value<'a>> {
        let Some(index) = index else {
            return Err(env.throw(&DomError::not_found("there is no such attribute")));
        };
        let node = self.at(env, index).to_js(env)?;
        env.tree_mut().remove_attribute_at(self.element, index);
        Ok(node)
    }
}

impl Exotic for AttributeMap {
    fn has_names(&self) -> bool {
        true
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>> {
        let env = Env::of(this.cx());
        let (found, enumerable) = match name {
            Name::Index(index) => (self.at(env, index as usize), true),
            Name::Text(name) => {
                // Names that are not in lowercase are none, in HTML.
                let hidden = {
                    let tree = env.tree();
                    tree.is_html_in_html(self.element)
                        && name.contains(|c: char| c.is_ascii_uppercase())
                };
                (if hidden { None } else { self.named(env, name) }, false)
            }
        };
        let Some(found) = found else { return Ok(None) };
        Ok(Some(Computed {
            value: env.wrap(found)?,
            writable: false,
            enumerable,
        }))
    }

    fn length(&self, this: &Value<'_>) -> JsResult<u32> {
        let env = Env::of(this.cx());
        let count = env.tree().attributes(self.element).len();
        Ok(count as u32)
    }

    fn names(&self, this: &Value<'_>) -> JsResult<Vec<String>> {
        let env = Env::of(this.cx());
        let tree = env.tree();
        let html = tree.is_html_in_html(self.element);
        let mut names: Vec<String> = Vec::new();
        for attribute in tree.attributes(self.element) {
            let name = attribute.qualified_name();
            let hidden = html && name.contains(|c: char| c.is_ascii_uppercase());
            if !hidden && !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

// ---- dataset ---------------------------------------------------------------

struct Dataset {
    element: NodeId,
}

/// `dataset` of an element.
pub(super) fn dataset(env: Env<'_>, element: NodeId) -> JsResult<Value<'_>> {
    kept(env, element, held::DATASET, |object| {
        let prototype = env.prototype(Interface::DomStringMap)?;
        let map = env.cx.exotic(&prototype, Dataset { element }, 1)?;
        map.set_exotic_internal(0, object.clone());
        Ok(map)
    })
}

/// `fooBar` of `data-foo-bar`; `None` for an attribute that is no data.
fn property_name(attribute: &str) -> Option<String> {
    let rest = attribute.strip_prefix("data-")?;
    if rest.contains(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let mut out = String::with_capacity(rest.len());
    let mut chars = rest.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(next) if char == '-' && next.is_ascii_lowercase() => {
                out.push(next.to_ascii_uppercase());
                chars.next();
            }
            _ => out.push(char),
        }
    }
    Some(out)
}

/// `data-foo-bar` of `fooBar`.
fn attribute_name(property: &str) -> String {
    let mut out = String::from("data-");
    for char in property.chars() {
        if char.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(char.to_ascii_lowercase());
    }
    out
}

impl Dataset {
    fn value(&self, tree: &Tree, property: &str) -> Option<String> {
        let attribute = tree.attributes(self.element).iter().find(|one| {
            one.name.ns.is_empty() && property_name(&one.name.local).as_deref() == Some(property)
        });
        attribute.map(|one| one.value.to_string())
    }
}

/// An index is a name like others here.
fn spelled<R>(name: Name<'_>, use_it: impl FnOnce(&str) -> R) -> R {
    match name {
        Name::Text(text) => use_it(text),
        Name::Index(index) => use_it(&index.to_string()),
    }
}

impl Exotic for Dataset {
    fn has_names(&self) -> bool {
        true
    }

    fn overrides(&self) -> bool {
        true
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>> {
        let env = Env::of(this.cx());
        let value = spelled(name, |name| self.value(&env.tree(), name));
        let Some(value) = value else { return Ok(None) };
        Ok(Some(Computed {
            value: env.cx.string(&value)?,
            writable: true,
            enumerable: true,
        }))
    }

    fn length(&self, _this: &Value<'_>) -> JsResult<u32> {
        Ok(0)
    }

    fn names(&self, this: &Value<'_>) -> JsResult<Vec<String>> {
        let env = Env::of(this.cx());
        let tree = env.tree();
        Ok(tree
            .attributes(self.element)
            .iter()
            .filter(|one| one.name.ns.is_empty())
            .filter_map(|one| property_name(&one.name.local))
            .collect())
    }

    fn set<'a>(&self, this: &Value<'a>, name: Name<'_>, to: &Value<'a>) -> JsResult<Change> {
        let env = Env::of(this.cx());
        let to = to.to_text()?;
        let attribute = spelled(name, |name| {
            let hyphen = name
                .as_bytes()
                .windows(2)
                .any(|pair| pair[0] == b'-' && pair[1].is_ascii_lowercase());
            match hyphen {
                true => Err(env.throw(&DomError::syntax(format!(
                    "{name:?} has a hyphen before a lowercase letter"
                )))),
                false => Ok(attribute_name(name)),
            }
        })?;
        env.changing(|| {
            super::element::set_attribute(env, self.element, &attribute, &to)?.to_js(env)
        })?;
        Ok(Change::Done)
    }

    fn delete(&self, this: &Value<'_>, name: Name<'_>) -> JsResult<Change> {
        let env = Env::of(this.cx());
        let attribute = spelled(name, attribute_name);
        env.changing(|| {
            env.tree_mut().remove_attribute(self.element, &attribute);
            ().to_js(env)
        })?;
        Ok(Change::Done)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
