//! Waits for an operation until it ends, the user interrupts, or the deadline passes.

use std::fmt;
use std::time::Duration;

use azure_core::http::{Method, Url};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::client::Repeat;
use super::operation::{PollResult, address};
use super::retry::back_off;
use super::{Answer, Arm, Error, Pending, PollMethod, Started, Target};

/// The shortest wait between two polls, even if Azure asks for less.
const LEAST: Duration = Duration::from_millis(100);

/// How to wait for an operation.
pub struct Wait<'a> {
    /// Ends the wait. The operation continues in Azure.
    pub cancel: &'a CancellationToken,
    /// How long to wait at most.
    pub deadline: Duration,
    /// Called with the data to resume the wait after a crash, first at the start and then at each
    /// change.
    pub on_pending: &'a (dyn Fn(&Pending) + Sync),
    /// Called after each poll that shows the operation running.
    pub progress: &'a (dyn Fn(&Progress) + Sync),
}

/// The progress of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The state as Azure writes it; `Unknown` while Azure does not answer.
    pub state: String,
    /// How long the wait has lasted.
    pub elapsed: Duration,
    /// The progress in percent, if Azure reports it.
    pub percent: Option<f64>,
}

impl fmt::Debug for Wait<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Wait");
        out.field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Arm {
    /// Reads the answer to a request: done, or the operation that it started.
    pub fn started(
        &self,
        method: Method,
        target: &Target,
        answer: &Answer,
    ) -> Result<Started, Error> {
        let home = self.options().endpoints.resource_manager.clone();
        Started::of(answer, method, &target.url(home))
    }

    /// Waits until an operation ends, and returns its result (`null` if it has none).
    pub async fn finish(&self, started: Started, wait: &Wait<'_>) -> Result<Value, Error> {
        match started {
            Started::Done(value) => Ok(value),
            Started::Pending(pending, asked) => self.follow(pending, asked, wait).await,
        }
    }

    /// Resumes the wait for an operation that an earlier command started. Azure forgets operations
    /// after some days. The error is then [`Error::is_not_found`], and the caller must read the
    /// resource or send the request again.
    pub async fn resume(&self, pending: Pending, wait: &Wait<'_>) -> Result<Value, Error> {
        self.follow(pending, Some(Duration::ZERO), wait).await
    }

    async fn follow(
        &self,
        mut pending: Pending,
        mut asked: Option<Duration>,
        wait: &Wait<'_>,
    ) -> Result<Value, Error> {
        let clock = &self.options().clock;
        let start = clock.now();
        let mut polls = 0;
        let mut state = "Accepted".to_owned();
        (wait.on_pending)(&pending);
        loop {
            polls += 1;
            let left = wait.deadline.saturating_sub(clock.now() - start);
            if left.is_zero() {
                return Err(Error::Deadline {
                    deadline: wait.deadline,
                    state,
                    pending: Box::new(pending),
                });
            }
            let pause = asked.map_or_else(|| back_off(polls), |asked| asked.max(LEAST));
            let pause = pause.min(left);
            let polled = async {
                clock.sleep(pause).await;
                let url = pending.address(&self.options().endpoints)?;
                self.ask(Method::Get, url, None, Repeat::Safe).await
            };
            let answer = tokio::select! {
                biased;
                () = wait.cancel.cancelled() => {
                    return Err(Error::Interrupted { pending: Box::new(pending) });
                }
                answer = polled => answer,
            };
            let elapsed = clock.now() - start;
            let (poll, after) = match answer {
                Ok(answer) => {
                    let before = pending.clone();
                    pending.follow(&answer);
                    if pending != before {
                        (wait.on_pending)(&pending);
                    }
                    (before.read_poll(&answer)?, answer.retry_after())
                }
                Err(error) if pending.via == PollMethod::Absence && error.is_not_found() => {
                    return Ok(Value::Null);
                }
                // The operation continues even while Azure does not answer.
                Err(error) if error.is_transient() => {
                    (PollResult::Running("Unknown".to_owned(), None), None)
                }
                Err(error) => return Err(error),
            };
            asked = after;
            match poll {
                PollResult::Running(now, percent) => {
                    (wait.progress)(&Progress {
                        state: now.clone(),
                        elapsed,
                        percent,
                    });
                    state = now;
                }
                PollResult::Done(value) => return self.result_of(&pending, value).await,
                PollResult::Failed(state, detail) => {
                    let act = self.path(&pending);
                    return Err(Error::Failed {
                        act,
                        state,
                        detail: detail.map(Box::new),
                    });
                }
            }
        }
    }

    /// The result of an operation that is done.
    async fn result_of(&self, pending: &Pending, last: Value) -> Result<Value, Error> {
        let Some(result) = &pending.result else {
            return Ok(last);
        };
        let url = address(result, &self.options().endpoints)?;
        let answer = self.ask(Method::Get, url, None, Repeat::Safe).await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        answer.json()
    }

    fn path(&self, pending: &Pending) -> String {
        let url = pending.result.as_ref().unwrap_or(&pending.url);
        let url = address(url, &self.options().endpoints);
        url.as_ref().map_or("an operation", Url::path).to_owned()
    }
}
