//! Dates, weeks and times in form controls: HTML, 2.3.5, and the algorithms
//! "convert a string to a number" and back of 4.10.5.1.

use quickbeam_engine::dates::{civil_from_days, days_from_civil};

const DAY: i64 = 86_400_000;
/// The last day that an ECMAScript Date can have.
const LAST_DAY: i64 = 100_000_000;

/// Text that is read from its start.
struct Reader<'t>(&'t str);

impl Reader<'_> {
    fn eat(&mut self, token: char) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// A number of exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (own, rest) = self.0.split_at_checked(count)?;
        if !own.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        own.parse().ok()
    }

    /// A year of four digits or more, but not 0.
    fn year(&mut self) -> Option<i64> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        // What has more digits is past all dates.
        if !(4..=7).contains(&count) {
            return None;
        }
        self.digits(count).filter(|year| *year > 0)
    }

    fn month(&mut self) -> Option<(i64, i64)> {
        let year = self.year()?;
        self.eat('-')?;
        let month = self.digits(2).filter(|month| (1..=12).contains(month))?;
        Some((year, month))
    }

    /// Days since 1970-01-01.
    fn date(&mut self) -> Option<i64> {
        let (year, month) = self.month()?;
        self.eat('-')?;
        let day = self.digits(2)?;
        let days = days_from_civil(year, month, day);
        let exists = civil_from_days(days) == (year, month, day);
        (exists && days <= LAST_DAY).then_some(days)
    }

    /// Milliseconds since midnight.
    fn time(&mut self) -> Option<i64> {
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        self.eat(':')?;
        let minutes = self.digits(2).filter(|minutes| *minutes < 60)?;
        let mut time = (hours * 60 + minutes) * 60_000;
        if self.eat(':').is_some() {
            time += self.digits(2).filter(|seconds| *seconds < 60)? * 1000;
            if self.eat('.').is_some() {
                let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
                if !(1..=3).contains(&count) {
                    return None;
                }
                time += self.digits(count)? * [100, 10, 1][count - 1];
            }
        }
        Some(time)
    }

    /// The Monday of a week, in days since 1970-01-01.
    fn week(&mut self) -> Option<i64> {
        let year = self.year()?;
        self.eat('-')?;
        self.eat('W')?;
        let week = self.digits(2)?;
        let monday = first_monday(year) + (week - 1) * 7;
        let exists = week > 0 && monday < first_monday(year + 1);
        (exists && monday <= LAST_DAY).then_some(monday)
    }

    /// Milliseconds since 1970, as if in UTC.
    fn local(&mut self) -> Option<i64> {
        let days = self.date()?;
        self.eat('T').or_else(|| self.eat(' '))?;
        Some(days * DAY + self.time()?)
    }
}

/// The Monday of the week that a year's 4th of January is in: its first week.
fn first_monday(year: i64) -> i64 {
    let fourth = days_from_civil(year, 1, 4);
    // 1970-01-01 was a Thursday.
    fourth - (fourth + 3).rem_euclid(7)
}

/// The number that a value of an `input` of that type stands for; `None` where it
/// is no value of the type.
pub(crate) fn to_number(kind: &str, value: &str) -> Option<f64> {
    let mut reader = Reader(value);
    let number = match kind {
        "date" => reader.date()? * DAY,
        "month" => {
            let (year, month) = reader.month()?;
            (year - 1970) * 12 + month - 1
        }
        "week" => reader.week()? * DAY,
        "time" => reader.time()?,
        "datetime-local" => reader.local()?,
        _ => return None,
    };
    reader.0.is_empty().then_some(number as f64)
}

