//! The channels behind `MessagePort` and `Worker`: HTML, 9.4 "Channel messaging".
//!
//! A channel has two ends, each in some heap or on its way between two. A message
//! goes straight from heap to heap: it waits at the end that it is for, charged
//! to the heap that has sent it, until a task of the receiver takes it, one task
//! a message. priv/js/ports.js makes ports of the ends.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quickbeam_engine::{Call, Cx, JsResult, Member, Root, Value};

use crate::arguments::type_error;
use crate::clone::{self, Parcel, Serialized};
use crate::host::{Apis, Mailbox};

pub(crate) static NATIVES: &[Member] = &[
    Member::method(c"attach", 1, attach),
    Member::method(c"close", 1, close),
    Member::method(c"create", 0, create),
    Member::method(c"listen", 1, listen),
    Member::method(c"post", 4, post),
    Member::method(c"start", 1, start),
];

struct Channel(Mutex<[End; 2]>);

/// One end of a channel.
#[derive(Default)]
struct End {
    /// What waits to be taken.
    queue: VecDeque<Serialized>,
    /// Where it is, unless it is on its way or closed.
    home: Option<Home>,
    /// The end in whose queue it is on its way.
    carrier: Option<Place>,
    /// Whether messages may be taken: the port's message queue is enabled.
    started: bool,
    /// A task to take one is under way.
    told: bool,
    closed: bool,
    /// That the other end has closed is still to be told.
    farewell: bool,
    /// The other end, of a worker or its owner, is never in the same heap.
    apart: bool,
}

/// Under `id` the module of the heap behind `mailbox` knows a port.
struct Home {
    id: u64,
    mailbox: Arc<dyn Mailbox>,
}

/// An end, by its channel and side.
#[derive(Clone)]
struct Place {
    channel: Arc<Channel>,
    side: usize,
}

/// The one owner of an end, which closes when this is dropped.
pub(crate) struct Port(Place);

/// What a host object of a heap holds: the port, until it is transferred or closed.
struct Handle(RefCell<Option<Port>>);

impl Channel {
    /// Held for moments: nothing in here runs JS, waits, or drops a message.
    fn ends(&self) -> MutexGuard<'_, [End; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn is(&self, other: &Place) -> bool {
        Arc::ptr_eq(&self.channel, &other.channel) && self.side == other.side
    }

    fn opposite(&self) -> Place {
        Place {
            channel: self.channel.clone(),
            side: 1 - self.side,
        }
    }

    /// Whether this end lies, however deep, in messages for `other`: one for it
    /// would never arrive if it were sent with `other` aboard.
    fn is_within(&self, other: &Place) -> bool {
        let mut place = self.clone();
        loop {
            if place.is(other) {
                return true;
            }
            let carrier = place.channel.ends()[place.side].carrier.clone();
            match carrier {
                Some(carrier) => place = carrier,
                None => return false,
            }
        }
    }

    /// Have the heap where it is look at it, where there is something to see.
    fn tell(&self, end: &mut End) {
        let something = !end.queue.is_empty() || end.farewell;
        let Some(home) = end.home.as_ref().filter(|_| end.started && something) else {
            return;
        };
        if !std::mem::replace(&mut end.told, true) {
            self.post_task(home);
        }
    }

    fn post_task(&self, home: &Home) {
        let (place, id) = (self.clone(), home.id);
        home.mailbox.post(Box::new(move |cx| take(cx, &place, id)));
    }

    /// Leave the heap; what waits goes along.
    fn depart(&self) {
        let mut ends = self.channel.ends();
        let end = &mut ends[self.side];
        (end.home, end.started, end.told) = (None, false, false);
    }
}

impl Port {
    /// Two entangled ones.
    fn pair() -> [Port; 2] {
        let channel = Arc::new(Channel(Mutex::default()));
        [0, 1].map(|side| {
            Port(Place {
                channel: channel.clone(),
                side,
            })
        })
    }

