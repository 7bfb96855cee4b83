//! Errors with the codes that Node's have.

use quickbeam_engine::{Cx, ErrorKind, Kind, Thrown, Value};

fn coded(cx: Cx<'_>, kind: ErrorKind, code: &str, message: &str) -> Thrown {
    let made = cx.error(kind, message).and_then(|error| {
        error.define("code", cx.string(code)?)?;
        Ok(error)
    });
    match made {
        Ok(error) => cx.throw(error),
        Err(thrown) => thrown,
    }
}

pub(super) fn invalid_type(cx: Cx<'_>, name: &str, expected: &str, value: &Value<'_>) -> Thrown {
    let message = format!(
        "The \"{name}\" argument must be {expected}. Received {}",
        kind_of(value)
    );
    coded(cx, ErrorKind::Type, "ERR_INVALID_ARG_TYPE", &message)
}

pub(super) fn out_of_range(cx: Cx<'_>, name: &str, range: &str, value: &Value<'_>) -> Thrown {
    let message = format!(
        "The value of \"{name}\" is out of range. It must be {range}. Received {}",
        number_of(value)
    );
    coded(cx, ErrorKind::Range, "ERR_OUT_OF_RANGE", &message)
}

/// Not within `min` and `max`.
pub(super) fn bounds(cx: Cx<'_>, name: &str, min: f64, max: f64, value: &Value<'_>) -> Thrown {
    out_of_range(cx, name, &format!(">= {min} and <= {max}"), value)
}

pub(super) fn out_of_bounds(cx: Cx<'_>) -> Thrown {
    let message = "Attempt to access memory outside buffer bounds";
    coded(cx, ErrorKind::Range, "ERR_BUFFER_OUT_OF_BOUNDS", message)
}

/// What is said of a value of the wrong type.
fn kind_of(value: &Value<'_>) -> String {
    match value.kind() {
        Kind::Undefined => "undefined".into(),
        Kind::Null => "null".into(),
        Kind::Bool(value) => format!("type boolean ({value})"),
        Kind::Int(value) => format!("type number ({value})"),
        Kind::Float(value) => format!("type number ({value})"),
        Kind::BigInt => format!("type bigint ({})", number_of(value)),
        Kind::String => {
            let text = value.to_text().unwrap_or_default();
            let shown: String = text.chars().take(25).collect();
            let more = if shown.len() < text.len() { "..." } else { "" };
            format!("type string ('{shown}{more}')")
        }
        Kind::Symbol => "type symbol".into(),
        _ if value.is_function() => "a function".into(),
        _ => match value.class_name() {
            Ok(class) => format!("an instance of {class}"),
            Err(_) => "an object".into(),
        },
    }
}

/// A number as Node writes it: with underscores where it is long.
fn number_of(value: &Value<'_>) -> String {
    match value.kind() {
        Kind::Int(number) => separated(&number.to_string(), f64::from(number)),
        Kind::Float(number) if number.fract() == 0.0 && number.abs() < 1e21 => {
            separated(&format!("{number}"), number)
        }
        Kind::BigInt => {
            let text = value.to_text().unwrap_or_default();
            separated(&text, f64::INFINITY) + "n"
        }
        _ => value.to_text().unwrap_or_else(|_| "a symbol".into()),
    }
}

fn separated(text: &str, number: f64) -> String {
    if number.abs() <= 4_294_967_296.0 {
        return text.to_owned();
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push('_');
        }
        out.push(digit);
    }
    out
}
