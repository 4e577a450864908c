//! The constraints of a value, and the combinations of constraints that the server looks up.

use std::collections::BTreeMap;

use serde_json::Value;

use super::kind::Found;
use super::list::Precedence;
use crate::document::suggestion;

/// The names of constraints (`convertYamlConstraints` in `common/dynamicconfig/yaml_loader.go` of
/// the server's source).
pub(super) const NAMES: [&str; 8] = [
    NAMESPACE,
    NAMESPACE_ID,
    TASK_QUEUE_NAME,
    TASK_TYPE,
    SHARD_ID,
    HISTORY_TASK_TYPE,
    DESTINATION,
    CHASM_TASK_TYPE,
];

pub(super) const NAMESPACE: &str = "namespace";
const NAMESPACE_ID: &str = "namespaceID";
const TASK_QUEUE_NAME: &str = "taskQueueName";
const TASK_TYPE: &str = "taskType";
const SHARD_ID: &str = "shardID";
const HISTORY_TASK_TYPE: &str = "historyTaskType";
const DESTINATION: &str = "destination";
const CHASM_TASK_TYPE: &str = "chasmTaskType";

/// The task types of a task queue.
const TASK_TYPES: [&str; 3] = ["Workflow", "Activity", "Nexus"];

/// The task types of a history shard (`TaskType` in the server's `api/enums/v1`).
const HISTORY_TASK_TYPES: [&str; 33] = [
    "ReplicationHistory",
    "ReplicationSyncActivity",
    "TransferWorkflowTask",
    "TransferActivityTask",
    "TransferCloseExecution",
    "TransferCancelExecution",
    "TransferStartChildExecution",
    "TransferSignalExecution",
    "TransferResetWorkflow",
    "WorkflowTaskTimeout",
    "ActivityTimeout",
    "UserTimer",
    "WorkflowRunTimeout",
    "DeleteHistoryEvent",
    "ActivityRetryTimer",
    "WorkflowBackoffTimer",
    "VisibilityStartExecution",
    "VisibilityUpsertExecution",
    "VisibilityCloseExecution",
    "VisibilityDeleteExecution",
    "TransferDeleteExecution",
    "ReplicationSyncWorkflowState",
    "ArchivalArchiveExecution",
    "StateMachineOutbound",
    "StateMachineTimer",
    "WorkflowExecutionTimeout",
    "ReplicationSyncHsm",
    "ReplicationSyncVersionedTransition",
    "ChasmPure",
    "Chasm",
    "ReplicationDeleteExecution",
    "WorkerCommands",
    "TimeskippingTimer",
];

/// Checks constraints and returns them with the spelling of the server. `precedence` is `None` for
/// an unknown setting; then the combination of constraints is not checked.
pub(super) fn read(
    written: &Value,
    precedence: Option<Precedence>,
) -> Result<BTreeMap<String, Value>, String> {
    let entries = written.as_object().ok_or_else(|| {
        let found = Found(written);
        format!("expected `constraints` as a map (such as `{{namespace: orders}}`), found {found}")
    })?;
    let mut constraints = BTreeMap::new();
    for (name, value) in entries {
        let known = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name));
        let Some(known) = known else {
            return Err(format!(
                "unknown constraint `{name}`{}",
                suggestion(name, &NAMES)
            ));
        };
        self::value(known, value)?;
        if constraints
            .insert((*known).to_owned(), value.clone())
            .is_some()
        {
            return Err(format!("constraint `{known}` is given more than once"));
        }
    }
    if let Some(precedence) = precedence {
        combination(&constraints, precedence)?;
    }
    Ok(constraints)
}

