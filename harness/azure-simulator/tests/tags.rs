//! Limits of tags, for each way to set them.

use serde_json::{Map, Value, json};

use super::super::Response;
use super::{GROUP, World, code};

const IDENTITY: &str =
    "/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mine";
const TAGS: &str = "/providers/Microsoft.Resources/tags/default";

fn many(count: usize) -> Value {
    let all = (0..count).map(|at| (format!("t{at}"), json!("")));
    Value::Object(all.collect::<Map<String, Value>>())
}

/// Sets tags in each possible way.
fn set_in_every_way(world: &mut World, tags: &Value) -> Vec<Response> {
    let resource = json!({"location": "westeurope", "tags": tags});
    let properties = json!({"properties": {"tags": tags}});
    let merged = json!({"operation": "Merge", "properties": {"tags": tags}});
    let (of_group, of_one) = (format!("{GROUP}{TAGS}"), format!("{IDENTITY}{TAGS}"));
    let (arm, own) = ("2024-03-01", "2023-01-31");
    [
        ("PUT", IDENTITY, own, &resource),
        ("PATCH", IDENTITY, own, &json!({ "tags": tags })),
        ("PUT", GROUP, arm, &resource),
        ("PATCH", GROUP, arm, &json!({ "tags": tags })),
        ("PUT", &of_group, arm, &properties),
        ("PATCH", &of_one, arm, &merged),
        ("PUT", TAGS, arm, &properties),
    ]
    .map(|(method, path, version, body)| world.call(method, path, version, Some(body)))
    .into()
}

#[test]
fn invalid_tags_are_refused_wherever_they_are_set() {
    let mut world = World::prepared();
    for answer in set_in_every_way(&mut world, &many(50)) {
        assert!(answer.status < 300, "{:?}", answer.document());
    }
    for (tags, expected) in [
        (many(51), "TooManyTags"),
        (json!({"n".repeat(513): ""}), "InvalidTagName"),
        (json!({"": "nameless"}), "InvalidTagName"),
        (json!({"a/b": ""}), "InvalidTagNameCharacters"),
        (json!({"50%": ""}), "InvalidTagNameCharacters"),
        (json!({"a": "v".repeat(257)}), "InvalidTagValueLength"),
        (json!({"team": "a", "TEAM": "b"}), "InvalidTagName"),
        (json!({"a": 1}), "InvalidRequestContent"),
    ] {
        let mut world = World::prepared();
        world.call(
            "PUT",
            IDENTITY,
            "2023-01-31",
            Some(&json!({"location": "westeurope"})),
        );
        for answer in set_in_every_way(&mut world, &tags) {
            assert_eq!((answer.status, code(&answer)), (400, expected), "{tags}");
        }
    }
    let mut world = World::prepared();
    let most = json!({"n".repeat(512): "v".repeat(256)});
    for answer in set_in_every_way(&mut world, &most) {
        assert!(answer.status < 300, "{:?}", answer.document());
    }
}

#[test]
fn tags_of_a_scope_are_replaced_merged_and_deleted() {
    let mut world = World::prepared();
    let path = format!("{GROUP}/providers/Microsoft.Resources/tags/default");
    let mut tags = |method: &str, body: Option<Value>| {
        let answer = world.call(method, &path, "2024-11-01", body.as_ref());
        answer.document()["properties"]["tags"].clone()
    };
    let operation = |operation: &str, tags: Value| {
        Some(json!({"operation": operation, "properties": {"tags": tags}}))
    };
    let put = Some(json!({"properties": {"tags": {"a": "1"}}}));
    assert_eq!(tags("PUT", put), json!({"a": "1"}));
    let merged = tags("PATCH", operation("Merge", json!({"A": "2", "b": "3"})));
    assert_eq!(merged, json!({"A": "2", "b": "3"}));
    assert_eq!(
        tags("PATCH", operation("Delete", json!({"b": "3"}))),
        json!({"A": "2"})
    );
    assert_eq!(tags("PATCH", operation("Replace", json!({}))), json!({}));
    assert_eq!(tags("PATCH", operation("Other", json!({}))), Value::Null);
    assert_eq!(tags("GET", None), json!({}));
}
