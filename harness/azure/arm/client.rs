//! The client: sends requests with a token, retries them, and returns types or errors.

use std::sync::Arc;

use azure_core::Bytes;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{ACCEPT, CONTENT_TYPE, HeaderName};
use azure_core::http::{
    Context, Method, Pipeline, PipelineSendOptions, Request, RetryOptions, StatusCode, Url,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::pipeline::{pipeline, token};
use super::retry::Retry;
use super::{Answer, Error, Options, Target};

/// The header that identifies one command's requests in Azure's activity log.
const CORRELATION: HeaderName = HeaderName::from_static("x-ms-correlation-request-id");

/// A client of the resource manager; clones share everything.
#[derive(Debug, Clone)]
pub struct Arm(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    /// Sends a token, and retries.
    repeating: Pipeline,
    /// Sends a token, and never retries.
    once: Pipeline,
    /// Sends no token, and retries.
    open: Pipeline,
}

/// Whether to repeat a request whose answer was lost. Azure may have carried it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Send it again: a second request changes nothing.
    Safe,
    /// Send it once.
    Never,
}

impl Arm {
    pub fn new(options: Options) -> Result<Self, Error> {
        let http = options.endpoints.client()?;
        let repeating = RetryOptions::custom(Arc::new(Retry::new(options.clock.clone())));
        Ok(Self(Arc::new(Inner {
            open: pipeline(&options, &http, repeating.clone(), None),
            repeating: pipeline(&options, &http, repeating, Some(token(&options))),
            once: pipeline(&options, &http, RetryOptions::none(), Some(token(&options))),
            options,
        })))
    }

    /// The options that the client was made with.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    pub async fn get<T: DeserializeOwned>(&self, target: &Target) -> Result<T, Error> {
        self.send(Method::Get, target, None).await?.json()
    }

    /// Reads a resource; `None` if it does not exist.
    pub async fn find<T: DeserializeOwned>(&self, target: &Target) -> Result<Option<T>, Error> {
        match self.get(target).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a resource exists.
    pub async fn head(&self, target: &Target) -> Result<bool, Error> {
        match self.send(Method::Head, target, None).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub async fn put(&self, target: &Target, body: &impl Serialize) -> Result<Answer, Error> {
        self.send(Method::Put, target, Some(bytes(body))).await
    }

    /// Sends a `POST` that is safe to repeat.
    pub async fn post(&self, target: &Target, body: Option<Value>) -> Result<Answer, Error> {
        let body = body.as_ref().map(bytes);
        self.send(Method::Post, target, body).await
    }

    /// Sends a `POST` that must not be repeated, so it is never retried.
    pub async fn post_once(&self, target: &Target, body: Option<Value>) -> Result<Answer, Error> {
        let url = target.url(self.0.options.endpoints.resource_manager.clone());
        let body = body.as_ref().map(bytes);
        self.ask(Method::Post, url, body, Repeat::Never).await
    }

    /// Deletes a resource. It is no error if the resource does not exist.
    pub async fn delete(&self, target: &Target) -> Result<Answer, Error> {
        self.send(Method::Delete, target, None).await
    }

    /// Sends a request that is safe to repeat.
    pub(super) async fn send(
        &self,
        method: Method,
        target: &Target,
        body: Option<Bytes>,
    ) -> Result<Answer, Error> {
        let url = target.url(self.0.options.endpoints.resource_manager.clone());
        self.ask(method, url, body, Repeat::Safe).await
    }

    /// Sends a request to a URL, which must be one of the resource manager.
    pub(super) async fn ask(
        &self,
        method: Method,
        url: Url,
        body: Option<Bytes>,
        repeat: Repeat,
    ) -> Result<Answer, Error> {
        let act = format!("{method} {}", url.path());
        if !self.0.options.endpoints.manages(&url) {
            let host = url.host_str().unwrap_or("nowhere").to_owned();
            return Err(Error::Foreign { act, host });
        }
        let answer = self.once(method, &url, body.clone(), repeat, &act).await?;
        // The token was revoked, or the clocks disagree: Azure may accept a new token. Azure checks
        // the token before anything else, so it has not carried out the request yet.
        let answer = if answer.status == StatusCode::Unauthorized {
            self.0.options.credential.renew()?;
            self.once(method, &url, body, repeat, &act).await?
        } else {
            answer
        };
        answer.checked(method)
    }

    /// Sends a form without an authorization header: the form contains the token.
    pub(super) async fn form(&self, url: Url, form: &[(&str, &str)]) -> Result<Answer, Error> {
        // A form has the same encoding as a query.
        let mut encoded = url.clone();
        encoded.query_pairs_mut().clear().extend_pairs(form);
        let mut request = Request::new(url, Method::Post);
        request.insert_header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.set_body(encoded.query().unwrap_or_default().to_owned());
        self.send_open(request).await?.checked(Method::Post)
    }

    /// Sends a request as it is, without adding a token. Returns an answer of any status.
    pub(crate) async fn send_open(&self, request: Request) -> Result<Answer, Error> {
        let act = format!("{} {}", request.method(), request.url().path());
        self.through(&self.0.open, request, &act).await
    }

    async fn once(
        &self,
        method: Method,
        url: &Url,
        body: Option<Bytes>,
        repeat: Repeat,
        act: &str,
    ) -> Result<Answer, Error> {
        let mut request = Request::new(url.clone(), method);
        request.insert_header(ACCEPT, "application/json");
        request.insert_header(CORRELATION, self.0.options.correlation_id.clone());
        if let Some(body) = body {
            request.insert_header(CONTENT_TYPE, "application/json");
            request.set_body(body);
        }
        let pipeline = match repeat {
            Repeat::Safe => &self.0.repeating,
            Repeat::Never => &self.0.once,
        };
        self.through(pipeline, request, act).await
    }

    async fn through(
        &self,
        pipeline: &Pipeline,
        mut request: Request,
        act: &str,
    ) -> Result<Answer, Error> {
        // `Answer` reads error statuses: azure_core would keep only the outermost error code.
        let unchecked = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let context = Context::new();
        let sent = pipeline.send(&context, &mut request, Some(unchecked));
        let answer = sent.await.map_err(|source| match source.kind() {
            ErrorKind::Credential => self.0.options.credential.kind().failed(source),
            _ => Error::Unreachable {
                act: act.to_owned(),
                source: Box::new(source),
            },
        })?;
        let (status, headers, body) = answer.deconstruct();
        Ok(Answer {
            act: act.to_owned(),
            status,
            headers,
            body: body.into(),
        })
    }
}

pub(super) fn value(body: &impl Serialize) -> Value {
    serde_json::to_value(body).expect("a request body has only text keys, so it serialises to JSON")
}

fn bytes(body: &impl Serialize) -> Bytes {
    let bytes = serde_json::to_vec(body);
    bytes
        .expect("a request body has only text keys, so it serialises to JSON")
        .into()
}
