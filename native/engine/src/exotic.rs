//! Objects with properties by index and by name that are computed: Web IDL's
//! "legacy platform objects" (section 3.9), live collections and maps.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};
use crate::value::{Kind, Value};

/// The class of such objects; see [`crate::host_object::CLASS`].
const CLASS: sys::JSClassID = crate::host_object::CLASS + 9;

/// What a script asks for: an array index, or another string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'n> {
    Index(u32),
    Text(&'n str),
}

/// An own property that is computed.
pub struct Computed<'a> {
    pub value: Value<'a>,
    pub writable: bool,
    pub enumerable: bool,
}

/// The answer to a change of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The object takes no part in it: an ordinary property.
    Ordinary,
    Done,
    /// A TypeError in strict code.
    Refused,
}

/// The computed properties of one kind of object. `this` is the object.
pub trait Exotic: Any {
    /// Whether any name but indices can be a property; if not, only those are
    /// asked for.
    fn has_names(&self) -> bool;

    /// Whether a name stands before properties of the prototypes
    /// (`LegacyOverrideBuiltIns`).
    fn overrides(&self) -> bool {
        false
    }

    fn get<'a>(&self, this: &Value<'a>, name: Name<'_>) -> JsResult<Option<Computed<'a>>>;

    /// The supported indices are those below this number.
    fn length(&self, this: &Value<'_>) -> JsResult<u32>;

    /// The supported names, each once.
    fn names(&self, _this: &Value<'_>) -> JsResult<Vec<String>> {
        Ok(Vec::new())
    }

    fn set<'a>(&self, _this: &Value<'a>, _name: Name<'_>, _to: &Value<'a>) -> JsResult<Change> {
        Ok(Change::Ordinary)
    }

    fn delete(&self, _this: &Value<'_>, _name: Name<'_>) -> JsResult<Change> {
        Ok(Change::Ordinary)
    }

    /// For [`Value::exotic`].
    fn as_any(&self) -> &dyn Any;
}

struct Slot {
    exotic: Box<dyn Exotic>,
    internal: Box<[Cell<sys::JSValue>]>,
    charged: usize,
}

static mut METHODS: sys::JSClassExoticMethods = sys::JSClassExoticMethods {
    get_own_property: Some(get_own_property),
    get_own_property_names: Some(get_own_property_names),
    delete_property: Some(delete_property),
    define_own_property: Some(define_own_property),
    has_property: None,
    get_property: None,
    set_property: None,
};

impl<'a> Cx<'a> {
    /// A new object of `prototype` with the computed properties of `exotic`, and
    /// `slots` internal slots that hold JS values, undefined at first. `exotic`
    /// itself must hold none.
    pub fn exotic<T: Exotic>(
        self,
        prototype: &Value<'a>,
        exotic: T,
        slots: usize,
    ) -> JsResult<Value<'a>> {
        self.register_exotic()?;
        let charged = size_of::<T>() + size_of::<Slot>() + slots * size_of::<Cell<sys::JSValue>>();
        self.charge(charged)?;
        // SAFETY: the class is registered; the slot is the object's alone, and
        // its finalizer frees it.
        unsafe {
            let raw = sys::JS_NewObjectProtoClass(self.as_ptr(), prototype.raw(), CLASS);
            let object = match Value::from_result(self, raw) {
                Ok(object) => object,
                Err(thrown) => {
                    self.release(charged);
                    return Err(thrown);
                }
            };
            let slot = Box::new(Slot {
                exotic: Box::new(exotic),
                internal: vec![Cell::new(sys::JS_UNDEFINED); slots].into(),
                charged,
            });
            sys::JS_SetOpaque(object.raw(), Box::into_raw(slot).cast());
            Ok(object)
        }
    }

    fn register_exotic(self) -> JsResult<()> {
        // SAFETY: registers a class with a static definition, once a runtime; the
        // engine only reads the table of methods.
        unsafe {
            let rt = sys::JS_GetRuntime(self.as_ptr());
            if !sys::JS_IsRegisteredClass(rt, CLASS) {
                let definition = sys::JSClassDef {
                    class_name: c"Object".as_ptr(),
                    finalizer: Some(finalize),
                    gc_mark: Some(mark),
                    call: None,
                    exotic: &raw mut METHODS,
                };
                if sys::JS_NewClass(rt, CLASS, &definition) < 0 {
                    sys::JS_ThrowOutOfMemory(self.as_ptr());
                    return Err(Thrown::pending());
                }
            }
            Ok(())
        }
    }
}

