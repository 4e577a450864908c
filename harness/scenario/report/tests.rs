//! Reports of a run that went wrong in every way there is.

use archive::Writer;
use backend::Place;
use backend::death::Death;
use backend::event::Ending;
use backend::fault::{Fault, Proof};
use backend::run_id::RunId;
use base::log_tail::LogTail;
use camino::Utf8Path;
use check::{CounterExample, Finding, Invariant, Unread};
use engine::watch::Seen;
use jiff::Timestamp;
use load::{Executor, Flow, Latencies, Workload};
use model::quantity::{Bytes, Comparison, Duration};
use model::topology::{Digest, WorkerBuilds};
use tempfile::TempDir;
use temporal::OpKind;

use super::{Generator, Machine, Report, Setting, Versions, write};
use crate::{
    Assessment, CallFailures, CallStatistics, Expectation, FaultRecord, FlowStatistics, Judgement,
    Measured, Measures, Metric, Observations, Phase, PhaseStatistics, PlannedPhase, RunPlan,
    Verdict, VerdictKind,
};

fn plan() -> RunPlan {
    RunPlan {
        run: RunId::new(42, Timestamp::UNIX_EPOCH),
        scenario: "worker-crash".to_owned(),
        description: "The worker is killed under load".to_owned(),
        seed: 42,
        workloads: vec![Workload {
            name: "hello".to_owned(),
            executor: Executor::ConstantConcurrency { users: 4 },
            seed: 1,
            workflow_id_prefix: "worker-crash/".to_owned(),
            mix: vec![Flow::new("Workflow", "hello-world")],
            call_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }],
        phases: vec![PlannedPhase {
            phase: Phase::Baseline,
            offset: Duration::default(),
            length: Duration::from_secs(6),
        }],
        starts_per_second: None,
        drain: Duration::from_secs(30),
        faults: Vec::new(),
        steady_state: None,
        thresholds: Vec::new(),
        generator_delay: Duration::from_millis(250),
        invariants: Invariant::ALL.to_vec(),
    }
}

fn phase(phase: Phase, offset: u64, lost: u64, latency: u64) -> PhaseStatistics {
    let latencies = [8, 12, latency].map(std::time::Duration::from_millis);
    let percentiles = Latencies::from_iter(latencies).percentiles();
    PhaseStatistics {
        phase,
        offset: Duration::from_secs(offset),
        length: Duration::from_secs(6),
        offered: 48,
        completed: 48 - lost,
        failed: lost / 3,
        refused: 0,
        unknown: 0,
        given_up: lost - lost / 3,
        dropped: 0,
        not_sent: 0,
        not_made: 0,
        why_not_made: None,
        under_way: 0,
        unacknowledged: 0,
        error_rate: 0.0,
        offered_per_second: 8.0,
        completed_per_second: 7.96,
        start_to_close: percentiles,
        service_time: percentiles,
        start_latency: percentiles,
        generator_delay: percentiles,
        flows: Vec::new(),
        calls: Vec::new(),
    }
}

fn finding(invariant: Invariant, violations: usize) -> Finding {
    let example = |number| CounterExample {
        workflow_id: format!("worker-crash/2a-0/hello/{number}"),
        run_id: None,
        what: "expected \"Hello calm-newt!\", got \"Hello keen-lynx!\"".to_owned(),
    };
    Finding {
        invariant,
        checked: 96,
        violated: violations as u64,
        not_checked: 0,
        why_not: None,
        counter_examples: (0..violations).map(example).collect(),
    }
}

