//! The reaper: a detached helper that heals what a killed run could not.
//!
//! It waits for the lock of the state folder, which the run holds for its whole life. Whoever gets
//! the lock after the run finds either no open fault, and goes, or the faults of a dead run.

use std::process::Stdio;
use std::time::Duration;

use backend::event::Events;
use backend::state::{Directory, MARKER};
use base::file::{read_json, write_atomically};
use base::tool::{self, Environment, Family};
use camino::Utf8PathBuf;
use model::profile::Backend;
use tokio_util::sync::CancellationToken;

use super::any_backend::{AnyBackend, PlaceRecord, on_any_backend};
use super::{Outcome, lifecycle, session};
use crate::error::{CommandError, Exit};

/// Longer than any run may last: a reaper that waited in vain must not wait for ever.
const PATIENCE: Duration = Duration::from_hours(24);

/// Heal the faults of a run when it dies (the harness calls this itself)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The state folder
    folder: Utf8PathBuf,
}

pub(super) async fn run(args: Args) -> Outcome {
    let (events, _unheard) = Events::channel();
    let state = Directory::new(&args.folder);
    let unreadable = |error| CommandError::new(Exit::Unavailable, error);
    let place: Option<PlaceRecord> = read_json(&record(&state)).map_err(unreadable)?;
    let nothing = || {
        format!(
            "{} says nothing of how the place is reached",
            record(&state)
        )
    };
    let place = place.ok_or_else(|| CommandError::new(Exit::Unavailable, nothing()))?;
    let kind = state.standing().map_err(session::state_error)?;
    // With everything taken down, no fault is open.
    let Some(kind) = kind else {
        return Ok(Exit::Ok);
    };
    let opened = state.open("reap", &kind, PATIENCE).await;
    let (lock, _journal) = opened.map_err(session::state_error)?;
    let haste = CancellationToken::new();
    let (_, backend) = AnyBackend::of(place, state.clone(), Some(lock), haste)?;
    on_any_backend!(&backend, |backend| {
        lifecycle::heal_what_is_left(backend, &state, &events).await
    })?;
    Ok(Exit::Ok)
}

/// Where it is written down how the place of a run is reached: its profile may say something else by
/// the time that somebody heals.
fn record(state: &Directory) -> Utf8PathBuf {
    state.run().join("place.json")
}

/// A reaper on guard; ended when the run that started it is over.
#[derive(Debug)]
pub(super) struct Guard {
    // Held for its `kill_on_drop`.
    _reaper: tokio::process::Child,
}

/// Puts a reaper on guard for the run that calls this.
pub(super) fn guard(place: &PlaceRecord, state: &Directory) -> Result<Guard, CommandError> {
    let started = || -> std::io::Result<tokio::process::Child> {
        write_atomically(&record(state), &serde_json::to_vec_pretty(place)?)?;
        let log = fs_err::OpenOptions::new()
            .create(true)
            .append(true)
            .open(state.logs().join("reaper.log"))?
            .into_file();
        tokio::process::Command::new(tool::this_program())
            .arg("reap")
            .arg(state.path())
            .env_clear()
            .envs(Environment::of_process().for_family(Family::Container))
            .envs(credentials(place))
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

/// The variables by which Azure is signed in to, for a reaper that has to.
fn credentials(place: &PlaceRecord) -> Vec<(String, String)> {
    let in_azure = matches!(place.backend, Backend::Azure(_));
    let own = std::env::vars().filter(|(name, _)| name.starts_with("AZURE_"));
    own.filter(|_| in_azure).collect()
}
