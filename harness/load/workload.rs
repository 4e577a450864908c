//! What to start, how often, and for how long to wait for it.

use std::fmt;

use model::quantity::{Duration, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::Start;

use super::template::{Variables, fill};

/// The most workflows that one run may have in flight: each takes memory here, and a connection to
/// the server its share.
pub const MOST_IN_FLIGHT: u32 = 100_000;

/// The most arrivals per second of one open loop: more can neither be sent nor be counted in time.
pub const MOST_PER_SECOND: f64 = 1e6;

/// A stream of workflows of one kind, as data: what the workflow with a number is, is a pure function
/// of this and of the number, on whatever machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Workload {
    /// Its name, unique in the run.
    pub name: String,
    /// When workflows start.
    pub executor: Executor,
    /// The seed of its arrivals and of its requests.
    #[serde(with = "model::seed")]
    pub seed: u64,
    /// The workflow id without the number at its end.
    pub workflow_id_prefix: String,
    /// Workflow type.
    pub workflow_type: String,
    /// Task queue.
    pub task_queue: String,
    /// Arguments; strings are templates.
    pub input: Vec<Value>,
    /// The result that each must have; strings are templates.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "temporal::present"
    )]
    pub result: Option<Value>,
    /// How long to wait for the answer to a start.
    #[serde(rename = "start-timeout-ms", with = "model::quantity::in_milliseconds")]
    pub start_timeout: Duration,
    /// How long to wait from the acknowledged start to the close.
    #[serde(rename = "timeout-ms", with = "model::quantity::in_milliseconds")]
    pub timeout: Duration,
}

impl Workload {
    /// The request of workflow number `n`.
    pub fn request(&self, n: u64) -> Request {
        let workflow_id = format!("{}{n}", self.workflow_id_prefix);
        let variables = Variables::of(self.seed, n, workflow_id.clone());
        // A template that only fails for some numbers gives its error as the value, which no
        // workflow returns: the results of those workflows are wrong, and say why.
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

/// What one iteration does.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub start: Start,
    /// The result that the workflow must have, where that is known.
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
    /// Closed loop: so many virtual users, each starting a workflow when its last one has closed.
    ConstantConcurrency {
        /// How many workflows are in flight at any time.
        users: u32,
    },
    /// Open loop: workflows start when they are due, however slow the server is.
    ConstantArrivalRate {
        /// How many start per unit of time.
        rate: Rate,
        /// How they are spread.
        #[serde(default)]
        arrivals: Arrivals,
        /// How many may be in flight; an arrival above that is recorded as dropped, never delayed.
        max_in_flight: u32,
    },
}

impl fmt::Display for Executor {
    /// In a few words, for people.
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
    /// As independent users come: at random, with exponential gaps.
    #[default]
    Poisson,
}
