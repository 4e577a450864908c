//! What a scenario resolves to.

use super::super::{Resolution, RunPlan};
use super::{CRASH, plan, resolution};

#[expect(clippy::too_many_lines, reason = "one snapshot of the whole plan")]
#[test]
fn a_plan_leaves_nothing_open() {
    insta::assert_json_snapshot!(plan(CRASH, 42), @r#"
    {
      "run": "2a-0",
      "scenario": "crash",
      "description": "The worker is killed under load",
      "seed": "42",
      "workloads": [
        {
          "name": "hello",
          "executor": {
            "constant-arrival-rate": {
              "rate": "10/s",
              "arrivals": "uniform",
              "max-in-flight": 100
            }
          },
          "seed": "12578764544318200737",
          "workflow-id-prefix": "crash/2a-0/hello/",
          "workflow-type": "Workflow",
          "task-queue": "hello-world",
          "input": [
            "Hello {{ name }}!"
          ],
          "result": "Hello {{ name }}!",
          "start-timeout-ms": 10000,
          "timeout-ms": 30000
        }
      ],
      "phases": [
        {
          "phase": "warmup",
          "offset-ms": 0,
          "length-ms": 1000
        },
        {
          "phase": "baseline",
          "offset-ms": 1000,
          "length-ms": 4000
        },
        {
          "phase": "chaos",
          "offset-ms": 5000,
          "length-ms": 6000
        },
        {
          "phase": "recovery",
          "offset-ms": 11000,
          "length-ms": 4000
        }
      ],
      "drain-ms": 10000,
      "faults": [
        {
          "phase": "chaos",
          "run": "2a-0",
          "id": "crash",
          "nth": 1,
          "fault": "kill",
          "target": {
            "service": "worker"
          },
          "at-ms": 6000,
          "until-ms": 9000
        }
      ],
      "steady-state": {
        "error-rate": "< 1%",
        "start-to-close": {
          "p99": "< 1s"
        }
      },
      "thresholds": [
        {
          "phase": "recovery",
          "thresholds": {
            "error-rate": "< 1%",
            "start-to-close": {
              "p50": "< 1s"
            },
            "throughput": ">= 90%",
            "dropped": "<= 0"
          }
        }
      ],
      "generator-delay-ms": 250,
      "invariants": [
        "no-lost-start",
        "right-result",
        "all-closed",
        "history-integrity"
      ]
    }
    "#);
}

#[test]
fn the_same_seed_gives_the_same_plan_and_the_same_requests() {
    let (one, other) = (plan(CRASH, 42), plan(CRASH, 42));
    assert_eq!(one, other);
    for n in 0..50 {
        let request = |plan: &RunPlan| plan.workloads[0].request(n);
        assert_eq!(request(&one), request(&other));
    }
}

#[test]
fn another_seed_gives_other_ids_and_other_names() {
    let requests = |seed| {
        let workloads = plan(CRASH, seed).workloads;
        (0..50)
            .map(|n| workloads[0].request(n).start)
            .collect::<Vec<_>>()
    };
    let (one, other) = (requests(1), requests(2));
    assert!(
        one.iter()
            .zip(&other)
            .all(|(one, other)| one.workflow_id != other.workflow_id)
    );
    assert!(
        one.iter()
            .zip(&other)
            .any(|(one, other)| one.input != other.input)
    );
}

#[test]
fn a_stored_plan_is_read_back_as_it_was() {
    let plan = plan(CRASH, 42);
    let stored = serde_json::to_string(&plan).expect("a plan becomes JSON");
    assert_eq!(
        serde_json::from_str::<RunPlan>(&stored).expect("a plan"),
        plan
    );
}

#[test]
fn a_fault_that_the_place_does_not_support_is_a_reason_to_skip() {
    let text = CRASH.replace("target: worker", "target: temporal-history");
    let Ok(Resolution::Unrunnable { reasons }) = resolution(&text, 1) else {
        panic!("the scenario cannot run here");
    };
    insta::assert_snapshot!(reasons.join("\n"), @"fault `kill` on `temporal-history` needs backend process with engine server, or k3d; this is backend process with engine dev-server");
}
