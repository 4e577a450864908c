//! Tests percentiles against those of the exact values.

use proptest::collection::vec;
use proptest::prelude::*;
use temporal::{Close, OpKind, Reply, Status};

use super::*;
use crate::{Call, Cause, Failure, Outcome, Unsent};

const MICROSECOND: Duration = Duration::from_micros(1);
const MICROSECONDS_PER_DAY: u64 = 24 * 3_600_000_000;

fn call(op: OpKind, outcome: Outcome) -> Call {
    Call {
        name: None,
        expected: None,
        op,
        intended: Duration::from_millis(100),
        sent: Some(Duration::from_millis(101)),
        answered: Duration::from_millis(600),
        outcome,
    }
}

/// An iteration whose start has this outcome.
fn iteration(outcome: Outcome) -> Iteration {
    Iteration {
        flow: None,
        status: None,
        workload: "w".to_owned(),
        sequence: 0,
        phase: "baseline".to_owned(),
        workflow_id: "w-0".to_owned(),
        expected: None,
        start: call(OpKind::Start, outcome),
        steps: Vec::new(),
        unfinished: false,
    }
}

/// An iteration whose start was acknowledged after 2 ms, and whose wait for the close has this outcome.
fn acknowledged(outcome: Outcome) -> Iteration {
    let run_id = "run".to_owned();
    let mut iteration = iteration(Outcome::Ok(Reply::Started { run_id }));
    iteration.start.answered = Duration::from_millis(103);
    iteration.steps.push(call(OpKind::AwaitResult, outcome));
    iteration
}

fn unsent(cause: Cause) -> Iteration {
    let mut iteration = iteration(Outcome::NotSent(Unsent {
        arrivals: 3,
        last_intended: Duration::from_millis(150),
        cause,
        message: None,
    }));
    iteration.start.sent = None;
    iteration
}

fn failure(code: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        message: "no answer".to_owned(),
    }
}

fn closed(status: Status) -> Iteration {
    acknowledged(Outcome::Ok(Reply::Closed(Close {
        status,
        result: None,
        failure: None,
    })))
}

fn shown(latencies: &Latencies, permille: u64) -> Option<String> {
    let percentile = latencies.percentile(permille);
    percentile.map(|percentile| percentile.to_string())
}

#[test]
fn latency_is_measured_from_the_intended_start_and_service_time_from_the_actual_start() {
    let latencies = IterationLatencies::from_iter([&closed(Status::Completed)]);
    let rounded = |latencies: &Latencies| shown(latencies, 500);
    assert_eq!(rounded(&latencies.response).as_deref(), Some("500ms"));
    assert_eq!(rounded(&latencies.service).as_deref(), Some("499ms"));
    assert_eq!(
        rounded(&latencies.generator_delay).as_deref(),
        Some("1.00ms")
    );
    assert_eq!(rounded(&latencies.start).as_deref(), Some("2.00ms"));
}

/// For each outcome: the number of latencies in each view, and how many of them are censored.
#[test]
fn an_abandoned_iteration_is_censored_and_a_failed_one_does_not_count() {
    let counted = |iteration: Iteration| {
        let latencies = IterationLatencies::from_iter([&iteration]);
        let of = |latencies: &Latencies| (latencies.count(), latencies.censored());
        [
            of(&latencies.response),
            of(&latencies.service),
            of(&latencies.start),
            of(&latencies.generator_delay),
        ]
    };
    let sent = |outcome| counted(iteration(outcome));
    let open = acknowledged(Outcome::Info(failure("DeadlineExceeded")));
    assert_eq!(counted(open), [(1, 1), (1, 1), (1, 0), (1, 0)]);
    let lost = acknowledged(Outcome::Fail(failure("NotFound")));
    assert_eq!(counted(lost), [(1, 1), (1, 1), (1, 0), (1, 0)]);
    let given_up = [(1, 1), (1, 1), (1, 1), (1, 0)];
    assert_eq!(sent(Outcome::Info(failure("DeadlineExceeded"))), given_up);
    assert_eq!(sent(Outcome::Info(failure("Cancelled"))), given_up);
    assert_eq!(sent(Outcome::Info(failure(Failure::INTERRUPTED))), given_up);
    let error = [(0, 0), (0, 0), (0, 0), (1, 0)];
    assert_eq!(sent(Outcome::Info(failure("Unavailable"))), error);
    assert_eq!(sent(Outcome::Fail(failure("AlreadyExists"))), error);
    let failed = [(0, 0), (0, 0), (1, 0), (1, 0)];
    assert_eq!(counted(closed(Status::Failed)), failed);
    let dropped = [(0, 0), (0, 0), (0, 0), (3, 0)];
    assert_eq!(counted(unsent(Cause::MaxInFlight)), dropped);
    let not_sent = [(0, 0), (0, 0), (0, 0), (3, 3)];
    assert_eq!(counted(unsent(Cause::LoadEnded)), not_sent);
}

