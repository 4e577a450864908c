//! The backend as the ground of another one: what a rehearsed cloud's cluster and database are.

use base::secret::Secret;
use camino::{Utf8Path, Utf8PathBuf};
use docker::Engine;
use kubernetes::MysqlServer;
use model::plan::ResourceId;

use super::backend::K3dBackend;
use super::error::Error;
use super::found::Found;
use super::names::images_id;
use super::ports::MYSQL;
use super::provide::server;
use super::record;

/// How often an import is tried: its stream into a node breaks now and then.
const TRIES: usize = 3;

impl K3dBackend {
    /// Whether a resource is one of those that it makes as the ground.
    pub fn is_ground(id: &ResourceId) -> bool {
        ["network", "cluster", "images", "container"].contains(&id.kind())
    }

    /// What objects in the cluster need: the cluster itself and its images.
    pub fn cluster_needs(&self) -> [ResourceId; 2] {
        [self.names().cluster_id(), images_id()]
    }

    /// Whether the cluster that is there is to be replaced, and what is in it goes with it.
    pub fn replaces_cluster(&self) -> Result<bool, backend::Error> {
        Ok(self.record()?.is_some_and(|record| self.replaces(&record)))
    }

    /// What needs the database.
    pub fn database_needs(&self) -> ResourceId {
        ResourceId::new("container", MYSQL)
    }

    /// The Docker engine.
    pub async fn engine(&self) -> Result<&Engine, backend::Error> {
        Ok(&self.docker().await?.engine)
    }

    /// The file with the cluster's kubeconfig, once there is one.
    pub fn kubeconfig(&self) -> Utf8PathBuf {
        record::kubeconfig(self.state())
    }

    /// The database's name on the cluster's network, and that of its container.
    pub async fn mysql_names(&self) -> Result<[String; 2], backend::Error> {
        let mysql = &self.docker().await?.mysql;
        Ok([mysql.host(), mysql.container().to_owned()])
    }

    /// The database, as pods of the cluster reach it.
    pub async fn mysql_server(&self) -> Result<MysqlServer, backend::Error> {
        server(&self.docker().await?.mysql)
    }

    /// Gives the database another password, from the next time on that it is made or started.
    pub async fn change_password(&self, password: &Secret) -> Result<(), backend::Error> {
        let path = self.docker().await?.mysql.password_file();
        let written = base::file::write_atomically(&path, password.reveal().as_bytes());
        written.map_err(|source| {
            Error::Record {
                act: "write",
                path,
                source,
            }
            .into()
        })
    }

    /// Whether every node has an image.
    pub async fn has_image(&self, reference: &str) -> Result<bool, backend::Error> {
        let Found::Live(record) = self.find_cluster().await? else {
            return Ok(false);
        };
        let reference = reference.to_owned();
        let missing = self.missing(&record, std::iter::once(&reference)).await?;
        Ok(missing.is_empty())
    }

    /// Puts the image of an archive into every node.
    pub async fn take_in(&self, reference: &str, archive: &Utf8Path) -> Result<(), backend::Error> {
        self.end_orphans().await?;
        let name = &self.names().cluster;
        let mut failed = None;
        for _ in 0..TRIES {
            if self.has_image(reference).await? {
                return Ok(());
            }
            let sources = [archive.to_string()];
            let imported = self.k3d().import(name, &sources, self.cancel()).await;
            failed = imported.err();
        }
        if self.has_image(reference).await? {
            return Ok(());
        }
        let missing = || Error::Import {
            cluster: name.clone(),
            missing: vec![reference.to_owned()],
        };
        Err(failed.map_or_else(missing, Error::Use).into())
    }
}
