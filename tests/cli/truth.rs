//! `test` where what was not seen, or not sent, must not count as good.

use serde_json::Value;
use support::world::{Run, World};

/// Workflows that take 800 ms, for which a client waits 500 ms.
const SLOW: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: slow
description: Workflows take longer than they are waited for
workload:
  - name: slow
    executor:
      constant-arrival-rate: {rate: 100/s, arrivals: uniform, max-in-flight: 100}
    workflow: {type: Sleep, input: ["800ms"]}
    timeout: 500ms
phases: {baseline: 300ms, drain: 10s}
expect:
  generator-delay: 5m
  phases:
    baseline: {start-to-close: {p50: "< 600ms", p90: "< 600ms"}}
  invariants: [no-lost-start]
"#;

/// Workflows of which the server can tell nothing afterwards.
const UNREADABLE: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: unreadable
description: Nothing can be read back
workload:
  - name: unreadable
    executor:
      constant-arrival-rate: {rate: 100/s, arrivals: uniform, max-in-flight: 100}
    workflow: {type: Unreadable, input: ["{{ name }}"], result: "Hello {{ name }}!"}
phases: {baseline: 300ms, drain: 1s}
expect:
  generator-delay: 5m
"#;

/// More than any generator can send.
const FLOOD: &str = r#"
apiVersion: harness/v1
kind: Scenario
name: flood
description: More arrivals than can be sent
workload:
  - name: flood
    executor:
      constant-arrival-rate: {rate: 1000000/s, arrivals: uniform, max-in-flight: 10}
    workflow: {type: Workflow, input: ["{{ name }}"], result: "Hello {{ name }}!"}
phases: {warmup: 100ms, baseline: 200ms, drain: 5s}
expect:
  generator-delay: 60s
"#;

/// A run of one scenario, and its report.
fn run(world: &World, name: &str, text: &str) -> (Run, Value) {
    world.write(&format!("{name}.yaml"), text);
    let run = world.run(&format!("test -p simulated {name}.yaml --seed 42"));
    let reports = world.state().join("reports");
    let folder = fs_err::read_dir(reports).expect("there are reports");
    let folder = folder.map(|entry| entry.expect("an entry").path());
    let report = folder.map(|folder| folder.join("report.json")).next();
    let report = fs_err::read_to_string(report.expect("a report")).expect("it can be read");
    (
        run,
        serde_json::from_str(&report).expect("a report is JSON"),
    )
}

#[test]
fn a_latency_that_nobody_saw_passes_no_upper_bound() {
    let world = World::new();
    let (run, report) = run(&world, "slow", SLOW);
    assert_eq!(run.code, 2, "{run}");
    let phase = &report["phases"][0];
    assert_eq!(phase["given-up"], 30, "{report:#}");
    assert_eq!(phase["start-to-close"]["censored"], 30);
    let latency = &phase["start-to-close"];
    assert!(
        latency["p50-at-least-ms"].as_f64() > Some(500.0),
        "{latency:#}"
    );
    assert!(latency.get("p50-at-most-ms").is_some_and(Value::is_null));
    assert!(latency.get("p50-ms").is_none(), "{latency:#}");
    for expectation in report["expectations"].as_array().expect("a list") {
        let actual = expectation["actual"].as_str().expect("a text");
        assert!(actual.starts_with("> "), "{expectation:#}");
        assert!(
            expectation["value-at-least"].as_f64() > Some(500.0),
            "{expectation:#}"
        );
        assert!(expectation.get("value-at-most").is_some_and(Value::is_null));
        assert_eq!(expectation["met"], false, "{expectation:#}");
    }
    assert!(run.stdout.contains("given up"), "{run}");
    assert!(
        run.stdout.contains("NOT OK  baseline start-to-close p50"),
        "{run}"
    );
    let reasons = report["reasons"].as_array().expect("a list");
    let given_up = "the client gave up on 30 of 30 workflows in baseline (100%), \
                    and the scenario sets no `error-rate` for the phase";
    assert!(reasons.contains(&given_up.into()), "{reasons:#?}");
}

