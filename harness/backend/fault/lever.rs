//! What a place lets itself be done: how it takes hold of a service, the levers that are pulled, and
//! the signs that are looked for.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use base::hint::{Hint, Verb};
use model::topology::ServiceName;
use serde::{Deserialize, Serialize};

use crate::error::{Blame, Error};
use crate::readiness::Readiness;
use crate::wait::Pending;

/// How long pulling one lever may take: what a place does for it is bounded by itself, and shorter.
pub const PULL: Duration = Duration::from_mins(2);

/// How a place takes hold of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Its replicas by name. One that ends stays down until it is started again.
    Replicas(Vec<String>),
    /// A workload: its cluster starts what ends, unless fewer replicas are wanted.
    Workload {
        /// How many are wanted.
        replicas: u16,
    },
    /// A database that is started again by whoever runs it.
    Managed {
        /// Whether another server stands by, which takes over.
        standby: bool,
    },
}

/// A lever as it is pulled. Those that undo something may be pulled again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// Sends a signal.
    Signal {
        /// The signal.
        signal: Signal,
        /// To whom.
        whom: Whom,
    },
    /// Starts replicas that are down. One that is no part of the topology any more is passed over.
    /// Every one is tried, whatever becomes of the others.
    Start {
        /// Their names.
        replicas: Vec<String>,
    },
    /// Has a workload run this many replicas; nothing where the cluster is gone.
    Scale {
        /// The service, such as `temporal-history`.
        service: ServiceName,
        /// How many of it run.
        replicas: u16,
    },
    /// Begins the restart of a managed database.
    Restart {
        /// Whether its standby takes over.
        failover: bool,
    },
}

/// Who gets a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whom {
    /// Replicas by name, such as `worker-0`; one that is not there is passed over.
    Replicas(Vec<String>),
    /// Every replica that a workload has by then.
    Service(ServiceName),
}

/// A signal to a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// SIGKILL: it ends at once and without a word.
    Kill,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// None of these lives of a service goes on.
    Gone {
        /// The service.
        service: ServiceName,
        /// Each by its replica, as [`crate::Vital::life`] names it.
        lives: BTreeMap<String, String>,
    },
    /// A managed database is away, or has been.
    Interrupted {
        /// The service.
        service: ServiceName,
        /// The lives before, where the place knows any.
        lives: BTreeMap<String, String>,
    },
    /// A service does its job, with each of these replicas that is still part of the topology. Where
    /// it was taken down since, there is nothing to be back.
    Back {
        /// The service.
        service: ServiceName,
        /// Its replicas by name, where the place takes hold of it by these.
        replicas: Vec<String>,
    },
    /// A workflow can be started in a namespace, on every history shard; also where nothing is up any
    /// more, or nobody can say who would be asked.
    Serves {
        /// The namespace.
        namespace: String,
    },
}

/// What a look for a sign has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// It is there: what was seen, for people.
    Seen(String),
    /// Not yet; the reason is for people.
    NotYet(String),
    /// It never will be.
    Never(String),
}

impl Sighting {
    /// As the answer to a look.
    pub fn looked(self) -> Result<String, Pending> {
        match self {
            Self::Seen(what) => Ok(what),
            Self::NotYet(reason) => Err(Pending::NotYet(reason)),
            Self::Never(reason) => Err(Pending::Never(reason)),
        }
    }
}

impl From<Readiness> for Sighting {
    fn from(readiness: Readiness) -> Self {
        match readiness {
            Readiness::Ready => Self::Seen("it does its job".to_owned()),
            Readiness::NotYet(reason) => Self::NotYet(reason),
            Readiness::Never(reason) => Self::Never(reason),
        }
    }
}

impl fmt::Display for Pull {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal {
                signal: Signal::Kill,
                whom,
            } => match whom {
                Whom::Replicas(replicas) => write!(out, "kill {}", replicas.join(", ")),
                Whom::Service(service) => write!(out, "kill every replica of {service}"),
            },
            Self::Start { replicas } => write!(out, "start {}", replicas.join(", ")),
            Self::Scale { service, replicas } => write!(out, "scale {service} to {replicas}"),
            Self::Restart { failover: true } => out.write_str("fail the database over"),
            Self::Restart { failover: false } => out.write_str("restart the database"),
        }
    }
}

/// A lever or a sign that a place does not know: the record that asks for it is of another place, or
/// of another version.
#[derive(Debug, thiserror::Error)]
#[error("backend {backend} cannot {what}: the journal of faults was written on another backend")]
struct Foreign {
    backend: &'static str,
    what: String,
}

impl Pull {
    /// That a place has no such lever.
    pub fn foreign(&self, backend: &'static str) -> Error {
        let what = self.to_string();
        let mut error = Error::new(Foreign { backend, what });
        error.hints = vec![Hint::run(Verb::Down).words(" to give the topology up")];
        error.blame = Blame::Place;
        error.may_pass = false;
        error
    }
}

impl Sign {
    /// That a place does not know such a sign.
    pub fn foreign(&self, backend: &'static str) -> Sighting {
        let what = match self {
            Self::Gone { service, .. } => format!("say whether `{service}` is gone"),
            Self::Interrupted { service, .. } => format!("say whether `{service}` was away"),
            Self::Back { service, .. } => format!("say whether `{service}` is back"),
            Self::Serves { namespace } => format!("say whether `{namespace}` serves"),
        };
        Sighting::Never(Foreign { backend, what }.to_string())
    }
}
