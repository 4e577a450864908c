//! Looks up groups and resources that must exist.

use super::id::ResourceId;
use super::refusal::Refusal;
use super::state::{Group, Resource, State};

/// The group that an id names or is in.
pub(super) fn group<'a>(state: &'a State, id: &ResourceId) -> Result<&'a Group, Refusal> {
    let name = id.group().unwrap_or_default();
    let key = ResourceId::parse(&format!(
        "/subscriptions/{}/resourceGroups/{name}",
        id.subscription().unwrap_or_default()
    ))
    .key();
    state.groups.get(&key).ok_or_else(|| {
        let message = format!("Resource group '{name}' could not be found.");
        Refusal::missing("ResourceGroupNotFound", message)
    })
}

/// The resource with this id.
pub(super) fn found<'a>(state: &'a State, id: &ResourceId) -> Result<&'a Resource, Refusal> {
    if id.group().is_some() {
        group(state, id)?;
    }
    state.resources.get(&id.key()).ok_or_else(|| {
        let kind = id.kind().unwrap_or_default();
        let message = format!("The Resource '{kind}/{}' under resource group '{}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", id.full_name(), id.group().unwrap_or_default());
        Refusal::missing("ResourceNotFound", message)
    })
}

/// The refusal of a resource whose parent does not exist.
pub(super) fn parent_missing(kind: &str, parent: &ResourceId, act: &str) -> Refusal {
    let own = kind.split_once('/').map_or(kind, |(_, own)| own);
    let message = format!(
        "Failed to perform '{act}' on resource(s) of type '{own}', because the parent resource '{parent}' could not be found."
    );
    Refusal::missing("ParentResourceNotFound", message)
}
