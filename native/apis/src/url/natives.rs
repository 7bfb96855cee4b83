//! URLs for priv/js/urlpattern: taken apart, and parts of them made canonical.

use quickbeam_engine::{Call, JsResult, Member, Value};
use quickbeam_url::Part;

use super::{Parsed, read};
use crate::arguments::{optional, type_error};

pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"parseURL", 2, parse_url),
    Member::method(c"setPart", 3, set_part),
];

/// `parseURL(url, base)`: its parts without their marks, and whether its path is
/// opaque; undefined where it is no URL.
fn parse_url<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let url = call.argument(0).to_text()?;
    let base = optional(call, 1).map(|base| base.to_text()).transpose()?;
    let Some(url) = read(cx, &url, base.as_deref())? else {
        return Ok(cx.undefined());
    };
    let parts = cx.object()?;
    for (name, value) in [
        ("protocol", url.protocol().trim_end_matches(':')),
        ("username", url.username()),
        ("password", url.password()),
        ("hostname", url.hostname()),
        ("port", url.port()),
        ("pathname", url.pathname()),
        ("search", rest(url.search(), '?')),
        ("hash", rest(url.hash(), '#')),
    ] {
        parts.define(name, cx.string(value)?)?;
    }
    let opaque = !url.has_hostname() && !url.pathname().starts_with('/');
    parts.define("opaque", cx.boolean(opaque))?;
    Ok(parts)
}

fn rest(text: &str, mark: char) -> &str {
    text.strip_prefix(mark).unwrap_or(text)
}

/// `setPart(url, part, value)`: what becomes of the value as that part of the URL;
/// undefined where it is refused.
fn set_part<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let (url, part) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    let value = call.argument(2).to_text()?;
    cx.spend(value.len())?;
    let _working = cx.hold(3 * value.len())?;
    let url = match &*part {
        // Something before it, so that no slash makes a path of segments of it, and
        // behind it, for the parser strips what is blank at the end.
        "opaque" => format!("data:-{value}x"),
        _ => url,
    };
    let Some(mut url) = Parsed::parse(&url, None) else {
        return Ok(cx.undefined());
    };
    let (taken, result) = match &*part {
        "opaque" => {
            let path = url.pathname();
            let path = path.strip_prefix('-').unwrap_or(path);
            // The rest is in the query or the fragment, the mark with it.
            let cut = value.contains(['?', '#']);
            (
                true,
                if cut {
                    path
                } else {
                    path.strip_suffix('x').unwrap_or(path)
                },
            )
        }
        name => {
            let Some(part) = Part::named(name) else {
                return Err(type_error(cx, &format!("no part of a URL: {name}")));
            };
            let taken = url.set_part(part, &value);
            let result = url.part(part);
            match part {
                Part::Search => (taken, rest(result, '?')),
                Part::Hash => (taken, rest(result, '#')),
                _ => (taken, result),
            }
        }
    };
    if taken {
        cx.string(result)
    } else {
        Ok(cx.undefined())
    }
}
