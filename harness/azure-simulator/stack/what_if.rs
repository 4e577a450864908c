//! The what-if result of a deployment without a stack.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployments/what-if>

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::begin::answer_later;
use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::show::{cased, show};
use super::delta::{PlannedChange, capital, planned_changes};
use super::plain::read_deployment;
use super::plan::check_registered;

const WHAT_IF_DURATION: Duration = Duration::from_secs(12);

/// Checks a deployment like a PUT. The changes are at the `Location` later.
pub(super) fn what_if(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    scope: &ResourceId,
    name: &str,
) -> Result<Response, Refusal> {
    let (id, body, plan) = read_deployment(&cloud.state, request, scope, name)?;
    check_registered(&cloud.state, &plan)?;
    let format = &body["properties"]["whatIfSettings"]["resultFormat"];
    let with_properties = !format
        .as_str()
        .is_some_and(|format| format.eq_ignore_ascii_case("ResourceIdOnly"));
    let planned_changes = planned_changes(&cloud.settings, &cloud.state, &id, &plan)?;
    let named: Vec<String> = planned_changes
        .iter()
        .map(|one| ResourceId::parse(&one.id).key())
        .collect();
    let mut changes: Vec<Value> = planned_changes
        .into_iter()
        .map(|one| show_change(&cloud.settings, one, with_properties))
        .collect();
    // Resources of the scope that the template does not contain are ignored.
    let others = cloud.state.below(scope);
    let others = others.filter(|one| !named.contains(&ResourceId::parse(&one.id).key()));
    changes.extend(others.map(|one| {
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
    Ok(answer_later(
        cloud,
        now,
        request,
        &id,
        WHAT_IF_DURATION,
        finding,
    ))
}

fn show_change(settings: &Settings, planned: PlannedChange, with_properties: bool) -> Value {
    let kind = capital(planned.kind());
    let mut change = json!({"resourceId": cased(settings, &planned.id), "changeType": kind});
    if !with_properties {
        return change;
    }
    if let Some(before) = planned.before {
        change["before"] = before;
    }
    change["after"] = planned.after;
    let delta = planned.delta.into_iter().flatten();
    change["delta"] = delta.map(property_change).collect();
    change
}

/// Converts a stack's property change to the form of deployments: another key, and capitals.
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
