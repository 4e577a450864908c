//! The timeline of an `up`: a fold over its events. In seconds, serialized in milliseconds. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use model::plan::{Action, ResourceId};
use serde::{Deserialize, Serialize};

use super::seconds;

/// A piece of work, in seconds from the start of the command.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Work {
    pub what: String,
    #[serde(rename = "begin-ms", serialize_with = "seconds::in_milliseconds")]
    pub begin: f64,
    #[serde(rename = "end-ms", serialize_with = "seconds::in_milliseconds")]
    pub end: f64,
}

impl Work {
    pub fn length(&self) -> f64 {
        self.end - self.begin
    }
}

/// A resource that was created, in seconds from the start of the command.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Made {
    pub id: ResourceId,
    /// When its step began, which is when everything it needs was ready.
    #[serde(rename = "begin-ms", serialize_with = "seconds::in_milliseconds")]
    pub begin: f64,
    /// When it was created and started.
    #[serde(rename = "applied-ms", serialize_with = "seconds::in_milliseconds")]
    pub applied: f64,
    #[serde(rename = "ready-ms", serialize_with = "seconds::in_milliseconds")]
    pub ready: f64,
    /// The waits before it was ready, with the backend's reasons.
    pub waits: Vec<Work>,
}

/// An `up`, from its start to the result of the first workflow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Timeline {
    /// What was fetched, built or pulled before the first step.
    pub preparation: Vec<Work>,
    /// The resources, in the order of their steps' begin.
    pub resources: Vec<Made>,
    /// When the command ended.
    #[serde(rename = "up-ms", serialize_with = "seconds::in_milliseconds")]
    pub up: f64,
    /// When the first workflow returned its result.
    #[serde(
        rename = "first-result-ms",
        serialize_with = "seconds::in_milliseconds"
    )]
    pub first_result: f64,
    /// The harness's own time: the part in which the critical path created nothing, and nothing was
    /// fetched, built or pulled.
    #[serde(rename = "harness-ms", serialize_with = "seconds::in_milliseconds")]
    pub harness: f64,
    /// The critical path: the chain of works that each had to wait for the one before. The total is
    /// faster only if one of these is.
    pub critical_path: Vec<Work>,
}

/// The part of an event of `--events` that is used here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Heard {
    Progress {
        what: String,
    },
    ProgressFinished {
        what: String,
    },
    ProgressGivenUp {
        what: String,
    },
    StepStarted {
        id: ResourceId,
        action: Action,
    },
    StepApplied {
        id: ResourceId,
    },
    StepWaiting {
        id: ResourceId,
        reason: String,
    },
    StepFinished {
        id: ResourceId,
    },
    #[serde(other)]
    Other,
}

/// The part of a plan's step that is used here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Planned {
    pub(super) id: ResourceId,
    pub(super) after: Vec<ResourceId>,
}

/// The times from the start of the command to its end and to the first result.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) up: Duration,
    pub(super) first_result: Duration,
}

impl Timeline {
    /// Takes the events in order, each with its time.
    pub(super) fn of(events: &[(Duration, Heard)], plan: &[Planned], ends: Ends) -> Self {
        let resources = made(events);
        let (up, first_result) = (ends.up.as_secs_f64(), ends.first_result.as_secs_f64());
        let preparation = preparation(events);
        let mut critical_path = chain(&resources, plan);
        let making: f64 = critical_path.iter().map(Work::length).sum();
        let begin = critical_path.first().map_or(up, |first| first.begin);
        critical_path.insert(0, work("prepare and plan", 0.0, begin));
        let end = critical_path.last().map_or(up, |last| last.end);
        critical_path.push(work("end of the command", end, up));
        critical_path.push(work("first workflow", up, first_result));
        Self {
            harness: up - making - covered(&preparation, begin),
            preparation,
            resources,
            up,
            first_result,
            critical_path,
        }
    }

    /// When a resource was ready, if it was created.
    pub fn ready(&self, id: &ResourceId) -> Option<f64> {
        let made = self.resources.iter().find(|made| made.id == *id);
        made.map(|made| made.ready)
    }
}

