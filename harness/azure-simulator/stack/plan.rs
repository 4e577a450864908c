//! Checks the request for a stack or a deployment before anything is created.

use serde_json::{Map, Value, json};

use super::super::id::ResourceId;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::{lookup, provider};
use super::expression::{EvaluationError, Scope};
use super::model::Step;
use super::template;

/// A checked template.
pub(super) struct Plan {
    pub(super) wanted: Value,
    pub(super) parameters: Map<String, Value>,
    pub(super) steps: Vec<Step>,
}

/// Checks a stack's template and parameters.
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
        if let Err(EvaluationError::Invalid(why)) = scope.evaluate(&step.body) {
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

/// Refuses resources of providers that are not registered.
pub(super) fn check_registered(state: &State, plan: &Plan) -> Result<(), Refusal> {
    let ids = plan.steps.iter().map(|step| ResourceId::parse(&step.id));
    let mut kinds = ids.filter_map(|id| Kind::of(&id.kind()?));
    kinds.try_for_each(|kind| provider::check_registered(state, kind.namespace()))
}

/// The group of an id in the form that expressions use.
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

impl From<EvaluationError> for Refusal {
    fn from(error: EvaluationError) -> Self {
        let (EvaluationError::Invalid(why) | EvaluationError::UnknownResource(why)) = error;
        template::invalid(format!(
            "Unable to process template language expressions: '{why}'."
        ))
    }
}

/// Refuses a stack without its required properties.
pub(super) fn check_properties(id: &ResourceId, properties: &Value) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if id.name().len() > 90 || !id.name().chars().all(allowed) {
        let message = format!(
            "The deployment stack name '{}' is not valid. It can have up to 90 letters, digits and -_.().",
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
    let is_given = properties.pointer(undeletable).is_some();
    let optional: Option<(&str, &[&str])> = is_given.then_some((undeletable, &["detach", "fail"]));
    for (pointer, words) in required.into_iter().chain(optional) {
        let word = properties
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !words.iter().any(|one| one.eq_ignore_ascii_case(word)) {
            let message = format!(
                "The property '{}' is required and must be one of: {}.",
                pointer[1..].replace('/', "."),
                words.join(", ")
            );
            return Err(Refusal::bad("InvalidDeploymentStackDefinition", message));
        }
    }
    Ok(())
}
