//! Reads what a stack or a deployment asks for, and refuses it before anything is made.

use serde_json::{Map, Value, json};

use super::super::id::ResourceId;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::{lookup, provider};
use super::expression::{Scope, Trouble};
use super::model::Step;
use super::template;

/// A template that has been read and found good.
pub(super) struct Plan {
    pub(super) wanted: Value,
    pub(super) parameters: Map<String, Value>,
    pub(super) steps: Vec<Step>,
}

/// Reads what a stack says, and refuses what cannot be.
pub(super) fn plan(state: &State, id: &ResourceId, properties: &Value) -> Result<Plan, Refusal> {
    let template = &properties["template"];
    let parameters = template::parameters_of(template, &properties["parameters"])?;
    let group = scope_of(state, id)?;
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
pub(super) fn registered_for(state: &State, plan: &Plan) -> Result<(), Refusal> {
    let ids = plan.steps.iter().map(|step| ResourceId::parse(&step.id));
    let mut kinds = ids.filter_map(|id| Kind::of(&id.kind()?));
    kinds.try_for_each(|kind| provider::registered(state, kind.namespace()))
}

/// The group of an id as expressions see it.
pub(super) fn scope_of(state: &State, id: &ResourceId) -> Result<Value, Refusal> {
    let group = lookup::group(state, id)?;
    let name = ResourceId::parse(&group.id);
    Ok(json!({"id": group.id, "name": name.name(), "location": group.location}))
}

pub(super) fn variables(template: &Value) -> Map<String, Value> {
    template["variables"]
        .as_object()
        .cloned()
        .unwrap_or_default()
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        let (Trouble::Wrong(why) | Trouble::Unknown(why)) = trouble;
        template::invalid(format!(
            "Unable to process template language expressions: '{why}'."
        ))
    }
}

/// Refuses a stack without what a stack has to have.
pub(super) fn checked(id: &ResourceId, properties: &Value) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if id.name().len() > 90 || !id.name().chars().all(allowed) {
        let message = format!(
            "The deployment stack name '{}' is not valid: at most 90 letters, digits, and -_.().",
            id.name()
        );
        return Err(Refusal::bad("InvalidDeploymentStackName", message));
    }
    let required: [(&str, &[&str]); 2] = [
        ("/actionOnUnmanage/resources", &["delete", "detach"]),
        (
            "/denySettings/mode",
            &["none", "denyDelete", "denyWriteAndDelete"],
        ),
    ];
    let undeletable = "/actionOnUnmanage/resourcesWithoutDeleteSupport";
    let said = properties.pointer(undeletable).is_some();
    let optional: Option<(&str, &[&str])> = said.then_some((undeletable, &["detach", "fail"]));
    for (pointer, words) in required.into_iter().chain(optional) {
        let word = properties
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !words.iter().any(|one| one.eq_ignore_ascii_case(word)) {
            let message = format!(
                "The property '{}' is required and is one of: {}.",
                pointer[1..].replace('/', "."),
                words.join(", ")
            );
            return Err(Refusal::bad("InvalidDeploymentStackDefinition", message));
        }
    }
    Ok(())
}
