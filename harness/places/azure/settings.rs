//! What the place is told: by the profile, by the command line, by a promotion.

use base::tool::Environment;
use model::profile::azure::Azure;
use serde::{Deserialize, Serialize};

/// What the backend needs to know of the profile and the place.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The profile's name.
    pub profile: String,
    /// The place.
    pub azure: Azure,
    /// Which Azure.
    pub aim: Aim,
    /// The harness's own environment.
    pub environment: Environment,
}

/// Which Azure a topology is promoted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// Microsoft's.
    Azure,
    /// The built-in one.
    Rehearsal {
        /// How many times as fast as Azure it is.
        speed: u32,
        /// Whether a cluster and a database of this machine stand for those in it.
        ground: bool,
    },
}

impl Aim {
    /// The place, as verdicts and errors name it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Rehearsal { .. } => "azure-rehearsal",
        }
    }

    /// How many times as fast as ours the time of this Azure is.
    pub(super) fn speed(&self) -> u32 {
        match self {
            Self::Azure => 1,
            Self::Rehearsal { speed, .. } => *speed,
        }
    }
}

/// What a promotion says besides what the profile does.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// Why the gate is passed by, if it is.
    pub gate_override: Option<String>,
    /// What was found to differ from the template although it was made from it.
    pub drifted: Option<String>,
    /// Whether the database's administrator gets another password.
    pub another_password: bool,
}
