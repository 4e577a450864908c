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
    /// What AKS writes beside the code; an error that has it stands without an envelope.
    #[serde(default)]
    pub(super) subcode: Option<Box<str>>,
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
            subcode: None,
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

    /// The same as AKS says it: without an envelope.
    #[must_use]
    pub(super) fn of_aks(mut self) -> Self {
        self.subcode.get_or_insert_default();
        self
    }

    /// The same as the cause of a deployment's failure, where an error without envelope becomes
    /// text, and what is left of its status its code.
    #[must_use]
    pub(super) fn in_deployment(self) -> Self {
        if self.subcode.is_none() {
            return self;
        }
        let text = format!("{:#}", self.body()).replace('\n', "\r\n");
        let reason = if self.status == 409 {
            "Conflict"
        } else {
            "BadRequest"
        };
        Self::new(self.status, reason, text)
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
        Response::json(self.status, self.body())
    }

    fn body(&self) -> Value {
        let mut document = self.document();
        let Some(subcode) = &self.subcode else {
            return json!({ "error": document });
        };
        document["details"] = Value::Null;
        document["subcode"] = json!(subcode);
        document
    }
}
