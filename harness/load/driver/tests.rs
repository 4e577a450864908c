//! Tests of the driver against a simulated server, in paused time.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use temporal::simulated::{Defect, Model, Window};
use tokio_util::sync::CancellationToken;

use super::fixture::{
    SECOND, TICK, closed, drive_limited, drive_model, is_right, open, run, workload,
};
use crate::{Call, Counts, Failure, Iteration, Outcome, WorkflowOutcome};

#[tokio::test(start_paused = true)]
async fn an_open_loop_achieves_its_rate() {
    let ran = run(Model::default(), open(50, 100), SECOND * 10).await;
    assert_eq!(ran.iterations.len(), 500);
    assert_eq!(ran.count(is_right), 500);
    let twentieth = &ran.iterations[20];
    assert_eq!(twentieth.intended(), Duration::from_millis(400));
    assert_eq!(twentieth.latency(), Duration::from_millis(10));
    assert_eq!(twentieth.start_latency(), Some(Duration::from_millis(2)));
    let wanted = Counts {
        started: 500,
        closed: 500,
        ..Counts::default()
    };
    assert_eq!(ran.counts, wanted);
}

#[tokio::test(start_paused = true)]
async fn many_arrivals_within_a_millisecond_are_all_sent() {
    let ran = run(Model::default(), open(20_000, 10_000), SECOND / 4).await;
    assert_eq!(ran.count(is_right), 5_000);
    assert!(
        ran.iterations
            .iter()
            .all(|iteration| iteration.generator_delay() <= TICK)
    );
}

#[tokio::test(start_paused = true)]
async fn an_arrival_without_a_free_slot_is_dropped_and_never_delayed() {
    let slow = Model {
        run_time: SECOND * 2,
        ..Model::default()
    };
    let ran = run(slow, open(100, 10), SECOND).await;
    let dropped =
        |iteration: &Iteration| matches!(iteration.outcome(), WorkflowOutcome::Dropped(_));
    assert_eq!(ran.count(is_right), 10);
    assert_eq!(ran.count(dropped), 90);
    assert_eq!(ran.counts.dropped, 90);
    assert_eq!(ran.counts.started, 10);
    for iteration in ran.iterations.iter().filter(|iteration| dropped(iteration)) {
        assert_eq!(iteration.started(), None);
        assert!(iteration.latency() <= TICK, "{iteration:?}");
    }
    assert!(
        ran.iterations
            .iter()
            .all(|iteration| iteration.generator_delay() <= TICK)
    );
}

/// The server freezes for six seconds at 500/s. All users who arrive meanwhile wait, and the median
/// of an open loop shows it. The median of a closed loop does not (coordinated omission).
#[tokio::test(start_paused = true)]
async fn a_freeze_raises_the_median_of_an_open_loop_only() {
    let freezing = || Model {
        freezes: vec![Window {
            from: SECOND * 2,
            until: SECOND * 8,
        }],
        ..Model::default()
    };
    let open_loop = run(freezing(), open(500, 10_000), SECOND * 10).await;
    assert_eq!(open_loop.count(is_right), 5000);
    assert!(
        open_loop.p50() > Duration::from_millis(900),
        "{:?}",
        open_loop.p50()
    );
    let closed_loop = run(freezing(), closed(10), SECOND * 10).await;
    assert!(
        closed_loop.p50() < Duration::from_millis(11),
        "{:?}",
        closed_loop.p50()
    );
}

