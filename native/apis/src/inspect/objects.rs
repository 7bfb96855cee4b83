//! The parts of each kind of object.

use quickbeam_engine::{JsResult, Kind, ObjectKind, PromiseState, Property, Value};

use super::colors::Style;
use super::{Inspector, Parts, is_index, names};
use crate::layout::iso_date;

const BYTES_MAX: usize = 50;

impl<'a> Inspector<'a> {
    /// `typed`: whether an ArrayBuffer's or a view's own name is said.
    pub(super) fn parts(
        &mut self,
        value: &Value<'a>,
        level: usize,
        typed: bool,
    ) -> JsResult<Parts> {
        let constructor = names::constructor_name(value)?;
        let mut parts = Parts {
            open: "{".into(),
            close: "}",
            ..Parts::default()
        };
        let kind = value.object_kind();
        let class = match kind {
            ObjectKind::Other => value.class_name()?,
            kind => format!("{kind:?}"),
        };
        if kind == ObjectKind::Array {
            let length = value.length()?;
            parts.open = "[".into();
            parts.close = "]";
            match constructor.as_deref() {
                Some("Array") => {}
                name => parts.open = self.prefix(value, name, "Array", Some(length))? + "[",
            }
        }
        if level > self.options.depth {
            return self.too_deep(value, constructor.as_deref(), &class);
        }
        self.level = level;
        match kind {
            ObjectKind::Array => self.array(value, level, &mut parts)?,
            ObjectKind::Function => {
                let text = names::function(value, constructor.as_deref())?;
                parts.base = self.special(text);
                parts.bare = true;
                self.properties(value, level, false, &mut parts.entries)?;
            }
            ObjectKind::Error => self.error(value, level, &mut parts)?,
            ObjectKind::Date => {
                let time = value.object_data().to_number()?;
                let text = match time.is_nan() {
                    true => "Invalid Date".into(),
                    false => iso_date(time),
                };
                parts.base = self.options.paint(text, Style::Date);
                self.bare(value, level, constructor, "Date", &mut parts)?;
            }
            ObjectKind::RegExp => {
                let (source, flags) = value.regexp_parts()?;
                let source = source.to_text()?;
                let source = if source.is_empty() { "(?:)" } else { &source };
                let text = format!("/{}/{}", source.replace('\n', "\\n"), flags.to_text()?);
                parts.base = self.options.paint(text, Style::RegExp);
                self.bare(value, level, constructor, "RegExp", &mut parts)?;
            }
            ObjectKind::Map | ObjectKind::Set => {
                self.collection(value, kind, constructor.as_deref(), level, &mut parts)?;
            }
            ObjectKind::Promise => {
                parts.open = self.prefix(value, constructor.as_deref(), "Promise", None)? + "{";
                let state = match value.promise_state() {
                    Some(PromiseState::Pending) | None => self.special("<pending>".into()),
                    Some(state) => {
                        let result = self.item(&value.promise_result(), level)?;
                        if state == PromiseState::Rejected {
                            format!("{} {result}", self.special("<rejected>".into()))
                        } else {
                            result
                        }
                    }
                };
                parts.entries.push(state);
                self.properties(value, level, false, &mut parts.entries)?;
            }
            ObjectKind::Bytes => {
                self.bytes(value, constructor.as_deref(), level, typed, &mut parts)?
            }
            _ => self.other(value, constructor, &class, level, &mut parts)?,
        }
        Ok(parts)
    }

    fn too_deep(&mut self, value: &Value<'a>, name: Option<&str>, class: &str) -> JsResult<Parts> {
        let name = match (name, class) {
            (_, "Array") => "Array".into(),
            (Some(name), _) => name.to_owned(),
            (None, class) => format!("{class}: null prototype"),
        };
        let tag = names::tag(self.cx, value)?.filter(|tag| *tag != name);
        let tag = tag.map(|tag| format!(" [{tag}]")).unwrap_or_default();
        Ok(Parts {
            base: self.special(format!("[{name}{tag}]")),
            bare: true,
            ..Parts::default()
        })
    }

