//! The reaper: a detached helper that heals what a killed run could not.
//!
//! It waits for the lock of the state folder, which the run holds for its whole life. Whoever gets
//! the lock after the run finds either no open fault, and goes, or the faults of a dead run.

use std::process::Stdio;
use std::time::Duration;

use backend::event::Events;
use backend::state::{Directory, MARKER};
use base::tool::{self, Environment, Family};

use super::abandoned::{self, on_abandoned};
use super::session::{self, Target};
use super::{Outcome, lifecycle};
use crate::error::{CommandError, Exit};

/// Longer than any run may last: a reaper that waited in vain must not wait for ever.
const PATIENCE: Duration = Duration::from_hours(24);

/// Heal the faults of a run when it dies (the harness calls this itself)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: Args) -> Outcome {
    let (events, _unheard) = Events::channel();
    let loaded = session::load(&args.target);
    match session::own_within(&loaded, "reap", PATIENCE).await {
        Ok(session) => {
            session::on_backend!(session, |session| lifecycle::heal(session, &events).await)?;
        }
        // The run may have begun before the profile was broken.
        Err(error) if session::is_of_profile(&error) => {
            let left = abandoned::own_within(&loaded, "reap", PATIENCE).await?;
            let Some(left) = left else {
                return Err(error);
            };
            on_abandoned!(&left.backend, |backend| {
                lifecycle::heal_what_is_left(backend, &left.state, &events).await
            })?;
        }
        Err(error) => return Err(error),
    }
    Ok(Exit::Ok)
}

/// A reaper on guard; ended when the run that started it is over.
#[derive(Debug)]
pub(super) struct Guard {
    // Held for its `kill_on_drop`.
    _reaper: tokio::process::Child,
}

/// Puts a reaper on guard for the run that calls this.
pub(super) fn guard(target: &Target, state: &Directory) -> Result<Guard, CommandError> {
    let started = || -> std::io::Result<tokio::process::Child> {
        let log = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(state.logs().join("reaper.log"))?
            .into_file();
        tokio::process::Command::new(tool::this_program())
            .arg("reap")
            .args(target.arguments())
            .env_clear()
            .envs(Environment::of_process().for_family(Family::Container))
            .env(MARKER, state.marker("reaper"))
            // Before `setsid` in the child could: Ctrl-C on this terminal must not reach it.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
    };
    let reaper = started().map_err(|error| {
        CommandError::new(Exit::Unavailable, error)
            .hint("no fault was injected: without a reaper a killed run could not be healed")
    })?;
    Ok(Guard { _reaper: reaper })
}
