//! The error that the resource manager answers with, down to the detail that says something.
//!
//! <https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors>

mod embedded;
mod passing;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use passing::{ARRIVAL, Passing};

/// How deep details are followed.
const DEPTH: usize = 16;

/// What the resource manager, or a provider behind it, says is wrong.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct Fault {
    /// A word for programs, such as `SkuNotAvailable`.
    pub code: String,
    /// A closer word than the code, which AKS has where the code is the bare reason of HTTP.
    pub subcode: String,
    /// A sentence for people.
    pub message: String,
    /// What it is about.
    pub target: Option<String>,
    /// The errors below it.
    pub details: Vec<Fault>,
}

/// An error as it is written: each field as some provider spells it, and none that has to be there.
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

/// Wherever an error stands in an answer, what is written into its text is read as well.
impl From<Value> for Fault {
    fn from(value: Value) -> Self {
        Self::of_value(&value, DEPTH).unwrap_or_default()
    }
}

impl Fault {
    /// The error in a body, which is `{"error": {..}}`, or the error itself as AKS writes it, or
    /// either of them as text, or anything at all.
    pub fn of_body(body: &[u8]) -> Self {
        let mut documents = embedded::documents(&String::from_utf8_lossy(body)).into_iter();
        if let Some(fault) = documents.find_map(|value| Self::of_value(&value, DEPTH)) {
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
        if let Some(code) = error.as_str() {
            // As Entra says it.
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
        let mut fault = Self {
            code,
            subcode,
            message,
            target,
            details: Vec::new(),
        };
        if let Some(depth) = depth.checked_sub(1) {
            let details = details.iter().filter_map(|it| Self::of_value(it, depth));
            fault.details.extend(details);
            fault.unfold(depth);
        }
        Some(fault)
    }

    /// Providers put a whole error, as text, into the message of their own.
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
            // What it is about is often told outside alone.
            let target = one.target.take().filter(|target| !target.is_empty());
            one.target = target.or_else(|| self.target.clone());
            let known = self.details.iter().flat_map(Self::all);
            if !known.into_iter().any(|known| one.repeats(known)) {
                self.details.push(one);
            }
        }
    }

    /// Whether it says nothing that the other one does not: an error is the same if code and
    /// message are, and a code that is quoted without a message says no more than one with it.
    fn repeats(&self, known: &Self) -> bool {
        if self.code.is_empty() {
            return self == known;
        }
        let no_more = self.message.is_empty() || self.message == known.message;
        known.is(&self.code) && no_more && self.details.iter().all(|it| known.details.contains(it))
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
        let own = [&self.code, &self.subcode];
        own.iter()
            .any(|it| !it.is_empty() && it.eq_ignore_ascii_case(code))
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
            let closer = match (&*fault.code, &*fault.subcode) {
                (code, "") => code.to_owned(),
                (code, closer) => format!("{code}/{closer}"),
            };
            let code = match (&*closer, &fault.target) {
                ("", _) => "no error code".to_owned(),
                (code, Some(target)) if !target.is_empty() && !fault.message.contains(target) => {
                    format!("{code} ({target})")
                }
                (code, _) => code.to_owned(),
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

/// An error that is a part of an answer, read as one that is the whole of it.
pub(super) fn within<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Fault>, D::Error> {
    Ok(Fault::of_json(&Value::deserialize(from)?))
}

/// Text, or a number where a provider writes one, or nothing where it writes `null`.
fn text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
}

/// The same where it may be missing.
fn some_text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(text(from)?).filter(|text| !text.is_empty()))
}

/// A list, or one without a list around it, or nothing where a provider writes `null` or a text.
fn list<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(list) => list,
        one @ Value::Object(_) => vec![one],
        _ => Vec::new(),
    })
}
