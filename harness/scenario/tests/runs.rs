//! Whole runs, from the plan to the verdict.

use std::time::Duration;

use archive::{Archive, Writer};
use backend::event::{Event, Events, Kind};
use backend::fault::Journal;
use camino::{Utf8Path, Utf8PathBuf};
use engine::watch::Watch;
use model::phase::Phase;
use model::quantity::{self, Bytes};
use serde_json::json;
use tempfile::TempDir;
use temporal::simulated::{Defect, Model, Window};
use tokio_util::sync::CancellationToken;

use super::super::{Assessment, Context, Error, VerdictKind, run};
use super::evidence::Evidence;
use super::stage::{Manner, Stage};
use super::{CRASH, plan, topology};

pub(super) struct Played {
    pub(super) assessment: Assessment,
    /// The recorded iterations and executions.
    pub(super) evidence: Evidence,
    /// The actions on the stage.
    pub(super) done: Vec<&'static str>,
    /// The phases that began.
    phases: Vec<Phase>,
    /// How many faults were left in the journal.
    unhealed: usize,
    /// When an execution was read first.
    pub(super) first_read: Option<Duration>,
}

impl Played {
    pub(super) fn verdict(&self) -> (VerdictKind, &str) {
        let verdict = &self.assessment.judgement.verdict;
        (verdict.kind, &verdict.reason)
    }
}

async fn play(model: Model, manner: Manner, shutdown: &CancellationToken) -> Played {
    play_scenario(CRASH, model, manner, shutdown).await
}

/// Plays any scenario.
pub(super) async fn play_scenario(
    text: &str,
    model: Model,
    manner: Manner,
    shutdown: &CancellationToken,
) -> Played {
    play_on(text, Stage::new(model, manner), shutdown).await
}

/// Plays a scenario on a stage until its verdict.
pub(super) async fn play_on(text: &str, stage: Stage, shutdown: &CancellationToken) -> Played {
    let performed = perform(text, &stage, shutdown, Bytes::new(1 << 30)).await;
    let archive = performed.archive();
    let assessment = performed.assessment.expect("it has a verdict");
    let (mut phases, mut died) = (Vec::new(), Vec::new());
    for event in performed.events {
        match event.kind {
            Kind::PhaseStarted { phase, .. } => phases.push(phase),
            Kind::ReplicaDied { death } => died.push(death),
            _ => {}
        }
    }
    assert_eq!(
        died, assessment.seen.watched.deaths,
        "each death is an event and a row"
    );
    Played {
        evidence: Evidence::of(&archive),
        assessment,
        done: stage.done.take(),
        phases,
        unhealed: performed.unhealed,
        first_read: stage.first_read(),
    }
}

/// The result of a run, which may have no verdict.
pub(super) struct Performed {
    pub(super) assessment: Result<Assessment, Error>,
    pub(super) events: Vec<Event>,
    pub(super) unhealed: usize,
    pub(super) folder: TempDir,
}

impl Performed {
    pub(super) fn reports(&self) -> Utf8PathBuf {
        let folder = Utf8Path::from_path(self.folder.path()).expect("a path in UTF-8");
        folder.join("reports")
    }

    pub(super) fn archive(&self) -> Archive {
        Archive::open(&self.reports()).expect("it was written")
    }
}

/// Plays a scenario on a stage with a limit for its evidence.
pub(super) async fn perform(
    text: &str,
    stage: &Stage,
    shutdown: &CancellationToken,
    limit: Bytes,
) -> Performed {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("faults.ndjson");
    let path = Utf8Path::from_path(&path).expect("a path in UTF-8");
    let journal = Journal::open(path).expect("a journal");
    let (events, mut received) = Events::channel();
    let watch = Watch::default();
    let topology = topology();
    let context = Context {
        backend: stage,
        topology: &topology,
        journal: &journal,
        events: &events,
        watch: &watch,
        shutdown,
    };
    let reports = path.with_file_name("reports");
    let (setting, plan) = (serde_json::Map::new(), plan(text, 7));
    let writer = Writer::create(&reports, limit, &setting, &plan);
    let assessment = Box::pin(run(&plan, context, writer.expect("writable"))).await;
    let mut events = Vec::new();
    while let Ok(event) = received.try_recv() {
        assert_eq!(event.run.as_ref(), Some(&plan.run), "{event:?}");
        events.push(event);
    }
    Performed {
        assessment,
        events,
        unhealed: journal.unhealed().expect("the journal is good").len(),
        folder,
    }
}

async fn play_through(model: Model, manner: Manner) -> Played {
    play(model, manner, &CancellationToken::new()).await
}

