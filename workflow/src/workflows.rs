//! The workflows: their activities, order and timeouts. Deterministic.

use std::time::Duration;

use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{ActivityOptions, WorkflowContext, WorkflowResult};

use crate::activities::{Activities, HEARTBEAT};
use crate::{NAP_TYPE, WORKFLOW_TYPE};

/// A greeting takes microseconds. This timeout is how long Temporal takes to notice that a worker
/// died after it had received the activity.
const GREET_TIMEOUT: Duration = Duration::from_secs(5);

/// The timeout of a nap beyond the nap itself.
const NAP_MARGIN: Duration = Duration::from_secs(5);

/// Greets with one activity; workflow type [`WORKFLOW_TYPE`].
#[workflow]
#[derive(Debug, Default)]
pub struct Greeting;

#[workflow_methods]
impl Greeting {
    #[run(name = WORKFLOW_TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        let options = ActivityOptions::start_to_close_timeout(GREET_TIMEOUT);
        let greeting = context.execute_activity(Activities::greet, name, options);
        Ok(greeting.await?)
    }
}

/// Sleeps in one activity; workflow type [`NAP_TYPE`].
#[workflow]
#[derive(Debug, Default)]
pub struct Nap;

#[workflow_methods]
impl Nap {
    /// Returns after a number of milliseconds.
    #[run(name = NAP_TYPE)]
    pub async fn run(context: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<()> {
        let timeout = Duration::from_millis(milliseconds).saturating_add(NAP_MARGIN);
        let options = ActivityOptions::with_start_to_close_timeout(timeout)
            .heartbeat_timeout(4 * HEARTBEAT)
            .build();
        let nap = context.execute_activity(Activities::nap, milliseconds, options);
        Ok(nap.await?)
    }
}
