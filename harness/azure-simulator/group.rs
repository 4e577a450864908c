//! Resource groups.

use std::time::Duration;

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::begin::{announced, arm, begin};
use super::cloud::Cloud;
use super::handler::{document_of, unknown_method};
use super::id::ResourceId;
use super::lookup;
use super::message::{Request, Response};
use super::operation::{Act, Headers};
use super::refusal::Refusal;
use super::region;
use super::state::{Group, State};
use super::tag;
use super::version;

/// How long the deletion of an empty group takes. The deletion of the slowest resource is added.
const DELETION: Duration = Duration::from_secs(15);

/// Answers a request about one group.
pub(super) fn group_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    version::check(request, version::RESOURCES)?;
    match request.method.as_str() {
        "HEAD" => {
            let exists = cloud.state.groups.contains_key(&id.key());
            Ok(Response::empty(if exists { 204 } else { 404 }))
        }
        "GET" => Ok(Response::json(
            200,
            show_group(lookup::group(&cloud.state, id)?),
        )),
        "PUT" => put_group(&mut cloud.state, request, id),
        "PATCH" => retag_group(&mut cloud.state, request, id),
        "DELETE" => delete_group(cloud, now, id),
        method => Err(unknown_method(method)),
    }
}

fn put_group(state: &mut State, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    tag::check(&body["tags"])?;
    let name = id.name();
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if name.len() > 90 || name.ends_with('.') || !name.chars().all(allowed) {
        let message = format!(
            "The provided resource group name '{name}' is not valid. It can have up to 90 letters, digits and -_.(), and must not end with a period."
        );
        return Err(Refusal::bad("InvalidResourceGroup", message));
    }
    let location = region::parse(body["location"].as_str(), "resource group")?;
    let before = state.groups.get(&id.key());
    if before.is_some_and(|group| group.deleting) {
        let message = format!(
            "The resource group '{name}' is in deprovisioning state and cannot perform this operation."
        );
        return Err(Refusal::conflict("ResourceGroupBeingDeleted", message));
    }
    if before.is_some_and(|group| group.location != location) {
        let message = format!(
            "Invalid resource group location '{location}'. The Resource group already exists in another location."
        );
        return Err(Refusal::conflict("InvalidResourceGroupLocation", message));
    }
    let status = if before.is_some() { 200 } else { 201 };
    let group = Group {
        id: before.map_or_else(|| id.to_string(), |group| group.id.clone()),
        location,
        tags: body["tags"].clone(),
        deleting: false,
    };
    let answer = Response::json(status, show_group(&group));
    state.groups.insert(id.key(), group);
    Ok(answer)
}

/// Only the tags of a group can be changed.
fn retag_group(state: &mut State, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    tag::check(&body["tags"])?;
    lookup::group(state, id)?;
    let group = state.groups.get_mut(&id.key()).expect("the group exists");
    if body["tags"].is_object() {
        group.tags = body["tags"].clone();
    }
    Ok(Response::json(200, show_group(group)))
}

fn delete_group(cloud: &mut Cloud, now: Timestamp, id: &ResourceId) -> Result<Response, Refusal> {
    let key = id.key();
    lookup::group(&cloud.state, id)?;
    let running = cloud
        .state
        .operations
        .values()
        .find(|one| one.is_running() && one.act == Act::DeleteGroup && one.target == key);
    if let Some(running) = running {
        let id = running.id.clone();
        return Ok(announced(
            cloud,
            Response::empty(202),
            &id,
            Headers::Location,
        ));
    }
    let kinds = cloud
        .state
        .below(id)
        .filter_map(|one| super::kind::Kind::of(&one.kind));
    let slowest = kinds
        .map(super::kind::Kind::deletion)
        .max()
        .unwrap_or_default();
    let operation = begin(
        &mut cloud.state,
        now,
        &key,
        Act::DeleteGroup,
        Some(now + DELETION + slowest),
    );
    arm(cloud, "DELETE", &id.to_string(), &operation);
    if let Some(group) = cloud.state.groups.get_mut(&key) {
        group.deleting = true;
    }
    Ok(announced(
        cloud,
        Response::empty(202),
        &operation,
        Headers::Location,
    ))
}

pub(super) fn show_group(group: &Group) -> Value {
    let state = if group.deleting {
        "Deleting"
    } else {
        "Succeeded"
    };
    let mut document = json!({
        "id": group.id,
        "name": ResourceId::parse(&group.id).name(),
        "type": resource_type::GROUP,
        "location": group.location,
        "properties": {"provisioningState": state},
    });
    if !group.tags.is_null() {
        document["tags"] = group.tags.clone();
    }
    document
}
