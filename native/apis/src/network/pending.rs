//! Promises that another thread settles.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use quickbeam_engine::charge::Charge;
use quickbeam_engine::{Cx, JsResult, Root, Value};
use quickbeam_net::Error;

use crate::host::{Apis, Mailbox};
use crate::network::requests::network_error;
use crate::network::{Network, next_id};

/// Those of a heap, by number: a Root cannot go to another thread.
#[derive(Default)]
pub(crate) struct Pending(RefCell<HashMap<u64, Waiting>>);

struct Waiting {
    resolve: Root,
    reject: Root,
    /// What the other thread holds meanwhile.
    _charge: Option<Charge>,
}

/// The right to settle a promise. Dropped, it rejects: nobody is left who would.
pub(crate) struct Ticket {
    id: u64,
    mailbox: Arc<dyn Mailbox>,
    used: bool,
}

/// A pending promise, and the ticket of whoever settles it.
pub(crate) fn promise<'a>(cx: Cx<'a>, charge: Option<Charge>) -> JsResult<(Value<'a>, Ticket)> {
    let (promise, resolve, reject) = cx.promise()?;
    let id = next_id();
    let waiting = Waiting {
        resolve: Root::new(resolve),
        reject: Root::new(reject),
        _charge: charge,
    };
    let pending = &Network::of(cx).pending;
    pending.0.borrow_mut().insert(id, waiting);
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
            let ticket = Ticket {
                id: self.id,
                mailbox: self.mailbox.clone(),
                used: true,
            };
            ticket.settle(|cx| Err(network_error(cx, &Error::Aborted)));
        }
    }
}
