//! The place as the ground of another one: what a rehearsed cloud's cluster and database are.

use std::sync::Arc;

use base::secret::Secret;
use camino::{Utf8Path, Utf8PathBuf};
use docker::Engine;
use model::plan::{ResourceId, ResourceKind};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::image::Image;
use super::images::NodeImages;
use super::names::images_id;
use super::parts::Parts;
use super::record::{self, Record};
use super::site::Site;

/// What another place needs to know of its ground and does to it, beside having its resources made.
#[derive(Debug, Clone)]
pub struct Ground {
    pub(super) images: NodeImages,
}

impl Ground {
    /// Whether a resource is one of the ground's.
    pub fn owns(id: &ResourceId) -> bool {
        matches!(
            id.kind(),
            ResourceKind::Network
                | ResourceKind::Cluster
                | ResourceKind::Images
                | ResourceKind::Container
        )
    }

    /// What objects in the cluster need: the cluster itself and its images.
    pub fn cluster_needs(&self) -> [ResourceId; 2] {
        [self.site().names.cluster_id(), images_id()]
    }

    /// Whether the cluster that is there is to be replaced, and what is in it goes with it.
    pub fn replaces_cluster(&self, parts: &Parts) -> Result<bool, backend::Error> {
        let record = Record::read(&self.site().state)?;
        Ok(record.is_some_and(|record| parts.cluster.replaces(&record)))
    }

    /// The Docker engine.
    pub async fn engine(&self) -> Result<&Engine, backend::Error> {
        Ok(self.site().engine().await?)
    }

    /// The file with the cluster's kubeconfig, once there is one.
    pub fn kubeconfig(&self) -> Utf8PathBuf {
        record::kubeconfig(&self.site().state)
    }

    /// The database's name on the cluster's network, and that of its container.
    pub async fn mysql_names(&self) -> Result<[String; 2], backend::Error> {
        let mysql = self.site().mysql().await?;
        Ok([mysql.host(), mysql.container().to_owned()])
    }

    /// Gives the database another password, from the next time on that it is made or started.
    pub async fn change_password(&self, password: &Secret) -> Result<(), backend::Error> {
        let path = self.site().mysql().await?.password_file();
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
        let Some(record) = self.images.nodes.live().await? else {
            return Ok(false);
        };
        let reference = reference.to_owned();
        let missing = self.images.missing(&record, std::iter::once(&reference));
        Ok(missing.await?.is_empty())
    }

    /// Puts the image of an archive into every node.
    pub async fn take_in(
        &self,
        reference: &str,
        archive: &Utf8Path,
        cancel: &CancellationToken,
    ) -> Result<(), backend::Error> {
        self.images.nodes.end_orphans().await?;
        if self.has_image(reference).await? {
            return Ok(());
        }
        let record = self.images.nodes.live().await?.ok_or(Error::NoCluster)?;
        let images = [Image {
            reference: reference.to_owned(),
            id: reference.to_owned(),
            archive: Some(archive.to_owned()),
            build: None,
        }];
        let needed = images.iter().collect();
        let imported = self.images.import(&record, &images, needed, cancel);
        Ok(imported.await?)
    }

    fn site(&self) -> &Arc<Site> {
        &self.images.nodes.site
    }
}
