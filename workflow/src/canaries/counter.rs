//! Adds up what signals bring.

use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{SyncWorkflowContext, WorkflowContext, WorkflowContextView, WorkflowResult};

pub const TYPE: &str = "SignalCounter";

/// The right result: the sum of all signals.
pub fn model(signals: &[u64]) -> u64 {
    signals.iter().sum()
}

#[workflow]
#[derive(Debug, Default)]
pub struct SignalCounter {
    signals: u64,
    total: u64,
}

#[workflow_methods]
impl SignalCounter {
    /// Returns the total after so many signals.
    #[run(name = TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, signals: u64) -> WorkflowResult<u64> {
        context
            .wait_condition(|counter| counter.signals >= signals)
            .await?;
        Ok(context.state(|counter| counter.total))
    }

    #[signal(name = "add")]
    pub fn add(&mut self, _context: &mut SyncWorkflowContext<Self>, number: u64) {
        self.signals += 1;
        self.total += number;
    }

    #[query(name = "total")]
    pub fn total(&self, _context: &WorkflowContextView) -> u64 {
        self.total
    }
}
