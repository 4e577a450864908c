//! Runs stacks: deploys resources in the order of their dependencies, then deletes those that the
//! template no longer contains.

use base::secret::Secret;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::cloud::Cloud;
use super::super::finish::finish;
use super::super::id::ResourceId;
use super::super::operation::Operation;
use super::super::refusal::Refusal;
use super::super::resource;
use super::super::settings::Settings;
use super::super::show::shown;
use super::super::state::State;
use super::expression::Scope;
use super::model::{Managed, PendingRemoval, Phase, Secrets, Stack, StepProgress};
use super::plan::{scope_of, variables};
use super::removal;
use super::template;

/// Advances every stack as far as possible at this time.
pub(in super::super) fn advance_stacks(cloud: &mut Cloud, at: Timestamp) {
    let active = cloud
        .state
        .stacks
        .iter()
        .filter(|(_, stack)| !stack.phase.is_terminal());
    let active: Vec<String> = active.map(|(key, _)| key.clone()).collect();
    for key in active {
        let Some(mut stack) = cloud.state.stacks.remove(&key) else {
            continue;
        };
        while advance(cloud, at, &mut stack) {}
        if stack.phase.is_terminal() {
            stack.modified = at;
            cloud.secrets.0.remove(&key);
        }
        let removed = stack.ending && stack.phase == Phase::Succeeded;
        let outcome = match &stack.phase {
            Phase::Succeeded => Some(Ok(())),
            Phase::Failed(error) => Some(Err(error.clone())),
            _ => None,
        };
        let operation = stack.operation.clone();
        if !removed {
            cloud.state.stacks.insert(key, stack);
        }
        if let Some(outcome) = outcome {
            finish(&mut cloud.state, &operation, at, outcome);
        }
    }
}

/// Advances a stack by one step. Returns false if nothing can be done now.
fn advance(cloud: &mut Cloud, at: Timestamp, stack: &mut Stack) -> bool {
    match stack.phase {
        Phase::Initializing => stack.phase = Phase::Deploying,
        Phase::Deploying => return deploy(cloud, at, stack),
        Phase::DeletingResources => return removal::delete_pending(cloud, at, stack),
        Phase::Succeeded | Phase::Failed(_) | Phase::Canceled => return false,
    }
    true
}

fn deploy(cloud: &mut Cloud, at: Timestamp, stack: &mut Stack) -> bool {
    for index in 0..stack.steps.len() {
        let StepProgress::Running(operation) = &stack.steps[index].progress else {
            continue;
        };
        let over = cloud
            .state
            .operations
            .get(operation)
            .and_then(|one| Some((one.outcome.clone()?, one.ends)));
        if let Some((outcome, ended)) = over {
            stack.steps[index].ended = ended.or(Some(at));
            stack.steps[index].progress =
                outcome.map_or_else(StepProgress::Failed, |()| StepProgress::Done);
            return true;
        }
    }
    let failed = stack
        .steps
        .iter()
        .any(|step| matches!(step.progress, StepProgress::Failed(_)));
    let done = |key: &String| {
        stack.steps.iter().any(|one| {
            one.progress == StepProgress::Done && ResourceId::parse(&one.id).key() == *key
        })
    };
    let ready = stack
        .steps
        .iter()
        .position(|step| step.progress == StepProgress::Waiting && step.after.iter().all(done));
    if let (Some(ready), false) = (ready, failed) {
        let progress = start_step(cloud, at, stack, ready);
        let step = &mut stack.steps[ready];
        step.progress =
            progress.unwrap_or_else(|refusal| StepProgress::Failed(refusal.in_deployment()));
        step.began = Some(at);
        let running = matches!(step.progress, StepProgress::Running(_));
        step.ended = (!running).then_some(at);
        return true;
    }
    if stack
        .steps
        .iter()
        .any(|step| matches!(step.progress, StepProgress::Running(_)))
    {
        return false;
    }
    end_deployment(cloud, stack);
    true
}