fn death(at: Option<u64>, lines: Option<&[&str]>) -> Death {
    Death {
        replica: "worker-0".to_owned(),
        at_ms: at.map(|at| Duration::from_secs(at).into()),
        status: "exit status: 3".to_owned(),
        log_tail: lines.map(|lines| LogTail {
            path: "logs/worker-0.log".into(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        }),
    }
}

fn assessment() -> Assessment {
    let fault = |id: &str, proof: fn(String) -> Proof| FaultRecord {
        id: id.to_owned(),
        fault: Fault::Kill,
        target: "worker".to_owned(),
        phase: Phase::Chaos,
        injected: Some(Duration::from_secs(7)),
        healed: Some(Duration::from_secs(12)),
        effect: Some(proof("worker-0 is gone".to_owned())),
        failure: None,
    };
    let expectation = |metric: Metric, actual: &str, met| Expectation {
        phase: Phase::Baseline,
        metric,
        unit: metric.unit(),
        comparison: Comparison::Below,
        bound: 0.01,
        measured: Measured::NOTHING,
        wanted: "< 1%".to_owned(),
        actual: actual.to_owned(),
        met,
        excess: 1.0,
    };
    Assessment {
        started: Timestamp::UNIX_EPOCH,
        finished: Timestamp::UNIX_EPOCH,
        workers: WorkerBuilds::default(),
        seen: Observations {
            measures: Measures {
                phases: vec![
                    phase(Phase::Baseline, 0, 0, 44),
                    phase(Phase::Chaos, 6, 9, 5210),
                ],
                baseline: None,
                generator_delay: Latencies::from_iter([std::time::Duration::from_millis(1)])
                    .percentiles(),
                may_exist: 96,
            },
            faults: vec![fault("crash", Proof::Seen), fault("again", Proof::Unseen)],
            findings: vec![
                finding(Invariant::NoLostStart, 0),
                finding(Invariant::RightResult, 5),
            ],
            unread: Unread::default(),
            ending: Ending::Complete,
            longest_stop: Duration::default(),
            heal_failure: None,
            watched: Seen {
                deaths: vec![
                    death(Some(3), Some(&["panic: out of luck", "exiting"])),
                    death(Some(4), Some(&[])),
                    death(None, None),
                ],
                unseen: None,
            },
        },
        judgement: Judgement {
            verdict: Verdict {
                kind: VerdictKind::Fail,
                reason: "right-result is violated by 5 of 96 workflows".to_owned(),
                reasons: vec!["right-result is violated by 5 of 96 workflows".to_owned()],
            },
            expectations: vec![
                expectation(Metric::ErrorRate, "0%", true),
                expectation(Metric::Dropped, "12", false),
            ],
        },
    }
}

fn report() -> Report {
    report_of("scenarios/worker-crash.yaml")
}

fn report_of(document: &str) -> Report {
    Report::new(&setting(document), &plan(), &assessment())
}

fn setting(document: &str) -> Setting {
    Setting {
        document: document.to_owned(),
        options: Vec::new(),
        place: Place {
            backend: "process".to_owned(),
            engine: "dev-server".to_owned(),
            database: "sqlite".to_owned(),
            cluster: None,
        },
        topology: Digest::of_bytes(b"a topology"),
        versions: Versions::with_temporal("1.32.0"),
        machine: Machine {
            cores: 2,
            os: "linux".to_owned(),
            architecture: "x86_64".to_owned(),
        },
    }
}

#[test]
fn a_summary_shows_the_verdict_and_its_evidence() {
    insta::assert_snapshot!(report().summary(), @r#"
    worker-crash: fail
      right-result is violated by 5 of 96 workflows
      (The worker is killed under load)
      on backend process, engine dev-server, database sqlite, topology efdb72926f70

      phases
                  offered  completed  failed  given up  per second     p50     p99     max
        baseline       48         48       0         0         8.0  12.0ms  44.0ms  44.0ms
        chaos          48         39       3         6         8.0  12.0ms   5.21s   5.21s

      faults
        kill worker  from 7.00s to 12.0s  worker-0 is gone
        kill worker  from 7.00s to 12.0s  no effect: worker-0 is gone

      unplanned deaths
        worker-0  at 3.00s        exit status: 3
                                  > panic: out of luck
                                  > exiting
        worker-0  at 4.00s        exit status: 3
                                  it wrote nothing to logs/worker-0.log
        worker-0  before the run  exit status: 3
                                  its log is not available

      expectations
        ok      baseline error rate  0%  wanted < 1%
        NOT OK  baseline dropped     12  wanted < 1%

      invariants
        ok      no-lost-start  holds for all 96 workflows
        NOT OK  right-result   violated by 5 of 96 workflows
                               worker-crash/2a-0/hello/0: expected "Hello calm-newt!", got "Hello keen-lynx!"
                               worker-crash/2a-0/hello/1: expected "Hello calm-newt!", got "Hello keen-lynx!"
                               worker-crash/2a-0/hello/2: expected "Hello calm-newt!", got "Hello keen-lynx!"
                               and 2 more in report.json

      run it again with the same seed: harness test scenarios/worker-crash.yaml --seed 42
    "#);
}

#[test]
fn a_summary_of_several_flows_shows_each_and_the_calls_on_their_workflows() {
    let mut report = report();
    let percentiles = report.phases[0].start_to_close;
    let of = |flow: &str| ("mixed".to_owned(), flow.to_owned());
    let flow = |flow: &str, given_up| {
        let (workload, flow) = of(flow);
        FlowStatistics {
            workload,
            flow,
            sent: 24,
            completed: 24 - given_up,
            failed: 0,
            given_up,
            start_to_close: percentiles,
        }
    };
    let call = |flow: &str, operation, name: Option<&str>, refused| {
        let (workload, flow) = of(flow);
        let first = "workflow execution already completed".to_owned();
        let count = refused;
        let failures = [("NotFound".to_owned(), CallFailures { count, first })];
        let failures = failures.into_iter().filter(|_| refused > 0).collect();
        CallStatistics {
            workload,
            flow,
            operation,
            name: name.map(str::to_owned),
            sent: 24,
            ok: 24 - refused,
            failed: 0,
            refused,
            unknown: 0,
            given_up: 0,
            failures,
            latency: percentiles,
            service_time: percentiles,
        }
    };
    report.phases[0].flows = vec![flow("order", 0), flow("register", 2)];
    report.phases[1].flows = vec![flow("register", 0)];
    report.phases[1].calls = vec![
        call("register", OpKind::Start, None, 0),
        call("register", OpKind::Update, Some("set"), 3),
        call("register", OpKind::Cancel, None, 0),
    ];
    let summary = report.summary();
    let load = summary.split("\n\n").skip(1).take(4);
    insta::assert_snapshot!(load.collect::<Vec<_>>().join("\n\n"), @"
    phases
                offered  completed  failed  given up  per second     p50     p99     max
      baseline       48         48       0         0         8.0  12.0ms  44.0ms  44.0ms
      chaos          48         39       3         6         8.0  12.0ms   5.21s   5.21s

    flows
                          sent  completed  given up     p50     p99     max
      baseline  order       24         24         0  12.0ms  44.0ms  44.0ms
      baseline  register    24         22         2  12.0ms  44.0ms  44.0ms
      chaos     register    24         24         0  12.0ms  44.0ms  44.0ms

    calls
                                   sent  ok  failed     p50     p99     max
      chaos  register  update set    24  21       3  12.0ms  44.0ms  44.0ms
      chaos  register  cancel        24  24       0  12.0ms  44.0ms  44.0ms

    failures
                            count  code      first message
      register  update set  3      NotFound  workflow execution already completed
    ");
    let document = serde_json::to_value(report).expect("a report becomes JSON");
    assert_eq!(problems(&document), <[String; 0]>::default());
}

/// What of a document does not follow the schema of reports.
fn problems(document: &serde_json::Value) -> Vec<String> {
    jsonschema::draft7::new(&super::json_schema())
        .expect("a schema")
        .iter_errors(document)
        .map(|error| error.to_string())
        .collect()
}

#[test]
fn a_report_follows_its_schema() {
    let document = serde_json::to_value(report()).expect("a report becomes JSON");
    assert_eq!(problems(&document), <[String; 0]>::default());
}

#[test]
fn bounds_follow_the_schema_only_as_a_pair() {
    let mut report = report();
    let mut latencies = Latencies::from_iter([std::time::Duration::from_millis(8)]);
    latencies.record_longer(std::time::Duration::from_secs(5), 9);
    report.phases[0].start_to_close = latencies.percentiles();
    report.expectations[0].measured = Measured::Between {
        value_at_least: 5.0,
        value_at_most: None,
    };
    let document = serde_json::to_value(report).expect("a report becomes JSON");
    assert_eq!(problems(&document), <[String; 0]>::default());
    for (place, key) in [
        ("/phases/0/start-to-close", "p50-at-most-ms"),
        ("/expectations/0", "value-at-least"),
    ] {
        let mut broken = document.clone();
        let place = broken.pointer_mut(place).expect("it is there");
        let place = place.as_object_mut().expect("an object");
        assert!(place.remove(key).is_some(), "{key}");
        assert_ne!(problems(&broken), <[String; 0]>::default(), "{key}");
    }
}

#[test]
fn a_report_says_what_ran_where_and_how_to_run_it_again() {
    let Report {
        replay,
        versions,
        generator,
        files,
        ..
    } = report();
    assert_eq!(replay, "harness test scenarios/worker-crash.yaml --seed 42");
    let Versions { harness, temporal } = versions;
    assert_eq!(
        (&*harness, &*temporal),
        (env!("CARGO_PKG_VERSION"), "1.32.0")
    );
    let Generator { delay, bound } = generator;
    assert!(delay.is_some_and(|delay| !delay.p99.may_exceed(bound)));
    assert_eq!(
        files,
        [
            "run.json",
            "plan.json",
            "events.ndjson",
            "iterations.ndjson",
            "executions.ndjson"
        ]
    );
}

#[test]
fn the_replay_command_can_be_copied_whatever_the_file_name() {
    let Report { replay, .. } = report_of("my scenarios/10% $more.yaml");
    assert_eq!(
        replay,
        "harness test 'my scenarios/10% $more.yaml' --seed 42"
    );
}

#[test]
fn the_folder_of_a_run_has_every_file_that_the_report_names() {
    let folder = TempDir::new().expect("a folder");
    let path = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    let path = path.join("runs/2a-0");
    let report = report();
    let setting = setting("scenarios/worker-crash.yaml");
    let writer = Writer::create(&path, Bytes::new(1 << 20), &setting, &plan());
    let finished = writer.and_then(|mut writer| writer.sync());
    finished.expect("the files");
    let written = write(&path, &report).expect("the report");
    assert_eq!(written, path.join("report.json"));

    let names = names(&path);
    let mut expected = report.files;
    expected.push("report.json".to_owned());
    expected.sort();
    assert_eq!(names, expected, "and nothing else is left");
}

/// The names of all that is in a folder, in order.
fn names(folder: &Utf8Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_with_the_file_name() {
    let folder = TempDir::new().expect("a folder");
    let path = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
    let path = path.join("run");
    // Something of that name is in the way.
    fs_err::create_dir_all(path.join("report.json/in-the-way")).expect("writable");
    let error = write(&path, &report()).expect_err("it is in the way");
    let said = error.to_string();
    assert!(
        said.starts_with("could not write report.json of "),
        "{said}"
    );
    assert_eq!(names(&path), ["report.json"], "and no part of it is left");
}
