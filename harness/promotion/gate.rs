//! The gate: every scenario that a profile requires has passed on what is to be promoted. Pure.

use std::fmt;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use serde::Serialize;

use super::Evidence;
use crate::backend::Place;
use crate::quantity::Duration;
use crate::scenario::VerdictKind;
use crate::topology::{Digest, WorkerBuild};

/// The database without which a verdict says nothing of a place that has MySQL.
const DATABASE: &str = "mysql";

/// The backends whose verdicts count: what was promoted does not vouch for its own promotion.
const LOCAL: [&str; 2] = ["process", "k3d"];

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
        age: Duration,
        /// How long ago it may be.
        allowed: Duration,
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
        let Required { file, name } = &self.required;
        match &self.standing {
            Standing::Met { report, .. } => write!(out, "{name}: passed ({report})"),
            Standing::Missing { instead: None } => {
                write!(
                    out,
                    "{name}: never run; `harness test {file} --profile k3d` runs it (with the same \
                     `--set`, if there is one)"
                )
            }
            Standing::Missing {
                instead: Some(Instead::Topology(digest)),
            } => {
                let digest = digest.short();
                write!(
                    out,
                    "{name}: run on another topology ({digest}), not on this one"
                )
            }
            Standing::Missing {
                instead:
                    Some(Instead::Worker {
                        ran: Some(ran),
                        promoted,
                    }),
            } => write!(
                out,
                "{name}: run with another build of the worker ({ran}), not with the one to promote \
                 ({promoted})"
            ),
            Standing::Missing {
                instead: Some(Instead::Worker { ran: None, .. }),
            } => write!(
                out,
                "{name}: the report does not say which build of the worker ran"
            ),
            Standing::Missing {
                instead: Some(Instead::Database(database)),
            } => write!(out, "{name}: run on database {database}, not on MySQL"),
            Standing::Missing {
                instead: Some(Instead::Backend(backend)),
            } => write!(out, "{name}: run on backend {backend}, not on this machine"),
            Standing::NotPassed { verdict, report } => {
                write!(out, "{name}: the last verdict is {verdict} ({report})")
            }
            Standing::Old { age, allowed } => {
                write!(
                    out,
                    "{name}: passed {age} ago, and {allowed} is the most that counts"
                )
            }
        }
    }
}

/// What would be promoted.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The topology.
    pub topology: &'a Digest,
    /// The build of the worker; none where it is not known yet. Then a build that would be let
    /// through is enough: whether it is the one to promote is asked when that is made.
    pub worker: Option<&'a WorkerBuild>,
}

impl Candidate<'_> {
    fn is_of_worker(&self, evidence: &Evidence) -> bool {
        let ran = evidence.worker.as_ref();
        ran.is_some_and(|ran| self.worker.is_none_or(|promoted| ran.is_same(promoted)))
    }
}

/// The newest of each build, the newest first.
fn newest_of_each_build<'a>(evidence: impl Iterator<Item = &'a Evidence>) -> Vec<&'a Evidence> {
    let mut all: Vec<&Evidence> = evidence.collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.finished));
    let mut newest: Vec<&Evidence> = Vec::new();
    for one in all {
        let build = |it: &Evidence| it.worker.clone().unwrap_or_default();
        if !newest.iter().any(|it| build(it).is_same(&build(one))) {
            newest.push(one);
        }
    }
    newest
}

/// How each requirement stands at a moment: what the newest report says that is of this topology
/// and this build of the worker on MySQL. An older pass does not make up for a newer failure.
pub fn judge(
    required: Vec<Required>,
    evidence: &[Evidence],
    candidate: Candidate<'_>,
    max_age: Duration,
    now: Timestamp,
) -> Vec<Condition> {
    let standing = |required: &Required| {
        let of_it = evidence.iter().filter(|it| it.scenario == required.name);
        let counts = |it: &&Evidence| {
            let here = LOCAL.contains(&it.place.backend.as_str());
            it.topology == *candidate.topology
                && candidate.is_of_worker(it)
                && here
                && it.place.database == DATABASE
        };
        let builds = newest_of_each_build(of_it.clone().filter(counts));
        let standings = builds.iter().map(|it| of_newest(it, max_age, now));
        let mut standings: Vec<Standing> = standings.collect();
        let met = |it: &Standing| matches!(it, Standing::Met { .. });
        if standings.is_empty() {
            let newest = of_it.max_by_key(|it| it.finished);
            let instead = newest.map(|newest| instead(newest, candidate));
            return Standing::Missing { instead };
        }
        let best = standings.iter().position(met).unwrap_or_default();
        standings.swap_remove(best)
    };
    let conditions = required.into_iter().map(|required| Condition {
        standing: standing(&required),
        required,
    });
    conditions.collect()
}

fn of_newest(newest: &Evidence, max_age: Duration, now: Timestamp) -> Standing {
    if newest.verdict != VerdictKind::Pass {
        return Standing::NotPassed {
            verdict: newest.verdict,
            report: newest.report.clone(),
        };
    }
    // After a clock was set back, what is new is of the future.
    let age = now.duration_since(newest.finished);
    let age = std::time::Duration::try_from(age).unwrap_or_default();
    if age > max_age.as_std() {
        return Standing::Old {
            age: Duration::from_secs(age.as_secs()),
            allowed: max_age,
        };
    }
    Standing::Met {
        profile: newest.profile.clone(),
        backend: newest.place.backend.clone(),
        report: newest.report.clone(),
    }
}

