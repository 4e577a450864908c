//! The database as places use it. Its resources are `container/mysql` and, if the place wants it,
//! `schema/temporal`.

use std::sync::Arc;

use backend::state::{Directory, Lock};
use backend::{Provision, Readiness};
use base::file::present;
use base::tool::Environment;
use camino::Utf8PathBuf;
use docker::Engine;
use model::plan::{Observed, ResourceId, ResourceKind};
use model::topology::Topology;
use mysql::ConnectOptions;

use super::container::Container;
use super::name::Names;
use super::preparation::{self, Preparation};
use super::prepared::Prepared;
use super::schema::Schema;
use super::site::Site;
use super::{Error, Wanted};

/// The replica name of the container.
pub(super) const REPLICA: &str = "mysql";

/// MySQL in a container.
#[derive(Debug)]
pub struct Mysql {
    site: Arc<Site>,
    container: Container,
    schema: Schema,
}

impl Mysql {
    /// The database of a state folder. Without `lock`, the state folder's, no snapshot can be made.
    /// Does no I/O.
    pub fn new(
        engine: Engine,
        state: Directory,
        environment: Environment,
        lock: Option<&Lock>,
    ) -> Self {
        let site = Arc::new(Site {
            names: Names::of(state.path()),
            verb: lock.map(|lock| lock.verb().to_owned()),
            engine,
            state,
            environment,
        });
        Self {
            container: Container::new(Arc::clone(&site)),
            schema: Schema::new(Arc::clone(&site)),
            site,
        }
    }

    pub fn container(&self) -> &Container {
        &self.container
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub fn names(&self) -> &Names {
        &self.site.names
    }

    /// Whether a topology's database can run here, as far as can be checked before images are
    /// pulled and programs are built.
    pub async fn foresee(&self, topology: &Topology) -> Result<(), backend::Error> {
        Ok(preparation::foresee(&self.site, topology).await?)
    }

    /// Provides the image, the golden snapshot, the password and the certificates. With
    /// `Fetch::Nothing` it only looks.
    pub async fn prepare(
        &self,
        topology: &Topology,
        wanted: Wanted,
        provision: Provision<'_>,
    ) -> Result<Prepared, backend::Error> {
        let preparation = Preparation {
            site: &self.site,
            topology,
            provision,
        };
        Ok(preparation.provide(wanted).await?)
    }

    /// The observed state of its resources.
    pub async fn observe(&self, named: &[ResourceId]) -> Result<Vec<Observed>, backend::Error> {
        let answer = self.container.answer().await?;
        let mut observed = Vec::new();
        observed.extend(self.container.observe(named, answer.as_ref()).await?);
        if let Some(Ok(())) = answer {
            observed.extend(self.schema.observe().await?);
        }
        Ok(observed)
    }

    /// Makes a resource and replaces an existing one. The data stays.
    pub async fn make(&self, id: &ResourceId, prepared: &Prepared) -> Result<(), backend::Error> {
        let made = if *id == schema_id() {
            self.schema.make(prepared).await
        } else {
            self.container.make(prepared).await
        };
        Ok(made?)
    }

    /// Removes a resource. The data goes with the container, and the schema goes with the data.
    pub async fn remove(&self, id: &ResourceId) -> Result<(), backend::Error> {
        if *id == container_id() {
            self.container.remove().await?;
        }
        Ok(())
    }

    /// Whether a resource is ready: MySQL answers a query, or both schemas are current. With
    /// `prepared`, the preflight rules must pass as well.
    pub async fn ready(&self, id: &ResourceId, prepared: Option<&Prepared>) -> Readiness {
        if *id == schema_id() {
            self.schema.ready(prepared).await
        } else {
            self.container.ready(prepared).await
        }
    }

    /// How clients on this machine connect, after it was made.
    pub fn connect_options(&self) -> Result<ConnectOptions, backend::Error> {
        Ok(self.site.connect_options()?)
    }

    /// The file with the password of Temporal's MySQL user.
    pub fn password_file(&self) -> Utf8PathBuf {
        self.site.password_file()
    }
}

/// Whether a resource belongs to a database.
pub fn owns(id: &ResourceId) -> bool {
    *id == container_id() || *id == schema_id()
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
