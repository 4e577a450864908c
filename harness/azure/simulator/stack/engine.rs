//! Carries stacks out: deploys in the order of what waits for what, then takes away what is no
//! longer wanted.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::cloud::Cloud;
use super::super::id::ResourceId;
use super::super::kind::Kind;
use super::super::operation::Operation;
use super::super::refusal::Refusal;
use super::expression::{Scope, Trouble};
use super::template::{self, StepProgress};
use super::{Leaving, Managed, Phase, Stack};
use crate::secret::Secret;

/// A template that has been read and found good.
pub(super) struct Plan {
    pub(super) wanted: Value,
    pub(super) parameters: Map<String, Value>,
    pub(super) steps: Vec<template::Step>,
}

impl Cloud {
    /// Reads what a stack says, and refuses what cannot be.
    pub(super) fn plan(&self, id: &ResourceId, properties: &Value) -> Result<Plan, Refusal> {
        let template = &properties["template"];
        let parameters = template::parameters_of(template, &properties["parameters"])?;
        let group = self.scope_of(id)?;
        let variables = variables(template);
        let scope = Scope {
            parameters: &parameters,
            variables: &variables,
            group: &group,
            reference: &|_| None,
        };
        let steps = template::steps(template, &scope)?;
        for step in &steps {
            if let Err(Trouble::Wrong(why)) = scope.evaluate(&step.body) {
                let message = format!(
                    "Unable to process template language expressions for resource '{}': '{why}'.",
                    step.id
                );
                return Err(template::invalid(message));
            }
        }
        let mut wanted = properties.clone();
        for name in template::secure(template) {
            if let Some(given) = wanted["parameters"].as_object_mut() {
                given.remove(&name);
            }
        }
        Ok(Plan {
            wanted,
            parameters,
            steps,
        })
    }

    /// Refuses what the subscription is not registered for.
    pub(super) fn registered_for(&self, plan: &Plan) -> Result<(), Refusal> {
        let ids = plan.steps.iter().map(|step| ResourceId::parse(&step.id));
        let mut kinds = ids.filter_map(|id| Kind::of(&id.kind()?));
        kinds.try_for_each(|kind| self.registered(kind.namespace()))
    }

    /// The group of an id as expressions see it.
    pub(super) fn scope_of(&self, id: &ResourceId) -> Result<Value, Refusal> {
        let group = self.group(id)?;
        let name = ResourceId::parse(&group.id);
        Ok(json!({"id": group.id, "name": name.name(), "location": group.location}))
    }

    /// Carries every stack on as far as it goes at a time.
    pub(in super::super) fn advance_stacks(&mut self, at: Timestamp) {
        let active = self
            .state
            .stacks
            .iter()
            .filter(|(_, stack)| !stack.phase.is_terminal());
        let active: Vec<String> = active.map(|(key, _)| key.clone()).collect();
        for key in active {
            let Some(mut stack) = self.state.stacks.remove(&key) else {
                continue;
            };
            while self.advance(at, &mut stack) {}
            if stack.phase.is_terminal() {
                stack.modified = at;
                self.secrets.0.remove(&key);
            }
            let gone = stack.ending && stack.phase == Phase::Succeeded;
            let outcome = match &stack.phase {
                Phase::Succeeded => Some(Ok(())),
                Phase::Failed(error) => Some(Err(error.clone())),
                _ => None,
            };
            let operation = stack.operation.clone();
            if !gone {
                self.state.stacks.insert(key, stack);
            }
            if let Some(outcome) = outcome {
                self.finish(&operation, at, outcome);
            }
        }
    }

    /// Carries a stack on by one thing; false if nothing is left to do now.
    fn advance(&mut self, at: Timestamp, stack: &mut Stack) -> bool {
        match stack.phase {
            Phase::Initializing => stack.phase = Phase::Deploying,
            Phase::Deploying => return self.deploy(at, stack),
            Phase::DeletingResources => return self.clear(at, stack),
            Phase::Succeeded | Phase::Failed(_) | Phase::Canceled => return false,
        }
        true
    }

    fn deploy(&mut self, at: Timestamp, stack: &mut Stack) -> bool {
        for index in 0..stack.steps.len() {
            let StepProgress::Running(operation) = &stack.steps[index].progress else {
                continue;
            };
            let over = self
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
            let progress = self.carry_out(at, stack, ready);
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
        self.deployed(stack);
        true
    }

    fn carry_out(
        &mut self,
        at: Timestamp,
        stack: &mut Stack,
        index: usize,
    ) -> Result<StepProgress, Refusal> {
        let step = stack.steps[index].clone();
        let id = ResourceId::parse(&step.id);
        if let Some(refusal) = self.script.refuses("PUT", &step.id) {
            return Err(refusal);
        }
        let parameters = self.parameters(stack);
        let body = self.evaluate(stack, &parameters, |scope| scope.evaluate(&step.body))??;
        let accepted = self.put(at, &id, &step.version, &body)?;
        let managed = Managed {
            id: step.id,
            not_deleted: None,
        };
        stack.managed.insert(id.key(), managed);
        let Some(operation) = accepted.operation else {
            return Ok(StepProgress::Done);
        };
        let armed = self
            .state
            .operations
            .get_mut(&operation)
            .and_then(|one: &mut Operation| one.fails.take());
        if let Some((_, error)) = armed {
            self.finish(&operation, at, Err(error));
        }
        Ok(StepProgress::Running(operation))
    }

    /// With all there or something failed: what is to go, or the end.
    fn deployed(&mut self, stack: &mut Stack) {
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
            stack.phase =
                Phase::Failed(Refusal::conflict("DeploymentFailed", message).because(failed));
            return;
        }
        let parameters = self.parameters(stack);
        let template = stack.wanted["template"].clone();
        let outputs = self.evaluate(stack, &parameters, |scope| {
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
            stack.leaving = unmanaged.iter().map(|key| Leaving::new(key)).collect();
        } else {
            let gone = unmanaged.iter().filter_map(|key| stack.managed.remove(key));
            stack.detached = gone.map(|one| one.id).collect();
        }
        stack.phase = Phase::DeletingResources;
    }

    /// The values of a stack's parameters. Those that nobody may read are forgotten with the
    /// process; Azure would still have them, so something takes their place.
    fn parameters(&self, stack: &Stack) -> Map<String, Value> {
        let key = ResourceId::parse(&stack.id).key();
        if let Some(known) = self.secrets.0.get(&key) {
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
        &self,
        stack: &Stack,
        parameters: &Map<String, Value>,
        with: impl FnOnce(&Scope<'_>) -> T,
    ) -> Result<T, Refusal> {
        let group = self.scope_of(&ResourceId::parse(&stack.id))?;
        let variables = variables(&stack.wanted["template"]);
        let reference = |id: &str| self.shown(id);
        let scope = Scope {
            parameters,
            variables: &variables,
            group: &group,
            reference: &reference,
        };
        Ok(with(&scope))
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        let (Trouble::Wrong(why) | Trouble::Unknown(why)) = trouble;
        template::invalid(format!(
            "Unable to process template language expressions: '{why}'."
        ))
    }
}

pub(super) fn variables(template: &Value) -> Map<String, Value> {
    template["variables"]
        .as_object()
        .cloned()
        .unwrap_or_default()
}
