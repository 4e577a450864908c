//! The types of resources: their rules, their durations, and the values that Azure adds.

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
mod rules;
pub(super) mod server_parameter;

use std::time::Duration;

pub(super) use busy::{check_aks_idle, check_idle, cluster_of};
pub(super) use draft::Draft;
pub(super) use mysql::{address, server_of};
pub(super) use network::{is_subnet, subnet};
pub(super) use nodes::{no_regional_quota, size_not_allowed};
pub(super) use pool::settle_pools;
pub(super) use pool_version::image as newest_image;
pub(super) use rules::{Kind, LocationKind, Patch};

use azure::resource_type;

use super::id::ResourceId;
use super::refusal::Refusal;
use super::version;

/// How long the creation of a resource of this type typically takes. `None` if the type is unknown.
pub fn typical(kind: &str) -> Option<Duration> {
    Kind::of(kind).map(Kind::creation)
}

/// A namespace or a type in Azure's spelling, if it is known.
pub(super) fn azure_spelling(name: &str) -> Option<String> {
    /// Names that are answered but are not types of resources.
    const OTHER_NAMES: [&str; 11] = [
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
    let known = Kind::all().map(|kind| kind.name).chain(OTHER_NAMES);
    known
        .filter_map(|known| Some((known.get(..name.len())?, known.as_bytes().get(name.len()))))
        .find(|(start, next)| start.eq_ignore_ascii_case(name) && matches!(next, None | Some(b'/')))
        .map(|(start, _)| start.to_owned())
}

impl Kind {
    /// All supported types.
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

    /// The type with this name, ignoring case.
    pub(super) fn of(name: &str) -> Option<&'static Kind> {
        Self::all().find(|kind| kind.name.eq_ignore_ascii_case(name))
    }
}

/// The type of an id. Refuses unknown types and versions.
pub(super) fn kind_of(id: &ResourceId, version: &str) -> Result<&'static Kind, Refusal> {
    let name = id.kind().ok_or_else(|| unknown_kind(id))?;
    let kind = if is_subnet(id) {
        Kind::of(resource_type::NETWORK)
    } else {
        Kind::of(&name)
    };
    let kind = kind.ok_or_else(|| unknown_kind(id))?;
    if version::has(kind.versions, version) {
        return Ok(kind);
    }
    let name = kind
        .name
        .split_once('/')
        .map_or(kind.name, |(_, rest)| rest);
    Err(version::unsupported(version, name, kind.versions, None))
}

pub(super) fn unknown_kind(id: &ResourceId) -> Refusal {
    let message = format!("The resource type of '{id}' could not be found.");
    Refusal::missing("InvalidResourceType", message)
}

/// The namespaces of all providers.
pub(super) fn namespaces() -> impl Iterator<Item = &'static str> {
    let mut all: Vec<&str> = Kind::all().map(Kind::namespace).collect();
    all.extend(["Microsoft.Compute", "Microsoft.Resources"]);
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}
