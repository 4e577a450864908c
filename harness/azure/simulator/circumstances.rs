//! What a subscription is like, where nothing goes wrong in it.

use std::time::Duration;

/// What a subscription is like.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// From when on a role counts that was assigned.
    pub arrival: Arrival,
}

/// From when on a role counts that was assigned: nobody says how long that takes; half an hour is
/// the longest that Microsoft has named
/// (<https://learn.microsoft.com/en-us/answers/questions/524792/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// After so long.
    After(Duration),
    /// From never on.
    Never,
}

impl Default for Arrival {
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}
