//! The context that all workloads of a run share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Iteration, Progress, StartLimit, Timeline};

/// The context that all workloads of a run share.
#[derive(Debug)]
pub struct Run {
    /// When load is offered.
    pub timeline: Timeline,
    /// The start of the run. All offsets are relative to it.
    pub epoch: Instant,
    /// How late an arrival of an open loop may be sent after the load has ended. The scenario bounds the
    /// delay of its generator, so up to that bound the arrivals still count.
    pub greatest_delay: Duration,
    /// How long to wait, after the load has ended, for iterations that are still under way.
    pub drain: Duration,
    /// Receives the records. Unbounded, so that a slow reader cannot delay the generator.
    pub records: UnboundedSender<Iteration>,
    pub progress: Arc<Progress>,
    /// Limits the starts of all workloads together.
    pub limit: Option<Arc<StartLimit>>,
    /// Ends the drain early: no workflow that is under way can close.
    pub hopeless: CancellationToken,
    /// Ends the run early: no iteration starts any more, and calls under way are abandoned.
    pub cancel: CancellationToken,
}
