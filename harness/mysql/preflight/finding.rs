//! The requirements for a server, and the rules that it violates.

use serde::Serialize;

/// The requirements for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// How many connections the Temporal processes may open.
    pub connections: u32,
    /// Whether connections must be encrypted.
    pub encryption: bool,
}

/// How severe a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Temporal can run, with the described disadvantage.
    Warning,
    /// Temporal cannot run on this server.
    Refused,
}

/// A violated rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    pub severity: Severity,
    /// The setting or product that violates the rule.
    pub found: String,
    /// Why that matters.
    pub reason: String,
    /// How to fix it.
    pub remedy: String,
}
