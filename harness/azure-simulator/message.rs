//! HTTP requests and responses, independent of a connection.

use reqwest::Url;
use serde::Serialize;
use serde_json::{Value, json};

/// A client's request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// In upper case.
    pub method: String,
    /// The absolute address.
    pub url: Url,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    /// Empty if the request has no body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, url: Url) -> Self {
        Self {
            method: method.to_uppercase(),
            url,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_lowercase(), value.into()));
        self
    }

    #[must_use]
    pub fn with_json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.with_header("content-type", "application/json")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// A query parameter. As in Azure, its name ignores case.
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.into_owned()))
    }

    /// A field of a form body.
    pub fn form(&self, name: &str) -> Option<String> {
        let mut url = self.url.clone();
        url.set_query(Some(std::str::from_utf8(&self.body).ok()?));
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    /// The decoded path segments. Empty ones are left out.
    pub fn segments(&self) -> Vec<String> {
        let parts = self.url.path_segments().into_iter().flatten();
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(decoded).collect()
    }
}

/// Decodes percent-encoding. Invalid escapes stay as they are.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The response to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// Whether the connection breaks in the middle of the body.
    pub cut: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Body {
    Empty,
    Json(Value),
    /// The bytes of a registry's manifest or blob, or plain text.
    Bytes(Vec<u8>),
}

impl Response {
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
            cut: false,
        }
    }

    pub fn json(status: u16, body: Value) -> Self {
        Self {
            body: Body::Json(body),
            ..Self::empty(status)
        }
    }

    /// A JSON list: `{"value": [...]}`.
    pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Self {
        let values: Vec<Value> = values.into_iter().collect();
        Self::json(200, json!({ "value": values }))
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The value of a header. Its name ignores case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// The JSON body, or null.
    pub fn document(&self) -> &Value {
        match &self.body {
            Body::Json(value) => value,
            Body::Empty | Body::Bytes(_) => &Value::Null,
        }
    }
}
