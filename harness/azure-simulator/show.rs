//! Shows resources: one resource or a list, with the values that hooks provide.

use azure::resource_type;
use serde_json::{Value, json};

use super::id::ResourceId;
use super::kind::{self, Kind, is_subnet, kind_of, server_parameter};
use super::lookup;
use super::message::Response;
use super::operation::Act;
use super::pools;
use super::power;
use super::refusal::Refusal;
use super::settings::{Casing, Settings};
use super::state::{Resource, State};

/// A resource as a GET shows it.
pub(super) fn show(settings: &Settings, state: &State, resource: &Resource) -> Value {
    let mut document = resource.document.clone();
    let id = ResourceId::parse(&resource.id);
    let transition = power::transition(state, &id);
    if Kind::of(&resource.kind).is_some_and(|kind| kind.shows_progress) {
        document["properties"]["provisioningState"] = match transition {
            Some(state) if resource.kind == resource_type::CLUSTER => json!(state),
            _ => json!(resource.progress),
        };
    }
    match resource.kind.as_str() {
        resource_type::SERVER => {
            kind::address(settings, &id, &mut document);
            condition_of_server(state, &id, &mut document["properties"]);
        }
        resource_type::CLUSTER => {
            let pools = pools::of(state, resource);
            document["properties"]["agentPoolProfiles"] = json!(pools);
        }
        resource_type::PARAMETER => {
            server_parameter::describe(state, &id, &mut document);
        }
        resource_type::REGISTRY => {
            document["properties"]["loginServer"] = json!(settings.login_server(id.name()));
        }
        _ => {}
    }
    document["id"] = json!(cased(settings, &resource.id));
    document
}

/// Adds the state of a database server. It is not `Ready` during a restart or a failover. Its
/// standby is not `Healthy` during a failover.
fn condition_of_server(state: &State, id: &ResourceId, properties: &mut Value) {
    let act = state.running_on(id).map(|running| running.act);
    if matches!(act, Some(Act::Restart | Act::Failover)) {
        properties["state"] = json!("Updating");
    }
    if let Some(state) = power::transition(state, id) {
        properties["state"] = json!(state);
    }
    let availability = &mut properties["highAvailability"];
    availability["state"] = json!(match act {
        _ if availability["mode"] == "Disabled" => "NotEnabled",
        Some(Act::Failover) => "FailingOver",
        _ => "Healthy",
    });
}

/// An id in the case that this cloud uses.
pub(super) fn cased(settings: &Settings, id: &str) -> String {
    match settings.casing {
        Casing::Kept => id.to_owned(),
        Casing::Mixed => id.replace("/resourceGroups/", "/resourcegroups/"),
    }
}

/// A resource or a subnet by its id, as a GET shows it. The id ignores case.
pub(super) fn shown(settings: &Settings, state: &State, id: &str) -> Option<Value> {
    let subnet = || subnet(state, &ResourceId::parse(id));
    let resource = state.resource(id);
    resource
        .map(|one| show(settings, state, one))
        .or_else(subnet)
}

pub(super) fn list_of(
    settings: &Settings,
    state: &State,
    id: &ResourceId,
    version: &str,
) -> Result<Response, Refusal> {
    let kind = kind_of(id, version)?;
    if id.group().is_some() {
        lookup::group(state, id)?;
    }
    if is_subnet(id) {
        let network = lookup::found(state, &id.without_last())?;
        let subnets = network.document.pointer("/properties/subnets");
        let subnets = subnets.and_then(Value::as_array).cloned();
        return Ok(Response::list(subnets.unwrap_or_default()));
    }
    let scope = format!("{}/", id.scope().key());
    let all = state.resources.iter();
    let of = all.filter(|(key, one)| one.kind == kind.name && key.starts_with(&scope));
    let child = kind.name.matches('/').count() > 1;
    if child {
        lookup::found(state, &id.without_last())?;
    }
    let below = format!("{}/", id.without_last().key());
    let of = of.filter(|(key, _)| !child || key.starts_with(&below));
    let unset = if kind.is_setting() {
        power::check_running(state, &id.without_last(), power::READ_PARAMETERS)?;
        server_parameter::all_defaults(state, &id.without_last())
    } else {
        Vec::new()
    };
    Ok(Response::list(
        of.map(|(_, one)| show(settings, state, one)).chain(unset),
    ))
}

/// A resource, or a setting with its default value.
pub(super) fn read(
    settings: &Settings,
    state: &State,
    id: &ResourceId,
    kind: &Kind,
) -> Result<Value, Refusal> {
    if kind.is_setting() {
        power::check_running(state, id, power::READ_PARAMETERS)?;
    }
    let unset = || kind::server_parameter::default_of(state, id);
    match lookup::found(state, id) {
        Ok(found) => Ok(show(settings, state, found)),
        Err(refusal) => kind.is_setting().then(unset).flatten().ok_or(refusal),
    }
}

/// Refuses a scope that does not exist.
pub(super) fn scope_exists(state: &State, scope: &ResourceId) -> Result<(), Refusal> {
    if scope.is_resource() {
        if subnet(state, scope).is_some() {
            return Ok(());
        }
        return lookup::found(state, scope).map(drop);
    }
    if scope.group().is_some() {
        return lookup::group(state, scope).map(drop);
    }
    Ok(())
}

/// A subnet as a GET shows it.
pub(super) fn subnet(state: &State, id: &ResourceId) -> Option<Value> {
    let found = is_subnet(id).then(|| kind::subnet(state, &id.to_string()))?;
    found.cloned()
}
