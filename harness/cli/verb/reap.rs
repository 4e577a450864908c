//! The reaper: a detached process that heals the faults of a killed run.
//!
//! It waits for the lock of the state folder, which the run holds for its whole life. When it gets
//! the lock, it finds either no open fault, and exits, or the open faults of a dead run.

use std::process::Stdio;
use std::time::Duration;

use backend::event::Events;
use backend::state::{Directory, MARKER};
use base::file::{read_json, write_json};
use base::tool::{self, Environment, Family};
use camino::Utf8PathBuf;
use model::profile::Backend;
use tokio_util::sync::CancellationToken;

use super::any_backend::{AnyBackend, PlaceRecord, on_any_backend};
use super::{VerbResult, lifecycle, session};
use crate::error::{CommandError, Exit};

/// The longest that a reaper waits, above the length of any run.
const PATIENCE: Duration = Duration::from_hours(24);

/// Heal the faults of a run when it dies (internal)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The state folder
    folder: Utf8PathBuf,
}

pub(super) async fn run(args: Args) -> VerbResult {
    let (events, _unheard) = Events::channel();
    let state = Directory::new(&args.folder);
    let unreadable = |error| CommandError::new(Exit::Unavailable, error);
    let place: Option<PlaceRecord> = read_json(&record(&state)).map_err(unreadable)?;
    let nothing = || format!("{} does not say how to reach the topology", record(&state));
    let place = place.ok_or_else(|| CommandError::new(Exit::Unavailable, nothing()))?;
    let kind = state.standing().map_err(session::state_error)?;
    // A topology that was taken down has no open fault.
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

/// The file that says how to reach the topology of a run. The profile may have changed by the time
/// of healing.
fn record(state: &Directory) -> Utf8PathBuf {
    state.run().join("place.json")
}

/// A running reaper. Killed when the run that started it is over.
#[derive(Debug)]
pub(super) struct Guard {
    // Held for its `kill_on_drop`.
    _reaper: tokio::process::Child,
}

/// Starts a reaper for the calling run.
pub(super) fn guard(place: &PlaceRecord, state: &Directory) -> Result<Guard, CommandError> {
    let started = || -> std::io::Result<tokio::process::Child> {
        write_json(&record(state), place)?;
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
            // A process group of its own from the start: Ctrl-C at this terminal must not reach the
            // child before it calls `setsid`.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
    };
    let reaper = started().map_err(|error| {
        CommandError::new(Exit::Unavailable, error).hint(
            "Fix the cause: without a reaper no fault is injected, since a killed run could \
                   not be healed.",
        )
    })?;
    Ok(Guard { _reaper: reaper })
}

/// The variables that sign in to Azure, for a reaper that needs them.
fn credentials(place: &PlaceRecord) -> Vec<(String, String)> {
    let in_azure = matches!(place.backend, Backend::Azure(_));
    let own = std::env::vars().filter(|(name, _)| name.starts_with("AZURE_"));
    own.filter(|_| in_azure).collect()
}
