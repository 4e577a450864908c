//! Faults as data: the levers to pull on a service, the signs that show the effect and the end of
//! it, and the journal of open faults. Executes nothing: a place pulls its levers, and the engine
//! runs the procedure.
//!
//! A fault is a pure recipe over the levers of a place. A new fault is a file like `recipes/kill.rs` and a
//! variant of [`Fault`]. A new lever is a variant of [`Pull`] and an arm in each place that has it.

mod journal;
mod lever;
mod occurrence;
mod proof;
mod recipe;
mod recipes;
mod target;

use std::fmt;

use model::topology::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use journal::{EntryId, Error as JournalError, Journal, Unhealed};
pub use lever::{PULL, Pull, Reach, Recipients, Sighting, Sign, Signal};
pub use occurrence::Occurrence;
pub use proof::Proof;
pub use recipe::{Recipe, Remedy, Victim};
pub use target::Target;

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
    /// The recipe of this fault for a victim.
    pub fn recipe(self, victim: &Victim) -> Recipe {
        match self {
            Self::Kill => recipes::kill::recipe(victim),
        }
    }

    /// The backends that can inject it on a service of this kind, for people.
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
