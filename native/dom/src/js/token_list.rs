//! `DOMTokenList`: DOM, 7.1.

use std::any::Any;

use quickbeam_engine::{Call, Computed, Exotic, JsResult, Member, Name, Value};

use super::collection::array_method;
use super::convert::{ToJs, text, type_error, unsigned_long};
use super::dom::Env;
use super::node::kept;
use crate::tree::{DomError, NodeId};

pub(super) static MEMBERS: &[Member] = &[
    Member::attribute(c"length", |call| {
        with(call, |env, list| (list.tokens(env).len() as u32).to_js(env))
    }),
    Member::operation(c"item", 1, |call| {
        with(call, |env, list| {
            super::convert::require(call, c"item", 1)?;
            let index = unsigned_long(&call.argument(0))?;
            list.tokens(env).into_iter().nth(index as usize).to_js(env)
        })
    }),
    Member::operation(c"contains", 1, |call| {
        with(call, |env, list| {
            super::convert::require(call, c"contains", 1)?;
            let token = text(call, 0)?;
            list.tokens(env).contains(&token).to_js(env)
        })
    }),
    Member::operation(c"add", 0, |call| {
        with(call, |env, list| {
            let new = valid_tokens(env, call)?;
            let mut tokens = list.tokens(env);
            for token in new {
                if !tokens.contains(&token) {
                    tokens.push(token);
                }
            }
            list.update(env, &tokens)
        })
    }),
    Member::operation(c"remove", 0, |call| {
        with(call, |env, list| {
            let gone = valid_tokens(env, call)?;
            let mut tokens = list.tokens(env);
            tokens.retain(|token| !gone.contains(token));
            list.update(env, &tokens)
        })
    }),
    Member::operation(c"toggle", 1, |call| {
        with(call, |env, list| {
            super::convert::require(call, c"toggle", 1)?;
            let token = text(call, 0)?;
            let force = match call.argument(1) {
                force if force.is_undefined() => None,
                force => Some(force.truthy()),
            };
            check(env, &token)?;
            let mut tokens = list.tokens(env);
            if let Some(at) = tokens.iter().position(|one| *one == token) {
                if force == Some(true) {
                    return true.to_js(env);
                }
                tokens.remove(at);
                list.update(env, &tokens)?;
                return false.to_js(env);
            }
            if force == Some(false) {
                return false.to_js(env);
            }
            tokens.push(token);
            list.update(env, &tokens)?;
            true.to_js(env)
        })
    }),
    Member::operation(c"replace", 2, |call| {
        with(call, |env, list| {
            super::convert::require(call, c"replace", 2)?;
            let (old, new) = (text(call, 0)?, text(call, 1)?);
            for token in [&old, &new] {
                check_empty(env, token)?;
            }
            for token in [&old, &new] {
                check(env, token)?;
            }
            let mut tokens = list.tokens(env);
            let Some(at) = tokens.iter().position(|one| *one == old) else {
                return false.to_js(env);
            };
            let first = tokens
                .iter()
                .position(|one| *one == new)
                .map_or(at, |other| at.min(other));
            tokens[at] = new.clone();
            let mut index = 0;
            tokens.retain(|one| {
                index += 1;
                *one != new || index - 1 == first
            });
            if first != at {
                // The new one stood before the old one and stays there.
                debug_assert_eq!(tokens[first], new);
            }
            list.update(env, &tokens)?;
            true.to_js(env)
        })
    }),
    Member::operation(c"supports", 1, |call| {
        with(call, |env, list| {
            super::convert::require(call, c"supports", 1)?;
            let token = text(call, 0)?.to_ascii_lowercase();
            match supported(list.attribute) {
                Some(known) => known.contains(&token.as_str()).to_js(env),
                None => Err(type_error(
                    call.cx(),
                    "the attribute has no supported tokens",
                )),
            }
        })
    }),
    Member::accessor(
        c"value",
        |call| {
            with(call, |env, list| {
                let value = env
                    .tree()
                    .attribute_or_empty(list.element, list.attribute)
                    .to_owned();
                value.to_js(env)
            })
        },
        |call| {
            let to = text(call, 0)?;
            with(call, |env, list| {
                env.changing(|| {
                    env.tree_mut()
                        .set_attribute(list.element, list.attribute, &to);
                    ().to_js(env)
                })
            })
        },
    ),
    Member::operation(c"toString", 0, |call| {
        with(call, |env, list| {
            let value = env
                .tree()
                .attribute_or_empty(list.element, list.attribute)
                .to_owned();
            value.to_js(env)
        })
    }),
    Member::lazy_attribute(c"entries", |cx| array_method(cx, "entries")),
    Member::lazy_attribute(c"forEach", |cx| array_method(cx, "forEach")),
    Member::lazy_attribute(c"keys", |cx| array_method(cx, "keys")),
    Member::lazy_attribute(c"values", |cx| array_method(cx, "values")),
    Member::lazy(c"[Symbol.iterator]", |cx| array_method(cx, "values")),
];

