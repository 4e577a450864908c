//! The client: requests with a token, repeated where that helps, answered with types or errors.

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

/// The header by which one command's requests are found in Azure's activity log.
const CORRELATION: HeaderName = HeaderName::from_static("x-ms-correlation-request-id");

/// A client of the resource manager; clones share everything.
#[derive(Debug, Clone)]
pub struct Arm(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    /// With the token of the resource manager.
    repeating: Pipeline,
    /// The same, and sends everything once.
    once: Pipeline,
    /// Without a token.
    open: Pipeline,
}

/// What becomes of a request that may have been carried out although its answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It is sent again: a second one changes nothing.
    Safe,
    /// It is sent once.
    Never,
}

impl Arm {
    /// A client.
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

    /// What it was made of.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Reads.
    pub async fn get<T: DeserializeOwned>(&self, target: &Target) -> Result<T, Error> {
        self.send(Method::Get, target, None).await?.json()
    }

    /// Reads what may not be there.
    pub async fn find<T: DeserializeOwned>(&self, target: &Target) -> Result<Option<T>, Error> {
        match self.get(target).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether it is there.
    pub async fn head(&self, target: &Target) -> Result<bool, Error> {
        match self.send(Method::Head, target, None).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Creates or replaces.
    pub async fn put(&self, target: &Target, body: &impl Serialize) -> Result<Answer, Error> {
        self.send(Method::Put, target, Some(bytes(body))).await
    }

    /// Does something to it that can be done twice.
    pub async fn post(&self, target: &Target, body: Option<Value>) -> Result<Answer, Error> {
        let body = body.as_ref().map(bytes);
        self.send(Method::Post, target, body).await
    }

    /// Does something to it that must not be done twice.
    pub async fn post_once(&self, target: &Target, body: Option<Value>) -> Result<Answer, Error> {
        let url = target.url(self.0.options.endpoints.resource_manager.clone());
        let body = body.as_ref().map(bytes);
        self.ask(Method::Post, url, body, Repeat::Never).await
    }

    /// Deletes; what is not there is no error.
    pub async fn delete(&self, target: &Target) -> Result<Answer, Error> {
        self.send(Method::Delete, target, None).await
    }

    /// Sends to a target what may be sent again.
    pub(super) async fn send(
        &self,
        method: Method,
        target: &Target,
        body: Option<Bytes>,
    ) -> Result<Answer, Error> {
        let url = target.url(self.0.options.endpoints.resource_manager.clone());
        self.ask(method, url, body, Repeat::Safe).await
    }

    /// Sends to an address of the resource manager.
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
        // The token was taken back, or the clocks disagree: with another one it may be taken. Azure
        // looks at the token before it looks at anything else, so nothing has been done yet.
        let answer = if answer.status == StatusCode::Unauthorized {
            self.0.options.credential.renew()?;
            self.once(method, &url, body, repeat, &act).await?
        } else {
            answer
        };
        answer.checked(method)
    }

    /// Sends a form, without a token: there is one in the form.
    pub(super) async fn form(&self, url: Url, form: &[(&str, &str)]) -> Result<Answer, Error> {
        // A query is written as a form is.
        let mut encoded = url.clone();
        encoded.query_pairs_mut().clear().extend_pairs(form);
        let mut request = Request::new(url, Method::Post);
        request.insert_header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.set_body(encoded.query().unwrap_or_default().to_owned());
        self.send_open(request).await?.checked(Method::Post)
    }

    /// Sends what has a token of its own, or none, and takes whatever is answered.
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
        // An error status is ours to read: azure_core would keep the outermost code alone.
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

/// A body as JSON.
pub(super) fn value(body: &impl Serialize) -> Value {
    serde_json::to_value(body).expect("what is sent has text for keys, and so is JSON")
}

fn bytes(body: &impl Serialize) -> Bytes {
    let bytes = serde_json::to_vec(body);
    bytes
        .expect("what is sent has text for keys, and so is JSON")
        .into()
}
