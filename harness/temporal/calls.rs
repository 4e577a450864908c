//! The calls that one answer takes: they share a deadline, and one that the server had no leave to
//! answer is made again after a pause, so that what was read before it is not lost.

use std::time::Duration;

use tokio::time::Instant;

use super::Error;
use super::backoff::Pace;

/// The calls of one question.
pub(super) struct Calls<'a> {
    operation: &'static str,
    until: Instant,
    longest: Duration,
    pace: Pace<&'a str>,
}

impl<'a> Calls<'a> {
    /// Calls that are over at `until`, none of which takes longer than `longest`; `who` is what
    /// the server is asked about.
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

    /// How long the next call may take; an error if no time is left for one.
    pub(super) fn deadline(&self) -> Result<Duration, Error> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let message = "no time was left to ask";
            return Err(Error::new(self.operation, "DeadlineExceeded", message));
        }
        Ok(left.min(self.longest))
    }

    /// Pauses after an error if the server was asked too much and there is time for another call;
    /// otherwise the error comes back.
    pub(super) async fn wait_out(&mut self, error: Error) -> Result<(), Error> {
        if error.is_too_much() && self.pace.wait_before(self.until).await {
            Ok(())
        } else {
            Err(error)
        }
    }
}
