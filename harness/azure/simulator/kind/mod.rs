//! The types of resources: what each demands, how long it takes, what Azure adds to it.

mod addresses;
mod authorization;
mod busy;
mod container;
mod draft;
mod identity;
mod immutable;
mod kubelet;
mod kubernetes_version;
mod mysql;
mod name;
mod network;
mod nodes;
mod pool;
mod pool_size;
mod pool_version;
pub(super) mod server_parameter;

use std::time::Duration;

use serde_json::Value;

pub(super) use busy::{aks_at_rest, cluster_of};
pub(super) use draft::Draft;
pub(super) use mysql::{NAMES as MYSQL_SKUS, address, server_of};
pub(super) use network::subnet;
pub(super) use nodes::{no_regional_quota, size_not_allowed};
pub(super) use pool::{merge, of as pools_of, profile as pool_profile};
pub(super) use pool_version::image as newest_image;

use super::id::ResourceId;
use super::operation::Headers;
use super::refusal::Refusal;
use super::state::State;
use crate::azure::resource_type;

/// A type of resource.
pub(super) struct Kind {
    /// With its namespace, as Azure writes it.
    pub(super) name: &'static str,
    /// Versions of the API that are answered.
    pub(super) versions: &'static [&'static str],
    /// Whether it has a location of its own.
    pub(super) place: Place,
    /// How long it takes, in seconds: to create, to update, to delete. Nought is at once.
    pub(super) takes: [u64; 3],
    /// What a PUT that takes time answers with: 201 and the resource, or 202 and nothing.
    pub(super) accepted: u16,
    /// Which headers Microsoft's description has for a PUT and for a DELETE.
    pub(super) headers: [Headers; 2],
    /// Whether it shows `properties.provisioningState`.
    pub(super) shows_progress: bool,
    /// Refuses what Azure refuses.
    pub(super) check: fn(&Draft<'_>) -> Result<(), Refusal>,
    /// Adds what Azure adds, and takes away what Azure does not show.
    pub(super) complete: fn(&Draft<'_>, &mut Value),
    /// What a PATCH may say.
    pub(super) patch: Patch,
    /// Why it cannot be deleted now.
    pub(super) held: Option<Held>,
}

/// How long a resource of a type typically takes to be created, if the type is known.
pub fn typical(kind: &str) -> Option<Duration> {
    Kind::of(kind).map(Kind::creation)
}

/// A namespace or a type as Azure writes it, if it is known.
pub(super) fn spelled(name: &str) -> Option<String> {
    /// What is answered without being a type of resources.
    const BESIDES: [&str; 11] = [
        resource_type::DEPLOYMENT,
        resource_type::STACK,
        resource_type::STACK_WHAT_IF,
        resource_type::TAGS,
        resource_type::ROLE_DEFINITION,
        resource_type::SUBNET,
        "Microsoft.ContainerService/managedClusters/upgradeProfiles",
        "Microsoft.ContainerService/managedClusters/agentPools/upgradeProfiles",
        "Microsoft.Compute/skus",
        "Microsoft.Compute/locations",
        "Microsoft.Features",
    ];
    let known = Kind::all().map(|kind| kind.name).chain(BESIDES);
    known
        .filter_map(|known| Some((known.get(..name.len())?, known.as_bytes().get(name.len()))))
        .find(|(start, next)| start.eq_ignore_ascii_case(name) && matches!(next, None | Some(b'/')))
        .map(|(start, _)| start.to_owned())
}

/// What a PATCH of a type may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patch {
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
pub(super) enum Place {
    /// In a region.
    Region,
    /// In `global`.
    Global,
    /// Where its parent is.
    Parent,
}

impl Kind {
    /// All that exist.
    pub(super) fn all() -> impl Iterator<Item = &'static Kind> {
        [
            identity::KINDS,
            network::KINDS,
            mysql::KINDS,
            container::KINDS,
            pool::KINDS,
            authorization::KINDS,
        ]
        .into_iter()
        .flatten()
    }

    /// The type of that name, in any case.
    pub(super) fn of(name: &str) -> Option<&'static Kind> {
        Self::all().find(|kind| kind.name.eq_ignore_ascii_case(name))
    }

    /// The namespace of its provider.
    pub(super) fn namespace(&self) -> &'static str {
        self.name.split('/').next().unwrap_or(self.name)
    }

    /// What a body says, where an empty text of AKS says nothing: its service leaves such fields out,
    /// and azure-cli sends `kubernetesVersion` so where none is asked for.
    pub(super) fn meaning(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if self.namespace() == "Microsoft.ContainerService" {
            body.get_mut("properties").map(without_blanks);
        }
        body
    }

    /// Whether it is a setting of its parent: it is set, and never deleted by itself.
    pub(super) fn is_setting(&self) -> bool {
        self.name.ends_with("/configurations")
    }

    /// Whether the answer to its deletion is what it was.
    pub(super) fn tells_what_went(&self) -> bool {
        self.namespace() == "Microsoft.Authorization"
    }

    /// How long it takes to create.
    pub(super) fn creation(&self) -> Duration {
        Duration::from_secs(self.takes[0])
    }

    /// How long it takes to update.
    pub(super) fn update(&self) -> Duration {
        Duration::from_secs(self.takes[1])
    }

    /// How long it takes to delete.
    pub(super) fn deletion(&self) -> Duration {
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
