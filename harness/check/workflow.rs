//! One workflow from both sides: what its client saw and what the server has.

use load::Iteration;
use temporal::{Execution, Reading};

/// Both sides of one workflow that was started, or may have been.
#[derive(Debug, Clone, Copy)]
pub struct Workflow<'a> {
    /// What the client saw.
    pub iteration: &'a Iteration,
    /// What came of reading it back.
    pub reading: &'a Reading,
}

impl<'a> Workflow<'a> {
    /// What the server has; `None` where it has nothing or could not be asked.
    pub(super) fn execution(self) -> Option<&'a Execution> {
        match self.reading {
            Reading::Found(execution) => Some(execution),
            Reading::Absent | Reading::Unreadable(_) => None,
        }
    }
}
