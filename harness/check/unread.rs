//! Workflows that could not be read back.

use temporal::Reading;

use super::Workflow;

/// The workflows that could not be read back. If there are any, it is unknown whether the invariants
/// hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    pub workflows: u64,
    /// The id of the first one, and why it could not be read.
    pub first: Option<(String, String)>,
}

impl Unread {
    /// Counts a workflow if it could not be read.
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
