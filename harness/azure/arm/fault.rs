//! The error that the resource manager answers with, down to the detail that says something.
//!
//! <https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors>

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How deep details are followed.
const DEPTH: usize = 16;

/// What the resource manager, or a provider behind it, says is wrong.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fault {
    /// A word for programs, such as `SkuNotAvailable`.
    #[serde(deserialize_with = "text")]
    pub code: String,
    /// What AKS writes besides, which often says more than its code does.
    #[serde(deserialize_with = "text", skip_serializing_if = "String::is_empty")]
    pub subcode: String,
    /// A sentence for people.
    #[serde(deserialize_with = "text")]
    pub message: String,
    /// What it is about.
    pub target: Option<String>,
    /// The errors below it.
    #[serde(deserialize_with = "list")]
    pub details: Vec<Fault>,
}

impl Fault {
    /// The error in a body, which is `{"error": {..}}`, or the error itself, or anything at all.
    pub fn of_body(body: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice::<Value>(body)
            && let Some(fault) = Self::of_value(&value, DEPTH)
        {
            return fault;
        }
        let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
        Self {
            message: text.trim().to_owned(),
            ..Self::default()
        }
    }

    /// The error in a JSON value, if there is one.
    pub fn of_json(value: &Value) -> Option<Self> {
        Self::of_value(value, DEPTH)
    }

    fn of_value(value: &Value, depth: usize) -> Option<Self> {
        // Registries have a list in its place.
        if let Some(errors) = value.get("errors").and_then(Value::as_array) {
            let details = errors.iter().filter_map(|it| Self::of_value(it, depth));
            return Some(Self {
                details: details.collect(),
                ..Self::default()
            });
        }
        let error = value.get("error").unwrap_or(value);
        if !error.is_object() || (error.get("code").is_none() && error.get("message").is_none()) {
            return None;
        }
        let mut fault: Self = serde_json::from_value(error.clone()).ok()?;
        fault.unfold(depth);
        Some(fault)
    }

    /// Providers put a whole error, as text, into the message of their own.
    fn unfold(&mut self, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            self.details.clear();
            return;
        };
        for detail in &mut self.details {
            detail.unfold(depth);
        }
        if self.details.is_empty()
            && let Ok(inner) = serde_json::from_str::<Value>(&self.message)
            && let Some(inner) = Self::of_value(&inner, depth)
        {
            self.details.push(inner);
        }
    }

    /// The errors that have none below them: those that say what is wrong.
    pub fn deepest(&self) -> Vec<&Self> {
        let said: Vec<_> = self
            .details
            .iter()
            .filter(|it| it.says_something())
            .collect();
        if said.is_empty() {
            return vec![self];
        }
        said.into_iter().flat_map(Self::deepest).collect()
    }

    /// This error and all below it, the deepest first.
    pub fn all(&self) -> Vec<&Self> {
        let below = self.details.iter().flat_map(Self::all);
        below.chain([self]).collect()
    }

    /// Whether it, or something below it, has a code.
    pub fn has_code(&self, code: &str) -> bool {
        let has = |fault: &&Self| fault.is(code);
        self.all().iter().any(has)
    }

    /// Whether this is its code, or what AKS writes beside it.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code) || self.subcode.eq_ignore_ascii_case(code)
    }

    /// Whether it goes by itself: an identity that is not known everywhere yet, or something that is
    /// busy with another change.
    pub fn is_passing(&self) -> bool {
        const PASSING: [&str; 6] = [
            "PrincipalNotFound",
            "ServerIsBusy",
            "ServerBusy",
            "AnotherOperationInProgress",
            "OperationInProgress",
            "RetryableErrorDueToAnotherOperation",
        ];
        PASSING.iter().any(|code| self.has_code(code))
    }

    /// Whether it says that what was asked for is not there, or nothing at all (an answer to
    /// `HEAD` has no body). That the whole subscription is not there is another matter.
    pub(super) fn is_absence(&self) -> bool {
        !self.code.eq_ignore_ascii_case("SubscriptionNotFound")
            && !self.code.eq_ignore_ascii_case("InvalidSubscriptionId")
    }

    fn says_something(&self) -> bool {
        !self.code.is_empty() || !self.message.is_empty()
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said: Vec<String> = Vec::new();
        for fault in self.deepest() {
            let code = match (&*fault.code, &fault.target) {
                ("", _) => "no error code".to_owned(),
                (code, Some(target)) if !target.is_empty() && !fault.message.contains(target) => {
                    format!("{code} ({target})")
                }
                (code, _) => code.to_owned(),
            };
            let code = match &*fault.subcode {
                "" => code,
                subcode if subcode == fault.code => code,
                subcode => format!("{code}, {subcode}"),
            };
            let message = fault
                .message
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let line = if message.is_empty() {
                code
            } else {
                format!("{code}: {message}")
            };
            // The same error for each of ten resources is one error.
            if !said.contains(&line) {
                said.push(line);
            }
        }
        out.write_str(&said.join("; "))
    }
}

/// Text, or a number where a provider writes one, or nothing where it writes `null`.
fn text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
}

/// A list, or nothing where a provider writes `null`.
fn list<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Fault>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
