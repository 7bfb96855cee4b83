//! Exceptions as `%QuickBEAM.JSError{}`, and other structs of Elixir.

use quickbeam_core::Failure;
use quickbeam_engine::dates::civil_from_days;
use quickbeam_engine::{Frame, JsResult, Report};

use crate::etf::Etf;

const FIELDS: u32 = 11;

/// Write a JSError up to its last field, `cause`, whose term must follow.
pub fn write_head(report: &Report, out: &mut Etf) {
    let no_value = |out: &mut Etf| {
        out.nil();
        Ok(())
    };
    write(report, out, no_value, |_| Ok(())).unwrap_or_default();
}

/// Write a JSError whose fields `value` and `cause` are written by the two
/// functions.
pub fn write(
    report: &Report,
    out: &mut Etf,
    value: impl FnOnce(&mut Etf) -> JsResult<()>,
    cause: impl FnOnce(&mut Etf) -> JsResult<()>,
) -> JsResult<()> {
    let first = report.frames.iter().find(|frame| frame.filename.is_some());
    out.map(FIELDS);
    out.atom("__struct__");
    out.atom("Elixir.QuickBEAM.JSError");
    out.atom("__exception__");
    out.atom("true");
    out.atom("message");
    out.binary(report.message.as_bytes());
    out.atom("name");
    out.binary(report.name.as_bytes());
    out.atom("stack");
    text(report.stack.as_deref(), out);
    place(first, out);
    out.atom("frames");
    out.list(report.frames.len() as u32);
    for frame in &report.frames {
        out.map(4);
        out.atom("function");
        text(frame.function.as_deref(), out);
        place(Some(frame), out);
    }
    out.end_list();
    out.atom("value");
    value(out)?;
    out.atom("cause");
    cause(out)
}

/// The fields `filename`, `line` and `column`.
fn place(frame: Option<&Frame>, out: &mut Etf) {
    out.atom("filename");
    text(frame.and_then(|frame| frame.filename.as_deref()), out);
    out.atom("line");
    number(frame.and_then(|frame| frame.line), out);
    out.atom("column");
    number(frame.and_then(|frame| frame.column), out);
}

fn text(text: Option<&str>, out: &mut Etf) {
    match text {
        Some(text) => out.binary(text.as_bytes()),
        None => out.nil(),
    }
}

fn number(number: Option<u32>, out: &mut Etf) {
    match number {
        Some(number) => out.integer(number.into()),
        None => out.nil(),
    }
}

/// `{:error, %JSError{}}` of an error that no script threw.
pub fn result(report: &Report) -> Vec<u8> {
    let mut out = Etf::new();
    out.tuple(2);
    out.atom("error");
    write_head(report, &mut out);
    out.nil();
    out.into_bytes()
}

/// [`result`] of a failure.
pub fn failed(failure: &Failure) -> Vec<u8> {
    result(&failure.report())
}

/// A `DateTime` in UTC with millisecond precision; nil for an invalid Date.
pub fn write_date(epoch_ms: f64, out: &mut Etf) {
    if !epoch_ms.is_finite() {
        return out.nil();
    }
    // Exact: a time value is an integer within ±8.64e15 (ECMA-262, 21.4.1.1).
    let epoch_ms = epoch_ms as i64;
    let (days, ms) = (
        epoch_ms.div_euclid(86_400_000),
        epoch_ms.rem_euclid(86_400_000),
    );
    let (year, month, day) = civil_from_days(days);
    out.map(13);
    let mut field = |name: &str, value: i64| {
        out.atom(name);
        out.integer(value);
    };
    field("year", year);
    field("month", month);
    field("day", day);
    field("hour", ms / 3_600_000);
    field("minute", ms / 60_000 % 60);
    field("second", ms / 1_000 % 60);
    field("utc_offset", 0);
    field("std_offset", 0);
    out.atom("microsecond");
    out.tuple(2);
    out.integer(ms % 1_000 * 1_000);
    out.integer(3);
    out.atom("zone_abbr");
    out.binary(b"UTC");
    out.atom("time_zone");
    out.binary(b"Etc/UTC");
    out.atom("calendar");
    out.atom("Elixir.Calendar.ISO");
    out.atom("__struct__");
    out.atom("Elixir.DateTime");
}
