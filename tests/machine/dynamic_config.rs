//! Compares the list of dynamic configuration settings with the server itself: the server accepts
//! what a profile may contain, and would drop what a profile may not contain with only a warning.
//!
//! The tests need `temporal-server` 1.32.0 on `PATH`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use model::profile;
use model::profile::{Reader, Request, Source};
use serde_json::{Map, Value, json};
use testing::need::Need;

testing::tests!(
    [TEMPORAL_SERVER];
    blocking:
    the_server_knows_every_listed_key_and_converts_a_value_of_its_type,
    the_server_refuses_of_every_listed_key_a_value_of_another_type,
    a_profile_and_the_server_judge_values_and_constraints_alike,
);

const NEEDED: &str = "the test needs the released server";

const TEMPORAL_SERVER: Need = Need {
    name: "temporal-server",
    look: || {
        let found = server().map(drop);
        found.ok_or("version 1.32.0 is not on PATH".to_owned())
    },
};

/// The released server, if `PATH` has the version of the newest list.
fn server() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("temporal-server"));
    let program = found.find(|program| program.is_file())?;
    let version = Command::new(&program).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&version.stdout);
    version.contains("1.32.0").then_some(program)
}

/// The server's complaints about these settings, one line each.
fn complaints(server: &PathBuf, settings: &Map<String, Value>) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("dynamic-config.yaml");
    let text = Value::Object(settings.clone()).to_string();
    fs_err::write(&file, text).expect("the file can be written");
    let mut command = Command::new(server);
    let output = command.arg("validate-dynamic-config").arg(&file).output();
    let output = output.expect("the server starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = said.lines().filter(|line| line.starts_with("  "));
    lines.map(|line| line.trim().to_owned()).collect()
}

/// Every setting of the newest list with the name of its type, as the published schema has it.
fn listed() -> BTreeMap<String, String> {
    let schema = profile::json_schema();
    let settings = schema["definitions"]["Temporal"]["properties"]["dynamic-config"]
        .pointer("/anyOf/0/properties")
        .or_else(|| schema.pointer("/definitions/Temporal/properties/dynamic-config/properties"))
        .and_then(Value::as_object)
        .expect("the schema lists the settings");
    let name = |setting: &Value| {
        let reference = setting["$ref"].as_str().unwrap_or_default();
        reference
            .trim_start_matches("#/definitions/DynamicConfig")
            .to_owned()
    };
    settings
        .iter()
        .map(|(key, setting)| (key.clone(), name(setting)))
        .collect()
}

/// The settings with the value that `of` gives for the type of each, in the server's own form.
fn set(of: fn(&str) -> Option<Value>) -> Map<String, Value> {
    let listed = listed().into_iter();
    let set = listed.filter_map(|(key, kind)| Some((key, json!([{"value": of(&kind)?}]))));
    set.collect()
}

fn the_server_knows_every_listed_key_and_converts_a_value_of_its_type() {
    let server = server().expect(NEEDED);
    let right = set(|kind| match kind {
        "Boolean" => Some(json!(true)),
        "Integer" => Some(json!(5)),
        "Number" => Some(json!(0.5)),
        "Duration" => Some(json!("90s")),
        "Text" => Some(json!("text")),
        _ => None,
    });
    assert!(right.len() > 600, "{} settings", right.len());
    assert_eq!(complaints(&server, &right), Vec::<String>::new());
}

fn the_server_refuses_of_every_listed_key_a_value_of_another_type() {
    let server = server().expect(NEEDED);
    let wrong = set(|kind| match kind {
        "Boolean" => Some(json!("yes")),
        "Integer" => Some(json!(1.5)),
        "Number" => Some(json!("0.5")),
        "Duration" => Some(json!("1 minute")),
        "Text" | "List" => Some(json!(5)),
        _ => None,
    });
    let complaints = complaints(&server, &wrong);
    let silent: Vec<&String> = wrong
        .keys()
        .filter(|key| {
            let named = format!("\"{}\"", key.to_lowercase());
            !complaints
                .iter()
                .any(|complaint| complaint.contains(&named))
        })
        .collect();
    assert_eq!(silent, Vec::<&String>::new(), "the server takes these");
}

