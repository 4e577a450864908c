//! Resources of every type: PUT, GET, DELETE, lists and actions.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::group::{document_of, unknown_method};
use super::id::ResourceId;
use super::kind::{self, Draft, Kind, Patch, Place};
use super::message::{Request, Response};
use super::operation::Act;
use super::place;
use super::power;
use super::refusal::Refusal;
use super::state::{Progress, Resource};
use super::subnet::is_subnet;
use super::tag;
use super::version;
use crate::azure::resource_type;
use crate::secret::Secret;

/// What became of a PUT that was accepted.
pub(super) struct Accepted {
    pub(super) created: bool,
    pub(super) operation: Option<String>,
}

/// How long what is written takes to be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// As its type takes.
    Usual,
    /// No time.
    AtOnce,
}

impl Cloud {
    /// A resource, a list of them, or something done with one.
    pub(super) fn resource_api(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
    ) -> Result<Response, Refusal> {
        let version = request.query("api-version").unwrap_or_default();
        if request.method == "POST" {
            return self.act(now, request, id, &version);
        }
        if !id.is_resource() {
            return self.list_of(id, &version);
        }
        if request.method == "GET"
            && let Some(answer) = self.upgrade_api(now, id, &version)
        {
            return answer;
        }
        let kind = kind_of(id, &version)?;
        match request.method.as_str() {
            "HEAD" => {
                let there = self.subnet(id).is_some() || self.found(id).is_ok();
                Ok(Response::empty(if there { 204 } else { 404 }))
            }
            "GET" => match self.subnet(id) {
                Some(subnet) => Ok(Response::json(200, subnet)),
                None => Ok(Response::json(200, self.read(id, kind)?)),
            },
            "PUT" => {
                self.undenied("PUT", id)?;
                let body = document_of(request)?;
                let accepted = self.put(now, id, &version, &body)?;
                self.answer_of_put(id, kind, &accepted)
            }
            "PATCH" => self.patch(now, request, id, kind),
            "DELETE" if kind.is_setting() => Err(unknown_method("DELETE")),
            "DELETE" => self.remove(now, id, kind),
            method => Err(unknown_method(method)),
        }
    }

    /// Takes away what a client wants gone. What is not there is gone, below something that is.
    fn remove(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
        kind: &Kind,
    ) -> Result<Response, Refusal> {
        if id.group().is_some() {
            self.group(id)?;
        }
        if let Some(parent) = id.parent() {
            self.has(&parent, kind, "delete")?;
        }
        if is_subnet(id) {
            return self.drop_subnet(now, id);
        }
        if !self.state.resources.contains_key(&id.key()) {
            return Ok(Response::empty(204));
        }
        self.undenied("DELETE", id)?;
        let shown = self.show(self.found(id)?);
        let operation = self.delete(now, id)?;
        Ok(match operation {
            None if kind.tells_what_went() => Response::json(200, shown),
            None => Response::empty(200),
            Some(one) => self.announced(Response::empty(202), &one, kind.headers[1]),
        })
    }

    /// Changes a part of a resource: what is said is laid over what is there, and checked as if all
    /// of it had been put. Tags are replaced.
    fn patch(
        &mut self,
        now: Timestamp,
        request: &Request,
        id: &ResourceId,
        kind: &Kind,
    ) -> Result<Response, Refusal> {
        if kind.patch == Patch::Never || is_subnet(id) {
            return Err(unknown_method("PATCH"));
        }
        self.undenied("PUT", id)?;
        let body = document_of(request)?;
        let mut whole = self.read(id, kind)?;
        let pace = match kind.patch {
            Patch::Tags => Pace::AtOnce,
            Patch::Any | Patch::Never => Pace::Usual,
        };
        if pace == Pace::AtOnce {
            only_tags(&body)?;
        }
        if let Some(known) = self.state.resources.get(&id.key()) {
            whole.clone_from(&known.document);
        }
        kind::merge(&mut whole, &body);
        if body["tags"].is_object() {
            whole["tags"] = body["tags"].clone();
        }
        let accepted = self.write(now, id, &whole, pace)?;
        self.answer_of_put(id, kind, &accepted)
    }

    /// A resource, or a setting that nobody has set.
    fn read(&self, id: &ResourceId, kind: &Kind) -> Result<Value, Refusal> {
        if kind.is_setting() {
            power::runs(&self.state, id, power::READ_PARAMETERS)?;
        }
        let unset = || kind::server_parameter::unset(&self.state, id);
        match self.found(id) {
            Ok(found) => Ok(self.show(found)),
            Err(refusal) => kind.is_setting().then(unset).flatten().ok_or(refusal),
        }
    }

    fn answer_of_put(
        &self,
        id: &ResourceId,
        kind: &Kind,
        accepted: &Accepted,
    ) -> Result<Response, Refusal> {
        let shown = match self.subnet(id) {
            Some(subnet) => subnet,
            None => self.show(self.found(id)?),
        };
        let status = if accepted.created { 201 } else { 200 };
        let Some(operation) = &accepted.operation else {
            return Ok(Response::json(status, shown));
        };
        let answer = match kind.accepted {
            202 => Response::empty(202),
            _ => Response::json(status, shown),
        };
        Ok(self.announced(answer, operation, kind.headers[0]))
    }

