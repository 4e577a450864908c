//! Long-running operations: how one is followed, and what is known of it after a crash.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>. Services
//! do not keep to their own descriptions of which header they answer with, so every variant is
//! accepted of everything.

use std::time::Duration;

use azure_core::http::{Method, StatusCode, Url};
use serde_json::Value;

use super::pending::{Pending, Via};
use super::{Answer, Endpoints, Error, Fault};

/// What a request has begun.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It is done already, and this is the answer.
    Done(Value),
    /// It goes on, and is to be asked for after this time, where Azure says so.
    Pending(Pending, Option<Duration>),
}

/// What one look at an operation has shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Look {
    /// It goes on; the state in Azure's words, and how far it is, in percent.
    Running(String, Option<f64>),
    /// It is done; the last answer.
    Done(Value),
    /// It has failed or was cancelled.
    Failed(String, Option<Fault>),
}

impl Begun {
    /// What the first answer says. `origin` is the resource that was asked for.
    pub(super) fn of(answer: &Answer, method: Method, origin: &Url) -> Result<Self, Error> {
        let body = body(answer)?;
        let header = |name| answer.header(name).map(str::to_owned);
        let (status, location) = (header("azure-asyncoperation"), header("location"));
        let origin = origin.to_string();
        // What a PUT has made is where it was put; what a POST finds out is at its `Location`.
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
            return pending(url, Via::Status, result);
        }
        if let Some(url) = location.filter(|_| accepted || answer.status == StatusCode::Created) {
            let result = result.filter(|_| method == Method::Put);
            return pending(url, Via::Location, result);
        }
        match Look::of_state(&state(&body).unwrap_or_default(), &body) {
            _ if method == Method::Delete && accepted => pending(origin, Via::Absence, None),
            Look::Running(..) if accepted || state(&body).is_some() => {
                pending(origin, Via::Resource, None)
            }
            Look::Failed(state, fault) => Err(Error::Failed {
                act: answer.act.clone(),
                state,
                fault: fault.map(Box::new),
            }),
            _ => Ok(Self::Done(body)),
        }
    }

    /// The same, without what comes of it besides that it is done.
    #[must_use]
    pub(super) fn without_result(mut self) -> Self {
        if let Self::Pending(pending, _) = &mut self {
            pending.result = None;
        }
        self
    }
}

impl Pending {
    /// What an answer from its address says.
    pub(super) fn look(&self, answer: &Answer) -> Result<Look, Error> {
        let body = body(answer)?;
        let accepted = answer.status == StatusCode::Accepted;
        Ok(match (self.via, state(&body)) {
            (Via::Location, _) if accepted => {
                Look::Running(state(&body).unwrap_or_else(running), percent(&body))
            }
            // The result of an operation has a state of its own, which is another matter.
            (Via::Location, _) => Look::Done(body),
            (Via::Absence, state) => Look::Running(state.unwrap_or_else(running), None),
            (_, Some(state)) => Look::of_state(&state, &body),
            (_, None) if accepted => Look::Running(running(), None),
            (_, None) => Look::Done(body),
        })
    }

    /// Goes on at the address that an answer names, if it names another one.
    pub(super) fn follow(&mut self, answer: &Answer) {
        let header = match self.via {
            Via::Status => answer.header("azure-asyncoperation"),
            Via::Location => answer.header("location"),
            Via::Resource | Via::Absence => None,
        };
        if let Some(url) = header {
            url.clone_into(&mut self.url);
        }
    }

    /// Its address, if that is one of the resource manager's.
    pub(super) fn address(&self, endpoints: &Endpoints) -> Result<Url, Error> {
        address(&self.url, endpoints)
    }
}

/// An address that Azure has named. It may be relative.
pub(super) fn address(text: &str, endpoints: &Endpoints) -> Result<Url, Error> {
    let url = endpoints.resource_manager.join(text);
    url.map_err(|error| Error::Endpoint {
        address: text.to_owned(),
        why: format!("is no address of an operation: {error}"),
    })
}

/// Whether a state, in Azure's words and of any case, is one that does not change by itself; what is
/// unknown goes on.
pub fn is_at_rest(state: &str) -> bool {
    let last = ["succeeded", "failed", "canceled", "cancelled"];
    last.iter().any(|last| state.eq_ignore_ascii_case(last))
}

impl Look {
    /// A state in Azure's words, of any case; what is unknown goes on.
    fn of_state(state: &str, body: &Value) -> Self {
        if !is_at_rest(state) {
            Self::Running(state.to_owned(), percent(body))
        } else if state.eq_ignore_ascii_case("succeeded") {
            Self::Done(body.clone())
        } else {
            Self::Failed(state.to_owned(), fault(body))
        }
    }
}

/// The state in a body: of an operation, or else of a resource.
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

/// The error of an operation that has failed, or of a resource (a stack has it there).
fn fault(body: &Value) -> Option<Fault> {
    let nested = |value: &Value| value.get("error").and_then(Fault::of_json);
    nested(body).or_else(|| body.get("properties").and_then(nested))
}

/// The body, which may be empty.
fn body(answer: &Answer) -> Result<Value, Error> {
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    answer.json()
}

#[cfg(test)]
mod tests {
    use super::is_at_rest;

    #[test]
    fn a_state_is_at_rest_if_it_is_one_of_the_last_in_any_case() {
        for state in ["succeeded", "Succeeded", "failed", "Canceled"] {
            assert!(is_at_rest(state), "{state}");
        }
        for state in [
            "initializing",
            "deploying",
            "deletingResources",
            "",
            "new-one",
        ] {
            assert!(!is_at_rest(state), "{state}");
        }
    }
}
