//! SharedArrayBuffers: a clone shares the memory, in the heap that it lies in.
//!
//! A heap is an agent cluster of its own. What leaves for another one keeps the buffer
//! alive until it is taken or dropped; to unpack it there is a DataCloneError
//! (StructuredDeserialize, step 8.1), which a port tells as `messageerror`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quickbeam_engine::{Cx, JsResult, Root, Value};

use super::{Parcel, data_clone_error};
use crate::host::{Apis, Mailbox};

/// A number for each that no other heap has given.
static LAST: AtomicU64 = AtomicU64::new(0);

/// Buffers of a heap that are in records.
#[derive(Default)]
pub(crate) struct Lent(RefCell<HashMap<u64, Root>>);

/// A buffer's place among them.
struct Ticket {
    number: u64,
    owner: Arc<dyn Mailbox>,
    used: bool,
}

pub(super) fn serialize<'a>(cx: Cx<'a>, buffer: &Value<'a>) -> Box<dyn Parcel> {
    let apis = Apis::of(cx);
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let root = Root::new(buffer.clone());
    apis.lent.0.borrow_mut().insert(number, root);
    Box::new(Ticket {
        number,
        owner: apis.host.mailbox(),
        used: false,
    })
}

impl Parcel for Ticket {
    /// With its place in the table.
    fn size(&self) -> usize {
        2 * size_of::<Ticket>()
    }

    fn unpack<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        let Some(buffer) = Apis::of(cx).lent.0.borrow_mut().remove(&self.number) else {
            return Err(apart(cx));
        };
        self.used = true;
        buffer.get(cx).share_buffer()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let number = self.number;
        if !self.used {
            // A heap that has ended has nothing to give back.
            self.owner.post(Box::new(move |cx| {
                let lent = Apis::of(cx).lent.0.borrow_mut().remove(&number);
                drop(lent);
                Ok(())
            }));
        }
    }
}

/// What a SharedArrayBuffer for another heap throws.
pub(super) fn apart(cx: Cx<'_>) -> quickbeam_engine::Thrown {
    let message = "The memory of a SharedArrayBuffer cannot be shared with another context";
    data_clone_error(cx, message)
}
