//! Azure's error responses.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::message::Response;

/// The code of a cancelled operation.
const CANCELED: &str = "DeploymentCanceled";

/// An error in the format of Azure Resource Manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub status: u16,
    /// Code, such as `ResourceNotFound`.
    pub code: String,
    pub message: String,
    /// The property or resource that the error is about.
    #[serde(default)]
    pub target: Option<String>,
    /// The causes.
    #[serde(default)]
    pub details: Vec<Refusal>,
    /// AKS writes this field next to the code. An error that has it is not wrapped in `error`.
    #[serde(default)]
    pub(super) subcode: Option<Box<str>>,
}

impl Refusal {
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

    /// 400.
    pub fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// 404.
    pub fn missing(code: &str, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    /// 409.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    /// The error of an operation that somebody has cancelled.
    pub(super) fn cancellation() -> Self {
        Self::conflict(CANCELED, "The deployment was canceled.")
    }

    pub(super) fn is_cancellation(&self) -> bool {
        self.code == CANCELED
    }

    /// Sets the target.
    #[must_use]
    pub fn about(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Sets the causes.
    #[must_use]
    pub fn because(mut self, details: Vec<Refusal>) -> Self {
        self.details = details;
        self
    }

    /// Changes the error to the format of AKS, which does not wrap it in `error`.
    #[must_use]
    pub(super) fn of_aks(mut self) -> Self {
        self.subcode.get_or_insert_default();
        self
    }

    /// The error as the cause of a failed deployment. An error in the format of AKS becomes text,
    /// and its code follows from its status.
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

    /// The content of `error` in a response and in an operation's status.
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
