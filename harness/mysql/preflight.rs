//! Whether a MySQL server fits Temporal, by rules with reasons. Pure, but for [`Facts::read`].

mod facts;
mod release;
mod rules;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use facts::Facts;

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

/// What is not as it should be, the gravest first.
pub fn findings(facts: &Facts, needs: &Needs) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [
        rules::product(facts),
        rules::connections(facts, *needs),
        rules::prefer_ordering_index(facts),
        rules::flush_log(facts),
        rules::sync_binlog(facts),
        rules::time_zone(facts),
        rules::encryption(facts, *needs),
    ]
    .into_iter()
    .flatten()
    .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}
