//! Records requests to Azure and their answers, with secrets redacted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use azure_core::http::headers::{CONTENT_TYPE, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request, Url};
use serde::Serialize;
use serde_json::Value;

/// Replaces a secret.
const REDACTED: &str = "REDACTED";

/// The value of a JSON key that contains one of these words is secret. They are in lower case.
const SECRET_KEYS: [&str; 4] = ["password", "secret", "token", "kubeconfigs"];

/// Query parameters that start with these are recorded. All others may be a signature.
const PLAIN_QUERY: [&str; 3] = ["api-version", "bypassstackoutofsyncerror", "$"];

/// One request and its answer. Each retry is an exchange of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    pub method: String,
    /// The URL, without signatures.
    pub url: String,
    pub request_body: Option<Value>,
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    /// The body of the answer as JSON, or as text if it is not JSON.
    pub response_body: Option<Value>,
}

/// A callback that receives each exchange.
#[derive(Clone)]
pub struct Recorder(Arc<dyn Fn(Exchange) + Send + Sync>);

impl Recorder {
    /// A recorder that calls `record`, which must be fast: the request waits for it.
    pub fn new(record: impl Fn(Exchange) + Send + Sync + 'static) -> Self {
        Self(Arc::new(record))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Recorder(..)")
    }
}

#[async_trait::async_trait]
impl Policy for Recorder {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let answer = next[0].send(context, request, &next[1..]).await?;
        let (status, headers, body) = answer.deconstruct();
        let body = body.collect().await?;
        let sent = match request.body() {
            Body::Bytes(bytes) => json(bytes).or_else(|| hidden(bytes)),
            Body::SeekableStream(_) => None,
        };
        (self.0)(Exchange {
            method: request.method().to_string(),
            url: plain(request.url()),
            request_body: sent,
            status: status.into(),
            headers: shown(&headers),
            response_body: json(&body).or_else(|| text(&headers, &body)),
        });
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}

/// The body as JSON with redacted secrets; `None` if it is not JSON.
fn json(body: &[u8]) -> Option<Value> {
    let mut value = serde_json::from_slice(body).ok()?;
    redact(&mut value, Secrecy::Open);
    Some(value)
}

/// Hides a form: forms are only sent to exchange one token for another.
fn hidden(body: &[u8]) -> Option<Value> {
    (!body.is_empty()).then(|| REDACTED.into())
}

/// The body as text. A layer of an image is binary, so only its size is recorded.
fn text(headers: &Headers, body: &[u8]) -> Option<Value> {
    let kind = headers.get_optional_str(&CONTENT_TYPE).unwrap_or_default();
    if kind.starts_with("application/octet-stream") {
        return Some(format!("{} bytes", body.len()).into());
    }
    (!body.is_empty()).then(|| String::from_utf8_lossy(body).into())
}

/// Whether a value is below a secret key.
#[derive(Clone, Copy, PartialEq)]
enum Secrecy {
    Open,
    /// Below a secret key. A text is the secret. In an object, `value` and `defaultValue` are
    /// secret (the object is a template parameter), and the other keys describe it.
    Below,
}

fn redact(value: &mut Value, secrecy: Secrecy) {
    match value {
        Value::String(text) if secrecy == Secrecy::Below => REDACTED.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, secrecy)),
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.to_lowercase();
                let secret = SECRET_KEYS.iter().any(|it| key.contains(it));
                let held = secrecy == Secrecy::Below && matches!(&*key, "value" | "defaultvalue");
                let secrecy = if secret || held {
                    Secrecy::Below
                } else {
                    Secrecy::Open
                };
                redact(member, secrecy);
            }
        }
        _ => {}
    }
}

/// A URL without the query values that may be signatures.
pub(super) fn plain(url: &Url) -> String {
    let mut url = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.is_empty() {
        return url.to_string();
    }
    let mut query = url.query_pairs_mut();
    query.clear();
    for (key, value) in &pairs {
        let name = key.to_lowercase();
        let open = name.starts_with("unmanageaction.")
            || PLAIN_QUERY.iter().any(|it| name.starts_with(it));
        query.append_pair(key, if open { value } else { REDACTED });
    }
    drop(query);
    url.to_string()
}

fn shown(headers: &Headers) -> BTreeMap<String, String> {
    let shown = |(name, value): (
        &azure_core::http::headers::HeaderName,
        &azure_core::http::headers::HeaderValue,
    )| {
        let value = value.as_str();
        let value = match name.as_str() {
            "set-cookie" => REDACTED.to_owned(),
            "location" | "azure-asyncoperation" => {
                Url::parse(value).map_or_else(|_| value.to_owned(), |url| plain(&url))
            }
            _ => value.to_owned(),
        };
        (name.as_str().to_owned(), value)
    };
    headers.iter().map(shown).collect()
}
