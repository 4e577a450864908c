//! Faults as data: what is done to whom, with which levers, what shows that it took effect and that
//! it is undone; and the journal of what is open. Does nothing itself: a place pulls its levers, and
//! the procedure around that is the engine's.
//!
//! A fault is a pure recipe over the levers of a place: a new fault is a file like `kill.rs` and a
//! line of [`Fault`], a new lever a line of [`Pull`] and an arm in each place that has it.

mod journal;
mod kill;
mod lever;
mod occurrence;
mod proof;
mod recipe;

use std::fmt;

use model::topology::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use journal::{Entry, Error as JournalError, Journal, Unhealed};
pub use lever::{PULL, Pull, Reach, Sighting, Sign, Signal, Whom};
pub use occurrence::{Occurrence, Target};
pub use proof::Proof;
pub use recipe::{Recipe, Remedy, Victim};

/// The faults, by the names that scenarios use.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FaultKind")]
pub enum Fault {
    /// SIGKILL every replica, and keep it down until the fault ends.
    Kill,
}

impl Fault {
    /// What it is made of, on a victim.
    pub fn recipe(self, victim: &Victim) -> Recipe {
        match self {
            Self::Kill => kill::recipe(victim),
        }
    }

    /// The places that can express it on a service of this kind, for people.
    pub fn needs(self, component: &Component) -> &'static str {
        match (self, component) {
            (Self::Kill, Component::Worker { .. }) => "a backend that runs the worker",
            (Self::Kill, Component::Database | Component::Temporal(_) | Component::Web { .. }) => {
                "backend process with engine server, or k3d"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Kill => "kill",
        })
    }
}
