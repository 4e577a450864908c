//! Starts operations, and announces them in response headers.

use std::time::Duration;

use azure::api_version::RESOURCES;
use jiff::Timestamp;
use serde_json::Value;

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::operation::{Act, Headers, Operation};
use super::settings::Dialect;
use super::state::State;

/// Starts an operation that ends at `ends`. With `None`, the engine of stacks ends it.
pub(super) fn begin(
    state: &mut State,
    now: Timestamp,
    target: &str,
    act: Act,
    ends: Option<Timestamp>,
) -> String {
    let id = state.next_id("operation");
    let operation = Operation {
        id: id.clone(),
        target: target.to_owned(),
        act,
        started: now,
        ends,
        outcome: None,
        fails: None,
        finding: None,
    };
    state.operations.insert(id.clone(), operation);
    id
}

/// Starts an operation whose result is `finding`. Clients fetch it from `Location` once it has
/// ended.
pub(super) fn answer_later(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    about: &ResourceId,
    takes: Duration,
    finding: Value,
) -> Response {
    let operation = begin(
        &mut cloud.state,
        now,
        &about.key(),
        Act::Look,
        Some(now + takes),
    );
    arm(cloud, "POST", request.url.path(), &operation);
    if let Some(operation) = cloud.state.operations.get_mut(&operation) {
        operation.finding = Some(finding);
    }
    announced(cloud, Response::empty(202), &operation, Headers::Location)
}

/// Adds the headers that announce an operation to a response.
pub(super) fn announced(
    cloud: &Cloud,
    answer: Response,
    id: &str,
    documented: Headers,
) -> Response {
    let Some(operation) = cloud.state.operations.get(id) else {
        return answer;
    };
    let headers = match (cloud.settings.dialect, operation.act) {
        (_, Act::DeleteGroup | Act::Look) => Headers::Location,
        (Dialect::Documented, _) => documented,
        (Dialect::Recorded, Act::Stack | Act::Preview) | (_, Act::Deployment) => {
            Headers::AsyncOperation
        }
        (Dialect::Recorded, _) => Headers::Both,
    };
    let at = |word: &str| {
        let base = &cloud.settings.base_url;
        let subscription = &cloud.settings.subscription;
        format!(
            "{base}/subscriptions/{subscription}/providers/Microsoft.Resources/locations/\
             global/{word}/{id}?api-version={RESOURCES}"
        )
    };
    let mut answer = answer.with_header("Retry-After", cloud.settings.retry_after.to_string());
    if headers != Headers::Location {
        answer = answer.with_header("Azure-AsyncOperation", at("operationStatuses"));
    }
    if headers != Headers::AsyncOperation {
        answer = answer.with_header("Location", at("operationResults"));
    }
    answer
}

/// Attaches the next matching fault of the script to an operation.
pub(super) fn arm(cloud: &mut Cloud, method: &str, path: &str, operation: &str) {
    let fails = cloud.script.operation_fault(method, path);
    if let Some(operation) = cloud.state.operations.get_mut(operation) {
        operation.fails = fails;
    }
}
