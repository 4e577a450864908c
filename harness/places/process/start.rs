//! Starts a replica by its launch record.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use backend::WorkerSecrets;
use backend::state::Lock;
use base::tool;
use camino::Utf8Path;
use model::topology::WorkerBuild;

use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;
use super::site::Site;
use super::stop;

/// Starts the replica of a record. First ends the one that may run, within its grace period.
pub(super) async fn start(
    launch: &Launch,
    secrets: &WorkerSecrets,
    site: &Site,
) -> Result<(), Error> {
    let lock = site.lock()?;
    let (grace, haste) = (launch.grace.as_std(), &site.settings.haste);
    stop::stop(&site.state, &launch.replica, grace, haste).await?;
    let written = launch.write_secrets(&site.state, secrets);
    written.map_err(failed(launch))?;
    spawn(launch, site, lock).map_err(failed(launch))
}

/// Starts the replica of a record unless it is alive. Kills what a dead one left.
pub(super) async fn start_again(launch: &Launch, site: &Site) -> Result<(), Error> {
    let lock = site.lock()?;
    let leader = PidFile::leader(&site.state, &launch.replica);
    if leader.map_err(failed(launch))?.is_some() {
        return Ok(());
    }
    stop::kill_now(&site.state, &launch.replica).await?;
    spawn(launch, site, lock).map_err(failed(launch))
}

fn failed(launch: &Launch) -> impl Fn(io::Error) -> Error {
    |source| Error::Start {
        replica: launch.replica.clone(),
        source,
    }
}

fn spawn(launch: &Launch, site: &Site, lock: &Lock) -> io::Result<()> {
    let log = Launch::log(&site.state, &launch.replica);
    // The log stays readable without it.
    let _ = end_last_line(&log);
    let launch = Launch {
        // Everything in the log so far is from earlier launches, since nothing of the replica is
        // alive.
        log_begin: fs_err::metadata(log).map_or(0, |log| log.len()),
        worker: started(launch)?,
        ..launch.clone()
    };
    launch.write(&site.state)?;
    let child = launch.spawn(
        &site.state,
        &tool::this_program(),
        lock.share()?,
        &site.settings.environment,
    )?;
    site.children.adopt(&launch.replica, child);
    Ok(())
}

/// Ends the last line of a log that an earlier launch left without an end.
fn end_last_line(log: &Utf8Path) -> io::Result<()> {
    let mut file = fs_err::File::options().read(true).append(true).open(log)?;
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    Ok(())
}

/// The build of the worker that a record starts; `None` for other programs. It is computed at the
/// start, since the program may have been rebuilt after the record was made.
fn started(launch: &Launch) -> io::Result<Option<WorkerBuild>> {
    let build = || {
        let program = artifact::content(&launch.program, &launch.arguments)?;
        Ok(WorkerBuild::of_program(program))
    };
    launch.worker.is_some().then(build).transpose()
}