impl<'a> Value<'a> {
    /// The Rust value behind an object of [`Cx::exotic`], if it is a `T`.
    pub fn exotic<T: Exotic>(&self) -> Option<&T> {
        self.exotic_slot()?.exotic.as_any().downcast_ref()
    }

    /// What internal slot `index` of such an object holds.
    pub fn exotic_internal(&self, index: usize) -> Option<Value<'a>> {
        let held = self.exotic_slot()?.internal.get(index)?.get();
        // SAFETY: the slot keeps it alive; we take a reference of our own.
        Some(unsafe { Value::from_raw(self.cx(), sys::JS_DupValue(self.cx().as_ptr(), held)) })
    }

    /// Put a value into an internal slot.
    ///
    /// # Panics
    /// When this is no such object or has no such slot.
    pub fn set_exotic_internal(&self, index: usize, value: Value<'a>) {
        let slot = self.exotic_slot().expect("an exotic object");
        let before = slot.internal[index].replace(value.into_raw());
        // SAFETY: the slot's own reference, which nobody else frees.
        unsafe { sys::JS_FreeValue(self.cx().as_ptr(), before) }
    }

    fn exotic_slot(&self) -> Option<&Slot> {
        // SAFETY: the opaque of that class is a Slot (or null, when making it
        // failed), alive as long as the object, which self holds.
        unsafe { sys::JS_GetOpaque(self.raw(), CLASS).cast::<Slot>().as_ref() }
    }
}

unsafe extern "C" fn finalize(rt: *mut sys::JSRuntime, value: sys::JSValue) {
    // SAFETY: as in Value::exotic_slot; the object is gone after this.
    unsafe {
        let slot = sys::JS_GetOpaque(value, CLASS).cast::<Slot>();
        if !slot.is_null() {
            let slot = Box::from_raw(slot);
            for held in &slot.internal {
                sys::JS_FreeValueRT(rt, held.get());
            }
            sys::JS_ReleaseContextMemory(rt, slot.charged);
        }
    }
}

unsafe extern "C" fn mark(rt: *mut sys::JSRuntime, value: sys::JSValue, visit: sys::JS_MarkFunc) {
    // SAFETY: as in Value::exotic_slot; the collector only counts what it is shown.
    unsafe {
        if let Some(slot) = sys::JS_GetOpaque(value, CLASS).cast::<Slot>().as_ref() {
            for held in &slot.internal {
                sys::JS_MarkValue(rt, held.get(), visit);
            }
        }
    }
}

/// Run `ask` for the object and property of a method of the engine: `otherwise`
/// where it is a symbol, or the object is only half made.
///
/// # Safety
/// `ctx` must be a live context of ours, `object` a live object of [`CLASS`], `key`
/// a live atom.
unsafe fn with_name(
    ctx: *mut sys::JSContext,
    object: sys::JSValue,
    key: sys::JSAtom,
    otherwise: i32,
    ask: impl FnOnce(&dyn Exotic, &Value<'_>, Name<'_>) -> JsResult<i32>,
) -> i32 {
    const TAGGED_INTEGER: u32 = 1 << 31;
    // SAFETY: the caller's. We take references of our own.
    let cx = unsafe { Cx::from_ptr(NonNull::new_unchecked(ctx)) };
    // SAFETY: as above.
    let this = unsafe { Value::from_raw(cx, sys::JS_DupValue(ctx, object)) };
    let Some(slot) = this.exotic_slot() else {
        return otherwise;
    };
    let exotic = &*slot.exotic;
    let run = || {
        // Small indices stand in the atom itself.
        if key & TAGGED_INTEGER != 0 {
            return ask(exotic, &this, Name::Index(key & !TAGGED_INTEGER));
        }
        if !exotic.has_names() && !may_be_index(cx, key) {
            return Ok(otherwise);
        }
        // SAFETY: a live atom.
        let name = unsafe { Value::from_result(cx, sys::JS_AtomToValue(ctx, key))? };
        if name.kind() != Kind::String {
            return Ok(otherwise);
        }
        let text = name.to_text()?;
        match text.parse::<u32>() {
            Ok(index) if index != u32::MAX && index.to_string() == text => {
                ask(exotic, &this, Name::Index(index))
            }
            _ => ask(exotic, &this, Name::Text(&text)),
        }
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(answer)) => answer,
        Ok(Err(_thrown)) => -1,
        Err(panic) => {
            cx.inner().poison(crate::fiber::panic_message(&*panic));
            let _thrown = cx.throw_interrupted();
            -1
        }
    }
}

