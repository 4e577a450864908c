//! That Azure would refuse a change.

use crate::{Check, Problem};

/// What helps where nothing but a new one does.
pub(super) const ANEW: &str =
    "put it back, or make everything anew: `harness destroy`, then `harness promote`";

pub(super) fn refusal(what: &str, reason: String, remedy: &str) -> Check {
    Check::of(what, Ok(()), |()| Some(Problem::new(reason, remedy)))
}
