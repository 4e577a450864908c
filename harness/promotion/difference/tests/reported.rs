//! The changes that are reported.

use serde_json::json;

use super::*;

#[test]
fn a_change_without_properties_is_reported() {
    let plain = json!([{"id": SERVER, "changeType": "Modify"}]);
    for reported in [of(&plain), modified(&json!([]))] {
        assert_eq!(reported.len(), 1);
        assert_eq!(reported[0].note.as_deref(), Some(UNSAID));
    }
}

#[test]
fn a_change_in_an_array_is_reported_with_its_index() {
    let pools = json!([{"path": "properties.agentPoolProfiles", "changeType": "array", "children": [
        {"path": "0", "changeType": "modify", "children": [
            {"path": "count", "changeType": "modify", "before": 2, "after": 3}]},
        {"path": "1", "changeType": "delete", "before": {"name": "theirs"}},
    ]}]);
    assert_eq!(paths(&pools), ["properties.agentPoolProfiles.0.count"]);
    let ranges = json!([{"path": "properties.ranges", "changeType": "array", "children": [
        {"path": "0", "changeType": "delete", "before": "198.18.0.0/24"},
    ]}]);
    assert_eq!(paths(&ranges), ["properties.ranges.0"]);
    let inline = json!([{"path": "properties.ranges", "changeType": "array", "children": [],
                         "before": ["a"], "after": ["a", "b"]}]);
    assert_eq!(paths(&inline), ["properties.ranges"]);
}

#[test]
fn the_removal_of_a_foreign_tag_is_reported_in_every_form() {
    let gone =
        |path: &str, before: Value| json!({"path": path, "changeType": "delete", "before": before});
    let within = json!({"path": "tags", "changeType": "modify", "children": [
        gone("owner", json!("ops"))]});
    let whole = json!({"path": "tags", "changeType": "modify",
        "before": {"owner": "ops", "Harness": "azure"}, "after": {"harness": "azure"}});
    for reported in [gone("tags.owner", json!("ops")), within, whole] {
        let [difference] = &modified(&json!([reported]))[..] else {
            panic!("one: {reported}");
        };
        let path = "tags.owner".to_owned();
        let (before, after) = (json!("ops"), Value::Null);
        assert_eq!(
            difference.properties.first(),
            Some(&Property {
                path,
                before,
                after
            }),
            "{reported}"
        );
    }
    let all = gone("tags", json!({"owner": "ops"}));
    assert_eq!(paths(&json!([all])), ["tags"]);
    let pool = json!({"path": "properties.tags.owner", "changeType": "delete", "before": "ops"});
    assert_eq!(modified(&json!([pool])), []);
}

#[test]
fn an_unknown_kind_of_change_is_reported_and_no_change_is_not() {
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
