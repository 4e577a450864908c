//! Deployments, those that stacks have made last and those that somebody asked for: how far each is,
//! how far each of its resources is, and that it is cancelled.
//!
//! <https://learn.microsoft.com/rest/api/resources/deployment-operations/list>,
//! <https://learn.microsoft.com/rest/api/resources/deployments/cancel>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cloud::Cloud;
use super::super::group::unknown_method;
use super::super::id::ResourceId;
use super::super::message::{Request, Response};
use super::super::refusal::Refusal;
use super::super::state::guid;
use super::super::version;
use super::template::{Step, StepProgress};
use super::{Phase, Stack};
use crate::azure::resource_type;

impl Cloud {
    /// The answer of deployments, if the path is of one. Azure takes their operations with the
    /// provider in the path as well as without.
    pub(in super::super) fn deployment_api(
        &mut self,
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
        Some(self.deployment(now, request, &scope, rest))
    }

    fn deployment(
        &mut self,
        now: Timestamp,
        request: &Request,
        scope: &ResourceId,
        path: &[String],
    ) -> Result<Response, Refusal> {
        version::provided(request, "deployments", version::DEPLOYMENTS)?;
        if scope.group().is_some() {
            self.group(scope)?;
        }
        let method = request.method.as_str();
        let [name, below @ ..] = path else {
            return match method {
                "GET" => self.deployments(now, request, scope),
                method => Err(unknown_method(method)),
            };
        };
        let below: Vec<String> = below.iter().map(|part| part.to_lowercase()).collect();
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        match (method, below.as_slice()) {
            ("PUT", []) => return self.put_deployment(now, request, scope, name),
            ("POST", ["whatif"]) => return self.what_if(now, request, scope, name),
            ("POST", ["validate"]) => return self.validate_deployment(request, scope, name),
            _ => {}
        }
        let found = self.find_deployment(scope, name);
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
        let operations = || self.operations_of(now, stack);
        match (method, below.as_slice()) {
            ("POST", ["cancel"]) => self.cancel(now, &key.clone()),
            ("POST", ["exporttemplate"]) => {
                let template = &stack.wanted["template"];
                Ok(Response::json(200, json!({"template": template})))
            }
            ("DELETE", []) => self.forget_deployment(&key.clone()),
            ("GET", []) => Ok(Response::json(200, self.show_deployment(now, stack))),
            ("GET", ["operations"]) => self.page(request, operations()),
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

    /// Asks for no more of the resources; those that were asked for go on by themselves.
    fn cancel(&mut self, now: Timestamp, key: &str) -> Result<Response, Refusal> {
        let stack = self.state.stacks.get_mut(key).expect("it was found");
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
        self.secrets.0.remove(key);
        self.finish(&operation, now, Err(Refusal::cancellation()));
        Ok(Response::empty(204))
    }

    /// The id of the deployment of a stack.
    pub(super) fn deployment_of(&self, stack: &Stack) -> String {
        let group = ResourceId::parse(&stack.id).scope().to_string();
        let name = &stack.deployment;
        self.cased(&format!(
            "{group}/providers/Microsoft.Resources/deployments/{name}"
        ))
    }

    pub(super) fn show_deployment(&self, now: Timestamp, stack: &Stack) -> Value {
        let last = stack.steps.iter().filter_map(|step| step.ended).max();
        let ended = last.filter(|_| stack.phase.is_deployed());
        let resources = stack
            .steps
            .iter()
            .filter(|step| step.progress == StepProgress::Done);
        let resources = resources.map(|step| json!({"id": self.cased(&step.id)}));
        let mut properties = json!({
            "mode": "Incremental",
            "outputResources": resources.collect::<Vec<Value>>(),
            "correlationId": guid(&["correlation", &stack.operation]),
            "provisioningState": stack.phase.deployment(),
            "timestamp": ended.unwrap_or(stack.began).to_string(),
            "duration": lasted(stack.began, ended.unwrap_or(now)),
        });
        if let Some(parameters) = stack.wanted.get("parameters").filter(|one| !one.is_null()) {
            properties["parameters"] = parameters.clone();
        }
        if let Some(outputs) = stack.outputs.as_object() {
            properties["outputs"] = self.show_outputs(outputs);
        }
        if let Phase::Failed(error) = &stack.phase {
            properties["error"] = error.document();
        }
        let mut shown = json!({
            "id": self.deployment_of(stack),
            "name": stack.deployment,
            "type": resource_type::DEPLOYMENT,
            "properties": properties,
        });
        if stack.is_deployment() && !stack.tags.is_null() {
            shown["tags"] = stack.tags.clone();
        }
        shown
    }

    /// One operation for each resource that has been asked for, and one for the outputs.
    fn operations_of(&self, now: Timestamp, stack: &Stack) -> Vec<Value> {
        let deployment = self.deployment_of(stack);
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
            Some(operation(&step.id, self.show_step(now, stack, step, began)))
        });
        let mut all: Vec<Value> = asked.collect();
        let ended = stack.steps.iter().filter_map(|step| step.ended).max();
        if let (Phase::DeletingResources | Phase::Succeeded, Some(at)) = (&stack.phase, ended) {
            let properties = json!({
                "provisioningOperation": "EvaluateDeploymentOutput",
                "provisioningState": "Succeeded",
                "timestamp": at.to_string(),
                "duration": lasted(at, at),
                "statusCode": "OK",
            });
            all.push(operation("outputs", properties));
        }
        all
    }

    fn show_step(&self, now: Timestamp, stack: &Stack, step: &Step, began: Timestamp) -> Value {
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
            "duration": lasted(began, step.ended.unwrap_or(now)),
            "statusCode": code,
            "targetResource": {
                "id": self.cased(&step.id),
                "resourceType": id.kind(),
                "resourceName": id.full_name(),
            },
        });
        if let StepProgress::Failed(error) = &step.progress {
            properties["statusMessage"] = json!({"status": "Failed", "error": error.document()});
        }
        properties
    }
}

impl Phase {
    /// Whether all of the template is there, or no more of it will be.
    fn is_deployed(&self) -> bool {
        !matches!(self, Self::Initializing | Self::Deploying)
    }

    /// The same as deployments call it.
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

/// How long it has lasted, as ISO 8601 writes it.
fn lasted(from: Timestamp, to: Timestamp) -> String {
    let milliseconds = to.duration_since(from).as_millis().max(0);
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!("PT{seconds}.{rest:03}S")
}
