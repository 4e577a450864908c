//! The settings of the place: from the profile, the command line, and the promotion.

use base::tool::Environment;
use model::profile::azure::Azure;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone)]
pub struct Settings {
    pub profile: String,
    /// The Azure section of the profile.
    pub azure: Azure,
    /// The Azure to use.
    pub aim: Aim,
    pub environment: Environment,
}

/// The Azure that a topology is promoted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// Microsoft's Azure.
    Azure,
    /// The built-in Azure.
    Rehearsal {
        /// How many times as fast as Azure it is.
        speed: u32,
        /// Whether a cluster and a database on this machine stand in for those in Azure.
        #[serde(rename = "ground")]
        stand_in: bool,
    },
}

impl Aim {
    /// The name of the place in verdicts and errors.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Rehearsal { .. } => "azure-rehearsal",
        }
    }

    /// How many times as fast as real time this Azure is.
    pub(super) fn speed(&self) -> u32 {
        match self {
            Self::Azure => 1,
            Self::Rehearsal { speed, .. } => *speed,
        }
    }
}

/// The options of one promotion, in addition to the profile.
#[derive(Debug, Clone, Default)]
pub struct PromotionOptions {
    /// Why the gate is overridden, if it is.
    pub gate_override: Option<String>,
    /// What differs from the template although the stack was made from it, if anything.
    pub drifted: Option<String>,
    /// Whether the database's administrator gets a new password.
    pub another_password: bool,
}
