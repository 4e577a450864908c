//! What can go wrong with a fault.

use std::time::Duration;

use backend::fault::JournalError;
use base::causes::all_in_one_line;
use model::quantity;

/// A fault that could not be injected or undone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The backend does not know how it would undo the fault; nothing was done.
    #[error("could not plan the undo of fault `{fault}`")]
    Prepare {
        /// The fault's id.
        fault: String,
        /// Why.
        #[source]
        source: backend::Error,
    },
    /// The journal could not be read or written.
    #[error("could not keep the journal of faults")]
    Journal(#[from] JournalError),
    /// The backend failed to inject the fault.
    #[error("could not inject fault `{fault}`")]
    Inject {
        /// The fault's id.
        fault: String,
        /// Why.
        #[source]
        source: backend::Error,
    },
    /// The backend was still injecting the fault at the deadline.
    #[error("could not inject fault `{fault}` within {}", quantity::Duration::from(*deadline))]
    InjectInTime {
        /// The fault's id.
        fault: String,
        /// The deadline.
        deadline: Duration,
    },
    /// The backend failed to undo the fault.
    #[error("could not heal fault `{fault}`")]
    Heal {
        /// The fault's id.
        fault: String,
        /// Why.
        #[source]
        source: backend::Error,
    },
    /// The backend was still undoing the fault at the deadline.
    #[error("could not heal fault `{fault}` within {}", quantity::Duration::from(*deadline))]
    HealInTime {
        /// The fault's id.
        fault: String,
        /// The deadline.
        deadline: Duration,
    },
    /// What was killed does its own job again, and the whole does not.
    #[error("could not heal fault `{fault}`: no workflow can be started yet: {reason}")]
    Serve {
        /// The fault's id.
        fault: String,
        /// What is not yet so.
        reason: String,
    },
    /// The backend failed to inject the fault, and to undo what there may be of it.
    #[error("{inject}; and what there may be of it could not be undone")]
    InjectAndHeal {
        /// Why it could not be injected, with its causes.
        inject: String,
        /// Why it could not be undone.
        #[source]
        heal: Box<Error>,
    },
    /// Several faults could not be undone.
    #[error("{} faults could not be healed: {}", .failures.len(), all_in_one_line(.failures))]
    Several {
        /// Why, for each.
        failures: Vec<Error>,
    },
}
