//! What to start, how often, and how long to wait for it.

use std::fmt;

use model::quantity::{Duration, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::Start;

use super::template::{Variables, fill};

/// The maximum number of workflows that one run may have in flight. Each takes memory in this process
/// and a stream of the connection.
pub const MOST_IN_FLIGHT: u32 = 100_000;

/// The maximum arrival rate of one open loop, per second. The generator could not send or count more.
pub const MOST_PER_SECOND: f64 = 1e6;

/// A stream of workflows of one type, as data. The request with number `n` is a pure function of the
/// workload and `n`, and so the same on every machine.
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
    pub workflow_type: String,
    pub task_queue: String,
    /// Arguments; strings are templates.
    pub input: Vec<Value>,
    /// The result that each workflow must have; strings are templates.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub result: Option<Value>,
    /// The deadline of the call that starts a workflow.
    #[serde(rename = "start-timeout-ms", with = "model::quantity::in_milliseconds")]
    pub start_timeout: Duration,
    /// How long to wait from the acknowledged start to the close.
    #[serde(rename = "timeout-ms", with = "model::quantity::in_milliseconds")]
    pub timeout: Duration,
}

impl Workload {
    /// The request with number `n`.
    pub fn request(&self, n: u64) -> Request {
        let workflow_id = format!("{}{n}", self.workflow_id_prefix);
        let variables = Variables::of(self.seed, n, workflow_id.clone());
        // If a template fails for some numbers only, the value is the error text. If a result
        // is expected, the workflow's result is then wrong, and the verdict shows the error.
        let filled = |value| {
            fill(value, &variables).unwrap_or_else(|error| Value::String(error.to_string()))
        };
        Request {
            start: Start {
                request_id: workflow_id.clone(),
                workflow_id,
                workflow_type: self.workflow_type.clone(),
                task_queue: self.task_queue.clone(),
                input: self.input.iter().map(filled).collect(),
            },
            expected: self.result.as_ref().map(filled),
        }
    }
}

/// The start of one iteration, and the result that it must have.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub start: Start,
    /// `None` if the workload expects no result.
    pub expected: Option<Value>,
}

/// When workflows start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Executor {
    /// Closed loop: a fixed number of virtual users, each starting a workflow when its previous
    /// iteration has ended.
    ConstantConcurrency {
        /// Number of virtual users.
        users: u32,
    },
    /// Open loop: workflows start when they are due, however slow the server is.
    ConstantArrivalRate {
        /// Number of starts per unit of time.
        rate: Rate,
        /// How the starts are spread over time.
        #[serde(default)]
        arrivals: Arrivals,
        /// Maximum number of workflows in flight. Arrivals above it are dropped, not delayed.
        max_in_flight: u32,
    },
}

impl fmt::Display for Executor {
    /// For people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConstantConcurrency { users } => write!(out, "constant concurrency of {users}"),
            Self::ConstantArrivalRate {
                rate,
                arrivals,
                max_in_flight,
            } => {
                let spread = match arrivals {
                    Arrivals::Uniform => "evenly",
                    Arrivals::Poisson => "at random",
                };
                write!(out, "{rate} {spread}, at most {max_in_flight} in flight")
            }
        }
    }
}

/// How the arrivals of an open loop are spread over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// Evenly.
    Uniform,
    /// At random with exponentially distributed gaps, as independent users arrive.
    #[default]
    Poisson,
}
