//! The files in the folder of a run, and the version of the layout.

/// The version of the layout that this program writes. A new kind of event needs a new version too,
/// since a reader must know all kinds. A folder without `run.json` has version 1.
pub const VERSION: u32 = 4;

/// The version of the layout and the setting of the run; written before the run starts.
pub(super) const RUN: &str = "run.json";
/// The plan of the run; written before the run starts.
pub const PLAN: &str = "plan.json";
/// One event per line.
pub(super) const EVENTS: &str = "events.ndjson";
/// One iteration per line, in the order in which they ended.
pub(super) const ITERATIONS: &str = "iterations.ndjson";
/// One workflow per line, with the client's and the server's view, in the order in which they were
/// read back from the server.
pub(super) const EXECUTIONS: &str = "executions.ndjson";

/// The verdict and its evidence; written when the run is over.
pub const REPORT: &str = "report.json";

/// The files of a finished run, except the report.
pub const FILES: [&str; 5] = [RUN, PLAN, EVENTS, ITERATIONS, EXECUTIONS];
