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

/// Undoes everything in the journal that is not known to be undone, latest first, and says what it
/// was. Every one is tried before the first failure is returned.
pub async fn heal_all<B: Backend>(backend: &B, journal: &Journal) -> Result<Vec<Injection>, Error> {
    let mut healed = Vec::new();
    let mut failure = None;
    for open in journal.unhealed()? {
        match undo(backend, journal, &open).await {
            Ok(()) => healed.push(open.injection),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(healed), Err)
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
