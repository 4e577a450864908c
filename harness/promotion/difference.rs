//! What a promotion would change in Azure, without what only looks like a change. Pure.

use serde::Serialize;
use serde_json::Value;

use crate::azure::arm::{Act, Change, WhatIfState};

/// What would be done to a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its type, such as `Microsoft.Network/virtualNetworks`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What would be done: `create`, `modify`, `delete`, `detach` or `unknown`.
    pub act: &'static str,
    /// Whether Azure is sure of it.
    pub certain: bool,
    /// The properties that would change, with what they are and what they would be.
    pub properties: Vec<Property>,
}

/// A property that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Where it is.
    pub path: String,
    /// What it is.
    pub before: Value,
    /// What it would be.
    pub after: Value,
}

/// What would change. Azure fills in what a template does not say, and its what-if then tells that
/// it would be taken away, which it never is
/// (<https://github.com/Azure/arm-template-whatif/issues/128>): a resource for which there is
/// nothing else is not listed.
pub fn differences(state: &WhatIfState) -> Vec<Difference> {
    let changes = state.changes.resource_changes.iter();
    changes.filter_map(difference).collect()
}

fn difference(change: &Change) -> Option<Difference> {
    let properties = properties(change);
    let act = match change.act() {
        Act::Nothing => return None,
        Act::Modify if properties.is_empty() => return None,
        Act::Create => "create",
        Act::Modify => "modify",
        Act::Delete => "delete",
        Act::Detach => "detach",
        Act::Unknown => "unknown",
    };
    let id = change
        .id
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let (kind, name) = kind_and_name(&id);
    Some(Difference {
        kind,
        name,
        act,
        certain: change.change_certainty.eq_ignore_ascii_case("definite"),
        properties,
    })
}

fn properties(change: &Change) -> Vec<Property> {
    let mut all = Vec::new();
    let configuration = change.resource_configuration_changes.as_ref();
    if let Some(delta) = configuration.and_then(|it| it.get("delta")) {
        collect(delta, "", &mut all);
    }
    all
}

/// Walks a delta, whose entries may have entries of their own.
fn collect(delta: &Value, above: &str, all: &mut Vec<Property>) {
    for entry in delta.as_array().into_iter().flatten() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let path = match above {
            "" => text("path").to_owned(),
            above => format!("{above}.{}", text("path")),
        };
        if let Some(children) = entry.get("children").filter(|it| it.is_array()) {
            collect(children, &path, all);
            continue;
        }
        let kind = text("changeType");
        if kind.eq_ignore_ascii_case("delete") || kind.eq_ignore_ascii_case("noEffect") {
            continue;
        }
        let value = |key: &str| entry.get(key).cloned().unwrap_or(Value::Null);
        all.push(Property {
            path,
            before: value("before"),
            after: value("after"),
        });
    }
}

/// Type and name of what an id names: what comes after the last provider, in turn.
fn kind_and_name(id: &str) -> (String, String) {
    let Some((_, last)) = id.rsplit_once("/providers/") else {
        return (String::new(), id.to_owned());
    };
    let mut parts = last.split('/');
    let mut kind = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    while let Some(segment) = parts.next() {
        kind.extend(["/", segment]);
        names.extend(parts.next());
    }
    (kind, names.join("/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(changes: &Value) -> Vec<Difference> {
        let state = json!({"changes": {"resourceChanges": changes}});
        let state = serde_json::from_value(state).expect("a result");
        differences(&state)
    }

    #[test]
    fn what_only_azure_filled_in_is_no_change() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforMySQL/\
                  flexibleServers/m/databases/temporal";
        let noise = json!({"path": "properties.maintenanceWindow", "changeType": "Delete"});
        let real = json!({"path": "properties", "children": [
            {"path": "version", "changeType": "Modify", "before": "8.0", "after": "8.4"},
            {"path": "state", "changeType": "noEffect", "after": 1},
        ]});
        let change = |delta: Value| {
            json!({"id": id, "changeType": "modify", "changeCertainty": "Definite",
                   "resourceConfigurationChanges": {"delta": delta}})
        };
        assert_eq!(of(&json!([change(json!([noise]))])), []);
        let [difference] = &of(&json!([change(json!([noise, real]))]))[..] else {
            panic!("one");
        };
        assert_eq!(
            difference.kind,
            "Microsoft.DBforMySQL/flexibleServers/databases"
        );
        assert_eq!(
            (&*difference.name, difference.act),
            ("m/temporal", "modify")
        );
        assert!(difference.certain);
        assert_eq!(
            difference.properties,
            [Property {
                path: "properties.version".to_owned(),
                before: json!("8.0"),
                after: json!("8.4"),
            }]
        );
    }

    #[test]
    fn a_word_of_azures_that_is_new_is_told_and_nothing_is_not() {
        let changes = json!([
            {"id": "/x", "changeType": "noChange"},
            {"id": "/y", "changeType": "transmogrify"},
        ]);
        let acts: Vec<(String, &str)> = of(&changes)
            .into_iter()
            .map(|it| (it.name, it.act))
            .collect();
        assert_eq!(acts, [("/y".to_owned(), "unknown")]);
    }
}
