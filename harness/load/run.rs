//! What all workloads of a run share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Iteration, Progress, Timeline};

/// What all workloads of a run share.
#[derive(Debug)]
pub struct Run {
    /// When load is offered.
    pub timeline: Timeline,
    /// The moment from which all offsets count.
    pub epoch: Instant,
    /// How long iterations that are still under way when the load has ended are waited for.
    pub drain: Duration,
    /// Where the records go. Unbounded, so that a slow reader cannot delay the generator.
    pub records: UnboundedSender<Iteration>,
    /// The live counters.
    pub progress: Arc<Progress>,
    /// Ends the run early: nothing starts any more, and what is under way is given up on.
    pub cancel: CancellationToken,
}
