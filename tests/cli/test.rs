//! `test`.

use camino::Utf8PathBuf;
use insta::assert_snapshot;
use serde_json::Value;
use support::world::{SHORT, World};

/// A constant arrival rate with a fault under way.
pub(crate) const CRASH: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: crash
description: The worker is killed and started again
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 40/s, arrivals: uniform, max-in-flight: 100}
    workflow:
      type: Workflow
      input: ["{{ name }}"]
      result: "Hello {{ name }}!"
phases: {baseline: 500ms, chaos: 500ms, recovery: 500ms, drain: 5s}
faults:
  - {id: crash, fault: kill, target: worker, phase: chaos, at: 100ms, for: 200ms}
expect:
  steady-state:
    error-rate: "< 1%"
  phases:
    recovery: {error-rate: "< 1%"}
  generator-delay: 5m
"#;

/// A threshold that no server meets.
pub(crate) const HASTY: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: hasty
description: Hello world within a bound that nobody meets
workload:
  - name: hello
    executor:
      constant-arrival-rate: {rate: 20/s, arrivals: uniform, max-in-flight: 100}
    workflow:
      type: Workflow
      input: ["{{ name }}"]
phases: {baseline: 500ms, drain: 5s}
expect:
  phases:
    baseline:
      start-to-close: {p99: "< 1us"}
  generator-delay: 5m
"#;

/// A folder with scenarios.
pub(crate) fn world() -> World {
    let world = World::new();
    for (name, text) in [("short", SHORT), ("crash", CRASH)] {
        world.write(&format!("scenarios/{name}.yaml"), text);
    }
    world
}

/// A scenario that the model cannot run: it breaks what the model does not let break.
pub(crate) fn unrunnable() -> String {
    CRASH
        .replace("name: crash\n", "name: unrunnable\n")
        .replace("target: worker", "target: temporal-history")
}

#[test]
fn what_a_test_changes_of_what_is_up_is_told_before_and_stays() {
    let world = World::up();
    world.write("scenarios/short.yaml", SHORT);
    let same = world.run("test -p simulated scenarios");
    assert_eq!(same.code, 0, "{same}");
    assert!(!same.stderr.contains("is changed"), "{same}");
    let other = world.run("test -p simulated --set worker.replicas=3 scenarios");
    assert_eq!(other.code, 0, "{other}");
    let told = "the running topology differs from this command's profile and is changed: create \
                replica/worker-2 (";
    assert!(other.stderr.contains(told), "{other}");
    let stays = "it stays changed afterwards; run `harness up --profile simulated` with its earlier settings";
    assert!(other.stderr.contains(stays), "{other}");
    let status = world.run("status -p simulated --output json");
    assert!(status.stdout.contains("replica/worker-2"), "{status}");
}

#[test]
fn a_seed_that_nobody_chose_is_printed() {
    let plan = world()
        .run("test -p simulated scenarios/short.yaml --dry-run")
        .stdout;
    let seed = plan
        .split_once("(seed ")
        .and_then(|(_, rest)| rest.split_once(')'));
    let (seed, _) = seed.expect("the seed is printed");
    assert!(seed.parse::<u64>().is_ok(), "{plan}");
}

