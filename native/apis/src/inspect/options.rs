//! The options of `util.inspect`, Node's names and defaults.

use quickbeam_engine::{JsResult, Kind, Value};

use super::colors::Style;
use crate::arguments::dictionary;
use crate::layout::{self, Layout};

/// Lines longer than this are as good as endless, and leave room for sums.
const ENDLESS: usize = 1 << 30;

/// Which getters are run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Getters {
    None,
    All,
    /// Those without a setter beside them.
    WithoutSetter,
    WithSetter,
}

/// In which order keys and entries come.
#[derive(Clone)]
pub(crate) enum Order<'a> {
    AsFound,
    ByText,
    /// By what this function says of two entries.
    By(Value<'a>),
}

#[derive(Clone)]
pub(crate) struct Options<'a> {
    /// Levels of objects below the first.
    pub depth: usize,
    pub show_hidden: bool,
    pub getters: Getters,
    pub order: Order<'a>,
    /// Elements of a collection.
    pub items_max: usize,
    /// Code points of a string.
    pub string_max: usize,
    pub numeric_separator: bool,
    pub colors: bool,
    pub layout: Layout,
    /// `(object, depth) => text | undefined`: runs `object[nodejs.util.inspect.custom]`.
    pub custom: Option<Value<'a>>,
}

impl<'a> Options<'a> {
    /// Node's defaults; nothing of a script is run.
    pub(crate) fn new(depth: usize) -> Self {
        Options {
            depth,
            show_hidden: false,
            getters: Getters::None,
            order: Order::AsFound,
            items_max: 100,
            string_max: 10_000,
            numeric_separator: false,
            colors: false,
            layout: layout::DEFAULT,
            custom: None,
        }
    }

    /// The optional dictionary that an operation called `what` is given.
    pub(crate) fn given(argument: Value<'a>, what: &str) -> JsResult<Self> {
        match dictionary(argument, what)? {
            Some(options) => Options::of(&options),
            None => Ok(Options::new(2)),
        }
    }

    /// What priv/js/node/inspect.js makes of a script's options.
    pub(crate) fn of(given: &Value<'a>) -> JsResult<Self> {
        let mut options = Options::new(2);
        if !given.is_object() {
            return Ok(options);
        }
        let flag = |name| Ok(matches!(given.get(name)?.kind(), Kind::Bool(true)));
        options.depth = count(given, "depth", 2)?;
        options.show_hidden = flag("showHidden")?;
        options.items_max = count(given, "maxArrayLength", 100)?;
        options.string_max = count(given, "maxStringLength", 10_000)?;
        options.numeric_separator = flag("numericSeparator")?;
        options.colors = flag("colors")?;
        options.layout.width = count(given, "breakLength", layout::DEFAULT.width)?;
        let compact = given.get("compact")?;
        options.layout.compact = match compact.kind() {
            // What Node calls its old mode: as much on a line as will go.
            Kind::Bool(true) => ENDLESS,
            Kind::Bool(false) => 0,
            Kind::Undefined => layout::DEFAULT.compact,
            _ => compact.to_number()?.max(0.0) as usize,
        };
        let getters = given.get("getters")?;
        options.getters = match getters.kind() {
            Kind::Bool(true) => Getters::All,
            Kind::String => match getters.to_text()?.as_str() {
                "get" => Getters::WithoutSetter,
                "set" => Getters::WithSetter,
                _ => Getters::None,
            },
            _ => Getters::None,
        };
        let sorted = given.get("sorted")?;
        options.order = match sorted.kind() {
            Kind::Bool(true) => Order::ByText,
            _ if sorted.is_function() => Order::By(sorted),
            _ => Order::AsFound,
        };
        let custom = given.get("custom")?;
        options.custom = custom.is_function().then_some(custom);
        Ok(options)
    }

    /// A key in the color of its kind.
    pub(crate) fn paint_key(&self, key: String) -> String {
        let symbol = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
        match (symbol, key.as_bytes().first()) {
            (Some(symbol), _) => format!("[{}]", self.paint(symbol.to_owned(), Style::String)),
            (None, Some(b'\'' | b'"' | b'`')) => self.paint(key, Style::String),
            _ => key,
        }
    }

    /// `text` in the color of its kind.
    pub(crate) fn paint(&self, text: String, style: Style) -> String {
        if !self.colors {
            return text;
        }
        let (on, off) = style.codes();
        format!("\u{1b}[{on}m{text}\u{1b}[{off}m")
    }
}

fn count(given: &Value<'_>, name: &str, default: usize) -> JsResult<usize> {
    let value = given.get(name)?;
    Ok(match value.kind() {
        Kind::Undefined => default,
        Kind::Null => ENDLESS,
        _ => value.to_number()?.clamp(0.0, ENDLESS as f64) as usize,
    })
}

/// `1234567.8901` as `1_234_567.890_1`.
pub(crate) fn separate(number: &str) -> String {
    if number.contains(['e', 'N', 'I']) {
        return number.to_owned();
    }
    let (sign, number) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push('_');
        }
        out.push(digit);
    }
    for (at, digit) in fraction.unwrap_or_default().chars().enumerate() {
        out.push_str(match at {
            0 => ".",
            at if at % 3 == 0 => "_",
            _ => "",
        });
        out.push(digit);
    }
    out
}
