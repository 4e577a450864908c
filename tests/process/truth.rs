//! Verdicts on workers that are slow, stuck or right, judged by what the server has.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::hand::{HandWorker, QUEUE};
use support::{Look as _, Place, eventually, report};

/// A scenario whose workflows the worker by hand takes.
fn scenario(kinds: &[&str], executor: &str, workflow: &str, rest: &str) -> String {
    let workload = |kind: &&str| {
        let name = kind.to_lowercase();
        format!(
            "  - name: {name}\n    executor: {executor}\n    workflow:\n      type: {kind}\n      \
             task-queue: {QUEUE}\n{workflow}"
        )
    };
    let workloads: Vec<String> = kinds.iter().map(workload).collect();
    format!(
        "apiVersion: harness/v1\nkind: Scenario\nname: truth\ndescription: By hand\nworkload:\n{}\n{rest}",
        workloads.join("\n")
    )
}

/// The finding of an invariant in a report.
fn finding<'a>(report: &'a Value, invariant: &str) -> &'a Value {
    let findings = report["invariants"].as_array().expect("a list");
    let finding = findings.iter().find(|it| it["invariant"] == invariant);
    finding.unwrap_or_else(|| panic!("{invariant} in {report:#}"))
}

fn assert_holds(report: &Value, invariant: &str, checked: Option<u64>) {
    let finding = finding(report, invariant);
    assert_eq!(
        finding["counter-examples"],
        serde_json::json!([]),
        "{report:#}"
    );
    if let Some(checked) = checked {
        assert_eq!(finding["checked"], checked, "{report:#}");
    }
}

#[test]
fn a_workflow_that_does_not_get_on_says_why() {
    let place = Place::new();
    place.up();
    let _worker = HandWorker::start(place.address("temporal", "grpc"));
    let kinds = ["NonDeterministic", "Hangs", "Retries", "Untaken"];
    let rest = "phases: {baseline: 300ms, drain: 6s}\nexpect: {generator-delay: 5m}\n";
    let document = scenario(
        &kinds,
        "{constant-concurrency: {users: 1}}",
        "    timeout: 1s\n",
        rest,
    );
    fs_err::write(place.root().join("stuck.yaml"), document).expect("writable");
    let test = place.harness(&["test", "stuck.yaml", "--output", "json"]);
    let report = report(&place, &test.run().exits(1));
    let finding = finding(&report, "all-closed");
    for (kind, reason) in [
        (
            "/nondeterministic/",
            &[
                "still running: its workflow task is at attempt ",
                ": workflow task failed (non deterministic error): [TMPRL1100] Nondeterminism \
                 error: no command for the event",
            ][..],
        ),
        (
            "/hangs/",
            &[
                "still running: activity `Hangs` has not ended: state started, last started at ",
                "(attempt 1 of unlimited, no heartbeat, start-to-close timeout 5m)",
            ],
        ),
        (
            "/retries/",
            &[
                "still running: activity `Retries` is at attempt ",
                " of unlimited: last failure: connection refused",
            ],
        ),
        (
            "/untaken/",
            &[
                "still running: no worker has taken activity `greet` from task queue `nobody` since ",
            ],
        ),
    ] {
        let examples = finding["counter-examples"].as_array().expect("a list");
        let of_kind = |it: &&Value| {
            it["workflow-id"]
                .as_str()
                .is_some_and(|id| id.contains(kind))
        };
        let example = examples.iter().find(of_kind);
        let what = example.and_then(|it| it["what"].as_str());
        let what = what.unwrap_or_else(|| panic!("{kind} in {report:#}"));
        for words in reason {
            assert!(what.contains(words), "`{words}` in `{what}`");
        }
    }
    place.down();
}

/// 78 workflows of 8 s whose clients wait for 5 s, and a drain of a minute.
#[test]
fn workflows_that_outlast_their_clients_are_closed_at_the_end_of_the_drain() {
    let place = Place::new();
    place.up();
    let _worker = HandWorker::start(place.address("temporal", "grpc"));
    let document = scenario(
        &["Sleeps"],
        "{constant-arrival-rate: {rate: 13/s, arrivals: uniform, max-in-flight: 500}}",
        "      input: [\"{{ name }}\"]\n      result: \"{{ name }}\\n\"\n    timeout: 5s\n",
        "phases: {baseline: 6s, drain: 60s}\nexpect:\n  phases: {baseline: {error-rate: \"<= \
         100%\"}}\n  generator-delay: 5m\n",
    );
    fs_err::write(place.root().join("slow.yaml"), document).expect("writable");
    let test = place
        .harness(&["test", "slow.yaml", "--output", "json"])
        .run();
    let report = report(&place, &test);
    assert_ne!(report["verdict"], "fail", "{report:#}");
    for invariant in [
        "no-lost-start",
        "right-result",
        "all-closed",
        "history-integrity",
    ] {
        assert_holds(&report, invariant, Some(78));
    }
    place.down();
}

/// The harness is stopped from the first seconds of its load until its drain would be over by the
/// clock: what it then still has to wait for, it waits for.
#[test]
fn a_harness_that_was_stopped_does_not_fail_what_is_still_under_way() {
    let place = Place::new();
    place.up();
    let _worker = HandWorker::start(place.address("temporal", "grpc"));
    let document = scenario(
        &["Sleeps"],
        "{constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 500}}",
        "      input: [\"{{ name }}\"]\n      result: \"{{ name }}\\n\"\n",
        "phases: {baseline: 2s, drain: 12s}\n",
    );
    fs_err::write(place.root().join("stopped.yaml"), document).expect("writable");
    let test = place.harness(&["test", "stopped.yaml", "--output", "json", "--events"]);
    let test = test.start();
    eventually("the load begins", || {
        test.stdout().contains("\"kind\":\"load\"").then_some(())
    });
    test.signal(Signal::SIGSTOP);
    let stopped = Instant::now();
    // The planned end of the drain is what the clock has to pass, so the clock is the condition.
    eventually("the planned end of the drain is past", || {
        (stopped.elapsed() > Duration::from_secs(14)).then_some(())
    });
    test.signal(Signal::SIGCONT);
    let finished = test.wait();
    let last = finished.stdout.lines().last().expect("a document");
    let document: Value = serde_json::from_str(last).expect("JSON");
    let path = document["verdicts"][0]["report"].as_str().expect("a path");
    let report = fs_err::read(place.root().join(path)).expect("it is there");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    // The latencies measured meanwhile are those of the harness.
    assert_eq!(report["verdict"], "inconclusive", "{report:#}");
    let reason = report["reason"].as_str().expect("text");
    assert!(
        reason.starts_with("the harness could not run for "),
        "{reason}"
    );
    assert_holds(&report, "all-closed", None);
    place.down();
}

#[test]
fn a_result_that_ends_in_a_newline_is_right_where_a_worker_returns_one() {
    let place = Place::new();
    place.up();
    let _worker = HandWorker::start(place.address("temporal", "grpc"));
    let document = scenario(
        &["Lines"],
        "{constant-concurrency: {users: 2}}",
        "      input: [\"{{ name }}\"]\n      result: |\n        {{ name }}\n",
        "phases: {baseline: 500ms, drain: 20s}\nexpect: {generator-delay: 5m}\n",
    );
    fs_err::write(place.root().join("lines.yaml"), document).expect("writable");
    let test = place.harness(&["test", "lines.yaml", "--output", "json"]);
    let report = report(&place, &test.run().exits(0));
    assert_eq!(report["verdict"], "pass", "{report:#}");
    place.down();
}
