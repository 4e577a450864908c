//! The container as backends use it. Its resources are `container/mysql` and, if the backend wants
//! it, `schema/temporal`.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use backend::state::Directory;
use backend::{Log, Provision, Readiness};
use base::file::present;
use base::secret::Secret;
use base::tool::Environment;
use camino::Utf8PathBuf;
use docker::{Engine, Status};
use model::plan::{Observed, ResourceId, ResourceKind};
use model::topology::{Tls, Topology};
use mysql::ConnectOptions;
use tokio_util::sync::CancellationToken;

use super::certificates::Certificates;
use super::container::USER;
use super::name::Names;
use super::prepared::Prepared;
use super::{ContainerRecord, Error, Wanted};

/// The replica name of its log.
const REPLICA: &str = "mysql";

/// MySQL in a container.
#[derive(Debug)]
pub struct Mysql {
    engine: Engine,
    state: Directory,
    environment: Environment,
    names: Names,
    /// Whether the preflight warnings were reported.
    pub(super) warned: AtomicBool,
}

impl Mysql {
    /// The database of a state folder. Does no I/O.
    pub fn new(engine: Engine, state: Directory, environment: Environment) -> Self {
        Self {
            names: Names::of(state.path()),
            engine,
            state,
            environment,
            warned: AtomicBool::new(false),
        }
    }

    /// Provides the image, the golden snapshot, the password and the certificates. With
    /// `Fetch::Nothing` it only looks.
    pub async fn prepare(
        &self,
        topology: &Topology,
        wanted: Wanted,
        provision: Provision<'_>,
    ) -> Result<Prepared, backend::Error> {
        Ok(self.provide(topology, wanted, provision).await?)
    }

    /// The observed state of its resources.
    pub async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        let answer = self.answer().await?;
        let mut observed = Vec::new();
        observed.extend(self.observe_container(named, answer.as_ref()).await?);
        if let Some(Ok(())) = answer {
            observed.extend(self.observe_schema().await?);
        }
        Ok(observed)
    }

    /// Makes a resource and replaces an existing one. The data stays.
    pub async fn make(&self, id: &ResourceId, prepared: &Prepared) -> Result<(), backend::Error> {
        let made = if *id == schema_id() {
            self.update_schema(prepared).await
        } else {
            self.start(prepared).await
        };
        Ok(made?)
    }

    /// Removes a resource. The data goes with the container, and the schema goes with the data.
    pub async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        if *id == container_id() {
            self.remove_all().await?;
        }
        Ok(())
    }

    /// Whether a resource is ready: MySQL answers a query, or both schemas are current. With
    /// `prepared`, the preflight rules must pass as well.
    pub async fn ready(&self, id: &ResourceId, prepared: Option<&Prepared>) -> Readiness {
        if *id == schema_id() {
            self.schema_ready(prepared).await
        } else {
            self.container_ready(prepared).await
        }
    }

    /// Whether the database was made and not removed since.
    pub async fn is_made(&self) -> Result<bool, backend::Error> {
        Ok(self.record()?.is_some() || self.ours().await?.is_some())
    }

    /// Whether its container, running or paused, holds its address.
    pub async fn has_address(&self) -> Result<bool, backend::Error> {
        let container = self.ours().await?;
        let status = container.map(|container| container.status);
        Ok(matches!(status, Some(Status::Running | Status::Paused)))
    }

    /// Whether the database was made but its data volume no longer exists. Returns false if Docker
    /// does not answer.
    pub async fn lacks_data(&self) -> bool {
        if self.address().is_none() {
            return false;
        }
        let volume = self.engine.volume(&self.names.data()).await;
        volume.is_ok_and(|volume| volume.is_none())
    }

    /// How clients on this machine connect, after it was made.
    pub fn connect_options(&self) -> Result<ConnectOptions, backend::Error> {
        Ok(self.recorded_options()?)
    }

    /// The address on this machine, after it was made.
    pub fn address(&self) -> Option<SocketAddr> {
        address(&self.state)
    }

    /// The host name on its Docker network.
    pub fn host(&self) -> String {
        self.names.host()
    }

    pub fn container(&self) -> &str {
        self.names.container()
    }

    /// The record of the last container, with its image.
    pub fn record(&self) -> Result<Option<ContainerRecord>, Error> {
        ContainerRecord::read(&self.state)
            .map_err(Error::file("read the record in", self.state.run()))
    }

    /// The name of another container of the same state folder, such as `web`.
    pub fn sibling(&self, part: &str) -> String {
        self.names.sibling(part)
    }

    /// The log file, if the container was ever made.
    pub fn log(&self) -> Option<Log> {
        let path = self.log_file();
        path.exists().then(|| Log {
            replica: REPLICA.to_owned(),
            services: vec![REPLICA.to_owned()],
            path,
        })
    }

    /// Updates the log file. With `follow`, continues until that is cancelled.
    pub async fn collect_log(
        &self,
        follow: Option<&CancellationToken>,
    ) -> Result<(), backend::Error> {
        let (name, file) = (self.names.container(), self.log_file());
        let written = match follow {
            Some(stop) => self.engine.follow_log(name, &file, stop).await,
            None if self.ours().await?.is_some() => self.engine.write_log(name, &file).await,
            None => Ok(()),
        };
        Ok(written.map_err(Error::from)?)
    }

    /// CPU time since the start of the container.
    pub async fn usage(&self) -> Option<Duration> {
        self.engine.cpu_time(self.names.container()).await.ok()
    }

    fn log_file(&self) -> Utf8PathBuf {
        self.state.logs().join(format!("{REPLICA}.log"))
    }

    /// The file with the password of Temporal's MySQL user.
    pub fn password_file(&self) -> Utf8PathBuf {
        self.state.secrets().join("mysql")
    }

    pub(super) fn password(&self) -> io::Result<Secret> {
        fs_err::read_to_string(self.password_file()).map(Secret::new)
    }

    /// How to connect, from the record.
    pub(super) fn recorded_options(&self) -> Result<ConnectOptions, Error> {
        let record = self.record()?;
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

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn state(&self) -> &Directory {
        &self.state
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The value of the owner label.
    pub(super) fn owner(&self) -> &str {
        self.state.path().as_str()
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

/// Whether a resource belongs to a database.
pub fn owns(id: &ResourceId) -> bool {
    *id == container_id() || *id == schema_id()
}

/// The address of the database of a state folder, if one was made. Does not ask Docker.
pub fn address(state: &Directory) -> Option<SocketAddr> {
    let record = ContainerRecord::read(state).ok().flatten();
    record.map(|record| record.address)
}

/// Removes the password, certificates and key of a state folder. Without the data they are useless.
pub fn forget_secrets(state: &Directory) -> Result<(), backend::Error> {
    let path = state.secrets();
    present(fs_err::remove_dir_all(&path)).map_err(Error::file("remove", path))?;
    Ok(())
}

/// The resource id of the container.
pub fn container_id() -> ResourceId {
    ResourceId::new(ResourceKind::Container, REPLICA)
}

/// The resource id of both schemas.
pub fn schema_id() -> ResourceId {
    ResourceId::new(ResourceKind::Schema, "temporal")
}
