//! `TextEncoder`: Encoding Standard, 7.4.

use quickbeam_engine::{Call, Cx, JsResult, Member, Value, ViewKind};

use crate::arguments::{prototype_of_new, require, type_error};
use crate::host::{Apis, keep};

static MEMBERS: &[Member] = &[
    Member::attribute(c"encoding", encoding),
    Member::operation(c"encode", 0, encode),
    Member::operation(c"encodeInto", 2, encode_into),
    Member::tag(c"TextEncoder"),
];

struct TextEncoder;

pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = cx.class(c"TextEncoder", 0, construct, MEMBERS)?;
    keep(&Apis::of(cx).text_encoder, &constructor.get("prototype")?);
    Ok(constructor)
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let prototype = prototype_of_new(call, &Apis::of(call.cx()).text_encoder)?;
    call.cx().host_object(&prototype, TextEncoder)
}

fn check(call: &Call<'_>) -> JsResult<()> {
    match call.this().host::<TextEncoder>() {
        Some(_) => Ok(()),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a TextEncoder",
        )),
    }
}

fn encoding<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    call.cx().string("utf-8")
}

fn encode<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    let (cx, input) = (call.cx(), call.argument(0));
    if input.is_undefined() {
        return cx.uint8_array(&[]);
    }
    input.with_text(|text| {
        cx.spend(text.len())?;
        cx.uint8_array(text.as_bytes())
    })?
}

fn encode_into<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    check(call)?;
    require(call, "TextEncoder.encodeInto", 2)?;
    let (cx, destination) = (call.cx(), call.argument(1));
    // The source is converted first, which may run JS, then the destination.
    let source = call.argument(0).to_string_value()?;
    match destination.view_slots() {
        Some((_, view)) if view.kind == ViewKind::Uint8 => {}
        _ => return Err(type_error(cx, "TextEncoder.encodeInto: not a Uint8Array")),
    }
    let room = destination.byte_length().unwrap_or(0);
    let (read, written) = source.with_text(|text| {
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let bytes = &text.as_bytes()[..end];
        let mut read = 0;
        cx.in_parts(end, |part| {
            let bytes = &bytes[part.clone()];
            destination.with_bytes_mut(|target| {
                if let Some(target) = target.get_mut(part) {
                    target.copy_from_slice(bytes);
                }
            });
            // Units of UTF-16 by the first bytes of their characters. A lone surrogate is
            // one, and U+FFFD, what became of it, too.
            let units = |byte: &u8| match byte {
                0x80..=0xBF => 0,
                0xF0.. => 2,
                _ => 1,
            };
            read += bytes.iter().map(units).sum::<usize>();
            Ok(())
        })?;
        Ok((read, end))
    })??;
    let result = cx.object()?;
    result.define("read", cx.integer(read as i64))?;
    result.define("written", cx.integer(written as i64))?;
    Ok(result)
}
