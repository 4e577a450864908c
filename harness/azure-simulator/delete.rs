//! DELETE: deletes a resource for a client or for a stack.

use jiff::Timestamp;

use super::begin::{announced, arm, begin};
use super::cloud::Cloud;
use super::finish::finish;
use super::id::ResourceId;
use super::kind::{self, Kind, is_subnet, unknown_kind};
use super::lookup;
use super::message::Response;
use super::operation::Act;
use super::power;
use super::refusal::Refusal;
use super::show::{show, shown};
use super::stack::deny::check_deny_settings;
use super::state::Progress;
use super::subnet::drop_subnet;

/// Deletes a resource for a client. A missing resource counts as deleted if its parent exists.
pub(super) fn remove(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
    kind: &Kind,
) -> Result<Response, Refusal> {
    if id.group().is_some() {
        lookup::group(&cloud.state, id)?;
    }
    if let Some(parent) = id.parent()
        && shown(&cloud.settings, &cloud.state, &parent.to_string()).is_none()
    {
        return Err(lookup::parent_missing(kind.name, &parent, "delete"));
    }
    if is_subnet(id) {
        return drop_subnet(cloud, now, id);
    }
    if !cloud.state.resources.contains_key(&id.key()) {
        return Ok(Response::empty(204));
    }
    check_deny_settings(&cloud.settings, &cloud.state, "DELETE", id)?;
    let shown = show(
        &cloud.settings,
        &cloud.state,
        lookup::found(&cloud.state, id)?,
    );
    let operation = delete(cloud, now, id)?;
    Ok(match operation {
        None if kind.returns_deleted() => Response::json(200, shown),
        None => Response::empty(200),
        Some(one) => announced(cloud, Response::empty(202), &one, kind.headers[1]),
    })
}

/// Deletes an existing resource. Returns the id of the operation, or `None` if the deletion takes
/// no time.
pub(super) fn delete(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
) -> Result<Option<String>, Refusal> {
    let resource = lookup::found(&cloud.state, id)?;
    let kind = Kind::of(&resource.kind).ok_or_else(|| unknown_kind(id))?;
    if resource.progress == Progress::Deleting
        && let Some(running) = cloud.state.running_on(id)
    {
        return Ok(Some(running.id.clone()));
    }
    kind::check_idle(&cloud.state, id)?;
    if let Some(parent) = id.parent() {
        power::check_running(&cloud.state, &parent, power::CHANGE)?;
    }
    if let Some(check) = kind.deletion_check {
        check(&cloud.state, id)?;
    }
    let ends = now + kind.deletion();
    let operation = begin(&mut cloud.state, now, &id.key(), Act::Delete, Some(ends));
    if kind.deletion().is_zero() {
        finish(&mut cloud.state, &operation, now, Ok(()));
        return Ok(None);
    }
    arm(cloud, "DELETE", &id.to_string(), &operation);
    if let Some(resource) = cloud.state.resources.get_mut(&id.key()) {
        resource.progress = Progress::Deleting;
    }
    Ok(Some(operation))
}
