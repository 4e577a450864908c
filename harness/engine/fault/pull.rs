//! Pulls the levers of a fault, or of its remedy.

use std::fmt;

use backend::Backend;
use backend::fault::{PULL, Pull};
use tokio::time::timeout;

use super::Error;

/// What levers are pulled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Inject,
    Heal,
}

impl fmt::Display for Act {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Inject => "inject",
            Self::Heal => "heal",
        })
    }
}

/// Pulls levers in order, up to the first that fails.
pub(super) async fn pull_all<B: Backend>(
    backend: &B,
    pulls: &[Pull],
    act: Act,
    fault: &str,
) -> Result<(), Error> {
    for pull in pulls {
        let pulled = timeout(PULL, backend.pull(pull)).await;
        let pulled = pulled.map_err(|_| Error::PullInTime {
            act,
            fault: fault.to_owned(),
            deadline: PULL,
        })?;
        pulled.map_err(|source| Error::Pull {
            act,
            fault: fault.to_owned(),
            source,
        })?;
    }
    Ok(())
}
