//! `Intl` (ECMA-402): what priv/js/intl asks of Rust. Segmentation, collation and
//! language tags are ICU4X's, with its data for all locales; time zones jiff's, with
//! the whole IANA database. Formatting is priv/js's, in English.

use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, Strength};
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;
use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};
use jiff::{Timestamp, tz::TimeZone};
use quickbeam_engine::{Call, Cx, JsResult, Member, Value};

use crate::arguments::type_error;
use crate::modules;

/// Of `"native:intl"`.
pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"breaks", 2, breaks),
    Member::method(c"canonicalLocale", 1, canonical_locale),
    Member::method(c"canonicalZone", 1, canonical_zone),
    Member::method(c"compare", 3, compare),
    Member::method(c"makeCollator", 4, make_collator),
    Member::method(c"systemZone", 0, system_zone),
    Member::method(c"zoneOffset", 2, zone_offset),
];

static NAMESPACE: &[Member] = &[
    Member::lazy(c"Collator", |cx| {
        service(cx, "intl/collator.js", "Collator")
    }),
    Member::lazy(c"DateTimeFormat", |cx| {
        service(cx, "intl/date_time_format.js", "DateTimeFormat")
    }),
    Member::lazy(c"ListFormat", |cx| {
        service(cx, "intl/list_format.js", "ListFormat")
    }),
    Member::lazy(c"NumberFormat", |cx| {
        service(cx, "intl/number_format.js", "NumberFormat")
    }),
    Member::lazy(c"PluralRules", |cx| {
        service(cx, "intl/plural_rules.js", "PluralRules")
    }),
    Member::lazy(c"RelativeTimeFormat", |cx| {
        service(cx, "intl/relative_time_format.js", "RelativeTimeFormat")
    }),
    Member::lazy(c"Segmenter", |cx| {
        service(cx, "intl/segmenter.js", "Segmenter")
    }),
    Member::lazy(c"getCanonicalLocales", |cx| {
        service(cx, "intl/locale.js", "getCanonicalLocales")
    }),
    Member::tag(c"Intl"),
];

/// The namespace `Intl`. Each service is a module of its own, loaded on first touch.
pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let intl = cx.object()?;
    cx.define_members(&intl, NAMESPACE)?;
    Ok(intl)
}

fn service<'a>(cx: Cx<'a>, module: &'static str, name: &str) -> JsResult<Value<'a>> {
    modules::load(cx, module)?.get(name)
}

/// The methods of ECMAScript's that ECMA-402 has another text for: the object, and
/// the names of them.
static LOCALIZED: &[(&str, &[Member])] = &[
    (
        "Array",
        &[Member::lazy(c"toLocaleString", |cx| {
            localized(cx, "arrayToLocaleString")
        })],
    ),
    (
        "BigInt",
        &[Member::lazy(c"toLocaleString", |cx| {
            localized(cx, "bigIntToLocaleString")
        })],
    ),
    (
        "Date",
        &[
            Member::lazy(c"toLocaleDateString", |cx| {
                localized(cx, "dateToLocaleDateString")
            }),
            Member::lazy(c"toLocaleString", |cx| localized(cx, "dateToLocaleString")),
            Member::lazy(c"toLocaleTimeString", |cx| {
                localized(cx, "dateToLocaleTimeString")
            }),
        ],
    ),
    (
        "Number",
        &[Member::lazy(c"toLocaleString", |cx| {
            localized(cx, "numberToLocaleString")
        })],
    ),
    (
        "String",
        &[Member::lazy(c"localeCompare", |cx| {
            localized(cx, "localeCompare")
        })],
    ),
];

fn localized<'a>(cx: Cx<'a>, name: &str) -> JsResult<Value<'a>> {
    service(cx, "intl/builtins.js", name)
}

/// Let the built-in objects speak by locale.
pub(crate) fn extend_builtins(cx: Cx<'_>) -> JsResult<()> {
    const NAMES: [&str; 4] = [
        "toLocaleString",
        "toLocaleDateString",
        "toLocaleTimeString",
        "localeCompare",
    ];
    for (name, members) in LOCALIZED {
        let prototype = cx.global().get(name)?.get("prototype")?;
        for method in NAMES {
            // Deleted first: a lazy member must be new.
            prototype.delete(method)?;
        }
        cx.define_members(&prototype, members)?;
    }
    Ok(())
}

/// `canonicalLocale(tag)`: the tag as it is best written; undefined where it is none.
fn canonical_locale<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, tag) = (call.cx(), call.argument(0).to_text()?);
    match Locale::try_from_str(&tag) {
        Ok(locale) if !tag.contains('_') => cx.string(&locale.to_string()),
        _ => Ok(cx.undefined()),
    }
}

/// Breaks between two polls.
const PART: usize = 4096;