    /// `Foo(3) [tag] `: what stands before a brace.
    fn prefix(
        &self,
        value: &Value<'a>,
        name: Option<&str>,
        fallback: &str,
        size: Option<u64>,
    ) -> JsResult<String> {
        let size = size.map(|size| format!("({size})")).unwrap_or_default();
        let tag = names::tag(self.cx, value)?.filter(|tag| Some(&**tag) != name);
        let tag = tag.map(|tag| format!("[{tag}] ")).unwrap_or_default();
        Ok(match name {
            Some(name) => format!("{name}{size} {tag}"),
            None => {
                let tag = if tag == format!("[{fallback}] ") {
                    ""
                } else {
                    &tag
                };
                format!("[{fallback}{size}: null prototype] {tag}")
            }
        })
    }

    /// An object that is written as one word, with its properties if any.
    fn bare(
        &mut self,
        value: &Value<'a>,
        level: usize,
        constructor: Option<String>,
        class: &str,
        parts: &mut Parts,
    ) -> JsResult<()> {
        parts.bare = true;
        if constructor.as_deref() != Some(class) {
            let prefix = self.prefix(value, constructor.as_deref(), class, None)?;
            parts.base.insert_str(0, &prefix);
        }
        self.properties(value, level, false, &mut parts.entries)
    }

    /// A value inside of a collection.
    pub(super) fn item(&mut self, value: &Value<'a>, level: usize) -> JsResult<String> {
        self.indentation += 2;
        let text = self.value(value, level + 1, true);
        self.indentation -= 2;
        text
    }

    fn array(&mut self, value: &Value<'a>, level: usize, parts: &mut Parts) -> JsResult<()> {
        let length = value.length()?;
        let mut keys = None;
        let mut index = 0;
        parts.list = true;
        parts.numbers = true;
        while index < length && parts.entries.len() < self.options.items_max && self.budget > 0 {
            let name = index.to_string();
            match value.own_property_named(&name)? {
                Some(Property::Data { value: item, .. }) => {
                    parts.numbers &=
                        matches!(item.kind(), Kind::Int(_) | Kind::Float(_) | Kind::BigInt);
                    parts.entries.push(self.item(&item, level)?);
                    index += 1;
                }
                Some(property) => {
                    parts.numbers = false;
                    let text = self.property("", &property, value, level)?;
                    parts.entries.push(text[2..].to_owned());
                    index += 1;
                }
                None => {
                    // The next element, if any: keys are in ascending order.
                    if keys.is_none() {
                        keys = Some((value.own_keys(false)?, 0));
                    }
                    let mut next = length;
                    if let Some((keys, at)) = &mut keys {
                        while *at < keys.len() {
                            let found = keys.get(*at).with_text(|text| {
                                is_index(&text).then(|| text.parse::<u64>().unwrap_or(length))
                            })?;
                            match found {
                                Some(found) if found <= index => *at += 1,
                                Some(found) => {
                                    next = found;
                                    break;
                                }
                                None => break,
                            }
                        }
                    }
                    let holes = next.min(length) - index;
                    let plural = if holes == 1 { "" } else { "s" };
                    parts.numbers = false;
                    let text = format!("<{holes} empty item{plural}>");
                    parts
                        .entries
                        .push(self.options.paint(text, Style::Undefined));
                    index = next.min(length);
                }
            }
        }
        self.more(length - index, parts);
        self.properties(value, level, true, &mut parts.entries)?;
        Ok(())
    }

