//! What to start, how often, and for how long to wait for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::quantity::Rate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use temporal::Start;

/// The most workflows that one run may have in flight: each takes memory here, and a connection to
/// the server its share.
pub const MOST_IN_FLIGHT: u32 = 100_000;

/// The most arrivals per second of one open loop: more can neither be sent nor be counted in time.
pub const MOST_PER_SECOND: f64 = 1e6;

/// A stream of operations of one kind.
#[derive(Clone)]
pub struct Workload {
    /// Its name, unique in the run.
    pub name: String,
    /// When operations start.
    pub executor: Executor,
    /// The seed of its arrivals.
    pub seed: u64,
    /// What the operation of a sequence number starts. A pure function: the same number gives the
    /// same request.
    pub request: Arc<dyn Fn(u64) -> Request + Send + Sync>,
    /// How long to wait.
    pub patience: Patience,
}

impl fmt::Debug for Workload {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Workload")
            .field("name", &self.name)
            .field("executor", &self.executor)
            .field("seed", &self.seed)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// One operation to carry out.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The workflow to start.
    pub start: Start,
    /// The result it must have, where that is known.
    pub expected: Option<Value>,
}

/// When operations start.
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

/// How long an operation may take before it is given up on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the answer to a start.
    pub start: Duration,
    /// From the acknowledged start to the close.
    pub close: Duration,
}
