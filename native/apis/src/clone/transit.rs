//! Who pays for what is on its way between heaps: the heap that has sent it,
//! until it is taken or dropped.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use quickbeam_engine::{Charge, Cx, JsResult};

use crate::host::{Apis, Mailbox};

/// So many bytes come back before the sender is told; less, it finds when it
/// sends the next time.
const TELL_AT: usize = 64 * 1024;

/// A heap's account of what it has sent.
#[derive(Default)]
pub(crate) struct Account(RefCell<Option<Open>>);

struct Open {
    charge: Charge,
    returned: Arc<Returned>,
}

struct Returned {
    bytes: AtomicUsize,
    told: AtomicBool,
    sender: Arc<dyn Mailbox>,
}

/// Bytes in transit.
pub(super) struct Freight {
    bytes: usize,
    returned: Arc<Returned>,
}

impl Account {
    /// Charge the heap for `bytes` that are to leave it.
    pub(super) fn send(&self, cx: Cx<'_>, bytes: usize) -> JsResult<Freight> {
        let mut open = self.0.borrow_mut();
        let open = match &mut *open {
            Some(open) => open,
            none => none.insert(Open {
                charge: cx.hold(0)?,
                returned: Arc::new(Returned {
                    bytes: AtomicUsize::new(0),
                    told: AtomicBool::new(false),
                    sender: Apis::of(cx).host.mailbox(),
                }),
            }),
        };
        open.settle(cx)?;
        open.charge.set(cx, open.charge.bytes() + bytes)?;
        Ok(Freight {
            bytes,
            returned: open.returned.clone(),
        })
    }

    fn settle(&self, cx: Cx<'_>) -> JsResult<()> {
        match &mut *self.0.borrow_mut() {
            Some(open) => open.settle(cx),
            None => Ok(()),
        }
    }
}

impl Open {
    /// Release what has come back.
    fn settle(&mut self, cx: Cx<'_>) -> JsResult<()> {
        self.returned.told.store(false, Ordering::Relaxed);
        let back = self.returned.bytes.swap(0, Ordering::Relaxed);
        let bytes = self.charge.bytes().saturating_sub(back);
        self.charge.set(cx, bytes)
    }
}

impl Drop for Freight {
    fn drop(&mut self) {
        let returned = &self.returned;
        let bytes = returned.bytes.fetch_add(self.bytes, Ordering::Relaxed) + self.bytes;
        if bytes >= TELL_AT && !returned.told.swap(true, Ordering::Relaxed) {
            // A heap that has ended needs no telling.
            returned
                .sender
                .post(Box::new(|cx| Apis::of(cx).in_transit.settle(cx)));
        }
    }
}
