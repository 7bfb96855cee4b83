//! Memory of the host's that counts against a heap.

use std::rc::{Rc, Weak};

use crate::cx::{Cx, JsResult};
use crate::root::Alive;

/// Bytes that count against the heap's limit for as long as this lives. A host
/// object may own one: dropped by its finalizer, it gives them back.
pub struct Charge {
    bytes: usize,
    heap: Weak<Alive>,
}

impl<'a> Cx<'a> {
    /// Count `bytes` that the host holds for this heap; an out-of-memory error
    /// where the limit does not allow them.
    pub fn hold(self, bytes: usize) -> JsResult<Charge> {
        self.charge(bytes)?;
        Ok(Charge {
            bytes,
            heap: Rc::downgrade(self.alive()),
        })
    }
}

impl Charge {
    /// How many bytes it counts.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Count `bytes` from now on. On an error nothing has changed.
    pub fn set(&mut self, cx: Cx<'_>, bytes: usize) -> JsResult<()> {
        if bytes > self.bytes {
            cx.charge(bytes - self.bytes)?;
        } else {
            cx.release(self.bytes - bytes);
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if let Some(alive) = self.heap.upgrade() {
            alive.release_memory(self.bytes);
        }
    }
}
