//! Tests of timelines, on made-up events.

use super::*;

fn id(text: &str) -> ResourceId {
    text.parse().expect("a kind and a name")
}

/// Events, each as `MILLISECONDS EVENT ...`.
fn heard(lines: &[&str]) -> Vec<(Duration, Heard)> {
    let one = |line: &&str| {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        let at = Duration::from_millis(words[0].parse().expect("a number"));
        let event = match words[1..] {
            ["begin", step] => Heard::StepStarted {
                id: id(step),
                action: Action::Create,
            },
            ["remove", step] => Heard::StepStarted {
                id: id(step),
                action: Action::Delete,
            },
            ["applied", step] => Heard::StepApplied { id: id(step) },
            ["waits", step, reason] => Heard::StepWaiting {
                id: id(step),
                reason: reason.to_owned(),
            },
            ["ready", step] => Heard::StepFinished { id: id(step) },
            ["progress", what] => Heard::Progress {
                what: what.to_owned(),
            },
            ["over", what] => Heard::ProgressFinished {
                what: what.to_owned(),
            },
            _ => panic!("{line}"),
        };
        (at, event)
    };
    lines.iter().map(one).collect()
}

/// A plan, each step as `ID: ID ID`.
fn plan(lines: &[&str]) -> Vec<Planned> {
    let one = |line: &&str| {
        let (step, after) = line.split_once(':').expect("a colon");
        Planned {
            id: id(step),
            after: after.split_whitespace().map(id).collect(),
        }
    };
    lines.iter().map(one).collect()
}

const ENDS: Ends = Ends {
    up: Duration::from_secs(10),
    first_result: Duration::from_secs(11),
};

fn path(timeline: &Timeline) -> Vec<&str> {
    let path = timeline.critical_path.iter();
    path.map(|work| &*work.what).collect()
}

#[test]
fn the_critical_path_follows_the_waits_without_a_gap() {
    let events = heard(&[
        "100 begin process/cache",
        "100 begin process/database",
        "1000 ready process/cache",
        "4000 ready process/database",
        "4000 begin process/server",
        "4500 begin process/other",
        "6000 ready process/server",
        "6000 begin process/worker",
        "9000 ready process/other",
        "9500 ready process/worker",
    ]);
    let plan = plan(&[
        "process/cache:",
        "process/database:",
        "process/server: process/cache process/database",
        "process/other: process/database",
        "process/worker: process/server",
    ]);
    let timeline = Timeline::of(&events, &plan, ENDS);
    assert_eq!(
        path(&timeline),
        [
            "prepare and plan",
            "process/database",
            "process/server",
            "process/worker",
            "end of the command",
            "first workflow"
        ]
    );
    let joins = timeline.critical_path.windows(2);
    assert!(joins.clone().all(|pair| pair[0].end <= pair[1].begin));
    let length: f64 = timeline.critical_path.iter().map(Work::length).sum();
    let own = 0.1 + 0.5;
    assert!((timeline.harness - own).abs() < 1e-9, "{timeline:?}");
    assert!(
        (length - timeline.first_result).abs() < 1e-9,
        "{timeline:?}"
    );
}

#[test]
fn a_step_that_kept_its_resource_passes_on_its_own_waits() {
    let events = heard(&[
        "0 begin process/database",
        "3000 ready process/database",
        "3000 begin process/worker",
        "5000 ready process/worker",
    ]);
    let plan = plan(&[
        "process/database:",
        "process/kept: process/database",
        "process/worker: process/kept",
    ]);
    let timeline = Timeline::of(&events, &plan, ENDS);
    assert_eq!(
        path(&timeline)[1..3],
        ["process/database", "process/worker"]
    );
}

#[test]
fn without_created_resources_the_command_is_the_critical_path() {
    let timeline = Timeline::of(&[], &plan(&["process/kept:"]), ENDS);
    assert_eq!(timeline.resources, []);
    let ends: Vec<f64> = timeline.critical_path.iter().map(|work| work.end).collect();
    assert_eq!(ends, [10.0, 10.0, 11.0]);
}

#[test]
fn a_resource_has_the_times_of_its_step_and_each_wait_lasts_until_the_next() {
    let events = heard(&[
        "0 remove process/old",
        "100 ready process/old",
        "500 begin container/history",
        "700 applied container/history",
        "800 waits container/history pulling",
        "1800 waits container/history starting",
        "2500 ready container/history",
        "3000 begin container/never-ready",
        "3100 waits container/never-ready starting",
    ]);
    let timeline = Timeline::of(&events, &[], ENDS);
    let [history] = timeline.resources.as_slice() else {
        panic!("one was made: {timeline:?}");
    };
    assert_eq!(
        (history.begin, history.applied, history.ready),
        (0.5, 0.7, 2.5)
    );
    let expected = [work("pulling", 0.8, 1.8), work("starting", 1.8, 2.5)];
    assert_eq!(history.waits, expected);
    assert_eq!(timeline.ready(&history.id), Some(2.5));
    assert_eq!(timeline.ready(&id("process/old")), None);
}

#[test]
fn preparation_is_read_from_progress_events() {
    let events = heard(&[
        "100 progress pull",
        "200 progress compile",
        "900 over pull",
        "1500 over compile",
    ]);
    let timeline = Timeline::of(&events, &[], ENDS);
    let expected = [work("pull", 0.1, 0.9), work("compile", 0.2, 1.5)];
    assert_eq!(timeline.preparation, expected);
}

#[test]
fn preparation_is_not_the_harness_s_own_time_and_overlaps_count_once() {
    let works = [
        work("b", 2.0, 5.0),
        work("a", 1.0, 3.0),
        work("c", 2.5, 4.0),
    ];
    assert!((covered(&works, 10.0) - 4.0).abs() < 1e-9);
    assert!((covered(&works, 4.5) - 3.5).abs() < 1e-9);
    assert!(covered(&works, 0.5).abs() < 1e-9);
    let events = heard(&[
        "200 progress pull",
        "3000 over pull",
        "3500 begin process/database",
        "9000 ready process/database",
    ]);
    let timeline = Timeline::of(&events, &plan(&["process/database:"]), ENDS);
    let own = 0.2 + 0.5 + 1.0;
    assert!((timeline.harness - own).abs() < 1e-9, "{timeline:?}");
}

#[test]
fn events_of_the_stream_are_read_and_unknown_ones_are_ignored() {
    let read = |value: &serde_json::Value| -> Heard {
        serde_json::from_value(value.clone()).expect("the event is known")
    };
    let kind = backend::event::Kind::StepApplied {
        id: id("process/worker"),
        elapsed_ms: Duration::from_secs(1).into(),
    };
    let event = backend::event::Event::now(None, kind);
    let written = serde_json::to_value(event).expect("JSON");
    assert_eq!(
        read(&written),
        Heard::StepApplied {
            id: id("process/worker")
        }
    );
    let unknown = serde_json::json!({"kind": "of-a-later-version", "id": 7});
    assert_eq!(read(&unknown), Heard::Other);
}
