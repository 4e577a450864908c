//! Runs the driver against a simulated server, in paused time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use temporal::Status;
use temporal::simulated::{Frontend as Simulated, Model};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    Arrivals, Counts, Executor, Flow, Iteration, IterationLatencies, Progress, StartLimit,
    Timeline, WorkflowOutcome, Workload,
};

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// The resolution of tokio's clock.
pub(super) const TICK: Duration = Duration::from_millis(1);

pub(super) fn workload(name: &'static str, executor: Executor) -> Workload {
    Workload {
        name: name.to_owned(),
        executor,
        seed: 42,
        workflow_id_prefix: format!("{name}-"),
        mix: vec![flow("Workflow")],
        call_timeout: (SECOND * 10).into(),
        timeout: (SECOND * 60).into(),
    }
}

/// Starts a workflow and waits for its result.
pub(super) fn flow(workflow_type: &str) -> Flow {
    Flow {
        input: vec![json!("Hello {{ n }}!")],
        result: Some(json!("Hello {{ n }}!")),
        ..Flow::new(workflow_type, "hello-world")
    }
}

pub(super) fn open(per_second: u32, max_in_flight: u32) -> Executor {
    Executor::ConstantArrivalRate {
        rate: format!("{per_second}/s").parse().expect("a rate"),
        arrivals: Arrivals::Uniform,
        max_in_flight,
    }
}

pub(super) fn closed(users: u32) -> Executor {
    Executor::ConstantConcurrency { users }
}

/// The results of a finished run.
pub(super) struct Ran {
    /// Sorted by workload and sequence number.
    pub(super) iterations: Vec<Iteration>,
    pub(super) counts: Counts,
    pub(super) took: Duration,
}

impl Ran {
    pub(super) fn latencies(&self) -> IterationLatencies {
        self.iterations.iter().collect()
    }

    pub(super) fn p50(&self) -> Duration {
        let response = self.latencies().response;
        let p50 = response.percentile(500).expect("something was measured");
        p50.at_least.as_std()
    }

    pub(super) fn count(&self, wanted: impl Fn(&Iteration) -> bool) -> usize {
        self.iterations
            .iter()
            .filter(|iteration| wanted(iteration))
            .map(arrivals)
            .sum()
    }
}

pub(super) fn arrivals(iteration: &Iteration) -> usize {
    let unsent = iteration.unsent();
    unsent.map_or(1, |unsent| {
        usize::try_from(unsent.arrivals).expect("few enough")
    })
}

pub(super) async fn drive_model(
    model: Model,
    workloads: Vec<Workload>,
    phases: &[(&str, Duration)],
    cancel: CancellationToken,
) -> Ran {
    drive_limited(model, workloads, phases, None, cancel).await
}

/// Like [`drive_model`], with a limit of starts per second.
pub(super) async fn drive_limited(
    model: Model,
    workloads: Vec<Workload>,
    phases: &[(&str, Duration)],
    limit: Option<u32>,
    cancel: CancellationToken,
) -> Ran {
    let (records, mut received) = unbounded_channel();
    let progress = Arc::new(Progress::default());
    let epoch = Instant::now();
    let run = Run {
        timeline: Timeline::back_to_back(Duration::ZERO, phases.iter().copied()),
        epoch,
        greatest_delay: SECOND,
        drain: SECOND * 30,
        records,
        progress: Arc::clone(&progress),
        limit: StartLimit::shared(limit),
        hopeless: CancellationToken::new(),
        cancel,
    };
    let compiled = workloads.into_iter().map(CompiledWorkload::new);
    let compiled: Result<Vec<_>, _> = compiled.collect();
    let compiled = compiled.expect("the templates are good");
    drive(&Simulated::new(model), compiled, run).await;
    let took = epoch.elapsed();
    let mut iterations = Vec::new();
    while let Ok(iteration) = received.try_recv() {
        iterations.push(iteration);
    }
    iterations.sort_by_key(|iteration| (iteration.workload.clone(), iteration.sequence));
    assert_nothing_is_lost(&iterations);
    Ran {
        iterations,
        counts: progress.counts(),
        took,
    }
}

pub(super) async fn run(model: Model, executor: Executor, window: Duration) -> Ran {
    let workloads = vec![workload("hello", executor)];
    drive_model(
        model,
        workloads,
        &[("baseline", window)],
        CancellationToken::new(),
    )
    .await
}

/// Asserts that every sequence number that a workload reached is in exactly one record.
pub(super) fn assert_nothing_is_lost(iterations: &[Iteration]) {
    let mut sequences: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for iteration in iterations {
        let first = iteration.sequence;
        let all = (first..).take(arrivals(iteration));
        sequences
            .entry(&iteration.workload)
            .or_default()
            .extend(all);
    }
    for (workload, found) in sequences {
        assert!(
            (0..).zip(&found).all(|(wanted, found)| wanted == *found),
            "{workload}: {found:?}"
        );
    }
}

pub(super) fn is_right(iteration: &Iteration) -> bool {
    matches!(iteration.outcome(), WorkflowOutcome::Closed(close)
        if close.status == Status::Completed && close.result == iteration.expected)
}
