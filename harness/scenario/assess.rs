//! Judges a run by its folder. Only the folder counts, so that the verdict is the same when the run
//! ends and at any later time.

use std::time::Duration;

use archive::{Archive, Error};
use backend::event::Ending;
use check::{Checker, Finding, Unread, Workflow};
use engine::watch::Seen;
use jiff::Timestamp;
use load::Iteration;
use model::quantity;
use model::topology::WorkerBuilds;

use super::measures::{Measures, Meter};
use super::observations::Observations;
use super::plan::RunPlan;
use super::record::FaultRecord;
use super::story::{End, Story};
use super::verdict::{Judgement, judge};

/// A run with its measurements, findings and verdict.
#[derive(Debug, Clone)]
pub struct Assessment {
    pub started: Timestamp,
    /// When all evidence was recorded.
    pub finished: Timestamp,
    /// The builds of the workers that ran, where they are known.
    pub workers: WorkerBuilds,
    pub seen: Observations,
    pub judgement: Judgement,
}

/// Judges a run by its folder; `None` if the run was cut off before all evidence was recorded.
pub fn assess(archive: &Archive) -> Result<Option<Assessment>, Error> {
    let plan: RunPlan = archive.plan()?;
    let mut story = Story::new(&plan);
    for event in archive.events()? {
        story.add(event?);
    }
    let Story {
        started,
        faults,
        deaths,
        judged,
        end,
        ..
    } = story;
    if let Some(end) = &end
        && let Some(events) = end.events
    {
        archive.expect_events(end.events_found, events)?;
    }
    let (Some(started), Some(end)) = (started, end) else {
        return Ok(None);
    };
    let End {
        at: finished,
        ending,
        iterations,
        executions,
        longest_stop,
        heal_failure,
        unseen,
        workers,
        ..
    } = end;
    let glimpse = glimpse(ending, &faults, judged);
    let mut records = archive.iterations()?;
    let measures = measure(&plan, &faults, glimpse, records.by_ref())?;
    archive.expect_iterations(records.count_so_far(), iterations)?;
    let (findings, unread) = match ending {
        Ending::Interrupted => (Vec::new(), Unread::default()),
        Ending::Complete | Ending::NotSteady => {
            let mut records = archive.executions()?;
            let checked = check(&plan, records.by_ref())?;
            let expected = executions.max(measures.may_exist);
            archive.expect_executions(records.count_so_far(), expected)?;
            checked
        }
    };
    let seen = Observations {
        measures,
        faults,
        findings,
        unread,
        ending,
        longest_stop: longest_stop.into(),
        heal_failure,
        watched: Seen { deaths, unseen },
    };
    let judgement = judge(&plan, &seen);
    Ok(Some(Assessment {
        started,
        finished,
        workers,
        seen,
        judgement,
    }))
}

/// The offset at which the baseline is measured once more: when the first fault was injected, or, if
/// the run ended early, when the steady state was judged.
pub(super) fn glimpse(
    ending: Ending,
    faults: &[FaultRecord],
    judged: Option<Duration>,
) -> Option<Duration> {
    let injected = faults.iter().filter_map(|fault| fault.injected).min();
    match ending {
        Ending::Complete => injected.map(quantity::Duration::as_std),
        Ending::NotSteady | Ending::Interrupted => judged,
    }
}

pub(super) fn measure(
    plan: &RunPlan,
    faults: &[FaultRecord],
    glimpse: Option<Duration>,
    iterations: impl Iterator<Item = Result<Iteration, Error>>,
) -> Result<Measures, Error> {
    let mut meter = Meter::new(plan, faults, glimpse);
    for iteration in iterations {
        meter.add(&iteration?);
    }
    Ok(meter.finish())
}

pub(super) fn check(
    plan: &RunPlan,
    executions: impl Iterator<Item = Result<archive::Workflow, Error>>,
) -> Result<(Vec<Finding>, Unread), Error> {
    let mut checkers: Vec<Checker> = plan.invariants.iter().copied().map(Checker::new).collect();
    let mut unread = Unread::default();
    for both in executions {
        let archive::Workflow { iteration, reading } = both?;
        let workflow = Workflow {
            iteration: &iteration,
            reading: &reading,
        };
        unread.add(workflow);
        for checker in &mut checkers {
            checker.add(workflow);
        }
    }
    let findings = checkers.into_iter().map(Checker::finish).collect();
    Ok((findings, unread))
}
