//! Shows a deployment and its operations.

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::hash::guid;
use super::super::id::ResourceId;
use super::super::settings::Settings;
use super::super::show::cased;
use super::model::{Phase, Stack, Step, StepProgress};
use super::show::{add_result, deployment_of};

pub(super) fn show_deployment(settings: &Settings, now: Timestamp, stack: &Stack) -> Value {
    let last = stack.steps.iter().filter_map(|step| step.ended).max();
    let ended = last.filter(|_| stack.phase.is_deployed());
    let resources = stack
        .steps
        .iter()
        .filter(|step| step.progress == StepProgress::Done);
    let resources = resources.map(|step| json!({"id": cased(settings, &step.id)}));
    let mut properties = json!({
        "mode": "Incremental",
        "outputResources": resources.collect::<Vec<Value>>(),
        "correlationId": guid(&["correlation", &stack.operation]),
        "provisioningState": stack.phase.deployment(),
        "timestamp": ended.unwrap_or(stack.began).to_string(),
        "duration": iso_duration(stack.began, ended.unwrap_or(now)),
    });
    add_result(&mut properties, settings, stack);
    let mut shown = json!({
        "id": deployment_of(settings, stack),
        "name": stack.deployment,
        "type": resource_type::DEPLOYMENT,
        "properties": properties,
    });
    if stack.is_deployment() && !stack.tags.is_null() {
        shown["tags"] = stack.tags.clone();
    }
    shown
}

/// One operation for each resource that was started, and one for the outputs.
pub(super) fn operations_of(settings: &Settings, now: Timestamp, stack: &Stack) -> Vec<Value> {
    let deployment = deployment_of(settings, stack);
    let operation = |what: &str, mut properties: Value| {
        let id = guid(&["deployment operation", &stack.deployment, what]);
        let id = id.replace('-', "")[..16].to_uppercase();
        properties["serviceRequestId"] = json!(guid(&["service request", &id]));
        json!({
            "id": format!("{deployment}/operations/{id}"),
            "operationId": id,
            "properties": properties,
        })
    };
    let asked = stack.steps.iter().filter_map(|step| {
        let began = step.began?;
        Some(operation(
            &step.id,
            show_step(settings, now, stack, step, began),
        ))
    });
    let mut all: Vec<Value> = asked.collect();
    let ended = stack.steps.iter().filter_map(|step| step.ended).max();
    if let (Phase::DeletingResources | Phase::Succeeded, Some(at)) = (&stack.phase, ended) {
        let properties = json!({
            "provisioningOperation": "EvaluateDeploymentOutput",
            "provisioningState": "Succeeded",
            "timestamp": at.to_string(),
            "duration": iso_duration(at, at),
            "statusCode": "OK",
        });
        all.push(operation("outputs", properties));
    }
    all
}

pub(super) fn show_step(
    settings: &Settings,
    now: Timestamp,
    stack: &Stack,
    step: &Step,
    began: Timestamp,
) -> Value {
    let (state, code) = match &step.progress {
        StepProgress::Running(_) if stack.phase == Phase::Canceled => ("Canceled", "Conflict"),
        StepProgress::Waiting | StepProgress::Running(_) => ("Running", "Created"),
        StepProgress::Done => ("Succeeded", "OK"),
        StepProgress::Failed(_) => ("Failed", "Conflict"),
    };
    let id = ResourceId::parse(&step.id);
    let mut properties = json!({
        "provisioningOperation": "Create",
        "provisioningState": state,
        "timestamp": step.ended.unwrap_or(began).to_string(),
        "duration": iso_duration(began, step.ended.unwrap_or(now)),
        "statusCode": code,
        "targetResource": {
            "id": cased(settings, &step.id),
            "resourceType": id.kind(),
            "resourceName": id.full_name(),
        },
    });
    if let StepProgress::Failed(error) = &step.progress {
        properties["statusMessage"] = json!({"status": "Failed", "error": error.document()});
    }
    properties
}

impl Phase {
    /// Whether the deployment has ended: all resources are deployed, or it failed or was cancelled.
    pub(super) fn is_deployed(&self) -> bool {
        !matches!(self, Self::Initializing | Self::Deploying)
    }

    /// The state in the words of deployments.
    fn deployment(&self) -> &'static str {
        match self {
            Self::Initializing => "Accepted",
            Self::Deploying => "Running",
            Self::DeletingResources | Self::Succeeded => "Succeeded",
            Self::Failed(_) => "Failed",
            Self::Canceled => "Canceled",
        }
    }
}

/// A duration in ISO 8601.
fn iso_duration(from: Timestamp, to: Timestamp) -> String {
    let milliseconds = to.duration_since(from).as_millis().max(0);
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!("PT{seconds}.{rest:03}S")
}