fn start_step(
    cloud: &mut Cloud,
    at: Timestamp,
    stack: &mut Stack,
    index: usize,
) -> Result<StepProgress, Refusal> {
    let step = stack.steps[index].clone();
    let id = ResourceId::parse(&step.id);
    if let Some(refusal) = cloud.script.stack_refusal("PUT", &step.id) {
        return Err(refusal);
    }
    let parameters = parameters(&cloud.secrets, stack);
    let body = evaluate(&cloud.settings, &cloud.state, stack, &parameters, |scope| {
        scope.evaluate(&step.body)
    })??;
    let accepted = resource::put(cloud, at, &id, &step.version, &body)?;
    let managed = Managed {
        id: step.id,
        not_deleted: None,
    };
    stack.managed.insert(id.key(), managed);
    let Some(operation) = accepted.operation else {
        return Ok(StepProgress::Done);
    };
    let armed = cloud
        .state
        .operations
        .get_mut(&operation)
        .and_then(|one: &mut Operation| one.fails.take());
    if let Some((_, error)) = armed {
        finish(&mut cloud.state, &operation, at, Err(error));
    }
    Ok(StepProgress::Running(operation))
}

/// Ends the deployment: fails it, or continues with the resources that the template no longer
/// contains.
fn end_deployment(cloud: &mut Cloud, stack: &mut Stack) {
    let failed: Vec<Refusal> = stack
        .steps
        .iter()
        .filter_map(|step| match &step.progress {
            StepProgress::Failed(error) => Some(error.clone().about(step.id.clone())),
            _ => None,
        })
        .collect();
    if !failed.is_empty() {
        let message = "One or more resources could not be deployed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.";
        stack.phase = Phase::Failed(Refusal::conflict("DeploymentFailed", message).because(failed));
        return;
    }
    let parameters = parameters(&cloud.secrets, stack);
    let template = stack.wanted["template"].clone();
    let outputs = evaluate(&cloud.settings, &cloud.state, stack, &parameters, |scope| {
        template::outputs(&template, scope)
    });
    match outputs.and_then(|outputs| outputs) {
        Ok(outputs) => stack.outputs = outputs,
        Err(error) => {
            stack.phase = Phase::Failed(error);
            return;
        }
    }
    let wanted: Vec<String> = stack
        .steps
        .iter()
        .map(|step| ResourceId::parse(&step.id).key())
        .collect();
    let unmanaged = stack.managed.keys().filter(|key| !wanted.contains(key));
    let unmanaged: Vec<String> = unmanaged.cloned().collect();
    let action = stack.wanted["actionOnUnmanage"]["resources"]
        .as_str()
        .unwrap_or_default();
    if action.eq_ignore_ascii_case("delete") {
        stack.leaving = unmanaged
            .iter()
            .map(|key| PendingRemoval::new(key))
            .collect();
    } else {
        let removed = unmanaged.iter().filter_map(|key| stack.managed.remove(key));
        stack.detached = removed.map(|one| one.id).collect();
    }
    stack.phase = Phase::DeletingResources;
}

/// The values of a stack's parameters. A restart of the process loses secure values. Azure would
/// keep them, so generated values replace them.
fn parameters(secrets: &Secrets, stack: &Stack) -> Map<String, Value> {
    let key = ResourceId::parse(&stack.id).key();
    if let Some(known) = secrets.0.get(&key) {
        return known.clone();
    }
    let template = &stack.wanted["template"];
    let mut given = stack.wanted["parameters"].clone();
    for name in template::secure(template) {
        let lost = Secret::generate();
        given[name.as_str()] = json!({"value": format!("Aa1{}", lost.reveal())});
    }
    template::parameters_of(template, &given).unwrap_or_default()
}

fn evaluate<T>(
    settings: &Settings,
    state: &State,
    stack: &Stack,
    parameters: &Map<String, Value>,
    with: impl FnOnce(&Scope<'_>) -> T,
) -> Result<T, Refusal> {
    let group = scope_of(state, &ResourceId::parse(&stack.id))?;
    let variables = variables(&stack.wanted["template"]);
    let reference = |id: &str| shown(settings, state, id);
    let scope = Scope {
        parameters,
        variables: &variables,
        group: &group,
        reference: &reference,
    };
    Ok(with(&scope))
}