#[test]
fn durations_outside_the_bounds_count_as_the_bounds() {
    let latencies = Latencies::from_iter([Duration::ZERO, Duration::MAX]);
    let percentiles = latencies.percentiles().expect("two durations");
    assert_eq!(percentiles.count, 2);
    assert_eq!(percentiles.p50.at_least.to_string(), "1us");
    assert!(percentiles.max.at_least.as_std() >= Duration::from_hours(24 * 365));
}

#[test]
fn a_workflow_that_takes_days_is_measured_exactly() {
    let latencies = Latencies::from_iter([Duration::from_hours(50)]);
    let max = latencies.percentile(1000).expect("one duration");
    assert!(max.is_known());
    assert_eq!(max.at_least.as_std().as_secs() / 3600, 50);
}

/// 78 workflows, on 75 of which the client gave up after 5 s.
#[test]
fn percentiles_among_censored_durations_are_lower_bounds() {
    let mut latencies = Latencies::from_iter([8, 8, 8].map(Duration::from_millis));
    latencies.record_longer(Duration::from_millis(5020), 75);
    let percentiles = latencies.percentiles().expect("78 durations");
    assert_eq!((percentiles.count, percentiles.censored), (78, 75));
    insta::assert_json_snapshot!(percentiles, @r#"
    {
      "count": 78,
      "censored": 75,
      "p50-at-least-ms": 5021.695,
      "p50-at-most-ms": null,
      "p90-at-least-ms": 5021.695,
      "p90-at-most-ms": null,
      "p99-at-least-ms": 5021.695,
      "p99-at-most-ms": null,
      "p999-at-least-ms": 5021.695,
      "p999-at-most-ms": null,
      "max-at-least-ms": 5021.695,
      "max-at-most-ms": null
    }
    "#);
    assert_eq!(percentiles.p50.to_string(), "> 5.02s");
    assert_eq!(shown(&latencies, 30).as_deref(), Some("8.00ms"));
}

#[test]
fn a_percentile_below_all_censored_durations_is_exact_and_one_among_them_has_two_bounds() {
    let mut latencies: Latencies = (1..=9).map(Duration::from_secs).collect();
    latencies.record_longer(Duration::from_millis(4500), 1);
    assert_eq!(shown(&latencies, 400).as_deref(), Some("4.00s"));
    assert_eq!(shown(&latencies, 500).as_deref(), Some("4.50s to 5.00s"));
    assert_eq!(shown(&latencies, 900).as_deref(), Some("8.00s to 9.00s"));
    assert_eq!(shown(&latencies, 1000).as_deref(), Some("> 9.00s"));
}

#[test]
fn an_exact_percentile_is_serialised_as_one_number_and_any_other_as_two_bounds() {
    let mut latencies: Latencies = (1..=9).map(Duration::from_secs).collect();
    latencies.record_longer(Duration::from_millis(4500), 1);
    let percentiles = latencies.percentiles().expect("ten durations");
    let json = serde_json::to_value(percentiles).expect("JSON");
    let keys: Vec<&str> = json
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    for percentile in ["p50", "p90", "p99", "p999", "max"] {
        let of_it = keys.iter().filter(|key| key.starts_with(percentile));
        let of_it = of_it.map(|key| &key[percentile.len()..]);
        let of_it: Vec<&str> = of_it.filter(|key| key.starts_with('-')).collect();
        assert_eq!(of_it, ["-at-least-ms", "-at-most-ms"], "{json}");
    }
    assert!(json["p50-at-most-ms"].is_number(), "{json}");
    assert!(json["max-at-most-ms"].is_null(), "{json}");

    let known: Latencies = [12_345].map(Duration::from_micros).into_iter().collect();
    let known = known.percentiles().expect("one duration");
    let json = serde_json::to_value(known).expect("JSON");
    assert_eq!(
        json.as_object().map(serde_json::Map::len),
        Some(7),
        "{json}"
    );
    let p99 = json["p99-ms"].as_f64().expect("a number");
    assert!((12.3..12.4).contains(&p99), "{json}");
}

/// Two lists of durations in microseconds: exact ones, and lower bounds.
fn durations() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
    (
        vec(1..MICROSECONDS_PER_DAY, 0..200),
        vec(1..MICROSECONDS_PER_DAY, 0..50),
    )
}

