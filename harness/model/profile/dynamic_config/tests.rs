//! Errors in dynamic configuration, with their whole text.

use serde_json::{Value, json};

use crate::profile::tests::{load, wrong};

/// The error of each of these settings in a profile.
fn refused(settings: &[&str]) -> String {
    let refused = settings.iter().map(|setting| {
        let text = format!("extends: base\nbackend: {{simulated: {{}}}}\ntemporal:\n  dynamic-config:\n    {setting}\n");
        wrong(&text, &[])
    });
    refused.collect::<Vec<_>>().join("\n\n")
}

/// The resolved settings of a profile with these assignments.
fn resolved(sets: &[&str]) -> Value {
    let sets: Vec<&str> = ["backend={simulated: {}}"]
        .iter()
        .chain(sets)
        .copied()
        .collect();
    let profile = load(&[], "local", &sets).expect("a valid profile");
    json!(profile.temporal.settings.dynamic_config)
}

#[test]
fn a_misspelt_key_gets_a_suggestion() {
    insta::assert_snapshot!(refused(&[
        "frontend.namespaceRSP: 100",
        "namespaceRPS: 100",
        "colour: red",
    ]), @"
    profiles/dev.yaml:8:5: Temporal 1.32.0 has no dynamic configuration key `frontend.namespaceRSP`; did you mean `frontend.namespaceRPS`?
      |
    8 |     frontend.namespaceRSP: 100
      |     ^^^^^^^^^^^^^^^^^^^^^

    profiles/dev.yaml:8:5: Temporal 1.32.0 has no dynamic configuration key `namespaceRPS`; did you mean `frontend.namespaceRPS`?
      |
    8 |     namespaceRPS: 100
      |     ^^^^^^^^^^^^

    profiles/dev.yaml:8:5: Temporal 1.32.0 has no dynamic configuration key `colour`
      |
    8 |     colour: red
      |     ^^^^^^
    ");
    let set = ["temporal.dynamic-config.frontend.namespaceRSP=100"];
    insta::assert_snapshot!(wrong("extends: base\nbackend: {simulated: {}}\n", &set), @"
    --set temporal.dynamic-config.frontend.namespaceRSP=100: Temporal 1.32.0 has no dynamic configuration key `frontend.namespaceRSP`; did you mean `frontend.namespaceRPS`?
      |
    1 | temporal.dynamic-config.frontend.namespaceRSP=100
      |                         ^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn the_error_of_a_value_of_the_wrong_type_names_the_expected_type() {
    insta::assert_snapshot!(refused(&[
        "frontend.namespaceRPS: many",
        "frontend.namespaceRPS: 1.0",
        "frontend.namespaceRPS: 1e3",
        "frontend.namespaceRPS: '100'",
        "frontend.namespaceRPS: 18446744073709551615",
        "frontend.namespaceRPS:",
        "frontend.namespaceRPS: []",
        "admin.enableListHistoryTasks: yes",
        "admin.enableListHistoryTasks: 1",
        "dynamicconfig.subscriptionPollInterval: 1 minute",
        "worker.protectedNamespaces: example.org",
        "worker.protectedNamespaces: [example.org, 5]",
        "matching.useNewMatcher: {Old: true, Now: false}",
        "matching.partitionScaler: {Ups: [{Window: soon}]}",
        "history.TaskDLQErrorPattern: 5",
    ]), @"
    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: expected a whole number, found the string `many`
      |
    8 |     frontend.namespaceRPS: many
      |                            ^^^^

    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: expected a whole number, found the number `1.0`
      |
    8 |     frontend.namespaceRPS: 1.0
      |                            ^^^

    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: expected a whole number, found the number `1000.0`
      |
    8 |     frontend.namespaceRPS: 1e3
      |                            ^^^

    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: expected a whole number, found the string `100`
      |
    8 |     frontend.namespaceRPS: '100'
      |                            ^^^^^

    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: expected a whole number, found the number `18446744073709551615`
      |
    8 |     frontend.namespaceRPS: 18446744073709551615
      |                            ^^^^^^^^^^^^^^^^^^^^

    profiles/dev.yaml:8:26: `frontend.namespaceRPS`: expected a whole number, found nothing
      |
    8 |     frontend.namespaceRPS:
      |                          ^

    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: expected a whole number, found an empty list
      |
    8 |     frontend.namespaceRPS: []
      |                            ^

    profiles/dev.yaml:8:35: `admin.enableListHistoryTasks`: expected `true` or `false`, found the string `yes`
      |
    8 |     admin.enableListHistoryTasks: yes
      |                                   ^^^

    profiles/dev.yaml:8:35: `admin.enableListHistoryTasks`: expected `true` or `false`, found the number `1`
      |
    8 |     admin.enableListHistoryTasks: 1
      |                                   ^

    profiles/dev.yaml:8:45: `dynamicconfig.subscriptionPollInterval`: expected a duration (such as `250ms`, `1m30s`, `1d`, or a number of seconds), found the string `1 minute`
      |
    8 |     dynamicconfig.subscriptionPollInterval: 1 minute
      |                                             ^^^^^^^^

    profiles/dev.yaml:8:33: `worker.protectedNamespaces`: expected a list of strings (`[first, second]`), found the string `example.org`
      |
    8 |     worker.protectedNamespaces: example.org
      |                                 ^^^^^^^^^^^

    profiles/dev.yaml:8:33: `worker.protectedNamespaces`: item 2: expected a string, found the number `5`
      |
    8 |     worker.protectedNamespaces: [example.org, 5]
      |                                 ^

    profiles/dev.yaml:8:29: `matching.useNewMatcher`: unknown field `Now`; did you mean `New`?
      |
    8 |     matching.useNewMatcher: {Old: true, Now: false}
      |                             ^

    profiles/dev.yaml:8:31: `matching.partitionScaler`: field `Ups`: item 1: field `Window`: expected a duration (such as `250ms`, `1m30s`, `1d`, or a number of seconds), found the string `soon`
      |
    8 |     matching.partitionScaler: {Ups: [{Window: soon}]}
      |                               ^

    profiles/dev.yaml:8:34: `history.TaskDLQErrorPattern`: expected a string, found the number `5`
      |
    8 |     history.TaskDLQErrorPattern: 5
      |                                  ^
    ");
}

#[test]
fn a_list_of_values_is_checked_item_by_item() {
    insta::assert_snapshot!(refused(&[
        "frontend.namespaceRPS: [100]",
        "frontend.namespaceRPS: [{value: 1}, {value: many, constraints: {namespace: orders}}]",
        "frontend.namespaceRPS: [{constraints: {namespace: orders}}]",
        "frontend.namespaceRPS: [{value: 1, constraint: {namespace: orders}}]",
        "frontend.namespaceRPS: [{value: 1, constraints: {namespce: orders}}]",
        "frontend.namespaceRPS: [{value: 1, constraints: {taskQueueName: orders}}]",
        "frontend.namespaceRPS: [{value: 1, constraints: {namespace: 5}}]",
        "frontend.namespaceRPS: [{value: 1, constraints: orders}]",
        "frontend.namespaceRPS: [{value: 1}, {value: 2}]",
        "admin.enableListHistoryTasks: [{value: true, constraints: {namespace: orders}}]",
        "matching.numTaskqueueReadPartitions: [{value: 1, constraints: {taskType: Workflow}}]",
        "matching.numTaskqueueReadPartitions: [{value: 1, constraints: {namespace: a, taskQueueName: b, taskType: Activities}}]",
    ]), @"
    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: expected a whole number, or a list of values with their constraints (`[{value: ..., constraints: {namespace: orders}}]`)
      |
    8 |     frontend.namespaceRPS: [100]
      |                             ^^^

    profiles/dev.yaml:8:41: `frontend.namespaceRPS`: expected a whole number, found the string `many`
      |
    8 |     frontend.namespaceRPS: [{value: 1}, {value: many, constraints: {namespace: orders}}]
      |                                         ^

    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: key `value` is missing
      |
    8 |     frontend.namespaceRPS: [{constraints: {namespace: orders}}]
      |                             ^

    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: unknown key `constraint`; did you mean `constraints`?
      |
    8 |     frontend.namespaceRPS: [{value: 1, constraint: {namespace: orders}}]
      |                             ^

    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: unknown constraint `namespce`; did you mean `namespace`?
      |
    8 |     frontend.namespaceRPS: [{value: 1, constraints: {namespce: orders}}]
      |                             ^

    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: this setting allows the constraint `namespace`, found `taskQueueName`
      |
    8 |     frontend.namespaceRPS: [{value: 1, constraints: {taskQueueName: orders}}]
      |                             ^

    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: constraint `namespace`: expected a string, found the number `5`
      |
    8 |     frontend.namespaceRPS: [{value: 1, constraints: {namespace: 5}}]
      |                             ^

    profiles/dev.yaml:8:29: `frontend.namespaceRPS`: expected `constraints` as a map (such as `{namespace: orders}`), found the string `orders`
      |
    8 |     frontend.namespaceRPS: [{value: 1, constraints: orders}]
      |                             ^

    profiles/dev.yaml:8:41: `frontend.namespaceRPS`: another value has the same constraints
      |
    8 |     frontend.namespaceRPS: [{value: 1}, {value: 2}]
      |                                         ^

    profiles/dev.yaml:8:36: `admin.enableListHistoryTasks`: this setting applies to the whole cluster and allows no constraints, found `namespace`
      |
    8 |     admin.enableListHistoryTasks: [{value: true, constraints: {namespace: orders}}]
      |                                    ^

    profiles/dev.yaml:8:43: `matching.numTaskqueueReadPartitions`: this setting allows the constraints `namespace`, `taskQueueName`, `namespace` with `taskQueueName` or `namespace` with `taskQueueName` with `taskType`, found `taskType`
      |
    8 |     matching.numTaskqueueReadPartitions: [{value: 1, constraints: {taskType: Workflow}}]
      |                                           ^

    profiles/dev.yaml:8:43: `matching.numTaskqueueReadPartitions`: constraint `taskType`: expected `Workflow`, `Activity` or `Nexus`, found the string `Activities`
      |
    8 |     matching.numTaskqueueReadPartitions: [{value: 1, constraints: {namespace: a, taskQueueName: b, taskType: Activities}}]
      |                                           ^
    ");
}

#[test]
fn a_key_that_is_set_twice_is_rejected_even_with_another_case() {
    insta::assert_snapshot!(refused(&["frontend.rps: 5\n    Frontend.RPS: 6"]), @"
    profiles/dev.yaml:9:5: `Frontend.RPS` is the same key as `frontend.rps`, which is already set
      |
    9 |     Frontend.RPS: 6
      |     ^^^^^^^^^^^^
    ");
}

#[test]
fn the_list_form_of_the_server_is_accepted_with_its_constraints() {
    let list = "[{value: 100, constraints: {Namespace: orders}}, {value: 2400}]";
    let set = format!("temporal.dynamic-config.frontend.namespaceRPS={list}");
    let expected = json!({"frontend.namespaceRPS": [
        {"value": 100, "constraints": {"namespace": "orders"}},
        {"value": 2400},
    ]});
    assert_eq!(resolved(&[&set]), expected);
    let queue = "{namespace: a, taskQueueName: b, taskType: Workflow}";
    let key = "matching.numTaskqueueReadPartitions";
    let set = format!("temporal.dynamic-config.{key}=[{{value: 1, constraints: {queue}}}]");
    let constraints = json!({"namespace": "a", "taskQueueName": "b", "taskType": "Workflow"});
    let expected = json!({key: [{"value": 1, "constraints": constraints}]});
    assert_eq!(resolved(&[&set]), expected);
}

#[test]
fn numbers_keep_their_value_and_their_type() {
    let set = |value: &str| format!("temporal.dynamic-config={{{value}}}");
    let whole = resolved(&[&set("limit.maxIDLength: 9007199254740993")]);
    assert_eq!(
        whole.to_string(),
        r#"{"limit.maxIDLength":9007199254740993}"#
    );
    let key = "admin.matchingNamespaceToPartitionDispatchRate";
    for (written, kept) in [
        ("1", "1"),
        ("1.0", "1.0"),
        ("1e3", "1000.0"),
        ("0x10", "16"),
    ] {
        let resolved = resolved(&[&set(&format!("{key}: {written}"))]);
        assert_eq!(resolved.to_string(), format!(r#"{{"{key}":{kept}}}"#));
    }
}

#[test]
fn a_key_gets_the_spelling_of_the_server_and_the_last_assignment_has_precedence() {
    let sets = ["frontend.rps=5", "FRONTEND.RPS=6"];
    let sets = sets.map(|set| format!("temporal.dynamic-config.{set}"));
    assert_eq!(resolved(&[&sets[0], &sets[1]]), json!({"frontend.rps": 6}));
}

#[test]
fn all_forms_that_the_server_converts_are_accepted() {
    for value in [
        "admin.enableListHistoryTasks: 'true'",
        "dynamicconfig.subscriptionPollInterval: 5",
        "dynamicconfig.subscriptionPollInterval: 0.5",
        "dynamicconfig.subscriptionPollInterval: 1h30m",
        "worker.protectedNamespaces: [a.example, b.example]",
        "worker.protectedNamespaces: [{value: [a.example]}]",
        "worker.protectedNamespaces: []",
        "matching.useNewMatcher: true",
        "matching.useNewMatcher: {old: true, new: false, start: 2026-01-01T00:00:00Z, end: 1}",
        "matching.partitionScaler: {Fixed: 4, Ups: [{Window: 10s, TargetRate: 5}]}",
        "history.ReplicationTaskProcessorErrorRetryMaxAttempts: [{value: 2, constraints: {shardID: 3}}]",
    ] {
        let set = format!("temporal.dynamic-config={{{value}}}");
        let sets = ["backend={simulated: {}}", &set];
        let loaded = load(&[], "local", &sets);
        assert!(loaded.is_ok(), "{value}: {:?}", loaded.err());
    }
}

#[test]
fn the_development_server_allows_no_constraints() {
    let text = "extends: base\nbackend: {process: {}}\ntemporal:\n  dynamic-config:\n    \
        frontend.namespaceRPS: [{value: 1, constraints: {namespace: default}}]\n";
    insta::assert_snapshot!(wrong(text, &[]), @"
    profiles/dev.yaml:8:28: `frontend.namespaceRPS`: the development server allows only one value, without constraints; use engine `server` or `--backend k3d`
      |
    8 |     frontend.namespaceRPS: [{value: 1, constraints: {namespace: default}}]
      |                            ^
    ");
    let once = "temporal.dynamic-config.frontend.namespaceRPS=[{value: 1}]";
    let sets = ["backend={process: {}}", once];
    let profile = load(&[], "local", &sets).expect("one value without constraints");
    assert_eq!(profile.backend_conflict(), None);
}

#[test]
fn an_unknown_server_is_checked_against_the_nearest_list_with_a_notice() {
    let sets = [
        "backend={simulated: {}}",
        "temporal.version=1.99.0",
        "temporal.dynamic-config.frontend.namespaceRSP=5",
        "temporal.dynamic-config.frontend.namespaceRPS=[{value: 1, constraints: {namespace: orders}}]",
    ];
    let profile = load(&[], "local", &sets).expect("unknown keys may be valid");
    insta::assert_snapshot!(profile.notices().join("\n"), @"
    the dynamic configuration keys of Temporal 1.99.0 are unknown, so they were checked against those of 1.32.0
    `frontend.namespaceRPS` has a value for namespace `orders`, which is not in `temporal.namespaces` of the profile
    `frontend.namespaceRSP` is not a dynamic configuration key of Temporal 1.32.0; did you mean `frontend.namespaceRPS`?
    ");
    let set = [
        "temporal.version=1.99.0",
        "temporal.dynamic-config.frontend.namespaceRPS=many",
    ];
    insta::assert_snapshot!(wrong("extends: base\nbackend: {simulated: {}}\n", &set), @"
    --set temporal.dynamic-config.frontend.namespaceRPS=many: `frontend.namespaceRPS`: expected a whole number, found the string `many`
      |
    1 | temporal.dynamic-config.frontend.namespaceRPS=many
      |                                               ^^^^
    ");
}
