//! Validates a stack without creating it.

use std::time::Duration;

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::begin::answer_later;
use super::super::cloud::Cloud;
use super::super::handler::document_of;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::show::cased;
use super::plan::{check_properties, plan};

const VALIDATION_DURATION: Duration = Duration::from_secs(8);

/// Checks a stack like a PUT. An error is answered at once. On success, the resources of the stack
/// are at the `Location` later.
pub(super) fn validate_stack(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    let properties = &body["properties"];
    check_properties(id, properties)?;
    let plan = plan(&cloud.state, id, properties)?;
    let resources = plan
        .steps
        .iter()
        .map(|step| json!({"id": cased(&cloud.settings, &step.id)}));
    let mut found = json!({
        "actionOnUnmanage": properties["actionOnUnmanage"],
        "denySettings": properties["denySettings"],
        "validatedResources": resources.collect::<Vec<Value>>(),
    });
    for field in ["description", "parameters"] {
        if let Some(value) = plan.wanted.get(field).filter(|value| !value.is_null()) {
            found[field] = value.clone();
        }
    }
    let finding = json!({
        "id": cased(&cloud.settings, &id.to_string()),
        "name": id.name(),
        "type": resource_type::STACK,
        "properties": found,
    });
    Ok(answer_later(
        cloud,
        now,
        request,
        id,
        VALIDATION_DURATION,
        finding,
    ))
}
