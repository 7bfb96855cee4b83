//! Member tables in few words. Each macro makes one [`quickbeam_engine::Member`];
//! the brand (`node`, `element`, …) is the function of [`super::dom::Env`] that
//! finds `this`, or throws a TypeError.

/// `get!(c"name", brand, |env, this| value)`: a read-only attribute.
macro_rules! get {
    ($name:literal, $brand:ident, |$env:pat_param, $this:pat_param| $body:expr) => {
        quickbeam_engine::Member::attribute($name, |call| {
            let ($env, $this) = $crate::js::dom::Env::$brand(call)?;
            let value = $body;
            $crate::js::convert::ToJs::to_js(value, $crate::js::dom::Env::of(call.cx()))
        })
    };
}

/// `attr!(c"name", brand, |env, this| value, |env, this, to| set)`: an attribute
/// with a setter, which may change the tree ([CEReactions]).
macro_rules! attr {
    ($name:literal, $brand:ident, |$env:pat_param, $this:pat_param| $body:expr,
     |$env2:pat_param, $this2:pat_param, $to:pat_param| $set:expr) => {
        quickbeam_engine::Member::accessor(
            $name,
            |call| {
                let ($env, $this) = $crate::js::dom::Env::$brand(call)?;
                let value = $body;
                $crate::js::convert::ToJs::to_js(value, $crate::js::dom::Env::of(call.cx()))
            },
            |call| {
                let ($env2, $this2) = $crate::js::dom::Env::$brand(call)?;
                let $to = call.argument(0);
                $crate::js::dom::Env::of(call.cx()).changing(|| {
                    let value = $set;
                    $crate::js::convert::ToJs::to_js(value, $crate::js::dom::Env::of(call.cx()))
                })
            },
        )
    };
}

/// `op!(c"name", required, brand, |env, this, call| value)`: an operation that
/// changes nothing.
macro_rules! op {
    ($name:literal, $length:literal, $brand:ident,
     |$env:pat_param, $this:pat_param, $call:ident| $body:expr) => {
        quickbeam_engine::Member::operation($name, $length, |$call| {
            let ($env, $this) = $crate::js::dom::Env::$brand($call)?;
            $crate::js::convert::require($call, $name, $length)?;
            let value = $body;
            $crate::js::convert::ToJs::to_js(value, $crate::js::dom::Env::of($call.cx()))
        })
    };
}

/// As `op!`, of an operation that may change the tree ([CEReactions]).
macro_rules! mutator {
    ($name:literal, $length:literal, $brand:ident,
     |$env:pat_param, $this:pat_param, $call:ident| $body:expr) => {
        quickbeam_engine::Member::operation($name, $length, |$call| {
            let ($env, $this) = $crate::js::dom::Env::$brand($call)?;
            $crate::js::convert::require($call, $name, $length)?;
            $crate::js::dom::Env::of($call.cx()).changing(|| {
                let value = $body;
                $crate::js::convert::ToJs::to_js(value, $crate::js::dom::Env::of($call.cx()))
            })
        })
    };
}

