//! Tests of a generator that cannot keep up with its schedule, in paused time.

use std::time::Duration;

use temporal::simulated::Model;
use tokio_util::sync::CancellationToken;

use super::fixture::{Ran, SECOND, TICK, drive_limited, drive_model, open, run, workload};
use crate::{Iteration, WorkflowOutcome};

const PHASES: [(&str, Duration); 2] = [("baseline", SECOND), ("chaos", SECOND)];

fn is_dropped(iteration: &Iteration) -> bool {
    matches!(iteration.outcome(), WorkflowOutcome::Dropped(_))
}

fn is_not_sent(iteration: &Iteration) -> bool {
    matches!(iteration.outcome(), WorkflowOutcome::NotSent(_))
}

/// A run of two seconds at 100/s whose process is stopped for `length`, from the middle of the first
/// second on.
async fn suspended(length: Duration) -> Ran {
    let workloads = vec![workload("hello", open(100, 1000))];
    let cancel = CancellationToken::new();
    let running = drive_model(Model::default(), workloads, &PHASES, cancel);
    let suspending = async {
        // Between two arrivals.
        tokio::time::sleep(SECOND / 2 + TICK * 5).await;
        tokio::time::advance(length).await;
    };
    let (ran, ()) = tokio::join!(running, suspending);
    ran
}

#[tokio::test(start_paused = true)]
async fn arrivals_due_during_a_stall_are_not_sent_after_the_load_has_ended() {
    let ran = suspended(SECOND * 60).await;
    let sent = ran.count(|iteration| iteration.started().is_some());
    let not_sent = ran.count(is_not_sent);
    assert_eq!(sent + not_sent, 200, "no arrival is lost");
    assert!(not_sent >= 149, "{not_sent}");
    assert_eq!(ran.counts.not_sent, not_sent as u64);
    assert_eq!(ran.count(|iteration| iteration.phase == "chaos"), 100);
    let last_sent = ran.iterations.iter().filter_map(Iteration::started).max();
    assert!(last_sent <= Some(SECOND / 2), "{last_sent:?}");
    let delay = ran.latencies().generator_delay;
    assert_eq!(delay.count(), 200, "unsent arrivals count as late too");
}

#[tokio::test(start_paused = true)]
async fn arrivals_due_during_a_stall_are_sent_late_while_the_load_goes_on() {
    let ran = suspended(SECOND).await;
    assert_eq!(ran.count(is_not_sent), 0);
    assert_eq!(ran.count(|iteration| iteration.started().is_some()), 200);
    let late = ran.count(|iteration| iteration.generator_delay() > SECOND / 2);
    assert!(late >= 40, "{late}");
}

#[tokio::test(start_paused = true)]
async fn arrivals_are_sent_after_the_load_as_long_as_they_may_be_late() {
    // The generator goes on half a second after the end, and may be a second late.
    let ran = suspended(SECOND * 2).await;
    assert_eq!(ran.count(|iteration| iteration.started().is_some()), 200);
    assert_eq!(ran.count(|iteration| iteration.phase == "chaos"), 100);
    let last = ran.iterations.iter().filter_map(Iteration::started).max();
    assert!(last > Some(SECOND * 2), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn late_arrivals_are_sent_only_within_a_limit_of_starts() {
    let workloads = vec![workload("hello", open(100, 1000))];
    let phases = [("baseline", SECOND * 10)];
    let never = CancellationToken::new();
    let running = drive_limited(Model::default(), workloads, &phases, Some(100), never);
    let suspending = async {
        tokio::time::sleep(SECOND / 2 + TICK * 5).await;
        tokio::time::advance(SECOND * 5).await;
    };
    let (ran, ()) = tokio::join!(running, suspending);
    let sent = ran.count(|iteration| iteration.started().is_some());
    assert_eq!(sent + ran.count(is_not_sent), 1000, "no arrival is lost");
    // Those of the first four seconds of the pause, without the few that the limit admits.
    assert!((590..=610).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn millions_of_dropped_arrivals_make_few_records_and_are_all_counted() {
    let slow = Model {
        run_time: SECOND * 10,
        ..Model::default()
    };
    let ran = run(slow, open(1_000_000, 10), SECOND * 2).await;
    assert_eq!(ran.count(|_| true), 2_000_000);
    assert_eq!(ran.count(is_dropped), 1_999_990);
    assert_eq!(ran.counts.dropped, 1_999_990);
    assert!(ran.iterations.len() < 50, "{}", ran.iterations.len());
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_dropped_arrivals_does_not_cross_a_phase_boundary() {
    let slow = Model {
        run_time: SECOND * 10,
        ..Model::default()
    };
    let workloads = vec![workload("hello", open(1000, 1))];
    let ran = drive_model(slow, workloads, &PHASES, CancellationToken::new()).await;
    let in_phase = |name: &str| ran.count(|iteration| iteration.phase == name);
    assert_eq!((in_phase("baseline"), in_phase("chaos")), (1000, 1000));
    let within = |from: u32, until: u32| -> u64 {
        let window = SECOND * from / 1000..SECOND * until / 1000;
        let iterations = ran.iterations.iter();
        iterations.map(|it| it.arrivals_within(&window)).sum()
    };
    assert_eq!(within(0, 2000), 2000);
    assert_eq!((within(0, 1234), within(1234, 2000)), (1234, 766));
}
