//! Long-running operations: how the client polls one, and the data to resume polling after a crash.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>. Services
//! do not always send the header that their description names, so the client accepts every variant
//! from every service.

use std::time::Duration;

use azure_core::http::{Method, StatusCode, Url};
use serde_json::Value;

use super::pending::{Pending, PollMethod};
use super::{Answer, Endpoints, Error, ErrorDetail};

/// The state of an operation after its first answer.
#[derive(Debug, Clone)]
pub enum Started {
    /// It is done, with this answer.
    Done(Value),
    /// It runs. Azure may name the time after which to poll.
    Pending(Pending, Option<Duration>),
}

/// The result of polling an operation once.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PollResult {
    /// It runs: the state as Azure writes it, and the progress in percent if known.
    Running(String, Option<f64>),
    /// It is done, with the last answer.
    Done(Value),
    /// It failed or was cancelled: the final state, and the error if there is one.
    Failed(String, Option<ErrorDetail>),
}

impl Started {
    /// Reads the first answer. `origin` is the URL of the request.
    pub(super) fn of(answer: &Answer, method: Method, origin: &Url) -> Result<Self, Error> {
        let body = body(answer)?;
        let header = |name| answer.header(name).map(str::to_owned);
        let (status, location) = (header("azure-asyncoperation"), header("location"));
        let origin = origin.to_string();
        // The result of a PUT is at its own URL, the result of a POST at its `Location`.
        let result = match method {
            Method::Put | Method::Patch => Some(origin.clone()),
            Method::Post => location.clone(),
            _ => None,
        };
        let pending = |url, via, result| {
            Ok(Self::Pending(
                Pending { url, via, result },
                answer.retry_after(),
            ))
        };
        let accepted = answer.status == StatusCode::Accepted;
        if let Some(url) = status {
            return pending(url, PollMethod::Status, result);
        }
        if let Some(url) = location.filter(|_| accepted || answer.status == StatusCode::Created) {
            let result = result.filter(|_| method == Method::Put);
            return pending(url, PollMethod::Location, result);
        }
        match PollResult::of_state(&state(&body).unwrap_or_default(), &body) {
            _ if method == Method::Delete && accepted => pending(origin, PollMethod::Absence, None),
            PollResult::Running(..) if accepted || state(&body).is_some() => {
                pending(origin, PollMethod::Resource, None)
            }
            PollResult::Failed(state, detail) => Err(Error::Failed {
                act: answer.act.clone(),
                state,
                detail: detail.map(Box::new),
            }),
            _ => Ok(Self::Done(body)),
        }
    }

    /// The same, but its result is not fetched.
    #[must_use]
    pub(super) fn without_result(mut self) -> Self {
        if let Self::Pending(pending, _) = &mut self {
            pending.result = None;
        }
        self
    }
}

impl Pending {
    /// Reads an answer to a poll.
    pub(super) fn read_poll(&self, answer: &Answer) -> Result<PollResult, Error> {
        let body = body(answer)?;
        let accepted = answer.status == StatusCode::Accepted;
        Ok(match (self.via, state(&body)) {
            (PollMethod::Location, _) if accepted => {
                PollResult::Running(state(&body).unwrap_or_else(running), percent(&body))
            }
            // The body is the result, and its state is not the state of the operation.
            (PollMethod::Location, _) => PollResult::Done(body),
            (PollMethod::Absence, state) => {
                PollResult::Running(state.unwrap_or_else(running), None)
            }
            (_, Some(state)) => PollResult::of_state(&state, &body),
            (_, None) if accepted => PollResult::Running(running(), None),
            (_, None) => PollResult::Done(body),
        })
    }

    /// Switches to the address that an answer names, if it names one.
    pub(super) fn follow(&mut self, answer: &Answer) {
        let header = match self.via {
            PollMethod::Status => answer.header("azure-asyncoperation"),
            PollMethod::Location => answer.header("location"),
            PollMethod::Resource | PollMethod::Absence => None,
        };
        if let Some(url) = header {
            url.clone_into(&mut self.url);
        }
    }

    /// The URL to poll.
    pub(super) fn address(&self, endpoints: &Endpoints) -> Result<Url, Error> {
        address(&self.url, endpoints)
    }
}

/// Parses an address from Azure, which may be relative.
pub(super) fn address(text: &str, endpoints: &Endpoints) -> Result<Url, Error> {
    let url = endpoints.resource_manager.join(text);
    url.map_err(|error| Error::Endpoint {
        address: text.to_owned(),
        why: format!("is not a valid address of an operation: {error}"),
    })
}

/// Whether a state, as Azure writes it in any case, is final. An unknown state counts as running.
pub fn is_terminal_state(state: &str) -> bool {
    let last = ["succeeded", "failed", "canceled", "cancelled"];
    last.iter().any(|last| state.eq_ignore_ascii_case(last))
}

impl PollResult {
    /// Reads a state in any case. An unknown state counts as running.
    fn of_state(state: &str, body: &Value) -> Self {
        if !is_terminal_state(state) {
            Self::Running(state.to_owned(), percent(body))
        } else if state.eq_ignore_ascii_case("succeeded") {
            Self::Done(body.clone())
        } else {
            Self::Failed(state.to_owned(), detail(body))
        }
    }
}

/// The state in a body: that of an operation, or else that of a resource.
fn state(body: &Value) -> Option<String> {
    let resource = || body.pointer("/properties/provisioningState");
    let state = body.get("status").filter(|it| it.is_string());
    let state = state.or_else(resource)?.as_str()?;
    Some(state.to_owned())
}

fn running() -> String {
    "Running".to_owned()
}

fn percent(body: &Value) -> Option<f64> {
    body.get("percentComplete")?.as_f64()
}

/// The error of a failed operation or resource. A stack has it in `properties`.
fn detail(body: &Value) -> Option<ErrorDetail> {
    let nested = |value: &Value| value.get("error").and_then(ErrorDetail::of_json);
    nested(body).or_else(|| body.get("properties").and_then(nested))
}

/// The body as JSON; `null` if it is empty.
fn body(answer: &Answer) -> Result<Value, Error> {
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    answer.json()
}

#[cfg(test)]
mod tests {
    use super::is_terminal_state;

    #[test]
    fn a_state_is_terminal_in_any_case() {
        for state in ["succeeded", "Succeeded", "failed", "Canceled"] {
            assert!(is_terminal_state(state), "{state}");
        }
        for state in [
            "initializing",
            "deploying",
            "deletingResources",
            "",
            "new-one",
        ] {
            assert!(!is_terminal_state(state), "{state}");
        }
    }
}
