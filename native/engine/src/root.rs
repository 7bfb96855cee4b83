//! Values that outlive a [`Cx`].

use std::rc::{Rc, Weak};

use quickbeam_engine_sys as sys;

use crate::cx::Cx;
use crate::value::Value;

/// Tells roots whether their heap is still there.
pub(crate) struct Alive {
    pub(crate) rt: *mut sys::JSRuntime,
}

/// A reference to a value, kept by the host (a timer's callback, a pending
/// promise). It belongs into the heap's own extensions: a root that is dropped
/// after its heap frees nothing, one whose heap is on another thread must not
/// exist (it is not `Send`; extensions move with their heap).
pub struct Root {
    raw: sys::JSValue,
    heap: Weak<Alive>,
}

impl Root {
    /// Keep `value`.
    pub fn new(value: Value<'_>) -> Root {
        let heap = Rc::downgrade(value.cx().alive());
        Root { raw: value.into_raw(), heap }
    }

    /// The value, with a reference of its own.
    pub fn get<'a>(&self, cx: Cx<'a>) -> Value<'a> {
        debug_assert!(std::ptr::eq(self.heap.as_ptr(), Rc::as_ptr(cx.alive())));
        // SAFETY: self keeps the value alive; it is of this heap.
        unsafe { Value::from_raw(cx, sys::JS_DupValue(cx.as_ptr(), self.raw)) }
    }

    /// Whether nothing else refers to the value, an object. Exact only after
    /// [`Cx::collect`]: cycles of garbage count as references.
    pub fn is_last(&self, _cx: Cx<'_>) -> bool {
        assert!(sys::JS_IsObject(self.raw), "only objects are counted");
        // SAFETY: self keeps the object alive. Its reference count is the last
        // field of the engine's JSMallocBlockHeader, right before the block;
        // tests/roots.rs fails should that move.
        unsafe { self.raw.u.ptr.cast::<i32>().sub(1).read() == 1 }
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if let Some(alive) = self.heap.upgrade() {
            // SAFETY: the heap is alive and, by the type's contract, on this
            // thread.
            unsafe { sys::JS_FreeValueRT(alive.rt, self.raw) }
        }
    }
}
