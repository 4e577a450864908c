//! Waiting for a condition, with a deadline.

use std::time::{Duration, Instant};

/// How often a condition is looked at; nothing but the wait itself depends on it.
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// Long enough for a machine that does much else.
const DEADLINE: Duration = Duration::from_mins(10);

/// Waits until `condition` has a value; the panic at the deadline says `what` never came.
#[track_caller]
pub fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(
            started.elapsed() < DEADLINE,
            "{what}: not within {DEADLINE:?}"
        );
        std::thread::sleep(POLL);
    }
}
