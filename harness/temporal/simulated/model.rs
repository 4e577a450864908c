//! How the model behaves.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::Start;

/// A span of time, from the creation of the frontend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it begins.
    pub from: Duration,
    /// When it is over.
    pub until: Duration,
}

impl Window {
    /// Whether it covers an offset.
    pub fn covers(&self, offset: Duration) -> bool {
        self.from <= offset && offset < self.until
    }
}

/// What goes wrong with one workflow.
#[derive(Debug, Clone, PartialEq)]
pub enum Defect {
    /// Its start is acknowledged, and then there is no such workflow.
    LosesStart,
    /// It completes with this result.
    WrongResult(Value),
    /// It never closes.
    NeverCloses,
    /// An event id is missing in its history.
    SkipsEventId,
    /// Its history has two terminal events.
    ClosesTwice,
    /// Describe says that it runs although its history is closed.
    MisreportsStatus,
    /// Its one start made two runs.
    RunsTwice,
    /// It runs for so long.
    RunsFor(Duration),
    /// The server cannot tell anything of it.
    Unreadable,
}

/// The behaviour of a simulated frontend with a worker behind it.
#[derive(Clone)]
pub struct Model {
    /// From a start to its acknowledgement.
    pub start_latency: Duration,
    /// From the acknowledgement to the close.
    pub run_time: Duration,
    /// The result of a workflow.
    pub result: Arc<dyn Fn(&Start) -> Value + Send + Sync>,
    /// When the server stands still, in order and without overlap: it answers nothing and does no
    /// work, then goes on where it was.
    pub freezes: Vec<Window>,
    /// When the server cannot be reached; its work goes on.
    pub outages: Vec<Window>,
    /// How many executions may be read in a second; asked for more, the server refuses.
    pub reads_per_second: Option<u32>,
    /// What goes wrong, by the number of the workflow in the order of starts, from 0.
    pub defects: BTreeMap<u64, Defect>,
    /// What goes wrong with all others, by what is started.
    pub defect_of: fn(&Start) -> Option<Defect>,
}

impl Default for Model {
    /// A server that is quick and right, and echoes its first argument.
    fn default() -> Self {
        Self {
            start_latency: Duration::from_millis(2),
            run_time: Duration::from_millis(8),
            result: Arc::new(|start| start.input.first().cloned().unwrap_or(Value::Null)),
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
