//! What could not be done in a cluster.

use std::io;
use std::time::Duration;

use backend::Blame;
use base::causes;
use base::hint::{Hint, Verb};
use camino::Utf8PathBuf;
use model::topology::ServiceName;

use super::kubeconfig::Unusable;

/// What could not be done in a cluster.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kubeconfig file is not there or not right.
    #[error("could not use the kubeconfig {path}")]
    Kubeconfig {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: Unusable,
    },
    /// The kubeconfig that whoever has the cluster gave is not right.
    #[error("could not use the cluster's kubeconfig")]
    Access(#[source] Unusable),
    /// The API server refused, or cannot be reached.
    #[error("could not {act}")]
    Call {
        /// What was tried.
        act: String,
        /// Why not.
        #[source]
        source: Answer,
    },
    /// Something took too long.
    #[error("could not {act} within {} s", .deadline.as_secs())]
    TimedOut {
        /// What was tried.
        act: String,
        /// How long it had.
        deadline: Duration,
    },
    /// A node does not tell what it runs.
    #[error("the answer of node `{node}` about what it runs cannot be used: {reason}")]
    Unclear {
        /// The node.
        node: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A Job that is to be replaced goes on.
    #[error(
        "the Job `{job}`, which another one is to replace, still runs after {} s", .deadline.as_secs()
    )]
    StillRuns {
        /// The Job.
        job: String,
        /// Its component.
        component: String,
        /// How long it had.
        deadline: Duration,
    },
    /// A connection to a service has nobody to go to.
    #[error("no pod of `{service}` is ready")]
    NoPod {
        /// The service.
        service: ServiceName,
    },
    /// A port of a service cannot be had on this machine.
    #[error("could not listen on port {port} of 127.0.0.1 for `{service}`")]
    Listen {
        /// The service.
        service: ServiceName,
        /// The port on this machine; 0 is any.
        port: u16,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file with logs or evidence could not be written.
    #[error("could not write what the cluster tells")]
    Write(#[from] io::Error),
}

/// What the API server answered, in its own words, or why there was no answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Answer {
    message: String,
    code: Option<u16>,
}

impl Answer {
    /// Whether the API server has said it, whatever it is.
    pub(super) fn is_the_servers(&self) -> bool {
        self.code.is_some()
    }

    /// Whether what was asked for is not there.
    pub(super) fn is_absent(&self) -> bool {
        self.code == Some(404)
    }

    /// Whether what was sent cannot replace what is there.
    pub(super) fn is_invalid(&self) -> bool {
        self.code == Some(422)
    }

    /// Whether a port of the nodes that was asked for is somebody's, or counts as such.
    pub(super) fn says_port_is_allocated(&self) -> bool {
        self.is_invalid() && self.message.contains("provided port is already allocated")
    }

    /// Whether the user is not known, or may not do it.
    fn is_forbidden(&self) -> bool {
        matches!(self.code, Some(401 | 403))
    }

    /// Whether it is a definite no, and no trouble on the way to whom it was asked of.
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
                // What is around the innermost cause only says that there is one.
                message: causes::of(&other)
                    .last()
                    .map_or_else(|| other.to_string(), ToString::to_string),
                code: None,
            },
        }
    }
}

impl From<Error> for backend::Error {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Kubeconfig { .. } => Some(
                Hint::say("is the cluster gone? ")
                    .command(Verb::Up)
                    .words(" makes it anew"),
            ),
            Error::Access(unusable) => unusable.hint().map(Hint::say),
            Error::Call { source, .. } if source.is_forbidden() => Some(Hint::say(
                "rights that were given a moment ago may count some minutes later only; a token \
                 that has expired is renewed by running the command again",
            )),
            Error::Call { source, .. } if source.code.is_none() => {
                Some(Hint::run(Verb::Status).words(", which says whether the cluster runs"))
            }
            Error::StillRuns { component, .. } => Some(
                Hint::say("it is not interrupted, for half a migration cannot be continued: run ")
                    .command(Verb::LogsOf(component.clone()))
                    .words(", and this command again once it has ended"),
            ),
            Error::Listen { port: 1.., .. } => Some(Hint::say(
                "stop the program that has the port, or take another one",
            )),
            _ => None,
        };
        let forbidden = matches!(&error, Error::Call { source, .. } if source.is_forbidden());
        let mut whole = backend::Error::new(error);
        if forbidden {
            whole.blame = Blame::Leave;
        }
        whole.hints.extend(hint);
        whole
    }
}
