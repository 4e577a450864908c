//! The gate: every scenario that a profile requires must have passed on the topology to promote.
//! Pure.

mod judge;

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

pub use self::judge::{Candidate, judge};
use model::quantity::Duration;
use model::topology::Digest;
use scenario::VerdictKind;

/// A scenario that must have passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Required {
    /// The name or the path of its file, as in the profile.
    pub scenario: String,
    /// The name, by which reports refer to it.
    pub name: String,
}

/// A required scenario and its standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    #[serde(flatten)]
    pub required: Required,
    /// Whether it passed, or why it does not count.
    pub standing: Standing,
    /// The command that may open the gate; `None` if the requirement is met.
    pub opens: Option<String>,
}

/// The standing of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The scenario passed.
    Met {
        /// The profile that ran.
        profile: String,
        /// The backend of the run.
        backend: String,
        /// The report of the run.
        report: Utf8PathBuf,
    },
    /// The scenario was never run on this topology with MySQL.
    Missing {
        /// Why its newest report does not count, if there is one.
        instead: Option<Mismatch>,
    },
    /// The last run did not pass.
    NotPassed {
        verdict: VerdictKind,
        /// The report of the run.
        report: Utf8PathBuf,
    },
    /// The scenario passed too long ago.
    Old {
        /// The age of the report.
        #[serde(
            rename = "age-ms",
            serialize_with = "model::quantity::in_milliseconds::serialize"
        )]
        age: Duration,
        /// The largest age that counts.
        #[serde(
            rename = "allowed-ms",
            serialize_with = "model::quantity::in_milliseconds::serialize"
        )]
        allowed: Duration,
    },
    /// The newest report is dated after this machine's clock, so its age is unknown.
    Future {
        #[serde(
            rename = "ahead-ms",
            serialize_with = "model::quantity::in_milliseconds::serialize"
        )]
        ahead: Duration,
        report: Utf8PathBuf,
    },
    /// The newest report, or one that may belong to the scenario, cannot be read.
    Damaged { report: Utf8PathBuf, why: String },
}

/// Why a report does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mismatch {
    /// Another topology ran, with this digest.
    Topology(Digest),
    /// Another build of the worker ran, or the report does not name the build.
    Worker {
        /// The build that ran, shortened.
        ran: Option<String>,
        /// The build that would be promoted, shortened.
        promoted: String,
    },
    /// It ran with another database.
    Database(String),
    /// It ran on a backend that does not count.
    Backend(String),
}

impl Condition {
    /// Whether the requirement is met.
    pub fn holds(&self) -> bool {
        matches!(self.standing, Standing::Met { .. })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = match self.standing {
            Standing::Missing { instead: None } => "",
            _ => " again",
        };
        write!(out, "{}: {}", self.required.name, self.standing)?;
        let Some(command) = &self.opens else {
            return Ok(());
        };
        write!(out, "; `{command}` runs it{again}")
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Met { report, .. } => write!(out, "passed ({report})"),
            Self::Missing { instead: None } => write!(out, "never run"),
            Self::Missing {
                instead: Some(instead),
            } => instead.fmt(out),
            Self::NotPassed { verdict, report } => {
                write!(out, "the last verdict is {verdict} ({report})")
            }
            Self::Old { age, allowed } => {
                write!(
                    out,
                    "passed {age} ago, and only runs of the last {allowed} count"
                )
            }
            Self::Future { ahead, report } => write!(
                out,
                "the last report ({report}) is dated {ahead} ahead of this machine's clock: \
                 correct the clock, or remove that report"
            ),
            Self::Damaged { report, why } => {
                write!(out, "the last report ({report}) cannot be read: {why}")
            }
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topology(digest) => {
                let digest = digest.short();
                write!(out, "ran on another topology ({digest}), not on this one")
            }
            Self::Worker {
                ran: Some(ran),
                promoted,
            } => write!(
                out,
                "ran with another build of the worker ({ran}), not with the one to promote \
                 ({promoted})"
            ),
            Self::Worker { ran: None, .. } => {
                write!(out, "the report does not say which build of the worker ran")
            }
            Self::Database(database) => write!(out, "ran on database {database}, not on MySQL"),
            Self::Backend(backend) => write!(out, "ran on backend {backend}, not on this machine"),
        }
    }
}

#[cfg(test)]
mod tests;
