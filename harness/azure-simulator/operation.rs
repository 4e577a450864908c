//! Long-running operations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::Refusal;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Operation {
    pub(super) id: String,
    /// Key of the resource, group, stack or preview.
    pub(super) target: String,
    pub(super) act: Act,
    pub(super) started: Timestamp,
    /// When the operation ends. `None` if its stack ends it.
    pub(super) ends: Option<Timestamp>,
    pub(super) outcome: Option<Result<(), Refusal>>,
    /// The operation fails after this number of polls.
    pub(super) fails: Option<(u32, Refusal)>,
    /// The result, if no other part of the state has it.
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
    /// Answers with a finding and changes nothing. Earlier versions saved it under the alias.
    #[serde(alias = "Validation")]
    Look,
    /// Restarts a server without failover.
    Restart,
    /// Fails a server over to its standby.
    Failover,
    Start,
    Stop,
}

impl Operation {
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

    pub(super) fn document(&self, path: &str) -> Value {
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

/// The headers that announce an operation.
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
    fn a_look_that_an_earlier_version_saved_is_read() {
        let kept = serde_json::from_value::<Act>(json!("Validation"));
        assert_eq!(kept.expect("an operation type"), Act::Look);
    }
}
