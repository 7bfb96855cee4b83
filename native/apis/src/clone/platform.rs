//! Platform objects that can be cloned or transferred: those in Rust by the
//! tables below, those in JavaScript by priv/js/clone.js.

use quickbeam_engine::{Cx, ErrorKind, JsResult, Value};

use super::Serialized;
use crate::host::Apis;
use crate::modules;

/// What a platform object has become on its way to where it goes on.
pub(crate) trait Parcel: Send {
    /// Bytes that it holds.
    fn size(&self) -> usize;

    /// The object in its new heap. Called once.
    fn unpack<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>>;
}

/// Serialization steps of an interface in Rust: `None` for any other value.
type Serialize = for<'a> fn(&Value<'a>) -> Option<JsResult<Box<dyn Parcel>>>;

/// Those of the interfaces in Rust.
static SERIALIZE: &[Serialize] = &[
    crate::blob::serialize,
    crate::crypto::serialize,
    crate::ports::serialize,
];

/// The [serializable] steps of `value`; `None` where it is no such object.
pub(super) fn serialize<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<Option<Box<dyn Parcel>>> {
    if value.is_host_object() {
        return SERIALIZE.iter().find_map(|steps| steps(value)).transpose();
    }
    let Some(kind) = kind_of(cx, value)? else {
        return Ok(None);
    };
    match pack(cx, &kind, value, "serialize", "deserialize")? {
        Some(parcel) => Ok(Some(parcel)),
        None => Err(refuse(cx, &kind, "cloned")),
    }
}

/// Whether `value` is a platform object with transfer steps.
pub(super) fn is_transferable<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<bool> {
    Ok(match kind_of(cx, value)? {
        Some(kind) => kind.get("transfer")?.is_function(),
        None => false,
    })
}

/// The transfer steps of an object that has some.
pub(super) fn transfer<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<Box<dyn Parcel>> {
    let kind = kind_of(cx, value)?;
    let kind = kind.unwrap_or_else(|| cx.undefined());
    match pack(cx, &kind, value, "transfer", "receive")? {
        Some(parcel) => Ok(parcel),
        None => Err(refuse(cx, &kind, "transferred")),
    }
}

fn refuse<'a>(cx: Cx<'a>, kind: &Value<'a>, what: &str) -> quickbeam_engine::Thrown {
    match kind.get("interface").and_then(|name| name.to_text()) {
        Ok(name) => super::data_clone_error(cx, &format!("A {name} cannot be {what}")),
        Err(thrown) => thrown,
    }
}

/// The kind of an object by priv/js/clone.js, from the module that has its steps.
/// Nothing has one where that file is not loaded.
fn kind_of<'a>(cx: Cx<'a>, value: &Value<'a>) -> JsResult<Option<Value<'a>>> {
    let Some(module) = modules::loaded(cx, "clone.js") else {
        return Ok(None);
    };
    let kind = module.get("kindOf")?;
    let place = kind.call(&cx.undefined(), std::slice::from_ref(value))?;
    if !place.is_object() {
        return Ok(None);
    }
    let module = modules::load(cx, &place.get("module")?.to_text()?)?;
    module.get(&place.get("export")?.to_text()?).map(Some)
}

/// Data of an object in JavaScript, serialized on its own.
struct Scripted {
    interface: String,
    module: String,
    export: String,
    steps: &'static str,
    data: Option<Serialized>,
}

fn pack<'a>(
    cx: Cx<'a>,
    kind: &Value<'a>,
    value: &Value<'a>,
    steps: &str,
    back: &'static str,
) -> JsResult<Option<Box<dyn Parcel>>> {
    let steps = kind.get(steps)?;
    if !steps.is_function() {
        return Ok(None);
    }
    let packed = steps.call(kind, std::slice::from_ref(value))?;
    let transfer = packed.get("transfer")?;
    let count = u32::try_from(transfer.length()?).unwrap_or(0);
    let transfer: Vec<_> = (0..count)
        .map(|at| transfer.get_index(at))
        .collect::<JsResult<_>>()?;
    Ok(Some(Box::new(Scripted {
        interface: kind.get("interface")?.to_text()?,
        module: kind.get("module")?.to_text()?,
        export: kind.get("export")?.to_text()?,
        steps: back,
        data: Some(super::serialize(cx, &packed.get("data")?, &transfer)?),
    })))
}

impl Parcel for Scripted {
    /// What is serialized on its own is counted on its own.
    fn size(&self) -> usize {
        0
    }

    fn unpack<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        if !Apis::of(cx).parts.expose(&self.interface) {
            let message = format!("There is no {} here", self.interface);
            return Err(super::data_clone_error(cx, &message));
        }
        let Some(data) = self.data.take() else {
            return Err(cx.throw_error(ErrorKind::Internal, "a parcel was unpacked twice"));
        };
        let kind = modules::load(cx, &self.module)?.get(&self.export)?;
        let (data, transferred) = data.deserialize(cx)?;
        let list = cx.array()?;
        for (at, item) in (0..).zip(transferred) {
            list.define_index(at, item)?;
        }
        kind.get(self.steps)?.call(&kind, &[data, list])
    }
}