/// `breaks(text, granularity)`: where each segment ends, in code units, doubled; odd
/// where it is like a word.
fn breaks<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let units = call.argument(0).to_utf16()?;
    let held = units.len() * size_of::<u16>();
    cx.charge(held)?;
    let result = match &*call.argument(1).to_text()? {
        "word" => {
            let segmenter =
                WordSegmenter::new_for_non_complex_scripts(WordBreakInvariantOptions::default());
            let breaks = segmenter.segment_utf16(&units).iter_with_word_type();
            let mut start = 0;
            collect(
                cx,
                breaks.map(|(at, kind)| {
                    let segment = &units[start..at];
                    start = at;
                    // ICU4X judges by the end: not so where a letter has two accents.
                    (at, kind.is_word_like() || begins_like_a_word(segment))
                }),
            )
        }
        "sentence" => {
            let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
            collect(cx, segmenter.segment_utf16(&units).map(|at| (at, false)))
        }
        _ => {
            let segmenter = GraphemeClusterSegmenter::new();
            collect(cx, segmenter.segment_utf16(&units).map(|at| (at, false)))
        }
    };
    cx.release(held);
    result
}

fn begins_like_a_word(segment: &[u16]) -> bool {
    let first = char::decode_utf16(segment.iter().copied()).next();
    first.is_some_and(|char| char.is_ok_and(char::is_alphanumeric))
}

fn collect(cx: Cx<'_>, breaks: impl Iterator<Item = (usize, bool)>) -> JsResult<Value<'_>> {
    let array = cx.array()?;
    // The first break is the beginning.
    for (index, (at, word_like)) in breaks.filter(|(at, _)| *at > 0).enumerate() {
        if index % PART == 0 {
            cx.poll()?;
        }
        let packed = at as f64 * 2.0 + f64::from(u8::from(word_like));
        array.define_index(index as u32, cx.number(packed))?;
    }
    Ok(array)
}

/// `makeCollator(locale, sensitivity, ignorePunctuation)`, the locale with the
/// extensions `kn` and `kf`.
fn make_collator<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let locale = Locale::try_from_str(&call.argument(0).to_text()?).unwrap_or(Locale::UNKNOWN);
    let mut options = CollatorOptions::default();
    let (strength, case_level) = match &*call.argument(1).to_text()? {
        "base" => (Strength::Primary, CaseLevel::Off),
        "accent" => (Strength::Secondary, CaseLevel::Off),
        "case" => (Strength::Primary, CaseLevel::On),
        _ => (Strength::Tertiary, CaseLevel::Off),
    };
    options.strength = Some(strength);
    options.case_level = Some(case_level);
    if call.argument(2).truthy() {
        options.alternate_handling = Some(AlternateHandling::Shifted);
    }
    let made = icu_collator::Collator::try_new(CollatorPreferences::from(&locale), options);
    match made {
        Ok(collator) => cx.host_object(&cx.null(), collator),
        Err(_) => Err(type_error(cx, "Intl.Collator: no such collation")),
    }
}

/// `compare(collator, a, b)`: -1, 0 or 1.
fn compare<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, collator) = (call.cx(), call.argument(0));
    let Some(collator) = collator.host::<CollatorBorrowed<'static>>() else {
        return Err(type_error(cx, "compare needs a collator"));
    };
    let (a, b) = (call.argument(1).to_utf16()?, call.argument(2).to_utf16()?);
    Ok(cx.integer(collator.compare_utf16(&a, &b) as i64))
}

/// `canonicalZone(name)`: the IANA name in its own case; undefined where there is none.
fn canonical_zone<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (cx, name) = (call.cx(), call.argument(0).to_text()?);
    match TimeZone::get(&name) {
        Ok(zone) => cx.string(zone.iana_name().unwrap_or("UTC")),
        Err(_) => Ok(cx.undefined()),
    }
}

/// `systemZone()`: the IANA name of the system's zone, UTC where it has none.
fn system_zone<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let zone = TimeZone::try_system().ok();
    let name = zone.as_ref().and_then(TimeZone::iana_name).unwrap_or("UTC");
    call.cx().string(match name {
        "Etc/UTC" | "Etc/UCT" | "UCT" | "Zulu" | "Universal" => "UTC",
        name => name,
    })
}

/// `zoneOffset(name, ms)`: seconds east of UTC at a time, doubled; odd in summer.
fn zone_offset<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let zone = TimeZone::get(&call.argument(0).to_text()?).unwrap_or(TimeZone::UTC);
    // Beyond jiff's range, as at its end.
    let ms = call.argument(1).to_number()?;
    let ms = (ms as i64).clamp(
        Timestamp::MIN.as_millisecond(),
        Timestamp::MAX.as_millisecond(),
    );
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let info = zone.to_offset_info(at);
    let summer = i64::from(info.dst().is_dst());
    Ok(cx.integer(i64::from(info.offset().seconds()) * 2 + summer))
}
