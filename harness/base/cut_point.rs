//! In debug builds, kills the process at an exact step. Tests of crash safety choose the step with
//! `HARNESS_CUT_POINT`, so that their result does not depend on timing.

/// Counts one step. Kills this process with SIGKILL if `HARNESS_CUT_POINT` is the number of the
/// step, counted from 0.
#[cfg(debug_assertions)]
pub fn reached() {
    use std::sync::atomic::{AtomicU64, Ordering};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    static PASSED: AtomicU64 = AtomicU64::new(0);

    let chosen = std::env::var("HARNESS_CUT_POINT")
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    let here = PASSED.fetch_add(1, Ordering::SeqCst);
    if chosen == Some(here) {
        let _ = kill(Pid::this(), Signal::SIGKILL);
    }
}

/// Does nothing in release builds.
#[cfg(not(debug_assertions))]
pub fn reached() {}
