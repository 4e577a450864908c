//! A request to a registry that can be sent several times.

use azure_core::Bytes;
use azure_core::http::headers::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use azure_core::http::{Method, Request, Url};
use base::secret::Secret;

use super::descriptor::{INDEXES, MANIFESTS};

const RANGE: HeaderName = HeaderName::from_static("range");
const CONTENT_RANGE: HeaderName = HeaderName::from_static("content-range");

/// A request without its token.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    headers: Vec<(HeaderName, String)>,
    body: Option<Bytes>,
}

impl Call {
    pub(super) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
        }
    }

    /// Accepts manifests and indexes. A registry only returns the media types in this header.
    pub(super) fn accepting_manifests(self) -> Self {
        let kinds = [MANIFESTS, INDEXES].concat().join(", ");
        self.with(ACCEPT, kinds)
    }

    /// Requests a part of the content.
    pub(super) fn range(self, from: u64, length: u64) -> Self {
        self.with(RANGE, format!("bytes={from}-{}", from + length - 1))
    }

    /// Adds a body.
    pub(super) fn body(self, media_type: &str, body: Bytes) -> Self {
        let body = Some(body);
        let this = self.with(CONTENT_TYPE, media_type.to_owned());
        Self { body, ..this }
    }

    /// Adds a body that is one part of an upload.
    pub(super) fn part(self, from: u64, body: Bytes) -> Self {
        let to = (from + body.len() as u64).saturating_sub(1);
        self.with(CONTENT_RANGE, format!("{from}-{to}"))
            .body("application/octet-stream", body)
    }

    fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The HTTP request, with a token if one is given.
    pub(super) fn request(&self, token: Option<&Secret>) -> Request {
        let mut request = Request::new(self.url.clone(), self.method);
        for (name, value) in &self.headers {
            request.insert_header(name.clone(), value.clone());
        }
        if let Some(token) = token {
            request.insert_header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        if let Some(body) = &self.body {
            request.set_body(body.clone());
        }
        request
    }
}