fn instead(newest: &Evidence, candidate: Candidate<'_>) -> Instead {
    let Place {
        backend, database, ..
    } = &newest.place;
    if newest.topology != *candidate.topology {
        Instead::Topology(newest.topology.clone())
    } else if database != DATABASE {
        Instead::Database(database.clone())
    } else if !LOCAL.contains(&backend.as_str()) {
        Instead::Backend(backend.clone())
    } else {
        Instead::Worker {
            ran: newest.worker.as_ref().map(WorkerBuild::short),
            promoted: candidate.worker.map(WorkerBuild::short).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn evidence(minutes_ago: i64, verdict: VerdictKind) -> Evidence {
        Evidence {
            profile: "k3d".to_owned(),
            scenario: "smoke".to_owned(),
            verdict,
            topology: Digest::of_bytes(b"ours"),
            worker: Some(build(b"worker")),
            place: Place {
                backend: "k3d".to_owned(),
                engine: "server".to_owned(),
                database: "mysql".to_owned(),
            },
            finished: now() - jiff::SignedDuration::from_mins(minutes_ago),
            report: format!("{minutes_ago}/report.json").into(),
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).expect("a moment")
    }

    fn build(content: &[u8]) -> WorkerBuild {
        WorkerBuild {
            program: Some(Digest::of_bytes(content)),
            ..WorkerBuild::default()
        }
    }

    fn said(evidence: &[Evidence]) -> String {
        said_of(evidence, Some(&build(b"worker")))
    }

    fn said_of(evidence: &[Evidence], worker: Option<&WorkerBuild>) -> String {
        let required = Required {
            file: "scenarios/smoke.yaml".into(),
            name: "smoke".to_owned(),
        };
        let candidate = Candidate {
            topology: &Digest::of_bytes(b"ours"),
            worker,
        };
        let conditions = judge(vec![required], evidence, candidate, HOUR, now());
        let [condition] = &conditions[..] else {
            panic!("one requirement, one condition");
        };
        format!("{} {condition}", condition.holds())
    }

    #[test]
    fn the_newest_verdict_on_this_topology_and_mysql_decides() {
        use VerdictKind::{Fail, Pass};
        assert_eq!(
            said(&[]),
            "false smoke: never run; `harness test scenarios/smoke.yaml --profile k3d` runs it (with the same `--set`, if there is one)"
        );
        assert_eq!(
            said(&[evidence(5, Pass)]),
            "true smoke: passed (5/report.json)"
        );
        assert_eq!(
            said(&[evidence(-9000, Pass)]),
            "true smoke: passed (-9000/report.json)"
        );
        assert_eq!(
            said(&[evidence(9, Pass), evidence(5, Fail)]),
            "false smoke: the last verdict is fail (5/report.json)"
        );
        assert_eq!(
            said(&[evidence(9, Fail), evidence(5, Pass)]),
            "true smoke: passed (5/report.json)"
        );
        assert_eq!(
            said(&[evidence(60, Pass)]),
            "true smoke: passed (60/report.json)"
        );
        assert_eq!(
            said(&[evidence(61, Pass)]),
            "false smoke: passed 1h1m ago, and 1h is the most that counts"
        );
    }

    #[test]
    fn a_verdict_of_another_build_does_not_count_and_one_of_no_known_build_neither() {
        use VerdictKind::{Fail, Pass};
        let mut other = evidence(1, Fail);
        other.worker = Some(build(b"another"));
        let (ran, promoted) = (build(b"another").short(), build(b"worker").short());
        assert_eq!(
            said(std::slice::from_ref(&other)),
            format!(
                "false smoke: run with another build of the worker ({ran}), not with the one to \
                 promote ({promoted})"
            )
        );
        let mut silent = evidence(2, Pass);
        silent.worker = None;
        assert_eq!(
            said(std::slice::from_ref(&silent)),
            "false smoke: the report does not say which build of the worker ran"
        );
        let all = [other, silent, evidence(5, Pass)];
        assert_eq!(said(&all), "true smoke: passed (5/report.json)");
        // What would be promoted is not known yet: a build that would be let through is enough.
        assert_eq!(said_of(&all, None), "true smoke: passed (5/report.json)");
        assert_eq!(
            said_of(&all[..2], None),
            "false smoke: the last verdict is fail (1/report.json)"
        );
        assert_eq!(
            said_of(&all[1..2], None),
            "false smoke: the report does not say which build of the worker ran"
        );
        let mut again = evidence(6, Fail);
        again.worker.clone_from(&all[2].worker);
        let since = [evidence(1, Fail), all[2].clone()];
        assert_eq!(
            said_of(&since, None),
            "false smoke: the last verdict is fail (1/report.json)"
        );
        assert_eq!(
            said_of(&[again, all[2].clone()], None),
            "true smoke: passed (5/report.json)"
        );
    }

    #[test]
    fn what_ran_elsewhere_does_not_count_and_does_not_hide_what_does() {
        let mut other = evidence(2, VerdictKind::Pass);
        other.topology = Digest::of_bytes(b"theirs");
        let theirs = Digest::of_bytes(b"theirs");
        assert_eq!(
            said(std::slice::from_ref(&other)),
            format!(
                "false smoke: run on another topology ({}), not on this one",
                theirs.short()
            )
        );
        let mut sqlite = evidence(1, VerdictKind::Fail);
        sqlite.place.database = "sqlite".to_owned();
        assert_eq!(
            said(std::slice::from_ref(&sqlite)),
            "false smoke: run on database sqlite, not on MySQL"
        );
        let all = [other, sqlite, evidence(5, VerdictKind::Pass)];
        assert_eq!(said(&all), "true smoke: passed (5/report.json)");
    }
}
