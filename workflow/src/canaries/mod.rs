//! Canary workflows: each uses one feature of Temporal, and has a pure model of its right result. Their
//! inputs and results are listed in `docs/workloads.md`. `Workflow` (hello world) and `Nap` (a long
//! activity with heartbeats) are canaries too.

pub mod chain;
pub mod counter;
pub mod fan_out;
pub mod local;
pub mod payload;
pub mod register;
pub mod saga;
pub mod timers;

use std::time::Duration;

use temporalio_sdk::{ActivityOptions, WorkerOptions, WorkflowRegistrationError};

/// A timeout far above the time that an activity of a canary takes. It is how long Temporal takes to
/// notice that a worker died after it had received the activity.
const ACTIVITY_TIMEOUT: Duration = Duration::from_secs(5);

fn activity() -> ActivityOptions {
    ActivityOptions::start_to_close_timeout(ACTIVITY_TIMEOUT)
}

/// Adds the canaries to a worker.
pub fn register(options: &mut WorkerOptions) -> Result<(), WorkflowRegistrationError> {
    options
        .register_workflow::<saga::OrderSaga>()?
        .register_workflow::<timers::TimerLadder>()?
        .register_workflow::<counter::SignalCounter>()?
        .register_workflow::<register::UpdateRegister>()?
        .register_workflow::<fan_out::FanOut>()?
        .register_workflow::<fan_out::FanOutChild>()?
        .register_workflow::<chain::ContinueAsNewChain>()?
        .register_workflow::<payload::Payload>()?
        .register_workflow::<local::LocalActivities>()?
        .register_activities(saga::Steps)
        .register_activities(payload::Echo);
    Ok(())
}
