//! Checks that a workflow can be started, whichever history shard it belongs to.
//!
//! A frontend can report SERVING while shards are unavailable. A shard that lost its database, or
//! whose owner has just died, refuses every start until it is acquired again ("shard status
//! unknown"). So this check describes one workflow of each shard that does not exist: only the owner
//! of a shard can answer that there is no such workflow.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::time::Instant;
use tonic::Code;

use super::client::Client;
use super::retry::Calls;
use super::{Error, ExecutionKey, shard};

const OPERATION: &str = "check history shards";

/// Number of concurrent calls.
const CONCURRENCY: usize = 32;

/// Prefix of workflow ids that no client uses.
const UNUSED_ID: &str = "harness-readiness-of-shard-";

impl Client {
    /// Succeeds if every history shard answers in this namespace. No call takes longer than
    /// `deadline`, and the whole check no longer than `patience`.
    ///
    /// If a rate limit refuses calls, the check slows down. Shards that the limit leaves unchecked
    /// when `patience` is over count as reachable: the limit says nothing about the shards, and it
    /// refuses starts with an error of its own.
    pub async fn check_shards(&self, deadline: Duration, patience: Duration) -> Result<(), Error> {
        let check = &ShardCheck {
            client: self,
            deadline,
            until: Instant::now() + patience,
            limited: AtomicBool::new(false),
        };
        let calls = check.calls(UNUSED_ID);
        let shards = self
            .describe_cluster(calls.deadline()?)
            .await?
            .history_shards;
        let described = self.describe_namespace(&self.namespace, calls.deadline()?);
        let namespace = described.await?.namespace_info.unwrap_or_default().id;
        let ids = shard::one_id_for_each(&namespace, UNUSED_ID, shards);
        stream::iter((1_u32..).zip(ids))
            .map(|(shard, id)| async move {
                let asked = check.check_shard(id).await;
                asked.map_err(|error| for_shard(shard, shards, &error))
            })
            .buffer_unordered(CONCURRENCY)
            .try_for_each(async |()| Ok(()))
            .await
    }
}

/// One check of all shards.
struct ShardCheck<'a> {
    client: &'a Client,
    /// The longest time for one call.
    deadline: Duration,
    /// The end of the whole check.
    until: Instant,
    /// Whether a rate limit has refused a call.
    limited: AtomicBool,
}

impl ShardCheck<'_> {
    fn calls<'a>(&self, who: &'a str) -> Calls<'a> {
        Calls::new(OPERATION, who, self.until, self.deadline)
    }

    /// Describes a workflow that does not exist; the owner of its shard answers.
    async fn check_shard(&self, id: String) -> Result<(), Error> {
        let key = ExecutionKey {
            workflow_id: id,
            run_id: String::new(),
        };
        let mut calls = self.calls(&key.workflow_id);
        loop {
            let deadline = match calls.deadline() {
                Err(_) if self.is_out_of_time(&calls) => return Ok(()),
                deadline => deadline?,
            };
            match self.client.describe_once(&key, deadline).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_absent() => return Ok(()),
                Err(error) if error.is_rate_limited() => {
                    self.limited.store(true, Ordering::Relaxed);
                    if calls.back_off(error).await.is_err() {
                        return Ok(());
                    }
                }
                // The call was late because of the rate limit, so there was no time to answer.
                Err(error) if error.has(Code::DeadlineExceeded) && self.is_out_of_time(&calls) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the time is over because of a rate limit.
    fn is_out_of_time(&self, calls: &Calls<'_>) -> bool {
        self.limited.load(Ordering::Relaxed) && calls.deadline().is_err()
    }
}

fn for_shard(shard: u32, shards: u32, error: &Error) -> Error {
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

    async fn check(scripted: &Scripted) -> Result<(), Error> {
        scripted.client().check_shards(DEADLINE, PATIENCE).await
    }

    #[tokio::test(start_paused = true)]
    async fn every_shard_is_checked_with_a_workflow_that_does_not_exist() {
        let scripted = Scripted::of_shards(512);
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        assert_eq!(check(&scripted).await, Ok(()));
        let asked = scripted.described();
        assert_eq!(asked.len(), 512);
        assert!(
            asked.iter().all(|id| id.starts_with(UNUSED_ID)),
            "{asked:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_shard_without_an_owner_is_named() {
        let scripted = Scripted::of_shards(4);
        scripted.describe_fails(Refusal::not_found("workflow not found"));
        scripted.describe_fails(Refusal::unavailable("shard status unknown"));
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        let error = check(&scripted).await.expect_err("shard 2 has no owner");
        assert_eq!(
            error.to_string(),
            "check history shards: Unavailable: shard 2 of 4: shard status unknown"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_namespace_fails_the_check() {
        let scripted = Scripted::of_shards(1);
        scripted.describe_always_fails(Refusal::not_found("Namespace default is not found."));
        let error = check(&scripted)
            .await
            .expect_err("the namespace is unknown");
        assert!(error.has(Code::NotFound), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn calls_slow_down_at_a_rate_limit() {
        let scripted = Scripted::of_shards(4);
        for _ in 0..8 {
            scripted.describe_fails(Refusal::resource_exhausted("namespace rate limit"));
        }
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        assert_eq!(check(&scripted).await, Ok(()));
        assert_eq!(scripted.described().len(), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_that_refuses_every_call_does_not_block_readiness_forever() {
        let scripted = Scripted::of_shards(64);
        scripted.describe_always_fails(Refusal::resource_exhausted("namespace rate limit"));
        let begun = Instant::now();
        assert_eq!(check(&scripted).await, Ok(()));
        assert!(begun.elapsed() <= PATIENCE, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_server_fails_the_check_when_the_time_for_the_whole_check_is_over() {
        let scripted = Scripted::of_shards(512);
        scripted.describe_takes(DEADLINE.saturating_sub(Duration::from_millis(100)));
        scripted.describe_always_fails(Refusal::not_found("workflow not found"));
        let begun = Instant::now();
        let error = check(&scripted).await.expect_err("it is too slow");
        assert!(error.has(Code::DeadlineExceeded), "{error}");
        let longest = PATIENCE + Duration::from_secs(1);
        assert!(begun.elapsed() <= longest, "{:?}", begun.elapsed());
    }
}
