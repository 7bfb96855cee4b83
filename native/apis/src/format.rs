//! Console Standard, Formatter: `%s` and its kind, as Node writes them.

use quickbeam_engine::{Cx, JsResult, Kind, ObjectKind, Value};

use crate::inspect::{Inspector, Options, separate};

/// The most text that one call gives the host.
pub(crate) const TEXT_MAX: usize = 1 << 20;

/// `arguments` as one text.
pub(crate) fn format<'a>(cx: Cx<'a>, arguments: &[Value<'a>]) -> JsResult<String> {
    format_with(cx, arguments, &Options::new(2))
}

/// `util.formatWithOptions`
pub(crate) fn format_with<'a>(
    cx: Cx<'a>,
    arguments: &[Value<'a>],
    options: &Options<'a>,
) -> JsResult<String> {
    let mut out = String::new();
    let mut rest = arguments;
    if let [first, others @ ..] = arguments
        && first.kind() == Kind::String
        && !others.is_empty()
    {
        let used = first.with_text(|text| substitute(cx, &text, others, options, &mut out))??;
        rest = &others[used..];
        if !rest.is_empty() {
            out.push(' ');
        }
    }
    for (i, argument) in rest.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if out.len() > TEXT_MAX {
            break;
        }
        match argument.kind() {
            Kind::String => argument.with_text(|text| out.push_str(bounded(&text)))?,
            _ => out.push_str(&inspect(cx, argument, options, options.depth)?),
        }
    }
    cut(&mut out);
    Ok(out)
}

fn inspect<'a>(
    cx: Cx<'a>,
    value: &Value<'a>,
    options: &Options<'a>,
    depth: usize,
) -> JsResult<String> {
    let options = Options {
        depth,
        ..options.clone()
    };
    Inspector::with(cx, options).inspect(value)
}

/// One byte more than the limit is enough for [`cut`] to see it.
fn bounded(text: &str) -> &str {
    &text[..floor(text, TEXT_MAX + 4)]
}

fn floor(text: &str, limit: usize) -> usize {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Cut what is longer than [`TEXT_MAX`].
pub(crate) fn cut(text: &mut String) {
    if text.len() > TEXT_MAX {
        text.truncate(floor(text, TEXT_MAX));
        text.push_str("\n... truncated at 1 MB");
    }
}

/// Write `text` with its specifiers filled in; answers how many of `arguments`
/// they took.
fn substitute<'a>(
    cx: Cx<'a>,
    text: &str,
    arguments: &[Value<'a>],
    options: &Options<'a>,
    out: &mut String,
) -> JsResult<usize> {
    let text = bounded(text);
    let (mut used, mut copied, mut at) = (0, 0, 0);
    let bytes = text.as_bytes();
    while at + 1 < bytes.len() {
        if bytes[at] != b'%' {
            at += 1;
            continue;
        }
        let specifier = bytes[at + 1];
        if specifier == b'%' {
            out.push_str(&text[copied..=at]);
        } else if b"sdifjoOc".contains(&specifier) && used < arguments.len() {
            out.push_str(&text[copied..at]);
            let argument = &arguments[used];
            used += 1;
            if out.len() <= TEXT_MAX {
                out.push_str(&convert(cx, specifier, argument, options)?);
            }
        } else {
            at += 1;
            continue;
        }
        at += 2;
        copied = at;
    }
    out.push_str(&text[copied..]);
    Ok(used)
}

fn convert<'a>(
    cx: Cx<'a>,
    specifier: u8,
    value: &Value<'a>,
    options: &Options<'a>,
) -> JsResult<String> {
    let number_text = |cx, number| number_text(cx, number).map(|text| digits(text, options));
    match specifier {
        b's' => match value.kind() {
            Kind::String => value.with_text(|text| bounded(&text).to_owned()),
            _ => inspect(cx, value, &plain(options), 0),
        },
        b'd' => match value.kind() {
            Kind::BigInt => Ok(digits(value.to_text()?, options) + "n"),
            Kind::Object => numeric_slot(value).map(|number| number_text(cx, number))?,
            Kind::Symbol => Ok("NaN".into()),
            _ => number_text(cx, value.to_number()?),
        },
        b'i' => match value.kind() {
            Kind::BigInt => Ok(digits(value.to_text()?, options) + "n"),
            Kind::Symbol | Kind::Object => Ok("NaN".into()),
            _ => number_text(cx, value.with_text(|text| parse_int(&text))?),
        },
        b'f' => match value.kind() {
            Kind::Symbol | Kind::Object => Ok("NaN".into()),
            _ => number_text(cx, value.with_text(|text| parse_float(&text))?),
        },
        // JSON.stringify runs toJSON, which is what %j asks for; of what it
        // throws, Node names the cycle and passes on the rest.
        b'j' => match value.to_json() {
            Ok(json) if json.is_undefined() => Ok("undefined".into()),
            Ok(json) => json.with_text(|text| bounded(&text).to_owned()),
            Err(thrown) => {
                let error = cx.catch(thrown);
                let message = quickbeam_engine::Report::of(cx, &error).message;
                if message.contains("circular") {
                    Ok("[Circular]".into())
                } else {
                    Err(cx.throw(error))
                }
            }
        },
        b'o' => inspect(cx, value, options, 4),
        b'O' => inspect(cx, value, options, options.depth),
        _ => Ok(String::new()),
    }
}

/// `%s` is never in color.
fn plain<'a>(options: &Options<'a>) -> Options<'a> {
    Options {
        colors: false,
        ..options.clone()
    }
}

fn digits(text: String, options: &Options<'_>) -> String {
    if options.numeric_separator {
        separate(&text)
    } else {
        text
    }
}

/// Number(object), as far as it is known without running a script.
fn numeric_slot(value: &Value<'_>) -> JsResult<f64> {
    let data = value.object_data();
    match data.kind() {
        Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) | Kind::String => data.to_number(),
        _ if value.object_kind() == ObjectKind::Array && value.length()? == 0 => Ok(0.0),
        _ => Ok(f64::NAN),
    }
}

fn number_text(cx: Cx<'_>, number: f64) -> JsResult<String> {
    if number == 0.0 && number.is_sign_negative() {
        return Ok("-0".into());
    }
    cx.number(number).to_text()
}

/// `parseInt`, base 10.
fn parse_int(text: &str) -> f64 {
    match parse_float(text) {
        number if number.is_finite() => {
            // Digits alone: `1e3` is 1.
            let text = text.trim_start();
            let unsigned = text.trim_start_matches(['+', '-']);
            let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
            text[..text.len() - unsigned.len() + digits]
                .parse()
                .unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// `parseFloat`: the longest prefix that is a number.
fn parse_float(text: &str) -> f64 {
    let text = text.trim_start();
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len() - unsigned.len() <= 1 && unsigned.starts_with("Infinity") {
        return if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let end = text
        .bytes()
        .take(400)
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .count();
    (1..=end)
        .rev()
        .find_map(|end| text[..end].parse().ok())
        .unwrap_or(f64::NAN)
}