    fn more(&mut self, count: u64, parts: &mut Parts) {
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            parts.entries.push(format!("... {count} more item{plural}"));
            parts.remarks += 1;
        }
    }

    fn collection(
        &mut self,
        value: &Value<'a>,
        kind: ObjectKind,
        name: Option<&str>,
        level: usize,
        parts: &mut Parts,
    ) -> JsResult<()> {
        let (items, size) = value.collection_head(self.options.items_max as u32)?;
        let (class, step) = if kind == ObjectKind::Map {
            ("Map", 2)
        } else {
            ("Set", 1)
        };
        parts.open = self.prefix(value, name, class, Some(size.into()))? + "{";
        let count = items.length()? as u32 / step;
        for at in 0..count {
            let key = self.item(&items.get_index(at * step)?, level)?;
            parts.entries.push(if step == 2 {
                let item = self.item(&items.get_index(at * step + 1)?, level)?;
                format!("{key} => {item}")
            } else {
                key
            });
        }
        self.more(u64::from(size - count), parts);
        self.properties(value, level, false, &mut parts.entries)
    }

    fn bytes(
        &mut self,
        value: &Value<'a>,
        name: Option<&str>,
        level: usize,
        typed: bool,
        parts: &mut Parts,
    ) -> JsResult<()> {
        if self.buffer(value, parts)? {
            return Ok(());
        }
        let class = value.class_name()?;
        let Some((buffer, view)) = value.view_slots() else {
            let bytes = value.bytes()?.unwrap_or_default();
            let shown: Vec<String> = bytes
                .iter()
                .take(BYTES_MAX)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let more = match bytes.len().saturating_sub(BYTES_MAX) {
                0 => String::new(),
                1 => " ... 1 more byte".into(),
                more => format!(" ... {more} more bytes"),
            };
            let size = bytes.len();
            parts.open = if typed {
                self.prefix(value, name, &class, None)?
            } else {
                String::new()
            } + "{";
            if value.buffer_slots().is_some_and(|slots| slots.detached) {
                parts.entries.push("(detached)".into());
            } else {
                parts
                    .entries
                    .push(format!("[Uint8Contents]: <{}{more}>", shown.join(" ")));
            }
            parts.entries.push(format!("byteLength: {size}"));
            return self.properties(value, level, false, &mut parts.entries);
        };
        if class == "DataView" {
            parts.open = self.prefix(value, name, &class, None)? + "{";
            let length = value.byte_length().unwrap_or(0);
            parts.entries.push(format!("byteLength: {length}"));
            parts
                .entries
                .push(format!("byteOffset: {}", view.byte_offset));
            let buffer = self.item(&buffer, level)?;
            parts.entries.push(format!("buffer: {buffer}"));
            return self.properties(value, level, false, &mut parts.entries);
        }
        let length = view.length as u64;
        parts.open = self.prefix(value, name, &class, Some(length))? + "[";
        parts.close = "]";
        parts.list = true;
        parts.numbers = true;
        let shown = length.min(self.options.items_max as u64);
        for index in 0..shown {
            let item = value.get_index(index as u32)?;
            let text = self.item(&item, level)?;
            parts.entries.push(text);
        }
        self.more(length - shown, parts);
        // A view's keys are its elements; only look where there may be others.
        if length <= self.options.items_max as u64 {
            self.properties(value, level, true, &mut parts.entries)?;
        }
        Ok(())
    }

    fn error(&mut self, value: &Value<'a>, level: usize, parts: &mut Parts) -> JsResult<()> {
        let name = inherited_text(value, "name")?.unwrap_or_else(|| "Error".into());
        let message = inherited_text(value, "message")?.unwrap_or_default();
        self.failure(value, &name, &message, parts)?;
        for hidden in ["cause", "errors"] {
            if let Some(
                property @ Property::Data {
                    enumerable: false, ..
                },
            ) = value.own_property_named(hidden)?
            {
                parts.entries.push(self.property(
                    &format!("[{hidden}]"),
                    &property,
                    value,
                    level,
                )?);
            }
        }
        self.properties(value, level, false, &mut parts.entries)
    }

    /// `Name: message` and the stack under it.
    fn failure(
        &mut self,
        value: &Value<'a>,
        name: &str,
        message: &str,
        parts: &mut Parts,
    ) -> JsResult<()> {
        let head = match (name.is_empty(), message.is_empty()) {
            (_, true) => name.to_owned(),
            (true, false) => message.to_owned(),
            (false, false) => format!("{name}: {message}"),
        };
        let stack = match value.own_property_named("stack")? {
            Some(Property::Data { value, .. }) => Some(value),
            Some(Property::Accessor { .. }) => None,
            // The engine's accessor on Error.prototype.
            None => Some(value.error_frames()),
        };
        let stack = match stack {
            Some(stack) if stack.kind() == Kind::String => stack.to_text()?,
            _ => String::new(),
        };
        let stack = stack.trim_end();
        parts.bare = true;
        parts.base = if stack.is_empty() {
            format!("[{head}]")
        } else if stack.trim_start().starts_with("at ") {
            format!("{head}\n{stack}")
        } else {
            renamed(stack, name)
        };
        let indent = format!("\n{}", " ".repeat(self.indentation));
        parts.base = parts.base.replace('\n', &indent);
        Ok(())
    }

    fn other(
        &mut self,
        value: &Value<'a>,
        constructor: Option<String>,
        class: &str,
        level: usize,
        parts: &mut Parts,
    ) -> JsResult<()> {
        match class {
            "Number" | "String" | "Boolean" | "Symbol" | "BigInt" => {
                let data = self.value(&value.object_data(), level, true)?;
                let name = match constructor {
                    Some(name) if name == class => name,
                    Some(name) => format!("{class} ({name})"),
                    None => format!("{class} (null prototype)"),
                };
                parts.base = self
                    .options
                    .paint(format!("[{name}: {data}]"), Style::String);
                parts.bare = true;
                self.properties(value, level, class == "String", &mut parts.entries)
            }
            "WeakMap" | "WeakSet" => {
                parts.open = self.prefix(value, constructor.as_deref(), class, None)? + "{";
                let text = self.special("<items unknown>".into());
                parts.entries.push(text);
                self.properties(value, level, false, &mut parts.entries)
            }
            "DOMException" => {
                let (name, message) = value.dom_exception_parts()?;
                self.failure(value, &name.to_text()?, &message.to_text()?, parts)?;
                Ok(())
            }
            "Arguments" => {
                parts.open = "[Arguments] {".into();
                self.properties(value, level, false, &mut parts.entries)
            }
            "Module" => {
                parts.open = "[Module: null prototype] {".into();
                self.properties(value, level, false, &mut parts.entries)
            }
            _ => {
                let tagged = names::tag(self.cx, value)?.is_some();
                match constructor.as_deref() {
                    Some("Object") if !tagged => {}
                    name => parts.open = self.prefix(value, name, "Object", None)? + "{",
                }
                self.inside(value, level, parts)?;
                self.properties(value, level, false, &mut parts.entries)
            }
        }
    }
}

/// A stack that was taken before its error had this name, as Node shows it.
fn renamed(stack: &str, name: &str) -> String {
    let first = stack.split('\n').next().unwrap_or_default();
    let end = first
        .find(|letter: char| !letter.is_alphanumeric())
        .unwrap_or(first.len());
    let headed = end == first.len() || first[end..].starts_with(':');
    if headed && first[..end].ends_with("Error") && name.ends_with("Error") && !first.contains(name)
    {
        format!("{name}{}", &stack[end..])
    } else {
        stack.to_owned()
    }
}

/// A text property, own or inherited, that is no getter's.
fn inherited_text(value: &Value<'_>, name: &str) -> JsResult<Option<String>> {
    let mut at = value.clone();
    for _ in 0..200 {
        if at.object_kind() == ObjectKind::Proxy {
            break;
        }
        match at.own_property_named(name)? {
            Some(Property::Data { value, .. }) if value.kind() == Kind::String => {
                return value.to_text().map(Some);
            }
            Some(_) => break,
            None => {}
        }
        at = at.prototype()?;
        if !at.is_object() {
            break;
        }
    }
    Ok(None)
}
