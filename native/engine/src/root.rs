//! Values that outlive a [`Cx`].

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use quickbeam_engine_sys as sys;

use crate::cx::Cx;
use crate::value::Value;

/// What the roots of a heap hold; tells them whether it is still there.
pub(crate) struct Alive {
    rt: *mut sys::JSRuntime,
    held: RefCell<Held>,
}

#[derive(Default)]
struct Held {
    values: Vec<sys::JSValue>,
    /// Places in `values` that hold nothing.
    free: Vec<usize>,
}

impl Alive {
    pub(crate) fn new(rt: *mut sys::JSRuntime) -> Rc<Alive> {
        Rc::new(Alive {
            rt,
            held: RefCell::default(),
        })
    }

    fn hold(&self, raw: sys::JSValue) -> usize {
        let held = &mut *self.held.borrow_mut();
        match held.free.pop() {
            Some(place) => {
                held.values[place] = raw;
                place
            }
            None => {
                held.values.push(raw);
                held.values.len() - 1
            }
        }
    }

    fn held(&self, place: usize) -> sys::JSValue {
        self.held.borrow().values[place]
    }

    fn release(&self, place: usize) {
        let raw = {
            let held = &mut *self.held.borrow_mut();
            // Nothing there: the heap is ending, see release_all.
            let Some(value) = held.values.get_mut(place) else {
                return;
            };
            held.free.push(place);
            std::mem::replace(value, sys::JS_UNDEFINED)
        };
        // SAFETY: the heap is alive and, by Root's contract, on this thread. A
        // finalizer may release further roots, so nothing is borrowed here.
        unsafe { sys::JS_FreeValueRT(self.rt, raw) }
    }

    /// Give back what was charged; also from a finalizer.
    pub(crate) fn release_memory(&self, bytes: usize) {
        // SAFETY: the runtime is there as long as self is found by a Weak.
        unsafe { sys::JS_ReleaseContextMemory(self.rt, bytes) }
    }

    /// The heap ends: let go of what is still held, lest the engine, which
    /// wants to see all objects freed, ends the process.
    ///
    /// # Safety
    /// The runtime must still be there, and no root be read any more.
    pub(crate) unsafe fn release_all(&self) {
        let Held { values, .. } = std::mem::take(&mut *self.held.borrow_mut());
        for raw in values {
            // SAFETY: one reference each; the runtime is alive.
            unsafe { sys::JS_FreeValueRT(self.rt, raw) }
        }
    }
}

/// A reference to a value, kept by the host (a timer's callback, a pending
/// promise). It lets go of the value when it is dropped or its heap ends,
/// whichever is first. It is used where its heap is (it is not `Send`;
/// extensions move with their heap).
pub struct Root {
    place: usize,
    heap: Weak<Alive>,
}

impl Root {
    /// Keep `value`.
    pub fn new(value: Value<'_>) -> Root {
        let alive = value.cx().alive();
        let heap = Rc::downgrade(alive);
        Root {
            place: alive.hold(value.into_raw()),
            heap,
        }
    }

    /// The value, with a reference of its own.
    pub fn get<'a>(&self, cx: Cx<'a>) -> Value<'a> {
        let raw = self.raw(cx);
        // SAFETY: self keeps the value alive; it is of this heap.
        unsafe { Value::from_raw(cx, sys::JS_DupValue(cx.as_ptr(), raw)) }
    }

    /// Whether nothing else refers to the value, an object. Exact only after
    /// [`Cx::collect`]: cycles of garbage count as references.
    pub fn is_last(&self, cx: Cx<'_>) -> bool {
        let raw = self.raw(cx);
        assert!(sys::JS_IsObject(raw), "only objects are counted");
        // SAFETY: self keeps the object alive. Its reference count is the last
        // field of the engine's JSMallocBlockHeader, right before the block;
        // tests/natives.rs fails should that move.
        unsafe { raw.u.ptr.cast::<i32>().sub(1).read() == 1 }
    }

    fn raw(&self, cx: Cx<'_>) -> sys::JSValue {
        let alive = cx.alive();
        assert!(
            std::ptr::eq(self.heap.as_ptr(), Rc::as_ptr(alive)),
            "a root of another heap"
        );
        alive.held(self.place)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        if let Some(alive) = self.heap.upgrade() {
            alive.release(self.place);
        }
    }
}
