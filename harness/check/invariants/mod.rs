//! One file per invariant. Each has a function `judge` from a workflow to an `Answer`.

pub(super) mod all_closed;
pub(super) mod history_integrity;
pub(super) mod no_lost_start;
pub(super) mod right_result;
#[cfg(test)]
mod tests;
