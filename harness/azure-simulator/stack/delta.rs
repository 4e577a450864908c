//! The changes that a stack would make to each resource and property.

use serde_json::{Map, Value, json};

use super::super::id::ResourceId;
use super::super::refusal::Refusal;
use super::super::settings::{Dialect, Settings};
use super::super::show::{cased, shown};
use super::super::state::State;
use super::expression::Scope;
use super::model::Stack;
use super::plan::{Plan, scope_of, variables};

/// A resource of a template before and after.
pub(super) struct PlannedChange {
    pub(super) id: String,
    pub(super) version: String,
    /// The existing resource.
    pub(super) before: Option<Value>,
    pub(super) after: Value,
    /// The changes of properties of an existing resource.
    pub(super) delta: Option<Vec<Value>>,
}

impl PlannedChange {
    /// The type of change, as a stack's what-if names it.
    pub(super) fn kind(&self) -> &'static str {
        match &self.delta {
            None => "create",
            Some(delta) if delta.is_empty() => "noChange",
            Some(_) => "modify",
        }
    }
}

pub(super) fn changes(
    settings: &Settings,
    state: &State,
    id: &ResourceId,
    plan: &Plan,
) -> Result<Value, Refusal> {
    let stack = plan.wanted["deploymentStackResourceId"]
        .as_str()
        .unwrap_or_default();
    let stack = state.stacks.get(&ResourceId::parse(stack).key());
    let mut changes = changes_by_template(settings, state, id, plan, stack)?;
    changes.extend(changes_by_absence(settings, state, plan, stack));
    let before = stack.map(|stack| &stack.wanted["denySettings"]);
    Ok(json!({
        "resourceChanges": changes,
        "denySettingsChange": deny_change(before, &plan.wanted["denySettings"]),
        "deploymentScopeChange": {},
    }))
}

/// The recordings have a word that is not in the description.
fn not_managed(settings: &Settings) -> &'static str {
    match settings.dialect {
        Dialect::Documented => "unmanaged",
        Dialect::Recorded => "notManaged",
    }
}

/// The change of each resource in the template.
fn changes_by_template(
    settings: &Settings,
    state: &State,
    id: &ResourceId,
    plan: &Plan,
    stack: Option<&Stack>,
) -> Result<Vec<Value>, Refusal> {
    let deny = &plan.wanted["denySettings"]["mode"];
    let changes = planned_changes(settings, state, id, plan)?
        .into_iter()
        .map(|planned| {
            let kind = planned.kind();
            let key = ResourceId::parse(&planned.id).key();
            let is_managed = stack.is_some_and(|one| one.managed.contains_key(&key));
            let was = if is_managed {
                "managed"
            } else {
                not_managed(settings)
            };
            let mut change = change(&cased(settings, &planned.id), kind, was, "managed", deny);
            change["apiVersion"] = json!(planned.version);
            let delta = planned.delta.unwrap_or_default();
            let mut configuration = json!({"after": planned.after, "delta": delta});
            if let Some(before) = planned.before {
                configuration["before"] = before;
            }
            change["resourceConfigurationChanges"] = configuration;
            change
        });
    Ok(changes.collect())
}

/// Each resource of a template before and after.
pub(super) fn planned_changes(
    settings: &Settings,
    state: &State,
    id: &ResourceId,
    plan: &Plan,
) -> Result<Vec<PlannedChange>, Refusal> {
    let group = scope_of(state, id)?;
    let template = &plan.wanted["template"];
    let variables = variables(template);
    let mut parameters = plan.parameters.clone();
    // An expression with a secure parameter is not evaluated, so that its value is not shown.
    for name in super::template::secure(template) {
        parameters.remove(&name);
    }
    let scope = Scope {
        parameters: &parameters,
        variables: &variables,
        group: &group,
        reference: &|_| None,
    };
    let planned_changes = plan.steps.iter().map(|step| {
        let after = scope.evaluate_known(&step.body);
        let before = shown(settings, state, &step.id);
        let delta = before.as_ref().map(|before| delta(before, &after));
        PlannedChange {
            id: step.id.clone(),
            version: step.version.clone(),
            before,
            after,
            delta,
        }
    });
    Ok(planned_changes.collect())
}

/// The change of each resource that the stack manages and the template no longer contains.
fn changes_by_absence(
    settings: &Settings,
    state: &State,
    plan: &Plan,
    stack: Option<&Stack>,
) -> Vec<Value> {
    let action = &plan.wanted["actionOnUnmanage"]["resources"];
    let deletes = action
        .as_str()
        .is_some_and(|action| action.eq_ignore_ascii_case("delete"));
    let action = if deletes { "delete" } else { "detach" };
    let deny = &plan.wanted["denySettings"]["mode"];
    let steps = plan.steps.iter();
    let kept: Vec<String> = steps
        .map(|step| ResourceId::parse(&step.id).key())
        .collect();
    let managed = stack.into_iter().flat_map(|stack| &stack.managed);
    let removed = managed.filter(|(key, _)| !kept.contains(key));
    removed
        .map(|(_, one)| {
            let id = cased(settings, &one.id);
            let mut change = change(&id, action, "managed", not_managed(settings), deny);
            let before = shown(settings, state, &one.id);
            change["resourceConfigurationChanges"] = json!({"before": before, "delta": []});
            change
        })
        .collect()
}

