//! The errors of injecting and healing faults.

use std::time::Duration;

use backend::fault::JournalError;
use backend::wait;
use base::causes::all_in_one_line;
use model::quantity;
use model::topology::ServiceName;

use super::pull::Act;

/// A fault that could not be injected or undone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The backend cannot control the service. Nothing was done.
    #[error("could not inject fault `{fault}`: this backend cannot control `{service}`")]
    NoLever { fault: String, service: ServiceName },
    /// The replicas to hit could not be determined. Nothing was done.
    #[error("could not inject fault `{fault}`: could not see which replicas run")]
    Unseen {
        fault: String,
        #[source]
        source: wait::Error,
    },
    /// The journal could not be read or written.
    #[error("could not read or write the fault journal")]
    Journal(#[from] JournalError),
    /// The backend failed to pull a lever.
    #[error("could not {act} fault `{fault}`")]
    Pull {
        act: Act,
        fault: String,
        #[source]
        source: backend::Error,
    },
    /// A lever did not finish before the deadline.
    #[error("could not {act} fault `{fault}` within {}", quantity::Duration::from(*deadline))]
    PullInTime {
        act: Act,
        fault: String,
        deadline: Duration,
    },
    /// The victim does not do its job again.
    #[error("could not heal fault `{fault}`")]
    NotBack {
        fault: String,
        /// What was seen last.
        #[source]
        source: wait::Error,
    },
    /// The victim does its job again, but the topology does not serve.
    #[error("could not heal fault `{fault}`: still cannot start a workflow: {reason}")]
    Serve { fault: String, reason: String },
    /// The fault could not be injected, and its partial effect could not be undone.
    #[error("{inject}; could not undo its partial effect")]
    InjectAndHeal {
        /// Why it could not be injected, with its causes.
        inject: String,
        #[source]
        heal: Box<Error>,
    },
    /// Several faults could not be undone.
    #[error("{} faults could not be healed: {}", .failures.len(), all_in_one_line(.failures))]
    Several { failures: Vec<Error> },
}
