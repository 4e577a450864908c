//! Reads a template: its parameters, its resources with their dependencies, and its outputs.

use serde_json::{Map, Value, json};

use super::super::id::ResourceId;
use super::super::kind::kind_of;
use super::super::refusal::Refusal;
use super::expression::{EvaluationError, Scope, id_of};
use super::model::{Step, StepProgress};

/// The parameter values: given ones and defaults.
pub(super) fn parameters_of(
    template: &Value,
    given: &Value,
) -> Result<Map<String, Value>, Refusal> {
    let none = Map::new();
    let defined = template["parameters"].as_object().unwrap_or(&none);
    let given = given.as_object().unwrap_or(&none);
    if let Some(unknown) = given.keys().find(|key| !defined.contains_key(*key)) {
        let message = format!(
            "Deployment template validation failed: 'The following parameters were supplied, but do not correspond to any parameters defined in the template: '{unknown}'. The parameters defined in the template are: '{}'.'.",
            defined.keys().cloned().collect::<Vec<_>>().join(", ")
        );
        return Err(invalid(message));
    }
    let value = |(name, definition): (&String, &Value)| {
        let value = given.get(name).map(|one| &one["value"]);
        let value = value.or_else(|| definition.get("defaultValue")).ok_or_else(|| {
            invalid(format!("Deployment template validation failed: 'The value for the template parameter '{name}' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.'."))
        })?;
        let kind = definition["type"]
            .as_str()
            .unwrap_or_default()
            .to_lowercase();
        let fits = match kind.as_str() {
            "string" | "securestring" => value.is_string(),
            "int" => value.is_i64(),
            "bool" => value.is_boolean(),
            "array" => value.is_array(),
            "object" | "secureobject" => value.is_object(),
            _ => false,
        };
        if fits {
            return Ok((name.clone(), value.clone()));
        }
        Err(invalid(format!(
            "Deployment template validation failed: 'Template parameter JToken type is not valid. Expected '{kind}' for '{name}'.'."
        )))
    };
    defined.iter().map(value).collect()
}

/// Names of the secure parameters.
pub(in super::super) fn secure(template: &Value) -> Vec<String> {
    let defined = template["parameters"].as_object().into_iter().flatten();
    let secure = defined.filter(|(_, one)| {
        one["type"]
            .as_str()
            .is_some_and(|kind| kind.to_lowercase().starts_with("secure"))
    });
    secure.map(|(name, _)| name.clone()).collect()
}

/// The resources of a template as steps.
pub(super) fn steps(template: &Value, scope: &Scope<'_>) -> Result<Vec<Step>, Refusal> {
    for field in ["$schema", "contentVersion"] {
        if !template[field].is_string() {
            return Err(invalid(format!(
                "Deployment template validation failed: 'Required property '{field}' not found in JSON.'."
            )));
        }
    }
    let Some(resources) = template["resources"].as_array() else {
        return Err(invalid(
            "Deployment template validation failed: 'Required property 'resources' not found in JSON.'.",
        ));
    };
    let mut steps = Vec::new();
    for resource in resources {
        collect_steps(resource, scope, None, &mut steps)?;
    }
    let ids: Vec<String> = steps
        .iter()
        .map(|step: &Step| ResourceId::parse(&step.id).key())
        .collect();
    for (index, id) in ids.iter().enumerate() {
        if ids[..index].contains(id) {
            return Err(invalid(format!(
                "Deployment template validation failed: 'The resource '{}' is defined multiple times in a template.'.",
                steps[index].id
            )));
        }
    }
    for step in &mut steps {
        resolve_dependencies(step, &ids)?;
    }
    check_acyclic(&steps)?;
    Ok(steps)
}

fn collect_steps(
    resource: &Value,
    scope: &Scope<'_>,
    parent: Option<&Step>,
    steps: &mut Vec<Step>,
) -> Result<(), Refusal> {
    let text = |field: &str| match scope.evaluate(&resource[field]) {
        Ok(Value::String(text)) => Ok(text),
        Ok(_) => Err(invalid(format!(
            "Deployment template validation failed: 'The template resource has no '{field}'.'."
        ))),
        Err(EvaluationError::Invalid(why) | EvaluationError::UnknownResource(why)) => Err(invalid(
            format!("Unable to process template language expressions: '{why}'."),
        )),
    };
    if !resource["copy"].is_null() || !resource["condition"].is_null() {
        return Err(invalid(
            "The simulated Azure supports neither 'copy' nor 'condition'.",
        ));
    }
    let (mut kind, mut name, version) = (text("type")?, text("name")?, text("apiVersion")?);
    if let Some(parent) = parent {
        let parent = ResourceId::parse(&parent.id);
        kind = format!("{}/{kind}", parent.kind().unwrap_or_default());
        name = format!("{}/{name}", parent.full_name());
    }
    let names: Vec<&str> = name.split('/').collect();
    if names.len() != kind.matches('/').count() {
        return Err(invalid(format!(
            "Deployment template validation failed: 'The template resource '{name}' for type '{kind}' has incorrect segment lengths.'."
        )));
    }
    let group = scope.group["id"].as_str().unwrap_or_default();
    let on = if resource["scope"].is_null() {
        group.to_owned()
    } else {
        text("scope")?
    };
    let on = if on.starts_with('/') {
        on
    } else {
        let (kind, names) = split(&on);
        id_of(group, &kind, &names)
    };
    let id = id_of(&on, &kind, &names);
    kind_of(&ResourceId::parse(&id), &version)?;
    let mut after = dependencies(resource, scope, &id)?;
    after.extend(parent.map(|parent| parent.id.clone()));
    let step = Step {
        id,
        version,
        body: Value::Object(body(resource)),
        after,
        progress: StepProgress::Waiting,
        began: None,
        ended: None,
    };
    steps.push(step.clone());
    let children = resource["resources"].as_array().into_iter().flatten();
    children
        .into_iter()
        .try_for_each(|child| collect_steps(child, scope, Some(&step), steps))
}

