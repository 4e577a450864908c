//! The gate: every scenario that a profile requires has passed on what is to be promoted. Pure.

mod judge;
#[cfg(test)]
mod tests;

use std::fmt;

use camino::Utf8PathBuf;
use serde::Serialize;

pub use self::judge::{Candidate, judge};
use model::quantity::Duration;
use model::topology::Digest;
use scenario::VerdictKind;

/// A scenario that has to have passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Required {
    /// Its file, as the profile names it.
    pub file: Utf8PathBuf,
    /// Its name, by which its reports are known.
    pub name: String,
}

/// A requirement and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// What is required.
    #[serde(flatten)]
    pub required: Required,
    /// How it stands.
    pub standing: Standing,
    /// The command that may open the gate; none where it is open.
    pub opens: Option<String>,
}

/// How a requirement stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It passed.
    Met {
        /// The profile that was up.
        profile: String,
        /// The backend that it ran on.
        backend: String,
        /// The report that says so.
        report: Utf8PathBuf,
    },
    /// It was never run on this topology with MySQL behind it.
    Missing {
        /// Why the newest report of it, if there is one, does not count.
        instead: Option<Instead>,
    },
    /// The last run of it was something else than a pass.
    NotPassed {
        /// What it was.
        verdict: VerdictKind,
        /// The report that says so.
        report: Utf8PathBuf,
    },
    /// It passed too long ago.
    Old {
        /// How long ago.
        #[serde(
            rename = "age-ms",
            serialize_with = "model::quantity::in_milliseconds::serialize"
        )]
        age: Duration,
        /// How long ago it may be.
        #[serde(
            rename = "allowed-ms",
            serialize_with = "model::quantity::in_milliseconds::serialize"
        )]
        allowed: Duration,
    },
    /// The newest report is dated later than this machine's clock: how old it is cannot be known.
    Future {
        /// By how much.
        #[serde(
            rename = "ahead-ms",
            serialize_with = "model::quantity::in_milliseconds::serialize"
        )]
        ahead: Duration,
        /// The report.
        report: Utf8PathBuf,
    },
    /// The newest report, or what may be one of it, cannot be read, and might say anything.
    Damaged {
        /// The report.
        report: Utf8PathBuf,
        /// Why not.
        why: String,
    },
}

/// Why a report does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instead {
    /// Another topology ran: its digest.
    Topology(Digest),
    /// Another build of the worker ran, or the report does not say which.
    Worker {
        /// The one that ran, by a few digits.
        ran: Option<String>,
        /// The one that would be promoted.
        promoted: String,
    },
    /// Another database was behind it.
    Database(String),
    /// It ran on a backend whose verdicts do not count.
    Backend(String),
}

impl Condition {
    /// Whether it lets a promotion through.
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
                    "passed {age} ago, and {allowed} is the most that counts"
                )
            }
            Self::Future { ahead, report } => write!(
                out,
                "the last report ({report}) is dated {ahead} ahead of this machine's clock: set \
                 the clock right, or remove that report"
            ),
            Self::Damaged { report, why } => {
                write!(out, "the last report ({report}) cannot be read: {why}")
            }
        }
    }
}

impl fmt::Display for Instead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topology(digest) => {
                let digest = digest.short();
                write!(out, "run on another topology ({digest}), not on this one")
            }
            Self::Worker {
                ran: Some(ran),
                promoted,
            } => write!(
                out,
                "run with another build of the worker ({ran}), not with the one to promote \
                 ({promoted})"
            ),
            Self::Worker { ran: None, .. } => {
                write!(out, "the report does not say which build of the worker ran")
            }
            Self::Database(database) => write!(out, "run on database {database}, not on MySQL"),
            Self::Backend(backend) => write!(out, "run on backend {backend}, not on this machine"),
        }
    }
}
