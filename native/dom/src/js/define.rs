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

/// A `long` (or `unsigned long`) attribute that reflects a content attribute.
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

/// A `DOMString?` attribute that reflects a content attribute (ARIA).
macro_rules! aria {
    ($name:literal, $attribute:literal) => {
        attr!(
            $name,
            element,
            |e, n| e.tree().attribute(n, $attribute).map(str::to_owned),
            |e, n, to| {
                let to = $crate::js::convert::nullable_text(&to)?;
                let mut tree = e.tree_mut();
                match to {
                    Some(to) => tree.set_attribute(n, $attribute, &to),
                    None => drop(tree.remove_attribute(n, $attribute)),
                }
            }
        )
    };
}