#[tokio::test(start_paused = true)]
async fn a_closed_loop_keeps_exactly_one_workflow_per_user_in_flight() {
    let ran = run(Model::default(), closed(7), SECOND).await;
    assert_eq!(ran.count(is_right), 7 * 100);
    for moment in (0..1000).map(Duration::from_millis) {
        let in_flight = ran
            .count(|iteration| iteration.started() <= Some(moment) && moment < iteration.ended());
        assert_eq!(in_flight, 7, "at {moment:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_loop_pauses_between_iterations_while_the_server_is_down() {
    let down = Model {
        outages: vec![Window {
            from: Duration::ZERO,
            until: SECOND,
        }],
        ..Model::default()
    };
    let ran = run(down, closed(3), SECOND).await;
    let unknown = |iteration: &Iteration| matches!(iteration.outcome(), WorkflowOutcome::Unknown(failure) if failure.code == "Unavailable");
    assert_eq!(ran.count(unknown), 30);
    assert_eq!(ran.counts.failed, 30);
}

#[tokio::test(start_paused = true)]
async fn an_iteration_belongs_to_the_phase_of_its_intended_start() {
    let phases = [("warmup", SECOND), ("chaos", SECOND * 2)];
    let workloads = vec![
        workload("open", open(10, 10)),
        workload("closed", closed(1)),
    ];
    let cancel = CancellationToken::new();
    let ran = drive_model(Model::default(), workloads, &phases, cancel).await;
    let count = |workload: &str, phase: &str| {
        ran.count(|iteration| iteration.workload == workload && iteration.phase == phase)
    };
    assert_eq!(count("open", "warmup"), 10);
    assert_eq!(count("open", "chaos"), 20);
    assert_eq!(count("closed", "warmup"), 100);
    assert_eq!(count("closed", "chaos"), 200);
}

#[tokio::test(start_paused = true)]
async fn a_workflow_that_does_not_close_is_open_when_the_drain_ends() {
    let defects = BTreeMap::from([(3, Defect::NeverCloses)]);
    let model = Model {
        defects,
        ..Model::default()
    };
    let ran = run(model, open(10, 10), SECOND).await;
    assert_eq!(ran.count(is_right), 9);
    insta::assert_json_snapshot!(ran.iterations[3], @r#"
    {
      "workload": "hello",
      "sequence": 3,
      "flow": "Workflow",
      "phase": "baseline",
      "workflow-id": "hello-3",
      "expected": "Hello 3!",
      "start": {
        "op": "start",
        "intended-ms": 300,
        "sent-ms": 300,
        "answered-ms": 302,
        "outcome": {
          "ok": {
            "started": {
              "run-id": "00000000-0000-4000-8000-000000000004"
            }
          }
        }
      },
      "steps": [
        {
          "op": "await-result",
          "intended-ms": 302,
          "sent-ms": 302,
          "answered-ms": 31000,
          "outcome": {
            "info": {
              "code": "DeadlineExceeded",
              "message": "still under way when the drain ended"
            }
          }
        }
      ]
    }
    "#);
    assert_eq!(ran.took, SECOND * 31);
}

/// The machine sleeps during the drain: its clock goes on, but no process runs.
#[tokio::test(start_paused = true)]
async fn the_drain_does_not_elapse_while_the_process_cannot_run() {
    let asleep = Window {
        from: SECOND * 10,
        until: SECOND * 3610,
    };
    let model = Model {
        run_time: SECOND * 20,
        freezes: vec![asleep],
        ..Model::default()
    };
    let sleeping = async {
        tokio::time::sleep(SECOND * 10).await;
        tokio::time::advance(SECOND * 3600).await;
    };
    let mut patient = workload("hello", open(10, 10));
    patient.timeout = (SECOND * 7200).into();
    let phases = [("baseline", SECOND)];
    let cancel = CancellationToken::new();
    let running = drive_model(model, vec![patient], &phases, cancel);
    let (ran, ()) = tokio::join!(running, sleeping);
    assert_eq!(ran.count(is_right), 10, "{:?}", ran.iterations);
    assert!(ran.took < SECOND * 3622, "{:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_ends_at_once_with_all_its_records() {
    let slow = Model {
        start_latency: Duration::from_millis(150),
        run_time: SECOND * 20,
        ..Model::default()
    };
    let phases = [("baseline", SECOND * 60)];
    for executor in [open(10, 1000), closed(5)] {
        let cancel = CancellationToken::new();
        let workloads = vec![workload("hello", executor)];
        let running = drive_model(slow.clone(), workloads, &phases, cancel.clone());
        let interrupting = async {
            tokio::time::sleep(Duration::from_millis(2005)).await;
            cancel.cancel();
        };
        let (ran, ()) = tokio::join!(running, interrupting);
        assert!(ran.took <= Duration::from_millis(2006), "{:?}", ran.took);
        assert!(!ran.iterations.is_empty());
        let interrupted = |failure: &Failure| failure.code == Failure::INTERRUPTED;
        assert!(
            ran.iterations
                .iter()
                .all(|iteration| match iteration.outcome() {
                    WorkflowOutcome::Unknown(failure) =>
                        interrupted(failure) && iteration.acknowledged().is_none(),
                    WorkflowOutcome::Open => {
                        matches!(&iteration.steps[..], [Call { outcome: Outcome::Info(failure), .. }] if interrupted(failure))
                    }
                    _ => false,
                })
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_phases_nothing_happens() {
    let workloads = vec![
        workload("open", open(10, 10)),
        workload("closed", closed(1)),
    ];
    let ran = drive_model(Model::default(), workloads, &[], CancellationToken::new()).await;
    assert_eq!(ran.iterations, []);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_result_is_recorded_beside_the_expected_one() {
    let model = Model {
        defects: BTreeMap::from([(0, Defect::WrongResult(Value::Null))]),
        ..Model::default()
    };
    let ran = run(model, open(1, 1), SECOND).await;
    assert!(!is_right(&ran.iterations[0]));
    assert_eq!(ran.iterations[0].expected, Some(json!("Hello 0!")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// `drive_model` asserts it for every run.
    #[test]
    fn every_arrival_has_exactly_one_record_whatever_the_server_does(
        users in 0..8_u32,
        per_second in 1..200_u32,
        max_in_flight in 0..20_u32,
        run_time in 0..3000_u64,
        trouble in 0..2000_u64,
        frozen: bool,
    ) {
        let trouble = Window {
            from: Duration::from_millis(trouble),
            until: Duration::from_millis(trouble * 2),
        };
        let model = Model {
            run_time: Duration::from_millis(run_time),
            freezes: frozen.then_some(trouble).into_iter().collect(),
            outages: (!frozen).then_some(trouble).into_iter().collect(),
            defects: BTreeMap::from([(1, Defect::LosesStart), (2, Defect::NeverCloses)]),
            ..Model::default()
        };
        let workloads = vec![
            workload("open", open(per_second, max_in_flight)),
            workload("closed", closed(users)),
        ];
        let phases = [("baseline", SECOND), ("chaos", SECOND)];
        let ran = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime")
            .block_on(drive_model(model, workloads, &phases, CancellationToken::new()));
        let open = ran.count(|iteration| iteration.workload == "open");
        prop_assert_eq!(open, 2 * per_second as usize);
        prop_assert!(ran.took <= SECOND * 33, "{:?}", ran.took);
    }
}

#[tokio::test(start_paused = true)]
async fn closed_loops_share_a_limit_that_is_neither_latency_nor_delay() {
    let workloads = vec![workload("a", closed(20)), workload("b", closed(20))];
    let phases = [("warmup", SECOND), ("baseline", SECOND * 3)];
    let never = CancellationToken::new();
    let ran = drive_limited(Model::default(), workloads, &phases, Some(10), never).await;
    // The first one is in the bucket from the start.
    assert_eq!(ran.count(is_right), 40);
    for iteration in &ran.iterations {
        assert!(iteration.generator_delay() <= TICK, "{iteration:?}");
        assert!(iteration.latency() <= TICK * 11, "{iteration:?}");
    }
    let of_a = ran.count(|iteration| iteration.workload == "a");
    assert!((15..=25).contains(&of_a), "{of_a} of 40");
    let end = SECOND * 4;
    assert!(ran.iterations.iter().all(|it| it.intended() < end));
    assert!(ran.took < SECOND * 5, "nobody waits on: {:?}", ran.took);
}

#[tokio::test(start_paused = true)]
async fn an_open_loop_is_not_held_back_and_takes_its_share_of_the_limit() {
    let workloads = vec![
        workload("open", open(8, 100)),
        workload("users", closed(20)),
    ];
    let never = CancellationToken::new();
    let phases = [("baseline", SECOND * 4)];
    let ran = drive_limited(Model::default(), workloads, &phases, Some(10), never).await;
    let of = |name: &str| ran.count(|iteration| iteration.workload == name);
    assert_eq!(of("open"), 32);
    assert!((6..=9).contains(&of("users")), "{}", of("users"));
    for iteration in &ran.iterations {
        assert!(iteration.generator_delay() <= TICK, "{iteration:?}");
    }
}
