//! The definition of a resource type: its location, its durations and its rules.

use std::time::Duration;

use serde_json::Value;

use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::draft::Draft;

/// A type of resource.
pub(in super::super) struct Kind {
    /// Namespace and type in Azure's spelling.
    pub(in super::super) name: &'static str,
    /// Supported API versions.
    pub(in super::super) versions: &'static [&'static str],
    /// The location that its resources have.
    pub(in super::super) location: LocationKind,
    /// Durations of creation, update and deletion in seconds. 0 means that the request has no
    /// operation.
    pub(in super::super) takes: [u64; 3],
    /// Status of a PUT that starts an operation: 201 with the resource, or 202 without a body.
    pub(in super::super) accepted: u16,
    /// The headers in Microsoft's description of PUT and of DELETE.
    pub(in super::super) headers: [Headers; 2],
    /// Whether it shows `properties.provisioningState`.
    pub(in super::super) shows_progress: bool,
    /// Refuses what Azure refuses.
    pub(in super::super) check: fn(&Draft<'_>) -> Result<(), Refusal>,
    /// Adds what Azure adds, and removes what Azure does not show.
    pub(in super::super) complete: fn(&Draft<'_>, &mut Value),
    /// What a PATCH may change.
    pub(in super::super) patch: Patch,
    /// Refuses a deletion, if the type has a reason to.
    pub(in super::super) deletion_check: Option<DeletionCheck>,
}

/// What a PATCH of a type may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Patch {
    /// The type has no PATCH.
    Never,
    /// Only tags. The change takes no time.
    Tags,
    /// Everything that a PUT may change.
    Any,
}

/// Refuses the deletion of a resource that is in use.
type DeletionCheck = fn(&State, &ResourceId) -> Result<(), Refusal>;

/// The location of a type's resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum LocationKind {
    /// A region.
    Region,
    /// `global`.
    Global,
    /// None: the parent has the location.
    Parent,
}

impl Kind {
    pub(in super::super) fn namespace(&self) -> &'static str {
        self.name.split('/').next().unwrap_or(self.name)
    }

    /// The body without empty texts, for types of AKS. AKS ignores such values, and azure-cli sends
    /// an empty `kubernetesVersion` if the user names none.
    pub(in super::super) fn normalized(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if self.namespace() == "Microsoft.ContainerService" {
            body.get_mut("properties").map(without_blanks);
        }
        body
    }

    /// Whether it is a setting of its parent. A setting always exists and cannot be deleted.
    pub(in super::super) fn is_setting(&self) -> bool {
        self.name.ends_with("/configurations")
    }

    /// Whether the response to a DELETE contains the deleted resource.
    pub(in super::super) fn returns_deleted(&self) -> bool {
        self.namespace() == "Microsoft.Authorization"
    }

    pub(in super::super) fn creation(&self) -> Duration {
        Duration::from_secs(self.takes[0])
    }

    pub(in super::super) fn update(&self) -> Duration {
        Duration::from_secs(self.takes[1])
    }

    pub(in super::super) fn deletion(&self) -> Duration {
        Duration::from_secs(self.takes[2])
    }
}

/// Removes properties with empty texts. Values of tags and labels may be empty.
fn without_blanks(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| field != "");
            for (name, field) in fields {
                if !matches!(name.as_str(), "tags" | "nodeLabels") {
                    without_blanks(field);
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(without_blanks),
        _ => {}
    }
}
