//! A register that updates set.

use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{SyncWorkflowContext, WorkflowContext, WorkflowContextView, WorkflowResult};

pub const TYPE: &str = "UpdateRegister";

/// The right results of updates: the value before each. The last value is the workflow's result.
pub fn model(initial: i64, updates: &[i64]) -> (Vec<i64>, i64) {
    let values: Vec<i64> = std::iter::once(initial)
        .chain(updates.iter().copied())
        .collect();
    let last = values.last().copied().unwrap_or(initial);
    (values[..updates.len()].to_vec(), last)
}

#[workflow]
#[derive(Debug)]
pub struct UpdateRegister {
    value: i64,
    is_closed: bool,
}

#[workflow_methods]
impl UpdateRegister {
    #[init]
    pub fn new(_context: &WorkflowContextView, value: i64) -> Self {
        Self {
            value,
            is_closed: false,
        }
    }

    /// Returns the last value once it is closed.
    #[run(name = TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>) -> WorkflowResult<i64> {
        context
            .wait_condition(|register| register.is_closed)
            .await?;
        Ok(context.state(|register| register.value))
    }

    /// Sets the value, and returns the previous one.
    #[update(name = "set")]
    pub fn set(&mut self, _context: &mut SyncWorkflowContext<Self>, value: i64) -> i64 {
        std::mem::replace(&mut self.value, value)
    }

    #[update_validator(set)]
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "the SDK wants this signature"
    )]
    fn validate_set(
        &self,
        _context: &WorkflowContextView,
        value: &i64,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if *value < 0 {
            return Err(format!("{value} is negative").into());
        }
        Ok(())
    }

    #[query(name = "value")]
    pub fn value(&self, _context: &WorkflowContextView) -> i64 {
        self.value
    }

    #[signal(name = "close")]
    pub fn close(&mut self, _context: &mut SyncWorkflowContext<Self>) {
        self.is_closed = true;
    }
}
