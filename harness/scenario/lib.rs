//! Scenarios: what loads a topology, what breaks it, and what must hold.
//!
//! People write a [`Scenario`]. With a seed and a topology it resolves to a [`RunPlan`], which leaves
//! nothing to decide. [`run`] carries the plan out and [`judge`] gives the verdict. Everything but
//! [`run`] and the folder of a [`report`] is pure. The crate does not know where a topology runs.

mod assess;
mod breakdown;
mod built_in;
mod chaos;
mod context;
mod document;
mod doubt;
mod exact;
mod expectation;
mod flow;
mod fragment;
mod histories;
mod hopeless;
mod measured;
mod measures;
mod metric;
mod model;
mod narrate;
mod observations;
mod offer;
mod plan;
mod reader;
mod record;
mod recorder;
pub mod report;
mod resolve;
mod run;
mod schema;
mod settle;
mod start_limit;
mod statistics;
mod steady;
mod story;
mod tally;
mod validate;
mod verdict;

pub use assess::{Assessment, assess};
pub use breakdown::{CallFailures, CallStatistics, FlowStatistics};
pub use built_in::BUILT_IN;
pub use context::Context;
pub use document::Document;
pub use expectation::Expectation;
pub use flow::{Ending, Flow, Step, Workflow};
pub use fragment::Fragment;
pub use measured::Measured;
pub use measures::Measures;
pub use metric::{Metric, Unit};
pub use model::{
    ApiVersion, Expect, Fault, Kind, LatencyThresholds, Phase, PhaseThresholds, Phases, Scenario,
    Thresholds, Workload,
};
pub use observations::Observations;
pub use plan::{PlannedFault, PlannedPhase, PlannedThresholds, RunPlan};
pub use record::FaultRecord;
pub use resolve::{Environment, Resolution, resolve};
pub use run::{Error, run};
pub use schema::json_schema;
pub use statistics::PhaseStatistics;
pub use verdict::{Judgement, Verdict, VerdictKind, judge};

#[cfg(test)]
mod tests;
