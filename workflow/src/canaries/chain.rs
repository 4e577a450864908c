//! A chain of runs, each of which continues as new.

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{ContinueAsNewOptions, WorkflowContext, WorkflowResult};

pub const TYPE: &str = "ContinueAsNewChain";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// How many runs follow this one.
    pub links: u64,
    /// What the runs before have added up.
    pub sum: u64,
}

/// The right result: the sum of the links that were left in each run.
pub fn model(link: &Link) -> u64 {
    link.sum + link.links * (link.links + 1) / 2
}

#[workflow]
#[derive(Debug, Default)]
pub struct ContinueAsNewChain;

#[workflow_methods]
impl ContinueAsNewChain {
    #[run(name = TYPE)]
    #[expect(clippy::unused_async, reason = "the SDK wants an async function")]
    pub async fn run(context: &mut WorkflowContext<Self>, link: Link) -> WorkflowResult<u64> {
        if let Some(links) = link.links.checked_sub(1) {
            let sum = link.sum + link.links;
            context.continue_as_new(Link { links, sum }, ContinueAsNewOptions::default())?;
        }
        Ok(link.sum)
    }
}
