//! Tests that a folder can be read back, however the writer ended.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use backend::event::{Event, Kind};
use backend::run_id::RunId;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use jiff::{SignedDuration, Timestamp};
use load::{Call, Iteration, Outcome};
use model::phase::Phase;
use model::quantity::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use temporal::{Close, Execution, ExecutionKey, OpKind, Pending, Reading, Reply, Status};

use super::{Archive, Error, Extent, FILES, Workflow, Writer};

const MUCH: Bytes = Bytes::new(1 << 20);

fn iteration(sequence: u64) -> Iteration {
    let call = |op, at: u64, outcome| Call {
        op,
        name: None,
        expected: None,
        intended: Duration::from_millis(at),
        sent: Some(Duration::from_millis(at)),
        answered: Duration::from_millis(at + 2),
        outcome,
    };
    let started = Outcome::Ok(Reply::Started {
        run_id: format!("run-{sequence}"),
    });
    let closed = Outcome::Ok(Reply::Closed(Close {
        status: Status::Completed,
        result: Some(json!("Hello \n world")),
        failure: None,
    }));
    Iteration {
        workload: "hello".to_owned(),
        sequence,
        flow: None,
        phase: "baseline".to_owned(),
        workflow_id: format!("hello-{sequence}"),
        expected: Some(json!("Hello \n world")),
        status: None,
        start: call(OpKind::Start, sequence, started),
        steps: vec![call(OpKind::AwaitResult, sequence + 2, closed)],
        unfinished: false,
    }
}

fn reading(sequence: u64) -> Reading {
    Reading::Found(Execution {
        key: ExecutionKey {
            workflow_id: format!("hello-{sequence}"),
            run_id: format!("run-{sequence}"),
        },
        first_run_id: None,
        status: Status::Completed,
        history: Vec::new(),
        result: None,
        failure: None,
        pending: Pending::default(),
    })
}

fn event(second: i64, kind: Kind) -> Event {
    Event {
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second),
        run: Some(RunId::new(1, Timestamp::UNIX_EPOCH)),
        kind,
    }
}

fn started() -> Event {
    let kind = Kind::ScenarioStarted {
        scenario: "smoke".to_owned(),
        seed: u64::MAX,
        deaths: Vec::new(),
    };
    event(100, kind)
}

fn phase(second: i64, phase: Phase) -> Event {
    let kind = Kind::PhaseStarted {
        phase,
        offset_ms: Duration::from_secs(1).into(),
        length_ms: Duration::from_secs(9).into(),
    };
    event(second, kind)
}

struct Folder {
    _temporary: TempDir,
    path: Utf8PathBuf,
}

fn folder() -> Folder {
    let temporary = TempDir::new().expect("a folder");
    let path = Utf8Path::from_path(temporary.path()).expect("a path in UTF-8");
    Folder {
        path: path.join("reports/smoke-1"),
        _temporary: temporary,
    }
}

fn create(folder: &Folder, limit: Bytes) -> Writer {
    let (setting, plan) = (json!({"place": "here"}), json!({"phases": 3}));
    Writer::create(&folder.path, limit, &setting, &plan).expect("writable")
}

fn iterations(archive: &Archive) -> Vec<Iteration> {
    let iterations = archive.iterations().expect("there are some");
    iterations.collect::<Result<_, _>>().expect("readable")
}

fn executions(archive: &Archive) -> Vec<Workflow> {
    let executions = archive.executions().expect("there are some");
    executions.collect::<Result<_, _>>().expect("readable")
}

#[test]
fn records_are_read_back_and_only_their_owner_can_read_the_files() {
    let folder = folder();
    let mut writer = create(&folder, MUCH);
    for sequence in 0..3 {
        writer.iteration(&iteration(sequence)).expect("writable");
    }
    writer
        .execution(&iteration(1), &reading(1))
        .expect("writable");
    writer.event(&started()).expect("writable");
    writer.sync().expect("writable");

    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    assert_eq!(iterations(&archive), [0, 1, 2].map(iteration));
    let both = Workflow {
        iteration: iteration(1),
        reading: reading(1),
    };
    assert_eq!(executions(&archive), [both]);
    let events: Result<Vec<_>, _> = archive.events().expect("there are some").collect();
    assert_eq!(events.expect("readable"), [started()]);
    let plan: Value = archive.plan().expect("there is one");
    assert_eq!(plan, json!({"phases": 3}));
    let setting: Value = archive.setting().expect("there is one");
    assert_eq!(setting, json!({"version": 4, "place": "here"}));

    let entries = fs::read_dir(&folder.path).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let mode = entry.metadata().expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
            entry.file_name().to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    let mut files = FILES.map(str::to_owned);
    files.sort();
    assert_eq!(names, files);
}

