//! Raw FFI to QuickJS-ng 0.16.2 with QuickBEAM's patch series applied.
//!
//! [`bindings`] is generated from `c_src/quickbeam.h` (which includes the
//! engine's `quickjs.h`); [`inlines`] holds in Rust what the header has as
//! macros and static inline functions. Nothing here is safe: `quickbeam-engine`
//! is the crate to use.
#![allow(clippy::missing_safety_doc)]

#[allow(
    non_upper_case_globals,
    non_camel_case_types,
    non_snake_case,
    dead_code,
    clippy::all
)]
mod bindings;
mod inlines;

pub use bindings::*;
pub use inlines::*;

/// Where the build put the patched sources, and where `c_src/` is: for the test
/// that builds the engine's own test runner.
#[doc(hidden)]
pub const SOURCE_DIRS: (&str, &str) = (env!("QUICKBEAM_ENGINE_DIR"), env!("QUICKBEAM_C_SRC"));
