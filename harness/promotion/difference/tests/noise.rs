//! False changes.

use serde_json::json;

use super::*;

#[test]
fn an_expression_or_an_unreadable_value_is_no_change() {
    let reference = "[reference('/i', '2023-01-31').principalId]";
    let entry = |path: &str, before: Value, after: Value| json!({"path": path, "changeType": "modify", "before": before, "after": after});
    for nothing in [
        entry("properties.principalId", json!("1"), json!(reference)),
        entry(
            "properties.identityProfile",
            json!({"kubelet": {"clientId": "1", "resourceId": "/I"}}),
            json!({"kubelet": {"clientId": reference, "resourceId": "/i"}}),
        ),
        entry(
            "properties.administratorLoginPassword",
            json!(null),
            json!("*******"),
        ),
        entry(
            "properties.kubernetesVersion",
            json!("1.35.7"),
            json!("1.35"),
        ),
        entry(
            "properties.apiServerAccessProfile",
            json!(null),
            json!({"enablePrivateCluster": false, "authorizedIPRanges": []}),
        ),
    ] {
        assert_eq!(modified(&json!([nothing])), [], "{nothing}");
    }
    for (something, path) in [
        (entry("tags.team", json!("A"), json!("a")), "tags.team"),
        (
            entry("properties.note", json!("x"), json!("[[x]")),
            "properties.note",
        ),
        (
            entry(
                "properties.kubernetesVersion",
                json!("1.35.7"),
                json!("1.3"),
            ),
            "properties.kubernetesVersion",
        ),
        (
            entry(
                "properties.a",
                json!({"b": 1, "c": reference}),
                json!({"b": 2, "c": 1}),
            ),
            "properties.a.b properties.a.c",
        ),
    ] {
        assert_eq!(paths(&json!([something])).join(" "), path);
    }
}

#[test]
fn a_property_that_azure_filled_in_is_no_change() {
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
