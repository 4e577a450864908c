//! Waits that end before their operation, and waits that resume after a crash.

use std::time::Duration;

use azure_core::http::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::followed_operation::{RESULT, STATUS, resource, run, run_with, state};
use super::{Reply, Server};
use crate::arm::{Error, Pending, Started, Wait};

#[tokio::test]
async fn a_token_is_not_sent_to_a_foreign_address() {
    let foreign = "https://evil.example/subscriptions/s/operationResults/1";
    let followed = run(
        Method::Delete,
        vec![Reply::new(202).header("location", foreign)],
    )
    .await;
    let error = followed.result.expect_err("foreign");
    insta::assert_snapshot!(error, @"refusing the address on evil.example that Azure named for GET /subscriptions/s/operationResults/1: it is outside the resource manager");
}

#[tokio::test]
async fn a_deadline_ends_the_wait_and_returns_the_running_operation() {
    let mut replies = vec![Reply::new(202).header("azure-asyncoperation", STATUS)];
    replies.extend(vec![state("Deploying").header("retry-after", "45"); 9]);
    let followed = run_with(
        Method::Put,
        replies,
        Duration::from_secs(100),
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(followed.waited, Duration::from_secs(100));
    let error = followed.result.expect_err("too long");
    insta::assert_snapshot!(error, @"the operation was still Deploying after 100 s");
    assert!(matches!(error, Error::Deadline { pending, .. } if *pending == followed.journal[0]));
}

#[tokio::test]
async fn a_wait_that_is_cancelled_is_resumed_from_its_journal() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let first = vec![Reply::new(202).header("location", RESULT)];
    let followed = run_with(Method::Put, first, Duration::from_hours(1), &cancel).await;
    let error = followed.result.expect_err("cancelled");
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert_eq!(followed.server.received().len(), 1);
    let journal = serde_json::to_string(&followed.journal[0]).expect("JSON");

    let server = Server::start([
        Reply::new(202),
        Reply::new(204),
        Reply::new(200).json(resource("Succeeded")),
    ])
    .await;
    let journal = journal.replace(followed.server.base(), server.base());
    let pending: Pending = serde_json::from_str(&journal).expect("it reads back");
    let wait = Wait {
        cancel: &CancellationToken::new(),
        deadline: Duration::from_hours(1),
        on_pending: &|_| {},
        progress: &|_| {},
    };
    let result = server.client().resume(pending, &wait).await;
    assert_eq!(result.expect("done"), resource("Succeeded"));
    insta::assert_snapshot!(server.lines(), @"
    GET /subscriptions/s/operationResults/1?api-version=v
    GET /subscriptions/s/operationResults/1?api-version=v
    GET /subscriptions/s/x?api-version=2024-03-01
    ");
}

#[tokio::test]
async fn a_finished_operation_needs_no_wait() {
    let server = Server::start([]).await;
    let wait = Wait {
        cancel: &CancellationToken::new(),
        deadline: Duration::ZERO,
        on_pending: &|_| {},
        progress: &|_| {},
    };
    let done = server.client().finish(Started::Done(json!(1)), &wait).await;
    assert_eq!(done.expect("done"), json!(1));
}