/// Whether a name that is no small integer could still be an array index.
fn may_be_index(cx: Cx<'_>, key: sys::JSAtom) -> bool {
    // SAFETY: a live atom of the heap.
    let name = unsafe { Value::from_result(cx, sys::JS_AtomToValue(cx.as_ptr(), key)) };
    match name {
        Ok(name) if name.kind() == Kind::String => name
            .with_text(|text| text.starts_with(|first: char| first.is_ascii_digit()))
            .unwrap_or(false),
        Ok(_) => false,
        Err(thrown) => {
            drop(cx.catch(thrown));
            false
        }
    }
}

/// Whether a prototype of the object has the property.
///
/// # Safety
/// As [`with_name`].
unsafe fn is_inherited(this: &Value<'_>, key: sys::JSAtom) -> JsResult<bool> {
    let prototype = this.prototype()?;
    // SAFETY: a live value and a live atom.
    let status = unsafe { sys::JS_HasProperty(this.cx().as_ptr(), prototype.raw(), key) };
    this.cx().check(status)?;
    Ok(status > 0)
}

/// Web IDL, "named property visibility": own properties have been asked already.
///
/// # Safety
/// As [`with_name`].
unsafe fn is_visible(
    exotic: &dyn Exotic,
    this: &Value<'_>,
    name: Name<'_>,
    key: sys::JSAtom,
) -> JsResult<bool> {
    match name {
        Name::Index(_) => Ok(true),
        // SAFETY: the caller's.
        Name::Text(_) => Ok(exotic.overrides() || !unsafe { is_inherited(this, key) }?),
    }
}

unsafe extern "C" fn get_own_property(
    ctx: *mut sys::JSContext,
    descriptor: *mut sys::JSPropertyDescriptor,
    object: sys::JSValue,
    key: sys::JSAtom,
) -> i32 {
    // SAFETY: the engine's own arguments; the descriptor is null or writable.
    unsafe {
        with_name(ctx, object, key, 0, |exotic, this, name| {
            if !is_visible(exotic, this, name, key)? {
                return Ok(0);
            }
            let Some(found) = exotic.get(this, name)? else {
                return Ok(0);
            };
            if let Some(descriptor) = descriptor.as_mut() {
                let mut flags = sys::JS_PROP_CONFIGURABLE;
                if found.writable {
                    flags |= sys::JS_PROP_WRITABLE;
                }
                if found.enumerable {
                    flags |= sys::JS_PROP_ENUMERABLE;
                }
                descriptor.flags = flags as i32;
                descriptor.getter = sys::JS_UNDEFINED;
                descriptor.setter = sys::JS_UNDEFINED;
                descriptor.value = found.value.into_raw();
            }
            Ok(1)
        })
    }
}

