//! Undoes what the journal says was injected.
//!
//! A fault is healed when what was killed does its own job again. Where that was the server or its
//! database, workflows have to start again as well, on every history shard: but nothing can be asked
//! of the whole while another fault keeps a part of it down, so the last of them to be healed answers
//! for that.

use std::time::Duration;

use backend::fault::Injection;
use backend::fault::{Entry, Journal, Unhealed};
use backend::fault_deadlines::{HEAL, LOOK, SERVE};
use backend::{Backend, Readiness};
use model::quantity;
use tokio::time::{Instant, sleep, timeout};

use super::Error;

/// How often it is asked whether workflows can be started.
const PAUSE: Duration = Duration::from_millis(200);

/// Undoes one injection; nothing happens if it is undone already.
pub async fn heal_one<B: Backend>(
    backend: &B,
    journal: &Journal,
    entry: Entry,
) -> Result<(), Error> {
    let unhealed = journal.unhealed()?;
    let Some(open) = unhealed.iter().find(|open| open.entry == entry) else {
        return Ok(());
    };
    undo(backend, open).await?;
    if concerns_the_server(open) {
        let why_not = why_it_does_not_serve(backend, journal, &[entry]).await?;
        if let Some(reason) = why_not {
            return Err(not_serving(open, reason));
        }
    }
    Ok(journal.healed(entry)?)
}

/// What came of undoing everything that was not known to be undone.
#[derive(Debug, Default)]
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

    fn record(&mut self, journal: &Journal, open: Unhealed) {
        match journal.healed(open.entry) {
            Ok(()) => self.healed.push(open.injection),
            Err(error) => self.failures.push(error.into()),
        }
    }
}

/// Undoes everything in the journal that is not known to be undone, and says what came of it: what
/// others need first, and otherwise the latest. Every one is tried, whatever becomes of the others.
/// Those that fail are tried once more in the other order, since one may need what came after it.
pub async fn heal_all<B: Backend>(backend: &B, journal: &Journal) -> Result<Healing, Error> {
    let mut open = journal.unhealed()?;
    open.sort_by_key(|open| open.injection.service.layer());
    let alone = open.len() == 1;
    let mut healing = Healing::default();
    let mut of_server = Vec::new();
    let mut failed = Vec::new();
    for again in [false, true] {
        for open in std::mem::take(&mut open) {
            match undo(backend, &open).await {
                Ok(()) if concerns_the_server(&open) => of_server.push(open),
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
    let entries: Vec<Entry> = of_server.iter().map(|open| open.entry).collect();
    let why_not = why_it_does_not_serve(backend, journal, &entries).await?;
    for open in of_server {
        match &why_not {
            None => healing.record(journal, open),
            Some(reason) => healing.failures.push(not_serving(&open, reason.clone())),
        }
    }
    Ok(healing)
}

/// Whether no workflow can be started while the fault is open.
fn concerns_the_server(open: &Unhealed) -> bool {
    !open.injection.service.layer().is_of_clients()
}

fn not_serving(open: &Unhealed, reason: String) -> Error {
    Error::Serve {
        fault: open.injection.id.clone(),
        reason,
    }
}

async fn undo<B: Backend>(backend: &B, open: &Unhealed) -> Result<(), Error> {
    let fault = || open.injection.id.clone();
    timeout(HEAL, backend.heal(&open.undo))
        .await
        .map_err(|_| Error::HealInTime {
            fault: fault(),
            deadline: HEAL,
        })?
        .map_err(|source| Error::Heal {
            fault: fault(),
            source,
        })
}

/// Waits until workflows can be started again, and says why not if they cannot. It is not asked for
/// while any fault but `undone` keeps a part of the server or its database down, be it injected while
/// this waits.
async fn why_it_does_not_serve<B: Backend>(
    backend: &B,
    journal: &Journal,
    undone: &[Entry],
) -> Result<Option<String>, Error> {
    let until = Instant::now() + SERVE;
    loop {
        let unhealed = journal.unhealed()?;
        let mut others = unhealed.iter().filter(|open| !undone.contains(&open.entry));
        if others.any(concerns_the_server) {
            return Ok(None);
        }
        let reason = match timeout(LOOK, backend.serves()).await {
            Ok(Readiness::Ready) => return Ok(None),
            Ok(Readiness::Never(reason)) => return Ok(Some(reason)),
            Ok(Readiness::NotYet(reason)) => reason,
            Err(_) => format!("no answer within {}", quantity::Duration::from(LOOK)),
        };
        if Instant::now() >= until {
            return Ok(Some(reason));
        }
        sleep(PAUSE).await;
    }
}
