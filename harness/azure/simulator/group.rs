//! Resource groups.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::id::ResourceId;
use super::message::{Request, Response};
use super::operation::{Act, Headers};
use super::place;
use super::refusal::Refusal;
use super::state::Group;
use super::tag;
use super::version;
use crate::azure::resource_type;

/// How long it takes to delete an empty group; its slowest resource comes on top.
const DELETION: Duration = Duration::from_secs(15);

impl Cloud {
    /// Groups, one group, and what is in it.
    pub(super) fn group_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        version::known(request, version::RESOURCES)?;
        match request.method.as_str() {
            "HEAD" => {
                let there = self.state.groups.contains_key(&id.key());
                Ok(Response::empty(if there { 204 } else { 404 }))
            }
            "GET" => Ok(Response::json(200, Self::show_group(self.group(id)?))),
            "PUT" => self.put_group(request, id),
            "PATCH" => self.retag_group(request, id),
            "DELETE" => self.delete_group(now, id),
            method => Err(unknown_method(method)),
        }
    }

    /// The group that an id is or is in.
    pub(super) fn group(&self, id: &ResourceId) -> Result<&Group, Refusal> {
        let name = id.group().unwrap_or_default();
        let key = ResourceId::parse(&format!(
            "/subscriptions/{}/resourceGroups/{name}",
            id.subscription().unwrap_or_default()
        ))
        .key();
        self.state.groups.get(&key).ok_or_else(|| {
            let message = format!("Resource group '{name}' could not be found.");
            Refusal::missing("ResourceGroupNotFound", message)
        })
    }

    fn put_group(&mut self, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        tag::check(&body["tags"])?;
        let name = id.name();
        let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
        if name.len() > 90 || name.ends_with('.') || !name.chars().all(allowed) {
            let message = format!(
                "The provided resource group name '{name}' is not valid: at most 90 letters, digits, and -_.(), no period at its end."
            );
            return Err(Refusal::bad("InvalidResourceGroup", message));
        }
        let location = place::checked(body["location"].as_str(), "resource group")?;
        let before = self.state.groups.get(&id.key());
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
        let answer = Response::json(status, Self::show_group(&group));
        self.state.groups.insert(id.key(), group);
        Ok(answer)
    }

    /// Only what is said changes, which can only be the tags.
    fn retag_group(&mut self, request: &Request, id: &ResourceId) -> Result<Response, Refusal> {
        let body = document_of(request)?;
        tag::check(&body["tags"])?;
        self.group(id)?;
        let group = self.state.groups.get_mut(&id.key()).expect("it was found");
        if body["tags"].is_object() {
            group.tags = body["tags"].clone();
        }
        Ok(Response::json(200, Self::show_group(group)))
    }

    fn delete_group(&mut self, now: Timestamp, id: &ResourceId) -> Result<Response, Refusal> {
        let key = id.key();
        self.group(id)?;
        let running = self
            .state
            .operations
            .values()
            .find(|one| one.is_running() && one.act == Act::DeleteGroup && one.target == key);
        if let Some(running) = running {
            let id = running.id.clone();
            return Ok(self.announced(Response::empty(202), &id, Headers::Location));
        }
        let kinds = self
            .state
            .below(id)
            .filter_map(|one| super::kind::Kind::of(&one.kind));
        let slowest = kinds
            .map(super::kind::Kind::deletion)
            .max()
            .unwrap_or_default();
        let operation = self.begin(now, &key, Act::DeleteGroup, Some(now + DELETION + slowest));
        self.arm("DELETE", &id.to_string(), &operation);
        if let Some(group) = self.state.groups.get_mut(&key) {
            group.deleting = true;
        }
        Ok(self.announced(Response::empty(202), &operation, Headers::Location))
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
}

/// The document that a request carries.
pub(super) fn document_of(request: &Request) -> Result<Value, Refusal> {
    serde_json::from_slice(&request.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            let message = "The request content was invalid and could not be deserialized.";
            Refusal::bad("InvalidRequestContent", message)
        })
}

/// What is said of a method that a resource does not have.
pub(super) fn unknown_method(method: &str) -> Refusal {
    let message = format!("The requested resource does not support http method '{method}'.");
    Refusal::new(405, "HttpMethodNotAllowed", message)
}
