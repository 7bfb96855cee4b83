//! Contexts that behave like processes, on a few threads. No BEAM in here.
//!
//! | module | holds |
//! |---|---|
//! | [`pool`] | N workers, the contexts on them, their common budget |
//! | `worker` | one thread: run queue, stealing, parking, wake-up times |
//! | [`context`] | the shared handle of a context: mailbox, schedule status, end |
//! | `turn` | what a worker does with a context until its slice is used up |
//! | `entry` | one entry into JS, on the fiber, with all that follows from it |
//! | [`operation`] | what is asked of a context from outside, and how it ends |
//! | [`state`] | what a context keeps with its heap |
//! | [`timers`], [`calls`], [`messages`] | `setTimeout`, the host's answers, `onMessage` |
//! | [`waits`] | natives that suspend the fiber |
//! | `meter` | the limits that the engine's poll looks at |
//! | `status` | who may run a context: the lock-free part |
//! | `gauges` | what a context tells of itself at any time |
//!
//! A context is run by one thread at a time, whichever; it queues at its home
//! worker when it has something to do and idle workers steal it. Nothing here
//! walks all contexts but the end of a pool.

pub mod calls;
mod clock;
pub mod context;
mod entry;
mod gauges;
pub mod messages;
mod meter;
pub mod operation;
pub mod pool;
pub mod state;
mod status;
pub mod timers;
mod turn;
pub mod waits;
mod worker;

pub use context::{Context, ContextOptions, Embedder, Gone, Task};
pub use gauges::{Activity, Info, Wait};
pub use operation::{Deliver, Failure, Limit, Operation, Outcome};
pub use pool::{Pool, PoolOptions, PoolStats, States, WorkerStats};
