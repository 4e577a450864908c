//! A record of what was asked of Azure and answered, without what is secret in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use azure_core::http::headers::{CONTENT_TYPE, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request, Url};
use serde::Serialize;
use serde_json::Value;

/// What stands in the place of a secret.
const REDACTED: &str = "REDACTED";

/// Keys of JSON whose values are secret, in lower case: a key that contains one of them is one.
const SECRET_KEYS: [&str; 4] = ["password", "secret", "token", "kubeconfigs"];

/// Parts of a query that say what is asked; all others may be a signature.
const PLAIN_QUERY: [&str; 3] = ["api-version", "bypassstackoutofsyncerror", "$"];

/// One request and its answer; of a request that is repeated, each is one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// Method.
    pub method: String,
    /// Address, without signatures.
    pub url: String,
    /// What was sent.
    pub request_body: Option<Value>,
    /// HTTP status.
    pub status: u16,
    /// Headers of the answer.
    pub headers: BTreeMap<String, String>,
    /// What was answered; text where it is no JSON.
    pub response_body: Option<Value>,
}

/// Who is told of each exchange.
#[derive(Clone)]
pub struct Recorder(Arc<dyn Fn(Exchange) + Send + Sync>);

impl Recorder {
    /// A recorder that calls this. It is called on the way, so it must not take long.
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

/// JSON without its secrets.
fn json(body: &[u8]) -> Option<Value> {
    let mut value = serde_json::from_slice(body).ok()?;
    redact(&mut value, Secrecy::Open);
    Some(value)
}

/// A form: it is only ever sent to trade one token for another.
fn hidden(body: &[u8]) -> Option<Value> {
    (!body.is_empty()).then(|| REDACTED.into())
}

/// Text; of a layer of an image, which is none, only the fact.
fn text(headers: &Headers, body: &[u8]) -> Option<Value> {
    let kind = headers.get_optional_str(&CONTENT_TYPE).unwrap_or_default();
    if kind.starts_with("application/octet-stream") {
        return Some(format!("{} bytes", body.len()).into());
    }
    (!body.is_empty()).then(|| String::from_utf8_lossy(body).into())
}

/// Whether a value stands below a key that is secret.
#[derive(Clone, Copy, PartialEq)]
enum Secrecy {
    Open,
    /// Below a secret key: a text is the secret; of an object, `value` and `defaultValue` are (a
    /// parameter of a template), and the rest describes it.
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

/// An address without what may be a signature in its query.
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
