//! Tests of rates and concurrencies that change, in paused time.

use std::time::Duration;

use temporal::simulated::Model;
use tokio_util::sync::CancellationToken;

use super::fixture::{Ran, SECOND, TICK, drive_limited, is_right, run, workload};
use crate::{Arrivals, Executor, Iteration, Stage};

fn stage<T>(target: T, seconds: u32) -> Stage<T> {
    let duration = (SECOND * seconds).into();
    Stage { target, duration }
}

fn in_flight(ran: &Ran, moment: Duration) -> usize {
    ran.count(|iteration| iteration.started() <= Some(moment) && moment < iteration.ended())
}

#[tokio::test(start_paused = true)]
async fn users_come_and_go_as_the_stages_say() {
    let executor = Executor::RampingConcurrency {
        start_users: 2,
        stages: vec![stage(10, 4), stage(10, 1), stage(0, 5), stage(3, 0)],
    };
    let ran = run(Model::default(), executor, SECOND * 12).await;
    assert_eq!(ran.count(is_right), ran.iterations.len());
    let within = |seconds: f64| in_flight(&ran, Duration::from_secs_f64(seconds));
    // An iteration takes 10 ms, and a user who has to go ends it first.
    let found = [0.1, 0.6, 3.9, 4.1, 4.9, 5.6, 9.6, 9.9, 11.5].map(within);
    assert_eq!(found, [2, 3, 9, 10, 10, 8, 0, 0, 3]);
}

#[tokio::test(start_paused = true)]
async fn arrivals_follow_the_rate_of_the_stages() {
    let rate = |text: &str| text.parse().expect("a rate");
    let executor = Executor::RampingArrivalRate {
        start_rate: rate("0/s"),
        stages: vec![
            stage(rate("100/s"), 10),
            stage(rate("0/s"), 0),
            stage(rate("0/s"), 5),
        ],
        arrivals: Arrivals::Uniform,
        max_in_flight: 100,
    };
    let ran = run(Model::default(), executor, SECOND * 20).await;
    assert_eq!(ran.count(is_right), 500);
    let before = |seconds: u32| ran.count(|iteration| iteration.intended() < SECOND * seconds);
    assert_eq!([1, 5, 10].map(before), [5, 125, 500]);
    for iteration in &ran.iterations {
        assert!(iteration.generator_delay() <= TICK, "{iteration:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_waits_for_the_limit_of_starts_can_have_to_go_meanwhile() {
    let executor = Executor::RampingConcurrency {
        start_users: 50,
        stages: vec![stage(50, 2), stage(0, 0)],
    };
    let phases = [("baseline", SECOND * 6)];
    let workloads = vec![workload("hello", executor)];
    let never = CancellationToken::new();
    let ran = drive_limited(Model::default(), workloads, &phases, Some(10), never).await;
    let last = ran.iterations.iter().map(Iteration::intended).max();
    let last = last.expect("some were started");
    assert!(last <= SECOND * 2, "{last:?}");
    assert!(ran.iterations.len() >= 20, "{}", ran.iterations.len());
}
