//! Effects and errors of `--set`.

use super::fixture::{load, worker, wrong};

#[test]
fn an_assignment_to_an_unknown_key_gets_a_suggestion() {
    insta::assert_snapshot!(wrong("extends: local\n", &["temporal.verson=1"]), @r"
    --set temporal.verson=1: unknown key `verson`; did you mean `version`?
      |
    1 | temporal.verson=1
      |          ^^^^^^
    ");
    insta::assert_snapshot!(wrong("extends: local\n", &["wrker.replicas=1"]), @r"
    --set wrker.replicas=1: unknown key `wrker`; did you mean `worker`?
      |
    1 | wrker.replicas=1
      | ^^^^^
    ");
}

#[test]
fn an_assigned_value_is_checked_like_a_value_in_a_file() {
    insta::assert_snapshot!(wrong("extends: local\n", &["worker.replicas=many"]), @"
    --set worker.replicas=many: expected a whole number from 0 to 1000, found `many`
      |
    1 | worker.replicas=many
      |                 ^^^^
    ");
    insta::assert_snapshot!(wrong("extends: local\n", &["worker.replicas=0"]), @"
    --set worker.replicas=0: 0 replicas of a worker need backend `existing`, where somebody else can run the worker; backend `local` needs at least 1
      |
    1 | worker.replicas=0
      |                 ^
    ");
    insta::assert_snapshot!(wrong("extends: local\n", &["worker=3"]), @r"
    --set worker=3: expected a map (`key: value`), found `3`
      |
    1 | worker=3
      |        ^
    ");
    insta::assert_snapshot!(wrong("extends: local\n", &["temporal.version.major=1"]), @r"
    --set temporal.version.major=1: expected a string
      |
    1 | temporal.version.major=1
      |                  ^^^^^
    ");
    insta::assert_snapshot!(
        wrong("extends: local\n", &["temporal.namespaces=[{name: a}, {name: a}]"]), @r"
    --set temporal.namespaces=[{name: a}, {name: a}]: namespace `a` is listed more than once
      |
    1 | temporal.namespaces=[{name: a}, {name: a}]
      |                                        ^
    "
    );
    insta::assert_snapshot!(wrong("extends: local\n", &["worker.run={command: [a}"]), @r"
    --set worker.run={command: [a}: mismatched bracket '[' closed by '}'
      |
    1 | worker.run={command: [a}
      |                      ^
    ");
}

#[test]
fn an_invalid_assignment_gets_an_example() {
    insta::assert_snapshot!(wrong("extends: local\n", &["worker.replicas"]), @r"
    --set worker.replicas: expected `key=value`, such as `worker.replicas=3`
      |
    1 | worker.replicas
      | ^^^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(wrong("extends: local\n", &["extends=base"]), @r"
    --set extends=base: `extends` is allowed only in a file
      |
    1 | extends=base
      |         ^^^^
    ");
}

#[test]
fn the_last_assignment_has_precedence() {
    let sets = ["worker.replicas=3", "worker.replicas=4"];
    let profile = load(&[], "local", &sets).expect("a valid profile");
    assert_eq!(worker(&profile).replicas, 4);
}