/// The properties of a resource without the entries that only structure the template.
fn body(resource: &Value) -> Map<String, Value> {
    let structure = [
        "type",
        "name",
        "apiVersion",
        "dependsOn",
        "scope",
        "resources",
        "comments",
    ];
    let entries = resource.as_object().cloned().unwrap_or_default();
    entries
        .into_iter()
        .filter(|(key, _)| !structure.contains(&key.as_str()))
        .collect()
}

/// The evaluated `dependsOn` of a resource.
fn dependencies(resource: &Value, scope: &Scope<'_>, id: &str) -> Result<Vec<String>, Refusal> {
    let depends = resource["dependsOn"].as_array().into_iter().flatten();
    depends
        .map(|one| match scope.evaluate(one) {
            Ok(Value::String(one)) => Ok(one),
            _ => Err(invalid(format!(
                "Deployment template validation failed: 'dependsOn' of '{id}' is not valid: {one}."
            ))),
        })
        .collect()
}

/// Splits `Microsoft.Network/virtualNetworks/name` into the type and the names.
fn split(text: &str) -> (String, Vec<&str>) {
    let parts: Vec<&str> = text.split('/').collect();
    let (namespace, rest) = parts
        .split_first()
        .map_or(("", &[][..]), |(first, rest)| (*first, rest));
    let kinds = rest.iter().step_by(2).copied();
    let kind = std::iter::once(namespace)
        .chain(kinds)
        .collect::<Vec<_>>()
        .join("/");
    (kind, rest.iter().skip(1).step_by(2).copied().collect())
}

/// Replaces the dependencies of a step by keys, and adds the resources that its expressions refer
/// to.
fn resolve_dependencies(step: &mut Step, ids: &[String]) -> Result<(), Refusal> {
    let own = ResourceId::parse(&step.id).key();
    let mut after = Vec::new();
    for one in &step.after {
        let wanted = one.to_lowercase();
        let found = ids.iter().find(|id| {
            **id == wanted
                || (!wanted.starts_with('/') && {
                    let id = ResourceId::parse(id);
                    let name = id.full_name();
                    name == wanted || wanted.ends_with(&format!("/{name}"))
                })
        });
        after.push(found.cloned().ok_or_else(|| {
            invalid(format!("Deployment template validation failed: 'The resource '{one}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details.'."))
        })?);
    }
    let text = step.body.to_string().to_lowercase();
    let referred = ids
        .iter()
        .filter(|id| **id != own && text.contains(&format!("reference('{id}'")));
    after.extend(referred.cloned());
    after.sort();
    after.dedup();
    step.after = after;
    Ok(())
}

fn check_acyclic(steps: &[Step]) -> Result<(), Refusal> {
    let mut left: Vec<(String, &Step)> = steps
        .iter()
        .map(|step| (ResourceId::parse(&step.id).key(), step))
        .collect();
    loop {
        let keys: Vec<String> = left.iter().map(|(key, _)| key.clone()).collect();
        let before = left.len();
        left.retain(|(_, step)| step.after.iter().any(|one| keys.contains(one)));
        match left.first() {
            None => return Ok(()),
            Some((_, step)) if left.len() == before => {
                return Err(invalid(format!(
                    "Deployment template validation failed: 'Circular dependency detected on resource: '{}'.'.",
                    step.id
                )));
            }
            Some(_) => {}
        }
    }
}

/// The evaluated outputs of a template.
pub(super) fn outputs(template: &Value, scope: &Scope<'_>) -> Result<Value, Refusal> {
    let outputs = template["outputs"].as_object().into_iter().flatten();
    let one = |(name, output): (&String, &Value)| match scope.evaluate(&output["value"]) {
        Ok(value) => Ok((
            name.clone(),
            json!({"type": output["type"], "value": value}),
        )),
        Err(EvaluationError::Invalid(why) | EvaluationError::UnknownResource(why)) => {
            let message = format!("The template output '{name}' is not valid: {why}.");
            Err(Refusal::bad("DeploymentOutputEvaluationFailed", message).about(name.clone()))
        }
    };
    outputs
        .map(one)
        .collect::<Result<Map<_, _>, _>>()
        .map(Value::Object)
}

/// The refusal of an invalid template.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::bad("InvalidTemplate", message)
}
