//! Clusters and database servers are stopped and started, and one that is stopped takes no change.
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

/// How long it takes to stop or to start a server, and a cluster.
const SERVER: Duration = Duration::from_mins(2);
const CLUSTER: Duration = Duration::from_mins(4);

/// What a server is asked to do where it is asked for its parameters.
pub(super) const READ_PARAMETERS: &str = "GetServerParameters";
/// What it is asked to do otherwise; the name is this project's own.
pub(super) const CHANGE: &str = "UpdateServer";

/// The JSON pointer to what a resource of a type says of being stopped.
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

/// Refuses to do something with a cluster or a server, or with a part of one, that is stopped.
pub(super) fn runs(state: &State, id: &ResourceId, operation: &str) -> Result<(), Refusal> {
    let whole = kind::server_of(id).or_else(|| kind::cluster_of(id));
    let resource = whole.and_then(|whole| state.resources.get(&whole.key()));
    match resource.filter(|one| power(one) == "Stopped") {
        Some(stopped) => Err(unfit(stopped, operation, "updating")),
        None => Ok(()),
    }
}

/// What is said where a cluster or a server is not such that it could be done.
///
/// <https://github.com/turbot/steampipe-plugin-azure/issues/859>,
/// <https://github.com/MicrosoftDocs/azure-docs/issues/85161>
fn unfit(resource: &Resource, operation: &str, act: &str) -> Refusal {
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

/// What it is on the way to, where it is being stopped or started.
pub(super) fn on_the_way(state: &State, id: &ResourceId) -> Option<&'static str> {
    match state.running_on(id)?.act {
        Act::Start => Some("Starting"),
        Act::Stop => Some("Stopping"),
        _ => None,
    }
}

/// Stops or starts a cluster or a server; `asked` is the id of the action.
pub(super) fn switch(
    cloud: &mut Cloud,
    now: Timestamp,
    asked: &ResourceId,
    id: &ResourceId,
    act: Act,
) -> Result<Response, Refusal> {
    let resource = lookup::found(&cloud.state, id)?;
    kind::idle(&cloud.state, id)?;
    let stopped = power(resource) == "Stopped";
    if stopped != (act == Act::Start) {
        let (operation, word) = match act {
            Act::Start => ("StartServer", "starting"),
            _ => ("StopServer", "stopping"),
        };
        return Err(unfit(resource, operation, word));
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

/// Notes in a cluster with its pools, or in a server, that it is stopped or that it runs.
pub(super) fn switched(state: &mut State, key: &str, act: Act) {
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
