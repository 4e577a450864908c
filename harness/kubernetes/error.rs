//! The errors of a cluster.

use std::io;
use std::time::Duration;

use backend::Blame;
use base::causes::innermost;
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use model::topology::ServiceName;

use super::kubeconfig::Unusable;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kubeconfig file is missing or invalid.
    #[error("could not use the kubeconfig {path}")]
    Kubeconfig {
        path: Utf8PathBuf,
        #[source]
        source: Unusable,
    },
    /// The kubeconfig from the cluster's owner, such as a cloud, is invalid.
    #[error("could not use the cluster's kubeconfig")]
    Access(#[source] Unusable),
    /// The API server refused a request or is unreachable.
    #[error("could not {act}")]
    Call {
        /// What was tried, as a verb phrase.
        act: String,
        #[source]
        source: Answer,
    },
    /// Something took too long.
    #[error("could not {act} within {} s", .deadline.as_secs())]
    TimedOut {
        /// What was tried, as a verb phrase.
        act: String,
        deadline: Duration,
    },
    /// A node's list of its pods could not be parsed.
    #[error("could not parse the pod list of node `{node}`: {reason}")]
    Unclear { node: String, reason: String },
    /// The Job to replace is still running.
    #[error(
        "the Job `{job}`, which must be replaced, is still running after {} s", .deadline.as_secs()
    )]
    StillRuns {
        job: String,
        component: String,
        deadline: Duration,
    },
    /// A connection to a service has no pod to go to.
    #[error("no pod of `{service}` is ready")]
    NoPod { service: ServiceName },
    /// A port of this machine could not be opened for a service.
    #[error("could not listen on port {port} of 127.0.0.1 for `{service}`")]
    Listen {
        service: ServiceName,
        /// The port on this machine; 0 is any port.
        port: u16,
        #[source]
        source: io::Error,
    },
    /// A file with logs or evidence could not be written.
    #[error("could not write logs or evidence of the cluster")]
    Write(#[from] io::Error),
}

/// The API server's message, or the reason why there was no answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Answer {
    message: String,
    code: Option<u16>,
}

impl Answer {
    /// Whether the message is from the API server.
    pub(super) fn is_from_server(&self) -> bool {
        self.code.is_some()
    }

    /// Whether the requested object does not exist.
    pub(super) fn is_absent(&self) -> bool {
        self.code == Some(404)
    }

    /// Whether the API server rejected the object as invalid.
    pub(super) fn is_invalid(&self) -> bool {
        self.code == Some(422)
    }

    /// Whether the requested node port is allocated already.
    pub(super) fn says_port_is_allocated(&self) -> bool {
        self.is_invalid() && self.message.contains("provided port is already allocated")
    }

    /// Whether the user is unknown or has no permission.
    fn is_forbidden(&self) -> bool {
        matches!(self.code, Some(401 | 403))
    }

    /// Whether the API server refused the request, as opposed to a transport problem.
    pub(super) fn is_refusal(&self) -> bool {
        self.code.is_some_and(|code| (400..429).contains(&code))
    }
}

impl From<kube::Error> for Answer {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self {
                message: status.message.clone(),
                code: Some(status.code),
            },
            other => Self {
                // The text of the outer errors adds nothing.
                message: innermost(&other),
                code: None,
            },
        }
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Kubeconfig { .. } => Some(
                Hint::say("If the cluster no longer exists, run ")
                    .command(Verb::Up)
                    .words(" to make it again."),
            ),
            Error::Access(unusable) => unusable.hint().map(Hint::say),
            Error::Call { source, .. } if source.is_forbidden() => Some(Hint::say(
                "Wait a few minutes if the permissions are new, or run the command again if its token \
                 has expired.",
            )),
            Error::Call { source, .. } if source.code.is_none() => {
                Some(Hint::run(Verb::Status).words(" to see whether the cluster is running."))
            }
            Error::StillRuns { component, .. } => Some(
                Hint::say(
                    "Wait for the Job, because an interrupted migration cannot be resumed: run ",
                )
                .command(Verb::LogsOf(component.clone()))
                .words(" to see its progress, and run this command again after it."),
            ),
            Error::Listen { port: 1.., .. } => Some(Hint::say(
                "Stop the program that uses the port, or use another port.",
            )),
            _ => None,
        };
        let forbidden = matches!(&error, Error::Call { source, .. } if source.is_forbidden());
        let mut whole = backend::Error::new(error);
        if forbidden {
            whole.blame = Blame::Permission;
        }
        whole.hints.extend(hint);
        whole
    }
}
