//! What a run of a scenario reports.

use camino::Utf8PathBuf;
use serde_json::Value;

use crate::invocation::Finished;
use crate::look::Look;

/// The one report of a run, which follows its published schema.
#[track_caller]
pub fn report(place: &impl Look, test: &Finished) -> Value {
    match &mut reports(place, &test.json())[..] {
        [report] => report.take(),
        _ => panic!("one verdict in {test}"),
    }
}

/// The reports of all verdicts of a document, which follow their published schema.
#[track_caller]
pub(crate) fn reports(place: &impl Look, document: &Value) -> Vec<Value> {
    let verdicts = document["verdicts"].as_array().expect("verdicts").iter();
    verdicts.map(|verdict| report_of(place, verdict)).collect()
}

/// The report of a verdict, which follows its published schema.
#[track_caller]
fn report_of(place: &impl Look, verdict: &Value) -> Value {
    let path = place
        .root()
        .join(verdict["report"].as_str().expect("a path"));
    let read = |path: Utf8PathBuf| -> Value {
        let bytes = fs_err::read(path).expect("it is there");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    let schema = testing::project().join("docs/report.schema.json");
    let report = read(path);
    if let Err(error) = jsonschema::draft7::validate(&read(schema), &report) {
        panic!("{error} in {report:#}");
    }
    report
}

/// The reports of verdicts that prove what had to hold, whatever they are: nothing was lost or wrong,
/// everything was looked at, faults did what they are for, and nobody died of anything else. A bound
/// that was missed, of a phase or of the steady state, tells how busy the machine was.
#[track_caller]
pub fn proofs(place: &impl Look, test: &Finished) -> Vec<Value> {
    assert!(matches!(test.code(), Some(0 | 2 | 99)), "{test}");
    let reports = reports(place, &test.json());
    for report in &reports {
        let list = |key: &str| report[key].as_array().expect("a list").clone();
        let holds = |finding: &Value| {
            finding["counter-examples"] == serde_json::json!([])
                && finding["not-checked"] == 0
                && finding["checked"].as_u64() > Some(0)
        };
        assert!(list("invariants").iter().all(holds), "{report:#} of {test}");
        let acts = |fault: &Value| fault["effect"]["proven"] == true && fault["failure"].is_null();
        assert!(list("faults").iter().all(acts), "{report:#} of {test}");
        assert_eq!(list("deaths"), [Value::Null; 0], "{report:#} of {test}");
        let completes = |phase: &Value| phase["completed"].as_u64() > Some(0);
        assert!(list("phases").iter().any(completes), "{report:#} of {test}");
    }
    reports
}
