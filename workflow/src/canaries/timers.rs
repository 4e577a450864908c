//! Timers one after another, each longer than the one before.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{WorkflowContext, WorkflowResult};

pub const TYPE: &str = "TimerLadder";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// The number of timers.
    pub rungs: u64,
    /// The length of the first timer, and how much longer each is than the one before.
    pub milliseconds: u64,
}

/// The right result: the sum of the lengths, in milliseconds.
pub fn model(ladder: &Ladder) -> u64 {
    ladder.milliseconds * ladder.rungs * (ladder.rungs + 1) / 2
}

#[workflow]
#[derive(Debug, Default)]
pub struct TimerLadder;

#[workflow_methods]
impl TimerLadder {
    #[run(name = TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, ladder: Ladder) -> WorkflowResult<u64> {
        let mut sum = 0;
        for rung in 1..=ladder.rungs {
            let length = rung * ladder.milliseconds;
            context.timer(Duration::from_millis(length)).await;
            sum += length;
        }
        Ok(sum)
    }
}
