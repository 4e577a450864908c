//! Runs in which something dies although no fault planned it.

use serde_json::Value;

use crate::eventually::eventually;
use crate::invocation::{Finished, Running};
use crate::look::Look;
use crate::report::reports;

const QUIET: &str = include_str!("quiet.yaml");

/// Starts `test` with scenarios `quiet`, which write their events.
pub fn start(place: &impl Look, scenarios: &[&str]) -> Running {
    for name in scenarios {
        let text = QUIET.replace("name: quiet", &format!("name: {name}"));
        let path = place.root().join(format!("scenarios/{name}.yaml"));
        fs_err::write(path, text).expect("writable");
    }
    let files = scenarios
        .iter()
        .map(|name| format!("scenarios/{name}.yaml"));
    let files: Vec<String> = files.collect();
    let mut arguments = vec!["test", "--events", "--output", "json"];
    arguments.extend(files.iter().map(String::as_str));
    place.harness(&arguments).start()
}

/// The documents that a command has written, one a line.
pub fn events(stdout: &str) -> Vec<Value> {
    // The last line may be half written.
    let lines = stdout.lines();
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Waits until a command has written an event.
#[track_caller]
pub fn await_event(test: &Running, kind: &str) {
    eventually(kind, || {
        let events = events(&test.stdout());
        events.iter().any(|it| it["kind"] == kind).then_some(())
    });
}

/// The deaths that were events, which are the rows of the reports as well.
#[track_caller]
pub fn deaths(place: &impl Look, test: &Finished) -> Vec<Value> {
    let events = events(&test.stdout);
    let document = events.last().expect("there is a document");
    let rows: Vec<Value> = reports(place, document)
        .iter()
        .flat_map(|report| report["deaths"].as_array().expect("a list").clone())
        .collect();
    let told = events.iter().filter(|it| it["kind"] == "replica-died");
    let told: Vec<&Value> = told.collect();
    assert_eq!(told.len(), rows.len(), "{test}");
    for (event, row) in told.iter().zip(&rows) {
        for key in ["replica", "at-ms", "status", "log-tail"] {
            assert_eq!(event[key], row[key], "{key} in {test}");
        }
    }
    rows
}

/// The last words of one that died.
#[track_caller]
pub fn lines(death: &Value) -> Vec<&str> {
    let lines = death["log-tail"]["lines"].as_array().expect("a log");
    lines.iter().filter_map(Value::as_str).collect()
}