fn work(what: impl Into<String>, begin: f64, end: f64) -> Work {
    let what = what.into();
    Work { what, begin, end }
}

/// The works that progress events reported, from their first event to their last.
fn preparation(events: &[(Duration, Heard)]) -> Vec<Work> {
    let mut works: Vec<Work> = Vec::new();
    for (at, event) in events {
        let at = at.as_secs_f64();
        match event {
            Heard::Progress { what }
            | Heard::ProgressFinished { what }
            | Heard::ProgressGivenUp { what } => {
                match works.iter_mut().find(|work| work.what == *what) {
                    Some(work) => work.end = at,
                    None => works.push(work(what, at, at)),
                }
            }
            _ => {}
        }
    }
    works
}

/// The time until `end` that works cover, counting overlaps once.
fn covered(works: &[Work], end: f64) -> f64 {
    let mut spans: Vec<(f64, f64)> = works
        .iter()
        .map(|work| (work.begin, work.end.min(end)))
        .collect();
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut covered_until = 0.0_f64;
    let mut covered = 0.0;
    for (begin, end) in spans {
        covered += (end - begin.max(covered_until)).max(0.0);
        covered_until = covered_until.max(end);
    }
    covered
}

/// The resources that were created and became ready.
fn made(events: &[(Duration, Heard)]) -> Vec<Made> {
    let mut all: Vec<Made> = Vec::new();
    let mut done = Vec::new();
    for (at, event) in events {
        let at = at.as_secs_f64();
        if let Heard::StepStarted { id, action } = event {
            if *action != Action::Delete {
                all.push(Made {
                    id: id.clone(),
                    begin: at,
                    applied: at,
                    ready: at,
                    waits: Vec::new(),
                });
            }
            continue;
        }
        let (Heard::StepApplied { id }
        | Heard::StepWaiting { id, .. }
        | Heard::StepFinished { id }) = event
        else {
            continue;
        };
        let Some(made) = all.iter_mut().find(|made| made.id == *id) else {
            continue;
        };
        if let Some(last) = made.waits.last_mut() {
            last.end = at;
        }
        match event {
            Heard::StepApplied { .. } => made.applied = at,
            Heard::StepWaiting { reason, .. } => made.waits.push(work(reason, at, at)),
            _ => {
                made.ready = at;
                done.push(id.clone());
            }
        }
    }
    all.retain(|made| done.contains(&made.id));
    all
}

/// Follows, from the last resource back, the resource that each step waited for longest.
fn chain(resources: &[Made], plan: &[Planned]) -> Vec<Work> {
    let made: BTreeMap<&ResourceId, &Made> =
        resources.iter().map(|made| (&made.id, made)).collect();
    let after: BTreeMap<&ResourceId, &[ResourceId]> = plan
        .iter()
        .map(|step| (&step.id, step.after.as_slice()))
        .collect();
    let mut next = latest(resources.iter());
    let mut chain = Vec::new();
    while let Some(last) = next {
        chain.push(work(last.id.to_string(), last.begin, last.ready));
        next = latest(waited_for(&last.id, &made, &after).into_iter());
    }
    chain.reverse();
    chain
}

fn latest<'a>(resources: impl Iterator<Item = &'a Made>) -> Option<&'a Made> {
    resources.max_by(|one, other| one.ready.total_cmp(&other.ready))
}

/// The created resources that a resource waited for, also through steps that kept theirs.
fn waited_for<'a>(
    id: &ResourceId,
    made: &BTreeMap<&ResourceId, &'a Made>,
    after: &BTreeMap<&ResourceId, &[ResourceId]>,
) -> Vec<&'a Made> {
    let before = after.get(id).copied().unwrap_or_default();
    let found = before.iter().flat_map(|id| match made.get(id) {
        Some(made) => vec![*made],
        None => waited_for(id, made, after),
    });
    found.collect()
}

#[cfg(test)]
mod tests;
