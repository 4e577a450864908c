//! Deployments without a stack. The same engine runs their templates. They manage no resources
//! afterwards.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployments>

use azure::resource_type;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::begin::{announced, arm, begin};
use super::super::cloud::Cloud;
use super::super::filter::Filter;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::operation::{Act, Headers};
use super::super::refusal::Refusal;
use super::super::settings::Settings;
use super::super::show::cased;
use super::super::state::State;
use super::super::{listing, tag};
use super::model::{Phase, Stack};
use super::outcome::show_deployment;
use super::plan::{Plan, plan};
use super::{loose, template};

/// Lists the deployments of a scope, the newest first.
pub(super) fn deployments(
    settings: &Settings,
    state: &State,
    now: Timestamp,
    request: &Request,
    scope: &ResourceId,
) -> Result<Response, Refusal> {
    let filter = Filter::of(request, &["provisioningstate"])?;
    let all = state.stacks.values();
    let here = all.filter(|stack| ResourceId::parse(&stack.id).scope().key() == scope.key());
    let mut here: Vec<&Stack> = here.collect();
    here.sort_by_key(|stack| std::cmp::Reverse(stack.began));
    let shown = here
        .into_iter()
        .map(|stack| show_deployment(settings, now, stack));
    let fitting = shown.filter(|document| {
        let state = |field: &str| {
            let state = document["properties"]["provisioningState"].as_str();
            (field == "provisioningstate").then_some(state?.to_owned())
        };
        filter.as_ref().is_none_or(|filter| filter.passes(&state))
    });
    let fitting = fitting.collect();
    listing::page(settings, request, fitting)
}

/// A deployment of a scope by its name.
pub(super) fn find_deployment<'a>(
    state: &'a State,
    scope: &ResourceId,
    name: &str,
) -> Option<(&'a String, &'a Stack)> {
    state.stacks.iter().find(|(_, stack)| {
        stack.deployment.eq_ignore_ascii_case(name)
            && ResourceId::parse(&stack.id).scope().key() == scope.key()
    })
}

pub(super) fn put_deployment(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    scope: &ResourceId,
    name: &str,
) -> Result<Response, Refusal> {
    let (id, body, plan) = read_deployment(&cloud.state, request, scope, name)?;
    let before = find_deployment(&cloud.state, scope, name);
    let before = before.map(|(_, stack)| stack.clone());
    if let Some(before) = before.as_ref().filter(|before| !before.phase.is_terminal()) {
        let message = format!(
            "Unable to edit or replace deployment '{name}': previous deployment from '{}' is still active. Please see https://aka.ms/arm-deploy for usage details.",
            before.began
        );
        return Err(Refusal::conflict("DeploymentActive", message));
    }
    let key = id.key();
    let operation = begin(&mut cloud.state, now, &key, Act::Deployment, None);
    arm(cloud, "PUT", &id.to_string(), &operation);
    cloud.secrets.0.insert(key.clone(), plan.parameters);
    let mut wanted = plan.wanted;
    wanted["actionOnUnmanage"] = json!({"resources": "detach"});
    wanted["denySettings"] = json!({"mode": "none"});
    let stack = Stack {
        id: id.to_string(),
        wanted,
        tags: body["tags"].clone(),
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        phase: Phase::Initializing,
        steps: plan.steps,
        leaving: Vec::new(),
        managed: std::collections::BTreeMap::new(),
        detached: Vec::new(),
        deleted: Vec::new(),
        outputs: Value::Null,
        operation: operation.clone(),
        deployment: name.to_owned(),
        began: now,
        ending: false,
        lets_go: true,
    };
    let status = if before.is_some() { 200 } else { 201 };
    let answer = Response::json(status, show_deployment(&cloud.settings, now, &stack));
    cloud.state.stacks.insert(key, stack);
    Ok(announced(
        cloud,
        answer,
        &operation,
        Headers::AsyncOperation,
    ))
}

pub(super) fn validate_deployment(
    settings: &Settings,
    state: &State,
    request: &Request,
    scope: &ResourceId,
    name: &str,
) -> Result<Response, Refusal> {
    let (id, _, plan) = read_deployment(state, request, scope, name)?;
    let resources = plan
        .steps
        .iter()
        .map(|step| json!({"id": cased(settings, &step.id)}));
    Ok(Response::json(
        200,
        json!({
            "id": cased(settings, &id.to_string()),
            "name": name,
            "type": resource_type::DEPLOYMENT,
            "properties": {
                "mode": "Incremental",
                "provisioningState": "Succeeded",
                "parameters": plan.wanted["parameters"],
                "validatedResources": resources.collect::<Vec<Value>>(),
            },
        }),
    ))
}

/// Reads and checks a deployment request. Returns its id, its body and its plan.
pub(super) fn read_deployment(
    state: &State,
    request: &Request,
    scope: &ResourceId,
    name: &str,
) -> Result<(ResourceId, Value, Plan), Refusal> {
    let body = body_of(request)?;
    let id = deployment_id(scope, name);
    tag::check(&body["tags"])?;
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if name.len() > 64 || !name.chars().all(allowed) {
        let message = format!(
            "The provided deployment name '{name}' is not valid. It can have up to 64 letters, digits and -_.()."
        );
        return Err(Refusal::bad("InvalidDeploymentName", message));
    }
    if scope.group().is_none() {
        return Err(template::invalid(
            "The simulated Azure supports deployments to resource groups only.",
        ));
    }
    let mode = body["properties"]["mode"].as_str();
    if !mode.is_some_and(|mode| mode.eq_ignore_ascii_case("Incremental")) {
        return Err(template::invalid(
            "The simulated Azure supports the mode 'Incremental' only. Set 'properties.mode' to it.",
        ));
    }
    let plan = plan(state, &id, &body["properties"])?;
    Ok((id, body, plan))
}

/// Deletes a deployment from the list. Its resources stay.
pub(super) fn forget_deployment(state: &mut State, key: &str) -> Result<Response, Refusal> {
    let stack = state
        .stacks
        .get(key)
        .expect("the caller has found the deployment");
    if !stack.phase.is_terminal() || !stack.is_deployment() {
        let message = format!(
            "Unable to delete deployment '{}': it is still active, or it belongs to a deployment stack.",
            stack.deployment
        );
        return Err(Refusal::conflict("DeploymentActive", message));
    }
    state.stacks.remove(key);
    Ok(Response::empty(204))
}

/// The JSON object in the body. It may be loose JSON.
fn body_of(request: &Request) -> Result<Value, Refusal> {
    let text = std::str::from_utf8(&request.body).ok();
    let body = text.and_then(loose::read).filter(Value::is_object);
    body.ok_or_else(|| {
        let message = "The request content was invalid and could not be deserialized.";
        Refusal::bad("InvalidRequestContent", message)
    })
}

fn deployment_id(scope: &ResourceId, name: &str) -> ResourceId {
    ResourceId::parse(&format!(
        "{scope}/providers/Microsoft.Resources/deployments/{name}"
    ))
}
