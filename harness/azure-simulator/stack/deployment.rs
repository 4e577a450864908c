//! Deployments: the latest of each stack, and those without a stack. Shows their progress and that
//! of each resource, and cancels them.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployment-operations/list>,
//! <https://learn.microsoft.com/rest/api/resources/deployments/cancel>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::finish::finish;
use super::super::handler::unknown_method;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::{listing, lookup, version};
use super::model::{Phase, Secrets, StepProgress};
use super::outcome::{operations_of, show_deployment};
use super::plain;
use super::what_if;

/// Answers a request about deployments. Returns `None` for another path. Azure accepts the path
/// with and without the provider.
pub(in super::super) fn deployment_api(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    segments: &[String],
) -> Option<Result<Response, Refusal>> {
    let is = |part: &String, word: &str| part.eq_ignore_ascii_case(word);
    let (scope, rest) = match segments {
        [_, _, word, _, rest @ ..] if is(word, "resourceGroups") => (&segments[..4], rest),
        [word, _, rest @ ..] if is(word, "subscriptions") => (&segments[..2], rest),
        _ => return None,
    };
    let rest = match rest {
        [providers, namespace, rest @ ..]
            if is(providers, "providers") && is(namespace, "Microsoft.Resources") =>
        {
            rest
        }
        rest => rest,
    };
    let [word, rest @ ..] = rest else {
        return None;
    };
    if !is(word, "deployments") {
        return None;
    }
    let scope = ResourceId::of(scope);
    Some(deployment(cloud, now, request, &scope, rest))
}

fn deployment(
    cloud: &mut Cloud,
    now: Timestamp,
    request: &Request,
    scope: &ResourceId,
    path: &[String],
) -> Result<Response, Refusal> {
    version::check_provider(request, "deployments", version::DEPLOYMENTS)?;
    if scope.group().is_some() {
        lookup::group(&cloud.state, scope)?;
    }
    let method = request.method.as_str();
    let [name, below @ ..] = path else {
        return match method {
            "GET" => plain::deployments(&cloud.settings, &cloud.state, now, request, scope),
            method => Err(unknown_method(method)),
        };
    };
    let below: Vec<String> = below.iter().map(|part| part.to_lowercase()).collect();
    let below: Vec<&str> = below.iter().map(String::as_str).collect();
    match (method, below.as_slice()) {
        ("PUT", []) => return plain::put_deployment(cloud, now, request, scope, name),
        ("POST", ["whatif"]) => return what_if::what_if(cloud, now, request, scope, name),
        ("POST", ["validate"]) => {
            return plain::validate_deployment(&cloud.settings, &cloud.state, request, scope, name);
        }
        _ => {}
    }
    let found = plain::find_deployment(&cloud.state, scope, name);
    if method == "HEAD" && below.is_empty() {
        return Ok(Response::empty(if found.is_some() { 204 } else { 404 }));
    }
    let Some((key, stack)) = found else {
        if method == "DELETE" {
            return Ok(Response::empty(204));
        }
        let message = format!("Deployment '{name}' could not be found.");
        return Err(Refusal::missing("DeploymentNotFound", message));
    };
    let key = key.clone();
    let operations = || operations_of(&cloud.settings, now, stack);
    match (method, below.as_slice()) {
        ("POST", ["cancel"]) => cancel(&mut cloud.state, &mut cloud.secrets, now, &key),
        ("POST", ["exporttemplate"]) => {
            let template = &stack.wanted["template"];
            Ok(Response::json(200, json!({"template": template})))
        }
        ("DELETE", []) => plain::forget_deployment(&mut cloud.state, &key),
        ("GET", []) => Ok(Response::json(
            200,
            show_deployment(&cloud.settings, now, stack),
        )),
        ("GET", ["operations"]) => listing::page(&cloud.settings, request, operations()),
        ("GET", ["operations", id]) => {
            let is = |one: &Value| {
                let known = one["operationId"].as_str();
                known.is_some_and(|known| known.eq_ignore_ascii_case(id))
            };
            let found = operations().into_iter().find(is);
            let found = found.ok_or_else(|| {
                let message = format!("Deployment operation '{id}' could not be found.");
                Refusal::missing("DeploymentOperationNotFound", message)
            })?;
            Ok(Response::json(200, found))
        }
        _ => Err(unknown_method(method)),
    }
}

/// Cancels a deployment. It starts no more resources. Operations in progress continue.
fn cancel(
    state: &mut State,
    secrets: &mut Secrets,
    now: Timestamp,
    key: &str,
) -> Result<Response, Refusal> {
    let stack = state
        .stacks
        .get_mut(key)
        .expect("the caller has found the stack");
    if stack.phase.is_deployed() {
        let message = format!(
            "The deployment '{}' cannot be cancelled because it is not Accepted or Running.",
            stack.deployment
        );
        return Err(Refusal::conflict("DeploymentCannotBeCancelled", message));
    }
    stack.phase = Phase::Canceled;
    stack.modified = now;
    for step in &mut stack.steps {
        if let StepProgress::Running(_) = step.progress {
            step.ended = Some(now);
        }
    }
    let operation = stack.operation.clone();
    secrets.0.remove(key);
    finish(state, &operation, now, Err(Refusal::cancellation()));
    Ok(Response::empty(204))
}
