//! Scenarios: what loads a topology, what breaks it, and what must hold.
//!
//! A [`Scenario`] is what people write. With a seed and the facts of a topology it resolves to a
//! [`RunPlan`] in which nothing is left to decide; [`run`] drives the plan and [`judge`] gives its
//! verdict. All but [`run`] and the folder of a [`report`] is pure. Knows nothing of where a topology
//! runs.

mod assess;
mod chaos;
mod context;
mod document;
mod doubt;
mod exact;
mod expectation;
mod fragment;
mod histories;
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
mod statistics;
mod steady;
mod story;
mod tally;
#[cfg(test)]
mod tests;
mod validate;
mod verdict;

pub use assess::{Assessment, assess};
pub use context::Context;
pub use document::Document;
pub use expectation::Expectation;
pub use fragment::Fragment;
pub use measured::Measured;
pub use measures::Measures;
pub use metric::{Metric, Unit};
pub use model::{
    ApiVersion, Expect, Fault, Kind, LatencyThresholds, Phase, PhaseThresholds, Phases, Scenario,
    Thresholds, Workflow, Workload,
};
pub use observations::Observations;
pub use plan::{PlannedFault, PlannedPhase, PlannedThresholds, RunPlan};
pub use record::FaultRecord;
pub use resolve::{Environment, Resolution, resolve};
pub use run::{Error, run};
pub use schema::json_schema;
pub use statistics::PhaseStatistics;
pub use verdict::{Judgement, Verdict, VerdictKind, judge};
