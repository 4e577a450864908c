//! Scenarios of the project, on the real topology.

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::support::{Finished, Place};

#[test]
fn hello_world_passes_and_everything_is_taken_down() {
    let place = Place::new();
    let test = place.harness(&["test", "scenarios/smoke.yaml", "--output", "json"]);
    let report = report(&place, &test.run().exits(0));
    assert_eq!(report["verdict"], "pass", "{report:#}");
    place.assert_nothing_is_left(&[]);
}

#[test]
fn a_crash_of_the_worker_passes_and_keep_leaves_it_up() {
    let place = Place::new();
    let arguments = [
        "test",
        "scenarios/worker-crash.yaml",
        "--keep",
        "--output",
        "json",
    ];
    let report = report(&place, &place.harness(&arguments).run().exits(0));
    assert_eq!(report["verdict"], "pass", "{report:#}");
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

/// The one report of a run, which follows its published schema.
#[track_caller]
fn report(place: &Place, test: &Finished) -> Value {
    let verdicts = test.json()["verdicts"].clone();
    let [verdict] = &verdicts.as_array().expect("a list")[..] else {
        panic!("one verdict in {test}");
    };
    let path = place
        .root()
        .join(verdict["report"].as_str().expect("a path"));
    let read = |path: Utf8PathBuf| -> Value {
        let bytes = std::fs::read(path).expect("it is there");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    let schema = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let report = read(path);
    if let Err(error) = jsonschema::draft7::validate(&read(schema), &report) {
        panic!("{error} in {report:#}");
    }
    report
}
