//! `TextDecoder`: Encoding Standard, 7.2, on `encoding_rs`.

use std::cell::RefCell;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use quickbeam_engine::{Call, Charge, Cx, ErrorKind, JsResult, Member, Value};

use crate::arguments::{dictionary, prototype_of_new, type_error};
use crate::host::{Apis, keep};

/// Bytes that are decoded between two polls.
const PART: usize = 64 << 10;

static MEMBERS: &[Member] = &[
    Member::attribute(c"encoding", encoding),
    Member::attribute(c"fatal", fatal),
    Member::attribute(c"ignoreBOM", ignore_bom),
    Member::operation(c"decode", 0, decode),
    Member::tag(c"TextDecoder"),
];

struct TextDecoder {
    encoding: &'static Encoding,
    fatal: bool,
    ignore_bom: bool,
    /// Between calls with `stream: true`, what is left over of the last one.
    /// Boxed: most decoders never stream, and the state is larger than that.
    decoder: RefCell<Option<Box<Decoder>>>,
}

pub(crate) fn make(cx: Cx<'_>) -> JsResult<Value<'_>> {
    let constructor = cx.class(c"TextDecoder", 0, construct, MEMBERS)?;
    keep(&Apis::of(cx).text_decoder, &constructor.get("prototype")?);
    Ok(constructor)
}

fn construct<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let label = match call.argument(0) {
        label if label.is_undefined() => None,
        label => Some(label.to_text()?),
    };
    let (mut fatal, mut ignore_bom) = (false, false);
    if let Some(options) = dictionary(call.argument(1), "TextDecoder")? {
        fatal = options.get("fatal")?.truthy();
        ignore_bom = options.get("ignoreBOM")?.truthy();
    }
    // 1. and 2. Get an encoding from label; none, and replacement, is an error.
    let encoding = match &label {
        None => UTF_8,
        Some(label) => match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) => encoding,
            None => {
                let label: String = label.chars().take(100).collect();
                let message = format!("TextDecoder: no encoding is called {label:?}");
                return Err(cx.throw_error(ErrorKind::Range, &message));
            }
        },
    };
    let prototype = prototype_of_new(call, &Apis::of(cx).text_decoder)?;
    let decoder = RefCell::new(None);
    cx.host_object(
        &prototype,
        TextDecoder {
            encoding,
            fatal,
            ignore_bom,
            decoder,
        },
    )
}

fn with_this<'a, R>(
    call: &Call<'a>,
    use_it: impl FnOnce(&TextDecoder) -> JsResult<R>,
) -> JsResult<R> {
    match call.this().host::<TextDecoder>() {
        Some(this) => use_it(this),
        None => Err(type_error(
            call.cx(),
            "Illegal invocation: not a TextDecoder",
        )),
    }
}

fn encoding<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with_this(call, |this| {
        call.cx().string(&this.encoding.name().to_ascii_lowercase())
    })
}

fn fatal<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with_this(call, |this| Ok(call.cx().boolean(this.fatal)))
}

fn ignore_bom<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with_this(call, |this| Ok(call.cx().boolean(this.ignore_bom)))
}

fn decode<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    with_this(call, |this| {
        let (cx, input) = (call.cx(), call.argument(0));
        if !input.is_undefined() && input.byte_length().is_none() {
            let message = "TextDecoder.decode: neither an ArrayBuffer nor a view of one";
            return Err(type_error(cx, message));
        }
        let stream = match dictionary(call.argument(1), "TextDecoder.decode")? {
            Some(options) => options.get("stream")?.truthy(),
            None => false,
        };
        // 1. A decoder is fresh unless the last call asked not to flush.
        let mut decoder = this.decoder.borrow_mut().take();
        if decoder.is_none()
            && !stream
            && let Some(text) = this.decode_text(&input)?
        {
            return Ok(text);
        }
        let length = input.byte_length().unwrap_or(0);
        // The copy of the bytes; each part's text is charged as it comes.
        let mut charge = cx.hold(length)?;
        let bytes = input.bytes()?.unwrap_or_default();
        let decoding = decoder.get_or_insert_with(|| Box::new(this.new_decoder()));
        let text = this.decode_parts(cx, decoding, &bytes, !stream, &mut charge)?;
        if stream {
            *this.decoder.borrow_mut() = decoder;
        }
        match text {
            Some(text) => cx.string(&text),
            None => {
                let name = this.encoding.name().to_ascii_lowercase();
                Err(type_error(
                    cx,
                    &format!("TextDecoder.decode: the data is not {name}"),
                ))
            }
        }
    })
}

impl TextDecoder {
    fn new_decoder(&self) -> Decoder {
        if self.ignore_bom {
            self.encoding.new_decoder_without_bom_handling()
        } else {
            self.encoding.new_decoder_with_bom_removal()
        }
    }

    /// UTF-8 that is well-formed, straight from the buffer; `None` for all else.
    fn decode_text<'a>(&self, input: &Value<'a>) -> JsResult<Option<Value<'a>>> {
        if self.encoding != UTF_8 {
            return Ok(None);
        }
        let bom = self.encoding_bom().filter(|_| !self.ignore_bom);
        let bom = bom.unwrap_or_default();
        let start = input.with_bytes(|bytes| match bytes.starts_with(bom) {
            true => bom.len(),
            false => 0,
        });
        match start {
            Some(start) => input.utf8_string(start..usize::MAX),
            None => Ok(None),
        }
    }

    /// Part by part, so that a long text can be stopped; `None` when it is
    /// malformed and that is fatal.
    fn decode_parts(
        &self,
        cx: Cx<'_>,
        decoder: &mut Decoder,
        bytes: &[u8],
        last: bool,
        charge: &mut Charge,
    ) -> JsResult<Option<String>> {
        let mut text = String::new();
        let mut rest = bytes;
        loop {
            let (part, after) = rest.split_at(rest.len().min(PART));
            cx.spend(part.len())?;
            let last = last && after.is_empty();
            let capacity = text.capacity();
            if !decode_part(decoder, part, last, self.fatal, &mut text) {
                return Ok(None);
            }
            if text.capacity() != capacity {
                charge.set(cx, bytes.len() + text.capacity())?;
            }
            rest = after;
            if rest.is_empty() {
                return Ok(Some(text));
            }
        }
    }

    fn encoding_bom(&self) -> Option<&'static [u8]> {
        match self.encoding.name() {
            "UTF-8" => Some(b"\xEF\xBB\xBF"),
            "UTF-16LE" => Some(b"\xFF\xFE"),
            "UTF-16BE" => Some(b"\xFE\xFF"),
            _ => None,
        }
    }
}

/// Decode one part onto `text`; false when it is malformed and that is fatal.
fn decode_part(
    decoder: &mut Decoder,
    bytes: &[u8],
    last: bool,
    fatal: bool,
    text: &mut String,
) -> bool {
    let room = if fatal {
        decoder.max_utf8_buffer_length_without_replacement(bytes.len())
    } else {
        decoder.max_utf8_buffer_length(bytes.len())
    };
    // Of PART bytes: it cannot overflow.
    text.reserve(room.unwrap_or(0));
    if fatal {
        let (result, _) = decoder.decode_to_string_without_replacement(bytes, text, last);
        !matches!(result, DecoderResult::Malformed(..))
    } else {
        let _ = decoder.decode_to_string(bytes, text, last);
        true
    }
}
