//! Undoes the faults that the journal lists as open.
//!
//! A fault is healed when the victim does its own job again. If the victim was the server or its
//! database, workflows must also start again on every history shard. This cannot be checked while
//! another fault keeps a part of the server down, so the fault that is healed last must pass that
//! check.

use std::time::Duration;

use backend::Backend;
use backend::fault::{EntryId, Journal, Occurrence, Sign, Unhealed};
use backend::wait;
use tokio::time::Instant;

use super::Error;
use super::pace::{self, WHOLE};
use super::pull::{Act, pull_all};

/// How long it may take until workflows can be started again after the victim does its job.
const SERVE: Duration = Duration::from_mins(1);

/// Undoes one injection. Does nothing if it is undone already.
pub async fn heal_one<B: Backend>(
    backend: &B,
    journal: &Journal,
    entry: EntryId,
) -> Result<(), Error> {
    let unhealed = journal.unhealed()?;
    let Some(open) = unhealed.into_iter().find(|open| open.entry == entry) else {
        return Ok(());
    };
    undo(backend, journal, &open).await?;
    if blocks_workflows(&open) {
        let why_not = wait_until_serving(backend, journal, std::slice::from_ref(&open)).await?;
        if let Some(reason) = why_not {
            return Err(not_serving(&open, reason));
        }
    }
    Ok(journal.verified(entry)?)
}

/// The result of undoing all open faults.
#[derive(Debug, Default)]
pub struct Healing {
    pub healed: Vec<Occurrence>,
    /// Why each of the others could not be undone, in the order of the attempts.
    pub failures: Vec<Error>,
}

impl Healing {
    /// All failures as one error, if there are any.
    pub fn failure(self) -> Option<Error> {
        let mut failures = self.failures;
        match failures.len() {
            0 | 1 => failures.pop(),
            _ => Some(Error::Several { failures }),
        }
    }

    fn record(&mut self, journal: &Journal, open: Unhealed) {
        match journal.verified(open.entry) {
            Ok(()) => self.healed.push(open.occurrence),
            Err(error) => self.failures.push(error.into()),
        }
    }
}

/// Undoes all open faults of the journal: first those that others depend on, then the latest first.
/// Every fault is tried, even if another one fails. Failed ones are tried once more in the other
/// order, since one may depend on a later one.
pub async fn heal_all<B: Backend>(backend: &B, journal: &Journal) -> Result<Healing, Error> {
    let mut open = journal.unhealed()?;
    open.sort_by_key(|open| open.occurrence.target.service().layer());
    let alone = open.len() == 1;
    let mut healing = Healing::default();
    let mut of_server = Vec::new();
    let mut failed = Vec::new();
    for again in [false, true] {
        for open in std::mem::take(&mut open) {
            match undo(backend, journal, &open).await {
                Ok(()) if blocks_workflows(&open) => of_server.push(open),
                Ok(()) => healing.record(journal, open),
                Err(error) if again || alone => healing.failures.push(error),
                Err(_) => failed.push(open),
            }
        }
        open = std::mem::take(&mut failed);
        open.reverse();
    }
    if of_server.is_empty() {
        return Ok(healing);
    }
    let why_not = wait_until_serving(backend, journal, &of_server).await?;
    for open in of_server {
        match &why_not {
            None => healing.record(journal, open),
            Some(reason) => healing.failures.push(not_serving(&open, reason.clone())),
        }
    }
    Ok(healing)
}

/// Whether no workflow can be started while the fault is open.
fn blocks_workflows(open: &Unhealed) -> bool {
    open.remedy.whole.is_some()
}

fn not_serving(open: &Unhealed, reason: String) -> Error {
    Error::Serve {
        fault: open.occurrence.id.clone(),
        reason,
    }
}

/// Pulls the levers of a remedy, and waits until the victim does its own job again.
async fn undo<B: Backend>(backend: &B, journal: &Journal, open: &Unhealed) -> Result<(), Error> {
    let fault = &open.occurrence.id;
    pull_all(backend, &open.remedy.pulls, Act::Heal, fault).await?;
    journal.undone(open.entry)?;
    let deadline = Instant::now() + open.remedy.within.as_std();
    let look = async || backend.look(&open.remedy.healed).await.looked();
    let back = wait::until(deadline, pace::of(&open.remedy), look).await;
    back.map(drop).map_err(|source| Error::NotBack {
        fault: fault.clone(),
        source,
    })
}

/// Waits until workflows can be started again; returns the reason if they cannot. Passes without a
/// check while any fault other than `undone` keeps a part of the server or its database down, even
/// one that is injected during the wait.
async fn wait_until_serving<B: Backend>(
    backend: &B,
    journal: &Journal,
    undone: &[Unhealed],
) -> Result<Option<String>, Error> {
    let entries: Vec<EntryId> = undone.iter().map(|open| open.entry).collect();
    let is_other = |open: &Unhealed| !entries.contains(&open.entry) && blocks_workflows(open);
    let mut signs: Vec<&Sign> = Vec::new();
    for sign in undone.iter().filter_map(|open| open.remedy.whole.as_ref()) {
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    let look = async || {
        match journal.unhealed() {
            Ok(unhealed) if unhealed.iter().any(is_other) => return Ok(Ok(())),
            Ok(_) => {}
            Err(error) => return Ok(Err(error)),
        }
        for sign in &signs {
            backend.look(sign).await.looked()?;
        }
        Ok(Ok(()))
    };
    match wait::until(Instant::now() + SERVE, WHOLE, look).await {
        Ok(looked) => Ok(looked.map(|()| None)?),
        Err(error) => Ok(Some(error.to_string())),
    }
}
