//! Starting and stopping replicas by their launch records.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use backend::state::{Directory, Lock};
use base::tool;
use model::topology::WorkerBuild;
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::stop;

/// The children of this very command, so that it can say how one of them ended; those of earlier
/// commands are known by their pid files only.
#[derive(Debug, Default)]
pub(super) struct Children(Mutex<BTreeMap<String, Started>>);

#[derive(Debug)]
struct Started {
    /// Kept apart: a child that has ended has none any more.
    pid: Option<i32>,
    child: Child,
}

impl Children {
    fn adopt(&self, replica: &str, child: Child) {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.insert(replica.to_owned(), Started { pid, child });
    }

    /// The pid of the child of that name, if one was started here; also of one that has ended.
    pub(super) fn pid(&self, replica: &str) -> Option<i32> {
        let children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children.get(replica)?.pid
    }

    /// What has become of the child of that name; `None` if none was started here. Asked once, for
    /// between two questions it may end.
    pub(super) fn fate(&self, replica: &str) -> Option<Fate> {
        let mut children = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = children.get_mut(replica)?.child.try_wait().ok()?;
        Some(status.map_or(Fate::Runs, |status| Fate::Ended(status.to_string())))
    }
}

/// What has become of a child.
#[derive(Debug)]
pub(super) enum Fate {
    /// It has not ended.
    Runs,
    /// It ended this way.
    Ended(String),
}

/// Starts the replica of a record, after ending the one that may be there.
pub(super) async fn start(
    launch: &Launch,
    state: &Directory,
    lock: &Lock,
    children: &Children,
    hurry: &CancellationToken,
) -> Result<(), Error> {
    stop::stop(state, &launch.replica, launch.grace.as_std(), hurry).await?;
    spawn(launch, state, lock, children)
}

/// Starts the replica of a record unless it is alive.
pub(super) async fn ensure(
    launch: &Launch,
    state: &Directory,
    lock: &Lock,
    children: &Children,
    hurry: &CancellationToken,
) -> Result<(), Error> {
    match PidFile::leader(state, &launch.replica) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => start(launch, state, lock, children, hurry).await,
        Err(source) => Err(Error::Start {
            replica: launch.replica.clone(),
            source,
        }),
    }
}

fn spawn(
    launch: &Launch,
    state: &Directory,
    lock: &Lock,
    children: &Children,
) -> Result<(), Error> {
    let failed = |source| Error::Start {
        replica: launch.replica.clone(),
        source,
    };
    let log = Launch::log(state, &launch.replica);
    let launch = Launch {
        // Whatever is in it was written before: nothing of the replica is alive.
        log_begin: fs_err::metadata(log).map_or(0, |log| log.len()),
        worker: started(launch).map_err(failed)?,
        ..launch.clone()
    };
    launch.write(state).map_err(failed)?;
    let lock = lock.share().map_err(failed)?;
    let child = launch
        .spawn(state, &tool::this_program(), lock)
        .map_err(failed)?;
    children.adopt(&launch.replica, child);
    Ok(())
}

/// The build of the worker that is started by a record, if it is one of the worker: by what the
/// program is now, since it may have been built anew since the record was made.
fn started(launch: &Launch) -> io::Result<Option<WorkerBuild>> {
    let build = || {
        let program = artifact::content(&launch.program, &launch.arguments)?;
        Ok(WorkerBuild {
            program: Some(program),
            ..WorkerBuild::default()
        })
    };
    launch.worker.is_some().then(build).transpose()
}