/// A server that stands still while the worker is down.
pub(super) fn crashed() -> Model {
    Model {
        freezes: vec![window(6, 9)],
        ..Model::default()
    }
}

pub(super) fn window(from: u64, until: u64) -> Window {
    Window {
        from: Duration::from_secs(from),
        until: Duration::from_secs(until),
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_that_loses_nothing_passes() {
    let played = play_through(crashed(), Manner::Obedient).await;
    let reason = "150 workflows completed, and every expectation is met";
    assert_eq!(played.verdict(), (VerdictKind::Pass, reason));
    assert_eq!(played.done, ["inject", "heal"]);
    // All workflows closed before the last phase ended, so there was nothing to drain.
    assert_eq!(
        played.phases,
        [
            Phase::Warmup,
            Phase::Baseline,
            Phase::Chaos,
            Phase::Recovery
        ]
    );
    assert_eq!(played.unhealed, 0);
    let fault = &played.assessment.seen.faults[0];
    let seconds = |at: Option<quantity::Duration>| at.map(|at| at.as_std().as_secs());
    assert_eq!(
        (seconds(fault.injected), seconds(fault.healed)),
        (Some(6), Some(9))
    );
}

#[tokio::test(start_paused = true)]
async fn an_unplanned_death_at_any_time_is_inconclusive() {
    // In the warmup, in the baseline, while a fault is at another service, after it, at the end.
    for second in [0, 3, 8, 12, 14] {
        let after = Duration::from_secs(second);
        let stage = Stage::new(crashed(), Manner::Obedient).dies_after("temporal-history", after);
        let played = play_on(CRASH, stage, &CancellationToken::new()).await;
        let (kind, reason) = played.verdict();
        assert_eq!(kind, VerdictKind::Inconclusive, "{second}: {reason}");
        let [death] = &played.assessment.seen.watched.deaths[..] else {
            panic!("{second}: {:?}", played.assessment.seen.watched.deaths);
        };
        assert_eq!(reason, death.to_string());
        assert_eq!(death.replica, "temporal-history-0");
        assert_eq!(death.status, "exit status: 3");
        let at = death.at_ms.expect("it was in the run").as_std();
        assert!(at >= after && at < after + Duration::from_secs(1), "{at:?}");
        let tail = death.log_tail.as_ref().expect("there is a log");
        assert_eq!(tail.lines, ["life 0 of temporal-history-0 is over"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_death_after_a_failed_injection_is_reported() {
    let after = Duration::from_secs(8);
    let stage = Stage::new(Model::default(), Manner::RefusesToInject).dies_after("worker", after);
    let played = play_on(CRASH, stage, &CancellationToken::new()).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive, "{reason}");
    let died = played.assessment.seen.watched.deaths.iter();
    let died: Vec<_> = died.map(|death| death.replica.as_str()).collect();
    assert_eq!(died, ["worker-0"]);
    assert!(reason.starts_with("worker-0 died by itself "), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_kill_by_a_fault_during_an_unwatched_time_is_no_death() {
    // The fault is from 6 s to 9 s.
    let stage = Stage::new(crashed(), Manner::Obedient).blind_during(window(5, 12));
    let played = play_on(CRASH, stage, &CancellationToken::new()).await;
    assert_eq!(played.assessment.seen.watched.deaths, []);
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Pass, "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_freeze_moves_the_latencies_of_its_phase_and_of_no_other() {
    let played = play_through(crashed(), Manner::Obedient).await;
    let longest: Vec<_> = played
        .assessment
        .seen
        .measures
        .phases
        .iter()
        .filter_map(|phase| {
            Some(phase.start_to_close.as_ref()?.max.at_least.as_std() > Duration::from_secs(2))
        })
        .collect();
    assert_eq!(longest, [false, false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_record_of_the_server_fails_and_names_its_workflow() {
    let lies = [
        Defect::LosesStart,
        Defect::RunsTwice,
        Defect::WrongResult(json!("Goodbye")),
        Defect::NeverCloses,
        Defect::MisreportsStatus,
        Defect::SkipsEventId,
        Defect::ClosesTwice,
    ];
    let mut reasons = Vec::new();
    for lie in lies {
        let name = format!("{lie:?}");
        let model = Model {
            defects: [(60, lie)].into(),
            ..crashed()
        };
        let played = play_through(model, Manner::Obedient).await;
        let (kind, reason) = played.verdict();
        assert_eq!(kind, VerdictKind::Fail, "{name}: {reason}");
        reasons.push(format!("{name}: {reason}"));
    }
    insta::assert_snapshot!(reasons.join("\n"), @r#"
    LosesStart: no-lost-start is violated by 1 of 150 workflows: crash/7-0/hello/60: start acknowledged, but the server has no such execution
    RunsTwice: no-lost-start is violated by 1 of 150 workflows: crash/7-0/hello/60: start acknowledged as run 00000000-0000-4000-8000-00000000003d, but the server has run 00000000-0000-4000-8000-00000000003e
    WrongResult(String("Goodbye")): right-result is violated by 1 of 150 workflows: crash/7-0/hello/60: expected "Hello ivory-hobby!", got "Goodbye"
    NeverCloses: all-closed is violated by 1 of 150 workflows: crash/7-0/hello/60: still running: the last event is ActivityTaskScheduled
    MisreportsStatus: all-closed is violated by 1 of 150 workflows: crash/7-0/hello/60: still running: the last event is WorkflowExecutionCompleted, and 1 more
    SkipsEventId: history-integrity is violated by 1 of 150 workflows: crash/7-0/hello/60: expected event 5, found event 6 (ActivityTaskScheduled)
    ClosesTwice: history-integrity is violated by 1 of 150 workflows: crash/7-0/hello/60: closed 2 times: WorkflowExecutionCompleted, WorkflowExecutionCompleted
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_fault_without_effect_is_inconclusive() {
    let played = play_through(Model::default(), Manner::WithoutEffect).await;
    let reason = "fault `crash` had no proven effect: still running: worker-0, and 1 more";
    assert_eq!(played.verdict(), (VerdictKind::Inconclusive, reason));
    assert_eq!(played.done, ["inject", "heal"]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_injected_is_inconclusive_and_healed() {
    let played = play_through(Model::default(), Manner::RefusesToInject).await;
    let reason = "could not inject fault `crash`: the worker is not there";
    assert_eq!(played.verdict(), (VerdictKind::Inconclusive, reason));
    assert_eq!(played.done, ["inject", "heal"]);
    assert_eq!(played.unhealed, 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_steady_state_nothing_is_injected() {
    let slow = Model {
        run_time: Duration::from_millis(1500),
        ..Model::default()
    };
    let played = play_through(slow, Manner::Obedient).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive);
    insta::assert_snapshot!(reason, @"no steady state: start-to-close p99 was 1.50s, wanted < 1s; no fault was injected");
    assert_eq!(played.done, <[&str; 0]>::default());
    assert_eq!(played.phases, [Phase::Warmup, Phase::Baseline]);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_heals_and_judges_nothing() {
    let shutdown = CancellationToken::new();
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        shutdown.cancel();
    };
    let (played, ()) = tokio::join!(play(crashed(), Manner::Obedient, &shutdown), interrupt);
    let reason = "interrupted before the end; every fault is healed";
    assert_eq!(played.verdict(), (VerdictKind::Interrupted, reason));
    assert_eq!(played.done, ["inject", "heal"]);
    assert_eq!(played.unhealed, 0);
    let healed = played.assessment.seen.faults[0].healed;
    assert_eq!(healed.map(|at| at.as_std().as_secs()), Some(7));
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_healed_is_reported_and_stays_in_the_journal() {
    let played = play_through(crashed(), Manner::RefusesToHeal).await;
    let reason = "could not heal fault `crash`: the worker does not start";
    assert_eq!(played.verdict(), (VerdictKind::HealFailed, reason));
    assert_eq!(
        played.done,
        ["inject", "heal", "heal"],
        "tried once more at the end"
    );
    assert_eq!(played.unhealed, 1);
    assert_eq!(played.assessment.seen.faults[0].healed, None);
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_is_healed_at_the_second_try_counts_as_healed() {
    let played = play_through(crashed(), Manner::HealsAtTheSecondTry).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::Inconclusive, "{reason}");
    assert!(reason.starts_with("healing took 3.9"), "{reason}");
    assert_eq!(played.done, ["inject", "heal", "heal"]);
    assert!(played.assessment.seen.faults[0].healed.is_some());
    assert_eq!(played.unhealed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_inconclusive() {
    let gone = Model {
        outages: vec![window(0, 1000)],
        ..Model::default()
    };
    let played = play_through(gone, Manner::Obedient).await;
    assert_eq!(played.verdict().0, VerdictKind::Inconclusive);
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_is_too_slow_misses_its_threshold() {
    let late = Model {
        freezes: vec![window(6, 14)],
        ..Model::default()
    };
    let played = play_through(late, Manner::Obedient).await;
    let (kind, reason) = played.verdict();
    assert_eq!(kind, VerdictKind::ThresholdMissed);
    insta::assert_snapshot!(reason, @"start-to-close p50 in phase recovery was 1.01s, wanted < 1s");
}
