//! Injects a fault, with its undo in the journal first.

use std::time::Duration;

use super::heal::heal_one;
use super::journal::{Entry, Journal};
use super::{Effect, Error, Injection};
use crate::backend::Backend;

/// How long a backend may take to inject a fault and observe its effect.
const INJECT_DEADLINE: Duration = Duration::from_secs(30);

/// A fault that is in effect, or at least was injected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    /// Its number in the journal.
    pub entry: Entry,
    /// What it was seen to do.
    pub effect: Effect,
}

/// Journals how `injection` is undone, then injects it. When the injection fails it is undone at
/// once, for it may have happened in part.
pub async fn inject<B: Backend>(
    backend: &B,
    journal: &Journal,
    injection: &Injection,
) -> Result<Injected, Error> {
    let fault = || injection.id.clone();
    let undo = backend.undo(injection).map_err(|source| Error::Prepare {
        fault: fault(),
        source,
    })?;
    let entry = journal.intend(injection, &undo)?;
    let injected = tokio::time::timeout(INJECT_DEADLINE, backend.inject(injection)).await;
    let error = match injected {
        Ok(Ok(effect)) => match journal.injected(entry) {
            Ok(()) => return Ok(Injected { entry, effect }),
            Err(source) => Error::Journal(source),
        },
        Ok(Err(source)) => Error::Inject {
            fault: fault(),
            source,
        },
        Err(_) => Error::InjectInTime {
            fault: fault(),
            deadline: INJECT_DEADLINE,
        },
    };
    heal_one(backend, journal, entry).await?;
    Err(error)
}
