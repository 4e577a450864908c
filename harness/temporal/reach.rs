//! Whether a workflow can be started, whichever history shard it belongs to.
//!
//! A frontend that serves says little about the shards: one that lost its database, or whose owner
//! has just died, refuses every start until it has been acquired again ("shard status unknown").
//! So the server is asked about one workflow of each shard that nobody has started: only the owner
//! of a shard can tell that there is none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::Instant;
use tonic::Code;

use super::calls::Calls;
use super::client::Client;
use super::{Error, ExecutionKey, shard};

const OPERATION: &str = "look for history shards";

/// How many shards are asked at a time.
const CONCURRENCY: usize = 32;

/// What the ids of the workflows begin with that nobody has started.
const NOBODY: &str = "harness-readiness-of-shard-";

impl Client {
    /// Succeeds if every history shard answers in this namespace. No call takes longer than
    /// `deadline`, and all of it no longer than `patience`.
    ///
    /// A server that limits how much it is asked is asked more slowly: what it has no leave to
    /// answer until then, it has none to start either, and says so itself.
    pub async fn check_shards(&self, deadline: Duration, patience: Duration) -> Result<(), Error> {
        let look = &Look {
            client: self,
            deadline,
            until: Instant::now() + patience,
            limited: AtomicBool::new(false),
        };
        let calls = look.calls(NOBODY);
        let shards = self
            .describe_cluster(calls.deadline()?)
            .await?
            .history_shards;
        let described = self.describe_namespace(&self.namespace, calls.deadline()?);
        let namespace = described.await?.namespace_info.unwrap_or_default().id;
        let ids = shard::one_id_for_each(&namespace, NOBODY, shards);
        stream::iter((1_u32..).zip(ids))
            .map(|(shard, id)| async move {
                let asked = look.ask_shard(id).await;
                asked.map_err(|error| of_shard(shard, shards, &error))
            })
            .buffer_unordered(CONCURRENCY)
            .try_for_each(async |()| Ok(()))
            .await
    }
}

/// One look at all shards.
struct Look<'a> {
    client: &'a Client,
    /// How long one call may take.
    deadline: Duration,
    /// When all of it is over.
    until: Instant,
    /// Whether the server has said that it is asked too much.
    limited: AtomicBool,
}

impl Look<'_> {
    fn calls<'a>(&self, who: &'a str) -> Calls<'a> {
        Calls::new(OPERATION, who, self.until, self.deadline)
    }

    /// Asks the owner of a shard about a workflow that nobody has started.
    async fn ask_shard(&self, id: String) -> Result<(), Error> {
        let key = ExecutionKey {
            workflow_id: id,
            run_id: String::new(),
        };
        let mut calls = self.calls(&key.workflow_id);
        loop {
            let deadline = match calls.deadline() {
                Err(_) if self.is_cut_off(&calls) => return Ok(()),
                deadline => deadline?,
            };
            match self.client.describe_once(&key, deadline).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_absent() => return Ok(()),
                Err(error) if error.is_too_much() => {
                    self.limited.store(true, Ordering::Relaxed);
                    if calls.wait_out(error).await.is_err() {
                        return Ok(());
                    }
                }
                // It was asked late, since the server had limited it, and had no time to answer.
                Err(error) if error.has(Code::DeadlineExceeded) && self.is_cut_off(&calls) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the time is over because the server limits how much it is asked.
    fn is_cut_off(&self, calls: &Calls<'_>) -> bool {
        self.limited.load(Ordering::Relaxed) && calls.deadline().is_err()
    }
}

fn of_shard(shard: u32, shards: u32, error: &Error) -> Error {
    let message = format!("shard {shard} of {shards}: {}", error.message);
    Error::new(OPERATION, error.code.clone(), message)
}

#[cfg(test)]
mod tests {
    use tonic::Status as Refusal;

    use super::*;
    use crate::fake::Scripted;

    const DEADLINE: Duration = Duration::from_secs(2);
    const PATIENCE: Duration = Duration::from_secs(10);

    async fn look(scripted: &Scripted) -> Result<(), Error> {
        scripted.client().check_shards(DEADLINE, PATIENCE).await
    }

    #[tokio::test(start_paused = true)]
    async fn every_shard_is_asked_about_a_workflow_that_nobody_started() {
        let scripted = Scripted::of_shards(512);
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        assert_eq!(look(&scripted).await, Ok(()));
        let asked = scripted.described();
        assert_eq!(asked.len(), 512);
        assert!(asked.iter().all(|id| id.starts_with(NOBODY)), "{asked:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_shard_that_nobody_owns_is_named() {
        let scripted = Scripted::of_shards(4);
        scripted.describe_fails(Refusal::not_found("workflow not found"));
        scripted.describe_fails(Refusal::unavailable("shard status unknown"));
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        let error = look(&scripted).await.expect_err("shard 2 has no owner");
        assert_eq!(
            error.to_string(),
            "look for history shards: Unavailable: shard 2 of 4: shard status unknown"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_does_not_know_the_namespace_is_not_taken_for_one_that_does() {
        let scripted = Scripted::of_shards(1);
        scripted.describe_always_fails(Refusal::not_found("Namespace default is not found."));
        let error = look(&scripted).await.expect_err("the namespace is unknown");
        assert!(error.has(Code::NotFound), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_asked_too_much_is_asked_more_slowly() {
        let scripted = Scripted::of_shards(4);
        for _ in 0..8 {
            scripted.describe_fails(Refusal::resource_exhausted("namespace rate limit"));
        }
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        assert_eq!(look(&scripted).await, Ok(()));
        assert_eq!(scripted.described().len(), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_gives_no_leave_to_ask_does_not_hold_readiness_up_for_ever() {
        let scripted = Scripted::of_shards(64);
        scripted.describe_always_fails(Refusal::resource_exhausted("namespace rate limit"));
        let begun = Instant::now();
        assert_eq!(look(&scripted).await, Ok(()));
        assert!(begun.elapsed() <= PATIENCE, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_answers_slowly_is_given_up_when_the_time_for_all_of_it_is_over() {
        let scripted = Scripted::of_shards(512);
        scripted.describe_takes(DEADLINE.saturating_sub(Duration::from_millis(100)));
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        let begun = Instant::now();
        let error = look(&scripted).await.expect_err("it is too slow");
        assert!(error.has(Code::DeadlineExceeded), "{error}");
        let longest = PATIENCE + Duration::from_secs(1);
        assert!(begun.elapsed() <= longest, "{:?}", begun.elapsed());
    }
}