    /// Its ends are never in the same heap.
    pub(crate) fn part(&self) {
        let mut ends = self.0.channel.ends();
        ends.iter_mut().for_each(|end| end.apart = true);
    }

    fn send(&self, message: Serialized) {
        let to = self.0.opposite();
        let mut ends = to.channel.ends();
        let end = &mut ends[to.side];
        if end.closed {
            drop(ends);
            return bury(VecDeque::from([message]));
        }
        end.queue.push_back(message);
        to.tell(end);
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let mut ends = self.0.channel.ends();
        let end = &mut ends[self.0.side];
        let lost = std::mem::take(&mut end.queue);
        *end = End {
            closed: true,
            ..End::default()
        };
        let other = self.0.opposite();
        let end = &mut ends[other.side];
        if !end.closed {
            end.farewell = true;
            other.tell(end);
        }
        drop(ends);
        bury(lost);
    }
}

/// Drop messages. They may hold ports, whose channels hold messages, and so on:
/// that is no recursion, however deep.
fn bury(messages: VecDeque<Serialized>) {
    thread_local! {
        static DEAD: RefCell<Option<VecDeque<Serialized>>> = const { RefCell::new(None) };
    }
    let burying = DEAD.with_borrow_mut(|dead| match dead {
        Some(dead) => {
            dead.extend(messages);
            true
        }
        None => {
            *dead = Some(messages);
            false
        }
    });
    if burying {
        return;
    }
    while let Some(message) = DEAD.with_borrow_mut(|dead| dead.as_mut()?.pop_front()) {
        drop(message);
    }
    DEAD.set(None);
}

/// A task of the receiver: hand one message to its module.
fn take(cx: Cx<'_>, place: &Place, id: u64) -> JsResult<()> {
    let mut ends = place.channel.ends();
    let end = &mut ends[place.side];
    // It may have left in the meantime.
    if end.home.as_ref().is_none_or(|home| home.id != id) {
        return Ok(());
    }
    end.told = false;
    let message = end.queue.pop_front();
    if message.is_none() {
        end.farewell = false;
    }
    place.tell(end);
    drop(ends);
    let Some(listener) = Apis::of(cx)
        .port_listener
        .borrow()
        .as_ref()
        .map(|l| l.get(cx))
    else {
        return Ok(());
    };
    let number = cx.number(id as f64);
    let arguments = match message.map(|message| message.deserialize(cx)) {
        Some(Ok((value, transferred))) => {
            let list = cx.array()?;
            for (at, item) in (0..).zip(transferred) {
                list.define_index(at, item)?;
            }
            vec![number, cx.string("message")?, value, list]
        }
        Some(Err(thrown)) if cx.kill_cause().is_some() => return Err(thrown),
        Some(Err(thrown)) => {
            drop(cx.catch(thrown));
            vec![number, cx.string("messageerror")?]
        }
        None => vec![number, cx.string("close")?],
    };
    listener.call(&cx.undefined(), &arguments).map(drop)
}

// ---- for priv/js/ports.js ---------------------------------------------------

/// Run `read` on the port of a handle; `None` where that has been transferred.
fn with_port<R>(call: &Call<'_>, read: impl FnOnce(&Port) -> R) -> JsResult<Option<R>> {
    let handle = call.argument(0);
    let Some(Handle(port)) = handle.host::<Handle>() else {
        return Err(type_error(call.cx(), "not the handle of a port"));
    };
    Ok(port.borrow().as_ref().map(read))
}

/// `create()`: the handles of two entangled ports.
fn create<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let handles = cx.array()?;
    for (at, port) in (0..).zip(Port::pair()) {
        handles.define_index(at, handle(cx, port)?)?;
    }
    Ok(handles)
}

/// The handle of a port that has come here.
pub(crate) fn handle(cx: Cx<'_>, port: Port) -> JsResult<Value<'_>> {
    cx.host_object(&cx.null(), Handle(RefCell::new(Some(port))))
}

/// `attach(handle)`: the number under which messages of the port will come.
fn attach<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let cx = call.cx();
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let mailbox = Apis::of(cx).host.mailbox();
    with_port(call, |Port(place)| {
        let mut ends = place.channel.ends();
        let end = &mut ends[place.side];
        end.carrier = None;
        end.home = Some(Home { id, mailbox });
    })?;
    Ok(cx.number(id as f64))
}

