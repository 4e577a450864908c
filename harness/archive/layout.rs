//! The files of a run's folder, and the version of what is in them.

/// The version of the layout that is written. A new kind of event changes it as well, since who reads
/// has to know them all. A folder without `run.json` is of version 1.
pub const VERSION: u32 = 3;

/// Version of the layout, and the setting of the run; written before it begins.
pub(super) const RUN: &str = "run.json";
/// Everything that was decided before the run began; written before it begins.
pub(super) const PLAN: &str = "plan.json";
/// What happened, one event a line.
pub(super) const EVENTS: &str = "events.ndjson";
/// What the clients saw, one iteration a line, in the order in which they ended.
pub(super) const ITERATIONS: &str = "iterations.ndjson";
/// Both sides of each workflow, in the order in which they were read back from the server.
pub(super) const EXECUTIONS: &str = "executions.ndjson";

/// The verdict and what it rests on; written once the run is over.
pub const REPORT: &str = "report.json";

/// The files that are there once a run is over, beside the report.
pub const FILES: [&str; 5] = [RUN, PLAN, EVENTS, ITERATIONS, EXECUTIONS];
