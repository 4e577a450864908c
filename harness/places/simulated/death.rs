//! In debug builds, lets a replica die in the middle of a run. `HARNESS_MODEL_DEATH` names the
//! replica and the number of started workflows after which it dies, such as `worker-0@20`. No clock
//! is involved, so tests are deterministic.

/// Its exit status.
pub(super) const STATUS: i32 = 3;

/// The last line of its log.
pub(super) const LAST_LINE: &str = "panic: the model lets it die";

/// The replica that must be dead by now, if any. It is returned once.
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
