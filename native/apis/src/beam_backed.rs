//! The globals of the groups that processes of the BEAM stand behind.

use quickbeam_engine::{Cx, JsResult, Member, Value};

use crate::groups::from;

const CHANNELS: &str = "broadcast_channel.js";
const LOCK: &str = "locks.js";
const PORTS: &str = "ports.js";
const STORE: &str = "storage.js";

const PROCESSES: &str = "beam/processes.js";

/// What the group `beam` puts on the object `Beam` that touches processes and nodes.
pub(crate) static BEAM: &[Member] = &[
    Member::lazy_attribute(c"demonitor", |cx| from(cx, PROCESSES, "demonitor")),
    Member::lazy_attribute(c"link", |cx| from(cx, PROCESSES, "link")),
    Member::lazy_attribute(c"monitor", |cx| from(cx, PROCESSES, "monitor")),
    Member::lazy_attribute(c"nodes", |cx| from(cx, PROCESSES, "nodes")),
    Member::lazy_attribute(c"register", |cx| from(cx, PROCESSES, "register")),
    Member::lazy_attribute(c"rpc", |cx| from(cx, PROCESSES, "rpc")),
    Member::lazy_attribute(c"spawn", |cx| from(cx, PROCESSES, "spawn")),
    Member::lazy_attribute(c"unlink", |cx| from(cx, PROCESSES, "unlink")),
    Member::lazy_attribute(c"whereis", |cx| from(cx, PROCESSES, "whereis")),
];

pub(crate) static CHANNEL: &[Member] = &[Member::lazy(c"BroadcastChannel", |cx| {
    from(cx, CHANNELS, "BroadcastChannel")
})];

pub(crate) static LOCKS: &[Member] = &[
    Member::lazy(c"Lock", |cx| from(cx, LOCK, "Lock")),
    Member::lazy(c"LockManager", |cx| from(cx, LOCK, "LockManager")),
];

pub(crate) static MESSAGING: &[Member] = &[
    Member::lazy(c"MessageChannel", |cx| from(cx, PORTS, "MessageChannel")),
    Member::lazy(c"MessagePort", |cx| from(cx, PORTS, "MessagePort")),
];

pub(crate) static NAVIGATOR: &[Member] = &[
    Member::lazy(c"Navigator", |cx| from(cx, "navigator.js", "Navigator")),
    Member::lazy_attribute(c"navigator", |cx| from(cx, "navigator.js", "navigator")),
];

pub(crate) static STORAGE: &[Member] = &[
    Member::lazy(c"Storage", |cx| from(cx, STORE, "Storage")),
    Member::lazy(c"StorageEvent", |cx| {
        from(cx, "event_types.js", "StorageEvent")
    }),
    Member::lazy_attribute(c"localStorage", |cx| from(cx, STORE, "localStorage")),
    Member::lazy_attribute(c"sessionStorage", session_storage),
];

fn session_storage(cx: Cx<'_>) -> JsResult<Value<'_>> {
    from(cx, STORE, "sessionStorage")
}

pub(crate) static WORKER: &[Member] = &[Member::lazy(c"Worker", |cx| {
    from(cx, "worker.js", "Worker")
})];
