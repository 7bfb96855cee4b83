//! Objects that stand for the nodes of a host's tree, and live and die as the tree
//! does.
//!
//! The host's tree is no JS object, so the collector does not see its edges. Each
//! member that has a JS object is therefore *joined* to the one of its parent: the
//! two hold each other, so that all that hang together are alive while anybody
//! holds one of them, and are garbage, a cycle like others, when nobody does. The
//! host finds a member's object by its key, without holding it, and hears by
//! [`Keeper::gone`] when one was freed.
//!
//! It is the host's part to give an object to all ancestors of whatever has one.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::c_void;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use quickbeam_engine_sys as sys;

use crate::cx::{Cx, JsResult, Thrown};
use crate::heap::Inner;
use crate::value::Value;

/// The class of members; see [`crate::host_object::CLASS`].
const CLASS: sys::JSClassID = crate::host_object::CLASS + 8;

/// Who hears of members that are gone.
pub trait Keeper {
    /// The object of `key` was freed; nothing may be called on its heap from here.
    /// Answers how many charged bytes the host gives back.
    fn gone(&self, key: u64) -> usize;
}

/// The members of a heap that have an object.
#[derive(Default)]
pub(crate) struct Family {
    members: RefCell<HashMap<u64, *mut c_void, BuildHasherDefault<KeyHasher>>>,
    keeper: RefCell<Option<Rc<dyn Keeper>>>,
}

/// Keys are numbers that the host has chosen well apart.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

struct Slot {
    key: u64,
    /// The parent's object, or undefined.
    parent: Cell<sys::JSValue>,
    /// Where among the parent's `joined` this one is.
    place: Cell<usize>,
    /// The objects that are joined to this one.
    joined: RefCell<Vec<sys::JSValue>>,
    /// Other values that belong to the object.
    held: RefCell<Vec<(u32, sys::JSValue)>>,
}

impl<'a> Cx<'a> {
    /// Who is to hear of this heap's members.
    pub fn set_keeper(self, keeper: Rc<dyn Keeper>) {
        *self.inner().family.keeper.borrow_mut() = Some(keeper);
    }

    /// A new object of `prototype` for the member `key`, which has none.
    ///
    /// # Panics
    /// When it has one.
    pub fn member(self, prototype: &Value<'a>, key: u64) -> JsResult<Value<'a>> {
        self.register_members()?;
        self.charge(size_of::<Slot>())?;
        // SAFETY: an object of a registered class with no opaque yet, which the
        // finalizer accepts; the slot is the object's alone.
        unsafe {
            let raw = sys::JS_NewObjectProtoClass(self.as_ptr(), prototype.raw(), CLASS);
            let object = match Value::from_result(self, raw) {
                Ok(object) => object,
                Err(thrown) => {
                    self.release(size_of::<Slot>());
                    return Err(thrown);
                }
            };
            let slot = Box::new(Slot {
                key,
                parent: Cell::new(sys::JS_UNDEFINED),
                place: Cell::new(0),
                joined: RefCell::default(),
                held: RefCell::default(),
            });
            sys::JS_SetOpaque(object.raw(), Box::into_raw(slot).cast());
            let mut members = self.inner().family.members.borrow_mut();
            let before = members.insert(key, object.raw().u.ptr);
            assert!(before.is_none(), "a member has one object");
            drop(members);
            Ok(object)
        }
    }

    /// The object of the member `key`, where it has one.
    pub fn find_member(self, key: u64) -> Option<Value<'a>> {
        let object = *self.inner().family.members.borrow().get(&key)?;
        // SAFETY: the finalizer takes an object out of the table before it is
        // freed, so this one is alive; we take a reference of our own.
        unsafe {
            let raw = sys::JSValue {
                u: sys::JSValueUnion { ptr: object },
                tag: sys::JS_TAG_OBJECT.into(),
            };
            Some(Value::from_raw(self, sys::JS_DupValue(self.as_ptr(), raw)))
        }
    }

    /// Whether the member `key` has an object.
    pub fn has_member(self, key: u64) -> bool {
        self.inner().family.members.borrow().contains_key(&key)
    }

