//! A stack that is large enough for a source, and panics as errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::diagnostic::Diagnostic;
use crate::nesting;
use crate::source::Source;

/// Bytes of stack that one level of nesting takes at most, in the worst of the
/// passes: a parenthesis takes between 1024 and 1536 (`tests/deep.rs` overflows with
/// less than that).
const PER_LEVEL: usize = if cfg!(debug_assertions) { 16_384 } else { 2048 };
/// What is needed without any nesting.
const BASE: usize = 1 << 20;
/// Address space for one stack; only what is touched becomes memory.
pub const MAX: usize = 4 << 30;

/// Run `work` on a stack of its own that the source cannot overflow.
///
/// # Errors
///
/// That of `work`; that the source is nested too deep; a panic, which is a bug.
pub fn on_large_stack<T>(
    source: Source<'_>,
    work: impl FnOnce() -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    let size = needed(source).map_err(|error| vec![error])?;
    guarded(|| stacker::grow(size, work))
}

/// How large a stack a source needs.
///
/// # Errors
///
/// That it is nested too deep, or too large to say that it is not.
pub fn needed(source: Source<'_>) -> Result<usize, Diagnostic> {
    let levels = nesting::levels(source.text).map_err(|brackets| {
        Diagnostic::of(
            source,
            format!("{brackets} brackets are open at once, too many"),
        )
    })?;
    let size = BASE + levels * PER_LEVEL;
    if size <= MAX {
        return Ok(size);
    }
    let most = (MAX - BASE) / PER_LEVEL;
    let message = format!("too large: {levels} tokens that may nest, of at most {most}");
    Err(Diagnostic::of(source, message))
}

/// Run `work`; a panic becomes an error.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Vec<Diagnostic>>) -> Result<T, Vec<Diagnostic>> {
    // Nothing of what a panic leaves half done is used again.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(vec![Diagnostic::new(format!(
            "the compiler panicked: {}",
            panic_text(&*panic)
        ))])
    })
}

pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
