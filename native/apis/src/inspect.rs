//! A value as text for people, in the manner of Node's `util.inspect`. No
//! getter, trap or method of a script is run, and no object is walked further
//! than the output goes.

mod names;
mod objects;
mod platform;

use std::collections::HashMap;

use quickbeam_engine::{Cx, JsResult, Kind, Property, Value};

use crate::format::TEXT_MAX;
use crate::layout::{self, Frame, quote};

const ITEMS_MAX: usize = 100;
const STRING_MAX: usize = 10_000;

/// One inspection.
pub(crate) struct Inspector<'a> {
    cx: Cx<'a>,
    depth: usize,
    /// Objects that are being written, outermost first.
    open: Vec<usize>,
    /// Those that something inside refers to, with their numbers.
    circular: HashMap<usize, usize>,
    indentation: usize,
    /// The level of the object that was written last.
    level: usize,
    /// Bytes that may still be written.
    budget: usize,
}

/// What an object has between its braces, and around them.
#[derive(Default)]
struct Parts {
    base: String,
    open: String,
    close: &'static str,
    entries: Vec<String>,
    /// Elements of an array, which go into columns …
    list: bool,
    /// … numbers aligned to the right, …
    numbers: bool,
    /// … but not this many remarks at the end.
    remarks: usize,
    /// Without entries, `base` stands alone.
    bare: bool,
}

impl<'a> Inspector<'a> {
    pub(crate) fn new(cx: Cx<'a>, depth: usize) -> Self {
        Inspector {
            cx,
            depth,
            open: Vec::new(),
            circular: HashMap::new(),
            indentation: 0,
            level: 0,
            budget: TEXT_MAX / 4 * 3,
        }
    }

    pub(crate) fn inspect(mut self, value: &Value<'a>) -> JsResult<String> {
        let mut text = self.value(value, 0, true)?;
        if self.budget == 0 {
            text.push_str("\n... truncated at 1 MB");
        }
        Ok(text)
    }

    /// Count what is about to be written.
    fn spend(&mut self, text: String) -> String {
        self.budget = self.budget.saturating_sub(text.len());
        text
    }

    fn value(&mut self, value: &Value<'a>, level: usize, typed: bool) -> JsResult<String> {
        if self.budget == 0 {
            return Ok("...".into());
        }
        let text = match value.kind() {
            Kind::Object => return self.object(value, level, typed),
            Kind::String => value.with_text(|text| self.string(&text))?,
            Kind::Symbol => format!("Symbol({})", value.symbol_description()?),
            Kind::BigInt => value.to_text()? + "n",
            Kind::Float(number) if number == 0.0 && number.is_sign_negative() => "-0".into(),
            _ => value.to_text()?,
        };
        Ok(self.spend(text))
    }

    fn string(&self, text: &str) -> String {
        let (text, more) = match text.char_indices().nth(STRING_MAX) {
            Some((end, _)) => (&text[..end], text[end..].chars().count()),
            None => (text, 0),
        };
        let length = text.chars().count();
        let narrow = layout::BREAK_LENGTH.saturating_sub(self.indentation + 4);
        // A long string with lines in it is written line by line.
        let mut out = if length > 16 && length > narrow && text.contains('\n') {
            let lines: Vec<String> = text.split_inclusive('\n').map(quote).collect();
            lines.join(&format!(" +\n{}", " ".repeat(self.indentation + 2)))
        } else {
            quote(text)
        };
        if more > 0 {
            let plural = if more == 1 { "" } else { "s" };
            out.push_str(&format!("... {more} more character{plural}"));
        }
        out
    }

