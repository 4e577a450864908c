//! Stops and starts clusters and database servers. A stopped one accepts no changes.
//!
//! <https://learn.microsoft.com/azure/aks/start-stop-cluster>,
//! <https://learn.microsoft.com/azure/mysql/flexible-server/concept-servers>

use std::time::Duration;

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::begin::{announced, arm, begin};
use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind;
use super::lookup;
use super::message::Response;
use super::operation::{Act, Headers};
use super::refusal::Refusal;
use super::state::{Resource, State};

/// How long a stop or a start takes.
const SERVER: Duration = Duration::from_mins(2);
const CLUSTER: Duration = Duration::from_mins(4);

/// Azure's name of the operation that reads server parameters.
pub(super) const READ_PARAMETERS: &str = "GetServerParameters";
/// The name of all other operations. This project has chosen it.
pub(super) const CHANGE: &str = "UpdateServer";

/// JSON pointer to the power state.
fn pointer_of(kind: &str) -> &'static str {
    if kind == resource_type::SERVER {
        "/properties/state"
    } else {
        "/properties/powerState/code"
    }
}

fn power(resource: &Resource) -> &str {
    let word = resource.document.pointer(pointer_of(&resource.kind));
    word.and_then(Value::as_str).unwrap_or_default()
}

/// Refuses an operation on a stopped cluster or server, or on a part of one.
pub(super) fn check_running(
    state: &State,
    id: &ResourceId,
    operation: &str,
) -> Result<(), Refusal> {
    let whole = kind::server_of(id).or_else(|| kind::cluster_of(id));
    let resource = whole.and_then(|whole| state.resources.get(&whole.key()));
    match resource.filter(|one| power(one) == "Stopped") {
        Some(stopped) => Err(wrong_power_state(stopped, operation, "updating")),
        None => Ok(()),
    }
}

/// The refusal of an operation that the power state does not permit.
///
/// <https://github.com/turbot/steampipe-plugin-azure/issues/859>,
/// <https://github.com/MicrosoftDocs/azure-docs/issues/85161>
fn wrong_power_state(resource: &Resource, operation: &str, act: &str) -> Refusal {
    let power = power(resource);
    if resource.kind == resource_type::SERVER {
        let name = ResourceId::parse(&resource.id).name().to_owned();
        let message = format!(
            "Operation '{operation}' cannot be performed as server '{name}' is currently in state '{power}'."
        );
        return Refusal::conflict("ServerUnavailableForOperation", message);
    }
    let state = json!(resource.progress);
    let state = state.as_str().unwrap_or_default();
    let message = format!(
        "managed cluster is in Provisioning State({state}) and Power State({power}), {act} cannot be performed"
    );
    Refusal::bad("OperationNotAllowed", message).of_aks()
}

/// The state shown while a stop or a start is in progress.
pub(super) fn transition(state: &State, id: &ResourceId) -> Option<&'static str> {
    match state.running_on(id)?.act {
        Act::Start => Some("Starting"),
        Act::Stop => Some("Stopping"),
        _ => None,
    }
}

/// Stops or starts a cluster or a server. `asked` is the id of the action.
pub(super) fn switch(
    cloud: &mut Cloud,
    now: Timestamp,
    asked: &ResourceId,
    id: &ResourceId,
    act: Act,
) -> Result<Response, Refusal> {
    let resource = lookup::found(&cloud.state, id)?;
    kind::check_idle(&cloud.state, id)?;
    let stopped = power(resource) == "Stopped";
    if stopped != (act == Act::Start) {
        let (operation, word) = match act {
            Act::Start => ("StartServer", "starting"),
            _ => ("StopServer", "stopping"),
        };
        return Err(wrong_power_state(resource, operation, word));
    }
    let takes = if resource.kind == resource_type::SERVER {
        SERVER
    } else {
        CLUSTER
    };
    let operation = begin(&mut cloud.state, now, &id.key(), act, Some(now + takes));
    arm(cloud, "POST", &asked.to_string(), &operation);
    Ok(announced(
        cloud,
        Response::empty(202),
        &operation,
        Headers::Location,
    ))
}

/// Sets the power state of a server, or of a cluster and its pools.
pub(super) fn set_power_state(state: &mut State, key: &str, act: Act) {
    let id = ResourceId::parse(key);
    let pools: Vec<String> = state.below(&id).map(|one| one.id.clone()).collect();
    let pools = pools.iter().map(|id| ResourceId::parse(id).key());
    for key in pools.chain([key.to_owned()]) {
        let Some(resource) = state.resources.get_mut(&key) else {
            continue;
        };
        let properties = &mut resource.document["properties"];
        match (resource.kind.as_str(), act) {
            (resource_type::SERVER, Act::Stop) => properties["state"] = json!("Stopped"),
            (resource_type::SERVER, _) => properties["state"] = json!("Ready"),
            (resource_type::CLUSTER | resource_type::POOL, Act::Stop) => {
                properties["powerState"] = json!({"code": "Stopped"});
            }
            (resource_type::CLUSTER | resource_type::POOL, _) => {
                properties["powerState"] = json!({"code": "Running"});
            }
            _ => {}
        }
    }
}
