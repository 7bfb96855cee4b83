//! `Intl`, where no Node is at hand to compare with: test/quickbeam/apis/intl_test.exs
//! does that.

mod common;

use common::Js;

#[test]
fn without_the_group_there_is_no_intl() {
    let mut js = Js::new();
    js.check(
        "typeof Intl + (1234.5).toLocaleString('en')",
        "undefined1234.5",
    );
}

#[test]
fn numbers() {
    let mut js = Js::with_groups(&["intl"]);
    for (value, options, text) in [
        ("1234567.891", "{}", "1,234,567.891"),
        ("1.005", "{ maximumFractionDigits: 2 }", "1.01"),
        ("0.256", "{ style: 'percent' }", "26%"),
        (
            "-1234.5",
            "{ style: 'currency', currency: 'USD' }",
            "-$1,234.50",
        ),
        (
            "50",
            "{ style: 'unit', unit: 'kilometer-per-hour' }",
            "50 km/h",
        ),
        ("999999", "{ notation: 'compact' }", "1M"),
        ("2n ** 64n", "{}", "18,446,744,073,709,551,616"),
    ] {
        js.check(
            &format!("new Intl.NumberFormat('en', {options}).format({value})"),
            text,
        );
    }
    js.check("(1234.5).toLocaleString()", "1,234.5");
    js.check("[1234.5, 2].toLocaleString()", "1,234.5,2");
    js.check(
        "const { toLocaleString } = Array.prototype; try { toLocaleString() } catch (error) { error.name }",
        "TypeError",
    );
    js.throws(
        "new Intl.NumberFormat('en', { style: 'currency' })",
        "TypeError",
    );
    js.throws("Intl.getCanonicalLocales('en_US')", "RangeError");
}

#[test]
fn dates_in_zones_with_summer_time() {
    let mut js = Js::with_groups(&["intl"]);
    let format = "new Intl.DateTimeFormat('en', { timeZone: 'America/New_York', \
                  dateStyle: 'short', timeStyle: 'long' }).format";
    // The second before and the one of the change in 2026.
    for (utc, text) in [
        ("2026, 2, 8, 6, 59, 59", "3/8/26, 1:59:59 AM EST"),
        ("2026, 2, 8, 7, 0, 0", "3/8/26, 3:00:00 AM EDT"),
    ] {
        js.check(&format!("{format}(Date.UTC({utc}))"), text);
    }
    js.check(
        "new Date(0).toLocaleString('en-US', { timeZone: 'asia/tokyo' })",
        "1/1/1970, 9:00:00 AM",
    );
    js.check(
        "new Intl.DateTimeFormat('en', { timeZone: 'asia/tokyo' }).resolvedOptions().timeZone",
        "Asia/Tokyo",
    );
    js.throws(
        "new Intl.DateTimeFormat('en', { timeZone: 'Moon/Sea' })",
        "RangeError",
    );
    js.throws("new Intl.DateTimeFormat('en').format(NaN)", "RangeError");
    js.check("new Date(NaN).toLocaleString()", "Invalid Date");
}

#[test]
fn segments() {
    let mut js = Js::with_groups(&["intl"]);
    js.check(
        "[...new Intl.Segmenter().segment('e\\u0301👨‍👩‍👧🇩🇪')].map(s => s.index).join()",
        "0,2,10",
    );
    js.check(
        "[...new Intl.Segmenter('en', { granularity: 'word' }).segment(\"I can't.\")]\
         .filter(s => s.isWordLike).map(s => s.segment).join('|')",
        "I|can't",
    );
    js.check(
        "[...new Intl.Segmenter('en', { granularity: 'sentence' }).segment('One. Two? Three')].length",
        "3",
    );
    js.check("[...new Intl.Segmenter().segment('')].length", "0");
    js.check(
        "new Intl.Segmenter('en', { granularity: 'word' }).segment('ab cd').containing(4).segment",
        "cd",
    );
}

#[test]
fn collation_is_that_of_the_language() {
    let mut js = Js::with_groups(&["intl"]);
    js.check(
        "['z', 'ä', 'a'].sort(new Intl.Collator('de').compare).join()",
        "a,ä,z",
    );
    js.check(
        "['z', 'ä', 'a'].sort(new Intl.Collator('sv').compare).join()",
        "a,z,ä",
    );
    js.check(
        "['10', '9'].sort(new Intl.Collator('en', { numeric: true }).compare).join()",
        "9,10",
    );
    js.check(
        "['a'.localeCompare('B'), 'a'.localeCompare('A', 'en', { sensitivity: 'base' })].join()",
        "-1,0",
    );
}
