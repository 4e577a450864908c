//! Waiting for an operation: until it is done, somebody asks to stop, or it takes too long.

use std::fmt;
use std::time::Duration;

use azure_core::http::{Method, Url};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::client::Repeat;
use super::operation::{Look, address};
use super::retry::back_off;
use super::{Answer, Arm, Begun, Error, Pending, Target, Via};

/// How long it is waited at least between two looks, also where Azure would be asked at once.
const LEAST: Duration = Duration::from_millis(100);

/// How an operation is waited for.
pub struct Wait<'a> {
    /// Ends the wait; the operation goes on.
    pub cancel: &'a CancellationToken,
    /// How long it may take.
    pub deadline: Duration,
    /// Told once there is something to go on from after a crash, and whenever that changes.
    pub begun: &'a (dyn Fn(&Pending) + Sync),
    /// Told of each look.
    pub progress: &'a (dyn Fn(&Progress) + Sync),
}

/// How far an operation is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Its state, in Azure's words; `Unknown` while Azure does not answer.
    pub state: String,
    /// How long it has been waited for.
    pub elapsed: Duration,
    /// How much is done, where Azure tells.
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
    /// What the answer to a request has begun.
    pub fn begun(&self, method: Method, target: &Target, answer: &Answer) -> Result<Begun, Error> {
        let home = self.options().endpoints.resource_manager.clone();
        Begun::of(answer, method, &target.url(home))
    }

    /// Waits for what has begun, and gives what came of it (`null` where there is nothing).
    pub async fn finish(&self, begun: Begun, wait: &Wait<'_>) -> Result<Value, Error> {
        match begun {
            Begun::Done(value) => Ok(value),
            Begun::Pending(pending, asked) => self.follow(pending, asked, wait).await,
        }
    }

    /// Goes on waiting for an operation that an earlier command has begun. Azure forgets operations
    /// after some days: one that it no longer knows is an error that [`Error::is_not_found`], and
    /// what it was for has to be looked up, or asked for again.
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
        let mut looks = 0;
        let mut state = "Accepted".to_owned();
        (wait.begun)(&pending);
        loop {
            looks += 1;
            let left = wait.deadline.saturating_sub(clock.now() - start);
            if left.is_zero() {
                return Err(Error::Deadline {
                    deadline: wait.deadline,
                    state,
                    pending: Box::new(pending),
                });
            }
            let pause = asked.map_or_else(|| back_off(looks), |asked| asked.max(LEAST));
            let pause = pause.min(left);
            let looked = async {
                clock.sleep(pause).await;
                let url = pending.address(&self.options().endpoints)?;
                self.ask(Method::Get, url, None, Repeat::Safe).await
            };
            let answer = tokio::select! {
                biased;
                () = wait.cancel.cancelled() => {
                    return Err(Error::Interrupted { pending: Box::new(pending) });
                }
                answer = looked => answer,
            };
            let elapsed = clock.now() - start;
            let (look, after) = match answer {
                Ok(answer) => {
                    let before = pending.clone();
                    pending.follow(&answer);
                    if pending != before {
                        (wait.begun)(&pending);
                    }
                    (before.look(&answer)?, answer.retry_after())
                }
                Err(error) if pending.via == Via::Absence && error.is_not_found() => {
                    return Ok(Value::Null);
                }
                // Azure goes on with it, whether it answers us or not.
                Err(error) if error.is_passing() => {
                    (Look::Running("Unknown".to_owned(), None), None)
                }
                Err(error) => return Err(error),
            };
            asked = after;
            match look {
                Look::Running(now, percent) => {
                    (wait.progress)(&Progress {
                        state: now.clone(),
                        elapsed,
                        percent,
                    });
                    state = now;
                }
                Look::Done(value) => return self.outcome(&pending, value).await,
                Look::Failed(state, fault) => {
                    let act = self.path(&pending);
                    return Err(Error::Failed {
                        act,
                        state,
                        fault: fault.map(Box::new),
                    });
                }
            }
        }
    }

    /// What came of an operation that is done.
    async fn outcome(&self, pending: &Pending, last: Value) -> Result<Value, Error> {
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
