//! Plans as they are written down.

use serde_json::{Value, json};

use super::*;

/// The JSON of a plan.
fn written() -> Value {
    json!({
        "run": "2a-19d0f5c3a10",
        "scenario": "crash",
        "description": "The worker is killed",
        "seed": "18446744073709551615",
        "workloads": [{
            "name": "hello",
            "executor": {"constant-concurrency": {"users": 4}},
            "seed": "9007199254740993",
            "workflow-id-prefix": "crash/2a-19d0f5c3a10/hello/",
            "mix": [{
                "name": "Workflow",
                "weight": 1,
                "workflow-type": "Workflow",
                "task-queue": "hello-world",
                "input": ["{{ name }}"],
                "steps": [
                    {"signal": {"message": {"name": "add", "input": [1]}, "times": 3}},
                    {"wait": {"length-ms": 100.5}},
                    {"query": {"message": {"name": "total"}, "result": null, "times": 1}},
                    "cancel",
                ],
                "status": "canceled",
            }],
            "call-timeout-ms": 10000,
            "timeout-ms": 30000,
        }],
        "phases": [{"phase": "chaos", "offset-ms": 0.25, "length-ms": 6000}],
        "drain-ms": 45000,
        "faults": [{
            "phase": "chaos",
            "run": "2a-19d0f5c3a10",
            "id": "crash",
            "nth": 1,
            "fault": "kill",
            "target": {"service": "worker"},
            "at-ms": 1000,
            "until-ms": 4000.5,
        }],
        "steady-state": null,
        "thresholds": [{
            "phase": "chaos",
            "thresholds": {"error-rate": "< 1%", "start-to-close": {"p99": "< 2m30s"}},
        }],
        "generator-delay-ms": 250,
        "invariants": ["all-closed"],
    })
}

fn read(json: &Value) -> RunPlan {
    // By a text, as a file has it.
    serde_json::from_str(&json.to_string()).expect("a plan")
}

#[test]
fn a_plan_is_read_back_as_it_was_written() {
    let plan = read(&written());
    assert_eq!(plan.seed, u64::MAX);
    assert_eq!(plan.workloads[0].seed, (1 << 53) + 1);
    assert_eq!(plan.faults[0].occurrence.until.to_string(), "4s500us");
    assert_eq!(serde_json::to_value(&plan).expect("JSON"), written());
}