    /// Creates or replaces a resource, asked by a client or by a stack.
    pub(super) fn put(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
        version: &str,
        body: &Value,
    ) -> Result<Accepted, Refusal> {
        kind_of(id, version)?;
        if is_subnet(id) {
            return self.put_subnet(now, id, version, body);
        }
        self.write(now, id, body, Pace::Usual)
    }

    /// Writes down what a resource is to be.
    fn write(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
        body: &Value,
        pace: Pace,
    ) -> Result<Accepted, Refusal> {
        let kind = id.kind().and_then(|kind| Kind::of(&kind));
        let kind = kind.ok_or_else(|| unknown_kind(id))?;
        // What AKS is at is told before it is told that a cluster is not there yet.
        kind::aks_at_rest(&self.state, id)?;
        self.admitted(id, kind)?;
        self.idle(id)?;
        power::runs(&self.state, id, power::CHANGE)?;
        tag::check(&body["tags"])?;
        let body = &kind.meaning(body);
        let mut document = body.clone();
        let before = self.state.resources.get(&id.key());
        let location = location_of(kind, body, before)?;
        self.open_region(id, kind, before)?;
        let draft = Draft {
            state: &self.state,
            settings: &self.settings,
            circumstances: self.script.circumstances(),
            id,
            body,
            now,
        };
        (kind.check)(&draft)?;
        for (field, value) in [
            ("id", id.to_string()),
            ("name", id.name().to_owned()),
            ("type", kind.name.to_owned()),
        ] {
            document[field] = json!(value);
        }
        if let Some(location) = location {
            document["location"] = json!(location);
        }
        (kind.complete)(&draft, &mut document);
        let created = before.is_none();
        let takes = if created {
            kind.creation()
        } else {
            kind.update()
        };
        let at_once = takes.is_zero() || pace == Pace::AtOnce;
        let resource = Resource {
            id: before.map_or_else(|| id.to_string(), |one| one.id.clone()),
            kind: kind.name.to_owned(),
            document,
            progress: match (at_once, created) {
                (true, _) => Progress::Succeeded,
                (false, true) => Progress::Creating,
                (false, false) => Progress::Updating,
            },
            created: before.map_or(now, |one| one.created),
            changed: (!created).then_some(now),
        };
        self.state.resources.insert(id.key(), resource);
        self.tell_of_server(id, body);
        if kind.name == resource_type::CLUSTER {
            self.settle_pools(id, now);
        }
        let operation = (!at_once).then(|| self.begin(now, &id.key(), Act::Put, Some(now + takes)));
        if let Some(operation) = &operation {
            self.arm("PUT", &id.to_string(), operation);
        }
        Ok(Accepted { created, operation })
    }

    fn tell_of_server(&self, id: &ResourceId, body: &Value) {
        let properties = &body["properties"];
        let login = properties["administratorLogin"].as_str();
        let password = properties["administratorLoginPassword"].as_str();
        if let (Some(login), Some(password)) = (login, password) {
            self.settings
                .hooks
                .mysql_password(id.name(), login, &Secret::new(password));
        }
    }

    /// Gives an operation the fault that waits for it.
    pub(super) fn arm(&mut self, method: &str, path: &str, operation: &str) {
        let fails = self.script.begins(method, path);
        if let Some(operation) = self.state.operations.get_mut(operation) {
            operation.fails = fails;
        }
    }

    /// Deletes a resource that is there; nothing is returned if it is gone at once.
    pub(super) fn delete(
        &mut self,
        now: Timestamp,
        id: &ResourceId,
    ) -> Result<Option<String>, Refusal> {
        let resource = self.found(id)?;
        let kind = Kind::of(&resource.kind).ok_or_else(|| unknown_kind(id))?;
        if resource.progress == Progress::Deleting
            && let Some(running) = self.state.running_on(id)
        {
            return Ok(Some(running.id.clone()));
        }
        self.idle(id)?;
        if let Some(parent) = id.parent() {
            power::runs(&self.state, &parent, power::CHANGE)?;
        }
        if let Some(held) = kind.held {
            held(&self.state, id)?;
        }
        let ends = now + kind.deletion();
        let operation = self.begin(now, &id.key(), Act::Delete, Some(ends));
        if kind.deletion().is_zero() {
            self.finish(&operation, now, Ok(()));
            return Ok(None);
        }
        self.arm("DELETE", &id.to_string(), &operation);
        if let Some(resource) = self.state.resources.get_mut(&id.key()) {
            resource.progress = Progress::Deleting;
        }
        Ok(Some(operation))
    }

