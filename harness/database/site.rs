//! What the parts of the database share.

use std::io;
use std::net::SocketAddr;

use backend::state::Directory;
use base::file::Stored;
use base::secret::Secret;
use base::tool::Environment;
use camino::Utf8PathBuf;
use docker::Engine;
use model::topology::Tls;
use mysql::ConnectOptions;

use super::blueprint::USER;
use super::certificates::Certificates;
use super::mysql::{REPLICA, container_id};
use super::name::Names;
use super::{ContainerRecord, Error};

/// The state folder of a database, and the Docker engine that runs it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) engine: Engine,
    pub(super) state: Directory,
    pub(super) environment: Environment,
    pub(super) names: Names,
    /// The verb of the command that holds the state folder. `None` if this command only looks.
    pub(super) verb: Option<String>,
}

impl Site {
    /// The value of the owner label.
    pub(super) fn owner(&self) -> &str {
        self.state.path().as_str()
    }

    /// The record of the last container, with its image.
    pub(super) fn stored_record(&self) -> Result<Stored<ContainerRecord, Error>, Error> {
        let unreadable = || Error::file("read the record in", self.state.run());
        let stored = ContainerRecord::read(&self.state).map_err(unreadable())?;
        Ok(stored.map_damage(unreadable()))
    }

    /// The same, but a damaged record counts as none, so that the container can still be removed or
    /// replaced.
    pub(super) fn record(&self) -> Result<Option<ContainerRecord>, Error> {
        Ok(self.stored_record()?.damaged_as_none())
    }

    pub(super) fn write_record(&self, record: &ContainerRecord) -> Result<(), Error> {
        let written = record.write(&self.state);
        written.map_err(Error::file("write the record to", self.state.run()))
    }

    pub(super) fn log_file(&self) -> Utf8PathBuf {
        self.state.logs().join(format!("{REPLICA}.log"))
    }

    /// The file with the password of Temporal's MySQL user.
    pub(super) fn password_file(&self) -> Utf8PathBuf {
        self.state.secrets().join("mysql")
    }

    pub(super) fn password(&self) -> io::Result<Secret> {
        fs_err::read_to_string(self.password_file()).map(Secret::new)
    }

    /// Whether the data volume exists.
    pub(super) async fn has_data(&self) -> Result<bool, Error> {
        Ok(self.engine.volume(&self.names.data()).await?.is_some())
    }

    /// Whether the database was made but its data volume no longer exists. Returns false if Docker
    /// does not answer.
    pub(super) async fn lacks_data(&self) -> bool {
        address(&self.state).is_some() && self.has_data().await.is_ok_and(|exists| !exists)
    }

    /// How clients on this machine connect, from the record.
    pub(super) fn connect_options(&self) -> Result<ConnectOptions, Error> {
        let record = self.stored_record()?.damaged_as_error()?;
        let record = record.ok_or_else(|| Error::Unknown { id: container_id() })?;
        let failed = || Error::file("read", self.state.secrets());
        let password = self.password().map_err(failed())?;
        let certificates = match record.tls {
            Tls::Required => Certificates::read(&self.state).map_err(failed())?,
            Tls::Off => None,
        };
        Ok(connect_options(
            record.address,
            password,
            certificates.map(|made| made.authority),
        ))
    }
}

/// How to connect to a database on this machine.
pub(super) fn connect_options(
    address: SocketAddr,
    password: Secret,
    roots: Option<String>,
) -> ConnectOptions {
    ConnectOptions {
        host: address.ip().to_string(),
        port: address.port(),
        user: USER.to_owned(),
        password,
        roots,
    }
}

/// The address of the database of a state folder, if one was made and its record can be read. Does
/// not ask Docker.
pub fn address(state: &Directory) -> Option<SocketAddr> {
    let record = ContainerRecord::read(state).ok()?.damaged_as_none();
    record.map(|record| record.address)
}

/// Whether the database of a state folder was made and not removed since, by its record, which may
/// be damaged. Does not ask Docker.
pub fn has_record(state: &Directory) -> bool {
    !matches!(ContainerRecord::read(state), Ok(Stored::Absent))
}
