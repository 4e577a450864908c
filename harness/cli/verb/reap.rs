//! The reaper: a detached process that heals the faults of a killed run, and terminates what it left
//! open on an existing cluster.
//!
//! It waits for the lock of the state folder, which the run holds for its whole life. When it gets
//! the lock, it finds either nothing to do, and exits, or what a dead run left.

use std::process::Stdio;
use std::time::Duration;

use backend::event::Events;
use backend::state::{self, Directory, Lock, MARKER};
use base::file::{read_json, write_json};
use base::tool::{self, Environment, Family};
use camino::Utf8PathBuf;
use model::profile::Backend;
use model::topology::SecretSource;
use tokio_util::sync::CancellationToken;

use super::any_backend::{AnyBackend, PlaceRecord, on_any_backend};
use super::heal::heal;
use super::session::{self, Session};
use super::{VerbResult, lifecycle};
use crate::error::{CommandError, Exit};

/// How often a waiting reaper checks that the state folder still exists. A run may last for months,
/// so nothing else ends the wait.
const LOOK: Duration = Duration::from_mins(1);

/// Clean up after a run when it dies (internal)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The state folder
    folder: Utf8PathBuf,
}

pub(super) async fn run(args: Args) -> VerbResult {
    let (events, _unheard) = Events::channel();
    let state = Directory::new(&args.folder);
    let Some(lock) = own(&state).await? else {
        return Ok(Exit::Ok);
    };
    if lifecycle::open_faults(&state)?.is_empty() && !state.load().exists() {
        return Ok(Exit::Ok);
    }
    // Read only now: a later run may have written another record during the wait.
    let unreadable = |error| CommandError::new(Exit::Unavailable, error);
    let place: Option<PlaceRecord> = read_json(&record(&state)).map_err(unreadable)?;
    let nothing = || format!("{} does not say how to reach the topology", record(&state));
    let place = place.ok_or_else(|| CommandError::new(Exit::Unavailable, nothing()))?;
    let haste = CancellationToken::new();
    let (_, backend) = AnyBackend::of(place, state.clone(), Some(lock), haste)?;
    on_any_backend!(&backend, |backend| heal(backend, &state, &events).await)?;
    Ok(Exit::Ok)
}

/// Waits for the folder for as long as the run lasts. `None` if the folder no longer exists.
async fn own(state: &Directory) -> Result<Option<Lock>, CommandError> {
    loop {
        // Not what stands: a run on an existing cluster may have no workers here, and records its load
        // only after it has started its reaper.
        let Some(kind) = state.backend().map_err(session::state_error)? else {
            return Ok(None);
        };
        match state.open("reap", &kind, LOOK).await {
            Ok((lock, _journal)) => return Ok(Some(lock)),
            Err(state::Error::Busy { .. }) => {}
            Err(error) => return Err(session::state_error(error)),
        }
    }
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

/// Starts a reaper for a run that injects faults, or leaves workflows on an existing cluster if it
/// is killed. Other runs need none.
pub(super) fn guard<B: backend::Backend>(
    session: &Session<B>,
    has_faults: bool,
) -> Result<Option<Guard>, CommandError> {
    if !has_faults && session.place.cluster.is_none() {
        return Ok(None);
    }
    let (place, state) = (&session.record, &session.state);
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
    Ok(Some(Guard { _reaper: reaper }))
}

/// The variables with which a reaper signs in: to Azure, or to an existing cluster.
fn credentials(place: &PlaceRecord) -> Vec<(String, String)> {
    let needs = |name: &str| match &place.backend {
        Backend::Azure(_) => name.starts_with("AZURE_"),
        Backend::Existing(cluster) => match &cluster.api_key {
            Some(SecretSource::SecretVariable(variable)) => name == variable,
            Some(SecretSource::SecretFile(_)) | None => false,
        },
        _ => false,
    };
    std::env::vars().filter(|(name, _)| needs(name)).collect()
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use tokio::time::{advance, sleep, timeout};

    use super::*;

    const KIND: &str = "simulated";

    /// A state folder in which nothing is up, and the lock of the run that holds it.
    async fn held() -> (tempfile::TempDir, Directory, Lock) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8Path::from_path(folder.path()).expect("a path in UTF-8");
        let state = Directory::new(path.join("state"));
        let opened = state.open("test", KIND, Duration::ZERO).await;
        let (lock, _journal) = opened.expect("the folder is new");
        (folder, state, lock)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reaper_waits_for_longer_than_a_day() {
        let (_folder, state, lock) = held().await;
        let ends = async {
            // The reaper's first attempt comes before.
            sleep(Duration::from_secs(1)).await;
            advance(Duration::from_hours(25)).await;
            sleep(Duration::from_secs(1)).await;
            drop(lock);
        };
        let (owned, ()) = tokio::join!(own(&state), ends);
        assert!(owned.expect("it waits").is_some(), "it gets the lock");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reaper_ends_when_its_folder_is_removed() {
        let (_folder, state, _lock) = held().await;
        let removed = async {
            sleep(Duration::from_secs(1)).await;
            fs_err::remove_dir_all(state.path()).expect("the test owns the folder");
        };
        let waits = timeout(LOOK * 3, own(&state));
        let (owned, ()) = tokio::join!(waits, removed);
        let owned = owned.expect("it notices").expect("that is no error");
        assert!(owned.is_none());
        assert!(
            !state.path().exists(),
            "it does not create the folder again"
        );
    }
}
