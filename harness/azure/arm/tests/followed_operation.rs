//! Runs an operation from its first request to its end.

use std::sync::Mutex;
use std::time::Duration;

use azure_core::http::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Reply, Server};
use crate::arm::{Error, Pending, Progress, Target, Wait};

pub(super) const STATUS: &str = "{base}/subscriptions/s/operationStatuses/1?api-version=v";
pub(super) const RESULT: &str = "{base}/subscriptions/s/operationResults/1?api-version=v";

pub(super) fn target() -> Target {
    Target::new("/subscriptions/s/x", "2024-03-01")
}

pub(super) fn state(state: &str) -> Reply {
    Reply::new(200).json(json!({"status": state}))
}

pub(super) fn resource(state: &str) -> Value {
    json!({"id": "/x", "properties": {"provisioningState": state}})
}

/// The result of an operation, and the requests and waits that led to it.
pub(super) struct FollowedOperation {
    pub(super) result: Result<Value, Error>,
    pub(super) server: Server,
    pub(super) progress: Vec<Progress>,
    pub(super) journal: Vec<Pending>,
    pub(super) waited: Duration,
}

impl FollowedOperation {
    pub(super) fn states(&self) -> Vec<&str> {
        self.progress.iter().map(|it| &*it.state).collect()
    }
}

pub(super) async fn run(method: Method, replies: Vec<Reply>) -> FollowedOperation {
    run_with(
        method,
        replies,
        Duration::from_hours(1),
        &CancellationToken::new(),
    )
    .await
}

pub(super) async fn run_with(
    method: Method,
    replies: Vec<Reply>,
    deadline: Duration,
    cancel: &CancellationToken,
) -> FollowedOperation {
    let server = Server::start(replies).await;
    let journal: Mutex<Vec<Pending>> = Mutex::default();
    let progress: Mutex<Vec<Progress>> = Mutex::default();
    let client = server.client();
    let start = server.clock.now();
    let wait = Wait {
        cancel,
        deadline,
        on_pending: &|pending| journal.lock().expect("unpoisoned").push(pending.clone()),
        progress: &|seen| progress.lock().expect("unpoisoned").push(seen.clone()),
    };
    let result = async {
        let answer = client.send(method, &target(), None).await?;
        let started = client.started(method, &target(), &answer)?;
        client.finish(started, &wait).await
    };
    let result = result.await;
    FollowedOperation {
        result,
        waited: server.clock.now() - start,
        server,
        progress: progress.into_inner().expect("unpoisoned"),
        journal: journal.into_inner().expect("unpoisoned"),
    }
}
