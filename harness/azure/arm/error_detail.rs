//! The error in an answer of the resource manager, with its nested details.
//!
//! <https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors>

mod embedded;
mod transient;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use transient::{PROPAGATION_TIME, Transient};

/// The depth to which nested details are read.
const DEPTH: usize = 16;

/// An error that the resource manager, or a provider behind it, reports.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct ErrorDetail {
    /// The error code, such as `SkuNotAvailable`.
    pub code: String,
    /// A more precise code. AKS sends it when `code` is only the HTTP reason.
    pub subcode: String,
    pub message: String,
    /// The resource or property that the error concerns.
    pub target: Option<String>,
    pub details: Vec<ErrorDetail>,
}

/// An error as providers write it: every spelling of a field, and every field optional.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    #[serde(alias = "Code", deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    subcode: String,
    #[serde(alias = "Message", deserialize_with = "text")]
    message: String,
    #[serde(alias = "Target", deserialize_with = "some_text")]
    target: Option<String>,
    #[serde(alias = "Details", deserialize_with = "list")]
    details: Vec<Value>,
}

/// Also reads errors that are embedded in the message text.
impl From<Value> for ErrorDetail {
    fn from(value: Value) -> Self {
        Self::of_value(&value, DEPTH).unwrap_or_default()
    }
}

impl ErrorDetail {
    /// The error in a body. The body may be `{"error": {..}}`, the bare error as AKS writes it,
    /// either of them as quoted text, or any other text.
    pub fn of_body(body: &[u8]) -> Self {
        let mut documents = embedded::documents(&String::from_utf8_lossy(body)).into_iter();
        if let Some(detail) = documents.find_map(|value| Self::of_value(&value, DEPTH)) {
            return detail;
        }
        let text: String = String::from_utf8_lossy(body).chars().take(300).collect();
        Self {
            message: text.trim().to_owned(),
            ..Self::default()
        }
    }

    /// The error in a JSON value, if any.
    pub fn of_json(value: &Value) -> Option<Self> {
        Self::of_value(value, DEPTH)
    }

    fn of_value(value: &Value, depth: usize) -> Option<Self> {
        // Registries answer with a list of errors.
        if let Some(errors) = value.get("errors").and_then(Value::as_array) {
            let details = errors.iter().filter_map(|it| Self::of_value(it, depth));
            return Some(Self {
                details: details.collect(),
                ..Self::default()
            });
        }
        let error = value.get("error").unwrap_or(value);
        if let Some(code) = error.as_str() {
            // Entra writes the code as text, and the message beside it.
            let message = value.get("error_description").and_then(Value::as_str);
            return Some(Self {
                code: code.to_owned(),
                message: message.unwrap_or_default().to_owned(),
                ..Self::default()
            });
        }
        let has = |key: &str| error.get(key).is_some();
        if !error.is_object() || !["code", "Code", "message", "Message"].into_iter().any(has) {
            return None;
        }
        let Written {
            code,
            subcode,
            message,
            target,
            details,
        } = serde_json::from_value(error.clone()).ok()?;
        let mut detail = Self {
            code,
            subcode,
            message,
            target,
            details: Vec::new(),
        };
        if let Some(depth) = depth.checked_sub(1) {
            let details = details.iter().filter_map(|it| Self::of_value(it, depth));
            detail.details.extend(details);
            detail.unfold(depth);
        }
        Some(detail)
    }

    /// Adds the errors that are embedded as text in the message, as providers write them.
    fn unfold(&mut self, depth: usize) {
        let documents = embedded::documents(&self.message);
        let mut inner: Vec<Self> = documents
            .iter()
            .filter_map(|document| Self::of_value(document, depth))
            .collect();
        if inner.is_empty() {
            let quoted = embedded::quoted(&self.message).into_iter();
            inner.extend(quoted.map(|(code, message)| Self {
                code,
                message,
                ..Self::default()
            }));
        }
        for mut one in inner {
            // Often only the outer error names the target.
            let target = one.target.take().filter(|target| !target.is_empty());
            one.target = target.or_else(|| self.target.clone());
            let known = self.details.iter().flat_map(Self::all);
            if !known.into_iter().any(|known| one.repeats(known)) {
                self.details.push(one);
            }
        }
    }

    /// Whether it adds nothing to the other error: code and message are the same, or it has the
    /// same code and no message.
    fn repeats(&self, known: &Self) -> bool {
        if self.code.is_empty() {
            return self == known;
        }
        let no_more = self.message.is_empty() || self.message == known.message;
        known.is(&self.code) && no_more && self.details.iter().all(|it| known.details.contains(it))
    }

    /// The innermost errors, which name the causes.
    pub fn deepest(&self) -> Vec<&Self> {
        let meaningful: Vec<_> = self
            .details
            .iter()
            .filter(|it| it.says_something())
            .collect();
        if meaningful.is_empty() {
            return vec![self];
        }
        meaningful.into_iter().flat_map(Self::deepest).collect()
    }

    /// This error and all nested errors, the innermost first.
    pub fn all(&self) -> Vec<&Self> {
        let below = self.details.iter().flat_map(Self::all);
        below.chain([self]).collect()
    }

    /// Whether this error or a nested one has the code.
    pub fn has_code(&self, code: &str) -> bool {
        let has = |detail: &&Self| detail.is(code);
        self.all().iter().any(has)
    }

    /// Whether `code` is its code or subcode, in any case.
    pub(super) fn is(&self, code: &str) -> bool {
        let own = [&self.code, &self.subcode];
        own.iter()
            .any(|it| !it.is_empty() && it.eq_ignore_ascii_case(code))
    }

    /// Whether a 404 with this error means that the resource does not exist. It may be empty,
    /// because an answer to `HEAD` has no body. A missing subscription does not count.
    pub(super) fn is_absence(&self) -> bool {
        !self.code.eq_ignore_ascii_case("SubscriptionNotFound")
            && !self.code.eq_ignore_ascii_case("InvalidSubscriptionId")
    }

    fn says_something(&self) -> bool {
        !self.code.is_empty() || !self.message.is_empty()
    }
}

impl std::error::Error for ErrorDetail {}

impl fmt::Display for ErrorDetail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = Vec::new();
        for detail in self.deepest() {
            let closer = match (&*detail.code, &*detail.subcode) {
                (code, "") => code.to_owned(),
                (code, closer) => format!("{code}/{closer}"),
            };
            let code = match (&*closer, &detail.target) {
                ("", _) => "no error code".to_owned(),
                (code, Some(target)) if !target.is_empty() && !detail.message.contains(target) => {
                    format!("{code} ({target})")
                }
                (code, _) => code.to_owned(),
            };
            let message = detail
                .message
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let line = if message.is_empty() {
                code
            } else {
                format!("{code}: {message}")
            };
            // Ten resources with the same error are shown once.
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        out.write_str(&lines.join("; "))
    }
}

/// Reads an error that is a field of an answer.
pub(super) fn within<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<ErrorDetail>, D::Error> {
    Ok(ErrorDetail::of_json(&Value::deserialize(from)?))
}

/// Reads a text. Providers also write numbers, and `null` for no text.
fn text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
}

/// The same for an optional field.
fn some_text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(text(from)?).filter(|text| !text.is_empty()))
}

/// Reads a list. Providers also write a single object, and `null` or a text for no list.
fn list<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(list) => list,
        one @ Value::Object(_) => vec![one],
        _ => Vec::new(),
    })
}
