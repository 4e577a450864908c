//! The launch records of a state folder, and whether their replicas are alive.

use std::collections::BTreeMap;
use std::io;

use backend::state::Directory;
use base::file::Stored;

use super::error::Error;
use super::launch::Launch;
use super::liveness::PidFile;

/// The launch records by replica, each with whether the replica is alive.
pub(super) type Records = BTreeMap<String, (Launch, bool)>;

pub(super) fn all(state: &Directory) -> Result<Records, Error> {
    let mut records = Records::new();
    for launch in Launch::read_all(state).map_err(unreadable(state))? {
        let alive = is_alive(state, &launch.replica)?;
        records.insert(launch.replica.clone(), (launch, alive));
    }
    Ok(records)
}

/// The record of a replica's last start; absent if it was taken down since.
pub(super) fn of(state: &Directory, replica: &str) -> Result<Stored<Launch, Error>, Error> {
    let stored = Launch::read(state, replica).map_err(unreadable(state))?;
    Ok(stored.map_damage(unreadable(state)))
}

/// The replicas that have a record, valid or not.
pub(super) fn replicas(state: &Directory) -> Result<Vec<String>, Error> {
    Launch::replicas(state).map_err(unreadable(state))
}

/// Whether the process of a replica is alive.
pub(super) fn is_alive(state: &Directory, replica: &str) -> Result<bool, Error> {
    let leader = PidFile::leader(state, replica).map_err(unreadable(state))?;
    Ok(leader.is_some())
}

/// The replicas with a damaged launch record or pid file, each with a text that says which.
pub(super) fn broken(state: &Directory) -> Result<BTreeMap<String, &'static str>, Error> {
    let mut broken = BTreeMap::new();
    for replica in replicas(state)? {
        if let Stored::Damaged(_) = of(state, &replica)? {
            broken.insert(replica, "its launch record cannot be read");
        } else if PidFile::is_broken(state, &replica).map_err(unreadable(state))? {
            broken.insert(replica, "its pid file cannot be read");
        }
    }
    Ok(broken)
}

fn unreadable(state: &Directory) -> impl Fn(io::Error) -> Error {
    let path = state.run();
    move |source| Error::Records {
        path: path.clone(),
        source,
    }
}
