//! Runs of the driver against the model of a server, in paused time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use temporal::simulated::{Frontend as Simulated, Model};
use temporal::{Start, Status};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    Arrivals, Counts, Operation, OperationLatencies, Outcome, Patience, Progress, Request, Timeline,
};

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// The resolution of tokio's clock.
pub(super) const TICK: Duration = Duration::from_millis(1);

pub(super) fn workload(name: &'static str, executor: Executor) -> Workload {
    let request = move |sequence: u64| {
        let greeting = json!(format!("Hello {sequence}!"));
        let start = Start {
            workflow_id: format!("{name}-{sequence}"),
            request_id: format!("{name}-{sequence}"),
            workflow_type: "Workflow".to_owned(),
            task_queue: "hello-world".to_owned(),
            input: vec![greeting.clone()],
        };
        Request {
            start,
            expected: Some(greeting),
        }
    };
    Workload {
        name: name.to_owned(),
        executor,
        seed: 42,
        request: Arc::new(request),
        patience: Patience {
            start: SECOND * 10,
            close: SECOND * 60,
        },
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

/// A run to its end, and what came of it.
pub(super) struct Ran {
    /// In the order of workload and sequence.
    pub(super) operations: Vec<Operation>,
    pub(super) counts: Counts,
    pub(super) took: Duration,
}

impl Ran {
    pub(super) fn latencies(&self) -> OperationLatencies {
        self.operations.iter().collect()
    }

    pub(super) fn p50(&self) -> Duration {
        let response = self.latencies().response;
        let p50 = response.percentile(500).expect("something was measured");
        p50.at_least.as_std()
    }

    pub(super) fn count(&self, wanted: impl Fn(&Operation) -> bool) -> usize {
        self.operations
            .iter()
            .filter(|operation| wanted(operation))
            .map(arrivals)
            .sum()
    }
}

/// How many arrivals an operation stands for.
pub(super) fn arrivals(operation: &Operation) -> usize {
    let unsent = operation.outcome.unsent();
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
    let (records, mut received) = unbounded_channel();
    let progress = Arc::new(Progress::default());
    let epoch = Instant::now();
    let run = Run {
        timeline: Timeline::back_to_back(Duration::ZERO, phases.iter().copied()),
        epoch,
        drain: SECOND * 30,
        records,
        progress: Arc::clone(&progress),
        cancel,
    };
    drive(&Simulated::new(model), workloads, run).await;
    let took = epoch.elapsed();
    let mut operations = Vec::new();
    while let Ok(operation) = received.try_recv() {
        operations.push(operation);
    }
    operations.sort_by_key(|operation| (operation.workload.clone(), operation.sequence));
    assert_nothing_is_lost(&operations);
    Ran {
        operations,
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

/// Every sequence number that was reached has exactly one record.
pub(super) fn assert_nothing_is_lost(operations: &[Operation]) {
    let mut sequences: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for operation in operations {
        let first = operation.sequence;
        let all = (first..).take(arrivals(operation));
        sequences
            .entry(&operation.workload)
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

pub(super) fn is_right(operation: &Operation) -> bool {
    matches!(&operation.outcome, Outcome::Closed(close)
        if close.status == Status::Completed && close.result == operation.expected)
}
