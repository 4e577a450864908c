//! Scenarios: what loads a topology, what breaks it, and what must hold.
//!
//! A [`Scenario`] is what people write. With a seed and the facts of a topology it resolves to a
//! [`RunPlan`] in which nothing is left to decide; [`run`] drives the plan and [`judge`] gives its
//! verdict. All but [`run`] and the folder of a [`report`] is pure. Knows nothing of where a topology
//! runs.

mod chaos;
mod context;
mod document;
mod doubt;
mod exact;
mod expectation;
mod gather;
mod model;
mod narrate;
mod observations;
mod offer;
mod plan;
mod record;
pub mod report;
mod request;
mod resolve;
mod run;
mod schema;
mod settle;
mod statistics;
mod steady;
mod template;
#[cfg(test)]
mod tests;
mod validate;
mod verdict;

pub use context::Context;
pub use document::Document;
pub use expectation::Expectation;
pub use model::{
    ApiVersion, Expect, Fault, Kind, LatencyThresholds, Phase, PhaseThresholds, Phases, Scenario,
    Thresholds, Workflow, Workload,
};
pub use observations::{Ending, Observations};
pub use plan::{PlannedFault, PlannedPhase, PlannedThresholds, PlannedWorkload, RunPlan};
pub use record::FaultRecord;
pub use resolve::{Ground, Resolution, resolve};
pub use run::{Error, Outcome, run};
pub use schema::json_schema;
pub use statistics::{PhaseStatistics, statistics};
pub use verdict::{Judgement, Verdict, VerdictKind, judge};
