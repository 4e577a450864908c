//! Resources of every type: PUT, GET, DELETE, lists and actions.

use jiff::Timestamp;
use serde_json::Value;

use super::action;
use super::cloud::Cloud;
use super::delete;
use super::handler::{document_of, unknown_method};
use super::id::ResourceId;
use super::kind::{is_subnet, kind_of};
use super::lookup;
use super::message::{Request, Response};
use super::patch;
use super::refusal::Refusal;
use super::show;
use super::stack::deny::check_deny_settings;
use super::subnet::put_subnet;
use super::upgrade::upgrade_api;
use super::write::{Accepted, Pace, answer_of_put, write};

/// Answers a request about a resource, a list of resources or an action.
pub(super) fn resource_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let version = request.query("api-version").unwrap_or_default();
    if request.method == "POST" {
        return action::act(cloud, now, request, id, &version);
    }
    if !id.is_resource() {
        return show::list_of(&cloud.settings, &cloud.state, id, &version);
    }
    if request.method == "GET"
        && let Some(answer) = upgrade_api(&cloud.settings, &cloud.state, now, id, &version)
    {
        return answer;
    }
    let kind = kind_of(id, &version)?;
    match request.method.as_str() {
        "HEAD" => {
            let exists =
                show::subnet(&cloud.state, id).is_some() || lookup::found(&cloud.state, id).is_ok();
            Ok(Response::empty(if exists { 204 } else { 404 }))
        }
        "GET" => match show::subnet(&cloud.state, id) {
            Some(subnet) => Ok(Response::json(200, subnet)),
            None => Ok(Response::json(
                200,
                show::read(&cloud.settings, &cloud.state, id, kind)?,
            )),
        },
        "PUT" => {
            check_deny_settings(&cloud.settings, &cloud.state, "PUT", id)?;
            let body = document_of(request)?;
            let accepted = put(cloud, now, id, &version, &body)?;
            answer_of_put(cloud, id, kind, &accepted)
        }
        "PATCH" => patch::patch(cloud, now, request, id, kind),
        "DELETE" if kind.is_setting() => Err(unknown_method("DELETE")),
        "DELETE" => delete::remove(cloud, now, id, kind),
        method => Err(unknown_method(method)),
    }
}

/// Creates or replaces a resource for a client or for a stack.
pub(super) fn put(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
    version: &str,
    body: &Value,
) -> Result<Accepted, Refusal> {
    kind_of(id, version)?;
    if is_subnet(id) {
        return put_subnet(cloud, now, id, body);
    }
    write(cloud, now, id, body, Pace::Usual)
}