/// Checks the value of one constraint.
fn value(name: &str, value: &Value) -> Result<(), String> {
    let (good, expected) = match name {
        SHARD_ID => (
            value
                .as_i64()
                .is_some_and(|shard| (1..=i64::from(i32::MAX)).contains(&shard)),
            "a shard number from 1".to_owned(),
        ),
        TASK_TYPE => (
            is_one_of(value, &TASK_TYPES, "TASK_QUEUE_TYPE_"),
            "`Workflow`, `Activity` or `Nexus`".to_owned(),
        ),
        HISTORY_TASK_TYPE => {
            let word = value.as_str().unwrap_or_default();
            (
                is_one_of(value, &HISTORY_TASK_TYPES, "TASK_TYPE_"),
                format!("a type of history task{}", example(word)),
            )
        }
        _ => (
            value.as_str().is_some_and(|text| !text.is_empty()),
            "a string".to_owned(),
        ),
    };
    if good {
        return Ok(());
    }
    Err(format!(
        "constraint `{name}`: expected {expected}, found {}",
        Found(value)
    ))
}

fn example(word: &str) -> String {
    let meant = crate::document::did_you_mean(word, HISTORY_TASK_TYPES);
    let meant = meant.unwrap_or("TransferActivityTask");
    format!(" (such as `{meant}`)")
}

/// Whether a value is one of the names, in the form of Temporal or of Protobuf, or a number.
fn is_one_of(value: &Value, names: &[&str], prefix: &str) -> bool {
    let shouted = |name: &&str| {
        let upper = name.char_indices().map(|(at, letter)| {
            let gap = if at > 0 && letter.is_uppercase() {
                "_"
            } else {
                ""
            };
            format!("{gap}{}", letter.to_uppercase())
        });
        format!("{prefix}{}", upper.collect::<String>())
    };
    match value {
        Value::String(text) => names
            .iter()
            .any(|name| name == text || shouted(name) == *text),
        Value::Number(number) => number
            .as_i64()
            .is_some_and(|number| (1..=99).contains(&number)),
        _ => false,
    }
}

/// Checks that the server looks up values with this combination of constraints. It looks up only
/// some combinations (`Get` of each kind of setting in `common/dynamicconfig/setting_gen.go`).
fn combination(
    constraints: &BTreeMap<String, Value>,
    precedence: Precedence,
) -> Result<(), String> {
    let allowed = precedence.combinations();
    let has = |names: &&&[&str]| {
        names.len() == constraints.len() && names.iter().all(|name| constraints.contains_key(*name))
    };
    if constraints.is_empty() || allowed.iter().any(|names| has(&names)) {
        return Ok(());
    }
    let taken: Vec<String> = allowed
        .iter()
        .map(|names| format!("`{}`", names.join("` with `")))
        .collect();
    let given: Vec<&str> = constraints.keys().map(String::as_str).collect();
    let given = given.join("` with `");
    Err(match taken.as_slice() {
        [] => format!(
            "this setting applies to the whole cluster and allows no constraints, found `{given}`"
        ),
        [only] => format!("this setting allows the constraint {only}, found `{given}`"),
        [most @ .., last] => format!(
            "this setting allows the constraints {} or {last}, found `{given}`",
            most.join(", ")
        ),
    })
}

impl Precedence {
    /// The combinations of constraints that the server looks up, without the empty one.
    pub(super) fn combinations(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Global => &[],
            Self::Namespace => &[&[NAMESPACE]],
            Self::NamespaceId => &[&[NAMESPACE_ID]],
            Self::TaskQueue => &[
                &[NAMESPACE],
                &[TASK_QUEUE_NAME],
                &[NAMESPACE, TASK_QUEUE_NAME],
                &[NAMESPACE, TASK_QUEUE_NAME, TASK_TYPE],
            ],
            Self::ShardId => &[&[SHARD_ID]],
            Self::TaskType => &[&[HISTORY_TASK_TYPE]],
            Self::Destination => &[&[NAMESPACE], &[DESTINATION], &[NAMESPACE, DESTINATION]],
            Self::ChasmTaskType => &[&[CHASM_TASK_TYPE]],
        }
    }
}
