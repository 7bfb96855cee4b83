//! The engine, made safe: everything `unsafe` about QuickJS ends in this crate.
//!
//! | module | holds |
//! |---|---|
//! | [`heap`] | one JSRuntime with its one JSContext in a region of its own |
//! | [`watch`] | who is asked at the engine's polls, and kills |
//! | [`cx`] | [`Cx`], the right to run JS in a heap, and what it can make |
//! | [`dates`] | days and civil dates |
//! | [`value`] | [`Value`], an owned JS value; [`root`], one that outlives a `Cx` |
//! | [`function`] | native functions that scripts call |
//! | `token` | objects that stand for bytes of the host's |
//! | [`charge`] | memory of the host's that counts against a heap |
//! | [`builtin`] | scripts of the host's own, compiled once |
//! | [`cover`] | how often statements, functions and branches ran |
//! | [`frozen`] | code that many heaps share; [`code`], code taken apart |
//! | [`alone`] | a heap for one task |
//! | [`members`] | properties as static tables; [`host_object`], objects with a Rust value |
//! | [`module`] | ES modules: finding, loading, linking, evaluating |
//! | [`family`] | objects that live and die as a host's tree; [`exotic`], with computed properties |
//! | [`properties`] | property descriptors and prototypes; [`slots`], internal slots of built-in objects |
//! | [`fiber`] | the stackful coroutine that an operation runs on |
//! | `figures` | what a heap has used and holds |
//! | [`work`] | what long natives do between polls |
//! | [`report`] | an exception as plain data |
//! | [`region`] | the memory of a heap and the process-wide page store |
//!
//! A heap is used by one thread at a time and may move between threads; no
//! value of one heap ever meets another (values carry the lifetime of their
//! heap's borrow, and an embedder that mixes them up panics in debug builds).

pub mod alone;
pub mod builtin;
pub mod charge;
pub mod code;
mod construct;
pub mod cover;
pub mod cx;
pub mod dates;
pub mod exotic;
pub mod family;
pub mod fiber;
mod figures;
pub mod frozen;
pub mod function;
pub mod heap;
pub mod host_object;
pub mod members;
pub mod module;
pub mod properties;
pub mod region;
pub mod report;
pub mod root;
pub mod slots;
mod token;
pub mod value;
pub mod watch;
pub mod work;

pub use alone::run_alone;
pub use builtin::Builtin;
pub use charge::Charge;
pub use code::{Code, CodeHead, CodeVariable, Constant, Instruction};
pub use cx::{Cx, ErrorKind, JsResult, Thrown};
pub use exotic::{Change, Computed, Exotic, Name};
pub use family::Keeper;
pub use fiber::{Pause, Progress, Signal};
pub use figures::Collections;
pub use frozen::{FrozenCode, Script, ScriptKind};
pub use function::Call;
pub use heap::{Heap, HeapOptions};
pub use members::{ClassMembers, Member};
pub use module::ModuleLoader;
pub use properties::Property;
pub use report::{Frame, Report};
pub use root::Root;
pub use slots::{BufferSlots, ViewKind, ViewSlots};
pub use value::{Kind, ObjectKind, PromiseState, Value};
pub use watch::{KillCause, Verdict, Watch};
