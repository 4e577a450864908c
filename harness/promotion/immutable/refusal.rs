//! A change that Azure would refuse.

use base::hint::{Hint, Verb};

use crate::{Check, Problem};

/// The remedy if only a new resource helps.
pub(super) fn recreate() -> Hint {
    recreate_or("change it back, ")
}

/// A remedy with an alternative before it.
pub(super) fn recreate_or(alternative: &str) -> Hint {
    Hint::say(format!("{alternative}or create everything again with "))
        .command(Verb::Destroy)
        .words(" and ")
        .command(Verb::Promote)
}

pub(super) fn refusal(what: &str, reason: String, remedy: impl Into<Hint>) -> Check {
    Check::of(what, Ok(()), |()| Some(Problem::new(reason, remedy)))
}
