//! What `test` says of scenarios without running them.

use insta::assert_snapshot;
use serde_json::Value;

use crate::test::{unrunnable, world};

#[test]
fn a_list_says_what_there_is_and_what_can_run_here() {
    let world = world();
    world.write("scenarios/unrunnable.yaml", &unrunnable());
    assert_snapshot!(world.run("test -p simulated scenarios --list"), @"
    crash (scenarios/crash.yaml)
      The worker is killed and started again

    short (scenarios/short.yaml)
      Hello world for a moment, and every result is right

    unrunnable (scenarios/unrunnable.yaml)
      The worker is killed and started again
      cannot run here: fault `kill` on `temporal-history` needs backend process with engine server, or k3d; this is backend simulated with engine model
    --- exit 0
    ");
    let json = world
        .run("test -p simulated scenarios --list --output json")
        .json();
    assert_snapshot!(format!("{json:#}"), @r#"
    [
      {
        "description": "The worker is killed and started again",
        "file": "scenarios/crash.yaml",
        "reasons": [],
        "runs-here": true,
        "scenario": "crash"
      },
      {
        "description": "Hello world for a moment, and every result is right",
        "file": "scenarios/short.yaml",
        "reasons": [],
        "runs-here": true,
        "scenario": "short"
      },
      {
        "description": "The worker is killed and started again",
        "file": "scenarios/unrunnable.yaml",
        "reasons": [
          "fault `kill` on `temporal-history` needs backend process with engine server, or k3d; this is backend simulated with engine model"
        ],
        "runs-here": false,
        "scenario": "unrunnable"
      }
    ]
    "#);
    assert!(!world.state().exists(), "nothing was brought up");
}

#[test]
fn a_dry_run_shows_the_resolved_plans() {
    let world = world();
    world.write("scenarios/unrunnable.yaml", &unrunnable());
    assert_snapshot!(world.run("test -p simulated scenarios --dry-run --seed 42"), @"
    crash (seed 42)
      workload hello: Workflow on hello-world, 40/s evenly, at most 100 in flight
            0s  baseline for 500ms
         500ms  chaos for 500ms
            1s  recovery for 500ms
         600ms  fault crash: kill worker, undone at 800ms
      then drain for at most 5s

    short (seed 42)
      workload hello: Workflow on hello-world, constant concurrency of 2
            0s  baseline for 300ms
      then drain for at most 5s

    unrunnable: cannot run here: fault `kill` on `temporal-history` needs backend process with engine server, or k3d; this is backend simulated with engine model
    --- exit 0
    ");
    assert!(!world.state().exists(), "nothing was brought up");
}

/// The plan of a run of `crash`, as the JSON of a dry run.
fn crash_as_json() -> Value {
    let run =
        world().run("test -p simulated scenarios/crash.yaml --dry-run --seed 42 --output json");
    let json = run.json();
    let id = json[0]["run"].as_str().expect("text");
    let text = json.to_string().replace(id, "[run]");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_dry_run_as_json_is_all_that_a_run_follows() {
    let mut json = crash_as_json();
    let plan = json[0].as_object_mut().expect("an object");
    plan.remove("workloads");
    assert_snapshot!(format!("{json:#}"), @r#"
    [
      {
        "description": "The worker is killed and started again",
        "drain-ms": 5000,
        "faults": [
          {
            "at-ms": 600,
            "fault": "kill",
            "id": "crash",
            "nth": 1,
            "phase": "chaos",
            "run": "[run]",
            "target": {
              "service": "worker"
            },
            "until-ms": 800
          }
        ],
        "generator-delay-ms": 300000,
        "invariants": [
          "no-lost-start",
          "right-result",
          "all-closed",
          "history-integrity"
        ],
        "phases": [
          {
            "length-ms": 500,
            "offset-ms": 0,
            "phase": "baseline"
          },
          {
            "length-ms": 500,
            "offset-ms": 500,
            "phase": "chaos"
          },
          {
            "length-ms": 500,
            "offset-ms": 1000,
            "phase": "recovery"
          }
        ],
        "run": "[run]",
        "scenario": "crash",
        "seed": "42",
        "steady-state": {
          "error-rate": "< 1%",
          "start-to-close": {}
        },
        "thresholds": [
          {
            "phase": "recovery",
            "thresholds": {
              "error-rate": "< 1%",
              "start-to-close": {}
            }
          }
        ]
      }
    ]
    "#);
}

#[test]
fn a_dry_run_as_json_has_every_workload_with_the_seed_of_its_own() {
    assert_snapshot!(format!("{:#}", crash_as_json()[0]["workloads"]), @r#"
    [
      {
        "call-timeout-ms": 10000,
        "executor": {
          "constant-arrival-rate": {
            "arrivals": "uniform",
            "max-in-flight": 100,
            "rate": "40/s"
          }
        },
        "mix": [
          {
            "input": [
              "{{ name }}"
            ],
            "name": "Workflow",
            "result": "Hello {{ name }}!",
            "task-queue": "hello-world",
            "weight": 1,
            "workflow-type": "Workflow"
          }
        ],
        "name": "hello",
        "seed": "12578764544318200737",
        "timeout-ms": 30000,
        "workflow-id-prefix": "crash/[run]/hello/"
      }
    ]
    "#);
}