    fn object(&mut self, value: &Value<'a>, level: usize, typed: bool) -> JsResult<String> {
        let Some(value) = self.behind_proxies(value)? else {
            return Ok(self.spend("<Revoked Proxy>".into()));
        };
        let identity = value.identity().unwrap_or(0);
        if self.open.contains(&identity) {
            let next = self.circular.len() + 1;
            let number = *self.circular.entry(identity).or_insert(next);
            return Ok(self.spend(format!("[Circular *{number}]")));
        }
        self.open.push(identity);
        let parts = self.parts(&value, level, typed);
        self.open.pop();
        let mut parts = parts?;
        if let Some(number) = self.circular.get(&identity) {
            let space = if parts.base.is_empty() { "" } else { " " };
            parts.base = format!("<ref *{number}>{space}{}", parts.base);
        }
        Ok(self.assemble(parts, level))
    }

    fn assemble(&mut self, parts: Parts, level: usize) -> String {
        let Parts {
            base,
            open,
            close,
            mut entries,
            list,
            numbers,
            remarks,
            bare,
        } = parts;
        if entries.is_empty() {
            let text = match (bare, base.is_empty()) {
                (true, _) => base,
                (false, true) => format!("{open}{close}"),
                (false, false) => format!("{base} {open}{close}"),
            };
            return self.spend(text);
        }
        let before = entries.len();
        if list && before > 6 {
            entries = layout::group(entries, remarks, numbers, self.indentation);
        }
        let frame = Frame {
            base: &base,
            open: &open,
            close,
            indentation: self.indentation,
            levels: self.level.saturating_sub(level),
        };
        let text = layout::lay_out(&frame, &entries, entries.len() != before);
        // The entries were counted as they were written.
        self.budget = self
            .budget
            .saturating_sub(base.len() + open.len() + 2 * self.indentation);
        text
    }

    /// The object that a Proxy, or a chain of them, stands for.
    fn behind_proxies(&self, value: &Value<'a>) -> JsResult<Option<Value<'a>>> {
        let mut value = value.clone();
        while value.object_kind() == quickbeam_engine::ObjectKind::Proxy {
            value = match value.proxy_target() {
                Ok(target) => target,
                Err(thrown) => {
                    drop(self.cx.catch(thrown));
                    return Ok(None);
                }
            };
            if !value.is_object() {
                return Ok(None);
            }
        }
        Ok(Some(value))
    }

    /// The own enumerable properties from the first that is no element on, as
    /// `key: value`.
    fn properties(
        &mut self,
        value: &Value<'a>,
        level: usize,
        elements: bool,
        entries: &mut Vec<String>,
    ) -> JsResult<()> {
        let keys = value.own_keys_and_symbols(true)?;
        for at in 0..keys.len() {
            let key = keys.get(at);
            if elements && key.with_text(|text| is_index(&text))? {
                continue;
            }
            if self.budget == 0 {
                entries.push(format!("... {} more properties", keys.len() - at));
                break;
            }
            let name = names::key(self.cx, &key)?;
            match value.own_property(&key) {
                Ok(Some(property)) => entries.push(self.property(&name, &property, level)?),
                Ok(None) => {}
                // A binding of a module that is not initialized yet.
                Err(thrown) => {
                    drop(self.cx.catch(thrown));
                    entries.push(format!("{name}: <uninitialized>"));
                }
            }
        }
        Ok(())
    }

    fn property(&mut self, name: &str, property: &Property<'a>, level: usize) -> JsResult<String> {
        let text = match property {
            Property::Data { value, .. } => {
                self.indentation += 2;
                let text = self.value(value, level + 1, true);
                self.indentation -= 2;
                text?
            }
            Property::Accessor {
                getter: true,
                setter: true,
                ..
            } => "[Getter/Setter]".into(),
            Property::Accessor { getter: true, .. } => "[Getter]".into(),
            Property::Accessor { .. } => "[Setter]".into(),
        };
        self.budget = self
            .budget
            .saturating_sub(name.len() + self.indentation + 6);
        Ok(format!("{name}: {text}"))
    }
}

fn is_index(text: &str) -> bool {
    text.len() <= 10
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'))
        && text.parse::<u32>().is_ok_and(|index| index < u32::MAX)
}
