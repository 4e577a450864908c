//! The files of a run's folder.

pub(super) const PLAN: &str = "plan.json";
pub(super) const OPERATIONS: &str = "operations.ndjson";
pub(super) const EXECUTIONS: &str = "executions.ndjson";

/// The files beside the report.
pub(super) const EVIDENCE: [&str; 3] = [PLAN, OPERATIONS, EXECUTIONS];
