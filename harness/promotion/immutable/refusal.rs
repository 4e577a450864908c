//! A change that Azure would refuse.

use crate::{Check, Problem};

/// The remedy if only a new resource helps.
pub(super) const RECREATE: &str =
    "change it back, or create everything again with `harness destroy` and `harness promote`";

pub(super) fn refusal(what: &str, reason: String, remedy: &str) -> Check {
    Check::of(what, Ok(()), |()| Some(Problem::new(reason, remedy)))
}
