//! Waits that end before their operation, and those that go on after a crash.

use std::time::Duration;

use azure_core::http::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::outcome::{RESULT, STATUS, resource, run, run_with, state};
use super::{Reply, Server};
use crate::arm::{Begun, Error, Pending, Wait};

#[tokio::test]
async fn a_token_is_not_sent_to_a_foreign_address() {
    let foreign = "https://evil.example/subscriptions/s/operationResults/1";
    let outcome = run(
        Method::Delete,
        vec![Reply::new(202).header("location", foreign)],
    )
    .await;
    let error = outcome.result.expect_err("foreign");
    insta::assert_snapshot!(error, @"Azure named an address outside the resource manager, evil.example, for GET /subscriptions/s/operationResults/1");
}

#[tokio::test]
async fn a_deadline_ends_the_wait_and_says_what_goes_on() {
    let mut replies = vec![Reply::new(202).header("azure-asyncoperation", STATUS)];
    replies.extend(vec![state("Deploying").header("retry-after", "45"); 9]);
    let outcome = run_with(
        Method::Put,
        replies,
        Duration::from_secs(100),
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(outcome.waited, Duration::from_secs(100));
    let error = outcome.result.expect_err("too long");
    insta::assert_snapshot!(error, @"the operation was still Deploying after 100 s");
    assert!(matches!(error, Error::Deadline { pending, .. } if *pending == outcome.journal[0]));
}

#[tokio::test]
async fn a_wait_that_is_cancelled_is_resumed_from_its_journal() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let first = vec![Reply::new(202).header("location", RESULT)];
    let outcome = run_with(Method::Put, first, Duration::from_hours(1), &cancel).await;
    let error = outcome.result.expect_err("cancelled");
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert_eq!(outcome.server.asked().len(), 1);
    let journal = serde_json::to_string(&outcome.journal[0]).expect("JSON");

    let server = Server::start([
        Reply::new(202),
        Reply::new(204),
        Reply::new(200).json(resource("Succeeded")),
    ])
    .await;
    let journal = journal.replace(outcome.server.base(), server.base());
    let pending: Pending = serde_json::from_str(&journal).expect("it reads back");
    let wait = Wait {
        cancel: &CancellationToken::new(),
        deadline: Duration::from_hours(1),
        begun: &|_| {},
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
async fn nothing_is_waited_for_where_nothing_has_begun() {
    let server = Server::start([]).await;
    let wait = Wait {
        cancel: &CancellationToken::new(),
        deadline: Duration::ZERO,
        begun: &|_| {},
        progress: &|_| {},
    };
    let done = server.client().finish(Begun::Done(json!(1)), &wait).await;
    assert_eq!(done.expect("done"), json!(1));
}
