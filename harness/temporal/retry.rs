//! The calls that one result needs. They share a deadline. A call that the server refused for its
//! rate limit is repeated after a pause, so that the results of the calls before it are not lost.

use std::time::Duration;

use tokio::time::Instant;

use super::Error;
use super::backoff::Pace;

/// The calls that one result needs.
pub(super) struct Calls<'a> {
    operation: &'static str,
    until: Instant,
    longest: Duration,
    pace: Pace<&'a str>,
}

impl<'a> Calls<'a> {
    /// Calls that end at `until`, none of which takes longer than `longest`. `who` is the workflow id
    /// that the calls are about; it seeds the jitter of the pauses.
    pub(super) fn new(
        operation: &'static str,
        who: &'a str,
        until: Instant,
        longest: Duration,
    ) -> Self {
        Self {
            operation,
            until,
            longest,
            pace: Pace::new(who),
        }
    }

    /// The deadline of the next call; an error if no time is left.
    pub(super) fn deadline(&self) -> Result<Duration, Error> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let message = "no time left before the deadline";
            return Err(Error::new(self.operation, "DeadlineExceeded", message));
        }
        Ok(left.min(self.longest))
    }

    /// Pauses if the error is from the server's rate limit and there is time for another call.
    /// Otherwise returns the error.
    pub(super) async fn back_off(&mut self, error: Error) -> Result<(), Error> {
        if error.is_rate_limited() && self.pace.wait_before(self.until).await {
            Ok(())
        } else {
            Err(error)
        }
    }
}