struct TokenList {
    element: NodeId,
    attribute: &'static str,
}

/// The list of an attribute, which the element keeps under `tag`.
pub(super) fn list<'a>(
    env: Env<'a>,
    element: NodeId,
    tag: u32,
    attribute: &'static str,
) -> JsResult<Value<'a>> {
    kept(env, element, tag, |object| {
        let prototype = env.prototype(super::interfaces::Interface::DomTokenList)?;
        let list = env
            .cx
            .exotic(&prototype, TokenList { element, attribute }, 1)?;
        list.set_exotic_internal(0, object.clone());
        Ok(list)
    })
}

/// `element.classList = value` ([PutForwards=value]).
pub(super) fn replace(
    env: Env<'_>,
    element: NodeId,
    attribute: &str,
    to: &Value<'_>,
) -> JsResult<()> {
    let to = to.to_text()?;
    env.tree_mut().set_attribute(element, attribute, &to);
    Ok(())
}

/// Tokens that mean something, of attributes that define them.
fn supported(attribute: &str) -> Option<&'static [&'static str]> {
    match attribute {
        "rel" => Some(&[
            "alternate",
            "canonical",
            "icon",
            "manifest",
            "modulepreload",
            "noopener",
            "noreferrer",
            "opener",
            "preconnect",
            "prefetch",
            "preload",
            "stylesheet",
        ]),
        "sandbox" => Some(&[
            "allow-forms",
            "allow-modals",
            "allow-popups",
            "allow-same-origin",
            "allow-scripts",
        ]),
        _ => None,
    }
}

fn with<'a>(
    call: &Call<'a>,
    use_it: impl FnOnce(Env<'a>, &TokenList) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let this = call.this();
    match this.exotic::<TokenList>() {
        Some(list) => use_it(Env::of(call.cx()), list),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a DOMTokenList",
        )),
    }
}

fn check_empty(env: Env<'_>, token: &str) -> JsResult<()> {
    match token.is_empty() {
        true => Err(env.throw(&DomError::syntax("a token must not be empty"))),
        false => Ok(()),
    }
}

fn check(env: Env<'_>, token: &str) -> JsResult<()> {
    check_empty(env, token)?;
    if token.contains(|c: char| c.is_ascii_whitespace()) {
        let message = "a token must not contain white space";
        return Err(env.throw(&DomError::invalid_character(message)));
    }
    Ok(())
}

fn valid_tokens<'a>(env: Env<'a>, call: &Call<'a>) -> JsResult<Vec<String>> {
    let tokens: Vec<String> = (0..call.len())
        .map(|index| text(call, index))
        .collect::<JsResult<_>>()?;
    tokens.iter().try_for_each(|token| check(env, token))?;
    Ok(tokens)
}

impl TokenList {
    /// "Ordered set parser".
    fn tokens(&self, env: Env<'_>) -> Vec<String> {
        let tree = env.tree();
        let mut tokens: Vec<String> = Vec::new();
        for token in tree
            .attribute_or_empty(self.element, self.attribute)
            .split_ascii_whitespace()
        {
            if !tokens.iter().any(|one| one == token) {
                tokens.push(token.to_owned());
            }
        }
        tokens
    }

    /// "Update steps".
    fn update<'a>(&self, env: Env<'a>, tokens: &[String]) -> JsResult<Value<'a>> {
        env.changing(|| {
            let mut tree = env.tree_mut();
            if tree.attribute(self.element, self.attribute).is_some() || !tokens.is_empty() {
                tree.set_attribute(self.element, self.attribute, &tokens.join(" "));
            }
            drop(tree);
            ().to_js(env)
        })
    }
}

impl Exotic for TokenList {
    fn has_names(&self) -> bool {
        false
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>> {
        let Name::Index(index) = name else {
            return Ok(None);
        };
        let env = Env::of(this.cx());
        let Some(token) = self.tokens(env).into_iter().nth(index as usize) else {
            return Ok(None);
        };
        Ok(Some(Computed {
            value: env.cx.string(&token)?,
            writable: false,
            enumerable: true,
        }))
    }

    fn length(&self, this: &Value<'_>) -> JsResult<u32> {
        Ok(self.tokens(Env::of(this.cx())).len() as u32)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
