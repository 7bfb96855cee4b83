//! Node's encodings by the names that they have in here.

use quickbeam_engine::{Call, ErrorKind, JsResult};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Latin1,
    Ascii,
    Base64,
    Base64Url,
    Hex,
}

impl Encoding {
    /// That of argument `index`, a name that buffer.js has normalized.
    pub(super) fn of(call: &Call<'_>, index: usize) -> JsResult<Encoding> {
        let found = call.argument(index).with_text(|name| match &*name {
            "utf8" => Some(Encoding::Utf8),
            "utf16le" => Some(Encoding::Utf16Le),
            "latin1" => Some(Encoding::Latin1),
            "ascii" => Some(Encoding::Ascii),
            "base64" => Some(Encoding::Base64),
            "base64url" => Some(Encoding::Base64Url),
            "hex" => Some(Encoding::Hex),
            _ => None,
        })?;
        found.ok_or_else(|| {
            let cx = call.cx();
            cx.throw_error(ErrorKind::Internal, "a name of no encoding")
        })
    }

    /// As many of `bytes` as fit into `room` without a character cut in two.
    pub(super) fn whole(self, bytes: &[u8], room: usize) -> &[u8] {
        let mut end = bytes.len().min(room);
        match self {
            Encoding::Utf8 => {
                let cut = |end: usize| bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80);
                while end > 0 && cut(end) {
                    end -= 1;
                }
            }
            Encoding::Utf16Le => end &= !1,
            _ => {}
        }
        &bytes[..end]
    }
}
