//! Everything that happens, as data: one stream that the terminal and `--events` consume.

mod ending;
mod events;
mod kind;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use ending::Ending;
pub use events::Events;
pub use kind::{Kind, VERSION};

use crate::run_id::RunId;

/// A fact about a run of the engine or of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it was sent, to the microsecond.
    pub at: Timestamp,
    /// The run of a scenario that it belongs to; absent outside of one.
    pub run: Option<RunId>,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
}

impl Event {
    /// What happens now.
    pub fn now(run: Option<RunId>, kind: Kind) -> Self {
        let now = Timestamp::now().as_microsecond();
        let at = Timestamp::from_microsecond(now).expect("this moment is within all bounds");
        Self { at, run, kind }
    }
}
