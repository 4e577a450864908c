//! Replicas that die although no fault planned it. The model has one die after so many starts:
//! `HARNESS_MODEL_DEATH`.

use serde_json::Value;
use support::world::{Run, World};

use crate::test::{HASTY, world};

/// Runs `test` with a death in it.
fn test(world: &World, death: &str, arguments: &str) -> Run {
    let mut command = world.command();
    command
        .args(["test", "-p", "simulated", "--seed", "42"])
        .args(arguments.split_whitespace())
        .env("HARNESS_MODEL_DEATH", death);
    world.output(command)
}

/// The reports of a run with `--output json`, after its events if there are any.
fn reports(world: &World, run: &Run) -> Vec<Value> {
    let lines = run.stdout.lines();
    let document = lines.last().expect("there is a document");
    let document: Value = serde_json::from_str(document)
        .or_else(|_| serde_json::from_str(&run.stdout))
        .expect("the last is the document");
    let verdicts = document["verdicts"].as_array().expect("verdicts");
    let reports = verdicts.iter().map(|verdict| {
        let path = verdict["report"].as_str().expect("a path");
        let text = fs_err::read_to_string(world.path().join(path)).expect("the report is there");
        serde_json::from_str(&text).expect("the report is JSON")
    });
    reports.collect()
}

#[test]
fn a_worker_that_dies_in_mid_run_is_an_event_and_a_row_and_no_pass() {
    let world = world();
    let run = test(
        &world,
        "worker-0@5",
        "scenarios/short.yaml --events --output json",
    );
    assert_eq!(run.code, 2, "{run}");
    let events = run.lines();
    let died: Vec<&Value> = events
        .iter()
        .filter(|event| event["kind"] == "replica-died")
        .collect();
    let [died] = &died[..] else {
        panic!("one death in {run}");
    };
    let started = events.iter().find(|it| it["kind"] == "scenario-started");
    let started = started.expect("it began");
    assert_eq!(started["scenario"], "short");
    assert!(died["run"].is_string(), "{died:#}");
    assert_eq!(died["run"], started["run"]);
    assert_eq!(died["replica"], "worker-0");
    assert_eq!(died["status"], "exit status: 3");
    assert!(died["at-ms"].is_number(), "{died:#}");
    let reports = reports(&world, &run);
    let row = &reports[0]["deaths"][0];
    for key in ["replica", "at-ms", "status"] {
        assert_eq!(row[key], died[key], "{key}");
    }
    assert_eq!(row["log-tail"]["lines"], died["log-tail"]["lines"]);
    let reason = reports[0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("worker-0 died by itself "), "{reason}");
    assert!(
        reason.ends_with(" into the run: exit status: 3"),
        "{reason}"
    );
}

#[test]
fn a_summary_has_the_death_with_the_last_words_of_this_launch_only() {
    let world = world();
    // What an earlier launch wrote is in the same file.
    for verb in ["up", "down"] {
        assert_eq!(world.run(&format!("{verb} -p simulated")).code, 0);
    }
    let run = test(&world, "worker-0@5", "scenarios/short.yaml");
    assert_eq!(run.code, 2, "{run}");
    let rows: Vec<&str> = run
        .stdout
        .lines()
        .skip_while(|line| *line != "  unplanned deaths")
        .take_while(|line| !line.is_empty())
        .map(str::trim)
        .collect();
    assert_eq!(rows.len(), 4, "{run}");
    assert!(rows[1].starts_with("worker-0  at "), "{run}");
    assert!(rows[1].ends_with("exit status: 3"), "{run}");
    assert_eq!(rows[2], "> create replica/worker-0");
    assert_eq!(rows[3], "> panic: the model lets it die");
    let log = world.state().join("logs/worker-0.log");
    let log = fs_err::read_to_string(log).expect("there is a log");
    assert!(log.matches("create replica/worker-0").count() > 1, "{log}");
    let told = "✗ short: worker-0 died by itself ";
    assert!(run.stderr.contains(told), "{run}");
}

#[test]
fn a_death_is_told_before_what_came_of_it() {
    let world = world();
    world.write("hasty.yaml", HASTY);
    let run = test(&world, "worker-0@3", "hasty.yaml");
    assert_eq!(
        run.code, 2,
        "a threshold that was missed says nothing: {run}"
    );
    let reason = "hasty: worker-0 died by itself ";
    assert!(run.stdout.contains(reason), "{run}");
}

#[test]
fn what_a_fault_kills_is_no_death_and_what_dies_beside_it_is() {
    let world = world();
    // 60 starts in all; the last third is in the recovery, when the fault is over.
    let run = test(&world, "worker-1@55", "scenarios/crash.yaml --output json");
    assert_eq!(run.code, 2, "{run}");
    let reports = reports(&world, &run);
    let deaths = reports[0]["deaths"].as_array().expect("a list");
    let died: Vec<&str> = deaths
        .iter()
        .filter_map(|death| death["replica"].as_str())
        .collect();
    assert_eq!(died, ["worker-1"], "{run}");
}

#[test]
fn a_scenario_after_one_with_a_death_runs_on_what_was_mended() {
    let world = world();
    let run = test(
        &world,
        "worker-0@5",
        "scenarios/short.yaml scenarios/crash.yaml --output json",
    );
    assert_eq!(run.code, 2, "the gravest decides: {run}");
    let reports = reports(&world, &run);
    let told: Vec<(&Value, usize)> = reports
        .iter()
        .map(|report| {
            let deaths = report["deaths"].as_array().expect("a list");
            (&report["verdict"], deaths.len())
        })
        .collect();
    assert_eq!(
        told,
        [(&"inconclusive".into(), 1), (&"pass".into(), 0)],
        "{run}"
    );
    let mended = "replace replica/worker-0: the model marks it as dead";
    assert!(run.stderr.contains(mended), "{run}");
}

#[test]
fn figures_of_a_bench_with_a_death_in_it_say_nothing() {
    let world = world();
    let bench = |output: &str| {
        let mut command = world.command();
        let line = "bench throughput -p simulated --warmup 50ms --duration 300ms --concurrency 2";
        command
            .args(line.split_whitespace())
            .args(["--output", output])
            .env("HARNESS_MODEL_DEATH", "worker-0@5");
        world.output(command)
    };
    let run = bench("text");
    assert_eq!(run.code, 2, "{run}");
    let told = "these figures are not valid: worker-0 died by itself ";
    assert!(run.stdout.contains(told), "{run}");
    let run = bench("json");
    assert_eq!(run.code, 2, "{run}");
    let death = run.json()["deaths"][0].take();
    assert_eq!(death["replica"], "worker-0");
    assert!(death["at-ms"].is_number(), "it was in the run: {death:#}");
}
