//! The workflows that nothing can be said about.

use temporal::Reading;

use super::Workflow;

/// The workflows that could not be read back: while there are any, no invariant is known to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// How many.
    pub workflows: u64,
    /// The first of them, and why it could not be read.
    pub first: Option<(String, String)>,
}

impl Unread {
    /// Counts one more workflow, if it could not be read.
    pub fn add(&mut self, workflow: Workflow<'_>) {
        let Reading::Unreadable(reason) = workflow.reading else {
            return;
        };
        self.workflows += 1;
        let id = &workflow.iteration.workflow_id;
        self.first
            .get_or_insert_with(|| (id.clone(), reason.clone()));
    }
}
