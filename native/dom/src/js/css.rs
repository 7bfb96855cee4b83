//! `CSSStyleDeclaration` of the `style` attribute, and what stands for computed
//! style: CSSOM, 6.6, without cascade or layout.

use std::any::Any;

use quickbeam_engine::{Call, Change, Computed, Cx, Exotic, JsResult, Member, Name, Value};

use super::convert::{self, ToJs, text, text_or_null, type_error, unsigned_long};
use super::dom::{Env, held};
use super::interfaces::Interface;
use super::node::kept;
use crate::declarations::{
    Declaration, checked_value, is_known, normal_name, parse, property_of, put, serialize, side_of,
};
use crate::tree::{DomError, NodeId};

pub(super) static MEMBERS: &[Member] = &[
    Member::accessor(
        c"cssText",
        |call| with(call, |env, style| style.css_text(env).to_js(env)),
        |call| {
            let to = text(call, 0)?;
            with(call, |env, style| {
                style.refuse_computed(env)?;
                style.update(env, |declarations| *declarations = parse(&to))
            })
        },
    ),
    Member::attribute(c"length", |call| {
        with(call, |env, style| {
            (style.declarations(env).len() as u32).to_js(env)
        })
    }),
    Member::operation(c"item", 1, |call| {
        with(call, |env, style| {
            convert::require(call, c"item", 1)?;
            let index = unsigned_long(&call.argument(0))? as usize;
            let name = style.declarations(env).into_iter().nth(index);
            name.map_or(String::new(), |one| one.name).to_js(env)
        })
    }),
    Member::operation(c"getPropertyValue", 1, |call| {
        with(call, |env, style| {
            convert::require(call, c"getPropertyValue", 1)?;
            let name = normal_name(&text(call, 0)?);
            style.value(env, &name).to_js(env)
        })
    }),
    Member::operation(c"getPropertyPriority", 1, |call| {
        with(call, |env, style| {
            convert::require(call, c"getPropertyPriority", 1)?;
            let name = normal_name(&text(call, 0)?);
            let important = style
                .declarations(env)
                .iter()
                .any(|one| one.name == name && one.important);
            (if important { "important" } else { "" }).to_js(env)
        })
    }),
    Member::operation(c"setProperty", 2, |call| {
        with(call, |env, style| {
            convert::require(call, c"setProperty", 2)?;
            let (name, value) = (text(call, 0)?, text_or_null(&call.argument(1))?);
            let priority = match call.argument(2) {
                priority if priority.is_undefined() => String::new(),
                priority => text_or_null(&priority)?,
            };
            style.refuse_computed(env)?;
            if !priority.is_empty() && !priority.eq_ignore_ascii_case("important") {
                return ().to_js(env);
            }
            style.set(env, &normal_name(&name), &value, !priority.is_empty())
        })
    }),
    Member::operation(c"removeProperty", 1, |call| {
        with(call, |env, style| {
            convert::require(call, c"removeProperty", 1)?;
            let name = normal_name(&text(call, 0)?);
            style.refuse_computed(env)?;
            let before = style.value(env, &name);
            style.set(env, &name, "", false)?;
            before.to_js(env)
        })
    }),
    Member::attribute(c"parentRule", |call| Ok(call.cx().null())),
    Member::lazy(c"[Symbol.iterator]", |cx| {
        super::collection::array_method(cx, "values")
    }),
];

struct Style {
    element: NodeId,
    /// Of `getComputedStyle`: read-only.
    computed: bool,
}

/// `style` of an element.
pub(super) fn style(env: Env<'_>, element: NodeId) -> JsResult<Value<'_>> {
    kept(env, element, held::STYLE, |object| {
        make(env, element, object.clone(), false)
    })
}

fn make<'a>(
    env: Env<'a>,
    element: NodeId,
    object: Value<'a>,
    computed: bool,
) -> JsResult<Value<'a>> {
    let prototype = env.prototype(Interface::CssStyleDeclaration)?;
    let style = env.cx.exotic(&prototype, Style { element, computed }, 1)?;
    style.set_exotic_internal(0, object);
    Ok(style)
}

/// `getComputedStyle(element)`: the inline style, over a few initial values.
pub(super) fn get_computed_style<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let env = Env::of(call.cx());
    convert::require(call, c"getComputedStyle", 1)?;
    let element = convert::node(call, 0)?;
    if !env.tree().is_element(element) {
        return Err(super::node::not_a(env, "an Element"));
    }
    make(env, element, call.argument(0), true)
}

fn with<'a>(
    call: &Call<'a>,
    use_it: impl FnOnce(Env<'a>, &Style) -> JsResult<Value<'a>>,
) -> JsResult<Value<'a>> {
    let this = call.this();
    match this.exotic::<Style>() {
        Some(style) => use_it(Env::of(call.cx()), style),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a CSSStyleDeclaration",
        )),
    }
}

impl Style {
    fn declarations(&self, env: Env<'_>) -> Vec<Declaration> {
        match env.tree().attribute(self.element, "style") {
            Some(text) => parse(text),
            None => Vec::new(),
        }
    }

    fn css_text(&self, env: Env<'_>) -> String {
        match self.computed {
            true => String::new(),
            false => serialize(&self.declarations(env)),
        }
    }

    fn value(&self, env: Env<'_>, name: &str) -> String {
        let declarations = self.declarations(env);
        if let Some(found) = declarations.iter().find(|one| one.name == name) {
            return found.value.clone();
        }
        if let Some(side) = side_of(&declarations, name) {
            return side;
        }
        match self.computed {
            true => initial(env, self.element, name).to_owned(),
            false => String::new(),
        }
    }

