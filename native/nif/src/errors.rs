//! Exceptions as `%QuickBEAM.JSError{}`, and other structs of Elixir.

use quickbeam_core::Failure;
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

/// Year, month, day of a day count since 1970-01-01, proleptic Gregorian
/// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil_from_days`].
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
