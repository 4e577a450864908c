//! How a place controls services: the levers that it can pull and the signs that it can look for.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use base::hint::{Hint, Verb};
use model::topology::ServiceName;
use serde::{Deserialize, Serialize};

use crate::error::{Blame, Error};
use crate::readiness::Readiness;
use crate::wait::Pending;

/// How long pulling one lever may take. A place bounds its own work by shorter deadlines.
pub const PULL: Duration = Duration::from_mins(2);

/// How a place controls a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// By the names of its replicas. A replica that ends stays down until it is started again.
    Replicas(Vec<String>),
    /// As a workload: the cluster restarts pods that end, until fewer replicas are desired.
    Workload {
        /// How many replicas are desired.
        replicas: u16,
    },
    /// As a managed database: its operator restarts it.
    Managed {
        /// Whether a standby server can take over.
        standby: bool,
    },
}

/// One pull of a lever. A pull that undoes something may be repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    Signal {
        signal: Signal,
        whom: Recipients,
    },
    /// Starts replicas that are down. Skips a replica that is no longer part of the topology. Tries
    /// every replica, even if another one fails.
    Start {
        replicas: Vec<String>,
    },
    /// Sets the number of replicas of a workload. Does nothing if the cluster is gone.
    Scale {
        /// The service, such as `temporal-history`.
        service: ServiceName,
        replicas: u16,
    },
    /// Begins to restart a managed database.
    Restart {
        /// Whether its standby takes over.
        failover: bool,
    },
}

/// The replicas that get a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipients {
    /// Replicas by name, such as `worker-0`. One that does not exist is skipped.
    Replicas(Vec<String>),
    /// Every replica that the workload has at that time.
    Service(ServiceName),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// SIGKILL: it ends at once, without cleanup.
    Kill,
}

/// A condition that a place can look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// None of these lives of a service continues.
    Gone {
        service: ServiceName,
        /// The life of each replica, by the replica's name; see [`crate::Vital::life`].
        lives: BTreeMap<String, String>,
    },
    /// A managed database is unavailable, or was.
    Interrupted {
        service: ServiceName,
        /// The lives before the fault, if the place knows them.
        lives: BTreeMap<String, String>,
    },
    /// A service does its job, with each of these replicas that is still part of the topology. A
    /// service that was taken down in the meantime counts as back.
    Back {
        service: ServiceName,
        /// Its replicas by name, if the place controls it by them.
        replicas: Vec<String>,
    },
    /// A workflow can be started in a namespace, on every history shard. Also true if the topology
    /// is down, or if no frontend is known.
    Serves { namespace: String },
}

/// The result of one look for a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// The condition holds; what was seen, for people.
    Seen(String),
    /// The condition does not hold yet; the reason, for people.
    NotYet(String),
    /// The condition will never hold; the reason, for people.
    Never(String),
}

impl Sighting {
    /// The same as the result of one look of [`crate::wait::until`].
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
                Recipients::Replicas(replicas) => write!(out, "kill {}", replicas.join(", ")),
                Recipients::Service(service) => write!(out, "kill every replica of {service}"),
            },
            Self::Start { replicas } => write!(out, "start {}", replicas.join(", ")),
            Self::Scale { service, replicas } => write!(out, "scale {service} to {replicas}"),
            Self::Restart { failover: true } => out.write_str("fail the database over"),
            Self::Restart { failover: false } => out.write_str("restart the database"),
        }
    }
}

/// A lever or a sign that a place does not have. The record that asks for it comes from another
/// backend or from another version.
#[derive(Debug, thiserror::Error)]
#[error("backend {backend} cannot {what}: the fault journal was written on another backend")]
struct Foreign {
    backend: &'static str,
    what: String,
}

impl Pull {
    /// The error of a place that does not have this lever.
    pub fn foreign(&self, backend: &'static str) -> Error {
        let what = self.to_string();
        let mut error = Error::new(Foreign { backend, what });
        error.hints = vec![Hint::run(Verb::Down).words(" to remove the topology.")];
        error.blame = Blame::Place;
        error.may_pass = false;
        error
    }
}

impl Sign {
    /// The answer of a place that cannot look for this sign.
    pub fn foreign(&self, backend: &'static str) -> Sighting {
        let what = match self {
            Self::Gone { service, .. } => format!("check whether `{service}` is gone"),
            Self::Interrupted { service, .. } => {
                format!("check whether `{service}` was unavailable")
            }
            Self::Back { service, .. } => format!("check whether `{service}` is back"),
            Self::Serves { namespace } => format!("check whether namespace `{namespace}` serves"),
        };
        Sighting::Never(Foreign { backend, what }.to_string())
    }
}
