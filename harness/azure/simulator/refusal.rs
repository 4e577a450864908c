//! What Azure says when it does not do something.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::message::Response;

/// What has been cancelled has this as its code.
const CANCELED: &str = "DeploymentCanceled";

/// An error in the envelope of Azure Resource Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Status code of HTTP.
    pub status: u16,
    /// Code, such as `ResourceNotFound`.
    pub code: String,
    /// For people.
    pub message: String,
    /// What it is about.
    #[serde(default)]
    pub target: Option<String>,
    /// Why, deeper.
    #[serde(default)]
    pub details: Vec<Refusal>,
}

impl Refusal {
    /// An error of that status.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            target: None,
            details: Vec::new(),
        }
    }

    /// The request is wrong.
    pub fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// There is no such thing.
    pub fn missing(code: &str, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// It does not go together with what is.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// Somebody has cancelled it.
    pub(super) fn cancellation() -> Self {
        Self::conflict(CANCELED, "The deployment was canceled.")
    }

    /// Whether it is because somebody has cancelled it.
    pub(super) fn is_cancellation(&self) -> bool {
        self.code == CANCELED
    }

    /// The same about one thing.
    #[must_use]
    pub fn about(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The same with its causes.
    #[must_use]
    pub fn because(mut self, details: Vec<Refusal>) -> Self {
        self.details = details;
        self
    }

    /// As it stands in the envelope and in the status of an operation.
    pub fn document(&self) -> Value {
        let mut document = json!({"code": self.code, "message": self.message});
        if let Some(target) = &self.target {
            document["target"] = json!(target);
        }
        if !self.details.is_empty() {
            document["details"] = self.details.iter().map(Self::document).collect();
        }
        document
    }

    /// As an answer.
    pub fn response(&self) -> Response {
        Response::json(self.status, json!({"error": self.document()}))
    }
}