unsafe extern "C" fn define_own_property(
    ctx: *mut sys::JSContext,
    object: sys::JSValue,
    key: sys::JSAtom,
    value: sys::JSValue,
    getter: sys::JSValue,
    setter: sys::JSValue,
    flags: i32,
) -> i32 {
    const ORDINARY: i32 = 2;
    // SAFETY: the engine's own arguments.
    let answer = unsafe {
        with_name(ctx, object, key, ORDINARY, |exotic, this, name| {
            let has_value = flags as u32 & sys::JS_PROP_HAS_VALUE != 0;
            let change = if has_value {
                let to = Value::from_raw(this.cx(), sys::JS_DupValue(ctx, value));
                exotic.set(this, name, &to)?
            } else {
                Change::Ordinary
            };
            Ok(match change {
                Change::Done => 1,
                Change::Refused => 0,
                // Computed ones cannot be defined over.
                Change::Ordinary
                    if matches!(name, Name::Index(_)) && exotic.get(this, name)?.is_some() =>
                {
                    0
                }
                Change::Ordinary => ORDINARY,
            })
        })
    };
    if answer == ORDINARY {
        let flags = flags | sys::JS_PROP_NO_EXOTIC as i32;
        // SAFETY: the engine's own arguments again.
        return unsafe { sys::JS_DefineProperty(ctx, object, key, value, getter, setter, flags) };
    }
    if answer == 0 && flags as u32 & (sys::JS_PROP_THROW | sys::JS_PROP_THROW_STRICT) != 0 {
        // SAFETY: a live context of ours.
        let cx = unsafe { Cx::from_ptr(NonNull::new_unchecked(ctx)) };
        let message = "the property cannot be set";
        let _thrown = cx.throw_error(crate::cx::ErrorKind::Type, message);
        return -1;
    }
    answer
}

unsafe extern "C" fn delete_property(
    ctx: *mut sys::JSContext,
    object: sys::JSValue,
    key: sys::JSAtom,
) -> i32 {
    // SAFETY: the engine's own arguments.
    unsafe {
        with_name(ctx, object, key, 1, |exotic, this, name| {
            if !is_visible(exotic, this, name, key)? {
                return Ok(1);
            }
            Ok(match exotic.delete(this, name)? {
                Change::Done => 1,
                Change::Refused => 0,
                // What is computed cannot be deleted.
                Change::Ordinary => exotic.get(this, name)?.is_none().into(),
            })
        })
    }
}

unsafe extern "C" fn get_own_property_names(
    ctx: *mut sys::JSContext,
    table: *mut *mut sys::JSPropertyEnum,
    length: *mut u32,
    object: sys::JSValue,
) -> i32 {
    // SAFETY: a live context of ours and a live object; references of our own.
    let (cx, this) = unsafe {
        let cx = Cx::from_ptr(NonNull::new_unchecked(ctx));
        (cx, Value::from_raw(cx, sys::JS_DupValue(ctx, object)))
    };
    let Some(slot) = this.exotic_slot() else {
        return 0;
    };
    let collect = || -> JsResult<Vec<crate::value::Atom<'_>>> {
        let mut atoms = Vec::new();
        for index in 0..slot.exotic.length(&this)? {
            atoms.push(cx.atom(&index.to_string())?);
        }
        for name in slot.exotic.names(&this)? {
            let atom = cx.atom(&name)?;
            // SAFETY: a live value and a live atom.
            let visible = unsafe { is_visible(&*slot.exotic, &this, Name::Text(&name), atom.raw) };
            if visible? {
                atoms.push(atom);
            }
        }
        Ok(atoms)
    };
    let atoms = match catch_unwind(AssertUnwindSafe(collect)) {
        Ok(Ok(atoms)) => atoms,
        Ok(Err(_thrown)) => return -1,
        Err(panic) => {
            cx.inner().poison(crate::fiber::panic_message(&*panic));
            let _thrown = cx.throw_interrupted();
            return -1;
        }
    };
    // SAFETY: the engine frees the table by js_free, and the atoms in it.
    unsafe {
        let bytes = size_of::<sys::JSPropertyEnum>() * atoms.len().max(1);
        let entries = sys::js_malloc(ctx, bytes).cast::<sys::JSPropertyEnum>();
        if entries.is_null() {
            return -1;
        }
        *length = atoms.len() as u32;
        for (at, atom) in atoms.into_iter().enumerate() {
            entries.add(at).write(sys::JSPropertyEnum {
                is_enumerable: true,
                atom: atom.raw,
            });
            std::mem::forget(atom);
        }
        *table = entries;
    }
    0
}
