//! Drawing up a plan: everything that is known before anything is made.

use azure::price::{Estimate, Usd};
use backend::event::Events;
use model::topology::{Digest, WorkerBuild};
use places::azure::AzureBackend;
use promotion::Condition;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::changes::{Changes, changes};
use super::parity::{Parity, parity};
use crate::error::CommandError;
use crate::verb::session::{Session, Target};
use crate::verb::{cost, failure, in_azure};

/// What promoting would do; `plan --output json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::verb) struct Plan {
    pub(super) profile: String,
    pub(super) topology: Digest,
    /// The build of the worker that would be promoted; none where it is not known before it is made.
    pub(super) worker: Option<WorkerBuild>,
    pub(super) gate: Vec<Condition>,
    #[serde(flatten)]
    pub(in crate::verb) changes: Changes,
    /// How it compares with the places on this machine where it has passed.
    pub(super) parity: Vec<Parity>,
    pub(super) cost: Estimate,
    /// The most that a month may cost, in US dollars.
    pub(super) budget: Option<u32>,
}

/// A plan with what stands in its way.
#[derive(Debug, Serialize)]
pub(super) struct Told<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    obstacles: Vec<String>,
}

impl Plan {
    /// The plan as a document.
    pub(super) fn told(&self) -> Told<'_> {
        Told {
            plan: self,
            obstacles: self.obstacles(),
        }
    }

    /// What of the gate does not hold.
    pub(in crate::verb) fn closed(&self) -> Vec<String> {
        let closed = self.gate.iter().filter(|condition| !condition.holds());
        let verdicts = closed.map(|condition| format!("gate: {condition}"));
        verdicts.chain(self.over_budget()).collect()
    }

    /// Why it costs too much, if it does.
    pub(super) fn over_budget(&self) -> Option<String> {
        let over = |budget: &u32| self.cost.total > Usd::of((*budget).into());
        let budget = self.budget.filter(over)?;
        let total = &self.cost.total;
        Some(format!(
            "budget: it costs {total} USD a month, and {budget} are allowed"
        ))
    }

    /// Holds the verdicts against the build of the worker that is promoted, now that it is made.
    pub(in crate::verb) fn judge_again(
        &mut self,
        target: &Target,
        worker: WorkerBuild,
        session: &Session<AzureBackend>,
    ) -> Result<(), CommandError> {
        let (profile, state) = (&session.profile, &session.state);
        self.gate = in_azure::gate(target, profile, &session.topology, Some(&worker), state)?;
        self.worker = Some(worker);
        Ok(())
    }

    /// Everything that stands in the way.
    pub(super) fn obstacles(&self) -> Vec<String> {
        [self.closed(), self.changes.forbidden()].concat()
    }
}

/// Draws a plan up, unless somebody asks to stop. `worker` is the build that would be promoted, where
/// that is known.
pub(in crate::verb) async fn draw(
    target: &Target,
    session: &Session<AzureBackend>,
    worker: Option<WorkerBuild>,
    events: &Events,
    cancel: &CancellationToken,
) -> Result<Plan, CommandError> {
    let azure = in_azure::place(&session.profile)?;
    let (cost, budget) = (cost::estimate(azure)?, azure.budget);
    let (profile, state) = (&session.profile, &session.state);
    let gate = in_azure::gate(target, profile, &session.topology, worker.as_ref(), state)?;
    let changes = changes(target, session, events, cancel).await?;
    let parity = parity(&gate, target, session, events);
    let parity = cancel.run_until_cancelled(Box::pin(parity)).await;
    let parity = parity.ok_or_else(|| failure::interrupted("run it again"))?;
    Ok(Plan {
        profile: session.profile.name.to_string(),
        topology: session.topology.digest.clone(),
        worker,
        gate,
        changes,
        parity,
        cost,
        budget,
    })
}