fn change(id: &str, kind: &str, was: &str, is: &str, deny: &Value) -> Value {
    let denied = |status: &str| {
        if status == "managed" {
            deny.clone()
        } else {
            json!("none")
        }
    };
    json!({
        "id": id,
        "type": ResourceId::parse(id).kind(),
        "changeType": kind,
        "changeCertainty": "definite",
        "managementStatusChange": {"before": was, "after": is},
        "denyStatusChange": {"before": denied(was), "after": denied(is)},
    })
}

/// The change of the deny settings. Azure writes them with capitals, and booleans as text.
fn deny_change(before: Option<&Value>, after: &Value) -> Value {
    let settings_of = |settings: &Value| {
        json!({
            "mode": capital(settings["mode"].as_str().unwrap_or("none")),
            "applyToChildScopes": settings["applyToChildScopes"] == true,
        })
    };
    let (was, is) = (before.map(settings_of), settings_of(after));
    let words = |settings: &Value, key: &str| match &settings[key] {
        Value::Bool(yes) => json!(if *yes { "True" } else { "False" }),
        other => other.clone(),
    };
    let pairs = [
        ("mode", "Mode"),
        ("applyToChildScopes", "ApplyToChildScopes"),
    ];
    let delta = pairs.into_iter().filter_map(|(key, path)| {
        let before = was.as_ref().map_or(Value::Null, |was| words(was, key));
        let after = words(&is, key);
        (before != after).then(
            || json!({"path": path, "changeType": "modify", "before": before, "after": after}),
        )
    });
    let delta: Vec<Value> = delta.collect();
    json!({"before": was, "after": is, "delta": delta})
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The changes of properties by a PUT: properties in the request that differ, and entries of lists
/// and tags that the request leaves out. An unevaluated expression differs from every value.
fn delta(before: &Value, after: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for (key, value) in after.as_object().into_iter().flatten() {
        if key != "tags" {
            compare(key, &before[key], value, &mut all);
        }
    }
    all.extend(tags(&before["tags"], &after["tags"]));
    all
}

/// The changes of tags. A PUT replaces all tags. Names ignore case, values do not.
///
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>
fn tags(before: &Value, after: &Value) -> Vec<Value> {
    let (was, is) = match (before, after) {
        (Value::Null, Value::Null) => return Vec::new(),
        (Value::Null, is) => {
            return vec![json!({"path": "tags", "changeType": "create", "after": is})];
        }
        (was, Value::Null) => {
            return vec![json!({"path": "tags", "changeType": "delete", "before": was})];
        }
        (was, is) => (was, is),
    };
    let all = |tags: &Value| tags.as_object().cloned().unwrap_or_default();
    let (was, is) = (all(was), all(is));
    let named = |tags: &Map<String, Value>, name: &str| {
        let mut tags = tags.iter();
        let found = tags.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    let change = |name: &str, kind: &str, before: Option<Value>, after: Option<&Value>| json!({"path": format!("tags.{name}"), "changeType": kind, "before": before, "after": after});
    let changed = is.iter().filter_map(|(name, is)| match named(&was, name) {
        None => Some(change(name, "create", None, Some(is))),
        Some(was) if was == *is => None,
        Some(was) => Some(change(name, "modify", Some(was), Some(is))),
    });
    let removed = was.iter().filter(|(name, _)| named(&is, name).is_none());
    let removed = removed.map(|(name, was)| change(name, "delete", Some(was.clone()), None));
    changed.chain(removed).collect()
}

fn compare(path: &str, before: &Value, after: &Value, all: &mut Vec<Value>) {
    let mut changed = |kind: &str| {
        all.push(json!({"path": path, "changeType": kind, "before": before, "after": after}));
    };
    match (before, after) {
        (Value::String(was), Value::String(is)) if was.eq_ignore_ascii_case(is) => {}
        (was, is) if was == is => {}
        (Value::Null, _) => changed("create"),
        (Value::Object(was), Value::Object(is)) => {
            for (key, after) in is {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                compare(&path, was.get(key).unwrap_or(&Value::Null), after, all);
            }
        }
        (Value::Array(was), Value::Array(is)) => {
            let children = entries(was, is);
            if !children.is_empty() {
                all.push(json!({"path": path, "changeType": "array", "children": children}));
            }
        }
        _ => changed("modify"),
    }
}

/// The changes of list entries. Entries with names are matched by name, others by index.
fn entries(was: &[Value], is: &[Value]) -> Vec<Value> {
    let name = |entry: &Value| Some(entry.get("name")?.as_str()?.to_lowercase());
    let named = was.iter().chain(is).all(|entry| name(entry).is_some());
    let same = |(index, one): (usize, &Value), (other_index, other): (usize, &Value)| {
        if named {
            name(one) == name(other)
        } else {
            index == other_index
        }
    };
    let mut children = Vec::new();
    for (index, after) in is.iter().enumerate() {
        let before = was
            .iter()
            .enumerate()
            .find(|other| same((index, after), *other));
        let path = index.to_string();
        match before.map(|(_, before)| before) {
            None => children.push(json!({"path": path, "changeType": "create", "after": after})),
            Some(before) if before.is_object() && after.is_object() => {
                let mut inner = Vec::new();
                compare("", before, after, &mut inner);
                if !inner.is_empty() {
                    children.push(json!({"path": path, "changeType": "modify", "children": inner}));
                }
            }
            Some(before) => compare(&path, before, after, &mut children),
        }
    }
    for (index, before) in was.iter().enumerate() {
        let kept = is
            .iter()
            .enumerate()
            .any(|other| same((index, before), other));
        if !kept {
            let path = index.max(is.len()).to_string();
            children.push(json!({"path": path, "changeType": "delete", "before": before}));
        }
    }
    children
}
