//! What can go wrong with a fault.

use std::time::Duration;

use backend::fault::JournalError;
use backend::wait::Vain;
use base::causes::all_in_one_line;
use model::quantity;
use model::topology::ServiceName;

use super::pull::Act;

/// A fault that could not be injected or undone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The place has no lever for it; nothing was done.
    #[error("could not inject fault `{fault}`: there is no lever for `{service}` here")]
    NoLever {
        /// The fault's id.
        fault: String,
        /// The service that it is aimed at.
        service: ServiceName,
    },
    /// It was not seen who is to be hit; nothing was done.
    #[error("could not inject fault `{fault}`: could not see who runs")]
    Unseen {
        /// The fault's id.
        fault: String,
        /// Why.
        #[source]
        source: Vain,
    },
    /// The journal could not be read or written.
    #[error("could not keep the journal of faults")]
    Journal(#[from] JournalError),
    /// The backend failed to pull a lever.
    #[error("could not {act} fault `{fault}`")]
    Pull {
        /// What the lever was pulled for.
        act: Act,
        /// The fault's id.
        fault: String,
        /// Why.
        #[source]
        source: backend::Error,
    },
    /// The backend was still pulling a lever at the deadline.
    #[error("could not {act} fault `{fault}` within {}", quantity::Duration::from(*deadline))]
    PullInTime {
        /// What the lever was pulled for.
        act: Act,
        /// The fault's id.
        fault: String,
        /// The deadline.
        deadline: Duration,
    },
    /// What was hit does not do its job again.
    #[error("could not heal fault `{fault}`")]
    NotBack {
        /// The fault's id.
        fault: String,
        /// What was seen last.
        #[source]
        source: Vain,
    },
    /// What was hit does its own job again, and the whole does not.
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
