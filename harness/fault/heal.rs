//! Undoes what the journal says was injected.

use super::journal::{Entry, Journal, Unhealed};
use super::{Error, Injection};
use crate::backend::Backend;
use crate::backend::fault_deadlines::HEAL;

/// Undoes one injection; nothing happens if it is undone already.
pub async fn heal_one<B: Backend>(
    backend: &B,
    journal: &Journal,
    entry: Entry,
) -> Result<(), Error> {
    let unhealed = journal.unhealed()?;
    match unhealed.iter().find(|open| open.entry == entry) {
        Some(open) => undo(backend, journal, open).await,
        None => Ok(()),
    }
}

/// What came of undoing everything that was not known to be undone.
#[derive(Debug)]
pub struct Healing {
    /// What was undone.
    pub healed: Vec<Injection>,
    /// Why each of the rest could not be, in the order in which it was tried.
    pub failures: Vec<Error>,
}

impl Healing {
    /// All failures as one, if there are any.
    pub fn failure(self) -> Option<Error> {
        let mut failures = self.failures;
        match failures.len() {
            0 | 1 => failures.pop(),
            _ => Some(Error::Several { failures }),
        }
    }
}

/// Undoes everything in the journal that is not known to be undone, latest first, and says what came
/// of it. Every one is tried, whatever becomes of the others.
pub async fn heal_all<B: Backend>(backend: &B, journal: &Journal) -> Result<Healing, Error> {
    let mut healing = Healing {
        healed: Vec::new(),
        failures: Vec::new(),
    };
    for open in journal.unhealed()? {
        match undo(backend, journal, &open).await {
            Ok(()) => healing.healed.push(open.injection),
            Err(error) => healing.failures.push(error),
        }
    }
    Ok(healing)
}

async fn undo<B: Backend>(backend: &B, journal: &Journal, open: &Unhealed) -> Result<(), Error> {
    let fault = || open.injection.id.clone();
    tokio::time::timeout(HEAL, backend.heal(&open.undo))
        .await
        .map_err(|_| Error::HealInTime {
            fault: fault(),
            deadline: HEAL,
        })?
        .map_err(|source| Error::Heal {
            fault: fault(),
            source,
        })?;
    Ok(journal.healed(open.entry)?)
}
