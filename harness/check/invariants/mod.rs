//! One file per invariant: a function from a workflow to what the invariant says of it.

pub(super) mod all_closed;
pub(super) mod history_integrity;
pub(super) mod no_lost_start;
pub(super) mod right_result;
#[cfg(test)]
mod tests;
