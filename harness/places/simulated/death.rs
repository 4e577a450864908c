//! In debug builds, a way to have a replica die in the middle of a run: `HARNESS_MODEL_DEATH` names
//! it and after how many starts of workflows, such as `worker-0@20`. What a test sees is decided by
//! that and by no clock.

/// How it ends.
pub(super) const STATUS: i32 = 3;

/// What it writes last.
pub(super) const LAST_WORDS: &str = "panic: the model has it die";

/// The replica that is to be dead by now, if there is one. It dies once.
#[cfg(debug_assertions)]
pub(super) fn due(starts: u64) -> Option<String> {
    use std::sync::atomic::{AtomicBool, Ordering};

    static DEAD: AtomicBool = AtomicBool::new(false);

    let chosen = std::env::var("HARNESS_MODEL_DEATH").ok()?;
    let (replica, after) = chosen.split_once('@')?;
    let due = after.parse::<u64>().ok().filter(|after| *after <= starts);
    (due.is_some() && !DEAD.swap(true, Ordering::SeqCst)).then(|| replica.to_owned())
}

#[cfg(not(debug_assertions))]
pub(super) fn due(_: u64) -> Option<String> {
    None
}