/// A DOMString attribute that reflects a content attribute.
macro_rules! reflect {
    ($name:literal) => {
        reflect!($name, const { $crate::js::convert::name_of($name) })
    };
    ($name:literal, $attribute:expr) => {
        attr!(
            $name,
            element,
            |e, n| e.tree().attribute_or_empty(n, $attribute).to_owned(),
            |e, n, to| {
                let to = to.to_text()?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

/// A boolean attribute that reflects whether a content attribute is there.
macro_rules! reflect_bool {
    ($name:literal, $attribute:expr) => {
        attr!(
            $name,
            element,
            |e, n| e.tree().attribute(n, $attribute).is_some(),
            |e, n, to| e.set_flag(n, $attribute, to.truthy())
        )
    };
}

/// A DOMString attribute that reflects a content attribute, null being the empty
/// string.
macro_rules! reflect_or_null {
    ($name:literal, $attribute:expr) => {
        attr!(
            $name,
            element,
            |e, n| e.tree().attribute_or_empty(n, $attribute).to_owned(),
            |e, n, to| {
                let to = $crate::js::convert::text_or_null(&to)?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

/// A `long` attribute that reflects a content attribute.
macro_rules! reflect_number {
    ($name:literal, $attribute:expr, $default:literal) => {
        attr!(
            $name,
            element,
            |e, n| $crate::js::convert::parse_integer(e.tree().attribute(n, $attribute))
                .unwrap_or($default),
            |e, n, to| {
                let to = $crate::js::convert::long(&to)?;
                e.tree_mut().set_attribute(n, $attribute, &to.to_string());
            }
        )
    };
}

/// A `long` attribute that is limited to numbers from zero on: -1 where there is
/// none.
macro_rules! reflect_length {
    ($name:literal, $attribute:expr) => {
        attr!(
            $name,
            element,
            |e, n| $crate::js::convert::parse_natural(e.tree().attribute(n, $attribute))
                .map_or(-1, |value| value as i32),
            |e, n, to| {
                let to = $crate::js::convert::long(&to)?;
                if to < 0 {
                    let message = format!("{to} is less than zero");
                    return Err(e.throw(&$crate::tree::DomError::index_size(message)));
                }
                e.tree_mut().set_attribute(n, $attribute, &to.to_string());
            }
        )
    };
}

/// An `unsigned long` attribute that reflects a content attribute.
macro_rules! reflect_unsigned {
    ($name:literal, $attribute:expr, $default:literal) => {
        reflect_unsigned!($name, $attribute, $default, |value: u32| value, 0)
    };
    // As it is read, and the least value that can be set.
    ($name:literal, $attribute:expr, $default:literal, $read:expr, $least:literal) => {
        attr!(
            $name,
            element,
            |e, n| $crate::js::convert::parse_natural(e.tree().attribute(n, $attribute))
                .map_or($default, $read),
            |e, n, to| {
                let to = $crate::js::convert::unsigned_long(&to)?;
                let fits = ($least..=0x7FFF_FFFF).contains(&to);
                let to = if fits { to } else { $default };
                e.tree_mut().set_attribute(n, $attribute, &to.to_string());
            }
        )
    };
}

/// As `reflect_unsigned!`, of numbers within bounds ("clamped to the range").
macro_rules! reflect_clamped {
    ($name:literal, $attribute:expr, $default:literal, $from:literal, $to:literal) => {
        attr!(
            $name,
            element,
            |e, n| $crate::js::convert::parse_natural_or_most(e.tree().attribute(n, $attribute))
                .map_or($default, |value| value.clamp($from, $to)),
            |e, n, to| {
                let to = $crate::js::convert::unsigned_long(&to)?;
                let to = if to <= 0x7FFF_FFFF { to } else { $default };
                e.tree_mut().set_attribute(n, $attribute, &to.to_string());
            }
        )
    };
}

/// As `reflect_unsigned!`, of numbers greater than zero ("limited to only
/// positive numbers with fallback").
macro_rules! reflect_positive {
    ($name:literal, $attribute:expr, $default:literal) => {
        reflect_unsigned!(
            $name,
            $attribute,
            $default,
            |value| if value == 0 { $default } else { value },
            1
        )
    };
}

/// `crossOrigin` of all that has it.
macro_rules! reflect_cross_origin {
    () => {
        attr!(
            c"crossOrigin",
            element,
            |e, n| e.tree().attribute(n, "crossorigin").map(|value| {
                match value.eq_ignore_ascii_case("use-credentials") {
                    true => "use-credentials",
                    false => "anonymous",
                }
            }),
            |e, n, to| $crate::js::html::set_or_remove(e, n, "crossorigin", &to)
        )
    };
}

/// `referrerPolicy` of all that has it.
macro_rules! reflect_referrer_policy {
    () => {
        reflect_enum!(
            c"referrerPolicy",
            "referrerpolicy",
            "",
            "",
            [
                "no-referrer",
                "no-referrer-when-downgrade",
                "same-origin",
                "origin",
                "strict-origin",
                "origin-when-cross-origin",
                "strict-origin-when-cross-origin",
                "unsafe-url"
            ]
        )
    };
}

/// An attribute that is limited to known values: the first is that of a missing
/// one, the second that of an invalid one.
macro_rules! reflect_enum {
    ($name:literal, $attribute:expr, $missing:literal, $invalid:literal, [$($known:literal),*]) => {
        attr!(
            $name,
            element,
            |e, n| match e.tree().attribute(n, $attribute) {
                None => $missing.to_owned(),
                Some(value) => [$($known),*]
                    .into_iter()
                    .find(|known: &&str| known.eq_ignore_ascii_case(value))
                    .unwrap_or($invalid)
                    .to_owned(),
            },
            |e, n, to| {
                let to = to.to_text()?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

/// A USVString attribute that reflects a URL.
macro_rules! reflect_url {
    ($name:literal, $attribute:expr) => {
        attr!(
            $name,
            element,
            |e, n| e.resolved_url(n, $attribute),
            |e, n, to| {
                let to = to.to_text()?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

/// A URL that forms are sent to: the document's own where there is none.
macro_rules! reflect_action {
    ($name:literal, $attribute:expr) => {
        attr!(
            $name,
            element,
            |e, n| match e.tree().attribute_or_empty(n, $attribute) {
                "" => e.tree().document_data(n).url.to_string(),
                _ => e.resolved_url(n, $attribute),
            },
            |e, n, to| {
                let to = to.to_text()?;
                e.tree_mut().set_attribute(n, $attribute, &to);
            }
        )
    };
}

/// A `DOMString?` attribute that reflects a content attribute (ARIA).
macro_rules! aria {
    ($name:literal, $attribute:literal) => {
        attr!(
            $name,
            element,
            |e, n| e.tree().attribute(n, $attribute).map(str::to_owned),
            |e, n, to| $crate::js::html::set_or_remove(e, n, $attribute, &to)
        )
    };
}
