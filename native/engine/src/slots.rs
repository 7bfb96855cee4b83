//! What values hold inside: the internal slots of built-in objects, read and made past anything that a script may have put in
//! the place of the built-in functions.

use std::ffi::CStr;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};
use crate::value::{Atom, Value};

/// The slots of an ArrayBuffer or SharedArrayBuffer.
#[derive(Debug, Clone, Copy)]
pub struct BufferSlots {
    pub byte_length: usize,
    /// `None` when it is not resizable.
    pub max_byte_length: Option<usize>,
    pub shared: bool,
    pub detached: bool,
    pub immutable: bool,
}

/// What the elements of a view are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKind {
    DataView,
    Uint8Clamped,
    Int8,
    Uint8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    BigInt64,
    BigUint64,
    Float16,
    Float32,
    Float64,
}

const TYPED_ARRAYS: [ViewKind; 12] = [
    ViewKind::Uint8Clamped,
    ViewKind::Int8,
    ViewKind::Uint8,
    ViewKind::Int16,
    ViewKind::Uint16,
    ViewKind::Int32,
    ViewKind::Uint32,
    ViewKind::BigInt64,
    ViewKind::BigUint64,
    ViewKind::Float16,
    ViewKind::Float32,
    ViewKind::Float64,
];

/// The slots of a typed array or DataView.
#[derive(Debug, Clone, Copy)]
pub struct ViewSlots {
    pub kind: ViewKind,
    pub byte_offset: usize,
    /// Elements of a typed array, bytes of a DataView.
    pub length: usize,
    pub tracks_length: bool,
    /// Or its buffer is detached.
    pub out_of_bounds: bool,
}

impl<'a> Cx<'a> {
    /// One reduction: a native that loops asks at each step whether it is to
    /// stop. It may suspend the fiber.
    pub fn poll(self) -> JsResult<()> {
        // SAFETY: a live context.
        self.check(unsafe { sys::JS_PollContext(self.as_ptr()) })
    }

    /// A new RegExp.
    pub fn regexp(self, source: &Value<'a>, flags: &Value<'a>) -> JsResult<Value<'a>> {
        // SAFETY: live values.
        unsafe {
            Value::from_result(
                self,
                sys::JS_NewRegExp(self.as_ptr(), source.raw(), flags.raw()),
            )
        }
    }

    /// An empty Map.
    pub fn map(self) -> JsResult<Value<'a>> {
        // SAFETY: makes a new object.
        unsafe { Value::from_result(self, sys::JS_NewMap(self.as_ptr())) }
    }

    /// An error without own properties, of the intrinsic prototype that `name`
    /// says: one of the six NativeErrors, else Error.
    pub fn bare_error(self, name: &CStr) -> JsResult<Value<'a>> {
        // SAFETY: makes a new object.
        unsafe { Value::from_result(self, sys::JS_NewNativeError(self.as_ptr(), name.as_ptr())) }
    }

    /// A new DOMException.
    pub fn dom_exception(self, name: &Value<'a>, message: &Value<'a>) -> JsResult<Value<'a>> {
        // SAFETY: live values.
        unsafe {
            let raw = sys::JS_NewDOMException(self.as_ptr(), message.raw(), name.raw());
            Value::from_result(self, raw)
        }
    }

    /// Throw a new DOMException.
    pub fn throw_dom_exception(self, name: &str, message: &str) -> Thrown {
        let made = self
            .string(name)
            .and_then(|name| self.dom_exception(&name, &self.string(message)?));
        match made {
            Ok(exception) => self.throw(exception),
            Err(thrown) => thrown,
        }
    }

    /// A new ArrayBuffer, resizable up to `max_byte_length` if that is given.
    pub fn resizable_buffer(
        self,
        bytes: &[u8],
        max_byte_length: Option<usize>,
    ) -> JsResult<Value<'a>> {
        let max = max_byte_length.map_or(-1, |max| max as i64);
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            let raw = sys::JS_NewArrayBufferSlots(self.as_ptr(), bytes.as_ptr(), bytes.len(), max);
            Value::from_result(self, raw)
        }
    }

    /// A view of `buffer` as `slots` says.
    pub fn view(self, buffer: &Value<'a>, slots: &ViewSlots) -> JsResult<Value<'a>> {
        let raw = sys::JSViewSlots {
            buffer: sys::JS_UNDEFINED,
            byte_offset: slots.byte_offset,
            length: slots.length,
            type_: TYPED_ARRAYS
                .iter()
                .position(|kind| *kind == slots.kind)
                .map_or(-1, |i| i as i32),
            tracks_length: slots.tracks_length,
            out_of_bounds: slots.out_of_bounds,
        };
        // SAFETY: live values.
        unsafe { Value::from_result(self, sys::JS_NewView(self.as_ptr(), buffer.raw(), &raw)) }
    }

    /// A new object of `prototype`.
    pub fn object_of(self, prototype: &Value<'a>) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_NewObjectProto(self.as_ptr(), prototype.raw());
            Value::from_result(self, raw)
        }
    }
}

