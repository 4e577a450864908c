use backend::{ExistingCluster, Place};
use jiff::{SignedDuration, Timestamp};
use model::topology::{ServiceName, WorkerBuild, WorkerBuilds};

use super::*;
use crate::{Damaged, Evidence, Reports};

const HOUR: Duration = Duration::from_secs(3600);

fn evidence(minutes_ago: i64, verdict: VerdictKind) -> Evidence {
    Evidence {
        profile: "k3d".to_owned(),
        scenario: "smoke".to_owned(),
        verdict,
        topology: Digest::of_bytes(b"ours"),
        workers: build(b"worker"),
        place: Place {
            backend: "k3d".to_owned(),
            engine: "server".to_owned(),
            database: "mysql".to_owned(),
            cluster: None,
        },
        finished: ago(minutes_ago),
        written: ago(minutes_ago),
        report: format!("{minutes_ago}/report.json").into(),
    }
}

fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a moment")
}

fn build(content: &[u8]) -> WorkerBuilds {
    let build = WorkerBuild {
        program: Some(Digest::of_bytes(content)),
        ..WorkerBuild::default()
    };
    WorkerBuilds([(ServiceName::new("worker"), build)].into())
}

fn judged(evidence: &[Evidence]) -> String {
    judged_for(evidence, &build(b"worker"))
}

fn judged_for(evidence: &[Evidence], workers: &WorkerBuilds) -> String {
    judged_with(evidence, &[], workers)
}

/// A report of `smoke` that cannot be read.
fn damaged(minutes_ago: i64) -> Damaged {
    Damaged {
        scenario: Some("smoke".to_owned()),
        written: ago(minutes_ago),
        why: "it is empty".to_owned(),
        report: format!("{minutes_ago}/report.json").into(),
    }
}

fn judged_with(evidence: &[Evidence], damaged: &[Damaged], workers: &WorkerBuilds) -> String {
    let reports = Reports {
        evidence: evidence.to_vec(),
        damaged: damaged.to_vec(),
    };
    let required = Required {
        scenario: "scenarios/smoke.yaml".to_owned(),
        name: "smoke".to_owned(),
    };
    let candidate = Candidate {
        topology: &Digest::of_bytes(b"ours"),
        workers,
    };
    let conditions = judge(vec![required], &reports, candidate, HOUR, now(), &|ran| {
        format!(" --profile {}", base::shell::word(ran.unwrap_or("k3d")))
    });
    let [condition] = &conditions[..] else {
        panic!("one requirement, one condition");
    };
    assert_eq!(condition.holds(), condition.opens.is_none());
    let judged = format!("{} {condition}", condition.holds());
    judged.replace(AGAIN, "; AGAIN")
}

/// The command that opens the gate if the run uses k3d.
const AGAIN: &str = "; `harness test scenarios/smoke.yaml --profile k3d` runs it again";

#[test]
fn the_newest_verdict_on_this_topology_and_mysql_decides() {
    use VerdictKind::{Fail, Pass};
    assert_eq!(
        judged(&[]),
        "false smoke: never run; `harness test scenarios/smoke.yaml --profile k3d` runs it"
    );
    assert_eq!(
        judged(&[evidence(5, Pass)]),
        "true smoke: passed (5/report.json)"
    );
    assert_eq!(
        judged(&[evidence(9, Pass), evidence(5, Fail)]),
        "false smoke: the last verdict is fail (5/report.json); AGAIN"
    );
    assert_eq!(
        judged(&[evidence(9, Fail), evidence(5, Pass)]),
        "true smoke: passed (5/report.json)"
    );
    assert_eq!(
        judged(&[evidence(60, Pass)]),
        "true smoke: passed (60/report.json)"
    );
    assert_eq!(
        judged(&[evidence(61, Pass)]),
        "false smoke: passed 1h1m ago, and only runs of the last 1h count; AGAIN"
    );
}

#[test]
fn a_verdict_of_another_or_an_unknown_build_does_not_count() {
    use VerdictKind::{Fail, Pass};
    let mut other = evidence(1, Fail);
    other.workers = build(b"another");
    let (ran, promoted) = (build(b"another").short(), build(b"worker").short());
    assert_eq!(
        judged(std::slice::from_ref(&other)),
        format!(
            "false smoke: ran with another build of the worker ({ran}), not with the one to \
             promote ({promoted}); AGAIN"
        )
    );
    let mut silent = evidence(2, Pass);
    silent.workers = WorkerBuilds::default();
    assert_eq!(
        judged(std::slice::from_ref(&silent)),
        "false smoke: the report does not say which build of the worker ran; AGAIN"
    );
    let all = [other, silent, evidence(5, Pass)];
    assert_eq!(judged(&all), "true smoke: passed (5/report.json)");
    // The build to promote is not known yet: one passing build is enough.
    assert_eq!(
        judged_for(&all, &WorkerBuilds::default()),
        "true smoke: passed (5/report.json)"
    );
    assert_eq!(
        judged_for(&all[..2], &WorkerBuilds::default()),
        "false smoke: the last verdict is fail (1/report.json); AGAIN"
    );
    assert_eq!(
        judged_for(&all[1..2], &WorkerBuilds::default()),
        "false smoke: the report does not say which build of the worker ran; AGAIN"
    );
    let mut again = evidence(6, Fail);
    again.workers.clone_from(&all[2].workers);
    let since = [evidence(1, Fail), all[2].clone()];
    assert_eq!(
        judged_for(&since, &WorkerBuilds::default()),
        "false smoke: the last verdict is fail (1/report.json); AGAIN"
    );
    assert_eq!(
        judged_for(&[again, all[2].clone()], &WorkerBuilds::default()),
        "true smoke: passed (5/report.json)"
    );
}

