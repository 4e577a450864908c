//! Errors within one file.

use super::fixture::{all_refused, describe, load, worker, wrong};
use crate::topology::Variable;

#[test]
fn an_unknown_key_gets_a_suggestion() {
    insta::assert_snapshot!(wrong("extends: base\ntemporal:\n  verson: 1.32.0\n", &[]), @"
    profiles/dev.yaml:6:3: unknown key `verson`; did you mean `version`?
      |
    6 |   verson: 1.32.0
      |   ^^^^^^
    ");
}

#[test]
fn a_value_of_the_wrong_type_is_shown() {
    insta::assert_snapshot!(wrong("extends: base\nworker:\n  replicas: many\n", &[]), @"
    profiles/dev.yaml:6:13: expected a whole number from 0 to 1000, found `many`
      |
    6 |   replicas: many
      |             ^^^^
    ");
}

#[test]
fn zero_replicas_are_rejected() {
    insta::assert_snapshot!(wrong("temporal: {roles: {history: {replicas: 0}}}\n", &[]), @"
    profiles/dev.yaml:4:40: expected a whole number from 1 to 1000, found `0`
      |
    4 | temporal: {roles: {history: {replicas: 0}}}
      |                                        ^
    ");
}

#[test]
fn an_invalid_duration_gets_examples() {
    insta::assert_snapshot!(wrong("web: {ready-timeout: 90}\n", &[]), @"
    profiles/dev.yaml:4:22: `90` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
      |
    4 | web: {ready-timeout: 90}
      |                      ^^
    ");
}

#[test]
fn an_invalid_name_gets_the_rule() {
    let text = "apiVersion: harness/v1\nkind: Profile\nname: My Profile\n";
    insta::assert_snapshot!(describe(load(&[("dev.yaml", text)], "dev", &[])), @"
    profiles/dev.yaml:3:7: `My Profile` is not a name (1 to 32 lowercase letters, digits and `-`, no `-` at the start or end)
      |
    3 | name: My Profile
      |       ^^^^^^^^^^
    ");
}

#[test]
fn an_invalid_version_gets_examples() {
    insta::assert_snapshot!(wrong("database: {mysql: {version: latest}}\n", &[]), @"
    profiles/dev.yaml:4:29: `latest` is not a version (such as `1.32.0` or `8.4`)
      |
    4 | database: {mysql: {version: latest}}
      |                             ^^^^^^
    ");
}

#[test]
fn a_namespace_that_is_listed_twice_is_rejected() {
    let text =
        "temporal:\n  namespaces:\n    - name: orders\n    - {name: orders, retention: 7d}\n";
    insta::assert_snapshot!(wrong(text, &[]), @"
    profiles/dev.yaml:7:14: namespace `orders` is listed more than once
      |
    7 |     - {name: orders, retention: 7d}
      |              ^^^^^^
    ");
}

#[test]
fn a_retention_that_temporal_would_reject_is_rejected() {
    let text = "temporal: {namespaces: [{name: orders, retention: 30m}]}\n";
    insta::assert_snapshot!(wrong(text, &[]), @"
    profiles/dev.yaml:4:51: `retention` must be from 1h to 36500d, found `30m`
      |
    4 | temporal: {namespaces: [{name: orders, retention: 30m}]}
      |                                                   ^^^
    ");
}

#[test]
fn a_repeated_key_is_rejected() {
    insta::assert_snapshot!(wrong("web: {version: 2.54.1}\nweb: {version: 2.54.2}\n", &[]), @"
    profiles/dev.yaml:5:1: key `web` is given more than once
      |
    5 | web: {version: 2.54.2}
      | ^^^
    ");
}

#[test]
fn a_port_that_is_pinned_twice_is_rejected_in_the_last_layer() {
    let text = "extends: local\ntemporal: {port: 8080}\n";
    insta::assert_snapshot!(wrong(text, &["starter.port=8080"]), @"
    --set starter.port=8080: `temporal.port` also pins port 8080
      |
    1 | starter.port=8080
      |              ^^^^
    ");
    insta::assert_snapshot!(wrong(&format!("{text}web: {{port: 8080}}\n"), &[]), @"
    profiles/dev.yaml:6:13: `temporal.port` also pins port 8080
      |
    6 | web: {port: 8080}
      |             ^^^^
    ");
}

#[test]
fn a_file_of_another_format_is_rejected() {
    let none = [("dev.yaml", "name: dev\n")];
    insta::assert_snapshot!(describe(load(&none, "dev", &[])), @"
    profiles/dev.yaml:1:1: key `apiVersion` is missing; expected `apiVersion: harness/v1`
      |
    1 | name: dev
      | ^^^^
    ");
    let other = [("dev.yaml", "apiVersion: harness/v2\n")];
    insta::assert_snapshot!(describe(load(&other, "dev", &[])), @"
    profiles/dev.yaml:1:13: unknown choice `harness/v2`; did you mean `harness/v1`?
      |
    1 | apiVersion: harness/v2
      |             ^^^^^^^^^^
    ");
}

#[test]
fn an_unknown_backend_gets_the_list_of_backends() {
    insta::assert_snapshot!(wrong("extends: base\nbackend:\n  nomad: {}\n", &[]), @"
    profiles/dev.yaml:6:3: unknown choice `nomad`; expected `local`, `process`, `k3d`, `simulated`, `azure` or `existing`
      |
    6 |   nomad: {}
      |   ^^^^^
    ");
    insta::assert_snapshot!(wrong("extends: base\nbackend: process\n", &[]), @"
    profiles/dev.yaml:5:10: `process` needs a value: `process: ...`
      |
    5 | backend: process
      |          ^^^^^^^
    ");
    let text = "extends: base\nworker: {run: build, replicas: 2}\n";
    insta::assert_snapshot!(wrong(text, &[]), @"
    profiles/dev.yaml:5:15: `build` needs a value: `build: ...`
      |
    5 | worker: {run: build, replicas: 2}
      |               ^^^^^
    ");
}

#[test]
fn names_that_would_fail_later_are_rejected() {
    insta::assert_snapshot!(all_refused(&[
        "temporal: {namespaces: [{name: größe}]}",
        "temporal: {namespaces: [{name: temporal-system}]}",
        "temporal: {namespaces: []}",
        "temporal: {version: 1.32.0-a-}",
        "worker: {task-queue: /_sys/orders}",
        "worker: {task-queue: \"ord\\u200bers\"}",
        "worker: {run: {image: My Worker}}",
        "worker: {run: {image: ''}}",
        "worker: {run: {build: ''}}",
        "worker: {run: {command: [./worker, \"a\\0b\"]}}",
        "promotion: {require: ['']}",
    ]), @r#"
    profiles/dev.yaml:5:32: `größe` is not a namespace name (1 to 200 printable ASCII characters without spaces; not `temporal-system`)
      |
    5 | temporal: {namespaces: [{name: größe}]}
      |                                ^^^^^

    profiles/dev.yaml:5:32: `temporal-system` is not a namespace name (1 to 200 printable ASCII characters without spaces; not `temporal-system`)
      |
    5 | temporal: {namespaces: [{name: temporal-system}]}
      |                                ^^^^^^^^^^^^^^^

    profiles/dev.yaml:5:24: `temporal.namespaces` is empty; the worker needs a namespace to poll
      |
    5 | temporal: {namespaces: []}
      |                        ^

    profiles/dev.yaml:5:21: `1.32.0-a-` is not a version (such as `1.32.0` or `8.4`)
      |
    5 | temporal: {version: 1.32.0-a-}
      |                     ^^^^^^^^^

    profiles/dev.yaml:5:22: `/_sys/orders` is not a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or `temporal-sys-`)
      |
    5 | worker: {task-queue: /_sys/orders}
      |                      ^^^^^^^^^^^^

    profiles/dev.yaml:5:22: `ord\u{200b}ers` is not a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or `temporal-sys-`)
      |
    5 | worker: {task-queue: "ord\u200bers"}
      |                      ^^^^^^^^^^^^^^

    profiles/dev.yaml:5:23: `My Worker` is not an image reference (such as `registry.example/worker:1.0`: a lowercase path and an optional tag)
      |
    5 | worker: {run: {image: My Worker}}
      |                       ^^^^^^^^^

    profiles/dev.yaml:5:23: `` is not an image reference (such as `registry.example/worker:1.0`: a lowercase path and an optional tag)
      |
    5 | worker: {run: {image: ''}}
      |                       ^^

    profiles/dev.yaml:5:23: `` is not a path (not empty, without the character NUL)
      |
    5 | worker: {run: {build: ''}}
      |                       ^^

    profiles/dev.yaml:5:36: `a\0b` is not a string without the character NUL
      |
    5 | worker: {run: {command: [./worker, "a\0b"]}}
      |                                    ^^^^^^

    profiles/dev.yaml:5:23: `` is not a path (not empty, without the character NUL)
      |
    5 | promotion: {require: ['']}
      |                       ^^
    "#);
    let text = "apiVersion: harness/v1\nkind: Profile\nname: a-\n";
    insta::assert_snapshot!(describe(load(&[("dev.yaml", text)], "dev", &[])), @"
    profiles/dev.yaml:3:7: `a-` is not a name (1 to 32 lowercase letters, digits and `-`, no `-` at the start or end)
      |
    3 | name: a-
      |       ^^
    ");
}

#[test]
fn invalid_environment_variables_are_rejected() {
    insta::assert_snapshot!(all_refused(&[
        "worker: {environment: {A=B: x}}",
        "worker: {environment: {'': x}}",
        "worker: {environment: {1A: x}}",
        "worker:\n  environment:\n    A: \"x\\0y\"",
        "worker: {environment: {A: }}",
        "worker: {environment: {A: [x]}}",
    ]), @r#"
    profiles/dev.yaml:5:24: `A=B` is not an environment variable name (letters, digits, `_`, `-` and `.`, not starting with a digit)
      |
    5 | worker: {environment: {A=B: x}}
      |                        ^^^

    profiles/dev.yaml:5:24: `` is not an environment variable name (letters, digits, `_`, `-` and `.`, not starting with a digit)
      |
    5 | worker: {environment: {'': x}}
      |                        ^^

    profiles/dev.yaml:5:24: `1A` is not an environment variable name (letters, digits, `_`, `-` and `.`, not starting with a digit)
      |
    5 | worker: {environment: {1A: x}}
      |                        ^^

    profiles/dev.yaml:7:8: `x\0y` is not a string without the character NUL
      |
    7 |     A: "x\0y"
      |        ^^^^^^

    profiles/dev.yaml:5:25: expected a string, found nothing; write `''` for an empty string
      |
    5 | worker: {environment: {A: }}
      |                         ^

    profiles/dev.yaml:5:27: expected a string, found `[`
      |
    5 | worker: {environment: {A: [x]}}
      |                           ^
    "#);
}

#[test]
fn durations_that_are_too_short_or_too_long_are_rejected() {
    insta::assert_snapshot!(all_refused(&[
        "temporal: {ready-timeout: 0s}",
        "database: {mysql: {ready-timeout: 1000000d}}",
        "web: {ready-timeout: 25h}",
        "worker: {ready-timeout: 0ms}",
        "worker: {termination-grace-period: 2d}",
        "promotion: {max-age: 0s}",
        "temporal: {namespaces: [{name: a, retention: 1000000d}]}",
        "web: {ready-timeout: 1 minute}",
        "web: {ready-timeout: PT1M}",
    ]), @"
    profiles/dev.yaml:5:27: `ready-timeout` must be from 1ms to 1d, found `0s`
      |
    5 | temporal: {ready-timeout: 0s}
      |                           ^^

    profiles/dev.yaml:5:35: `ready-timeout` must be from 1ms to 1d, found `1000000d`
      |
    5 | database: {mysql: {ready-timeout: 1000000d}}
      |                                   ^^^^^^^^

    profiles/dev.yaml:5:22: `ready-timeout` must be from 1ms to 1d, found `1d1h`
      |
    5 | web: {ready-timeout: 25h}
      |                      ^^^

    profiles/dev.yaml:5:25: `ready-timeout` must be from 1ms to 1d, found `0s`
      |
    5 | worker: {ready-timeout: 0ms}
      |                         ^^^

    profiles/dev.yaml:5:36: `termination-grace-period` must be from 0s to 1d, found `2d`
      |
    5 | worker: {termination-grace-period: 2d}
      |                                    ^^

    profiles/dev.yaml:5:22: `max-age` must be from 1s to 36500d, found `0s`
      |
    5 | promotion: {max-age: 0s}
      |                      ^^

    profiles/dev.yaml:5:46: `retention` must be from 1h to 36500d, found `1000000d`
      |
    5 | temporal: {namespaces: [{name: a, retention: 1000000d}]}
      |                                              ^^^^^^^^

    profiles/dev.yaml:5:22: `1 minute` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
      |
    5 | web: {ready-timeout: 1 minute}
      |                      ^^^^^^^^

    profiles/dev.yaml:5:22: `PT1M` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
      |
    5 | web: {ready-timeout: PT1M}
      |                      ^^^^
    ");
}

#[test]
fn a_number_out_of_bounds_gets_the_bounds() {
    insta::assert_snapshot!(all_refused(&[
        "temporal: {port: 0}",
        "temporal: {port: 65536}",
        "temporal: {history-shards: 0}",
        "temporal: {history-shards: 1.5}",
        "temporal: {history-shards: 10000000}",
        "worker: {replicas: 1001}",
        "worker: {replicas: '3'}",
        "database: {mysql: {max-connections: 0}}",
        "backend: {k3d: {servers: 0}}",
        "backend: {k3d: {agents: -1}}",
    ]), @"
    profiles/dev.yaml:5:18: expected a whole number from 1 to 65535, found `0`
      |
    5 | temporal: {port: 0}
      |                  ^

    profiles/dev.yaml:5:18: expected a whole number from 1 to 65535, found `65536`
      |
    5 | temporal: {port: 65536}
      |                  ^^^^^

    profiles/dev.yaml:5:28: expected a whole number from 1 to 65536, found `0`
      |
    5 | temporal: {history-shards: 0}
      |                            ^

    profiles/dev.yaml:5:28: expected a whole number from 1 to 65536, found `1.5`
      |
    5 | temporal: {history-shards: 1.5}
      |                            ^^^

    profiles/dev.yaml:5:28: expected a whole number from 1 to 65536, found `10000000`
      |
    5 | temporal: {history-shards: 10000000}
      |                            ^^^^^^^^

    profiles/dev.yaml:5:20: expected a whole number from 0 to 1000, found `1001`
      |
    5 | worker: {replicas: 1001}
      |                    ^^^^

    profiles/dev.yaml:5:20: expected a whole number from 0 to 1000, found the string `3`
      |
    5 | worker: {replicas: '3'}
      |                    ^^^

    profiles/dev.yaml:5:37: expected a whole number from 1 to 100000, found `0`
      |
    5 | database: {mysql: {max-connections: 0}}
      |                                     ^

    profiles/dev.yaml:5:26: expected a whole number from 1 to 100, found `0`
      |
    5 | backend: {k3d: {servers: 0}}
      |                          ^

    profiles/dev.yaml:5:25: expected a whole number from 0 to 100, found `-1`
      |
    5 | backend: {k3d: {agents: -1}}
      |                         ^^
    ");
}

#[test]
fn a_missing_key_is_shown_at_the_top_of_the_file() {
    let file = [("dev.yaml", "# mine\nkind: Profile\nname: dev\n")];
    insta::assert_snapshot!(describe(load(&file, "dev", &[])), @"
    profiles/dev.yaml:2:1: key `apiVersion` is missing; expected `apiVersion: harness/v1`
      |
    2 | kind: Profile
      | ^^^^
    ");
    insta::assert_snapshot!(wrong("extends: base\n", &[]), @"
    profiles/dev.yaml:1:1: key `backend` is missing here and in the extended profiles (built-in base.yaml)
      |
    1 | apiVersion: harness/v1
      | ^^^^^^^^^^
    ");
}

#[test]
fn errors_in_unusual_yaml_have_the_right_position() {
    insta::assert_snapshot!(all_refused(&[
        "worker:\n\treplicas: 3",
        "worker: {replicas: 1}\r\nweb: {port: 0}",
        "description: 名前, worker: x: y",
        "web: {port: 1}\n---\nweb: {port: 2}",
        "worker: {environment: {A: 1, A: 2}}",
    ]), @"
    profiles/dev.yaml:6:2: tabs disallowed within this context (block indentation)
      |
    6 | 	replicas: 3
      | 	^

    profiles/dev.yaml:6:13: expected a whole number from 1 to 65535, found `0`
      |
    6 | web: {port: 0}
      |             ^

    profiles/dev.yaml:5:24: mapping values are not allowed in this context
      |
    5 | description: 名前, worker: x: y
      |                          ^

    profiles/dev.yaml:7:1: expected one document, found several
      |
    7 | web: {port: 2}
      | ^

    profiles/dev.yaml:5:30: key `A` is given more than once
      |
    5 | worker: {environment: {A: 1, A: 2}}
      |                              ^
    ");
    let text = "\u{feff}apiVersion: harness/v1\r\nkind: Profile\r\nname: Dev\r\n";
    insta::assert_snapshot!(describe(load(&[("dev.yaml", text)], "dev", &[])), @"
    profiles/dev.yaml:3:7: `Dev` is not a name (1 to 32 lowercase letters, digits and `-`, no `-` at the start or end)
      |
    3 | name: Dev
      |       ^^^
    ");
}

#[test]
fn aliases_are_replaced_by_their_values() {
    let text = "apiVersion: harness/v1\nkind: Profile\nname: dev\nextends: local\n\
        worker:\n  environment: &shared {A: no, B: 010}\n  replicas: &count 3\n\
        temporal:\n  roles: {history: {replicas: *count}}\n";
    let profile = load(&[("dev.yaml", text)], "dev", &[]).expect("a valid profile");
    assert_eq!(profile.temporal.roles.history, 3);
    assert_eq!(
        worker(&profile).environment["A"],
        Variable::Text("no".to_owned())
    );
    assert_eq!(
        worker(&profile).environment["B"],
        Variable::Text("010".to_owned())
    );
}
