//! Records requests and responses for the contract checks.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::message::{Body, Request, Response};

/// Collects exchanges. Copies share the list.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Exchange>>>);

/// A request and its response, without tokens and passwords.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The request's JSON body, or null.
    pub body: Value,
    pub status: u16,
    pub response_headers: Vec<(String, String)>,
    /// The response's JSON body, or null.
    pub response_body: Value,
}

/// Headers and properties whose values are not recorded.
const HIDDEN: &[&str] = &[
    "access_token",
    "administratorloginpassword",
    "authorization",
    "client_secret",
    "kubeconfigs",
    "refresh_token",
];

impl Recorder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Records an exchange. Bodies that are not JSON, such as forms and layers, are recorded as
    /// null.
    pub(super) fn record(&self, request: &Request, answer: &Response) {
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        let response_body = match &answer.body {
            Body::Json(document) => document.clone(),
            Body::Empty | Body::Bytes(_) => Value::Null,
        };
        let shown = |headers: &[(String, String)]| -> Vec<(String, String)> {
            let hide = |(name, value): &(String, String)| {
                let hidden = HIDDEN.contains(&name.to_lowercase().as_str());
                (
                    name.clone(),
                    if hidden {
                        "hidden".to_owned()
                    } else {
                        value.clone()
                    },
                )
            };
            headers.iter().map(hide).collect()
        };
        let exchange = Exchange {
            method: request.method.clone(),
            url: request.url.to_string(),
            headers: shown(&request.headers),
            body: without_secrets(body),
            status: answer.status,
            response_headers: shown(&answer.headers),
            response_body: without_secrets(response_body),
        };
        self.list().push(exchange);
    }

    pub fn exchanges(&self) -> Vec<Exchange> {
        self.list().clone()
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Exchange>> {
        // The list holds only whole exchanges, so it is valid even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hides secret values: properties in [`HIDDEN`], and parameters that a template declares secure.
fn without_secrets(value: Value) -> Value {
    match value {
        Value::Object(mut all) => {
            let secure: Vec<String> = all
                .get("template")
                .map(super::stack::secure)
                .unwrap_or_default();
            if let Some(given) = all.get_mut("parameters") {
                for name in secure {
                    if let Some(value) = given.pointer_mut(&format!("/{name}/value")) {
                        *value = "hidden".into();
                    }
                }
            }
            let pairs = all.into_iter().map(|(key, value)| {
                let hidden = HIDDEN.contains(&key.to_lowercase().as_str());
                let value = match value {
                    Value::String(_) if hidden => "hidden".into(),
                    Value::Array(_) if hidden => Value::Array(Vec::new()),
                    other => without_secrets(other),
                };
                (key, value)
            });
            Value::Object(pairs.collect())
        }
        Value::Array(all) => all.into_iter().map(without_secrets).collect(),
        other => other,
    }
}
