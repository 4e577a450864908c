//! What a type of resource is: where it exists, how long it takes, and its rules.

use std::time::Duration;

use serde_json::Value;

use super::super::id::ResourceId;
use super::super::operation::Headers;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::draft::Draft;

/// A type of resource.
pub(in super::super) struct Kind {
    /// With its namespace, as Azure writes it.
    pub(in super::super) name: &'static str,
    /// Versions of the API that are answered.
    pub(in super::super) versions: &'static [&'static str],
    /// Whether it has a location of its own.
    pub(in super::super) place: Place,
    /// How long it takes, in seconds: to create, to update, to delete. Nought is at once.
    pub(in super::super) takes: [u64; 3],
    /// What a PUT that takes time answers with: 201 and the resource, or 202 and nothing.
    pub(in super::super) accepted: u16,
    /// Which headers Microsoft's description has for a PUT and for a DELETE.
    pub(in super::super) headers: [Headers; 2],
    /// Whether it shows `properties.provisioningState`.
    pub(in super::super) shows_progress: bool,
    /// Refuses what Azure refuses.
    pub(in super::super) check: fn(&Draft<'_>) -> Result<(), Refusal>,
    /// Adds what Azure adds, and takes away what Azure does not show.
    pub(in super::super) complete: fn(&Draft<'_>, &mut Value),
    /// What a PATCH may say.
    pub(in super::super) patch: Patch,
    /// Why it cannot be deleted now.
    pub(in super::super) held: Option<Held>,
}

/// What a PATCH of a type may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Patch {
    /// There is none.
    Never,
    /// Tags, at once.
    Tags,
    /// Whatever a PUT may say.
    Any,
}

/// Why a resource cannot be deleted now.
type Held = fn(&State, &ResourceId) -> Result<(), Refusal>;

/// Where resources of a type are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Place {
    /// In a region.
    Region,
    /// In `global`.
    Global,
    /// Where its parent is.
    Parent,
}

impl Kind {
    /// The namespace of its provider.
    pub(in super::super) fn namespace(&self) -> &'static str {
        self.name.split('/').next().unwrap_or(self.name)
    }

    /// What a body says, where an empty text of AKS says nothing: its service leaves such fields out,
    /// and azure-cli sends `kubernetesVersion` so where none is asked for.
    pub(in super::super) fn meaning(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if self.namespace() == "Microsoft.ContainerService" {
            body.get_mut("properties").map(without_blanks);
        }
        body
    }

    /// Whether it is a setting of its parent: it is set, and never deleted by itself.
    pub(in super::super) fn is_setting(&self) -> bool {
        self.name.ends_with("/configurations")
    }

    /// Whether the answer to its deletion is what it was.
    pub(in super::super) fn tells_what_went(&self) -> bool {
        self.namespace() == "Microsoft.Authorization"
    }

    /// How long it takes to create.
    pub(in super::super) fn creation(&self) -> Duration {
        Duration::from_secs(self.takes[0])
    }

    /// How long it takes to update.
    pub(in super::super) fn update(&self) -> Duration {
        Duration::from_secs(self.takes[1])
    }

    /// How long it takes to delete.
    pub(in super::super) fn deletion(&self) -> Duration {
        Duration::from_secs(self.takes[2])
    }
}

/// Takes away fields that are empty texts; the values of tags and labels may be that.
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
