//! The container as the backends see it. Its resources are `container/mysql` and, where asked for,
//! `schema/temporal`.

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
use mysql::Access;
use tokio_util::sync::CancellationToken;

use super::certificates::Certificates;
use super::container::USER;
use super::name::Names;
use super::prepared::Prepared;
use super::{Error, Record, Wanted};

/// The replica, by which its log is known.
const REPLICA: &str = "mysql";

/// MySQL in a container.
#[derive(Debug)]
pub struct Mysql {
    engine: Engine,
    state: Directory,
    environment: Environment,
    names: Names,
    /// Whether what is not quite right of it was told.
    pub(super) warned: AtomicBool,
}

impl Mysql {
    /// The database of a state folder; nothing is done yet.
    pub fn new(engine: Engine, state: Directory, environment: Environment) -> Self {
        Self {
            names: Names::of(state.path()),
            engine,
            state,
            environment,
            warned: AtomicBool::new(false),
        }
    }

    /// Provides image and golden snapshot, password and certificates. With `Fetch::Nothing` it only
    /// looks.
    pub async fn prepare(
        &self,
        topology: &Topology,
        wanted: Wanted,
        provision: Provision<'_>,
    ) -> Result<Prepared, backend::Error> {
        Ok(self.provide(topology, wanted, provision).await?)
    }

    /// Its resources as they are.
    pub async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        let answer = self.answer().await?;
        let mut observed = Vec::new();
        observed.extend(self.observe_container(named, answer.as_ref()).await?);
        if let Some(Ok(())) = answer {
            observed.extend(self.observe_schema().await?);
        }
        Ok(observed)
    }

    /// Makes one, in place of what there is of it. The data stays.
    pub async fn make(&self, id: &ResourceId, prepared: &Prepared) -> Result<(), backend::Error> {
        let made = if *id == schema_id() {
            self.update_schema(prepared).await
        } else {
            self.start(prepared).await
        };
        Ok(made?)
    }

    /// Removes one. The data goes with the container, and the schema with the data.
    pub async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        if *id == container_id() {
            self.remove_all().await?;
        }
        Ok(())
    }

    /// Whether one does its job: a real query is answered; both schemas are current. Where it is
    /// known what was prepared, what Temporal asks of its database holds as well.
    pub async fn ready(&self, id: &ResourceId, prepared: Option<&Prepared>) -> Readiness {
        if *id == schema_id() {
            self.schema_ready(prepared).await
        } else {
            self.container_ready(prepared).await
        }
    }

    /// Whether it was made, and not taken down since.
    pub async fn is_made(&self) -> Result<bool, backend::Error> {
        Ok(self.record()?.is_some() || self.ours().await?.is_some())
    }

    /// Whether its container, running or paused, has its address.
    pub async fn has_address(&self) -> Result<bool, backend::Error> {
        let container = self.ours().await?;
        let status = container.map(|container| container.status);
        Ok(matches!(status, Some(Status::Running | Status::Paused)))
    }

    /// Whether it was made and its data is gone, and with it what others had relied on; where Docker
    /// does not answer, nobody knows.
    pub async fn lacks_data(&self) -> bool {
        if self.address().is_none() {
            return false;
        }
        let volume = self.engine.volume(&self.names.data()).await;
        volume.is_ok_and(|volume| volume.is_none())
    }

    /// How clients on this machine reach it, once it was made.
    pub fn access(&self) -> Result<Access, backend::Error> {
        Ok(self.reach()?)
    }

    /// The address on this machine, once it was made.
    pub fn address(&self) -> Option<SocketAddr> {
        address(&self.state)
    }

    /// The name by which it is found on its network.
    pub fn host(&self) -> String {
        self.names.host()
    }

    /// The name of its container.
    pub fn container(&self) -> &str {
        self.names.container()
    }

    /// What it was last made from, such as its image.
    pub fn record(&self) -> Result<Option<Record>, Error> {
        Record::read(&self.state).map_err(Error::file("read the records in", self.state.run()))
    }

    /// What another container of the same folder is called, such as `web`.
    pub fn sibling(&self, part: &str) -> String {
        self.names.sibling(part)
    }

    /// Its log, if it was ever made.
    pub fn log(&self) -> Option<Log> {
        let path = self.log_file();
        path.exists().then(|| Log {
            replica: REPLICA.to_owned(),
            services: vec![REPLICA.to_owned()],
            path,
        })
    }

    /// Brings the log file up to date; with `follow`, goes on until that is cancelled.
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

    /// CPU time that it has used since its start.
    pub async fn usage(&self) -> Option<Duration> {
        self.engine.cpu_time(self.names.container()).await.ok()
    }

    fn log_file(&self) -> Utf8PathBuf {
        self.state.logs().join(format!("{REPLICA}.log"))
    }

    /// The file with the password of the user that Temporal signs in as.
    pub fn password_file(&self) -> Utf8PathBuf {
        self.state.secrets().join("mysql")
    }

    pub(super) fn password(&self) -> io::Result<Secret> {
        fs_err::read_to_string(self.password_file()).map(Secret::new)
    }

    /// How it is reached, by what it was made from.
    pub(super) fn reach(&self) -> Result<Access, Error> {
        let record = self.record()?;
        let record = record.ok_or_else(|| Error::Unknown { id: container_id() })?;
        let failed = || Error::file("read", self.state.secrets());
        let password = self.password().map_err(failed())?;
        let certificates = match record.tls {
            Tls::Required => Certificates::read(&self.state).map_err(failed())?,
            Tls::Off => None,
        };
        Ok(access(
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

    /// The value of the label of everything that is made here.
    pub(super) fn owner(&self) -> &str {
        self.state.path().as_str()
    }
}

/// How a database is reached on this machine.
pub(super) fn access(address: SocketAddr, password: Secret, roots: Option<String>) -> Access {
    Access {
        host: address.ip().to_string(),
        port: address.port(),
        user: USER.to_owned(),
        password,
        roots,
    }
}

/// Whether a resource is a database's.
pub fn owns(id: &ResourceId) -> bool {
    *id == container_id() || *id == schema_id()
}

/// Where the database of a folder listens, if one was made; Docker is not asked.
pub fn address(state: &Directory) -> Option<SocketAddr> {
    let record = Record::read(state).ok().flatten();
    record.map(|record| record.address)
}

/// Removes passwords, certificates and keys of a folder: with the data gone they open nothing.
pub fn forget_secrets(state: &Directory) -> Result<(), backend::Error> {
    let path = state.secrets();
    present(fs_err::remove_dir_all(&path)).map_err(Error::file("remove", path))?;
    Ok(())
}

/// The container, as a resource.
pub fn container_id() -> ResourceId {
    ResourceId::new(ResourceKind::Container, REPLICA)
}

/// Both schemas, as a resource.
pub fn schema_id() -> ResourceId {
    ResourceId::new(ResourceKind::Schema, "temporal")
}