impl<'a> Value<'a> {
    /// The name of the object's class in the engine: `Object`, `Number`, `Map
    /// Iterator`. Not `constructor.name`; no script has a say in it.
    pub fn class_name(&self) -> JsResult<String> {
        // SAFETY: an object's class is registered; the atom has a reference of
        // our own.
        unsafe {
            let cx = self.cx().as_ptr();
            let class = sys::JS_GetClassID(self.raw());
            let raw = sys::JS_GetClassName(sys::JS_GetRuntime(cx), class);
            let atom = Atom { cx: self.cx(), raw };
            Value::from_result(self.cx(), sys::JS_AtomToString(cx, atom.raw))?.to_text()
        }
    }

    /// The primitive in a wrapper object, the time value of a Date; undefined
    /// for anything else.
    pub fn object_data(&self) -> Value<'a> {
        // SAFETY: a live value; no failure.
        unsafe {
            Value::from_raw(
                self.cx(),
                sys::JS_GetObjectData(self.cx().as_ptr(), self.raw()),
            )
        }
    }

    /// `Object(value)`.
    pub fn to_object(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_ToObject(self.cx().as_ptr(), self.raw());
            Value::from_result(self.cx(), raw)
        }
    }

    /// `String(value)` as a value, except that a Symbol throws.
    pub fn to_string_value(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_ToString(self.cx().as_ptr(), self.raw());
            Value::from_result(self.cx(), raw)
        }
    }

    /// Source and flags of a RegExp.
    pub fn regexp_parts(&self) -> JsResult<(Value<'a>, Value<'a>)> {
        let cx = self.cx();
        // SAFETY: a live value.
        unsafe {
            let source = Value::from_result(cx, sys::JS_GetRegExpSource(cx.as_ptr(), self.raw()))?;
            let flags = Value::from_result(cx, sys::JS_GetRegExpFlags(cx.as_ptr(), self.raw()))?;
            Ok((source, flags))
        }
    }

    /// What the accessor `stack` of an Error gives, without the head `Name: message`;
    /// undefined for any other value. Runs no script.
    pub fn error_frames(&self) -> Value<'a> {
        // SAFETY: it only looks at the value; what it gives is a reference of ours.
        unsafe {
            let cx = self.cx();
            Value::from_raw(cx, sys::JS_GetErrorFrames(cx.as_ptr(), self.raw()))
        }
    }

    /// Name and message of a DOMException.
    pub fn dom_exception_parts(&self) -> JsResult<(Value<'a>, Value<'a>)> {
        let (mut name, mut message) = (sys::JS_UNDEFINED, sys::JS_UNDEFINED);
        // SAFETY: on success both are references of ours.
        unsafe {
            let cx = self.cx();
            cx.check(sys::JS_GetDOMException(
                cx.as_ptr(),
                self.raw(),
                &mut name,
                &mut message,
            ))?;
            Ok((Value::from_raw(cx, name), Value::from_raw(cx, message)))
        }
    }

    /// The first `limit` entries of a Map (key, value, key, value …) or Set as
    /// an Array, and how many it has.
    pub fn collection_head(&self, limit: u32) -> JsResult<(Value<'a>, u32)> {
        let mut size = 0;
        // SAFETY: a live value; writes one u32.
        unsafe {
            let cx = self.cx();
            let raw = sys::JS_GetCollectionHead(cx.as_ptr(), self.raw(), limit, &mut size);
            Ok((Value::from_result(cx, raw)?, size))
        }
    }

    /// The description of a Symbol.
    pub fn symbol_description(&self) -> JsResult<String> {
        let key = self.to_atom()?;
        let mut length = 0;
        // SAFETY: a live atom; the text is good until it is freed.
        unsafe {
            let cx = self.cx().as_ptr();
            let text = sys::JS_AtomToCStringLen(cx, &mut length, key.raw);
            if text.is_null() {
                return Err(Thrown::pending());
            }
            let bytes = std::slice::from_raw_parts(text.cast::<u8>(), length);
            let copy = crate::value::well_formed(bytes).into_owned();
            sys::JS_FreeCString(cx, text);
            Ok(copy)
        }
    }

    /// `JSON.stringify(value)`; undefined where that gives undefined.
    pub fn to_json(&self) -> JsResult<Value<'a>> {
        let cx = self.cx();
        // SAFETY: live values.
        unsafe {
            let none = sys::JS_UNDEFINED;
            Value::from_result(
                cx,
                sys::JS_JSONStringify(cx.as_ptr(), self.raw(), none, none),
            )
        }
    }

    /// Whether a function is built in, not written in JS.
    pub fn is_native_function(&self) -> bool {
        const JS_CLASS_C_FUNCTION: sys::JSClassID = 12;
        // SAFETY: reads the class of a live value.
        unsafe { sys::JS_GetClassID(self.raw()) == JS_CLASS_C_FUNCTION }
    }

    /// Add an entry to a Map, or `key` to a Set.
    pub fn add_entry(&self, key: &Value<'a>, value: &Value<'a>) -> JsResult<()> {
        // SAFETY: live values.
        let status = unsafe {
            sys::JS_AddToCollection(self.cx().as_ptr(), self.raw(), key.raw(), value.raw())
        };
        self.cx().check(status)
    }

    /// The slots of an ArrayBuffer or SharedArrayBuffer.
    pub fn buffer_slots(&self) -> Option<BufferSlots> {
        let mut raw = sys::JSArrayBufferSlots {
            byte_length: 0,
            max_byte_length: -1,
            shared: false,
            detached: false,
            immutable: false,
        };
        // SAFETY: fills the struct in on success.
        unsafe { sys::JS_GetArrayBufferSlots(self.raw(), &mut raw) }.then(|| BufferSlots {
            byte_length: raw.byte_length,
            max_byte_length: usize::try_from(raw.max_byte_length).ok(),
            shared: raw.shared,
            detached: raw.detached,
            immutable: raw.immutable,
        })
    }

    /// A new ArrayBuffer with the contents of this one, which is detached after:
    /// nothing is copied. TypeError where it cannot be.
    pub fn move_buffer(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_MoveArrayBuffer(self.cx().as_ptr(), self.raw());
            Value::from_result(self.cx(), raw)
        }
    }

    /// A new SharedArrayBuffer with the memory of this one.
    pub fn share_buffer(&self) -> JsResult<Value<'a>> {
        // SAFETY: a live value.
        unsafe {
            let raw = sys::JS_ShareArrayBuffer(self.cx().as_ptr(), self.raw());
            Value::from_result(self.cx(), raw)
        }
    }

    /// Detach an ArrayBuffer.
    pub fn detach(&self) {
        // SAFETY: nothing for other values.
        unsafe { sys::JS_DetachArrayBuffer(self.cx().as_ptr(), self.raw()) }
    }

    /// The buffer and slots of a typed array or DataView.
    pub fn view_slots(&self) -> Option<(Value<'a>, ViewSlots)> {
        let mut raw = sys::JSViewSlots {
            buffer: sys::JS_UNDEFINED,
            byte_offset: 0,
            length: 0,
            type_: -1,
            tracks_length: false,
            out_of_bounds: false,
        };
        // SAFETY: on success the struct is filled in and the buffer is a
        // reference of ours.
        let buffer = unsafe {
            if !sys::JS_GetViewSlots(self.raw(), &mut raw) {
                return None;
            }
            Value::from_raw(self.cx(), raw.buffer)
        };
        let kind = usize::try_from(raw.type_)
            .ok()
            .and_then(|kind| TYPED_ARRAYS.get(kind));
        let slots = ViewSlots {
            kind: kind.copied().unwrap_or(ViewKind::DataView),
            byte_offset: raw.byte_offset,
            length: raw.length,
            tracks_length: raw.tracks_length,
            out_of_bounds: raw.out_of_bounds,
        };
        Some((buffer, slots))
    }

    /// The UTF-16 code units of a string (of `String(value)`).
    pub fn to_utf16(&self) -> JsResult<Vec<u16>> {
        let mut length = 0;
        // SAFETY: on success the pointer is good for `length` units until it is
        // freed.
        unsafe {
            let cx = self.cx().as_ptr();
            let units = sys::JS_ToCStringLenUTF16(cx, &mut length, self.raw());
            if units.is_null() {
                return Err(Thrown::pending());
            }
            let mut copy = Vec::with_capacity(length);
            let copied = self.cx().in_parts(2 * length, |part| {
                let part = part.start / 2..part.end / 2;
                // SAFETY: within the units, which are ours until they are freed.
                copy.extend_from_slice(std::slice::from_raw_parts(
                    units.add(part.start),
                    part.len(),
                ));
                Ok(())
            });
            sys::JS_FreeCStringUTF16(cx, units);
            copied.map(|()| copy)
        }
    }
}
