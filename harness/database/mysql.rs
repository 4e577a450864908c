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
use model::plan::{Action, Observed, Resource, ResourceId};
use model::quantity;
use model::topology::{Digest, Tls, Topology};
use mysql::Access;
use tokio_util::sync::CancellationToken;

use super::certificates::{Certificates, authority_file};
use super::container::USER;
use super::name::Names;
use super::prepared::Prepared;
use super::{Error, Record, Wanted};

/// The replica, by which its log is known.
const REPLICA: &str = "mysql";

/// How long reading both schemas may take until they are found current.
pub(super) const SCHEMA_READY: quantity::Duration = quantity::Duration::from_secs(120);

/// MySQL in a container.
#[derive(Debug)]
pub struct Mysql {
    engine: Engine,
    state: Directory,
    environment: Environment,
    names: Names,
    prepared: Option<Prepared>,
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
            prepared: None,
            warned: AtomicBool::new(false),
        }
    }

    /// Provides image and golden snapshot, password and certificates; after it `desire`, `apply`
    /// and `access` know what is wanted. With `Fetch::Nothing` it only looks.
    pub async fn prepare(
        &mut self,
        topology: &Topology,
        wanted: Wanted,
        provision: Provision<'_>,
    ) -> Result<(), backend::Error> {
        self.prepared = Some(self.provide(topology, wanted, provision).await?);
        Ok(())
    }

    /// Whether a resource is one of its own.
    pub fn owns(&self, id: &ResourceId) -> bool {
        owns(id)
    }

    /// Its resources; after `prepare`.
    pub fn desire(&self) -> Vec<Resource> {
        let Some(prepared) = &self.prepared else {
            return Vec::new();
        };
        let container = Resource {
            id: container_id(),
            digest: prepared.blueprint.digest(),
            needs: prepared.wanted.needs.clone(),
            ready_timeout: prepared.ready_timeout,
        };
        let schema = prepared.wanted.schema.then(|| Resource {
            id: schema_id(),
            digest: Digest::of(&prepared.server),
            needs: vec![container_id()],
            ready_timeout: SCHEMA_READY,
        });
        std::iter::once(container).chain(schema).collect()
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

    /// Creates, replaces or removes one. The data goes with the container when that is removed, and
    /// stays when it is replaced.
    pub async fn apply(&self, id: &ResourceId, action: Action) -> Result<(), backend::Error> {
        let is_schema = *id == schema_id();
        let applied = match action {
            Action::Keep => Ok(()),
            // It is in the data of the container.
            Action::Delete if is_schema => Ok(()),
            Action::Delete => self.remove().await,
            Action::Create | Action::Update if is_schema => self.update_schema().await,
            Action::Create | Action::Update => self.start().await,
        };
        Ok(applied?)
    }

    /// Whether one does its job: a real query is answered; both schemas are current.
    pub async fn ready(&self, id: &ResourceId) -> Readiness {
        if *id == schema_id() {
            self.schema_ready().await
        } else {
            self.container_ready().await
        }
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

    /// How clients on this machine reach it; works without `prepare`, by what the folder says.
    pub fn access(&self) -> Result<Access, backend::Error> {
        Ok(self.reach()?)
    }

    /// The address on this machine, once it was made; works without `prepare`.
    pub fn address(&self) -> Option<SocketAddr> {
        let record = || self.record().ok().flatten().map(|record| record.address);
        let prepared = self.prepared.as_ref();
        prepared
            .map(|prepared| prepared.wanted.address)
            .or_else(record)
    }

    /// The name by which it is found on its network.
    pub fn host(&self) -> String {
        self.names.host()
    }

    /// The name of its container.
    pub fn container(&self) -> &str {
        self.names.container()
    }

    /// The file with the certificate (PEM) that its own comes from; none without TLS.
    pub fn roots_file(&self) -> Option<Utf8PathBuf> {
        let record = || self.record().ok().flatten().map(|record| record.tls);
        let prepared = self.prepared.as_ref();
        let tls = prepared.map(|prepared| prepared.blueprint.database.tls);
        let tls = tls.or_else(record)?;
        (tls == Tls::Required).then(|| authority_file(&self.state))
    }

    /// What it was last made from, such as its image; works without `prepare`.
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

    /// How it is reached: as it is to be, or else as it was made.
    pub(super) fn reach(&self) -> Result<Access, Error> {
        let (address, password, authority) = match &self.prepared {
            Some(Prepared { blueprint, .. }) => {
                let authority = blueprint.certificates.as_ref();
                let authority = authority.map(|made| made.authority.clone());
                (blueprint.address, blueprint.password.clone(), authority)
            }
            None => self.recorded()?,
        };
        Ok(Access {
            host: address.ip().to_string(),
            port: address.port(),
            user: USER.to_owned(),
            password,
            roots: authority,
        })
    }

    fn recorded(&self) -> Result<(SocketAddr, Secret, Option<String>), Error> {
        let record = self.record()?;
        let record = record.ok_or_else(|| Error::Unknown { id: container_id() })?;
        let failed = || Error::file("read", self.state.secrets());
        let password = self.password().map_err(failed())?;
        let authority = match record.tls {
            Tls::Required => Certificates::read(&self.state).map_err(failed())?,
            Tls::Off => None,
        };
        let authority = authority.map(|made| made.authority);
        Ok((record.address, password, authority))
    }

    /// What was prepared, for what cannot be done without.
    pub(super) fn prepared(&self) -> Result<&Prepared, Error> {
        let prepared = self.prepared.as_ref();
        prepared.ok_or_else(|| Error::Unknown { id: container_id() })
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
    ResourceId::new("container", REPLICA)
}

/// Both schemas, as a resource.
pub fn schema_id() -> ResourceId {
    ResourceId::new("schema", "temporal")
}
