//! The errors of requests to Azure, and hints against them.

use std::time::Duration;

use azure_core::http::StatusCode;
use base::hint::Hint;

use super::{ErrorDetail, Pending, remedies};

/// Why a request to Azure or an operation in it failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address cannot be used.
    #[error("`{address}` {why}")]
    Endpoint { address: String, why: String },
    /// The HTTPS client could not be made.
    #[error("could not make an HTTPS client")]
    Client {
        #[source]
        source: reqwest::Error,
    },
    /// The credentials are incomplete or were refused.
    #[error("could not log in to Azure with {with}")]
    Login {
        with: String,
        remedy: String,
        #[source]
        source: Box<azure_core::Error>,
    },
    /// The directory was too busy to answer a token request. The credentials may be right.
    #[error("the directory answered {status} to the token request: {message}")]
    NoToken { status: u16, message: String },
    /// No complete answer arrived.
    #[error("no answer to {act}")]
    Unreachable {
        act: String,
        #[source]
        source: Box<azure_core::Error>,
    },
    /// Azure answered with an error.
    #[error("Azure answered {status} to {act}")]
    Refused {
        act: String,
        status: u16,
        /// The id by which Azure's support finds the request.
        request_id: Option<String>,
        #[source]
        detail: Box<ErrorDetail>,
    },
    /// The answer cannot be parsed.
    #[error("could not read the answer to {act}")]
    Unreadable {
        act: String,
        #[source]
        source: serde_json::Error,
    },
    /// Azure named an address to which the token must not be sent.
    #[error(
        "refusing the address on {host} that Azure named for {act}: it is outside the resource manager"
    )]
    Foreign { act: String, host: String },
    /// A long-running operation failed or was cancelled.
    #[error("{act} ended as {state}")]
    Failed {
        /// The operation, or the path of its resource.
        act: String,
        /// The state, as Azure writes it.
        state: String,
        #[source]
        detail: Option<Box<ErrorDetail>>,
    },
    /// A long-running operation exceeded its deadline. It continues in Azure.
    #[error("the operation was still {state} after {} s", .deadline.as_secs())]
    Deadline {
        /// How long the operation was allowed to take.
        deadline: Duration,
        /// The last state that was seen.
        state: String,
        pending: Box<Pending>,
    },
    /// The user asked to stop.
    #[error("interrupted; the operation continues in Azure")]
    Interrupted { pending: Box<Pending> },
}

impl Error {
    /// The HTTP status, if Azure answered with an error.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The error that Azure reported, if any.
    pub fn detail(&self) -> Option<&ErrorDetail> {
        match self {
            Self::Refused { detail, .. } => Some(detail),
            Self::Failed { detail, .. } => detail.as_deref(),
            _ => None,
        }
    }

    /// Replaces the error of a failed operation by that of its resource, if there is one.
    #[must_use]
    pub fn or_resource_detail(self, deeper: Option<ErrorDetail>) -> Self {
        match (self, deeper) {
            (Self::Failed { act, state, .. }, Some(deeper)) => Self::Failed {
                act,
                state,
                detail: Some(Box::new(deeper)),
            },
            (error, _) => error,
        }
    }

    /// Whether the resource does not exist.
    pub fn is_not_found(&self) -> bool {
        let absence = self.detail().is_some_and(ErrorDetail::is_absence);
        absence && self.status() == Some(u16::from(StatusCode::NotFound))
    }

    /// Whether the request conflicts with the state of the resource (409).
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(u16::from(StatusCode::Conflict))
    }

    /// Whether the same request may succeed moments later: no answer came, or Azure is busy.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::NoToken { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }

    /// Whether the same command may succeed later without a change of profile, quota or rights: for
    /// example, because another operation ends or a role assignment propagates. See
    /// [`Self::is_transient`] for the same request moments later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Login { .. } => false,
            Self::Refused { detail, status, .. } => {
                remedies::may_pass(detail).unwrap_or(!matches!(status, 400 | 401 | 403))
            }
            Self::Failed { detail, .. } => {
                let known = detail.as_deref().and_then(remedies::may_pass);
                known.unwrap_or(true)
            }
            _ => true,
        }
    }

    /// Whether Azure throttled the request (429).
    pub fn is_throttled(&self) -> bool {
        match self {
            Self::NoToken { status, .. } => *status == 429,
            _ => self.status() == Some(429),
        }
    }

    /// What the user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Login { remedy, .. } => vec![Hint::say(remedy)],
            Self::NoToken { .. } => vec![Hint::say(
                "Wait a few minutes and run the same command again: it continues from there. The \
                 directory did not refuse the credentials.",
            )],
            Self::Unreachable { .. } => vec![Hint::say(
                "Check the network and HTTPS_PROXY, then run the same command again.",
            )],
            Self::Refused {
                detail, request_id, ..
            } => {
                let mut hints: Vec<_> = remedies::of(detail).collect();
                let id = request_id.as_ref();
                hints.extend(
                    id.map(|id| Hint::say(format!("Give Azure's support the request id {id}."))),
                );
                hints
            }
            Self::Failed { detail, .. } => {
                let detail = detail.iter();
                detail.flat_map(|detail| remedies::of(detail)).collect()
            }
            Self::Deadline { .. } | Self::Interrupted { .. } => {
                vec![Hint::say("Run the same command again to continue waiting.")]
            }
            _ => Vec::new(),
        }
    }
}