#[test]
fn a_run_elsewhere_does_not_count_and_does_not_hide_one_that_does() {
    let mut other = evidence(2, VerdictKind::Pass);
    other.topology = Digest::of_bytes(b"theirs");
    let theirs = Digest::of_bytes(b"theirs");
    assert_eq!(
        judged(std::slice::from_ref(&other)),
        format!(
            "false smoke: ran on another topology ({}), not on this one; AGAIN",
            theirs.short()
        )
    );
    let mut sqlite = evidence(1, VerdictKind::Fail);
    sqlite.place.database = "sqlite".to_owned();
    assert_eq!(
        judged(std::slice::from_ref(&sqlite)),
        "false smoke: ran on database sqlite, not on MySQL; AGAIN"
    );
    let mut existing = evidence(1, VerdictKind::Pass);
    existing.place.backend = "existing".to_owned();
    existing.place.cluster = Some(ExistingCluster {
        address: "temporal.example:7233".to_owned(),
        namespace: "default".to_owned(),
        starts_per_second: None,
    });
    insta::assert_snapshot!(judged(std::slice::from_ref(&existing)), @"false smoke: ran on backend existing, not on this machine; AGAIN");
    let all = [other, sqlite, existing, evidence(5, VerdictKind::Pass)];
    assert_eq!(judged(&all), "true smoke: passed (5/report.json)");
}

#[test]
fn a_report_dated_after_the_clock_keeps_the_gate_closed_until_a_later_report() {
    use VerdictKind::{Fail, Pass};
    assert_eq!(
        judged(&[evidence(-5, Pass)]),
        "true smoke: passed (-5/report.json)"
    );
    let future = |ahead: &str, minutes: i64| {
        format!(
            "false smoke: the last report ({minutes}/report.json) is dated {ahead} ahead of this \
             machine's clock: correct the clock, or remove that report; AGAIN"
        )
    };
    assert_eq!(judged(&[evidence(-6, Pass)]), future("6m", -6));
    assert_eq!(judged(&[evidence(-9000, Fail)]), future("6d6h", -9000));
    // The clock was set back, so the order of the runs is unknown.
    let both = [evidence(-9000, Pass), evidence(5, Pass)];
    assert_eq!(judged(&both), future("6d6h", -9000));
    // The file is older than the run since.
    let mut edited = evidence(-9000, Pass);
    edited.written = ago(10);
    assert_eq!(
        judged(&[edited.clone(), evidence(5, Pass)]),
        "true smoke: passed (5/report.json)"
    );
    assert_eq!(
        judged(&[edited.clone(), evidence(5, Fail)]),
        "false smoke: the last verdict is fail (5/report.json); AGAIN"
    );
    assert_eq!(
        judged(&[edited, evidence(15, Pass)]),
        future("6d6h", -9000),
        "an older pass"
    );
}

#[test]
fn an_unreadable_report_keeps_the_gate_closed_until_a_later_report() {
    use VerdictKind::{Fail, Pass};
    let worker = build(b"worker");
    let with = |evidence: &[Evidence], damaged: &[Damaged]| judged_with(evidence, damaged, &worker);
    let expected =
        "false smoke: the last report (5/report.json) cannot be read: it is empty; AGAIN";
    assert_eq!(with(&[], &[damaged(5)]), expected);
    assert_eq!(
        with(&[evidence(9, Pass)], &[damaged(5), damaged(7)]),
        expected
    );
    assert_eq!(
        with(&[evidence(4, Pass)], &[damaged(5)]),
        "true smoke: passed (4/report.json)"
    );
    assert_eq!(
        with(&[evidence(4, Fail)], &[damaged(5)]),
        "false smoke: the last verdict is fail (4/report.json); AGAIN"
    );
    let mut elsewhere = evidence(4, Pass);
    elsewhere.place.database = "sqlite".to_owned();
    assert_eq!(with(&[elsewhere], &[damaged(5)]), expected);
    let other = Damaged {
        scenario: Some("steady".to_owned()),
        ..damaged(5)
    };
    assert_eq!(
        with(&[evidence(9, Pass)], &[other]),
        "true smoke: passed (9/report.json)"
    );
    let unknown = Damaged {
        scenario: None,
        ..damaged(5)
    };
    assert_eq!(with(&[evidence(9, Pass)], &[unknown]), expected);
}

#[test]
fn the_command_that_opens_the_gate_names_the_profile_that_ran_if_it_would_count() {
    let command = |change: &dyn Fn(&mut Evidence)| {
        let mut one = evidence(1, VerdictKind::Fail);
        change(&mut one);
        judged(&[one])
    };
    let own = command(&|it| it.profile = "my server".to_owned());
    assert!(
        own.contains("`harness test scenarios/smoke.yaml --profile 'my server'` runs it again"),
        "{own}"
    );
    let elsewhere = command(&|it| {
        it.profile = "azure".to_owned();
        it.place.backend = "azure".to_owned();
    });
    assert!(
        elsewhere.ends_with("not on this machine; AGAIN"),
        "{elsewhere}"
    );
}

#[test]
fn ages_are_serialised_in_milliseconds() {
    let written = |standing: Standing| serde_json::to_value(standing).expect("JSON");
    let old = Standing::Old {
        age: Duration::from_millis(7_200_500),
        allowed: HOUR,
    };
    let expected = serde_json::json!({"old": {"age-ms": 7_200_500, "allowed-ms": 3_600_000}});
    assert_eq!(written(old), expected);
    let future = written(Standing::Future {
        ahead: HOUR,
        report: "report.json".into(),
    });
    assert_eq!(future["future"]["ahead-ms"], 3_600_000);
}
