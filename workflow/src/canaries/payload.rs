//! A text that goes to an activity and back.

use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_sdk::{WorkflowContext, WorkflowResult};

use super::activity;

pub const TYPE: &str = "Payload";

/// The right result: the text.
pub fn model(text: &str) -> &str {
    text
}

#[derive(Debug, Clone, Copy)]
pub struct Echo;

#[activities]
impl Echo {
    #[activity(name = "echo")]
    #[expect(
        clippy::unused_async,
        reason = "the SDK runs each activity that is not async in a thread"
    )]
    pub async fn echo(_context: ActivityContext, text: String) -> Result<String, ActivityError> {
        Ok(text)
    }
}

#[workflow]
#[derive(Debug, Default)]
pub struct Payload;

#[workflow_methods]
impl Payload {
    #[run(name = TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(context
            .execute_activity(Echo::echo, text, activity())
            .await?)
    }
}
