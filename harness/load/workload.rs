//! What to start, how often, and how long to wait for it.

use model::quantity::Duration;
use serde::{Deserialize, Serialize};

use super::{Executor, Flow};

/// The maximum number of workflows that one run may have in flight. Each takes memory in this process
/// and a stream of the connection.
pub const MOST_IN_FLIGHT: u32 = 100_000;

/// The maximum arrival rate of one open loop, per second. The generator could not send or count more.
pub const MOST_PER_SECOND: f64 = 1e6;

/// A stream of iterations, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Workload {
    /// Unique in the run.
    pub name: String,
    pub executor: Executor,
    /// The seed of its arrivals and of its requests.
    #[serde(with = "model::seed")]
    pub seed: u64,
    /// The workflow id is this prefix and the number.
    pub workflow_id_prefix: String,
    /// What the iterations do, at least one thing.
    pub mix: Vec<Flow>,
    /// The deadline of each call but the wait for the close.
    #[serde(rename = "call-timeout-ms", with = "model::quantity::in_milliseconds")]
    pub call_timeout: Duration,
    /// How long to wait for the close, from the acknowledged start or the last step.
    #[serde(rename = "timeout-ms", with = "model::quantity::in_milliseconds")]
    pub timeout: Duration,
}

impl Workload {
    /// The id of the workflow with number `n`.
    pub fn workflow_id(&self, n: u64) -> String {
        format!("{}{n}", self.workflow_id_prefix)
    }
}
