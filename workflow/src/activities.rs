//! The side effects of the workflows: greet and sleep.

use std::time::Duration;

use temporalio_macros::activities;
use temporalio_sdk::ApplicationFailure;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tokio::time::{Instant, interval, sleep_until};

use crate::{Name, greeting, name};

/// Failure type of a greeting whose input is not a valid [`Name`].
pub const INVALID_NAME: &str = "InvalidName";

/// Time between two heartbeats of a nap.
pub(crate) const HEARTBEAT: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy)]
pub struct Activities;

#[activities]
impl Activities {
    /// Returns the greeting. An invalid [`Name`] is a non-retryable failure, because a retry would
    /// fail too.
    #[activity(name = "greet")]
    #[expect(
        clippy::unused_async,
        reason = "the SDK runs each activity that is not async in a thread"
    )]
    pub async fn greet(_context: ActivityContext, name: String) -> Result<String, ActivityError> {
        match name.parse::<Name>() {
            Ok(name) => Ok(greeting(&name)),
            Err(error) => Err(ActivityError::application(invalid(&error))),
        }
    }

    /// Sleeps for a number of milliseconds with heartbeats. Ends early only if it is cancelled.
    #[activity(name = "nap")]
    pub async fn nap(context: ActivityContext, milliseconds: u64) -> Result<(), ActivityError> {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        let mut heartbeat = interval(HEARTBEAT);
        loop {
            tokio::select! {
                () = sleep_until(end) => return Ok(()),
                () = context.cancelled() => return Err(ActivityError::cancelled()),
                _ = heartbeat.tick() => context.record_heartbeat(()).await?,
            }
        }
    }
}

fn invalid(error: &name::Error) -> ApplicationFailure {
    ApplicationFailure::builder(format!("the name {error}"))
        .type_name(INVALID_NAME.to_owned())
        .non_retryable(true)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_name_is_not_retried_and_has_a_reason() {
        let failure = invalid(&name::Error::Blank);

        assert!(failure.is_non_retryable());
        assert_eq!(failure.type_name(), Some(INVALID_NAME));
        assert_eq!(failure.source_error().to_string(), "the name is blank");
    }
}
