//! A request and its answer, apart from any socket.

use reqwest::Url;
use serde::Serialize;
use serde_json::{Value, json};

/// What a client asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Method, in capitals.
    pub method: String,
    /// The whole address.
    pub url: Url,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, empty if there is none.
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

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_lowercase(), value.into()));
        self
    }

    /// The same with a body of JSON.
    #[must_use]
    pub fn with_json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.with_header("content-type", "application/json")
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// A value of the query; its name in any case, as Azure reads it.
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.into_owned()))
    }

    /// A value of a body that is a form.
    pub fn form(&self, name: &str) -> Option<String> {
        let mut url = self.url.clone();
        url.set_query(Some(std::str::from_utf8(&self.body).ok()?));
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    /// The parts of the path between slashes.
    pub fn segments(&self) -> Vec<String> {
        let parts = self.url.path_segments().into_iter().flatten();
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(decoded).collect()
    }
}

/// A part of a path as it was meant.
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

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Status code of HTTP.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// Whether the connection breaks in the middle of the body.
    pub cut: bool,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// None.
    Empty,
    /// A document.
    Json(Value),
    /// What a registry holds.
    Bytes(Vec<u8>),
}

impl Response {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
            cut: false,
        }
    }

    /// An answer that is a document.
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            body: Body::Json(body),
            ..Self::empty(status)
        }
    }

    /// An answer that is a list.
    pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Self {
        let values: Vec<Value> = values.into_iter().collect();
        Self::json(200, json!({ "value": values }))
    }

    /// The same with a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The value of a header, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// The document, or null.
    pub fn document(&self) -> &Value {
        match &self.body {
            Body::Json(value) => value,
            Body::Empty | Body::Bytes(_) => &Value::Null,
        }
    }
}
