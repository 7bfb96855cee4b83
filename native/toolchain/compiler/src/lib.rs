//! JavaScript and TypeScript from source to source, on oxc and rolldown. Nothing here
//! knows of the BEAM.
//!
//! | module | holds |
//! |---|---|
//! | `source` | a text, its name and its language |
//! | `parse` | a syntax tree, early errors included |
//! | `imports` | what a module asks for |
//! | `transform` | TypeScript and JSX to JavaScript |
//! | `minify` | smaller JavaScript |
//! | `bundle` | many modules to one script |
//! | `source_map` | from generated positions to original ones |
//! | `diagnostic` | errors with file, line, column and the lines around them |
//! | `nesting`, `stack` | deep sources neither overflow a stack nor are refused early |

mod bundle;
mod diagnostic;
mod imports;
mod minify;
mod nesting;
mod parse;
mod source;
mod source_map;
mod stack;
mod transform;

pub use bundle::{BundleOptions, Format, Modules, bundle};
pub use diagnostic::{Diagnostic, Place};
pub use imports::{Imports, imports};
pub use minify::{MinifyOptions, minify};
pub use parse::{valid, with_program};
pub use source::{Language, Source};
pub use source_map::{Original, Positions};
pub use stack::guarded;
pub use transform::{JsxRuntime, Output, TransformOptions, transform};
