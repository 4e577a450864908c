//! Everything that happens, as data: one stream, which the terminal and `--events` consume.

mod ending;
mod events;
mod kind;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use ending::Ending;
pub use events::Events;
pub use kind::{Kind, VERSION};

use crate::run_id::RunId;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it was sent, to the microsecond.
    pub at: Timestamp,
    /// The run of a scenario that the event belongs to. Absent outside of a run.
    pub run: Option<RunId>,
    #[serde(flatten)]
    pub kind: Kind,
}

impl Event {
    pub fn now(run: Option<RunId>, kind: Kind) -> Self {
        let now = Timestamp::now().as_microsecond();
        let at = Timestamp::from_microsecond(now).expect("the current time is within jiff's range");
        Self { at, run, kind }
    }
}

#[cfg(test)]
mod tests;