#[test]
fn what_could_not_be_read_back_is_said_of_every_invariant_and_nothing_holds() {
    let world = World::new();
    let (run, report) = run(&world, "unreadable", UNREADABLE);
    assert_eq!(run.code, 2, "{run}");
    assert!(!run.stdout.contains("holds"), "{run}");
    for invariant in report["invariants"].as_array().expect("a list") {
        let name = invariant["invariant"].as_str().expect("a name");
        assert_eq!(invariant["checked"], 0, "{invariant:#}");
        assert_eq!(invariant["not-checked"], 30, "{invariant:#}");
        let why = invariant["why-not"].as_str().expect("a reason");
        assert!(why.contains("its history is damaged"), "{invariant:#}");
        let shown = run
            .stdout
            .lines()
            .find(|line| line.contains(&format!("UNKNOWN  {name} ")));
        let shown = shown.unwrap_or_else(|| panic!("{name}: {run}"));
        assert!(
            shown.contains("not checked on any of 30 workflows: "),
            "{run}"
        );
    }
    let reasons = report["reasons"].as_array().expect("a list");
    let unchecked = "no-lost-start, right-result, all-closed, history-integrity were not \
                     checked on any workflow";
    assert!(reasons.contains(&unchecked.into()), "{reasons:#?}");
    assert!(
        report["reason"]
            .as_str()
            .is_some_and(|it| it.ends_with(" more"))
    );
}

#[test]
fn a_rate_that_nobody_can_send_is_counted_in_full_and_leaves_little_behind() {
    let world = World::new();
    let (run, report) = run(&world, "flood", FLOOD);
    assert_eq!(run.code, 2, "{run}");
    let count = |phase: usize, key: &str| {
        let count = &report["phases"][phase][key];
        count
            .as_u64()
            .unwrap_or_else(|| panic!("{key}: {report:#}"))
    };
    assert_eq!(
        (count(0, "offered"), count(1, "offered")),
        (100_000, 200_000)
    );
    for phase in 0..2 {
        let keys = [
            "completed",
            "failed",
            "refused",
            "unknown",
            "given-up",
            "dropped",
            "not-sent",
        ];
        let all: u64 = keys.iter().map(|key| count(phase, key)).sum();
        assert_eq!(all, count(phase, "offered"), "{report:#}");
    }
    let folder = world.state().join("reports");
    let folder = fs_err::read_dir(folder).expect("there are reports").next();
    let folder = folder.expect("one report").expect("an entry").path();
    let size = fs_err::metadata(folder.join("iterations.ndjson"))
        .expect("it is there")
        .len();
    assert!(size < 2_000_000, "{size} bytes");
    let reasons = report["reasons"].as_array().expect("a list");
    let of_baseline = |reason: &Value| {
        let reason = reason.as_str().expect("a text");
        reason.contains(" of 200000 arrivals in baseline were ")
    };
    assert!(reasons.iter().any(of_baseline), "{reasons:#?}");
}

#[test]
fn what_no_generator_can_do_is_refused_where_it_is_said() {
    let world = World::new();
    let wrong = |from: &str, to: &str| {
        world.write("wrong.yaml", &FLOOD.replace(from, to));
        let run = world.run("test -p simulated wrong.yaml");
        assert_eq!(run.code, 65, "{run}");
        run.stderr
    };
    let rate = wrong("rate: 1000000/s", "rate: 1000000000/s");
    assert!(
        rate.starts_with("error: wrong.yaml:9:7: 1000000000/s is more than a generator can count"),
        "{rate}"
    );
    let slots = wrong("max-in-flight: 10}", "max-in-flight: 4000000000}");
    assert!(
        slots.contains("`max-in-flight: 4000000000` is more workflows than"),
        "{slots}"
    );
    let bench = world.run("bench throughput -p simulated --concurrency 4000000000");
    assert_eq!(bench.code, 64, "{bench}");
    assert_eq!(world.run("status -p simulated").code, 69, "nothing is up");
}
