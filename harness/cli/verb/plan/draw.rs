//! Computes a plan: everything that is known before anything is created.

use azure::price::{Estimate, Usd};
use backend::event::Events;
use model::topology::{Digest, WorkerBuilds};
use places::azure::AzureBackend;
use promotion::Condition;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::changes::{Changes, changes};
use super::parity::{Parity, parity};
use crate::error::CommandError;
use crate::verb::session::{Session, Target};
use crate::verb::{cost, failure, in_azure};

/// What a promotion would do, as `plan --output json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::verb) struct Plan {
    pub(super) profile: String,
    pub(super) topology: Digest,
    /// The builds of the workers that would be promoted; without those that are unknown before they
    /// are built.
    pub(super) workers: WorkerBuilds,
    pub(super) gate: Vec<Condition>,
    #[serde(flatten)]
    pub(in crate::verb) changes: Changes,
    /// The comparison with the topologies on this machine that passed the gate's scenarios.
    pub(super) parity: Vec<Parity>,
    pub(super) cost: Estimate,
    /// The budget of a month, in US dollars.
    pub(super) budget: Option<u32>,
}

/// A plan with its obstacles, for JSON.
#[derive(Debug, Serialize)]
pub(super) struct Told<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    obstacles: Vec<String>,
}

impl Plan {
    pub(super) fn told(&self) -> Told<'_> {
        Told {
            plan: self,
            obstacles: self.obstacles(),
        }
    }

    /// The conditions of the gate that do not hold.
    pub(in crate::verb) fn closed(&self) -> Vec<String> {
        let closed = self.gate.iter().filter(|condition| !condition.holds());
        let verdicts = closed.map(|condition| format!("gate: {condition}"));
        verdicts.chain(self.over_budget()).collect()
    }

    /// Why the plan is over its budget, if it is.
    pub(super) fn over_budget(&self) -> Option<String> {
        let over = |budget: &u32| self.cost.total > Usd::of((*budget).into());
        let budget = self.budget.filter(over)?;
        let total = &self.cost.total;
        Some(format!(
            "budget: {total} USD a month, more than the {budget} USD allowed"
        ))
    }

    /// Checks the verdicts for the builds of the workers, now that they are built.
    pub(in crate::verb) fn judge_again(
        &mut self,
        target: &Target,
        workers: WorkerBuilds,
        session: &Session<AzureBackend>,
    ) -> Result<(), CommandError> {
        let (profile, state) = (&session.profile, &session.state);
        self.gate = in_azure::gate(target, profile, &session.topology, &workers, state)?;
        self.workers = workers;
        Ok(())
    }

    /// Everything that makes `promote` refuse.
    pub(super) fn obstacles(&self) -> Vec<String> {
        [self.closed(), self.changes.forbidden()].concat()
    }
}

/// Computes a plan, unless `cancel` is cancelled. `workers` are the builds that would be promoted, as
/// far as they are known.
pub(in crate::verb) async fn draw(
    target: &Target,
    session: &Session<AzureBackend>,
    workers: WorkerBuilds,
    events: &Events,
    cancel: &CancellationToken,
) -> Result<Plan, CommandError> {
    let azure = in_azure::place(&session.profile)?;
    let (cost, budget) = (cost::estimate(azure)?, azure.budget);
    let (profile, state) = (&session.profile, &session.state);
    let gate = in_azure::gate(target, profile, &session.topology, &workers, state)?;
    let changes = changes(target, session, events, cancel).await?;
    let parity = parity(&gate, target, session, events);
    let parity = cancel.run_until_cancelled(Box::pin(parity)).await;
    let parity = parity.ok_or_else(|| failure::interrupted("Run the command again."))?;
    Ok(Plan {
        profile: session.profile.name.to_string(),
        topology: session.topology.digest.clone(),
        workers,
        gate,
        changes,
        parity,
        cost,
        budget,
    })
}
