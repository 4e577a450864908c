//! The saved form of stacks, deployments and what-if results.

use std::collections::BTreeMap;
use std::fmt;

use azure::resource_type;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::id::ResourceId;
use super::super::refusal::Refusal;

/// Parameter values by stack, including secure ones. They are never saved.
#[derive(Clone, Default)]
pub(in super::super) struct Secrets(pub(super) BTreeMap<String, Map<String, Value>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secrets(..)")
    }
}

/// A deployment stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Stack {
    pub(in super::super) id: String,
    /// Its properties as requested, without secure values.
    pub(in super::super) wanted: Value,
    pub(super) tags: Value,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(in super::super) phase: Phase,
    /// The resources of its template.
    pub(super) steps: Vec<Step>,
    /// The resources to delete.
    pub(super) leaving: Vec<PendingRemoval>,
    /// The managed resources by key.
    pub(in super::super) managed: BTreeMap<String, Managed>,
    pub(super) detached: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) outputs: Value,
    pub(super) operation: String,
    pub(super) deployment: String,
    /// When the deployment started.
    #[serde(default)]
    pub(super) began: Timestamp,
    /// Whether the stack is deleted after its resources.
    pub(super) ending: bool,
    /// Whether it detaches resources that cannot be deleted by themselves. Otherwise it fails.
    #[serde(default)]
    pub(super) lets_go: bool,
}

impl Stack {
    /// Whether it is a deployment without a stack.
    pub(super) fn is_deployment(&self) -> bool {
        let kind = ResourceId::parse(&self.id).kind();
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(resource_type::DEPLOYMENT))
    }
}

/// The progress of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Phase {
    Initializing,
    Deploying,
    DeletingResources,
    Succeeded,
    Failed(Refusal),
    Canceled,
}

impl Phase {
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed(_) | Self::Canceled)
    }

    /// The name in messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Initializing => "Initializing",
            Self::Deploying => "Deploying",
            Self::DeletingResources => "DeletingResources",
            Self::Succeeded => "Succeeded",
            Self::Failed(_) => "Failed",
            Self::Canceled => "Canceled",
        }
    }
}

/// A managed resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Managed {
    pub(in super::super) id: String,
    /// Why its deletion failed.
    pub(super) not_deleted: Option<Refusal>,
}

/// A resource that a stack deletes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct PendingRemoval {
    pub(super) key: String,
    pub(super) operation: Option<String>,
    pub(super) over: bool,
}

impl PendingRemoval {
    pub(super) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            operation: None,
            over: false,
        }
    }
}

/// The deployment of one resource of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Step {
    pub(in super::super) id: String,
    pub(super) version: String,
    /// The body with its expressions.
    pub(super) body: Value,
    /// Keys of the resources that it depends on.
    pub(super) after: Vec<String>,
    pub(super) progress: StepProgress,
    /// When its deployment started, and when it ended.
    #[serde(default)]
    pub(super) began: Option<Timestamp>,
    #[serde(default)]
    pub(super) ended: Option<Timestamp>,
}

/// The progress of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum StepProgress {
    Waiting,
    /// The id of its operation.
    Running(String),
    Done,
    Failed(Refusal),
}

/// A saved what-if result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Preview {
    pub(in super::super) id: String,
    /// Its properties as requested, without secure values.
    pub(in super::super) wanted: Value,
    /// The changes of resources and their properties.
    pub(super) changes: Value,
    /// When the stack was last changed.
    #[serde(default)]
    pub(super) modified: Option<Timestamp>,
    /// The operation that computes it.
    #[serde(default)]
    pub(super) operation: String,
}
