//! Injects a fault, after its remedy is in the journal, and looks for its effect.

use std::time::Duration;

use backend::fault::{EntryId, Journal, Occurrence, Proof, Reach, Recipe, Victim};
use backend::wait::{self, Pending};
use backend::{Backend, Host as _};
use base::causes::in_one_line;
use model::topology::Topology;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Error;
use super::heal::heal_one;
use super::pace;
use super::pull::{Act, pull_all};

/// How long it may take to determine the replicas to hit.
const SEE: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    /// Its number in the journal.
    pub entry: EntryId,
    /// What the harness saw it do.
    pub proof: Proof,
}

/// Journals the remedy of a fault, pulls its levers, and looks for its effect. The look ends when
/// the effect is seen, its time is over, or `stop` is cancelled. If the injection fails, the fault
/// is undone at once, since it may have happened in part.
pub async fn inject<B: Backend>(
    backend: &B,
    journal: &Journal,
    topology: &Topology,
    occurrence: &Occurrence,
    stop: &CancellationToken,
) -> Result<Injected, Error> {
    let victim = victim(backend, topology, occurrence).await?;
    let recipe = occurrence.fault.recipe(&victim);
    let entry = journal.intend(occurrence, &recipe.remedy)?;
    let pulled = pull_all(backend, &recipe.pulls, Act::Inject, &occurrence.id).await;
    let pulled = pulled.and_then(|()| Ok(journal.pulled(entry)?));
    let proven = match pulled {
        Ok(()) => Ok(prove(backend, &recipe, stop).await),
        Err(error) => Err(error),
    };
    let error = match proven {
        Ok(proof) => {
            let proof = account_for_absent(&victim, proof);
            match journal.looked(entry, &proof) {
                Ok(()) => return Ok(Injected { entry, proof }),
                Err(error) => Error::Journal(error),
            }
        }
        Err(error) => error,
    };
    match heal_one(backend, journal, entry).await {
        Ok(()) => Err(error),
        Err(heal) => Err(Error::InjectAndHeal {
            inject: in_one_line(&error),
            heal: Box::new(heal),
        }),
    }
}

/// The target of the fault, as it is now.
async fn victim<B: Backend>(
    backend: &B,
    topology: &Topology,
    occurrence: &Occurrence,
) -> Result<Victim, Error> {
    let service = occurrence.target.service();
    let reach = backend.levers(topology).remove(service);
    let reach = reach.ok_or_else(|| Error::NoLever {
        fault: occurrence.id.clone(),
        service: service.clone(),
    })?;
    let look = async || {
        let vitals = backend.hosts().vitals().await;
        let lives = vitals.lives_of(service.as_str());
        match vitals.unseen {
            // If all replicas of the service are visible, what is not visible belongs to another
            // service.
            Some(reason) if lives.len() < count(&reach) => Err(Pending::NotYet(reason)),
            _ => Ok(lives),
        }
    };
    let lives = wait::until(Instant::now() + SEE, pace::SIGN, look).await;
    Ok(Victim {
        service: service.clone(),
        reach,
        lives: lives.map_err(|source| Error::Unseen {
            fault: occurrence.id.clone(),
            source,
        })?,
        namespace: topology.main_namespace().to_owned(),
    })
}

/// How many replicas a service should have.
fn count(reach: &Reach) -> usize {
    match reach {
        Reach::Replicas(all) => all.len(),
        Reach::Workload { replicas } => usize::from(*replicas),
        Reach::Managed { .. } => 0,
    }
}

async fn prove<B: Backend>(backend: &B, recipe: &Recipe, stop: &CancellationToken) -> Proof {
    let look = async || backend.look(&recipe.proof).await.looked();
    let pace = pace::of(&recipe.remedy);
    let seen = wait::until(Instant::now() + recipe.within, pace, look);
    match stop.run_until_cancelled(seen).await {
        Some(Ok(effect)) => Proof::Seen(effect),
        Some(Err(error)) => Proof::Unseen(error.to_string()),
        None => Proof::Unseen("the run was stopped before its effect was seen".to_owned()),
    }
}

/// A fault on a replica that did not run has not had its full effect.
fn account_for_absent(victim: &Victim, proof: Proof) -> Proof {
    let Reach::Replicas(all) = &victim.reach else {
        return proof;
    };
    let absent = all.iter().filter(|it| !victim.lives.contains_key(*it));
    let absent: Vec<String> = absent.map(|it| format!("{it} was not running")).collect();
    match proof {
        Proof::Seen(seen) if !absent.is_empty() => {
            Proof::Unseen(format!("{seen}; {}", absent.join(", ")))
        }
        proof => proof,
    }
}
