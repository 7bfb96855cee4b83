//! Monotonic time as a number, for atomics and ordered maps.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Nanoseconds since the first call in this process. Never zero.
pub(crate) fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX - 1) + 1
}

/// No such time.
pub(crate) const NEVER: u64 = u64::MAX;

/// `time + duration`, or [`NEVER`] past the end of the clock.
pub(crate) fn after(time: u64, duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).map_or(NEVER, |nanos| time.saturating_add(nanos))
}
