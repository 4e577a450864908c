//! One file per invariant: a function from the evidence to one answer per workflow it looked at,
//! `None` for one that is as it should be. What it could not look at has no answer.

pub(super) mod all_closed;
pub(super) mod history_integrity;
pub(super) mod no_lost_start;
pub(super) mod right_result;
#[cfg(test)]
mod tests;
