//! Scenarios of the project, on the real topology.

use std::collections::BTreeMap;

use support::{Look as _, Place, proofs, report};

#[test]
fn hello_world_passes_and_everything_is_taken_down() {
    let place = Place::new();
    let test = place.harness(&["test", "scenarios/smoke.yaml", "--output", "json"]);
    let report = report(&place, &test.run().exits(0));
    assert_eq!(report["verdict"], "pass", "{report:#}");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn a_crash_of_the_worker_loses_nothing_and_keep_leaves_it_up() {
    let place = Place::new();
    let arguments = [
        "test",
        "scenarios/worker-crash.yaml",
        "--keep",
        "--output",
        "json",
    ];
    proofs(&place, &place.harness(&arguments).run());
    place.harness(&["status"]).run().exits(0);
    let pids = place.pids();

    // What was up before a run is up after it.
    place
        .harness(&["test", "scenarios/smoke.yaml"])
        .run()
        .exits(0);
    assert_eq!(place.pids(), pids);
    place.down();
}

#[test]
fn every_canary_ends_right() {
    let place = Place::new();
    // With this seed, each canary is started.
    let arguments = [
        "test",
        "scenarios/mix.yaml",
        "--seed",
        "1",
        "--output",
        "json",
    ];
    let reports = proofs(&place, &place.harness(&arguments).run());
    let flows = reports[0]["phases"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|phase| phase["flows"].as_array().into_iter().flatten());
    let mut completed: BTreeMap<String, u64> = BTreeMap::new();
    for flow in flows {
        let name = flow["flow"].as_str().unwrap_or_default().to_owned();
        *completed.entry(name).or_default() += flow["completed"].as_u64().unwrap_or_default();
    }
    assert_eq!(completed.len(), 12, "{completed:?}");
    assert!(completed.values().all(|count| *count > 0), "{completed:?}");
    place.assert_nothing_is_left(&[]);
}

/// Flows whose clients cannot make all their calls, beside one that works.
const UNFINISHED: &str = r#"apiVersion: harness/v1
kind: Scenario
name: unfinished
description: Clients that cannot make all their calls
seed: 1
workload:
  - name: mixed
    executor: {constant-arrival-rate: {rate: 4/s, arrivals: uniform, max-in-flight: 100}}
    mix:
      - {name: works, workflow: {type: Workflow, input: ["{{ name }}"], result: "Hello {{ name }}!"}}
      - {name: rejected, workflow: {type: UpdateRegister, input: [1]}, steps: [{update: {name: set, input: [-5]}}]}
      - {name: unknown, workflow: {type: UpdateRegister, input: [1]}, steps: [{query: {name: nothing}}]}
      - {name: waits, workflow: {type: UpdateRegister, input: [1]}, steps: [{wait: 1h}, {signal: {name: close}}]}
    timeout: 10m
phases: {baseline: 6s, drain: 5s}
expect: {generator-delay: 1h}
"#;

#[test]
fn workflows_whose_clients_could_not_make_all_calls_are_terminated() {
    let place = Place::new();
    let scenario = place.root().join("scenarios/unfinished.yaml");
    fs_err::write(scenario, UNFINISHED).expect("writable");
    let test = place.harness(&["test", "unfinished", "--output", "json"]);
    let report = report(&place, &test.run().exits(2));
    let phase = &report["phases"][0];
    let calls = phase["calls"].as_array().expect("calls");
    let failure = |operation: &str| {
        let call = calls.iter().find(|call| call["operation"] == operation);
        let failed = &call.expect("it was made")["failures"]["Failed"];
        failed["first"].as_str().unwrap_or_default().to_owned()
    };
    let (update, query) = (failure("update"), failure("query"));
    assert!(update.contains("-5 is negative"), "{update}");
    assert!(query.contains("nothing"), "{query}");
    let reasons = report["reasons"].to_string();
    for flow in ["rejected", "unknown", "waits"] {
        let reason = format!("no workflow of `mixed` with the flow `{flow}` completed");
        assert!(reasons.contains(&reason), "{flow}: {report:#}");
    }
    let invariants = report["invariants"].as_array().expect("invariants");
    let closed = invariants.iter().find(|it| it["invariant"] == "all-closed");
    let closed = closed.expect("it is checked");
    assert_eq!(closed["counter-examples"], serde_json::json!([]));
    assert_eq!(
        closed["checked"], phase["offered"],
        "all are closed: {report:#}"
    );
    place.assert_nothing_is_left(&[]);
}
