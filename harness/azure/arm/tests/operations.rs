//! Long-running operations in every variant that Azure uses.

use std::time::Duration;

use azure_core::http::Method;
use serde_json::{Value, json};

use super::Reply;
use super::followed_operation::{RESULT, STATUS, resource, run, state};
use crate::arm::{Error, PollMethod};

#[tokio::test]
async fn a_put_that_is_done_at_once_is_not_followed() {
    for body in [resource("Succeeded"), json!({"id": "/x"})] {
        let followed = run(Method::Put, vec![Reply::new(200).json(body.clone())]).await;
        assert_eq!(followed.result.expect("done"), body);
        assert!(followed.journal.is_empty());
    }
}

/// As recorded for a deployment stack: 201, a state in lower case, then the resource itself.
#[tokio::test]
async fn a_put_is_followed_by_azure_async_operation_and_read_back() {
    let followed = run(
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
    assert_eq!(followed.states(), ["deploying", "updatingDenyAssignments"]);
    assert_eq!(followed.result.expect("done"), resource("succeeded"));
    // 5 s and 3 s as Azure asked, then the client's own 4 s before the third poll.
    assert_eq!(followed.waited, Duration::from_secs(12));
    insta::assert_snapshot!(followed.server.lines(), @"
    PUT /subscriptions/s/x?api-version=2024-03-01
    GET /subscriptions/s/operationStatuses/1?api-version=v
    GET /subscriptions/s/operationStatuses/1?api-version=v
    GET /subscriptions/s/operationStatuses/1?api-version=v
    GET /subscriptions/s/x?api-version=2024-03-01
    ");
}

/// As described for a MySQL server: only `Location`, and the result at the original URL.
#[tokio::test]
async fn a_put_is_followed_by_location() {
    let followed = run(
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
    assert_eq!(followed.states(), ["Running", "InProgress"]);
    assert_eq!(followed.result.expect("done"), resource("Succeeded"));
    // Three polls: the shortest wait applies, although Azure asks for none.
    assert_eq!(followed.waited, Duration::from_millis(300));
}

#[tokio::test]
async fn a_put_without_headers_is_followed_by_its_own_state() {
    let followed = run(
        Method::Put,
        vec![
            Reply::new(201).json(resource("Creating")),
            Reply::new(200).json(resource("Updating")),
            Reply::new(200).json(resource("SUCCEEDED")),
        ],
    )
    .await;
    assert_eq!(followed.result.expect("done"), resource("SUCCEEDED"));
    assert_eq!(followed.waited, Duration::from_secs(3));
    assert_eq!(followed.journal[0].via, PollMethod::Resource);
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
        let followed = run(Method::Post, replies).await;
        assert_eq!(followed.result.expect("done"), changes);
    }
}

/// Microsoft describes it with `Location`, and recordings show `Azure-AsyncOperation`.
#[tokio::test]
async fn a_delete_has_no_result_in_either_variant() {
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
    let followed = run(Method::Delete, by_status).await;
    followed.result.expect("done");
    assert_eq!(followed.server.received().len(), 3);
}

#[tokio::test]
async fn a_failed_operation_reports_its_error() {
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
        let detail = error.detail().expect("an error").to_string();
        assert_eq!(detail, "SkuNotAvailable: no Standard_B2s in westeurope");
        assert!(
            error.hints()[0]
                .to_string()
                .starts_with("Choose another size"),
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
    assert!(matches!(error, Error::Failed { ref state, detail: None, .. } if state == "Canceled"));
}

#[tokio::test]
async fn a_wait_survives_an_expired_token_and_missing_answers() {
    let mut replies = vec![Reply::new(202).header("azure-asyncoperation", STATUS)];
    replies.push(Reply::new(401));
    replies.push(state("Running"));
    // More than the retries of one request.
    replies.extend(vec![Reply::new(502); 7]);
    replies.push(state("Succeeded").cut());
    replies.push(state("Succeeded"));
    let followed = run(Method::Delete, replies).await;
    assert_eq!(followed.states(), ["Running", "Unknown"]);
    followed.result.expect("done");
}

#[tokio::test]
async fn an_operation_that_moves_is_followed_to_its_new_address() {
    // Azure tells clients to expect up to 4 KB.
    let long = format!(
        "{{base}}/subscriptions/s/operationResults/2?c={}",
        "x".repeat(4_000)
    );
    let followed = run(
        Method::Delete,
        vec![
            Reply::new(202).header("location", RESULT),
            Reply::new(202).header("location", &long),
            Reply::new(200),
        ],
    )
    .await;
    followed.result.expect("done");
    assert_eq!(followed.journal.len(), 2);
    assert!(followed.server.received()[2].line.len() > 4_000);
}

/// Allowed by Azure's rules, although no service here is described that way.
#[tokio::test]
async fn a_delete_without_headers_is_done_when_the_resource_is_gone() {
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let replies = vec![
        Reply::new(202),
        Reply::new(200).json(resource("Deleting")),
        Reply::new(200).json(json!({"id": "/x"})),
        Reply::new(404).json(gone),
    ];
    let followed = run(Method::Delete, replies).await;
    assert_eq!(followed.states(), ["Deleting", "Running"]);
    assert_eq!(followed.result.expect("gone"), Value::Null);
}
