//! What scripts import and require.
//!
//! | module | holds |
//! |---|---|
//! | [`loader`] | [`Loader`]: from a specifier to a module of the heap |
//! | [`resolver`] | files below a root and npm packages, by Node's algorithm |
//! | [`commonjs`] | `require`, and CommonJS modules that ES modules import |
//! | `export_names` | what a CommonJS module exports, before it has run |
//! | [`compiled`] | the bytecode of module texts, one for all contexts |
//!
//! Names of modules: what `load` was given; the absolute path of a file; `node:NAME`.
//! Nothing outside of the root is ever read, links followed.

pub mod commonjs;
pub mod compiled;
mod export_names;
pub mod loader;
pub mod resolver;

pub use compiled::Compiled;
pub use loader::{Builtins, Loader};
pub use resolver::Root;