/// The inverse of [`to_number`]; empty where there is no such date.
pub(crate) fn from_number(kind: &str, number: f64) -> String {
    // Far more than any date, and exact.
    if !number.is_finite() || number.abs() > 1e17 {
        return String::new();
    }
    let number = number.floor() as i64;
    let days = number.div_euclid(DAY);
    let text = match kind {
        "date" => date(days),
        "month" => {
            let (year, month) = (1970 + number.div_euclid(12), 1 + number.rem_euclid(12));
            (1..=275_760)
                .contains(&year)
                .then(|| format!("{year:04}-{month:02}"))
        }
        "week" => week(days),
        "time" => Some(time(number.rem_euclid(DAY))),
        "datetime-local" => {
            date(days).map(|date| format!("{date}T{}", time(number.rem_euclid(DAY))))
        }
        _ => None,
    };
    text.unwrap_or_default()
}

/// When a month, counted from January 1970, begins.
pub(crate) fn month_to_time(month: f64) -> f64 {
    let month = month as i64;
    let (year, month) = (1970 + month.div_euclid(12), 1 + month.rem_euclid(12));
    (days_from_civil(year, month, 1) * DAY) as f64
}

/// The month that a time is in.
pub(crate) fn time_to_month(time: f64) -> f64 {
    if !time.is_finite() {
        return f64::NAN;
    }
    let (year, month, _) = civil_from_days((time as i64).div_euclid(DAY));
    ((year - 1970) * 12 + month - 1) as f64
}

fn date(days: i64) -> Option<String> {
    if days > LAST_DAY {
        return None;
    }
    let (year, month, day) = civil_from_days(days);
    (year > 0).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn week(days: i64) -> Option<String> {
    if days > LAST_DAY {
        return None;
    }
    // A week is of the year that its Thursday is in.
    let thursday = days - (days + 3).rem_euclid(7) + 3;
    let (year, _, _) = civil_from_days(thursday);
    let week = (thursday - first_monday(year)) / 7 + 1;
    (year > 0).then(|| format!("{year:04}-W{week:02}"))
}

/// The shortest text of a time.
fn time(milliseconds: i64) -> String {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let mut text = format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 || rest != 0 {
        text.push_str(&format!(":{:02}", seconds % 60));
    }
    if rest != 0 {
        text.push_str(format!(".{rest:03}").trim_end_matches('0'));
    }
    text
}

/// "Value sanitization algorithm" of these types.
pub(crate) fn sanitize(kind: &str, value: &str) -> String {
    match to_number(kind, value) {
        None => String::new(),
        Some(number) if kind == "datetime-local" => from_number(kind, number),
        Some(_) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_and_back() {
        for (kind, value, number) in [
            ("date", "1970-01-02", 86_400_000.0),
            ("date", "0001-01-01", -62_135_596_800_000.0),
            ("month", "1969-12", -1.0),
            ("week", "1970-W01", -259_200_000.0),
            ("week", "2020-W53", 1_609_113_600_000.0),
            ("time", "00:01", 60_000.0),
            ("time", "23:59:59.5", 86_399_500.0),
            ("datetime-local", "1970-01-01T00:00:01", 1000.0),
        ] {
            assert_eq!(to_number(kind, value), Some(number), "{kind} {value}");
            assert_eq!(from_number(kind, number), value, "{kind} {number}");
        }
    }

    #[test]
    fn what_is_no_date_is_no_number() {
        for (kind, value) in [
            ("date", "2023-02-29"),
            ("date", "0000-01-01"),
            ("date", "2023-1-01"),
            ("date", "2023-01-01 "),
            ("date", "275760-09-14"),
            ("month", "2023-13"),
            ("week", "2021-W53"),
            ("week", "2021-W00"),
            ("time", "24:00"),
            ("time", "12:00:00.1234"),
            ("time", "12:00:"),
            ("datetime-local", "2023-01-01"),
            ("text", "2023-01-01"),
        ] {
            assert_eq!(to_number(kind, value), None, "{kind} {value}");
        }
        assert_eq!(from_number("date", f64::INFINITY), "");
        assert_eq!(from_number("date", -1e17), "");
    }
}
