//! What a run of a scenario reports.

use camino::Utf8PathBuf;
use serde_json::Value;

use super::invocation::Finished;
use super::place::Place;

/// The one report of a run, which follows its published schema.
#[track_caller]
pub(crate) fn report(place: &Place, test: &Finished) -> Value {
    let verdicts = test.json()["verdicts"].clone();
    let [verdict] = &verdicts.as_array().expect("a list")[..] else {
        panic!("one verdict in {test}");
    };
    report_of(place, verdict)
}

/// The report of a verdict, which follows its published schema.
#[track_caller]
pub(crate) fn report_of(place: &Place, verdict: &Value) -> Value {
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
