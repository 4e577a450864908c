//! Child workflows at the same time.

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::workflows::join_all;
use temporalio_sdk::{ChildWorkflowOptions, StartedChildWorkflow, WorkflowContext, WorkflowResult};

pub const TYPE: &str = "FanOut";

pub const CHILD_TYPE: &str = "FanOutChild";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fan {
    pub children: u64,
    pub value: u64,
}

/// The right result: the sum of the children's results.
pub fn model(fan: &Fan) -> u64 {
    (0..fan.children).map(|child| 2 * (fan.value + child)).sum()
}

/// Doubles a number.
#[workflow]
#[derive(Debug, Default)]
pub struct FanOutChild;

#[workflow_methods]
impl FanOutChild {
    #[run(name = CHILD_TYPE)]
    #[expect(clippy::unused_async, reason = "the SDK wants an async function")]
    pub async fn run(_context: &mut WorkflowContext<Self>, value: u64) -> WorkflowResult<u64> {
        Ok(2 * value)
    }
}

#[workflow]
#[derive(Debug, Default)]
pub struct FanOut;

#[workflow_methods]
impl FanOut {
    #[run(name = TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, fan: Fan) -> WorkflowResult<u64> {
        let starts = (0..fan.children).map(|child| {
            let id = format!("{}/child/{child}", context.workflow_id());
            let options = ChildWorkflowOptions::workflow_id(id);
            context.start_child_workflow(FanOutChild::run, fan.value + child, options)
        });
        let started = join_all(starts).await;
        let started = started.into_iter().collect::<Result<Vec<_>, _>>()?;
        let doubled = started.into_iter().map(StartedChildWorkflow::result);
        let mut sum = 0;
        for doubled in join_all(doubled).await {
            sum += doubled?;
        }
        Ok(sum)
    }
}
