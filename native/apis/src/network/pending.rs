//! Promises that another thread settles.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use quickbeam_engine::charge::Charge;
use quickbeam_engine::{Cx, JsResult, Root, Value};

use crate::host::{Apis, Mailbox};
use crate::network::Network;

/// Those of a heap, by number: a Root cannot go to another thread.
#[derive(Default)]
pub(crate) struct Pending(RefCell<HashMap<u64, Waiting>>);

struct Waiting {
    resolve: Root,
    reject: Root,
    /// What the other thread holds meanwhile.
    _charge: Option<Charge>,
}

/// The right to settle a promise. Dropped, the promise stays pending for ever.
pub(crate) struct Ticket {
    id: u64,
    mailbox: Arc<dyn Mailbox>,
    used: bool,
}

/// A pending promise, and the ticket of whoever settles it.
pub(crate) fn promise<'a>(cx: Cx<'a>, charge: Option<Charge>) -> JsResult<(Value<'a>, Ticket)> {
    let (promise, resolve, reject) = cx.promise()?;
    let network = Network::of(cx);
    let id = network.next_id();
    let waiting = Waiting {
        resolve: Root::new(resolve),
        reject: Root::new(reject),
        _charge: charge,
    };
    network.pending.0.borrow_mut().insert(id, waiting);
    let mailbox = Apis::of(cx).host.mailbox();
    let ticket = Ticket {
        id,
        mailbox,
        used: false,
    };
    Ok((promise, ticket))
}

fn take(cx: Cx<'_>, id: u64) -> Option<Waiting> {
    Network::of(cx).pending.0.borrow_mut().remove(&id)
}

impl Ticket {
    /// Settle the promise with what `make` gives or throws.
    pub(crate) fn settle(
        mut self,
        make: impl for<'a> FnOnce(Cx<'a>) -> JsResult<Value<'a>> + Send + 'static,
    ) {
        self.used = true;
        let id = self.id;
        self.mailbox.post(Box::new(move |cx| {
            let Some(waiting) = take(cx, id) else {
                return Ok(());
            };
            let (settle, value) = match make(cx) {
                Ok(value) => (waiting.resolve.get(cx), value),
                Err(thrown) => (waiting.reject.get(cx), cx.catch(thrown)),
            };
            settle.call(&cx.undefined(), &[value]).map(drop)
        }));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.used {
            let id = self.id;
            let forget = move |cx: Cx<'_>| {
                drop(take(cx, id));
                Ok(())
            };
            self.mailbox.post(Box::new(forget));
        }
    }
}
