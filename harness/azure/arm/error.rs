//! What Azure did not do, and why.

use std::time::Duration;

use azure_core::http::StatusCode;
use base::hint::Hint;

use super::{Fault, Pending, remedies};

/// What Azure did not do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address is none that Azure could be at.
    #[error("`{address}` {why}")]
    Endpoint {
        /// The address.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// No client could be made for the endpoints.
    #[error("could not make an HTTPS client")]
    Client {
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The credentials are incomplete or were refused.
    #[error("could not log in to Azure with {with}")]
    Login {
        /// Which credentials.
        with: String,
        /// What helps.
        remedy: String,
        /// Why.
        #[source]
        source: Box<azure_core::Error>,
    },
    /// The directory had no time for the request for a token: nothing is said of the credentials.
    #[error("the directory answered {status} to the request for a token: {said}")]
    NoToken {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// No whole answer came.
    #[error("no answer to {act}")]
    Unreachable {
        /// Method and path.
        act: String,
        /// Why.
        #[source]
        source: Box<azure_core::Error>,
    },
    /// Azure answered with an error.
    #[error("Azure answered {status} to {act}")]
    Refused {
        /// Method and path.
        act: String,
        /// The HTTP status.
        status: u16,
        /// The id that Azure's support finds the request by.
        request_id: Option<String>,
        /// What Azure said.
        #[source]
        fault: Box<Fault>,
    },
    /// Azure's answer is not what was asked for.
    #[error("cannot read the answer to {act}")]
    Unreadable {
        /// Method and path.
        act: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Azure named an address that the token must not go to.
    #[error("Azure named an address outside the resource manager, {host}, for {act}")]
    Foreign {
        /// Method and path.
        act: String,
        /// Where it is.
        host: String,
    },
    /// A long-running operation has ended otherwise than it should.
    #[error("{act} ended as {state}")]
    Failed {
        /// What was done, or to which resource.
        act: String,
        /// The state, in Azure's words.
        state: String,
        /// What Azure says about it.
        #[source]
        fault: Option<Box<Fault>>,
    },
    /// A long-running operation takes too long.
    #[error("the operation was still {state} after {} s", .deadline.as_secs())]
    Deadline {
        /// How long it had.
        deadline: Duration,
        /// The state that was seen last.
        state: String,
        /// The operation, which goes on.
        pending: Box<Pending>,
    },
    /// The user asked to stop.
    #[error("interrupted; the operation goes on in Azure")]
    Interrupted {
        /// The operation, which goes on.
        pending: Box<Pending>,
    },
}

impl Error {
    /// The HTTP status of Azure's answer, where there is one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What Azure said, where it said something.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Refused { fault, .. } => Some(fault),
            Self::Failed { fault, .. } => fault.as_deref(),
            _ => None,
        }
    }

    /// The same error of an operation, with what the resource itself says of its failure, where that
    /// says something.
    #[must_use]
    pub fn or_deeper(self, deeper: Option<Fault>) -> Self {
        match (self, deeper) {
            (Self::Failed { act, state, .. }, Some(deeper)) => Self::Failed {
                act,
                state,
                fault: Some(Box::new(deeper)),
            },
            (error, _) => error,
        }
    }

    /// Whether what was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        let absence = self.fault().is_some_and(Fault::is_absence);
        absence && self.status() == Some(u16::from(StatusCode::NotFound))
    }

    /// Whether it does not go together with the state of what it is about.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(u16::from(StatusCode::Conflict))
    }

    /// Whether the same request may well succeed later: nobody answered, or Azure is busy.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::NoToken { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }

    /// Whether the same command may succeed later although nobody has changed what it asks for, nor a
    /// quota or a right: another operation ends, a role arrives. [`Self::is_passing`] is about the same
    /// request a moment later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Login { .. } => false,
            Self::Refused { fault, status, .. } => {
                remedies::may_pass(fault).unwrap_or(!matches!(status, 400 | 401 | 403))
            }
            Self::Failed { fault, .. } => {
                let known = fault.as_deref().and_then(remedies::may_pass);
                known.unwrap_or(true)
            }
            _ => true,
        }
    }

    /// Whether it was asked too often.
    pub fn is_throttled(&self) -> bool {
        match self {
            Self::NoToken { status, .. } => *status == 429,
            _ => self.status() == Some(429),
        }
    }

    /// What a user can do about it.
    pub fn hints(&self) -> Vec<Hint> {
        match self {
            Self::Login { remedy, .. } => vec![Hint::say(remedy)],
            Self::NoToken { .. } => vec![Hint::say(
                "nothing is said against the credentials: wait some minutes and run the same \
                 command again, it goes on from there",
            )],
            Self::Unreachable { .. } => vec![Hint::say(
                "check the network and HTTPS_PROXY; the command can be repeated",
            )],
            Self::Refused {
                fault, request_id, ..
            } => {
                let mut hints: Vec<_> = remedies::of(fault).collect();
                let id = request_id.as_ref();
                hints.extend(
                    id.map(|id| {
                        Hint::say(format!("Azure's support finds this by request id {id}"))
                    }),
                );
                hints
            }
            Self::Failed { fault, .. } => {
                let faults = fault.iter();
                faults.flat_map(|fault| remedies::of(fault)).collect()
            }
            Self::Deadline { .. } | Self::Interrupted { .. } => {
                vec![Hint::say("run the same command again: it goes on waiting")]
            }
            _ => Vec::new(),
        }
    }
}
