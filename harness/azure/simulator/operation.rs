//! Long-running operations.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::api_version::RESOURCES;
use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::refusal::Refusal;
use super::settings::Dialect;

/// Something that takes its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    /// Key of what it changes.
    pub(super) target: String,
    pub(super) act: Act,
    pub(super) started: Timestamp,
    /// When it ends; a stack ends when its resources are there.
    pub(super) ends: Option<Timestamp>,
    pub(super) outcome: Option<Result<(), Refusal>>,
    /// It fails when it has been looked at so many times.
    pub(super) fails: Option<(u32, Refusal)>,
    /// What it finds out, where nothing else keeps that.
    #[serde(default)]
    pub(super) finding: Option<Value>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Act {
    Put,
    Delete,
    DeleteGroup,
    Stack,
    Deployment,
    Preview,
    /// Answers with a finding and changes nothing; the alias is how earlier versions kept it.
    #[serde(alias = "Validation")]
    Look,
    Restart,
    Start,
    Stop,
}

impl Operation {
    /// Whether it has not ended.
    pub(super) fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    fn status(&self) -> &'static str {
        match (&self.outcome, self.act) {
            (None, Act::Stack) => "deploying",
            (None, Act::Preview) => "initializing",
            (None, Act::Deployment) => "Running",
            (None, _) => "InProgress",
            (Some(Ok(())), Act::Stack | Act::Preview) => "succeeded",
            (Some(Ok(())), _) => "Succeeded",
            (Some(Err(error)), Act::Stack) if error.is_cancellation() => "canceled",
            (Some(Err(_)), Act::Stack | Act::Preview) => "failed",
            (Some(Err(error)), Act::Deployment) if error.is_cancellation() => "Canceled",
            (Some(Err(_)), _) => "Failed",
        }
    }

    fn document(&self, path: &str) -> Value {
        let mut document = json!({
            "id": path,
            "name": self.id,
            "status": self.status(),
            "startTime": self.started.to_string(),
        });
        match &self.outcome {
            None => {}
            Some(outcome) => {
                if let Some(ends) = self.ends {
                    document["endTime"] = json!(ends.to_string());
                }
                if let Err(error) = outcome {
                    document["error"] = error.document();
                }
            }
        }
        document
    }
}

impl Cloud {
    /// The answer to a look at an operation, if the path is one.
    pub(super) fn poll(&mut self, now: Timestamp, request: &Request) -> Option<Response> {
        let segments = request.segments();
        let [.., word, id] = segments.as_slice() else {
            return None;
        };
        let word = word.to_lowercase();
        let by_location = word.ends_with("operationresults");
        if !by_location && !word.ends_with("operationstatuses") {
            return None;
        }
        if let Some(operation) = self.state.operations.get_mut(id)
            && let Some((left, error)) = operation.fails.take()
            && operation.is_running()
        {
            match left.checked_sub(1) {
                None | Some(0) => self.finish(id, now, Err(error)),
                Some(left) => operation.fails = Some((left, error)),
            }
        }
        let Some(operation) = self.state.operations.get(id) else {
            let message = format!("The operation '{id}' was not found.");
            return Some(Refusal::missing("OperationNotFound", message).response());
        };
        let waiting = operation.is_running();
        let retry_after = self.settings.retry_after.to_string();
        if !by_location {
            let answer = Response::json(200, operation.document(request.url.path()));
            return Some(if waiting {
                answer.with_header("Retry-After", retry_after)
            } else {
                answer
            });
        }
        Some(match &operation.outcome {
            None => Response::empty(202)
                .with_header("Location", request.url.to_string())
                .with_header("Retry-After", retry_after),
            Some(Err(error)) => error.response(),
            Some(Ok(())) => self.result_of(operation),
        })
    }

    /// What a finished operation leaves to be read at its `Location`.
    fn result_of(&self, operation: &Operation) -> Response {
        let target = &operation.target;
        let preview = self.state.previews.get(target);
        match (operation.act, self.state.resources.get(target), preview) {
            (Act::Put, Some(resource), _) => Response::json(200, self.show(resource)),
            (Act::Preview, _, Some(preview)) => Response::json(200, self.show_preview(preview)),
            (Act::Look, ..) => Response::json(200, operation.finding.clone().unwrap_or_default()),
            (Act::DeleteGroup | Act::Restart | Act::Start | Act::Stop, ..) => Response::empty(200),
            _ => Response::empty(204),
        }
    }

    /// The answer to a question that takes time: what is found is at the `Location` then.
    pub(super) fn found_later(
        &mut self,
        now: Timestamp,
        request: &Request,
        about: &ResourceId,
        takes: Duration,
        finding: Value,
    ) -> Response {
        let operation = self.begin(now, &about.key(), Act::Look, Some(now + takes));
        self.arm("POST", request.url.path(), &operation);
        if let Some(operation) = self.state.operations.get_mut(&operation) {
            operation.finding = Some(finding);
        }
        self.announced(Response::empty(202), &operation, Headers::Location)
    }

    /// An answer with the headers that announce an operation.
    pub(super) fn announced(&self, answer: Response, id: &str, documented: Headers) -> Response {
        let Some(operation) = self.state.operations.get(id) else {
            return answer;
        };
        let headers = match (self.settings.dialect, operation.act) {
            (_, Act::DeleteGroup | Act::Look) => Headers::Location,
            (Dialect::Documented, _) => documented,
            (Dialect::Recorded, Act::Stack | Act::Preview) | (_, Act::Deployment) => {
                Headers::AsyncOperation
            }
            (Dialect::Recorded, _) => Headers::Both,
        };
        let at = |word: &str| {
            let base = &self.settings.base_url;
            let subscription = &self.settings.subscription;
            format!(
                "{base}/subscriptions/{subscription}/providers/Microsoft.Resources/locations/\
                 global/{word}/{id}?api-version={RESOURCES}"
            )
        };
        let mut answer = answer.with_header("Retry-After", self.settings.retry_after.to_string());
        if headers != Headers::Location {
            answer = answer.with_header("Azure-AsyncOperation", at("operationStatuses"));
        }
        if headers != Headers::AsyncOperation {
            answer = answer.with_header("Location", at("operationResults"));
        }
        answer
    }
}

/// Which headers announce an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Headers {
    Location,
    AsyncOperation,
    Both,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_an_earlier_version_kept_is_read() {
        let kept = serde_json::from_value::<Act>(json!("Validation"));
        assert_eq!(kept.expect("an act"), Act::Look);
    }
}
