//! What priv/js/worker.js and worker_scope.js need of Rust: how a port of the one
//! reaches the other, and scripts to import.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use quickbeam_engine::{Call, JsResult, Member, Value};

use crate::arguments::type_error;
use crate::ports::{self, Port};

pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"adopt", 1, adopt),
    Member::method(c"evaluate", 2, evaluate),
    Member::method(c"offer", 1, offer),
    Member::method(c"ticketOf", 1, ticket_of),
];

/// Ports that wait for the context of a worker to come for them, by ticket.
fn offered() -> &'static Mutex<HashMap<u64, Port>> {
    static OFFERED: OnceLock<Mutex<HashMap<u64, Port>>> = OnceLock::new();
    OFFERED.get_or_init(Mutex::default)
}

fn take(ticket: u64) -> Option<Port> {
    let mut offered = offered().lock().unwrap_or_else(PoisonError::into_inner);
    offered.remove(&ticket)
}

/// The host object that owns an offer: with it, a port that nobody has come for
/// goes away.
struct Offer(u64);

impl Drop for Offer {
    fn drop(&mut self) {
        let port = take(self.0);
        drop(port);
    }
}

/// `offer(handle)`: let another heap have the port.
fn offer<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let cx = call.cx();
    let Some(port) = ports::depart(&call.argument(0)) else {
        return Err(type_error(cx, "not the handle of a port"));
    };
    port.part();
    let ticket = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let offer = cx.host_object(&cx.null(), Offer(ticket))?;
    let mut offered = offered().lock().unwrap_or_else(PoisonError::into_inner);
    offered.insert(ticket, port);
    Ok(offer)
}

/// `ticketOf(offer)`: the number by which it can be had.
fn ticket_of<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    match call.argument(0).host::<Offer>() {
        Some(Offer(ticket)) => Ok(call.cx().number(*ticket as f64)),
        None => Err(type_error(call.cx(), "not an offer")),
    }
}

/// `adopt(ticket)`: the handle of the port, or null where it is gone.
fn adopt<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let ticket = call.argument(0).to_number()?;
    match take(ticket as u64) {
        Some(port) => ports::handle(cx, port),
        None => Ok(cx.null()),
    }
}

/// `evaluate(code, filename)`: run a classic script.
fn evaluate<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let (code, filename) = (call.argument(0).to_text()?, call.argument(1).to_text()?);
    call.cx().eval(&code, &filename, false)
}
