//! Objects that another user changed, and the algebra of comparing.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A Deployment as the API server returns it.
fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "resourceVersion": "7",
            "generation": 1,
            "managedFields": [{"manager": "harness", "time": "2026-01-01T00:00:00Z"}],
            "annotations": {"harness/digest": "0f3a", "harness/replicas": "1"},
        },
        "spec": {
            "replicas": 1,
            "template": {"spec": {"containers": [{
                "name": "web",
                "image": "web:1",
                "args": ["--fast"],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            }]}},
        },
        "status": {"readyReplicas": 1},
    })
}

fn lines(before: &Value, after: &Value) -> Vec<String> {
    let found = differences(before, after);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn fields_of_the_api_server_are_not_a_difference() {
    let mut later = deployment();
    later["status"]["readyReplicas"] = 0.into();
    later["metadata"]["annotations"]["harness/digest"] = "1b2c".into();
    for (key, value) in [
        ("resourceVersion", json!("8")),
        ("generation", json!(2)),
        ("managedFields", json!([])),
        ("uid", json!("5e0c")),
        ("creationTimestamp", json!("2026-01-01T00:00:00Z")),
    ] {
        later["metadata"][key] = value;
    }
    assert_eq!(lines(&deployment(), &later), Vec::<String>::new());
}

#[test]
fn each_different_property_is_shown_with_its_path_and_both_values() {
    let mut touched = deployment();
    touched["metadata"]["annotations"]["harness/replicas"] = "2".into();
    touched["metadata"]["labels"] = json!({"mine": "yes"});
    touched["spec"]["replicas"] = 3.into();
    let container = &mut touched["spec"]["template"]["spec"]["containers"][0];
    container["args"][0] = "--slow".into();
    container["env"] = json!([{"name": "C", "value": "3"}, {"name": "B", "value": "4"}]);
    insta::assert_snapshot!(lines(&touched, &deployment()).join("\n"), @r#"
    Deployment/web metadata.annotations['harness/replicas']: "2" -> "1"
    Deployment/web metadata.labels: {"mine":"yes"} -> (none)
    Deployment/web spec.replicas: 3 -> 1
    Deployment/web spec.template.spec.containers[name=web].args[0]: "--slow" -> "--fast"
    Deployment/web spec.template.spec.containers[name=web].env[name=C]: {"name":"C","value":"3"} -> (none)
    Deployment/web spec.template.spec.containers[name=web].env[name=A]: (none) -> {"name":"A","value":"1"}
    Deployment/web spec.template.spec.containers[name=web].env[name=B].value: "4" -> "2"
    "#);
}

#[test]
fn lists_with_another_order_or_length_are_shown_whole() {
    let mut touched = deployment();
    let container = &mut touched["spec"]["template"]["spec"]["containers"][0];
    container["args"] = json!(["--fast", "--safe"]);
    container["env"].as_array_mut().expect("a list").swap(0, 1);
    insta::assert_snapshot!(lines(&deployment(), &touched).join("\n"), @r#"
    Deployment/web spec.template.spec.containers[name=web].args: ["--fast"] -> ["--fast","--safe"]
    Deployment/web spec.template.spec.containers[name=web].env: [{"name":"A","value":"1"},{"name":"B","value":"2"}] -> [{"name":"B","value":"2"},{"name":"A","value":"1"}]
    "#);
}

#[test]
fn differences_of_a_secret_are_shown_without_values() {
    let secret = |password: &str, note: &str| {
        json!({
            "kind": "Secret",
            "metadata": {"name": "mysql", "annotations": {"note": note}},
            "data": {"password": password, "same": "c2FtZQ=="},
        })
    };
    let found = differences(&secret("aHVudGVyMg==", "old"), &secret("bmV3", "new"));
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "Secret/mysql data.password: differs",
            "Secret/mysql metadata.annotations.note: differs"
        ]
    );
    let told = format!("{found:?}{}", serde_json::json!(found));
    for value in ["aHVudGVyMg", "bmV3", "old", "c2FtZQ"] {
        assert!(!told.contains(value), "{told}");
    }
}

/// JSON in which equal keys and names are frequent.
fn json() -> impl Strategy<Value = Value> {
    let key = || prop::sample::select(vec!["a", "b", "name", "harness/c"]);
    let leaf = prop_oneof![
        Just(Value::Null),
        (0..3).prop_map(Value::from),
        key().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let object = |(map, name): (std::collections::BTreeMap<&str, Value>, Option<&str>)| {
            let mut object = json!(map);
            if let Some(name) = name {
                object["name"] = name.into();
            }
            object
        };
        let object = (
            btree_map(key(), inner.clone(), 0..4),
            prop::option::of(key()),
        )
            .prop_map(object);
        prop_oneof![
            object.clone(),
            vec(inner, 0..4).prop_map(Value::from),
            vec(object, 0..4).prop_map(Value::from),
        ]
    })
}

/// Applies the changes.
fn apply(mut value: Value, changes: &[Change]) -> Value {
    for change in changes {
        set(&mut value, &change.at, change.after.as_ref());
    }
    value
}

fn set(value: &mut Value, at: &[Step], after: Option<&Value>) {
    let Some((step, rest)) = at.split_first() else {
        return after.expect("it exists before and after").clone_into(value);
    };
    match (step, value) {
        (Step::Key(key), Value::Object(map)) => match (rest, after) {
            ([], None) => _ = map.remove(key),
            ([], Some(after)) => _ = map.insert(key.clone(), after.clone()),
            _ => set(map.get_mut(key).expect("it exists"), rest, after),
        },
        (Step::Index(index), Value::Array(list)) => set(&mut list[*index], rest, after),
        (Step::Named(name), Value::Array(list)) => {
            let place = list.iter().position(|element| element["name"] == *name);
            match (place, rest, after) {
                (Some(place), [], None) => _ = list.remove(place),
                (None, [], Some(after)) => list.push(after.clone()),
                (Some(place), ..) => set(&mut list[place], rest, after),
                (None, ..) => panic!("no element is called {name}"),
            }
        }
        (step, value) => panic!("{step:?} leads to nothing in {value}"),
    }
}

/// The value with its named lists in the order of the names, because a difference does not contain
/// the position of a new element.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), ordered(value)))
            .collect(),
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(ordered).collect();
            if named(&list).is_some() {
                list.sort_by_key(|element| element["name"].to_string());
            }
            list.into()
        }
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(value in json()) {
        prop_assert_eq!(changes(&value, &value), []);
    }

    #[test]
    fn different_values_have_differences(before in json(), after in json()) {
        prop_assert_eq!(changes(&before, &after).is_empty(), before == after);
    }

    #[test]
    fn the_changes_lead_from_one_to_the_other(before in json(), after in json()) {
        let reached = apply(before.clone(), &changes(&before, &after));
        prop_assert_eq!(ordered(&reached), ordered(&after));
    }

    #[test]
    fn the_reverse_difference_has_the_same_paths(before in json(), after in json()) {
        let there = changes(&before, &after);
        let back = changes(&after, &before);
        prop_assert_eq!(there.len(), back.len());
        for change in there {
            let same = Change { at: change.at, before: change.after, after: change.before };
            prop_assert!(back.contains(&same));
        }
    }
}
