//! The types of a plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ResourceId;
use super::diff::CHANGED;
use crate::quantity::{Duration, in_milliseconds};
use crate::topology::Digest;

/// A desired resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resource {
    pub id: ResourceId,
    /// The digest of its whole configuration. A resource with another digest is replaced.
    pub digest: Digest,
    /// Resources that must be ready before this one is created.
    pub needs: Vec<ResourceId>,
    /// The maximum time until it is ready.
    pub ready_timeout: Duration,
}

/// A resource that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observed {
    pub id: ResourceId,
    pub state: State,
    /// Resources that it needs. It is removed before they are removed.
    pub needs: Vec<ResourceId>,
    /// Whether taking the topology down does not remove it. Either it disappears with the resource
    /// that contains it, such as a namespace with its database, or it stays.
    pub stays: bool,
}

/// Whether a resource runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It runs, with the configuration of this digest.
    Live(Digest),
    /// It was created, but it does not run any more or runs only in part.
    Dead {
        /// Text for people.
        reason: String,
    },
}

/// The steps to run. Every step comes after the steps that it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether the plan changes nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::Keep)
    }

    /// Whether the plan replaces dead resources, and nothing changes because of the profile.
    pub fn only_repairs(&self) -> bool {
        let any = |of: fn(&Step) -> bool| self.steps.iter().any(of);
        any(|step| step.action == Action::Update && step.reason != CHANGED)
            && !any(|step| step.action == Action::Delete || step.reason == CHANGED)
    }
}

/// One action on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    pub id: ResourceId,
    pub action: Action,
    /// Text for people.
    pub reason: String,
    /// Resources whose steps must have finished before this one starts.
    pub after: Vec<ResourceId>,
    /// The maximum time until the resource is ready.
    #[serde(
        rename = "ready-timeout-ms",
        serialize_with = "in_milliseconds::serialize"
    )]
    pub ready_timeout: Duration,
}

/// An action on a resource. Displays as a verb in the imperative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The resource does not exist: create it.
    Create,
    /// The resource has another configuration or is dead: replace it.
    Update,
    /// The resource is up to date.
    Keep,
    /// The resource is not desired: remove it.
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