/// Whether a profile may set a key to this, in the server's own form.
fn accepted(key: &str, list: &Value) -> bool {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles");
    let request = Request {
        source: Source::Named {
            folder: folder.into(),
            name: "local".to_owned(),
        },
        sets: vec![format!("temporal.dynamic-config.{key}={list}")],
    };
    let reader = Reader {
        read: |path: &camino::Utf8Path| fs_err::read_to_string(path),
        list: |_: &camino::Utf8Path| Vec::new(),
    };
    profile::load(&request, &reader).is_ok()
}

fn a_profile_and_the_server_judge_values_and_constraints_alike() {
    let server = server().expect(NEEDED);
    let namespace = "frontend.namespaceRPS";
    let queue = "matching.numTaskqueueReadPartitions";
    let poll = "dynamicconfig.subscriptionPollInterval";
    let listing = "admin.enableListHistoryTasks";
    let shard = "history.ReplicationTaskProcessorErrorRetryMaxAttempts";
    let gradual = "matching.useNewMatcher";
    let under =
        |value: Value, constraints: Value| json!([{"value": value, "constraints": constraints}]);
    let of_queue = json!({"namespace": "a", "taskQueueName": "b", "taskType": "Workflow"});
    let strange_queue = json!({"namespace": "a", "taskQueueName": "b", "taskType": "Activities"});
    for (key, list) in [
        ("frontend.namespaceRSP", json!([{"value": 1}])),
        ("FRONTEND.NAMESPACERPS", json!([{"value": 1}])),
        (namespace, json!([{"value": 9_007_199_254_740_993_u64}])),
        (namespace, json!([{"value": 1.0}])),
        (namespace, json!([{"value": "1"}])),
        (namespace, json!([{"value": null}])),
        (namespace, under(json!(1), json!({"namespace": "orders"}))),
        (namespace, under(json!(1), json!({"Namespace": "orders"}))),
        (namespace, under(json!(1), json!({"namespce": "orders"}))),
        (namespace, under(json!(1), json!({"namespace": 5}))),
        (namespace, under(json!(1), json!({"taskQueueName": "b"}))),
        (queue, under(json!(1), of_queue)),
        (queue, under(json!(1), strange_queue)),
        (queue, under(json!(1), json!({"shardID": 1}))),
        (shard, under(json!(1), json!({"shardID": 1}))),
        (shard, under(json!(1), json!({"shardID": "1"}))),
        (listing, json!([{"value": true}])),
        (listing, json!([{"value": "true"}])),
        (listing, json!([{"value": "T"}])),
        (listing, json!([{"value": "yes"}])),
        (listing, json!([{"value": 1}])),
        (listing, under(json!(true), json!({"namespace": "orders"}))),
        (poll, json!([{"value": 5}])),
        (poll, json!([{"value": 0.5}])),
        (poll, json!([{"value": "5"}])),
        (poll, json!([{"value": "1.5d"}])),
        (poll, json!([{"value": "1m1m"}])),
        (poll, json!([{"value": "-5s"}])),
        (poll, json!([{"value": "-5"}])),
        (poll, json!([{"value": "5 s"}])),
        (poll, json!([{"value": "1w"}])),
        (poll, json!([{"value": "300y"}])),
        (poll, json!([{"value": "107000d"}])),
        (poll, json!([{"value": true}])),
        (gradual, json!([{"value": true}])),
        (
            gradual,
            json!([{"value": {"New": true, "Start": "2026-01-01T00:00:00Z"}}]),
        ),
        (gradual, json!([{"value": {"New": 5}}])),
        (gradual, json!([{"value": 5}])),
        ("worker.protectedNamespaces", json!([{"value": ["a"]}])),
        ("worker.protectedNamespaces", json!([{"value": [5]}])),
        ("matching.partitionScaler", json!([{"value": {"Fixed": 4}}])),
        (
            "matching.partitionScaler",
            json!([{"value": {"Fixed": "four"}}]),
        ),
        ("history.TaskDLQErrorPattern", json!([{"value": 5}])),
    ] {
        let settings = Map::from_iter([(key.to_owned(), list.clone())]);
        let complaints = complaints(&server, &settings);
        let accepted = accepted(key, &list);
        assert_eq!(
            accepted,
            complaints.is_empty(),
            "{key}: {list}: {complaints:?}"
        );
    }
}
