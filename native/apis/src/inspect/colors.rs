//! Node's `util.inspect.colors` and `util.inspect.styles`, for the inspector and for
//! priv/js/node/inspect.js.

use quickbeam_engine::{Call, JsResult, Value};

/// What is colored by its kind: a name of `util.inspect.styles`.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    /// Numbers, booleans.
    Number,
    String,
    Null,
    Undefined,
    /// What stands for a value that is not written out.
    Special,
    Date,
    RegExp,
}

/// The codes of ECMA-48 that turn a color on and off.
static COLORS: &[(&str, (u8, u8))] = &[
    ("reset", (0, 0)),
    ("bold", (1, 22)),
    ("dim", (2, 22)),
    ("italic", (3, 23)),
    ("underline", (4, 24)),
    ("blink", (5, 25)),
    ("inverse", (7, 27)),
    ("hidden", (8, 28)),
    ("strikethrough", (9, 29)),
    ("doubleunderline", (21, 24)),
    ("black", (30, 39)),
    ("red", (31, 39)),
    ("green", (32, 39)),
    ("yellow", (33, 39)),
    ("blue", (34, 39)),
    ("magenta", (35, 39)),
    ("cyan", (36, 39)),
    ("white", (37, 39)),
    ("bgBlack", (40, 49)),
    ("bgRed", (41, 49)),
    ("bgGreen", (42, 49)),
    ("bgYellow", (43, 49)),
    ("bgBlue", (44, 49)),
    ("bgMagenta", (45, 49)),
    ("bgCyan", (46, 49)),
    ("bgWhite", (47, 49)),
    ("framed", (51, 54)),
    ("overlined", (53, 55)),
    ("gray", (90, 39)),
    ("redBright", (91, 39)),
    ("greenBright", (92, 39)),
    ("yellowBright", (93, 39)),
    ("blueBright", (94, 39)),
    ("magentaBright", (95, 39)),
    ("cyanBright", (96, 39)),
    ("whiteBright", (97, 39)),
    ("bgGray", (100, 49)),
    ("bgRedBright", (101, 49)),
    ("bgGreenBright", (102, 49)),
    ("bgYellowBright", (103, 49)),
    ("bgBlueBright", (104, 49)),
    ("bgMagentaBright", (105, 49)),
    ("bgCyanBright", (106, 49)),
    ("bgWhiteBright", (107, 49)),
];

static STYLES: &[(&str, &str)] = &[
    ("special", "cyan"),
    ("number", "yellow"),
    ("bigint", "yellow"),
    ("boolean", "yellow"),
    ("undefined", "grey"),
    ("null", "bold"),
    ("string", "green"),
    ("symbol", "green"),
    ("date", "magenta"),
    ("regexp", "red"),
    ("module", "underline"),
];

/// Other names of colors, which Node does not list.
static ALIASES: &[(&str, &str)] = &[
    ("grey", "gray"),
    ("blackBright", "gray"),
    ("bgGrey", "bgGray"),
    ("bgBlackBright", "bgGray"),
    ("faint", "dim"),
    ("crossedout", "strikethrough"),
    ("strikeThrough", "strikethrough"),
    ("crossedOut", "strikethrough"),
    ("conceal", "hidden"),
    ("swapColors", "inverse"),
    ("swapcolors", "inverse"),
    ("doubleUnderline", "doubleunderline"),
];

fn look_up<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    let (_, found) = table.iter().find(|(known, _)| *known == name)?;
    Some(*found)
}

impl Style {
    fn name(self) -> &'static str {
        match self {
            Style::Number => "number",
            Style::String => "string",
            Style::Null => "null",
            Style::Undefined => "undefined",
            Style::Special => "special",
            Style::Date => "date",
            Style::RegExp => "regexp",
        }
    }

    /// The codes that turn it on and off.
    pub(super) fn codes(self) -> (u8, u8) {
        let color = look_up(STYLES, self.name()).unwrap_or_default();
        let color = look_up(ALIASES, color).unwrap_or(color);
        look_up(COLORS, color).unwrap_or_default()
    }
}

/// `palette()`: `{ colors, styles, aliases }`, the tables above as objects.
pub(crate) fn palette<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let colors = cx.object()?;
    for (name, (on, off)) in COLORS {
        let codes = cx.array()?;
        codes.define_index(0, cx.integer((*on).into()))?;
        codes.define_index(1, cx.integer((*off).into()))?;
        colors.define(name, codes)?;
    }
    let palette = cx.object()?;
    palette.define("colors", colors)?;
    for (name, table) in [("styles", STYLES), ("aliases", ALIASES)] {
        let names = cx.object()?;
        for (from, to) in table {
            names.define(from, cx.string(to)?)?;
        }
        palette.define(name, names)?;
    }
    Ok(palette)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_style_has_a_color() {
        for (_, color) in STYLES.iter().chain(ALIASES) {
            let color = look_up(ALIASES, color).unwrap_or(color);
            assert!(look_up(COLORS, color).is_some(), "{color}");
        }
        assert_eq!(Style::Undefined.codes(), (90, 39));
    }
}
