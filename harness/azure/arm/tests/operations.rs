//! Long-running operations in every variant that Azure answers in.

use std::time::Duration;

use azure_core::http::Method;
use serde_json::{Value, json};

use super::Reply;
use super::outcome::{RESULT, STATUS, resource, run, state};
use crate::arm::{Error, Via};

#[tokio::test]
async fn a_put_that_is_done_at_once_is_not_followed() {
    for body in [resource("Succeeded"), json!({"id": "/x"})] {
        let outcome = run(Method::Put, vec![Reply::new(200).json(body.clone())]).await;
        assert_eq!(outcome.result.expect("done"), body);
        assert!(outcome.journal.is_empty());
    }
}

/// The deployment stack as it was recorded: 201, a state in lower case, then the resource itself.
#[tokio::test]
async fn a_put_is_followed_by_azure_async_operation_and_read_back() {
    let outcome = run(
        Method::Put,
        vec![
            Reply::new(201)
                .header("azure-asyncoperation", STATUS)
                .header("location", RESULT)
                .header("retry-after", "5")
                .json(resource("initializing")),
            state("deploying").header("retry-after", "3"),
            state("updatingDenyAssignments"),
            state("succeeded"),
            Reply::new(200).json(resource("succeeded")),
        ],
    )
    .await;
    assert_eq!(outcome.states(), ["deploying", "updatingDenyAssignments"]);
    assert_eq!(outcome.result.expect("done"), resource("succeeded"));
    // 5 s and 3 s as asked, then 4 s of our own, as it is the third look.
    assert_eq!(outcome.waited, Duration::from_secs(12));
    insta::assert_snapshot!(outcome.server.lines(), @"
    PUT /subscriptions/s/x?api-version=2024-03-01
    GET /subscriptions/s/operationStatuses/1?api-version=v
    GET /subscriptions/s/operationStatuses/1?api-version=v
    GET /subscriptions/s/operationStatuses/1?api-version=v
    GET /subscriptions/s/x?api-version=2024-03-01
    ");
}

/// A MySQL server as it is described: `Location` alone, and the result at the original address.
#[tokio::test]
async fn a_put_is_followed_by_location() {
    let outcome = run(
        Method::Put,
        vec![
            Reply::new(202)
                .header("location", RESULT)
                .header("retry-after", "0"),
            Reply::new(202)
                .header("location", RESULT)
                .header("retry-after", "0"),
            Reply::new(202)
                .header("retry-after", "0")
                .json(json!({"status": "InProgress"})),
            Reply::new(200).json(json!({"name": "1", "status": "Succeeded"})),
            Reply::new(200).json(resource("Succeeded")),
        ],
    )
    .await;
    assert_eq!(outcome.states(), ["Running", "InProgress"]);
    assert_eq!(outcome.result.expect("done"), resource("Succeeded"));
    // Three looks: no less than this lies between two, whatever Azure says.
    assert_eq!(outcome.waited, Duration::from_millis(300));
}

#[tokio::test]
async fn a_put_without_headers_is_followed_by_its_own_state() {
    let outcome = run(
        Method::Put,
        vec![
            Reply::new(201).json(resource("Creating")),
            Reply::new(200).json(resource("Updating")),
            Reply::new(200).json(resource("SUCCEEDED")),
        ],
    )
    .await;
    assert_eq!(outcome.result.expect("done"), resource("SUCCEEDED"));
    assert_eq!(outcome.waited, Duration::from_secs(3));
    assert_eq!(outcome.journal[0].via, Via::Resource);
}

#[tokio::test]
async fn a_post_gives_the_result_at_its_location() {
    let changes = json!({"status": "Succeeded", "properties": {"changes": []}});
    let by_location = vec![
        Reply::new(202)
            .header("location", RESULT)
            .header("retry-after", "15"),
        Reply::new(202).header("location", RESULT),
        Reply::new(200).json(changes.clone()),
    ];
    let by_both = vec![
        Reply::new(202)
            .header("location", RESULT)
            .header("azure-asyncoperation", STATUS),
        state("Succeeded"),
        Reply::new(200).json(changes.clone()),
    ];
    for replies in [by_location, by_both] {
        let outcome = run(Method::Post, replies).await;
        assert_eq!(outcome.result.expect("done"), changes);
    }
}

/// Described with `Location`, and recorded with `Azure-AsyncOperation`.
#[tokio::test]
async fn a_delete_ends_with_nothing_in_either_variant() {
    let by_location = vec![
        Reply::new(202)
            .header("location", RESULT)
            .header("retry-after", "0"),
        Reply::new(202)
            .header("location", RESULT)
            .header("retry-after", "0"),
        Reply::new(200),
    ];
    let no_content = vec![Reply::new(202).header("location", RESULT), Reply::new(204)];
    let at_once = vec![Reply::new(204)];
    for replies in [by_location, no_content, at_once] {
        assert_eq!(
            run(Method::Delete, replies).await.result.expect("done"),
            Value::Null
        );
    }
    let by_status = vec![
        Reply::new(202).header("azure-asyncoperation", STATUS),
        state("deletingResources"),
        state("Succeeded"),
    ];
    let outcome = run(Method::Delete, by_status).await;
    outcome.result.expect("done");
    assert_eq!(outcome.server.asked().len(), 3);
}

#[tokio::test]
async fn a_failure_says_what_failed() {
    let inner = json!({"code": "SkuNotAvailable", "message": "no Standard_B2s in westeurope"});
    let error = json!({"code": "DeploymentFailed", "message": "see details", "details": [inner]});
    let by_status = vec![
        Reply::new(201).header("azure-asyncoperation", STATUS),
        Reply::new(200).json(json!({"status": "FAILED", "error": error})),
    ];
    let by_resource = vec![
        Reply::new(201).json(resource("Creating")),
        Reply::new(200)
            .json(json!({"properties": {"provisioningState": "failed", "error": error}})),
    ];
    for replies in [by_status, by_resource] {
        let error = run(Method::Put, replies).await.result.expect_err("failed");
        let fault = error.fault().expect("said").to_string();
        assert_eq!(fault, "SkuNotAvailable: no Standard_B2s in westeurope");
        assert!(
            error.hints()[0]
                .to_string()
                .starts_with("take another size"),
            "{error:?}"
        );
        let shown = error.to_string().to_lowercase();
        assert_eq!(shown, "/subscriptions/s/x ended as failed");
    }
    let cancelled = vec![
        Reply::new(202).header("azure-asyncoperation", STATUS),
        state("Canceled"),
    ];
    let error = run(Method::Delete, cancelled)
        .await
        .result
        .expect_err("cancelled");
    assert!(matches!(error, Error::Failed { ref state, fault: None, .. } if state == "Canceled"));
}

#[tokio::test]
async fn an_operation_outlives_a_token_and_a_while_without_answers() {
    let mut replies = vec![Reply::new(202).header("azure-asyncoperation", STATUS)];
    replies.push(Reply::new(401));
    replies.push(state("Running"));
    // More than the repeats of one request.
    replies.extend(vec![Reply::new(502); 7]);
    replies.push(state("Succeeded").cut());
    replies.push(state("Succeeded"));
    let outcome = run(Method::Delete, replies).await;
    assert_eq!(outcome.states(), ["Running", "Unknown"]);
    outcome.result.expect("done");
}

#[tokio::test]
async fn an_operation_that_moves_is_followed_to_its_new_address() {
    // 4 KB, which is what Azure says to be ready for.
    let long = format!(
        "{{base}}/subscriptions/s/operationResults/2?c={}",
        "x".repeat(4_000)
    );
    let outcome = run(
        Method::Delete,
        vec![
            Reply::new(202).header("location", RESULT),
            Reply::new(202).header("location", &long),
            Reply::new(200),
        ],
    )
    .await;
    outcome.result.expect("done");
    assert_eq!(outcome.journal.len(), 2);
    assert!(outcome.server.asked()[2].line.len() > 4_000);
}

/// Not described for anything that is used here, and allowed.
#[tokio::test]
async fn a_delete_without_headers_is_done_when_the_resource_is_gone() {
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let replies = vec![
        Reply::new(202),
        Reply::new(200).json(resource("Deleting")),
        Reply::new(200).json(json!({"id": "/x"})),
        Reply::new(404).json(gone),
    ];
    let outcome = run(Method::Delete, replies).await;
    assert_eq!(outcome.states(), ["Deleting", "Running"]);
    assert_eq!(outcome.result.expect("gone"), Value::Null);
}
