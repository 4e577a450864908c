//! A cluster and its pools run one operation at a time, all together.
//!
//! <https://aka.ms/aks-pending-operation>, and for two pools
//! <https://github.com/Azure/terraform-azurerm-aks/issues/418>.

use azure::resource_type;
use serde_json::json;

use super::super::id::ResourceId;
use super::super::operation::{Act, Operation};
use super::super::refusal::Refusal;
use super::super::state::State;
use super::mysql::server_of;

/// The cluster that the id names or is below.
pub(in super::super) fn cluster_of(id: &ResourceId) -> Option<ResourceId> {
    let kind = id.kind()?;
    if kind.eq_ignore_ascii_case(resource_type::CLUSTER) {
        return Some(id.clone());
    }
    let pool = kind.eq_ignore_ascii_case(resource_type::POOL);
    pool.then(|| id.parent())?
}

/// Refuses a change of a cluster or of one of its pools while another operation is in progress.
pub(in super::super) fn check_aks_idle(state: &State, id: &ResourceId) -> Result<(), Refusal> {
    const MORE: &str = "please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details";
    let Some(cluster) = cluster_of(id) else {
        return Ok(());
    };
    let Some(running) = state.running_on(&cluster) else {
        return Ok(());
    };
    let at = ResourceId::parse(&running.target);
    let act = act(state, running);
    let message = match (at.key() == cluster.key(), id.key() == cluster.key()) {
        (true, _) => {
            format!("Operation is not allowed: Another operation ({act}) is in progress, {MORE}")
        }
        (false, true) => format!(
            "Managed Cluster operation is not allowed: Another operation ({act}) is in progress on agent pool ({}), {MORE}",
            at.name()
        ),
        (false, false) => format!(
            "Operation is not allowed: Another agentpool operation ({} - {act}) is in progress, {MORE}",
            at.name()
        ),
    };
    Err(Refusal::conflict("OperationNotAllowed", message).of_aks())
}

fn act(state: &State, running: &Operation) -> String {
    let word = match running.act {
        Act::Start => json!("Starting"),
        Act::Stop => json!("Stopping"),
        _ => {
            let resource = state.resources.get(&running.target);
            json!(resource.map(|one| one.progress))
        }
    };
    word.as_str().unwrap_or("Updating").to_owned()
}

/// Refuses an operation on a resource while another one is in progress.
pub(in super::super) fn check_idle(state: &State, id: &ResourceId) -> Result<(), Refusal> {
    check_aks_idle(state, id)?;
    if let Some(server) = server_of(id)
        && state.running_on(&server).is_some()
    {
        let message = format!(
            "Cannot complete operation because server '{}' is busy processing another operation. Please try again later.",
            server.name()
        );
        return Err(Refusal::conflict("ServerIsBusy", message));
    }
    if state.running_on(id).is_none() {
        return Ok(());
    }
    let message =
        format!("Another operation is in progress on the resource {id}. Please try again later.");
    Err(Refusal::conflict("AnotherOperationInProgress", message))
}
