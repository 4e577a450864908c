//! The behaviour of a simulated frontend.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::{Message, Start};

/// A span of time, from the creation of the frontend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Duration,
    /// Exclusive.
    pub until: Duration,
}

impl Window {
    pub fn covers(&self, offset: Duration) -> bool {
        self.from <= offset && offset < self.until
    }
}

/// A defect of one workflow.
#[derive(Debug, Clone, PartialEq)]
pub enum Defect {
    /// Its start is acknowledged, but the workflow does not exist.
    LosesStart,
    /// It completes with this result.
    WrongResult(Value),
    NeverCloses,
    /// The worker does not know its type.
    Unregistered,
    /// An event id is missing in its history.
    SkipsEventId,
    /// Its history has two closing events.
    ClosesTwice,
    /// Describe reports that it is running although its history is closed.
    MisreportsStatus,
    /// One start makes two runs.
    RunsTwice,
    /// It closes after this run time.
    RunsFor(Duration),
    /// Reading it back always fails.
    Unreadable,
}

/// The behaviour of a simulated frontend with a worker behind it.
#[derive(Clone)]
pub struct Model {
    /// From a start, or any other call that does not wait for a close, to its answer.
    pub start_latency: Duration,
    /// From the acknowledgement to the close.
    pub run_time: Duration,
    pub result: Arc<dyn Fn(&Start) -> Value + Send + Sync>,
    /// The reply to a query or an update.
    pub reply: Arc<dyn Fn(&Message) -> Value + Send + Sync>,
    /// When the server is frozen: it does not answer and does no work, then it resumes. In order and
    /// without overlap.
    pub freezes: Vec<Window>,
    /// When the server is unreachable. Its work goes on.
    pub outages: Vec<Window>,
    /// Rate limit of reads; the server refuses reads above it.
    pub reads_per_second: Option<u32>,
    /// Defects by the number of the workflow in the order of starts, from 0.
    pub defects: BTreeMap<u64, Defect>,
    /// The defect of every other workflow.
    pub defect_of: fn(&Start) -> Option<Defect>,
}

impl Default for Model {
    /// A fast server without defects. The result of a workflow is its first argument, and the reply to
    /// a message the message's.
    fn default() -> Self {
        Self {
            start_latency: Duration::from_millis(2),
            run_time: Duration::from_millis(8),
            result: Arc::new(|start| start.input.first().cloned().unwrap_or(Value::Null)),
            reply: Arc::new(|message| message.input.first().cloned().unwrap_or(Value::Null)),
            freezes: Vec::new(),
            outages: Vec::new(),
            reads_per_second: None,
            defects: BTreeMap::new(),
            defect_of: |_| None,
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Model")
            .field("start_latency", &self.start_latency)
            .field("run_time", &self.run_time)
            .field("freezes", &self.freezes)
            .field("outages", &self.outages)
            .field("reads_per_second", &self.reads_per_second)
            .field("defects", &self.defects)
            .finish_non_exhaustive()
    }
}
