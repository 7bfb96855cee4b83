//! What things are called: keys, constructors, functions.

use quickbeam_engine::value::Key;
use quickbeam_engine::{Cx, JsResult, Kind, Member, ObjectKind, Property, Root, Value};

use crate::host::Apis;
use crate::layout::quote;

/// Longer chains of prototypes are not followed.
const CHAIN_MAX: usize = 200;

/// A property key as it stands before the colon.
pub(super) fn key(cx: Cx<'_>, key: &Key<'_, '_>) -> JsResult<String> {
    let value = key.to_value(cx)?;
    if value.kind() == Kind::Symbol {
        return Ok(format!("[Symbol({})]", value.symbol_description()?));
    }
    value.with_text(|text| {
        let plain = text.bytes().enumerate().all(|(i, byte)| {
            byte == b'_' || byte.is_ascii_alphabetic() || (i > 0 && byte.is_ascii_digit())
        });
        if plain && !text.is_empty() {
            text.into_owned()
        } else {
            quote(&text)
        }
    })
}

/// A function's own `name`, when it is a string and not empty.
pub(super) fn function_name(function: &Value<'_>) -> JsResult<Option<String>> {
    let name = function.own_data("name")?;
    match name {
        Some(name) if name.kind() == Kind::String => {
            Ok(Some(name.to_text()?).filter(|name| !name.is_empty()))
        }
        _ => Ok(None),
    }
}

/// The name of the nearest constructor in the chain of prototypes; `None` for
/// an object of a null prototype (or of one that cannot be seen).
pub(super) fn constructor_name(value: &Value<'_>) -> JsResult<Option<String>> {
    let mut chain = Vec::new();
    let mut at = value.clone();
    for _ in 0..CHAIN_MAX {
        if at.object_kind() == ObjectKind::Proxy {
            break;
        }
        let constructor = at.own_data("constructor")?;
        if let Some(constructor) = constructor.filter(Value::is_function)
            && constructor.object_kind() != ObjectKind::Proxy
        {
            let prototype = constructor.own_data("prototype")?;
            let above = prototype.and_then(|prototype| prototype.identity());
            // The object must be an instance: its constructor's prototype
            // is above it, and is not itself.
            let is_instance = above.is_some_and(|above| {
                Some(above) != value.identity()
                    && (chain.contains(&above) || at.identity() == Some(above))
            });
            if let (true, Some(name)) = (is_instance, function_name(&constructor)?) {
                return Ok(Some(name));
            }
        }
        chain.extend(at.identity());
        at = at.prototype()?;
        if !at.is_object() {
            break;
        }
    }
    Ok(None)
}

/// `Symbol.toStringTag`, own or inherited, where it is a string of its own
/// right and no getter's.
pub(super) fn tag<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<Option<String>> {
    let symbol = to_string_tag(cx)?;
    let mut at = value.clone();
    for _ in 0..CHAIN_MAX {
        if at.object_kind() == ObjectKind::Proxy {
            break;
        }
        match at.own_property_by(&symbol)? {
            // One's own, enumerable tag is written as a property.
            Some(Property::Data {
                enumerable: true, ..
            }) if at.identity() == value.identity() => break,
            Some(Property::Data { value, .. }) if value.kind() == Kind::String => {
                return Ok(Some(value.to_text()?).filter(|tag| !tag.is_empty()));
            }
            Some(_) => break,
            None => {}
        }
        at = at.prototype()?;
        if !at.is_object() {
            break;
        }
    }
    Ok(None)
}

/// The symbol, whatever a script has made of `globalThis.Symbol`.
fn to_string_tag(cx: Cx<'_>) -> JsResult<Value<'_>> {
    static TAGGED: &[Member] = &[Member::tag(c"")];
    let slot = &Apis::of(cx).to_string_tag;
    if slot.get().is_none() {
        let tagged = cx.object()?;
        cx.define_members(&tagged, TAGGED)?;
        let keys = tagged.own_keys_and_symbols(false)?;
        let symbol = keys.get(0).to_value(cx)?;
        let _ = slot.set(Root::new(symbol));
    }
    Ok(slot
        .get()
        .map_or_else(|| cx.undefined(), |root| root.get(cx)))
}

/// `[Function: f]` and its kind.
pub(super) fn function(value: &Value<'_>, constructor: Option<&str>) -> JsResult<String> {
    let name = function_name(value)?;
    let not_writable = matches!(
        value.own_property_named("prototype")?,
        Some(Property::Data {
            writable: false,
            ..
        })
    );
    if not_writable && !value.is_native_function() {
        let name = name.as_deref().unwrap_or("(anonymous)");
        let parent = value.prototype()?;
        let parent = if parent.is_function() && parent.object_kind() != ObjectKind::Proxy {
            function_name(&parent)?
        } else {
            None
        };
        return Ok(match parent {
            Some(parent) => format!("[class {name} extends {parent}]"),
            None => format!("[class {name}]"),
        });
    }
    let kind = match &*value.class_name()? {
        kind @ ("AsyncFunction" | "GeneratorFunction" | "AsyncGeneratorFunction") => {
            kind.to_owned()
        }
        _ => "Function".to_owned(),
    };
    let null = if constructor.is_none() {
        " (null prototype)"
    } else {
        ""
    };
    Ok(match name {
        Some(name) => format!("[{kind}{null}: {name}]"),
        None => format!("[{kind}{null} (anonymous)]"),
    })
}
