//! Requests about single subnets. A subnet is a part of its network, so each change is a PUT of the
//! network.

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::begin::announced;
use super::cloud::Cloud;
use super::id::ResourceId;
use super::lookup;
use super::message::Response;
use super::operation::Headers;
use super::refusal::Refusal;
use super::shape;
use super::show;
use super::stack::deny::check_deny_settings;
use super::state::State;
use super::write::{Accepted, Pace, write};

/// Creates or replaces a subnet for a client or for a stack.
pub(super) fn put_subnet(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
    body: &Value,
) -> Result<Accepted, Refusal> {
    shape::check(body)?;
    let network = network_of(id);
    let Ok(found) = lookup::found(&cloud.state, &network) else {
        return Err(lookup::parent_missing(
            resource_type::SUBNET,
            &network,
            "write",
        ));
    };
    let mut whole = found.document.clone();
    let properties = &body["properties"];
    let mut subnets = subnets_of(&cloud.state, &network);
    let at = subnets.iter().position(|one| is_named(one, id.name()));
    match at {
        Some(at) => subnets[at]["properties"] = properties.clone(),
        None => subnets.push(json!({"name": id.name(), "properties": properties})),
    }
    whole["properties"]["subnets"] = json!(subnets);
    let accepted = write(cloud, now, &network, &whole, Pace::Usual)?;
    Ok(Accepted {
        created: at.is_none(),
        ..accepted
    })
}

/// Answers the deletion of a subnet.
pub(super) fn drop_subnet(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    if show::subnet(&cloud.state, id).is_none() {
        return Ok(Response::empty(204));
    }
    check_deny_settings(&cloud.settings, &cloud.state, "DELETE", id)?;
    let operation = delete_subnet(cloud, now, id)?;
    Ok(match operation {
        Some(one) => announced(cloud, Response::empty(202), &one, Headers::Location),
        None => Response::empty(200),
    })
}

/// Removes a subnet from its network. Refuses if a resource uses it.
pub(super) fn delete_subnet(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
) -> Result<Option<String>, Refusal> {
    let network = network_of(id);
    let mut whole = lookup::found(&cloud.state, &network)?.document.clone();
    let mut subnets = subnets_of(&cloud.state, &network);
    subnets.retain(|one| !is_named(one, id.name()));
    whole["properties"]["subnets"] = json!(subnets);
    let accepted = write(cloud, now, &network, &whole, Pace::Usual)?;
    Ok(accepted.operation)
}

fn subnets_of(state: &State, network: &ResourceId) -> Vec<Value> {
    let network = state.resources.get(&network.key());
    let all = network.and_then(|one| one.document.pointer("/properties/subnets")?.as_array());
    all.cloned().unwrap_or_default()
}

fn network_of(subnet: &ResourceId) -> ResourceId {
    subnet.without_last().without_last()
}

fn is_named(subnet: &Value, name: &str) -> bool {
    let own = subnet["name"].as_str().unwrap_or_default();
    own.eq_ignore_ascii_case(name)
}
