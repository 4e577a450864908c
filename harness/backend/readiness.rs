//! Whether a resource does its job.

use base::causes::in_one_line;

use super::wait::Pending;

/// Whether a resource does its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// Not yet; the reason, for people.
    NotYet(String),
    /// It never will be, so waiting is useless; the reason, for people.
    Never(String),
}

impl Readiness {
    /// The answer for a look that failed. The next look may succeed.
    pub fn unseen(error: &dyn std::error::Error) -> Self {
        Self::NotYet(in_one_line(error))
    }

    /// The same as the result of one look of [`crate::wait::until`].
    pub fn looked(self) -> Result<(), Pending> {
        match self {
            Self::Ready => Ok(()),
            Self::NotYet(reason) => Err(Pending::NotYet(reason)),
            Self::Never(reason) => Err(Pending::Never(reason)),
        }
    }
}
