//! What a deployment without a stack would change.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployments/what-if>

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::begin::found_later;
use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::show::{cased, show};
use super::delta::{Outlook, capital, outlooks};
use super::plain::read_deployment;
use super::plan::registered_for;

/// How long it takes.
const LOOK: Duration = Duration::from_secs(12);

/// Reads a deployment as a PUT would; what it would change is at the `Location` later.
pub(super) fn what_if(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    scope: &ResourceId,
    name: &str,
) -> Result<Response, Refusal> {
    let (id, body, plan) = read_deployment(&cloud.state, request, scope, name)?;
    registered_for(&cloud.state, &plan)?;
    let format = &body["properties"]["whatIfSettings"]["resultFormat"];
    let with_properties = !format
        .as_str()
        .is_some_and(|format| format.eq_ignore_ascii_case("ResourceIdOnly"));
    let outlooks = outlooks(&cloud.settings, &cloud.state, &id, &plan)?;
    let named: Vec<String> = outlooks
        .iter()
        .map(|one| ResourceId::parse(&one.id).key())
        .collect();
    let mut changes: Vec<Value> = outlooks
        .into_iter()
        .map(|one| told(&cloud.settings, one, with_properties))
        .collect();
    // What stands beside it is left alone.
    let beside = cloud.state.below(scope);
    let beside = beside.filter(|one| !named.contains(&ResourceId::parse(&one.id).key()));
    changes.extend(beside.map(|one| {
        let mut change =
            json!({"resourceId": cased(&cloud.settings, &one.id), "changeType": "Ignore"});
        if with_properties {
            let shown = show(&cloud.settings, &cloud.state, one);
            change["before"] = shown.clone();
            change["after"] = shown;
        }
        change
    }));
    let finding = json!({"status": "Succeeded", "properties": {"changes": changes}});
    Ok(found_later(cloud, now, request, &id, LOOK, finding))
}

fn told(settings: &Settings, outlook: Outlook, with_properties: bool) -> Value {
    let kind = capital(outlook.kind());
    let mut change = json!({"resourceId": cased(settings, &outlook.id), "changeType": kind});
    if !with_properties {
        return change;
    }
    if let Some(before) = outlook.before {
        change["before"] = before;
    }
    change["after"] = outlook.after;
    let delta = outlook.delta.into_iter().flatten();
    change["delta"] = delta.map(property_change).collect();
    change
}

/// A change of a property as it is written here, where a stack's has a word less and no capitals.
fn property_change(mut change: Value) -> Value {
    let kind = change["changeType"].as_str().unwrap_or_default();
    let kind = capital(kind);
    if let Some(fields) = change.as_object_mut() {
        fields.remove("changeType");
        fields.insert("propertyChangeType".to_owned(), json!(kind));
        if let Some(children) = fields.get_mut("children").and_then(Value::as_array_mut) {
            for child in children {
                *child = property_change(child.take());
            }
        }
    }
    change
}
