//! Profiles that are wrong, or named otherwise than by their name.

use insta::assert_snapshot;
use support::world::World;

/// A scenario that is right.
const SCENARIO: &str = "\
apiVersion: harness/v1
kind: Scenario
name: any
description: a scenario that is right
workload:
  - name: hello
    executor: {constant-concurrency: {users: 1}}
    timeout: 10s
    workflow: {type: Workflow}
phases: {baseline: 1s}
";

#[test]
fn an_unknown_profile_is_named_with_what_was_perhaps_meant() {
    assert_snapshot!(World::new().run("up -p simulted"), @"
    --- stderr
    error: there is no profile `simulted`, neither in `profiles` nor built in; did you mean `simulated`?
    --- exit 65
    ");
}

#[test]
fn a_wrong_setting_is_shown_where_it_is_wrong() {
    let world = World::new();
    assert_snapshot!(world.run("up -p simulated --set worker.replcas=3"), @"
    --- stderr
    error: --set worker.replcas=3: unknown key `replcas`; did you mean `replicas`?
      |
    1 | worker.replcas=3
      |        ^^^^^^^
    --- exit 65
    ");
    assert_snapshot!(world.run("up -p simulated --set worker.replicas=many"), @"
    --- stderr
    error: --set worker.replicas=many: expected a whole number from 0 to 1000, found `many`
      |
    1 | worker.replicas=many
      |                 ^^^^
    --- exit 65
    ");
    assert_snapshot!(world.run("up -p simulated --set worker"), @"
    --- stderr
    error: --set worker: expected `key=value`, such as `worker.replicas=3`
      |
    1 | worker
      | ^^^^^^
    --- exit 65
    ");
}

#[test]
fn a_wrong_profile_is_shown_where_it_is_wrong() {
    let world = World::new();
    let text = "apiVersion: harness/v1\nkind: Profile\nname: broken\nextends: base\n\
        backend: {simulated: {}}\nworker:\n  replicas: -1\n";
    world.write("profiles/broken.yaml", text);
    assert_snapshot!(world.run("up -p broken"), @"
    --- stderr
    error: profiles/broken.yaml:7:13: expected a whole number from 0 to 1000, found `-1`
      |
    7 |   replicas: -1
      |             ^^
    --- exit 65
    ");
    world.write("profiles/broken.yaml", "name: [");
    assert_snapshot!(world.run("up -p broken"), @"
    --- stderr
    error: profiles/broken.yaml:1:7: expected a string, found `[`
      |
    1 | name: [
      |       ^
    --- exit 65
    ");
}

#[test]
fn a_profile_file_that_does_not_exist_is_said_to_be_missing() {
    let run = World::new().run("up --file profiles/nope.yaml");
    assert_eq!(run.code, 65, "{run}");
    let told = "could not read profile `profiles/nope.yaml`\n  caused by: the file does not exist";
    assert!(run.stderr.contains(told), "{run}");
}

#[test]
fn a_profile_by_file_is_named_again_in_what_to_do_next() {
    let world = World::new();
    let up = world.run_words(&[
        "up",
        "-f",
        "profiles/simulated.yaml",
        "--set",
        "name=a-copy",
    ]);
    let next: Vec<&str> = up
        .stdout
        .lines()
        .skip_while(|line| *line != "then:")
        .collect();
    assert_snapshot!(next.join("\n"), @"
    then:
      harness status --file profiles/simulated.yaml --set name=a-copy
      harness logs -f worker --file profiles/simulated.yaml --set name=a-copy
      harness open web --file profiles/simulated.yaml --set name=a-copy
      harness down --file profiles/simulated.yaml --set name=a-copy
    ");
}

#[test]
fn a_state_folder_of_another_version_is_left_alone() {
    let world = World::up();
    fs_err::write(
        world.state().join("state.json"),
        r#"{"layout": 999, "harness": "9.0.0"}"#,
    )
    .expect("the file can be written");
    assert_snapshot!(world.run("up -p simulated"), @"
    --- stderr
    error: [folder]/.harness/simulated has state layout 999, but this harness needs layout 2
      hint: Run `harness down --profile simulated` with the version that wrote it, then remove [folder]/.harness/simulated.
    --- exit 65
    ");
}

/// A profile of a place, with these lines under it.
fn profile(world: &World, backend: &str, lines: &str) {
    let text = format!(
        "apiVersion: harness/v1\nkind: Profile\nname: mine\nextends: base\nbackend: \
         {backend}\n{lines}\n"
    );
    world.write("profiles/mine.yaml", &text);
}

#[test]
fn a_misspelt_dynamic_configuration_key_is_refused_for_every_place_by_every_verb() {
    let world = World::new();
    world.write("scenarios/any.yaml", SCENARIO);
    let lines = "temporal:\n  dynamic-config:\n    frontend.namespaceRSP: 2400";
    let expected = "profiles/mine.yaml:8:5: Temporal 1.32.0 has no dynamic configuration key \
        `frontend.namespaceRSP`; did you mean `frontend.namespaceRPS`?";
    for backend in [
        "{simulated: {}}",
        "{local: {}}",
        "{k3d: {}}",
        "{process: {engine: {dev-server: {}}}}",
        "{process: {engine: {server: {}}}}",
        "{azure: {region: westeurope}}",
    ] {
        profile(&world, backend, lines);
        for verb in [
            "up -p mine",
            "up -p mine --dry-run",
            "test scenarios -p mine",
            "render -p mine",
            "cost -p mine",
            "plan -p mine --rehearse",
            "promote -p mine --rehearse",
            "parity mine mine",
        ] {
            let run = world.run(verb).to_string();
            assert!(run.contains(expected), "{backend}: {verb}:\n{run}");
            assert!(
                run.ends_with("--- exit 65\n") || run.ends_with("--- exit 65"),
                "{run}"
            );
        }
    }
    assert!(!world.path().join(".harness").exists(), "nothing was begun");
}

#[test]
fn a_dynamic_configuration_value_of_a_wrong_type_is_told_what_is_expected() {
    let world = World::new();
    profile(
        &world,
        "{simulated: {}}",
        "temporal: {dynamic-config: {frontend.namespaceRPS: many}}",
    );
    assert_snapshot!(world.run("up -p mine"), @"
    --- stderr
    error: profiles/mine.yaml:6:52: `frontend.namespaceRPS`: expected a whole number, found the string `many`
      |
    6 | temporal: {dynamic-config: {frontend.namespaceRPS: many}}
      |                                                    ^^^^
    --- exit 65
    ");
    let set = "temporal.dynamic-config.frontend.namespaceRPS=1.0";
    assert_snapshot!(world.run_words(&["up", "-p", "simulated", "--set", set]), @"
    --- stderr
    error: --set temporal.dynamic-config.frontend.namespaceRPS=1.0: `frontend.namespaceRPS`: expected a whole number, found the number `1.0`
      |
    1 | temporal.dynamic-config.frontend.namespaceRPS=1.0
      |                                               ^^^
    --- exit 65
    ");
    let set = "temporal.dynamic-config.frontend.namespaceRPS=[{value: 1, constraints: \
               {taskQueueName: a}}]";
    assert_snapshot!(world.run_words(&["up", "-p", "simulated", "--set", set]), @"
    --- stderr
    error: --set temporal.dynamic-config.frontend.namespaceRPS=[{value: 1, constraints: {taskQueueName: a}}]: `frontend.namespaceRPS`: this setting allows the constraint `namespace`, found `taskQueueName`
      |
    1 | temporal.dynamic-config.frontend.namespaceRPS=[{value: 1, constraints: {taskQueueName: a}}]
      |                                                ^
    --- exit 65
    ");
}

#[test]
fn what_something_else_would_refuse_later_is_refused_before_anything_begins() {
    let world = World::new();
    let mut said = Vec::new();
    for lines in [
        "temporal: {namespaces: [{name: größe}]}",
        "worker: {environment: {A=B: x}}",
        "temporal: {ready-timeout: 0s}",
        "web: {ready-timeout: 1 minute}",
        "temporal: {port: 0}",
        "worker: {task-queue: /_sys/a}",
    ] {
        profile(&world, "{simulated: {}}", lines);
        said.push(world.run("up -p mine").to_string());
    }
    assert_snapshot!(said.join("\n"), @"
    --- stderr
    error: profiles/mine.yaml:6:32: `größe` is not a namespace name (1 to 200 printable ASCII characters without spaces; not `temporal-system`)
      |
    6 | temporal: {namespaces: [{name: größe}]}
      |                                ^^^^^
    --- exit 65
    --- stderr
    error: profiles/mine.yaml:6:24: `A=B` is not an environment variable name (letters, digits, `_`, `-` and `.`, not starting with a digit)
      |
    6 | worker: {environment: {A=B: x}}
      |                        ^^^
    --- exit 65
    --- stderr
    error: profiles/mine.yaml:6:27: `ready-timeout` must be from 1ms to 1d, found `0s`
      |
    6 | temporal: {ready-timeout: 0s}
      |                           ^^
    --- exit 65
    --- stderr
    error: profiles/mine.yaml:6:22: `1 minute` is not a duration (such as `250ms`, `90s`, `2m30s`, `3d`)
      |
    6 | web: {ready-timeout: 1 minute}
      |                      ^^^^^^^^
    --- exit 65
    --- stderr
    error: profiles/mine.yaml:6:18: expected a whole number from 1 to 65535, found `0`
      |
    6 | temporal: {port: 0}
      |                  ^
    --- exit 65
    --- stderr
    error: profiles/mine.yaml:6:22: `/_sys/a` is not a task queue name (1 to 200 characters without spaces, not starting with `/_sys/` or `temporal-sys-`)
      |
    6 | worker: {task-queue: /_sys/a}
      |                      ^^^^^^^
    --- exit 65
    ");
    world.write(
        "profiles/a-.yaml",
        "apiVersion: harness/v1\nkind: Profile\nname: a-\nextends: simulated\n",
    );
    assert_snapshot!(world.run("up -f profiles/a-.yaml"), @"
    --- stderr
    error: profiles/a-.yaml:3:7: `a-` is not a name (1 to 32 lowercase letters, digits and `-`, no `-` at the start or end)
      |
    3 | name: a-
      |       ^^
    --- exit 65
    ");
    assert!(!world.path().join(".harness").exists(), "nothing was begun");
}

#[test]
fn a_scenario_whose_timeout_is_no_time_is_refused_before_anything_begins() {
    let world = World::new();
    let scenario = SCENARIO.replace("timeout: 10s", "timeout: 0s");
    world.write("scenarios/none.yaml", &scenario);
    assert_snapshot!(world.run("test scenarios/none.yaml -p simulated"), @"
    --- stderr
    error: scenarios/none.yaml:8:14: `timeout` must be from 1ms to 30d, found `0s`
      |
    8 |     timeout: 0s
      |              ^^
    --- exit 65
    ");
}

#[test]
fn a_missing_key_is_shown_at_the_top_of_the_file() {
    let world = World::new();
    world.write(
        "profiles/mine.yaml",
        "# mine\nkind: Profile\nname: mine\nextends: simulated\n",
    );
    assert_snapshot!(world.run("up -p mine"), @"
    --- stderr
    error: profiles/mine.yaml:2:1: key `apiVersion` is missing; expected `apiVersion: harness/v1`
      |
    2 | kind: Profile
      | ^^^^
    --- exit 65
    ");
}

#[test]
fn values_with_constraints_come_to_the_server_as_they_are_written() {
    let world = World::new();
    let lines = "temporal:\n  dynamic-config:\n    \
        frontend.namespaceRPS: [{value: 100, constraints: {namespace: default}}, {value: 2400}]\n    \
        limit.maxIDLength: 9007199254740993\n    \
        admin.matchingNamespaceToPartitionDispatchRate: 1.0";
    profile(&world, "{k3d: {}}", lines);
    let objects = world.run("render -p mine").to_string();
    let start = objects
        .find("dynamic-config.yaml: ")
        .expect("the file is in a ConfigMap");
    let shown = objects[start..].lines().take(26);
    let file: String = shown.flat_map(|line| [line.trim_end(), "\n"]).collect();
    assert_snapshot!(file, @r#"
    dynamic-config.yaml: |
        {
          "admin.matchingNamespaceToPartitionDispatchRate": [
            {
              "value": 1.0
            }
          ],
          "frontend.namespaceRPS": [
            {
              "constraints": {
                "namespace": "default"
              },
              "value": 100
            },
            {
              "value": 2400
            }
          ],
          "limit.maxIDLength": [
            {
              "value": 9007199254740993
            }
          ]
        }
    kind: ConfigMap
    metadata:
    "#);
    profile(&world, "{process: {engine: {dev-server: {}}}}", lines);
    assert_snapshot!(world.run("up -p mine"), @"
    --- stderr
    error: profiles/mine.yaml:8:28: `frontend.namespaceRPS`: the development server allows only one value, without constraints; use engine `server` or `--backend k3d`
      |
    8 |     frontend.namespaceRPS: [{value: 100, constraints: {namespace: default}}, {value: 2400}]
      |                            ^
    --- exit 65
    ");
}
