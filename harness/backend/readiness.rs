//! Whether a resource does its job.

use base::causes::in_one_line;

use super::wait::Pending;

/// Whether a resource does its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It does.
    Ready,
    /// Not yet; the reason is for people.
    NotYet(String),
    /// It never will: waiting is over.
    Never(String),
}

impl Readiness {
    /// A look that failed: it says nothing of what was looked at, so that the next one may be right.
    pub fn unseen(error: &dyn std::error::Error) -> Self {
        Self::NotYet(in_one_line(error))
    }

    /// As the answer to a look.
    pub fn looked(self) -> Result<(), Pending> {
        match self {
            Self::Ready => Ok(()),
            Self::NotYet(reason) => Err(Pending::NotYet(reason)),
            Self::Never(reason) => Err(Pending::Never(reason)),
        }
    }
}
