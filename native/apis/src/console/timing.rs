//! `time`, `timeLog`, `timeEnd`: Console Standard, 1.4.

use std::time::{Duration, Instant};

use quickbeam_engine::{Call, JsResult, Value};

use super::{ENTRY_BYTES, label, print};
use crate::format::format;
use crate::host::{Apis, Level};

pub(super) fn time<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, label) = (call.cx(), label(call)?);
    let timers = &Apis::of(cx).console.timers;
    if timers.borrow().contains_key(&label) {
        let text = format!("Timer '{label}' already exists");
        return print(cx, Level::Warning, text);
    }
    cx.charge(label.len() + ENTRY_BYTES)?;
    timers.borrow_mut().insert(label, Instant::now());
    Ok(cx.undefined())
}

pub(super) fn time_log<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let label = label(call)?;
    let start = Apis::of(call.cx())
        .console
        .timers
        .borrow()
        .get(&label)
        .copied();
    report(call, &label, start, &call.rest(1))
}

pub(super) fn time_end<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let label = label(call)?;
    let start = Apis::of(call.cx())
        .console
        .timers
        .borrow_mut()
        .remove(&label);
    if start.is_some() {
        call.cx().release(label.len() + ENTRY_BYTES);
    }
    report(call, &label, start, &[])
}

fn report<'a>(
    call: &Call<'a>,
    label: &str,
    start: Option<Instant>,
    data: &[Value<'a>],
) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let Some(start) = start else {
        let text = format!("Timer '{label}' does not exist");
        return print(cx, Level::Warning, text);
    };
    let mut text = format!("{label}: {}", duration(start.elapsed()));
    if !data.is_empty() {
        text.push(' ');
        text.push_str(&format(cx, data)?);
    }
    print(cx, Level::Info, text)
}

/// As Node has it: `1.23ms`, `1.234s`, `1:02.345 (m:ss.mmm)`, `1:02:03 (h:mm:ss)`.
fn duration(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    let seconds = duration.as_secs();
    let minutes = seconds / 60;
    if minutes >= 60 {
        format!(
            "{}:{:02}:{:02} (h:mm:ss)",
            minutes / 60,
            minutes % 60,
            seconds % 60
        )
    } else if minutes > 0 {
        let (seconds, millis) = (seconds % 60, duration.subsec_millis());
        format!("{minutes}:{seconds:02}.{millis:03} (m:ss.mmm)")
    } else if seconds > 0 {
        format!("{:.3}s", ms / 1e3)
    } else {
        format!("{}ms", (ms * 1e3).round() / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_their_unit() {
        for (ms, text) in [
            (0.0, "0ms"),
            (1.2344, "1.234ms"),
            (1234.5, "1.234s"),
            (62_345.0, "1:02.345 (m:ss.mmm)"),
            (3_723_000.0, "1:02:03 (h:mm:ss)"),
        ] {
            assert_eq!(duration(Duration::from_secs_f64(ms / 1e3)), text);
        }
    }
}
