//! Undoes what the journal says was injected.
//!
//! A fault is healed when what was hit does its own job again. Where that was the server or its
//! database, workflows have to start again as well, on every history shard: but nothing can be asked
//! of the whole while another fault keeps a part of it down, so the last of them to be healed answers
//! for that.

use std::time::Duration;

use backend::Backend;
use backend::fault::{Entry, Journal, Occurrence, Sign, Unhealed};
use backend::wait;
use tokio::time::Instant;

use super::Error;
use super::pace::{self, WHOLE};
use super::pull::{Act, pull_all};

/// How long it may take until workflows can be started again once what was hit does its job.
const SERVE: Duration = Duration::from_mins(1);

/// Undoes one injection; nothing happens if it is undone already.
pub async fn heal_one<B: Backend>(
    backend: &B,
    journal: &Journal,
    entry: Entry,
) -> Result<(), Error> {
    let unhealed = journal.unhealed()?;
    let Some(open) = unhealed.into_iter().find(|open| open.entry == entry) else {
        return Ok(());
    };
    undo(backend, journal, &open).await?;
    if keeps_the_whole_down(&open) {
        let why_not = why_it_does_not_serve(backend, journal, std::slice::from_ref(&open)).await?;
        if let Some(reason) = why_not {
            return Err(not_serving(&open, reason));
        }
    }
    Ok(journal.verified(entry)?)
}

/// What came of undoing everything that was not known to be undone.
#[derive(Debug, Default)]
pub struct Healing {
    /// What was undone.
    pub healed: Vec<Occurrence>,
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

    fn record(&mut self, journal: &Journal, open: Unhealed) {
        match journal.verified(open.entry) {
            Ok(()) => self.healed.push(open.occurrence),
            Err(error) => self.failures.push(error.into()),
        }
    }
}

/// Undoes everything in the journal that is not known to be undone, and says what came of it: what
/// others need first, and otherwise the latest. Every one is tried, whatever becomes of the others.
/// Those that fail are tried once more in the other order, since one may need what came after it.
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
                Ok(()) if keeps_the_whole_down(&open) => of_server.push(open),
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
    let why_not = why_it_does_not_serve(backend, journal, &of_server).await?;
    for open in of_server {
        match &why_not {
            None => healing.record(journal, open),
            Some(reason) => healing.failures.push(not_serving(&open, reason.clone())),
        }
    }
    Ok(healing)
}

/// Whether no workflow can be started while the fault is open.
fn keeps_the_whole_down(open: &Unhealed) -> bool {
    open.remedy.whole.is_some()
}

fn not_serving(open: &Unhealed, reason: String) -> Error {
    Error::Serve {
        fault: open.occurrence.id.clone(),
        reason,
    }
}

/// Pulls the levers of a remedy, and waits until what was hit does its own job again.
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

/// Waits until workflows can be started again, and says why not if they cannot. It is not asked for
/// while any fault but `undone` keeps a part of the server or its database down, be it injected while
/// this waits.
async fn why_it_does_not_serve<B: Backend>(
    backend: &B,
    journal: &Journal,
    undone: &[Unhealed],
) -> Result<Option<String>, Error> {
    let entries: Vec<Entry> = undone.iter().map(|open| open.entry).collect();
    let is_other = |open: &Unhealed| !entries.contains(&open.entry) && keeps_the_whole_down(open);
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
        Err(vain) => Ok(Some(vain.to_string())),
    }
}