#[test]
fn a_run_brings_up_judges_and_takes_down() {
    let world = world();
    let run = world.run("test -p simulated scenarios/short.yaml --seed 42");
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(without_statistics(&run.stdout), @"
    short: pass
      [count] workflows completed, and every invariant holds
      (Hello world for a moment, and every result is right)
      on backend simulated, engine model, database model, topology [digest]


      invariants
        ok  no-lost-start      holds for all [count] workflows
        ok  right-result       holds for all [count] workflows
        ok  all-closed         holds for all [count] workflows
        ok  history-integrity  holds for all [count] workflows

      run it again with the same seed: harness test --profile simulated scenarios/short.yaml --seed 42

    SCENARIO  VERDICT  REPORT
    short     pass     .harness/simulated/reports/short-[run]/report.json
    ");
    assert_snapshot!(talk(&run.stderr), @"
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … scenario short (seed 42)
    · short: baseline, 300ms
    · short: reading [count] histories back
    ✓ short: pass: [count] workflows completed, and every invariant holds
    ");
    assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
}

#[test]
fn a_run_keeps_what_was_up_and_what_it_is_told_to() {
    let world = world();
    world.run("test -p simulated scenarios/short.yaml --keep");
    assert_eq!(world.run("status -p simulated").code, 0);
    world.run("test -p simulated scenarios/short.yaml");
    assert_eq!(world.run("status -p simulated").code, 0);
}

#[test]
fn a_fault_is_injected_and_undone() {
    let world = world();
    let run = world.run("test -p simulated scenarios/crash.yaml --seed 42");
    assert_eq!(run.code, 0, "{run}");
    assert_snapshot!(talk(&run.stderr), @"
    · profile simulated (profiles/simulated.yaml): backend simulated, engine model, database model, topology [digest]
    … scenario crash (seed 42)
    · crash: baseline, 500ms
    · crash: chaos, 500ms
    · crash: fault crash: worker-0 is gone, worker-1 is gone
    · crash: fault crash healed
    · crash: recovery, 500ms
    · crash: reading [count] histories back
    ✓ crash: pass: [count] workflows completed, and every expectation is met
    ");
    assert_eq!(world.run("heal -p simulated").stdout, "nothing to heal\n");
}

/// The model greets whom it is given, so a newline that is lost on the way in or out makes its
/// answer wrong.
#[test]
fn texts_reach_a_workflow_and_are_expected_of_it_byte_for_byte() {
    let world = World::new();
    for (input, result) in [
        ("\"{{ name }}\\n\"", "\"Hello {{ name }}\\n!\""),
        ("\"{{ name }}\\r\\n\"", "\"Hello {{ name }}\\r\\n!\""),
        ("\"{ {{ n }}\\n\"", "\"Hello { {{ n }}\\n!\""),
        ("\"<ä&'> \\0 {{ id }} \"", "\"Hello <ä&'> \\0 {{ id }} !\""),
        (
            "\"{% raw %}{{{% endraw %}\\n\"",
            "\"Hello {% raw %}{{{% endraw %}\\n!\"",
        ),
    ] {
        let text = SHORT
            .replace("\"{{ name }}\"", input)
            .replace("\"Hello {{ name }}!\"", result);
        world.write("bytes.yaml", &text);
        let run = world.run("test -p simulated bytes.yaml --output json");
        assert_eq!(run.code, 0, "{input}: {run}");
    }
    // What the worker returns ends in a newline, and a result without one is another.
    let block = SHORT
        .replace("\"{{ name }}\"", "\"{{ name }}!\\n\"")
        .replace(
            "\"Hello {{ name }}!\"",
            "|-\n        Hello {{ name }}!\n        !",
        );
    world.write("block.yaml", &block);
    assert_eq!(world.run("test -p simulated block.yaml").code, 0);
    world.write("chomped.yaml", &block.replace("        !\n", ""));
    let run = world.run("test -p simulated chomped.yaml");
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn a_missed_threshold_has_its_exit_code() {
    let world = world();
    world.write("hasty.yaml", HASTY);
    let run = world.run("test -p simulated hasty.yaml --seed 42");
    assert_eq!(run.code, 99, "{run}");
    assert_snapshot!(without_statistics(&run.stdout), @"
    hasty: threshold-missed
      start-to-close p99 in phase baseline was [time], wanted < 1us
      (Hello world within a bound that nobody meets)
      on backend simulated, engine model, database model, topology [digest]


      expectations
        NOT OK  baseline start-to-close p99 [time], wanted < 1us

      invariants
        ok  no-lost-start      holds for all [count] workflows
        ok  all-closed         holds for all [count] workflows
        ok  history-integrity  holds for all [count] workflows

      run it again with the same seed: harness test --profile simulated hasty.yaml --seed 42

    SCENARIO  VERDICT           REPORT
    hasty     threshold-missed  .harness/simulated/reports/hasty-[run]/report.json

    hasty: start-to-close p99 in phase baseline was [time], wanted < 1us
    ");
}

#[test]
fn what_cannot_run_here_is_skipped_by_name_and_the_rest_runs() {
    let world = world();
    world.write("scenarios/unrunnable.yaml", &unrunnable());
    let paths = "scenarios/unrunnable.yaml scenarios/short.yaml";
    let run = world.run(&format!("test -p simulated {paths} --seed 42"));
    assert_eq!(run.code, 0, "{run}");
    let table: Vec<&str> = run
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("SCENARIO"))
        .collect();
    assert_snapshot!(table.join("\n"), @"
    SCENARIO    VERDICT  REPORT
    unrunnable  skipped
    short       pass     .harness/simulated/reports/short-[run]/report.json

    unrunnable: fault `kill` on `temporal-history` needs backend process with engine server, or k3d; this is backend simulated with engine model
    ");
}

#[test]
fn a_run_as_json_is_its_verdicts() {
    let world = world();
    let mut json = world
        .run("test -p simulated scenarios/short.yaml --seed 42 --output json")
        .json();
    let report = json["verdicts"][0]["report"].take();
    let report = world.path().join(report.as_str().expect("a path"));
    assert_snapshot!(format!("{json:#}"), @r#"
    {
      "verdicts": [
        {
          "reason": "[count] workflows completed, and every invariant holds",
          "report": null,
          "scenario": "short",
          "seed": "42",
          "verdict": "pass"
        }
      ]
    }
    "#);
    let report = fs_err::read_to_string(report).expect("the report is there");
    let report: Value = serde_json::from_str(&report).expect("the report is JSON");
    assert_eq!(
        report["replay"],
        "harness test --profile simulated scenarios/short.yaml --seed 42"
    );
}

#[test]
fn the_same_seed_makes_the_same_choices() {
    let choices = |seed: u64| {
        let world = world();
        let run = world.run(&format!(
            "test -p simulated scenarios/crash.yaml --seed {seed} --output json"
        ));
        let json = run.json();
        let report = json["verdicts"][0]["report"].as_str().expect("a path");
        iterations(&world.path().join(report))
    };
    let first = choices(42);
    assert_eq!(first.len(), 60, "40/s for 1.5 s");
    assert_eq!(first, choices(42));
    assert_ne!(first, choices(43));
}

/// Workflow id, intended start and expected result of every iteration beside a report, without the
/// name of the run that is a part of each id.
fn iterations(report: &Utf8PathBuf) -> Vec<(String, String, String)> {
    let folder = report.parent().expect("a report is in a folder");
    let plan = fs_err::read_to_string(folder.join("plan.json")).expect("the plan is there");
    let plan: Value = serde_json::from_str(&plan).expect("the plan is JSON");
    let run = plan["run"].as_str().expect("a run has a name").to_owned();
    let text = fs_err::read_to_string(folder.join("iterations.ndjson")).expect("they are there");
    let mut iterations: Vec<_> = text
        .lines()
        .map(|line| {
            let iteration: Value = serde_json::from_str(line).expect("an iteration is JSON");
            let text = |value: &Value| match value {
                Value::String(text) => text.replace(&run, "[run]"),
                other => other.to_string(),
            };
            (
                text(&iteration["workflow-id"]),
                text(&iteration["start"]["intended-ms"]),
                text(&iteration["expected"]),
            )
        })
        .collect();
    iterations.sort();
    iterations
}

#[test]
fn a_wrong_scenario_is_shown_where_it_is_wrong() {
    let world = World::new();
    world.write("wrong.yaml", &SHORT.replace("users: 2", "usrs: 2"));
    assert_snapshot!(world.run("test -p simulated wrong.yaml"), @"
    --- stderr
    error: wrong.yaml:9:30: unknown key `usrs`; did you mean `users`?
      |
    9 |       constant-concurrency: {usrs: 2}
      |                              ^^^^
    --- exit 65
    ");
    world.write("wrong.yaml", &CRASH.replace("at: 100ms", "at: 400ms"));
    assert_snapshot!(world.run("test -p simulated wrong.yaml"), @"
    --- stderr
    error: wrong.yaml:16:76: the fault ends at 600ms of phase `chaos`, which lasts 500ms
       |
    16 |   - {id: crash, fault: kill, target: worker, phase: chaos, at: 400ms, for: 200ms}
       |                                                                            ^^^^^
    --- exit 65
    ");
    assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
}

#[test]
fn a_path_without_a_scenario_is_an_error() {
    let world = World::new();
    assert_snapshot!(world.run("test -p simulated missing.yaml"), @"
    --- stderr
    error: failed to open file `missing.yaml`: No such file or directory (os error 2)
    --- exit 65
    ");
    fs_err::create_dir(world.path().join("empty")).expect("a folder");
    assert_snapshot!(world.run("test -p simulated empty"), @"
    --- stderr
    error: no scenario in empty
      hint: Name a folder with scenarios, which are files ending in .yaml; see docs/scenario.md.
    --- exit 65
    ");
}

/// A summary without the table of its phases, whose numbers differ from run to run.
fn without_statistics(summary: &str) -> String {
    let mut lines = Vec::new();
    let mut skipping = false;
    for line in summary.lines() {
        skipping = line == "  phases" || (skipping && !line.is_empty());
        if !skipping {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// What was said of the scenario, without the steps of the topology, and without the drain, which
/// only begins where something is still open at the end of the load.
fn talk(stderr: &str) -> String {
    let left_out = [" create ", " remove ", " replace ", ": drain, "];
    let told = stderr
        .lines()
        .filter(|line| !left_out.iter().any(|words| line.contains(words)));
    told.collect::<Vec<_>>().join("\n")
}