#[test]
fn a_follower_sees_what_was_flushed_and_can_go_on_later() {
    let folder = folder();
    let mut writer = create(&folder, MUCH);
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    let mut following = archive.iterations().expect("there is a file");
    assert!(following.next().is_none());
    for sequence in 0..2 {
        writer.iteration(&iteration(sequence)).expect("writable");
    }
    assert!(following.next().is_none(), "nothing was flushed");
    writer.flush().expect("writable");
    let mut next = || following.next().map(|next| next.expect("readable"));
    assert_eq!(next(), Some(iteration(0)));
    assert_eq!(next(), Some(iteration(1)));
    assert_eq!(next(), None);
    writer.iteration(&iteration(2)).expect("writable");
    writer.flush().expect("writable");
    assert_eq!(next(), Some(iteration(2)));
    assert_eq!(following.count_so_far(), 3);
}

#[test]
fn a_folder_does_not_grow_beyond_its_limit_and_still_takes_events() {
    let folder = folder();
    let line = serde_json::to_string(&iteration(0)).expect("JSON").len() as u64 + 1;
    let limit = Bytes::new(line * 3 + line / 2);
    let mut writer = create(&folder, limit);
    for sequence in 0..3 {
        writer
            .iteration(&iteration(sequence))
            .expect("there is room");
    }
    let error = writer.iteration(&iteration(3)).expect_err("it is full");
    let said = error.to_string();
    assert!(
        said.ends_with(&format!("has reached its limit of {limit}")),
        "{said}"
    );
    let full = writer.execution(&iteration(0), &reading(0));
    assert!(matches!(full, Err(Error::Full { .. })), "{full:?}");
    writer.event(&started()).expect("events have no limit");
    writer.sync().expect("writable");
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    assert_eq!(iterations(&archive).len(), 3);
}

#[test]
fn the_events_show_how_far_a_run_got() {
    let extent = |events: &[Event]| {
        let folder = folder();
        let mut writer = create(&folder, MUCH);
        for event in events {
            writer.event(event).expect("writable");
        }
        writer.sync().expect("writable");
        let archive = Archive::open(&folder.path).expect("it is the folder of a run");
        let mut extent = Extent::default();
        for event in archive.events().expect("there are some") {
            extent.add(&event.expect("readable"));
        }
        extent
    };
    let not_begun = extent(&[]);
    assert_eq!(not_begun.started, None);
    assert_eq!(not_begun.to_string(), "before it began");
    let cut_off = extent(&[
        started(),
        phase(101, Phase::Baseline),
        phase(112, Phase::Chaos),
    ]);
    assert_eq!(cut_off.length_ms, Duration::from_secs(12).into());
    assert_eq!(cut_off.phase, Some(Phase::Chaos));
    assert_eq!(cut_off.to_string(), "12.0s after its start, in phase chaos");
    let checking = event(130, Kind::Checking { executions: 3 });
    let reading = extent(&[started(), phase(101, Phase::Baseline), checking]);
    assert_eq!(
        reading.to_string(),
        "30.0s after its start, while histories were read back"
    );
}

#[test]
fn a_run_is_under_way_while_its_writer_is_open() {
    let folder = folder();
    let writer = create(&folder, MUCH);
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    assert!(archive.is_under_way().expect("readable"));
    drop(writer);
    assert!(!archive.is_under_way().expect("readable"));
}

#[test]
fn a_folder_is_readable_whichever_files_a_kill_prevented() {
    let folder = folder();
    drop(create(&folder, MUCH));
    // Removes the files in the reverse order of their creation.
    for file in ["executions", "iterations", "events"] {
        fs::remove_file(folder.path.join(format!("{file}.ndjson"))).expect("it is there");
        let archive = Archive::open(&folder.path).expect("it is the folder of a run");
        assert!(
            archive
                .events()
                .expect("a missing file is no error")
                .next()
                .is_none()
        );
        assert_eq!(
            (iterations(&archive).len(), executions(&archive).len()),
            (0, 0)
        );
        assert!(!archive.is_under_way().expect("readable"));
    }
    fs::remove_file(folder.path.join("plan.json")).expect("it is there");
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    let error = archive.plan::<Value>().expect_err("there is no plan");
    assert!(
        error.to_string().ends_with("it has no plan.json"),
        "{error}"
    );
}

