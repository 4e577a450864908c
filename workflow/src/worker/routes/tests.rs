//! Every answer of the HTTP routes, with a fake Temporal.

use std::future::pending;
use std::time::Duration;

use crate::Name;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use temporalio_client::tonic::Status;
use tower::ServiceExt;

use super::super::starter::{Refusal, Started, Starter};
use super::router;

/// The behaviour of the fake Temporal.
#[derive(Clone, Copy)]
enum Temporal {
    Works,
    HasItRunning,
    IsDown,
    RefusesToStart,
    NeverStarts,
    FailsTheWorkflow,
    NeverCloses,
    GoesDownMeanwhile,
}

impl Starter for Temporal {
    async fn start(&self, workflow_id: &Name, name: &Name) -> Result<Started, Refusal> {
        let workflow_id = workflow_id.to_string();
        let act = format!("start workflow ID={workflow_id}");
        match self {
            Self::HasItRunning => Err(Refusal::AlreadyRunning {
                workflow_id,
                run_id: "run-1".to_owned(),
            }),
            Self::IsDown => Err(Refusal::Unreachable {
                act,
                source: Status::unavailable("connection refused"),
            }),
            Self::RefusesToStart => Err(Refusal::Refused {
                act,
                source: Status::not_found("no such namespace"),
            }),
            Self::NeverStarts => pending().await,
            _ => Ok(Started {
                workflow_id,
                run_id: format!("run-of-{name}"),
            }),
        }
    }

    async fn result(&self, started: &Started) -> Result<String, Refusal> {
        let Started {
            workflow_id,
            run_id,
        } = started.clone();
        match self {
            Self::FailsTheWorkflow => Err(Refusal::NotCompleted {
                workflow_id,
                run_id,
                outcome: "failed: Activity task failed: the name is blank".to_owned(),
            }),
            Self::GoesDownMeanwhile => Err(Refusal::Unreachable {
                act: format!("wait for workflow ID={workflow_id}, RunID={run_id}"),
                source: Status::unavailable("connection refused"),
            }),
            Self::NeverCloses => pending().await,
            _ => Ok(format!("Hello {}!", run_id.trim_start_matches("run-of-"))),
        }
    }
}

const LIMIT: Duration = Duration::from_millis(20);

async fn get(temporal: Temporal, path: &str) -> String {
    let request = Request::get(path)
        .body(Body::empty())
        .expect("a valid path");
    let response = router(temporal, LIMIT)
        .oneshot(request)
        .await
        .expect("infallible");
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 10_000)
        .await
        .expect("a short body");
    format!("{status} {}", String::from_utf8_lossy(&body))
}

#[tokio::test]
async fn ping_answers_even_if_temporal_is_down() {
    assert_eq!(get(Temporal::IsDown, "/ping").await, "200 pong");
}

#[tokio::test]
async fn sync_greets() {
    assert_eq!(
        get(Temporal::Works, "/sync?name=Ada").await,
        "200 Hello Ada!"
    );
    assert_eq!(get(Temporal::Works, "/sync").await, "200 Hello Guest!");
    assert_eq!(
        get(Temporal::Works, "/sync?name=Ada+L%C3%B6w").await,
        "200 Hello Ada Löw!"
    );
}

#[tokio::test]
async fn async_names_the_workflow_and_its_run() {
    assert_eq!(
        get(Temporal::Works, "/async?name=Ada").await,
        "202 Started workflow ID=Ada, RunID=run-of-Ada"
    );
    assert_eq!(
        get(Temporal::Works, "/async").await,
        "202 Started workflow ID=Guest, RunID=run-of-Guest"
    );
}

#[tokio::test]
async fn a_given_id_replaces_the_name_as_workflow_id() {
    assert_eq!(
        get(Temporal::Works, "/async?name=Ada&id=order-7").await,
        "202 Started workflow ID=order-7, RunID=run-of-Ada"
    );
    assert_eq!(
        get(Temporal::Works, "/sync?name=Ada&id=order-7").await,
        "200 Hello Ada!"
    );
}

#[tokio::test]
async fn a_bad_name_or_id_is_a_bad_request() {
    let long = "x".repeat(101);
    for path in ["/sync", "/async"] {
        assert_eq!(
            get(Temporal::Works, &format!("{path}?name=")).await,
            "400 name is blank"
        );
        assert_eq!(
            get(Temporal::Works, &format!("{path}?name={long}")).await,
            "400 name has 101 characters; at most 100 are allowed"
        );
        assert_eq!(
            get(Temporal::Works, &format!("{path}?name=A%0D%0AB")).await,
            "400 name has the control character U+000D at position 2"
        );
        assert_eq!(
            get(Temporal::Works, &format!("{path}?name=A&id=%00")).await,
            "400 id has the control character U+0000 at position 1"
        );
    }
}

#[tokio::test]
async fn an_invalid_query_is_a_bad_request() {
    for query in ["name=A&name=B", "id=A&id=B"] {
        let answer = get(Temporal::Works, &format!("/sync?{query}")).await;
        assert!(answer.starts_with("400 "), "{answer}");
    }
}

#[tokio::test]
async fn a_running_workflow_is_a_conflict() {
    for path in ["/sync?name=Ada", "/async?name=Ada"] {
        assert_eq!(
            get(Temporal::HasItRunning, path).await,
            "409 workflow ID=Ada is already running, RunID=run-1"
        );
    }
}

#[tokio::test]
async fn an_unreachable_temporal_is_service_unavailable_with_the_reason() {
    for path in ["/sync?name=Ada", "/async?name=Ada"] {
        let answer = get(Temporal::IsDown, path).await;
        assert_eq!(
            answer,
            "503 could not reach Temporal to start workflow ID=Ada: \
             connection refused (Unavailable)"
        );
    }
    assert_eq!(
        get(Temporal::GoesDownMeanwhile, "/sync?name=Ada").await,
        "503 could not reach Temporal to wait for workflow ID=Ada, RunID=run-of-Ada: \
         connection refused (Unavailable)"
    );
}

#[tokio::test]
async fn a_refusal_by_temporal_is_a_bad_gateway() {
    assert_eq!(
        get(Temporal::RefusesToStart, "/async?name=Ada").await,
        "502 Temporal refused to start workflow ID=Ada: no such namespace (NotFound)"
    );
}

#[tokio::test]
async fn a_failed_workflow_is_a_bad_gateway_with_its_message() {
    assert_eq!(
        get(Temporal::FailsTheWorkflow, "/sync?name=Ada").await,
        "502 workflow ID=Ada, RunID=run-of-Ada failed: Activity task failed: the name is blank"
    );
}

#[tokio::test]
async fn a_deadline_is_a_gateway_timeout_with_the_state_of_the_workflow() {
    for path in ["/sync?name=Ada", "/async?name=Ada"] {
        assert_eq!(
            get(Temporal::NeverStarts, path).await,
            "504 workflow ID=Ada may have started, because Temporal did not answer within 20ms"
        );
    }
    assert_eq!(
        get(Temporal::NeverCloses, "/sync?name=Ada").await,
        "504 workflow ID=Ada, RunID=run-of-Ada has no result within 20ms and continues"
    );
}

#[tokio::test]
async fn other_paths_and_methods_are_not_found_and_not_allowed() {
    assert_eq!(get(Temporal::Works, "/").await, "404 ");
    let request = Request::post("/sync").body(Body::empty()).expect("valid");
    let response = router(Temporal::Works, LIMIT)
        .oneshot(request)
        .await
        .expect("infallible");
    assert_eq!(response.status().as_u16(), 405);
}
