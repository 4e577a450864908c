//! Injects a fault, with its undo in the journal first.

use backend::Backend;
use backend::fault::{Effect, Injection};
use backend::fault::{Entry, Journal};
use backend::fault_deadlines::INJECT;
use base::causes::in_one_line;

use super::Error;
use super::heal::heal_one;

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
    let undo = backend
        .undo(injection)
        .await
        .map_err(|source| Error::Prepare {
            fault: fault(),
            source,
        })?;
    let entry = journal.intend(injection, &undo)?;
    let injected = tokio::time::timeout(INJECT, backend.inject(injection)).await;
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
            deadline: INJECT,
        },
    };
    match heal_one(backend, journal, entry).await {
        Ok(()) => Err(error),
        Err(heal) => Err(Error::InjectAndHeal {
            inject: in_one_line(&error),
            heal: Box::new(heal),
        }),
    }
}