#[test]
fn a_null_result_differs_from_no_result() {
    let with = |result: Option<Value>| {
        let close = Close {
            status: Status::Completed,
            result: result.clone(),
            failure: None,
        };
        let mut iteration = iteration(0);
        iteration.expected = result;
        iteration.steps[0].outcome = Outcome::Ok(Reply::Closed(close));
        iteration
    };
    let all = [None, Some(Value::Null), Some(json!(0))].map(with);
    let found = Reading::Found(Execution {
        result: Some(Value::Null),
        ..match reading(0) {
            Reading::Found(execution) => execution,
            Reading::Absent | Reading::Unreadable(_) => unreachable!("it is found"),
        }
    });
    let folder = folder();
    let mut writer = create(&folder, MUCH);
    for iteration in &all {
        writer.iteration(iteration).expect("writable");
    }
    writer.execution(&all[1], &found).expect("writable");
    writer.sync().expect("writable");
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    assert_eq!(iterations(&archive), all);
    assert_eq!(executions(&archive)[0].reading, found);
}

#[test]
fn missing_and_surplus_records_are_errors() {
    let folder = folder();
    drop(create(&folder, MUCH));
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    archive.expect_iterations(3, 3).expect("all are there");
    let error = archive.expect_executions(2, 3).expect_err("one is lost");
    let said = error.to_string();
    assert!(
        said.ends_with("is damaged: executions.ndjson has 2 records, but 3 were written"),
        "{said}"
    );
    assert!(
        archive.expect_iterations(4, 3).is_err(),
        "one is of another run"
    );
}

#[test]
fn a_folder_without_a_run_or_of_a_later_version_is_refused() {
    let folder = folder();
    fs::create_dir_all(&folder.path).expect("writable");
    let error = Archive::open(&folder.path).expect_err("it is empty");
    assert!(
        error.to_string().ends_with("it has no plan.json"),
        "{error}"
    );
    fs::write(folder.path.join("run.json"), "{\"version\": 5}").expect("writable");
    let error = Archive::open(&folder.path).expect_err("it is too new");
    let said = error.to_string();
    assert!(
        said.contains("version 5") && said.contains("1 to 4"),
        "{said}"
    );
}

#[test]
fn a_damaged_line_is_an_error_with_its_number() {
    let folder = folder();
    create(&folder, MUCH).sync().expect("writable");
    let good = serde_json::to_string(&iteration(0)).expect("JSON");
    let path = folder.path.join("iterations.ndjson");
    fs::write(path, format!("{good}\n{{}}\n{good}\n")).expect("writable");
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    let read: Vec<_> = archive.iterations().expect("a file").collect();
    assert!(matches!(read[..], [Ok(_), Err(_), Ok(_)]), "{read:?}");
    let said = read[1].as_ref().expect_err("damaged").to_string();
    assert!(
        said.ends_with("iterations.ndjson:2: could not parse the line"),
        "{said}"
    );
}

#[test]
fn only_the_report_of_an_older_version_is_readable() {
    let folder = folder();
    fs::create_dir_all(&folder.path).expect("writable");
    let write = |file: &str, content: &str| {
        fs::write(folder.path.join(file), content).expect("writable");
    };
    write("plan.json", "{}");
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    assert!(archive.is_report_only(), "version 1");
    for version in [2, 3] {
        write("run.json", &format!("{{\"version\": {version}}}"));
        let archive = Archive::open(&folder.path).expect("it is the folder of a run");
        assert!(archive.is_report_only(), "version {version}");
    }
    let report: Option<Value> = archive.report().expect("a missing report is no error");
    assert_eq!(report, None, "the run was cut off");
    write("report.json", "{\"verdict\": \"pass\"}");
    let report: Option<Value> = archive.report().expect("readable");
    assert_eq!(report, Some(json!({"verdict": "pass"})));
    write("run.json", "{\"version\": 4}");
    let archive = Archive::open(&folder.path).expect("it is the folder of a run");
    assert!(!archive.is_report_only());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A kill can cut a file off at any byte.
    #[test]
    fn a_file_that_was_cut_off_is_read_up_to_its_last_complete_line(count in 1..6_u64, cut in 0..4000_usize) {
        let folder = folder();
        let mut writer = create(&folder, MUCH);
        for sequence in 0..count {
            writer.iteration(&iteration(sequence)).expect("writable");
        }
        writer.sync().expect("writable");
        let path = folder.path.join("iterations.ndjson");
        let whole = fs::read(&path).expect("readable");
        let left = &whole[..cut.min(whole.len())];
        fs::write(&path, left).expect("writable");
        let lines = left.split(|byte| *byte == b'\n').count() - 1;
        let archive = Archive::open(&folder.path).expect("it is the folder of a run");
        let expected: Vec<_> = (0..).map(iteration).take(lines).collect();
        prop_assert_eq!(iterations(&archive), expected);
    }
}
