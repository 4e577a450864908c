//! Folds the events of a run into its state. Pure.

use std::time::Duration;

use backend::death::Death;
use backend::event::{Ending, Event, Kind};
use jiff::Timestamp;
use model::topology::WorkerBuilds;

use super::plan::RunPlan;
use super::record::FaultRecord;

/// The state of a run by its events so far.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) started: Option<Timestamp>,
    /// Each planned fault, in the order of the plan.
    pub(super) faults: Vec<FaultRecord>,
    pub(super) deaths: Vec<Death>,
    /// When the steady state was judged, from the start of the run.
    pub(super) judged: Option<Duration>,
    /// Why evidence could not be written.
    pub(super) failure: Option<String>,
    pub(super) end: Option<End>,
    /// How many events were added.
    events: u64,
}

/// What the event `evidence-complete` says.
#[derive(Debug)]
pub(super) struct End {
    pub(super) at: Timestamp,
    pub(super) ending: Ending,
    /// How many events came before it.
    pub(super) events_found: u64,
    /// How many events were recorded before it, if it says so.
    pub(super) events: Option<u64>,
    pub(super) iterations: u64,
    pub(super) executions: u64,
    pub(super) longest_stop: Duration,
    pub(super) heal_failure: Option<String>,
    pub(super) unseen: Option<String>,
    pub(super) workers: WorkerBuilds,
}

impl Story {
    pub(super) fn new(plan: &RunPlan) -> Self {
        Self {
            started: None,
            faults: plan.faults.iter().map(FaultRecord::pending).collect(),
            deaths: Vec::new(),
            judged: None,
            failure: None,
            end: None,
            events: 0,
        }
    }

    pub(super) fn add(&mut self, event: Event) {
        match event.kind {
            Kind::ScenarioStarted { deaths, .. } => {
                self.started = Some(event.at);
                self.deaths.extend(deaths);
            }
            Kind::SteadyStateJudged { offset_ms, .. } => self.judged = Some(offset_ms.as_std()),
            Kind::FaultInjected {
                fault,
                offset_ms,
                effect,
            } => self.of_fault(&fault, |record| {
                record.injected = Some(offset_ms.into());
                record.effect = Some(effect);
            }),
            Kind::FaultFailed { fault, failure } => {
                self.of_fault(&fault, |record| record.failure = Some(failure));
            }
            Kind::FaultHealed { fault, offset_ms } => {
                self.of_fault(&fault, |record| record.healed = Some(offset_ms.into()));
            }
            Kind::ReplicaDied { death } => self.deaths.push(death),
            Kind::EvidenceComplete {
                ending,
                events,
                iterations,
                executions,
                longest_stop_ms,
                heal_failure,
                unseen,
                workers,
            } => {
                self.end = Some(End {
                    at: event.at,
                    ending,
                    events_found: self.events,
                    events,
                    iterations,
                    executions,
                    longest_stop: longest_stop_ms.as_std(),
                    heal_failure,
                    unseen,
                    workers,
                });
            }
            Kind::EvidenceLost { failure } => self.failure = Some(failure),
            Kind::Stream { .. }
            | Kind::StepStarted { .. }
            | Kind::StepApplied { .. }
            | Kind::StepWaiting { .. }
            | Kind::StepFinished { .. }
            | Kind::PhaseStarted { .. }
            | Kind::Load { .. }
            | Kind::Checking { .. }
            | Kind::ScenarioFinished { .. }
            | Kind::News(_) => {}
        }
        self.events += 1;
    }

    fn of_fault(&mut self, id: &str, change: impl FnOnce(&mut FaultRecord)) {
        let record = self.faults.iter_mut().find(|record| record.id == id);
        record.map(change);
    }
}