/// `start(handle)`: enable its queue; how much waits there.
fn start<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let waiting = with_port(call, |Port(place)| {
        let mut ends = place.channel.ends();
        let end = &mut ends[place.side];
        end.started = true;
        place.tell(end);
        end.queue.len()
    })?;
    Ok(call.cx().integer(waiting.unwrap_or(0) as i64))
}

/// `close(handle)`.
fn close<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    if let Some(Handle(port)) = call.argument(0).host::<Handle>() {
        let port = port.borrow_mut().take();
        drop(port);
    }
    Ok(call.cx().undefined())
}

/// `post(handle, value, transfer, ports)`: send a message; `ports` are the handles
/// of those in `transfer`.
fn post<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let cx = call.cx();
    let target = with_port(call, |Port(place)| place.opposite())?;
    let apart = with_port(call, |Port(place)| place.channel.ends()[place.side].apart)?;
    let aboard = places(&call.argument(3))?;
    if let Some(target) = &target
        && aboard.iter().any(|port| target.is_within(port))
    {
        let message = "A port cannot be sent through itself";
        return Err(cx.throw_dom_exception("DataCloneError", message));
    }
    let transfer = items(&call.argument(2))?;
    let message = clone::serialize_for(cx, &call.argument(1), &transfer, apart != Some(true))?;
    if let Some(target) = &target {
        for port in &aboard {
            port.channel.ends()[port.side].carrier = Some(target.clone());
        }
    }
    // A getter of the value's may have closed it.
    let mut message = Some(message);
    with_port(call, |port| {
        message.take().map(|message| port.send(message))
    })?;
    bury(message.into_iter().collect());
    Ok(cx.undefined())
}

fn items<'a>(list: &Value<'a>) -> JsResult<Vec<Value<'a>>> {
    let length = u32::try_from(list.length()?).unwrap_or(0);
    (0..length).map(|at| list.get_index(at)).collect()
}

fn places(handles: &Value<'_>) -> JsResult<Vec<Place>> {
    let handles = items(handles)?;
    let place = |handle: &Value<'_>| {
        let Handle(port) = handle.host::<Handle>()?;
        Some(port.borrow().as_ref()?.0.clone())
    };
    Ok(handles.iter().filter_map(place).collect())
}

/// `listen(function)`: whom messages go to: `(id, "message", value, transferred)`,
/// `(id, "messageerror")`, `(id, "close")`.
fn listen<'a>(call: &Call<'a>) -> JsResult<Value<'a>> {
    let listener = Root::new(call.argument(0));
    *Apis::of(call.cx()).port_listener.borrow_mut() = Some(listener);
    Ok(call.cx().undefined())
}

// ---- transfer ---------------------------------------------------------------

/// A port on its way to another heap.
struct InTransit(Option<Port>);

impl Parcel for InTransit {
    fn size(&self) -> usize {
        size_of::<Channel>()
    }

    fn unpack<'a>(&mut self, cx: Cx<'a>) -> JsResult<Value<'a>> {
        match self.0.take() {
            Some(port) => handle(cx, port),
            None => Err(cx.throw_dom_exception("DataCloneError", "The port is gone")),
        }
    }
}

/// How the clone algorithm takes a handle along, which no script can see: the
/// transfer steps of priv/js/ports.js hand it over as their data.
pub(crate) fn serialize(value: &Value<'_>) -> Option<JsResult<Box<dyn Parcel>>> {
    value.host::<Handle>()?;
    Some(Ok(Box::new(InTransit(depart(value)))))
}

/// The port of a handle, which is to go elsewhere.
pub(crate) fn depart(handle: &Value<'_>) -> Option<Port> {
    let port = handle.host::<Handle>()?.0.borrow_mut().take()?;
    port.0.depart();
    Some(port)
}
