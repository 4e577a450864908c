//! Local activities, which the worker runs within a workflow task.

use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{LocalActivityOptions, WorkflowContext, WorkflowResult};

use super::ACTIVITY_TIMEOUT;
use crate::activities::Activities;

pub const TYPE: &str = "LocalActivities";

/// The right result: a greeting for each name.
pub fn model(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("Hello {name}!")).collect()
}

#[workflow]
#[derive(Debug, Default)]
pub struct LocalActivities;

#[workflow_methods]
impl LocalActivities {
    #[run(name = TYPE)]
    pub async fn run(
        context: &mut WorkflowContext<Self>,
        names: Vec<String>,
    ) -> WorkflowResult<Vec<String>> {
        let mut greetings = Vec::new();
        for name in names {
            let options = LocalActivityOptions::builder()
                .start_to_close_timeout(ACTIVITY_TIMEOUT)
                .build();
            let greeting = context.execute_local_activity(Activities::greet, name, options);
            greetings.push(greeting.await?);
        }
        Ok(greetings)
    }
}
