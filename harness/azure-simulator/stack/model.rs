//! Stacks, deployments and previews as the state keeps them.

use std::collections::BTreeMap;
use std::fmt;

use azure::resource_type;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::id::ResourceId;
use super::super::refusal::Refusal;

/// Values of parameters by stack, those that nobody may read among them; never saved.
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
    /// Its properties as they were sent, without values that nobody may read.
    pub(in super::super) wanted: Value,
    pub(super) tags: Value,
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
    pub(in super::super) phase: Phase,
    /// What is deployed.
    pub(super) steps: Vec<Step>,
    /// What is to go.
    pub(super) leaving: Vec<Leaving>,
    /// What it manages, by key.
    pub(in super::super) managed: BTreeMap<String, Managed>,
    pub(super) detached: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) outputs: Value,
    pub(super) operation: String,
    pub(super) deployment: String,
    /// When that began.
    #[serde(default)]
    pub(super) began: Timestamp,
    /// Whether it goes when what it manages is gone.
    pub(super) ending: bool,
    /// Whether it lets go of what cannot be deleted by itself, instead of failing.
    #[serde(default)]
    pub(super) lets_go: bool,
}

impl Stack {
    /// Whether it is no stack, but a deployment that somebody asked for.
    pub(super) fn is_deployment(&self) -> bool {
        let kind = ResourceId::parse(&self.id).kind();
        kind.is_some_and(|kind| kind.eq_ignore_ascii_case(resource_type::DEPLOYMENT))
    }
}

/// How far a stack is.
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

    /// As messages have it.
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

/// Something that a stack manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Managed {
    pub(in super::super) id: String,
    /// Why it could not be deleted.
    pub(super) not_deleted: Option<Refusal>,
}

/// Something that a stack gets rid of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Leaving {
    pub(super) key: String,
    pub(super) operation: Option<String>,
    pub(super) over: bool,
}

impl Leaving {
    pub(super) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            operation: None,
            over: false,
        }
    }
}

/// A resource of a template on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Step {
    pub(in super::super) id: String,
    pub(super) version: String,
    /// With its expressions.
    pub(super) body: Value,
    /// Keys of what has to be there before.
    pub(super) after: Vec<String>,
    pub(super) progress: StepProgress,
    /// When it was asked for, and when it was over.
    #[serde(default)]
    pub(super) began: Option<Timestamp>,
    #[serde(default)]
    pub(super) ended: Option<Timestamp>,
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum StepProgress {
    Waiting,
    /// The operation that carries it out.
    Running(String),
    Done,
    Failed(Refusal),
}

/// A stored preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Preview {
    pub(in super::super) id: String,
    /// Its properties without values that nobody may read.
    pub(in super::super) wanted: Value,
    /// With what of each resource's properties would change.
    pub(super) changes: Value,
    /// When the stack that it is about was last changed.
    #[serde(default)]
    pub(super) modified: Option<Timestamp>,
    /// The operation that computes it.
    #[serde(default)]
    pub(super) operation: String,
}