    /// Refuses whatever is new in a region that is closed to the subscription, which no list tells.
    ///
    /// <https://aka.ms/locationineligible>
    fn open_region(
        &self,
        id: &ResourceId,
        kind: &Kind,
        before: Option<&Resource>,
    ) -> Result<(), Refusal> {
        let closed = self.script.circumstances().closed;
        if !closed || kind.place != Place::Region || before.is_some() {
            return Ok(());
        }
        let name = id.name();
        let message = format!(
            "Resource '{name}' was disallowed by Azure: The selected region is currently not accepting new customers: https://aka.ms/locationineligible."
        );
        Err(Refusal::new(403, "RequestDisallowedByAzure", message).about(name))
    }

    /// Group, provider and parent are there.
    fn admitted(&self, id: &ResourceId, kind: &Kind) -> Result<(), Refusal> {
        if id.group().is_some() && self.group(id)?.deleting {
            let group = id.group().unwrap_or_default();
            let message = format!(
                "The resource group '{group}' is in deprovisioning state and cannot perform this operation."
            );
            return Err(Refusal::conflict("ResourceGroupBeingDeleted", message));
        }
        self.registered(kind.namespace())?;
        let scope = id.scope();
        let parent = id
            .parent()
            .or_else(|| scope.kind().is_some().then_some(scope));
        let Some(parent) = parent else {
            return Ok(());
        };
        self.has(&parent, kind, "write")
    }

    /// Something is there, for what is to be done below it with something of a type.
    fn has(&self, parent: &ResourceId, kind: &Kind, act: &str) -> Result<(), Refusal> {
        let there = self.state.resources.get(&parent.key());
        let whole = |one: &Resource| {
            act == "delete" || matches!(one.progress, Progress::Succeeded | Progress::Updating)
        };
        if there.is_some_and(whole) {
            return Ok(());
        }
        // Subnets are a part of their network.
        if kind::subnet(&self.state, &parent.to_string()).is_some() {
            return Ok(());
        }
        Err(parent_missing(kind.name, parent, act))
    }

    /// Nothing else is at work on it.
    pub(super) fn idle(&self, id: &ResourceId) -> Result<(), Refusal> {
        kind::aks_at_rest(&self.state, id)?;
        if let Some(server) = kind::server_of(id)
            && self.state.running_on(&server).is_some()
        {
            let message = format!(
                "Cannot complete operation because server '{}' is busy processing another operation. Please try again later.",
                server.name()
            );
            return Err(Refusal::conflict("ServerIsBusy", message));
        }
        if self.state.running_on(id).is_none() {
            return Ok(());
        }
        let message = format!(
            "Another operation is in progress on the resource {id}. Please try again later."
        );
        Err(Refusal::conflict("AnotherOperationInProgress", message))
    }
}

/// The type of an id, if it is known and has that version.
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
    Err(version::unprovided(version, name, kind.versions, None))
}

/// Refuses what a PATCH of tags alone does not have. A location may be repeated.
fn only_tags(body: &Value) -> Result<(), Refusal> {
    let fields = body.as_object().into_iter().flatten();
    let mut others = fields.filter(|(name, _)| !["tags", "location"].contains(&name.as_str()));
    let Some((name, _)) = others.next() else {
        return Ok(());
    };
    let message = format!(
        "Could not find member '{name}' on object of type 'TagsObject': a PATCH of this type changes tags alone."
    );
    Err(Refusal::bad("InvalidRequestContent", message))
}

/// What is said of a resource whose parent is not there.
pub(super) fn parent_missing(kind: &str, parent: &ResourceId, act: &str) -> Refusal {
    let own = kind.split_once('/').map_or(kind, |(_, own)| own);
    let message = format!(
        "Failed to perform '{act}' on resource(s) of type '{own}', because the parent resource '{parent}' could not be found."
    );
    Refusal::missing("ParentResourceNotFound", message)
}

fn unknown_kind(id: &ResourceId) -> Refusal {
    let message = format!("The resource type of '{id}' could not be found.");
    Refusal::missing("InvalidResourceType", message)
}

fn location_of(
    kind: &Kind,
    body: &Value,
    before: Option<&Resource>,
) -> Result<Option<String>, Refusal> {
    let wanted = body["location"].as_str();
    let location = match kind.place {
        Place::Parent => return Ok(None),
        Place::Global if wanted.is_some_and(|one| one.eq_ignore_ascii_case("global")) => {
            "global".to_owned()
        }
        Place::Global => {
            let message = format!(
                "The provided location '{}' is not available for resource type '{}'. List of available regions for the resource type is 'global'.",
                wanted.unwrap_or_default(),
                kind.name
            );
            return Err(Refusal::bad("LocationNotAvailableForResourceType", message));
        }
        Place::Region => place::checked(wanted, kind.name)?,
    };
    if before.is_some_and(|one| one.document["location"] != json!(location)) {
        let message = format!(
            "The resource already exists in another location. It cannot be created in location '{location}'. Please select a new resource name."
        );
        return Err(Refusal::conflict("InvalidResourceLocation", message));
    }
    Ok(Some(location))
}
