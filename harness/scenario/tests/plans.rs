//! What a scenario resolves to.

use std::collections::BTreeMap;

use backend::run_id::RunId;
use backend::{ExistingCluster, Place};
use jiff::Timestamp;

use super::super::{Document, Environment, Resolution, RunPlan, resolve};
use super::{CRASH, place, plan, resolution, resolution_in, topology};

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
          "mix": [
            {
              "name": "Workflow",
              "weight": 1,
              "workflow-type": "Workflow",
              "task-queue": "hello-world",
              "input": [
                "Hello {{ name }}!"
              ],
              "result": "Hello {{ name }}!"
            }
          ],
          "call-timeout-ms": 10000,
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
        let request = |plan: &RunPlan| super::request(&plan.workloads[0], n);
        assert_eq!(request(&one), request(&other));
    }
}

#[test]
fn another_seed_gives_other_ids_and_other_names() {
    let requests = |seed| {
        let workloads = plan(CRASH, seed).workloads;
        (0..50)
            .map(|n| super::request(&workloads[0], n))
            .map(|request| request.start)
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

/// An existing cluster with a limit.
fn limited(starts_per_second: Option<u32>) -> Place {
    Place {
        backend: "existing".to_owned(),
        cluster: Some(ExistingCluster {
            address: "temporal.example:7233".to_owned(),
            namespace: "orders".to_owned(),
            starts_per_second,
        }),
        ..place()
    }
}

#[test]
fn the_limit_of_a_cluster_is_part_of_the_plan() {
    for limit in [Some(10), None] {
        let resolution = resolution_in(CRASH, 42, &limited(limit)).expect("it is within");
        let Resolution::Runnable(plan) = resolution else {
            panic!("it can run: {resolution:?}");
        };
        assert_eq!(plan.starts_per_second, limit);
    }
}

#[test]
fn what_the_limit_of_a_cluster_does_not_allow_is_refused_with_its_line() {
    let refused = |text: &str| {
        let error = resolution_in(text, 42, &limited(Some(15)));
        error.expect_err("it is above the limit").to_string()
    };
    let one = CRASH.replace("rate: 10/s", "rate: 16/s");
    let second = "workload:\n  - name: more\n    executor: {constant-arrival-rate: {rate: 6/s, \
                  max-in-flight: 9}}\n    workflow: {type: Workflow}\n";
    let two = CRASH.replace("workload:\n", second);
    let threshold = CRASH.replace(r#"throughput: ">= 90%""#, r#"throughput: ">= 20/s""#);
    assert_ne!(threshold, CRASH, "the test changes it");
    assert_ne!(one, CRASH, "the test changes it");
    let errors = [one, two, threshold].map(|text| refused(&text));
    insta::assert_snapshot!(errors.join("\n"), @r#"
    crash.yaml:8:7: 16/s is more than the 15/s of workflow starts that `backend.existing.rate-limit` of the profile allows; lower the rate, or raise `rate-limit` if the cluster may get this load
      |
    8 |       constant-arrival-rate: {rate: 16/s, arrivals: uniform, max-in-flight: 100}
      |       ^
    crash.yaml:11:7: 10/s and the 6/s of the workloads before are more than the 15/s of workflow starts that `backend.existing.rate-limit` of the profile allows; lower the rate, or raise `rate-limit` if the cluster may get this load
       |
    11 |       constant-arrival-rate: {rate: 10/s, arrivals: uniform, max-in-flight: 100}
       |       ^
    crash.yaml:22:7: the throughput `>= 20/s` cannot be reached with the 15/s of workflow starts that `backend.existing.rate-limit` of the profile allows; lower the threshold, or raise `rate-limit`
       |
    22 |       error-rate: "< 1%"
       |       ^
    "#);
    let share = CRASH.replace(r#"throughput: ">= 90%""#, r#"throughput: "< 20/s""#);
    resolution_in(&share, 42, &limited(Some(15))).expect("a slow run meets it");
}

#[test]
fn rates_that_add_up_to_the_limit_are_within_it() {
    // As floating-point numbers, these rates add up to more than 3.
    let workload = |name: &str, rate: &str| {
        format!(
            "  - name: {name}\n    executor: {{constant-arrival-rate: {{rate: {rate}, \
             max-in-flight: 9}}}}\n    workflow: {{type: Workflow}}\n"
        )
    };
    let others = format!(
        "workload:\n{}{}",
        workload("a", "0.1/s"),
        workload("b", "2.7/s")
    );
    let at = CRASH.replace("rate: 10/s", "rate: 0.2/s");
    let at = at.replace("workload:\n", &others);
    resolution_in(&at, 42, &limited(Some(3))).expect("it is within");
    let above = at.replace("rate: 0.2/s", "rate: 0.21/s");
    resolution_in(&above, 42, &limited(Some(3))).expect_err("it is above");
}

#[test]
fn a_built_in_scenario_above_the_limit_cannot_run_there() {
    let document = Document::built_in("steady").expect("it is built in");
    let place = limited(Some(1));
    let topology = topology();
    let environment = Environment {
        topology: &topology,
        place: &place,
        levers: &BTreeMap::new(),
    };
    let run = RunId::new(1, Timestamp::UNIX_EPOCH);
    let resolution = resolve(&document, 1, run, environment).expect("it is valid");
    let Resolution::Unrunnable { reasons } = resolution else {
        panic!("it is above the limit: {resolution:?}");
    };
    assert!(
        reasons[0].contains("the 1/s of workflow starts"),
        "{reasons:?}"
    );
}
