//! Judges requirements by the reports. Pure.

use backend::Place;
use base::shell;
use jiff::{SignedDuration, Timestamp};
use model::quantity::Duration;
use model::topology::{Digest, WorkerBuilds};
use scenario::VerdictKind;

use super::{Condition, Mismatch, Required, Standing};
use crate::{Damaged, Evidence, Reports};

/// The database that a run must use, because the topology in Azure has MySQL.
const DATABASE: &str = "mysql";

/// The backends whose verdicts count. A promoted topology cannot justify its own promotion.
const LOCAL: [&str; 2] = ["process", "k3d"];

/// How far a report may be ahead of the clock: the clocks of machines that share a folder differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The topology and worker that would be promoted.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub topology: &'a Digest,
    /// The builds of the workers, as far as they are known. If none is known yet, one passing build
    /// is enough. The gate is checked again once the workers to promote are built.
    pub workers: &'a WorkerBuilds,
}

impl Candidate<'_> {
    fn is_of_workers(&self, evidence: &Evidence) -> bool {
        let ran = &evidence.workers;
        !ran.is_empty() && ran.include(self.workers)
    }
}

/// The newest evidence of each set of worker builds, the newest first.
fn newest_of_each_build<'a>(evidence: impl Iterator<Item = &'a Evidence>) -> Vec<&'a Evidence> {
    let mut all: Vec<&Evidence> = evidence.collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.finished));
    let mut newest: Vec<&Evidence> = Vec::new();
    for one in all {
        let same = |it: &&Evidence| {
            let (a, b) = (&it.workers, &one.workers);
            !a.is_empty() && a.include(b) && b.include(a)
        };
        if !newest.iter().any(same) {
            newest.push(one);
        }
    }
    newest
}

/// Returns the options of `harness test` that run the candidate on this machine, with a leading
/// space. The argument is the profile that ran it before, if any.
pub(super) type Options<'a> = &'a dyn Fn(Option<&str>) -> String;

/// Judges each requirement at the time `now`. The newest report of this topology and worker build
/// with MySQL decides. An older pass does not outweigh a newer failure, nor a newer report that
/// cannot be read or that has an impossible date. A report written after such a report does.
pub fn judge(
    required: Vec<Required>,
    reports: &Reports,
    candidate: Candidate<'_>,
    max_age: Duration,
    now: Timestamp,
    options: Options<'_>,
) -> Vec<Condition> {
    let judge = Judge {
        reports,
        candidate,
        max_age,
        now,
        options,
    };
    let conditions = required
        .into_iter()
        .map(|required| judge.condition(required));
    conditions.collect()
}

struct Judge<'a> {
    reports: &'a Reports,
    candidate: Candidate<'a>,
    max_age: Duration,
    now: Timestamp,
    options: Options<'a>,
}

impl<'a> Judge<'a> {
    fn condition(&self, required: Required) -> Condition {
        let (standing, profile) = self.standing(&required.name);
        let met = matches!(standing, Standing::Met { .. });
        let opens = (!met).then(|| {
            let file = shell::word(&required.scenario);
            format!("harness test {file}{}", (self.options)(profile))
        });
        Condition {
            required,
            standing,
            opens,
        }
    }

    /// The standing of a scenario, and the profile that ran it.
    fn standing(&self, name: &str) -> (Standing, Option<&'a str>) {
        let of_it = self.reports.evidence.iter();
        let of_it = of_it.filter(|it| it.scenario == name);
        let counting: Vec<&Evidence> = of_it.clone().filter(|it| self.counts(it)).collect();
        let newest = of_it.max_by_key(|it| it.finished);
        let profile = newest.and_then(profile_of);
        if let Some(damaged) = self.damaged(name, &counting) {
            let standing = Standing::Damaged {
                report: damaged.report.clone(),
                why: damaged.why.clone(),
            };
            return (standing, profile);
        }
        let placed =
            |it: &&Evidence| !self.is_ahead(it) || !self.is_superseded(it.written, &counting);
        let builds = newest_of_each_build(counting.iter().copied().filter(placed));
        let standings = builds.iter().map(|it| (self.of_newest(it), profile_of(it)));
        let mut standings: Vec<(Standing, Option<&str>)> = standings.collect();
        if standings.is_empty() {
            let instead = newest.map(|newest| mismatch(newest, self.candidate));
            return (Standing::Missing { instead }, profile);
        }
        let met = |(it, _): &(Standing, Option<&str>)| matches!(it, Standing::Met { .. });
        let best = standings.iter().position(met).unwrap_or_default();
        standings.swap_remove(best)
    }

    fn counts(&self, evidence: &Evidence) -> bool {
        evidence.topology == *self.candidate.topology
            && self.candidate.is_of_workers(evidence)
            && is_local(&evidence.place)
            && evidence.place.database == DATABASE
    }

    /// Whether a report is dated after the clock, beyond the tolerance.
    fn is_ahead(&self, evidence: &Evidence) -> bool {
        evidence.finished.duration_since(self.now) > SKEW
    }

    /// Whether a report that counts was written after `moment`.
    fn is_superseded(&self, moment: Timestamp, counting: &[&Evidence]) -> bool {
        let mut known = counting.iter().filter(|it| !self.is_ahead(it));
        known.any(|it| it.written > moment)
    }

    /// The newest unreadable report that may belong to a scenario and is not superseded.
    fn damaged(&self, name: &str, counting: &[&Evidence]) -> Option<&'a Damaged> {
        let damaged = self.reports.damaged.iter();
        let open = damaged.filter(|it| {
            let is_it = it.scenario.as_deref().is_none_or(|it| it == name);
            is_it && !self.is_superseded(it.written, counting)
        });
        open.max_by_key(|it| it.written)
    }

    fn of_newest(&self, newest: &Evidence) -> Standing {
        let report = || newest.report.clone();
        let age = self.now.duration_since(newest.finished);
        if self.is_ahead(newest) {
            let ahead = age.unsigned_abs().as_secs();
            return Standing::Future {
                ahead: Duration::from_secs(ahead),
                report: report(),
            };
        }
        if newest.verdict != VerdictKind::Pass {
            return Standing::NotPassed {
                verdict: newest.verdict,
                report: report(),
            };
        }
        // A report that is ahead within the tolerance counts as new.
        let age = std::time::Duration::try_from(age).unwrap_or_default();
        if age > self.max_age.as_std() {
            return Standing::Old {
                age: Duration::from_secs(age.as_secs()),
                allowed: self.max_age,
            };
        }
        Standing::Met {
            profile: newest.profile.clone(),
            backend: newest.place.backend.clone(),
            report: report(),
        }
    }
}

/// The profile that ran, if another run of it would count.
fn profile_of(evidence: &Evidence) -> Option<&str> {
    let counts = is_local(&evidence.place) && evidence.place.database == DATABASE;
    counts.then_some(&*evidence.profile)
}

fn is_local(place: &Place) -> bool {
    LOCAL.contains(&place.backend.as_str())
}

fn mismatch(newest: &Evidence, candidate: Candidate<'_>) -> Mismatch {
    let Place {
        backend, database, ..
    } = &newest.place;
    if newest.topology != *candidate.topology {
        Mismatch::Topology(newest.topology.clone())
    } else if !is_local(&newest.place) {
        Mismatch::Backend(backend.clone())
    } else if database != DATABASE {
        Mismatch::Database(database.clone())
    } else {
        Mismatch::Worker {
            ran: (!newest.workers.is_empty()).then(|| newest.workers.short()),
            promoted: candidate.workers.short(),
        }
    }
}
