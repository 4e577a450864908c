//! Shows a stack.

use azure::resource_type;
use serde_json::{Map, Value, json};

use super::super::id::ResourceId;
use super::super::settings::{Dialect, Settings};
use super::super::show::cased;
use super::model::{Phase, Stack, StepProgress};

/// A stack as a GET shows it.
pub(super) fn show_stack(settings: &Settings, stack: &Stack) -> Value {
    let failed_steps = stack.steps.iter().filter_map(|step| match &step.progress {
        StepProgress::Failed(error) => {
            Some(json!({"id": cased(settings, &step.id), "error": error.document()}))
        }
        _ => None,
    });
    let not_deleted = stack.managed.values().filter_map(|one| {
        let error = one.not_deleted.as_ref()?;
        Some(json!({"id": cased(settings, &one.id), "error": error.document()}))
    });
    let failed: Vec<Value> = failed_steps.chain(not_deleted).collect();
    let deny = stack.wanted["denySettings"]["mode"].clone();
    let managed = stack.managed.values().map(|one| {
        let status = if one.not_deleted.is_some() {
            "deleteFailed"
        } else {
            "managed"
        };
        json!({"id": cased(settings, &one.id), "status": status, "denyStatus": deny})
    });
    let references = |ids: &[String]| -> Vec<Value> {
        ids.iter()
            .map(|id| json!({"id": cased(settings, id)}))
            .collect()
    };
    let mut properties = json!({
        "provisioningState": stack.phase.word(stack.ending),
        "actionOnUnmanage": stack.wanted["actionOnUnmanage"],
        "denySettings": stack.wanted["denySettings"],
        "deploymentId": deployment_of(settings, stack),
        "duration": format!("PT{}S", stack.modified.duration_since(stack.created).as_secs().max(0)),
        "resources": managed.collect::<Vec<_>>(),
        "detachedResources": references(&stack.detached),
        "deletedResources": references(&stack.deleted),
        "failedResources": failed,
    });
    add_result(&mut properties, settings, stack);
    let mut document = json!({
        "id": cased(settings, &stack.id),
        "name": ResourceId::parse(&stack.id).name(),
        "type": resource_type::STACK,
        "systemData": {
            "createdByType": "Application",
            "createdAt": stack.created.to_string(),
            "lastModifiedByType": "Application",
            "lastModifiedAt": stack.modified.to_string(),
        },
        "properties": properties,
    });
    if !stack.tags.is_null() {
        document["tags"] = stack.tags.clone();
    }
    document
}

/// Adds what a stack and its deployment have in common: parameters, outputs and the error.
pub(super) fn add_result(properties: &mut Value, settings: &Settings, stack: &Stack) {
    if let Some(parameters) = stack.wanted.get("parameters").filter(|one| !one.is_null()) {
        properties["parameters"] = parameters.clone();
    }
    if let Some(outputs) = stack.outputs.as_object() {
        properties["outputs"] = show_outputs(settings, outputs);
    }
    if let Phase::Failed(error) = &stack.phase {
        properties["error"] = error.document();
    }
}

fn show_outputs(settings: &Settings, outputs: &Map<String, Value>) -> Value {
    let key = |key: &String| match settings.dialect {
        Dialect::Documented => key.clone(),
        Dialect::Recorded => camel_case(key),
    };
    Value::Object(
        outputs
            .iter()
            .map(|(name, one)| (key(name), one.clone()))
            .collect(),
    )
}

impl Phase {
    fn word(&self, ending: bool) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Deploying => "deploying",
            Self::DeletingResources if ending => "deleting",
            Self::DeletingResources => "deletingResources",
            Self::Succeeded => "succeeded",
            Self::Failed(_) => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// Converts a key as the stack's serialiser does: it lowers the capitals at the start, except the
/// last one before a letter that is not a capital.
fn camel_case(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    let is_capital = |index: usize| letters.get(index).is_some_and(char::is_ascii_uppercase);
    let last = |index: usize| index > 0 && index + 1 < letters.len() && !is_capital(index + 1);
    let end = (0..letters.len()).find(|index| !is_capital(*index) || last(*index));
    let end = end.unwrap_or(letters.len());
    let small = letters[..end].iter().map(char::to_ascii_lowercase);
    small.chain(letters[end..].iter().copied()).collect()
}

/// The id of a stack's deployment.
pub(super) fn deployment_of(settings: &Settings, stack: &Stack) -> String {
    let group = ResourceId::parse(&stack.id).scope().to_string();
    let name = &stack.deployment;
    cased(
        settings,
        &format!("{group}/providers/Microsoft.Resources/deployments/{name}"),
    )
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn keys_change_their_case_as_recorded() {
        let keys = [
            "STORAGE_ACCOUNT_ID",
            "webEndpoint",
            "WebEndpoint",
            "URL",
            "A",
        ];
        let changed = keys.map(camel_case);
        assert_eq!(
            changed,
            [
                "storagE_ACCOUNT_ID",
                "webEndpoint",
                "webEndpoint",
                "url",
                "a"
            ]
        );
    }
}
