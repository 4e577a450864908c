//! Deployment stacks: a template, the resources that it manages, and their removal.

mod delta;
pub(super) mod deny;
mod deployment;
mod engine;
mod expression;
mod loose;
pub(super) mod model;
mod outcome;
mod plain;
mod plan;
mod preview;
mod removal;
mod show;
mod template;
mod validation;
mod what_if;

use jiff::Timestamp;
use model::{PendingRemoval, Phase, Stack};
use plan::{check_properties, plan};
use preview::preview_api;
use serde_json::Value;
use show::show_stack;
use validation::validate_stack;

use super::begin::{announced, arm, begin};
use super::cloud::Cloud;
use super::handler::{document_of, unknown_method};
use super::id::ResourceId;
use super::lookup;
use super::message::{Request, Response};
use super::operation::{Act, Headers};
use super::refusal::Refusal;
use super::state::State;
use super::version;

pub(super) use deployment::deployment_api;
pub(super) use engine::advance_stacks;
pub(super) use preview::show_preview;
pub(super) use template::secure;

/// Whether a stack detaches resources that cannot be deleted by themselves. By default the stack
/// fails, as in a recorded stack.
fn detaches(word: Option<&str>) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case("detach"))
}

/// Answers a request about deployment stacks or their what-if results. Returns `None` for another
/// path.
pub(super) fn stack_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Option<Result<Response, Refusal>> {
    let kind = id.kind()?.to_lowercase();
    if let Some(rest) = kind.strip_prefix("microsoft.resources/deploymentstackswhatifresults") {
        return Some(preview_api(cloud, now, request, id, rest));
    }
    let validates = kind == "microsoft.resources/deploymentstacks/validate";
    if !validates && kind != "microsoft.resources/deploymentstacks" {
        return None;
    }
    let version = version::check_provider(request, "deploymentStacks", version::STACKS);
    if let Err(refusal) = version.and_then(|()| lookup::group(&cloud.state, id).map(drop)) {
        return Some(Err(refusal));
    }
    if validates {
        return Some(match request.method.as_str() {
            "POST" => validate_stack(cloud, now, request, &id.without_last()),
            method => Err(unknown_method(method)),
        });
    }
    let listed = (request.method == "GET" && !id.is_resource()).then(|| {
        let prefix = format!("{}/", id.key());
        let all = cloud
            .state
            .stacks
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix));
        Response::list(all.map(|(_, stack)| show_stack(&cloud.settings, stack)))
    });
    Some(listed.map_or_else(
        || match request.method.as_str() {
            "PUT" => put_stack(cloud, now, request, id),
            "GET" => Ok(Response::json(
                200,
                show_stack(&cloud.settings, stack(&cloud.state, id)?),
            )),
            "DELETE" => delete_stack(cloud, now, request, id),
            method => Err(unknown_method(method)),
        },
        Ok,
    ))
}

fn stack<'a>(state: &'a State, id: &ResourceId) -> Result<&'a Stack, Refusal> {
    state.stacks.get(&id.key()).ok_or_else(|| {
        let message = format!("The deployment stack '{id}' could not be found.");
        Refusal::missing("DeploymentStackResourceNotFound", message)
    })
}

fn put_stack(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let body = document_of(request)?;
    check_properties(id, &body["properties"])?;
    let before = cloud.state.stacks.get(&id.key()).cloned();
    if let Some(stack) = before.as_ref().filter(|it| !it.phase.is_terminal()) {
        return Err(busy(id, stack));
    }
    let plan = plan(&cloud.state, id, &body["properties"])?;
    let key = id.key();
    let operation = begin(&mut cloud.state, now, &key, Act::Stack, None);
    arm(cloud, "PUT", &id.to_string(), &operation);
    let deployment = cloud.state.next_id("deployment");
    cloud.secrets.0.insert(key.clone(), plan.parameters);
    let status = if before.is_some() { 200 } else { 201 };
    let stack = Stack {
        id: before
            .as_ref()
            .map_or_else(|| id.to_string(), |stack| stack.id.clone()),
        wanted: plan.wanted,
        tags: body["tags"].clone(),
        created: before.as_ref().map_or(now, |stack| stack.created),
        modified: now,
        phase: Phase::Initializing,
        steps: plan.steps,
        leaving: Vec::new(),
        managed: before.map(|stack| stack.managed).unwrap_or_default(),
        detached: Vec::new(),
        deleted: Vec::new(),
        outputs: Value::Null,
        operation: operation.clone(),
        deployment,
        began: now,
        ending: false,
        lets_go: detaches(
            body.pointer("/properties/actionOnUnmanage/resourcesWithoutDeleteSupport")
                .and_then(Value::as_str),
        ),
    };
    let shown = show_stack(&cloud.settings, &stack);
    cloud.state.stacks.insert(key, stack);
    let answer = Response::json(status, shown);
    Ok(announced(
        cloud,
        answer,
        &operation,
        Headers::AsyncOperation,
    ))
}

fn delete_stack(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    id: &ResourceId,
) -> Result<Response, Refusal> {
    let key = id.key();
    let Some(stack) = cloud.state.stacks.get(&key) else {
        return Ok(Response::empty(204));
    };
    if !stack.phase.is_terminal() {
        return Err(busy(id, stack));
    }
    let action = request.query("unmanageAction.Resources");
    let deletes = match action.as_deref().unwrap_or("detach") {
        one if one.eq_ignore_ascii_case("delete") => true,
        one if one.eq_ignore_ascii_case("detach") => false,
        other => {
            let message = format!(
                "The value '{other}' of unmanageAction.Resources is not one of: delete, detach."
            );
            return Err(Refusal::bad("InvalidParameterValue", message));
        }
    };
    let undeletable = request.query("unmanageAction.ResourcesWithoutDeleteSupport");
    let operation = begin(&mut cloud.state, now, &key, Act::Stack, None);
    arm(cloud, "DELETE", &id.to_string(), &operation);
    if let Some(stack) = cloud.state.stacks.get_mut(&key) {
        stack.ending = true;
        stack.lets_go = detaches(undeletable.as_deref());
        stack.modified = now;
        stack.operation.clone_from(&operation);
        stack.phase = Phase::DeletingResources;
        stack.leaving = if deletes {
            stack
                .managed
                .keys()
                .map(|key| PendingRemoval::new(key))
                .collect()
        } else {
            Vec::new()
        };
    }
    Ok(announced(
        cloud,
        Response::empty(202),
        &operation,
        Headers::Location,
    ))
}

fn busy(id: &ResourceId, stack: &Stack) -> Refusal {
    let state = stack.phase.name();
    let message = format!(
        "The deployment stack resource '{id}' could not be updated as it is currently in a non-terminal state '{state}'."
    );
    Refusal::conflict("DeploymentStackInNonTerminalState", message)
}