fn of(known: &[u64], bounds: &[u64]) -> Latencies {
    let mut latencies: Latencies = known.iter().copied().map(Duration::from_micros).collect();
    for bound in bounds {
        latencies.record_longer(Duration::from_micros(*bound), 1);
    }
    latencies
}

/// The exact percentile by the nearest rank.
fn exact(mut microseconds: Vec<u64>, permille: usize) -> Duration {
    microseconds.sort_unstable();
    let rank = (microseconds.len() * permille).div_ceil(1000).max(1);
    Duration::from_micros(microseconds[rank - 1])
}

fn is_near(found: quantity::Duration, exact: Duration) -> bool {
    found.as_std().abs_diff(exact) <= exact / 1000 + MICROSECOND
}

proptest! {
    #[test]
    fn merging_loses_nothing(left in durations(), right in durations()) {
        let mut merged = of(&left.0, &left.1);
        merged.merge(&of(&right.0, &right.1));
        let known = [left.0, right.0].concat();
        let bounds = [left.1, right.1].concat();
        prop_assert_eq!(merged, of(&known, &bounds));
    }

    #[test]
    fn a_percentile_is_exact_to_a_thousandth(
        known in vec(1..MICROSECONDS_PER_DAY, 1..300),
        permille in 1..=1000_usize,
    ) {
        let found = of(&known, &[]).percentile(permille as u64).expect("not empty");
        prop_assert!(found.is_known());
        let exact = exact(known, permille);
        prop_assert!(is_near(found.at_least, exact), "{found:?} for {exact:?}");
    }

    /// Whatever the actual values of censored durations are, the percentile is within its bounds, and
    /// the bounds are tight.
    #[test]
    fn a_percentile_has_the_tightest_bounds_that_always_hold(
        (known, bounds) in durations(),
        further in vec(0..MICROSECONDS_PER_DAY, 50),
        permille in 1..=1000_usize,
    ) {
        prop_assume!(!known.is_empty() || !bounds.is_empty());
        let found = of(&known, &bounds).percentile(permille as u64).expect("not empty");
        let with = |really: Vec<u64>| exact([known.clone(), really].concat(), permille);
        let really = bounds.iter().zip(&further).map(|(bound, further)| bound + further);
        let actual = with(really.collect());
        let room = |duration: Duration| duration / 1000 + MICROSECOND;
        prop_assert!(found.at_least.as_std() <= actual + room(actual), "{found:?}, {actual:?}");
        if let Some(at_most) = found.at_most {
            prop_assert!(at_most.as_std() + room(actual) >= actual, "{found:?}, {actual:?}");
        }
        prop_assert!(is_near(found.at_least, with(bounds.clone())));
        let endless = u64::MAX;
        let worst = with(vec![endless; bounds.len()]);
        if let Some(at_most) = found.at_most {
            prop_assert!(is_near(at_most, worst));
        } else {
            prop_assert_eq!(worst, Duration::from_micros(endless));
        }
    }
}
