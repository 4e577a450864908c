//! Whether a workflow can be started, whichever history shard it belongs to.
//!
//! A frontend that serves says little about the shards: one that lost its database, or whose owner
//! has just died, refuses every start until it has been acquired again ("shard status unknown").
//! So the server is asked about one workflow of each shard that nobody has started: only the owner
//! of a shard can tell that there is none.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use temporalio_common::protos::temporal::api::common::v1::WorkflowExecution;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeNamespaceRequest, DescribeWorkflowExecutionRequest,
};
use tokio::time::{Instant, sleep};

use super::client::{Client, answer, request};
use super::{Error, backoff, shard};

const OPERATION: &str = "look for history shards";

/// How many shards are asked at a time.
const CONCURRENCY: usize = 32;

/// What the ids of the workflows begin with that nobody has started.
const NOBODY: &str = "harness-readiness-of-shard-";

impl Client {
    /// Succeeds if every history shard answers in this namespace.
    ///
    /// A server that limits how much it is asked is asked more slowly, for `patience` at the most:
    /// what it has no leave to answer until then, it has none to start either, and says so itself.
    pub async fn check_shards(&self, deadline: Duration, patience: Duration) -> Result<(), Error> {
        let shards = self.describe_cluster(deadline).await?.history_shards;
        let namespace = self.namespace_id(deadline).await?;
        let ids = shard::one_id_for_each(&namespace, NOBODY, shards);
        let until = Instant::now() + patience;
        stream::iter((1_u32..).zip(ids))
            .map(|(shard, id)| async move {
                let asked = self.ask_shard(id, deadline, until).await;
                asked.map_err(|error| of_shard(shard, shards, &error))
            })
            .buffer_unordered(CONCURRENCY)
            .try_for_each(async |()| Ok(()))
            .await
    }

    /// Asks the owner of a shard about a workflow that nobody has started.
    async fn ask_shard(&self, id: String, deadline: Duration, until: Instant) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            let message = DescribeWorkflowExecutionRequest {
                namespace: self.namespace.clone(),
                execution: Some(WorkflowExecution {
                    workflow_id: id.clone(),
                    run_id: String::new(),
                }),
            };
            let mut workflows = self.workflows.clone();
            let call = workflows.describe_workflow_execution(request(message, deadline));
            match answer("describe workflow", deadline, call).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_absent() => return Ok(()),
                Err(error) if error.is_too_much() => {
                    let pause = backoff::pause(&id, tries);
                    if Instant::now() + pause >= until {
                        return Ok(());
                    }
                    sleep(pause).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn namespace_id(&self, deadline: Duration) -> Result<String, Error> {
        let message = DescribeNamespaceRequest {
            namespace: self.namespace.clone(),
            ..DescribeNamespaceRequest::default()
        };
        let mut workflows = self.workflows.clone();
        let call = workflows.describe_namespace(request(message, deadline));
        let described = answer("describe namespace", deadline, call).await?;
        Ok(described.namespace_info.unwrap_or_default().id)
    }
}

fn of_shard(shard: u32, shards: u32, error: &Error) -> Error {
    let message = format!("shard {shard} of {shards}: {}", error.message);
    Error::new(OPERATION, error.code.clone(), message)
}

#[cfg(test)]
mod tests {
    use tonic::{Code, Status as Refusal};

    use super::*;
    use crate::temporal::fake::Scripted;

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
        assert!(begun.elapsed() <= PATIENCE * 3, "{:?}", begun.elapsed());
    }
}
