//! The types of a plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ResourceId;
use crate::quantity::{Duration, in_milliseconds};
use crate::topology::Digest;

/// A resource as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resource {
    /// Its name.
    pub id: ResourceId,
    /// Identity of its whole configuration: another digest means another resource.
    pub digest: Digest,
    /// Resources that must be ready before it is created.
    pub needs: Vec<ResourceId>,
    /// How long it may take to become ready.
    pub ready_timeout: Duration,
}

/// A resource as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// Its name.
    pub id: ResourceId,
    /// Whether it lives, and as what.
    pub state: State,
    /// Resources that it relies on: it goes before they go.
    pub needs: Vec<ResourceId>,
    /// Whether taking a topology down leaves it to whatever it is in, such as a namespace to the
    /// database that it is kept in, or leaves it altogether.
    pub stays: bool,
}

/// Whether a resource lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It runs, with the configuration of this digest.
    Live(Digest),
    /// It was created and does not run any more, or only in part.
    Dead {
        /// Why, for people.
        reason: String,
    },
}

/// What to do, in an order in which every step comes after the steps it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether everything is as it should be.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::Keep)
    }
}

/// One thing to do to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// The resource.
    pub id: ResourceId,
    /// What happens to it.
    pub action: Action,
    /// Why, for people.
    pub reason: String,
    /// Resources whose own steps must have finished before this one starts.
    pub after: Vec<ResourceId>,
    /// How long the resource may take to become ready.
    #[serde(
        rename = "ready-timeout-ms",
        serialize_with = "in_milliseconds::serialize"
    )]
    pub ready_timeout: Duration,
}

/// What can happen to a resource; displays as a verb in the imperative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is not there: make it.
    Create,
    /// It is there with another configuration, or dead: replace it.
    Update,
    /// It is as it should be.
    Keep,
    /// It should not be there: remove it.
    Delete,
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Create => "create",
            Self::Update => "replace",
            Self::Keep => "keep",
            Self::Delete => "remove",
        })
    }
}
