//! An HTTP answer of Azure: read as a type, as the start of an operation, or as an error.

use std::fmt;
use std::time::Duration;

use azure_core::Bytes;
use azure_core::http::headers::{
    HeaderName, Headers, RETRY_AFTER, RETRY_AFTER_MS, X_MS_RETRY_AFTER_MS,
};
use azure_core::http::policies::get_retry_after;
use azure_core::http::{Method, StatusCode};
use azure_core::time::OffsetDateTime;
use serde::de::DeserializeOwned;

use super::{Error, ErrorDetail};

/// An answer of Azure.
#[derive(Clone)]
pub struct Answer {
    /// Method and path of the request.
    pub(super) act: String,
    pub status: StatusCode,
    pub(super) headers: Headers,
    pub(super) body: Bytes,
}

impl Answer {
    /// Parses the body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|source| Error::Unreadable {
            act: self.act.clone(),
            source,
        })
    }

    /// The value of a header. `name` must be lower case.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers
            .get_optional_str(&HeaderName::from_static(name))
    }

    pub(crate) fn bytes(&self) -> Bytes {
        self.body.clone()
    }

    /// The error in the body; an empty one if there is none.
    pub(crate) fn detail(&self) -> ErrorDetail {
        ErrorDetail::of_body(&self.body)
    }

    /// The answer if its status is a success, else the error. To delete what is not there succeeds.
    pub(crate) fn checked(self, method: Method) -> Result<Self, Error> {
        let gone = method == Method::Delete && self.status == StatusCode::NotFound;
        if self.status.is_success() || (gone && ErrorDetail::of_body(&self.body).is_absence()) {
            return Ok(self);
        }
        Err(Error::Refused {
            status: self.status.into(),
            request_id: self.header("x-ms-request-id").map(str::to_owned),
            detail: Box::new(ErrorDetail::of_body(&self.body)),
            act: self.act,
        })
    }

    /// How long Azure asks the client to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let headers = [X_MS_RETRY_AFTER_MS, RETRY_AFTER_MS, RETRY_AFTER];
        let after = get_retry_after(&self.headers, OffsetDateTime::now_utc, &headers)?;
        Some(after.unsigned_abs())
    }
}

impl fmt::Debug for Answer {
    /// Leaves out the body, which may contain a secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Answer");
        out.field("act", &self.act).field("status", &self.status);
        out.finish_non_exhaustive()
    }
}
