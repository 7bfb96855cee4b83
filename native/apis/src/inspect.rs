//! A value as text for people, in the manner of Node's `util.inspect`. No
//! getter, trap or method of a script is run (but for [`Options`] that ask for
//! it), and no object is walked further than the output goes.

mod colors;
mod names;
mod objects;
mod options;
mod platform;

use std::collections::HashMap;

use quickbeam_engine::{Cx, JsResult, Kind, Property, Value};

use crate::format::TEXT_MAX;
use crate::layout::{self, Frame, Layout, quote};
use colors::Style;
pub(crate) use colors::palette;
use options::{Getters, Order};
pub(crate) use options::{Options, separate};

/// One inspection.
pub(crate) struct Inspector<'a> {
    cx: Cx<'a>,
    options: Options<'a>,
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
        Self::with(cx, Options::new(depth))
    }

    pub(crate) fn with(cx: Cx<'a>, options: Options<'a>) -> Self {
        Inspector {
            cx,
            options,
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
        let (text, style) = match value.kind() {
            Kind::Object => return self.object(value, level, typed),
            Kind::String => (value.with_text(|text| self.string(&text))?, Style::String),
            Kind::Symbol => {
                let text = format!("Symbol({})", value.symbol_description()?);
                (text, Style::String)
            }
            Kind::BigInt => (self.digits(value.to_text()?) + "n", Style::Number),
            Kind::Float(number) if number == 0.0 && number.is_sign_negative() => {
                ("-0".into(), Style::Number)
            }
            Kind::Int(_) | Kind::Float(_) => (self.digits(value.to_text()?), Style::Number),
            Kind::Bool(_) => (value.to_text()?, Style::Number),
            Kind::Null => (value.to_text()?, Style::Null),
            _ => (value.to_text()?, Style::Undefined),
        };
        let text = self.options.paint(text, style);
        Ok(self.spend(text))
    }

    fn digits(&self, number: String) -> String {
        if self.options.numeric_separator {
            separate(&number)
        } else {
            number
        }
    }

    fn string(&self, text: &str) -> String {
        let (text, more) = match text.char_indices().nth(self.options.string_max) {
            Some((end, _)) => (&text[..end], text[end..].chars().count()),
            None => (text, 0),
        };
        let length = text.chars().count();
        let Layout { width, compact } = self.options.layout;
        let narrow = width.saturating_sub(self.indentation + 4);
        // A long string with lines in it is written line by line.
        let mut out = if length > 16 && length > narrow && compact > 0 && text.contains('\n') {
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
            return Ok(self.special(format!("[Circular *{number}]")));
        }
        if let Some(text) = self.customized(&value, level)? {
            return Ok(self.spend(text));
        }
        self.open.push(identity);
        let parts = self.parts(&value, level, typed);
        self.open.pop();
        let mut parts = parts?;
        if let Some(number) = self.circular.get(&identity) {
            let mark = self.special(format!("<ref *{number}>"));
            let space = if parts.base.is_empty() { "" } else { " " };
            parts.base = format!("{mark}{space}{}", parts.base);
        }
        Ok(self.assemble(parts, level))
    }

    /// What an object says of itself, where the options let it.
    fn customized(&mut self, value: &Value<'a>, level: usize) -> JsResult<Option<String>> {
        let Some(custom) = self.options.custom.clone() else {
            return Ok(None);
        };
        let depth = self.options.depth as f64 - level as f64;
        let text = custom.call(
            &self.cx.undefined(),
            &[value.clone(), self.cx.number(depth)],
        )?;
        if text.kind() != Kind::String {
            return Ok(None);
        }
        let indent = format!("\n{}", " ".repeat(self.indentation));
        text.with_text(|text| Some(text.replace('\n', &indent)))
    }

    /// What stands for a value that is not written out.
    fn special(&mut self, text: String) -> String {
        let text = self.options.paint(text, Style::Special);
        self.spend(text)
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
        let layout = self.options.layout;
        if list && before > 6 && layout.compact > 0 {
            entries = layout::group(entries, remarks, numbers, self.indentation, layout);
        }
        let frame = Frame {
            base: &base,
            open: &open,
            close,
            indentation: self.indentation,
            levels: self.level.saturating_sub(level),
            layout,
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
        let keys = value.own_keys_and_symbols(!self.options.show_hidden)?;
        let first = entries.len();
        for at in 0..keys.len() {
            let key = keys.get(at);
            if elements && key.with_text(|text| is_index(&text))? {
                continue;
            }
            if self.budget == 0 {
                entries.push(format!("... {} more properties", keys.len() - at));
                break;
            }
            let name = self.options.paint_key(names::key(self.cx, &key)?);
            match value.own_property(&key) {
                Ok(Some(property)) => {
                    let hidden = !property.is_enumerable() && !name.starts_with('[');
                    let name = if hidden { format!("[{name}]") } else { name };
                    entries.push(self.property(&name, &property, value, level)?);
                }
                Ok(None) => {}
                // A binding of a module that is not initialized yet.
                Err(thrown) => {
                    drop(self.cx.catch(thrown));
                    let text = self.special("<uninitialized>".into());
                    entries.push(format!("{name}: {text}"));
                }
            }
        }
        self.sort(&mut entries[first..])
    }

    /// Bring entries into the order that the options ask for.
    fn sort(&self, entries: &mut [String]) -> JsResult<()> {
        match &self.options.order {
            Order::AsFound => {}
            Order::ByText => entries.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16())),
            Order::By(compare) => {
                let list = self.cx.array()?;
                for (at, entry) in entries.iter().enumerate() {
                    list.define_index(at as u32, self.cx.string(entry)?)?;
                }
                list.get("sort")?
                    .call(&list, std::slice::from_ref(compare))?;
                for (at, entry) in entries.iter_mut().enumerate() {
                    *entry = list.get_index(at as u32)?.to_text()?;
                }
            }
        }
        Ok(())
    }

    /// `owner` is what a getter, if the options let it run, is run on.
    fn property(
        &mut self,
        name: &str,
        property: &Property<'a>,
        owner: &Value<'a>,
        level: usize,
    ) -> JsResult<String> {
        let text = match property {
            Property::Data { value, .. } => self.item(value, level)?,
            Property::Accessor { getter, setter, .. } => {
                let label = match (getter.is_some(), setter.is_some()) {
                    (true, true) => "Getter/Setter",
                    (true, false) => "Getter",
                    _ => "Setter",
                };
                match getter.as_ref().filter(|_| self.runs(setter.is_some())) {
                    Some(getter) => self.got(label, getter, owner, level)?,
                    None => self.special(format!("[{label}]")),
                }
            }
        };
        self.budget = self
            .budget
            .saturating_sub(name.len() + self.indentation + 6);
        Ok(format!("{name}: {text}"))
    }

    fn runs(&self, has_setter: bool) -> bool {
        match self.options.getters {
            Getters::None => false,
            Getters::All => true,
            Getters::WithoutSetter => !has_setter,
            Getters::WithSetter => has_setter,
        }
    }

    /// `[Getter: 1]`, or what it threw.
    fn got(
        &mut self,
        label: &str,
        getter: &Value<'a>,
        owner: &Value<'a>,
        level: usize,
    ) -> JsResult<String> {
        let value = match getter.call(owner, &[]) {
            Ok(value) => value,
            Err(thrown) => {
                let error = self.cx.catch(thrown);
                let message = quickbeam_engine::Report::of(self.cx, &error).message;
                return Ok(self.special(format!("[{label}: <Inspection threw ({message})>]")));
            }
        };
        let text = self.item(&value, level)?;
        if value.is_object() {
            return Ok(format!("{} {text}", self.special(format!("[{label}]"))));
        }
        let (open, close) = (self.special(format!("[{label}:")), self.special("]".into()));
        Ok(format!("{open} {text}{close}"))
    }
}

fn is_index(text: &str) -> bool {
    text.len() <= 10
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'))
        && text.parse::<u32>().is_ok_and(|index| index < u32::MAX)
}