    fn refuse_computed(&self, env: Env<'_>) -> JsResult<()> {
        match self.computed {
            true => Err(env.throw(&DomError::new(
                "NoModificationAllowedError",
                "a computed style cannot be changed",
            ))),
            false => Ok(()),
        }
    }

    fn set<'a>(
        &self,
        env: Env<'a>,
        name: &str,
        value: &str,
        important: bool,
    ) -> JsResult<Value<'a>> {
        if !is_known(name) {
            return ().to_js(env);
        }
        if value.trim().is_empty() {
            return self.update(env, |declarations| {
                declarations.retain(|one| one.name != name);
            });
        }
        let Some(value) = checked_value(value) else {
            return ().to_js(env);
        };
        let name = name.to_owned();
        self.update(env, |declarations| {
            put(
                declarations,
                Declaration {
                    name,
                    value,
                    important,
                },
            );
        })
    }

    /// "Update style attribute for", where something has changed.
    fn update<'a>(
        &self,
        env: Env<'a>,
        change: impl FnOnce(&mut Vec<Declaration>),
    ) -> JsResult<Value<'a>> {
        let before = self.declarations(env);
        let mut after = before.clone();
        change(&mut after);
        if before == after {
            return ().to_js(env);
        }
        let text = serialize(&after);
        env.changing(|| {
            env.tree_mut().set_attribute(self.element, "style", &text);
            ().to_js(env)
        })
    }
}

/// What an element without style has, as far as scripts rely upon it.
fn initial(env: Env<'_>, element: NodeId, name: &str) -> &'static str {
    match name {
        "display" => {
            let tree = env.tree();
            if tree.attribute(element, "hidden").is_some() {
                return "none";
            }
            let local = match tree.element(element) {
                Some(one) if one.is_html() => &*one.name.local,
                _ => "",
            };
            match local {
                "head" | "link" | "meta" | "script" | "style" | "template" | "title" => "none",
                "li" => "list-item",
                "table" => "table",
                "tr" => "table-row",
                "td" | "th" => "table-cell",
                "button" | "input" | "select" | "textarea" => "inline-block",
                "address" | "article" | "aside" | "blockquote" | "body" | "dd" | "details"
                | "dialog" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure"
                | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hr"
                | "html" | "main" | "nav" | "ol" | "p" | "pre" | "section" | "ul" => "block",
                _ => "inline",
            }
        }
        "visibility" | "overflow" | "overflow-x" | "overflow-y" => "visible",
        "position" => "static",
        "opacity" => "1",
        "float" | "transform" | "animation-name" => "none",
        "color" => "rgb(0, 0, 0)",
        "background-color" => "rgba(0, 0, 0, 0)",
        "width" | "height" | "top" | "right" | "bottom" | "left" | "z-index" | "pointer-events" => {
            "auto"
        }
        "transition-duration" | "animation-duration" | "transition-delay" | "animation-delay" => {
            "0s"
        }
        "direction" => "ltr",
        "white-space" => "normal",
        _ => "",
    }
}

impl Exotic for Style {
    fn has_names(&self) -> bool {
        true
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>> {
        let env = Env::of(this.cx());
        let (value, enumerable) = match name {
            Name::Index(index) => {
                let one = self.declarations(env).into_iter().nth(index as usize);
                (one.map(|one| one.name), true)
            }
            Name::Text(name) => {
                let property = property_of(name);
                (property.map(|property| self.value(env, &property)), false)
            }
        };
        let Some(value) = value else { return Ok(None) };
        Ok(Some(Computed {
            value: env.cx.string(&value)?,
            writable: !enumerable,
            enumerable,
        }))
    }

    fn length(&self, this: &Value<'_>) -> JsResult<u32> {
        Ok(self.declarations(Env::of(this.cx())).len() as u32)
    }

    fn set<'a>(&self, this: &Value<'a>, name: Name<'_>, to: &Value<'a>) -> JsResult<Change> {
        let env = Env::of(this.cx());
        let Name::Text(name) = name else {
            return Ok(Change::Refused);
        };
        let Some(property) = property_of(name) else {
            return Ok(Change::Ordinary);
        };
        let to = text_or_null(to)?;
        self.refuse_computed(env)?;
        Style::set(self, env, &property, &to, false)?;
        Ok(Change::Done)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `CSS.escape` and `CSS.supports`.
pub(super) fn namespace(cx: Cx<'_>) -> JsResult<Value<'_>> {
    static CSS: &[Member] = &[
        Member::operation(c"escape", 1, |call| {
            convert::require(call, c"escape", 1)?;
            let mut out = String::new();
            // Formatting into a String cannot fail.
            let _ = cssparser::serialize_identifier(&text(call, 0)?, &mut out);
            call.cx().string(&out)
        }),
        Member::operation(c"supports", 1, |call| {
            convert::require(call, c"supports", 1)?;
            let name = text(call, 0)?;
            let known = match call.len() {
                1 => parse(name.trim_matches(['(', ')', ' '])).len() == 1,
                _ => is_known(&normal_name(&name)) && checked_value(&text(call, 1)?).is_some(),
            };
            Ok(call.cx().boolean(known))
        }),
        Member::tag(c"CSS"),
    ];
    let css = cx.object()?;
    cx.define_members(&css, CSS)?;
    Ok(css)
}

/// A DOMRect of nothing.
pub(super) fn empty_rect(env: Env<'_>) -> JsResult<Value<'_>> {
    let rect = env.cx.object()?;
    for name in [
        "x", "y", "width", "height", "top", "right", "bottom", "left",
    ] {
        rect.define(name, env.cx.integer(0))?;
    }
    Ok(rect)
}
