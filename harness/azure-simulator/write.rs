//! Checks the wanted document of a resource and saves it.

use azure::resource_type;
use base::secret::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::begin::{announced, arm, begin};
use super::circumstances::Circumstances;
use super::cloud::Cloud;
use super::id::ResourceId;
use super::kind::{self, Draft, Kind, LocationKind, unknown_kind};
use super::lookup;
use super::message::Response;
use super::operation::Act;
use super::power;
use super::provider;
use super::refusal::Refusal;
use super::region;
use super::settings::Settings;
use super::shape;
use super::show::{self, show};
use super::state::{Progress, Resource, State};
use super::tag;

/// How long a write takes to complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As long as its type takes.
    Usual,
    /// No time.
    AtOnce,
}

/// The result of an accepted PUT.
pub(super) struct Accepted {
    pub(super) created: bool,
    pub(super) operation: Option<String>,
}

/// Creates or changes a resource. Refuses what Azure refuses.
pub(super) fn write(
    cloud: &mut Cloud,
    now: Timestamp,
    id: &ResourceId,
    body: &Value,
    pace: Pace,
) -> Result<Accepted, Refusal> {
    let kind = id.kind().and_then(|kind| Kind::of(&kind));
    let kind = kind.ok_or_else(|| unknown_kind(id))?;
    shape::check(body)?;
    // AKS reports an operation in progress before it reports that the cluster does not exist.
    kind::check_aks_idle(&cloud.state, id)?;
    check_surroundings(&cloud.state, id, kind)?;
    kind::check_idle(&cloud.state, id)?;
    power::check_running(&cloud.state, id, power::CHANGE)?;
    tag::check(&body["tags"])?;
    let body = &kind.normalized(body);
    let document = completed(cloud, now, id, kind, body)?;
    let before = cloud.state.resources.get(&id.key());
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
    cloud.state.resources.insert(id.key(), resource);
    notify_password(&cloud.settings, id, body);
    if kind.name == resource_type::CLUSTER {
        kind::settle_pools(&mut cloud.state, id, now);
    }
    let operation = (!at_once).then(|| {
        begin(
            &mut cloud.state,
            now,
            &id.key(),
            Act::Put,
            Some(now + takes),
        )
    });
    if let Some(operation) = &operation {
        arm(cloud, "PUT", &id.to_string(), operation);
    }
    Ok(Accepted { created, operation })
}

/// Checks the wanted document, and returns it with everything that Azure adds.
fn completed(
    cloud: &Cloud,
    now: Timestamp,
    id: &ResourceId,
    kind: &Kind,
    body: &Value,
) -> Result<Value, Refusal> {
    let before = cloud.state.resources.get(&id.key());
    let location = location_of(kind, body, before)?;
    check_region_open(cloud.script.circumstances(), id, kind, before)?;
    let draft = Draft {
        state: &cloud.state,
        settings: &cloud.settings,
        circumstances: cloud.script.circumstances(),
        id,
        body,
        now,
    };
    (kind.check)(&draft)?;
    let mut document = body.clone();
    document["id"] = json!(id.to_string());
    document["name"] = json!(id.name());
    document["type"] = json!(kind.name);
    if let Some(location) = location {
        document["location"] = json!(location);
    }
    (kind.complete)(&draft, &mut document);
    Ok(document)
}

fn notify_password(settings: &Settings, id: &ResourceId, body: &Value) {
    let properties = &body["properties"];
    let login = properties["administratorLogin"].as_str();
    let password = properties["administratorLoginPassword"].as_str();
    if let (Some(login), Some(password)) = (login, password) {
        settings
            .hooks
            .mysql_password(id.name(), login, &Secret::new(password));
    }
}

/// Refuses a new resource in a region that is closed to the subscription. No list of Azure shows
/// that a region is closed.
///
/// <https://aka.ms/locationineligible>
fn check_region_open(
    circumstances: &Circumstances,
    id: &ResourceId,
    kind: &Kind,
    before: Option<&Resource>,
) -> Result<(), Refusal> {
    let closed = circumstances.closed;
    if !closed || kind.location != LocationKind::Region || before.is_some() {
        return Ok(());
    }
    let name = id.name();
    let message = format!(
        "Resource '{name}' was disallowed by Azure: The selected region is currently not accepting new customers: https://aka.ms/locationineligible."
    );
    Err(Refusal::new(403, "RequestDisallowedByAzure", message).about(name))
}

/// Checks that the group, the provider and the parent exist.
fn check_surroundings(state: &State, id: &ResourceId, kind: &Kind) -> Result<(), Refusal> {
    if id.group().is_some() && lookup::group(state, id)?.deleting {
        let group = id.group().unwrap_or_default();
        let message = format!(
            "The resource group '{group}' is in deprovisioning state and cannot perform this operation."
        );
        return Err(Refusal::conflict("ResourceGroupBeingDeleted", message));
    }
    provider::check_registered(state, kind.namespace())?;
    let scope = id.scope();
    let parent = id
        .parent()
        .or_else(|| scope.kind().is_some().then_some(scope));
    let Some(parent) = parent else {
        return Ok(());
    };
    // A subnet has no entry of its own: it is a part of its network.
    let is_whole =
        |one: &Resource| matches!(one.progress, Progress::Succeeded | Progress::Updating);
    let existing = state.resources.get(&parent.key());
    if existing.is_some_and(is_whole) || show::subnet(state, &parent).is_some() {
        return Ok(());
    }
    Err(lookup::parent_missing(kind.name, &parent, "write"))
}

fn location_of(
    kind: &Kind,
    body: &Value,
    before: Option<&Resource>,
) -> Result<Option<String>, Refusal> {
    let wanted = body["location"].as_str();
    let location = match kind.location {
        LocationKind::Parent => return Ok(None),
        LocationKind::Global if wanted.is_some_and(|one| one.eq_ignore_ascii_case("global")) => {
            "global".to_owned()
        }
        LocationKind::Global => {
            let message = format!(
                "The provided location '{}' is not available for resource type '{}'. List of available regions for the resource type is 'global'.",
                wanted.unwrap_or_default(),
                kind.name
            );
            return Err(Refusal::bad("LocationNotAvailableForResourceType", message));
        }
        LocationKind::Region => region::parse(wanted, kind.name)?,
    };
    if before.is_some_and(|one| one.document["location"] != json!(location)) {
        let message = format!(
            "The resource already exists in another location. It cannot be created in location '{location}'. Please select a new resource name."
        );
        return Err(Refusal::conflict("InvalidResourceLocation", message));
    }
    Ok(Some(location))
}

pub(super) fn answer_of_put(
    cloud: &Cloud,
    id: &ResourceId,
    kind: &Kind,
    accepted: &Accepted,
) -> Result<Response, Refusal> {
    let shown = match show::subnet(&cloud.state, id) {
        Some(subnet) => subnet,
        None => show(
            &cloud.settings,
            &cloud.state,
            lookup::found(&cloud.state, id)?,
        ),
    };
    let status = if accepted.created { 201 } else { 200 };
    let Some(operation) = &accepted.operation else {
        return Ok(Response::json(status, shown));
    };
    let answer = match kind.accepted {
        202 => Response::empty(202),
        _ => Response::json(status, shown),
    };
    Ok(announced(cloud, answer, operation, kind.headers[0]))
}
