//! Resources of every type: PUT, GET, DELETE, lists and actions.

use jiff::Timestamp;
use serde_json::Value;

use super::cloud::Cloud;
use super::group::{document_of, unknown_method};
use super::id::ResourceId;
use super::kind::{self, Kind};
use super::message::{Request, Response};
use super::power;
use super::refusal::Refusal;
use super::subnet::is_subnet;
use super::version;
use super::write::Pace;
use crate::azure::resource_type;

/// What became of a PUT that was accepted.
pub(super) struct Accepted {
    pub(super) created: bool,
    pub(super) operation: Option<String>,
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

    /// A resource, or a setting that nobody has set.
    pub(super) fn read(&self, id: &ResourceId, kind: &Kind) -> Result<Value, Refusal> {
        if kind.is_setting() {
            power::runs(&self.state, id, power::READ_PARAMETERS)?;
        }
        let unset = || kind::server_parameter::unset(&self.state, id);
        match self.found(id) {
            Ok(found) => Ok(self.show(found)),
            Err(refusal) => kind.is_setting().then(unset).flatten().ok_or(refusal),
        }
    }

    pub(super) fn answer_of_put(
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

/// What is said of a resource whose parent is not there.
pub(super) fn parent_missing(kind: &str, parent: &ResourceId, act: &str) -> Refusal {
    let own = kind.split_once('/').map_or(kind, |(_, own)| own);
    let message = format!(
        "Failed to perform '{act}' on resource(s) of type '{own}', because the parent resource '{parent}' could not be found."
    );
    Refusal::missing("ParentResourceNotFound", message)
}

pub(super) fn unknown_kind(id: &ResourceId) -> Refusal {
    let message = format!("The resource type of '{id}' could not be found.");
    Refusal::missing("InvalidResourceType", message)
}
