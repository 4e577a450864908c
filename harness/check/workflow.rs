//! The client's and the server's view of one workflow.

use load::Iteration;
use temporal::{Execution, Reading};

/// The client's and the server's view of one workflow that was started, or may have been.
#[derive(Debug, Clone, Copy)]
pub struct Workflow<'a> {
    /// The client's view.
    pub iteration: &'a Iteration,
    /// The server's view.
    pub reading: &'a Reading,
}

impl<'a> Workflow<'a> {
    /// The server's execution; `None` if it has none or could not be read.
    pub(super) fn execution(self) -> Option<&'a Execution> {
        match self.reading {
            Reading::Found(execution) => Some(execution),
            Reading::Absent | Reading::Unreadable(_) => None,
        }
    }
}
