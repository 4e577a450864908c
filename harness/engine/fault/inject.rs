//! Injects a fault, with its remedy in the journal first, and looks for its effect.

use std::time::Duration;

use backend::fault::{Entry, Journal, Occurrence, Proof, Reach, Recipe, Victim};
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

/// How long it may take to see who is to be hit.
const SEE: Duration = Duration::from_secs(15);

/// A fault whose levers were pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    /// Its number in the journal.
    pub entry: Entry,
    /// What it was seen to do.
    pub proof: Proof,
}

/// Journals how a fault is undone, pulls its levers, and looks for its effect until it is seen, the time
/// for it is over, or `stop` is cancelled. When it cannot be injected it is undone at once, for it may
/// have happened in part.
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
            let proof = without(&victim, proof);
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

/// Who is hit, as it is now.
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
            // What cannot be seen is somebody else's, where all of the service is.
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

/// How many replicas a service is to have.
fn count(reach: &Reach) -> usize {
    match reach {
        Reach::Replicas(all) => all.len(),
        Reach::Workload { replicas } => usize::from(*replicas),
        Reach::Managed { .. } => 0,
    }
}

/// Looks for the effect of a fault.
async fn prove<B: Backend>(backend: &B, recipe: &Recipe, stop: &CancellationToken) -> Proof {
    let look = async || backend.look(&recipe.proof).await.looked();
    let pace = pace::of(&recipe.remedy);
    let seen = wait::until(Instant::now() + recipe.within, pace, look);
    match stop.run_until_cancelled(seen).await {
        Some(Ok(effect)) => Proof::Seen(effect),
        Some(Err(vain)) => Proof::Unseen(vain.to_string()),
        None => Proof::Unseen("the run was stopped before its effect was seen".to_owned()),
    }
}

/// A fault that was to hit what did not run has not done all that it says.
fn without(victim: &Victim, proof: Proof) -> Proof {
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
