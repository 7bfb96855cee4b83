//! The NIF of QuickBEAM: decode, hand over, encode. Nothing here waits.
//!
//! | module | holds |
//! |---|---|
//! | `pools`, `contexts` | the NIFs and their resources |
//! | `operations` | eval, call and the others as values for the core |
//! | `bridge` | a context's host side: console, errors, `vars` |
//! | `beam`, `deliver` | the `Beam` object; answers and messages on their way in |
//! | `decode` | terms → JS values |
//! | `encode`, `etf`, `pairs` | JS values → external term format |
//! | `templates` | code that contexts share |
//! | `bytecode`, `disassembly` | compiled scripts: sealed, taken apart |
//! | `figures` | memory usage; `cover`, coverage |
//! | `errors` | exceptions as `QuickBEAM.JSError` |
//! | `pack`, `weight` | large terms, and what is large |
//! | `document` | what of a context's document is asked for |
//! | `network` | the rules of the network as options give them |
//! | `parcel` | terms that travel between threads, messages to processes |
//!
//! `lib/quickbeam/native.ex` is the other side of every function here.

mod atoms;
mod beam;
mod bridge;
mod bytecode;
mod contexts;
mod cover;
mod decode;
mod deliver;
mod disassembly;
mod document;
mod encode;
mod errors;
mod etf;
mod figures;
mod network;
mod operations;
mod pack;
mod pairs;
mod parcel;
mod pools;
mod templates;
mod weight;

rustler::init!("Elixir.QuickBEAM.Native");
