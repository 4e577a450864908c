//! What is asked of a server, and what is not as it should be.

use serde::Serialize;

/// What is asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// How many connections the Temporal processes may open.
    pub connections: u32,
    /// Whether its connections are to be encrypted.
    pub encryption: bool,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It works, but not as it should.
    Warning,
    /// Temporal cannot run on it.
    Refused,
}

/// Something that is not as Temporal needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// What was found.
    pub found: String,
    /// Why that matters.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}
