//! Long-running operations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::Refusal;

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
    /// A server is restarted where it is.
    Restart,
    /// The standby of a server takes over.
    Failover,
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