    fn register_members(self) -> JsResult<()> {
        // SAFETY: registers a class with a static definition, once a runtime.
        unsafe {
            let rt = sys::JS_GetRuntime(self.as_ptr());
            if !sys::JS_IsRegisteredClass(rt, CLASS) {
                let definition = sys::JSClassDef {
                    class_name: c"Object".as_ptr(),
                    finalizer: Some(finalize),
                    gc_mark: Some(mark),
                    call: None,
                    exotic: std::ptr::null_mut(),
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
    /// The key of a member's object; `None` for any other value.
    pub fn member_key(&self) -> Option<u64> {
        Some(self.member()?.key)
    }

    /// Join a member's object to the one of its parent, leaving another.
    ///
    /// # Panics
    /// When either is no member's object.
    pub fn join(&self, parent: &Value<'a>) {
        self.leave();
        let own = self.member().expect("a member");
        let other = parent.member().expect("a member");
        // SAFETY: one more reference each, owned by the other's slot.
        let (child, up) = unsafe {
            let cx = self.cx().as_ptr();
            (
                sys::JS_DupValue(cx, self.raw()),
                sys::JS_DupValue(cx, parent.raw()),
            )
        };
        let mut joined = other.joined.borrow_mut();
        own.place.set(joined.len());
        joined.push(child);
        own.parent.set(up);
    }

    /// Part a member's object from the one of its parent, if it has one.
    ///
    /// # Panics
    /// When this is no member's object.
    pub fn leave(&self) {
        let own = self.member().expect("a member");
        let up = own.parent.replace(sys::JS_UNDEFINED);
        if !sys::JS_IsObject(up) {
            return;
        }
        // SAFETY: only members are joined, and self's reference to the parent is
        // still there.
        let other = unsafe { &*sys::JS_GetOpaque(up, CLASS).cast::<Slot>() };
        let child = {
            let mut joined = other.joined.borrow_mut();
            let place = own.place.get();
            let child = joined.swap_remove(place);
            if let Some(moved) = joined.get(place) {
                // SAFETY: as above, of a sibling that the parent holds.
                unsafe { &*sys::JS_GetOpaque(*moved, CLASS).cast::<Slot>() }
                    .place
                    .set(place);
            }
            child
        };
        // SAFETY: the two references that the slots had. Nothing is borrowed:
        // what they free may be members, too.
        unsafe {
            sys::JS_FreeValue(self.cx().as_ptr(), child);
            sys::JS_FreeValue(self.cx().as_ptr(), up);
        }
    }

    /// Whether the object is joined to one of a parent.
    pub fn is_joined(&self) -> bool {
        self.member()
            .is_some_and(|own| sys::JS_IsObject(own.parent.get()))
    }

    /// The value that a member's object holds under `tag`.
    pub fn held(&self, tag: u32) -> Option<Value<'a>> {
        let held = self.member()?.held.borrow();
        let (_, raw) = held.iter().find(|(own, _)| *own == tag)?;
        // SAFETY: the slot keeps it alive; we take a reference of our own.
        Some(unsafe { Value::from_raw(self.cx(), sys::JS_DupValue(self.cx().as_ptr(), *raw)) })
    }

    /// Have a member's object hold `value` under `tag`.
    ///
    /// # Panics
    /// When this is no member's object.
    pub fn hold(&self, tag: u32, value: Value<'a>) {
        let own = self.member().expect("a member");
        let raw = value.into_raw();
        let before = {
            let mut held = own.held.borrow_mut();
            match held.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, place)) => std::mem::replace(place, raw),
                None => {
                    held.push((tag, raw));
                    sys::JS_UNDEFINED
                }
            }
        };
        // SAFETY: the reference that the slot had, with nothing borrowed.
        unsafe { sys::JS_FreeValue(self.cx().as_ptr(), before) }
    }

    fn member(&self) -> Option<&Slot> {
        // SAFETY: the opaque of that class is a Slot (or null, when making it
        // failed), alive as long as the object, which self holds.
        unsafe { sys::JS_GetOpaque(self.raw(), CLASS).cast::<Slot>().as_ref() }
    }
}

impl Family {
    /// The heap ends: nobody is to hear anything any more.
    pub(crate) fn dismiss(&self) {
        let keeper = self.keeper.borrow_mut().take();
        drop(keeper);
    }
}

unsafe extern "C" fn finalize(rt: *mut sys::JSRuntime, value: sys::JSValue) {
    // SAFETY: the opaque of this class is null or the box of Cx::member, taken
    // back once; the runtime's opaque is its Inner, which outlives it. The slot's
    // references are given back with nothing borrowed.
    unsafe {
        let slot = sys::JS_GetOpaque(value, CLASS).cast::<Slot>();
        if slot.is_null() {
            return;
        }
        let slot = Box::from_raw(slot);
        let family = &(*sys::JS_GetRuntimeOpaque(rt).cast::<Inner>()).family;
        family.members.borrow_mut().remove(&slot.key);
        sys::JS_FreeValueRT(rt, slot.parent.get());
        for joined in slot.joined.take() {
            sys::JS_FreeValueRT(rt, joined);
        }
        for (_, held) in slot.held.take() {
            sys::JS_FreeValueRT(rt, held);
        }
        sys::JS_ReleaseContextMemory(rt, size_of::<Slot>());
        let keeper = family.keeper.borrow().clone();
        if let Some(keeper) = keeper {
            let gone = std::panic::AssertUnwindSafe(|| keeper.gone(slot.key));
            match std::panic::catch_unwind(gone) {
                Ok(bytes) => sys::JS_ReleaseContextMemory(rt, bytes),
                Err(panic) => (*sys::JS_GetRuntimeOpaque(rt).cast::<Inner>())
                    .poison(crate::fiber::panic_message(&*panic)),
            }
        }
    }
}

unsafe extern "C" fn mark(rt: *mut sys::JSRuntime, value: sys::JSValue, visit: sys::JS_MarkFunc) {
    // SAFETY: as in Value::member; the collector only counts what it is shown, and
    // runs while nothing of a slot is borrowed (no engine call is made then).
    unsafe {
        if let Some(slot) = sys::JS_GetOpaque(value, CLASS).cast::<Slot>().as_ref() {
            sys::JS_MarkValue(rt, slot.parent.get(), visit);
            for joined in slot.joined.borrow().iter() {
                sys::JS_MarkValue(rt, *joined, visit);
            }
            for (_, held) in slot.held.borrow().iter() {
                sys::JS_MarkValue(rt, *held, visit);
            }
        }
    }
}
